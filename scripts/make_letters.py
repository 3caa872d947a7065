"""Write pdfqa/languages/_letters.py: the characters that words are made of. Run it when Unicode grows.

python scripts/make_letters.py
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain
from pathlib import Path

from pdfqa.languages._analysis import _INVISIBLE, _UNSPACED

_WIDTH = 100
TARGET = Path(__file__).parent.parent / "pdfqa" / "languages" / "_letters.py"


def letters() -> str:
    """Return a character class of letters, digits and combining marks, but for the scripts cut into groups.

    Vowel signs and accents belong to their word, though Python's word characters leave them out. Listed ranges also
    match twice as fast as those with exceptions.
    """
    unspaced, ranges = re.compile(f"[{_UNSPACED}]"), ["\U00010000-\U0001ffff"]
    first = last = 0x30
    for code in chain(range(0x31, 0x3000), range(0xA000, 0xAC00), range(0xFB00, 0xFFE0)):
        character = chr(code)
        inside = character.isalnum() or unicodedata.category(character)[0] == "M" or character in _INVISIBLE
        if inside and not unspaced.match(character):
            if code != last + 1:
                ranges.append(f"{chr(first)}-{chr(last)}")
                first = code
            last = code
    return "".join([*ranges, f"{chr(first)}-{chr(last)}"])


def main() -> None:
    """Write the file."""
    lines, line = [], ""
    for piece in re.findall(r"\\[xuU][0-9a-f]+|.", letters().encode("unicode_escape").decode()):
        if len(line) + len(piece) > _WIDTH:
            lines.append(line)
            line = ""
        line += piece
    body = "\n".join(f'    "{line}"' for line in [*lines, line])
    TARGET.write_text(
        f'"""A character class of letters, digits and combining marks; made by scripts/make_letters.py, Unicode '
        f'{unicodedata.unidata_version}."""\n\nLETTERS = (\n{body}\n)\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
