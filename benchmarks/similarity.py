"""How alike two texts are. Values in, values out; needs rapidfuzz.

Before texts are compared, both are brought into one form, whatever reader they come from: Unicode NFKC (which
resolves ligatures), quotes and dashes as ASCII has them, soft hyphens and the marks that pdfium leaves for hyphens at
line ends taken out together with the line end after them, drawn lines and leaders (three and more of - = _ . * ~ ·)
taken out, and every run of white space one space. Nothing else: page numbers, running heads and the marks of footnotes
count.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

_HYPHENS = re.compile("(?:\u00ad|\ufffe|\x02)\\s*|(?<=[^\\W\\d_])[-\u2010][ \t]*\r?\n\\s*(?=[^\\W\\d_A-Z])")
_DRAWN = re.compile(r"(?:[-=_.*~·]\s?){3,}")
_SIGNS = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u2010": "-", "\u2212": "-"})


@dataclass(frozen=True)
class Likeness:
    """How alike two texts are, each from 0 to 1.

    `characters` and `words` are one less the edits (Levenshtein) over the longer text; what stands in another order is
    an edit. `found` is the share of the true words that are there in whatever order, `right` that of the words that are
    there which are true.
    """

    characters: float
    words: float
    found: float
    right: float


def normal(text: str) -> str:
    """Return a text in the form in which texts are compared."""
    text = _HYPHENS.sub("", text)
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    return " ".join(_DRAWN.sub(" ", text).split())


def likeness(true: str, read: str) -> Likeness:
    """Return how alike a text is to the true one."""
    one, other = normal(true), normal(read)
    words = one.split(), other.split()
    shared = sum((Counter(words[0]) & Counter(words[1])).values())
    return Likeness(
        characters=Levenshtein.normalized_similarity(one, other),
        words=Levenshtein.normalized_similarity(*words),
        found=shared / len(words[0]) if words[0] else 1.0,
        right=shared / len(words[1]) if words[1] else 1.0,
    )


def mean(found: Sequence[Likeness]) -> Likeness:
    """Return the mean of several, each counting alike."""
    count = max(len(found), 1)
    return Likeness(
        sum(one.characters for one in found) / count,
        sum(one.words for one in found) / count,
        sum(one.found for one in found) / count,
        sum(one.right for one in found) / count,
    )
