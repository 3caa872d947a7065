"""What a page is called: by the document's own list of labels, by the number printed on it, or by its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pdfqa.pdf.lines import Sheet

_LONGEST = 24  # characters; what is longer is the name of a file or a title
_COUNTED = re.compile(r"(.*?)(\d{1,9})")
_ROMAN = (re.compile(r"[ivxlcdm]+"), re.compile(r"[IVXLCDM]+"))
_PLAIN = re.compile(r"\d+|[ivxlcdm]+|[IVXLCDM]+")


def page_labels(sheets: Sequence[Sheet], printed: Mapping[int, str]) -> dict[int, str]:
    """Return the labels of neighbouring pages, by number.

    The document's own labels count, but for nonsense: the same on pages next to each other, or plain numbers that most
    printed ones contradict, as in a part of a document that still has the labels of the whole, or none of its own.

    Args:
        sheets: The pages.
        printed: The numbers found printed on them, those that keep step with the pages.
    """
    own = {sheet.number: sheet.label for sheet in sheets if 0 < len(sheet.label) <= _LONGEST}
    own = {number: label for number, label in own.items() if label not in (own.get(number - 1), own.get(number + 1))}
    both = [number for number, label in own.items() if number in printed and _PLAIN.fullmatch(label)]
    wrong = [number for number in both if own[number] != printed[number]]
    if 2 * len(wrong) > len(both):
        own = {number: label for number, label in own.items() if number not in wrong}
    return {sheet.number: own.get(sheet.number) or printed.get(sheet.number) or str(sheet.number) for sheet in sheets}


def follows(label: str, other: str) -> bool:
    """Return whether a label goes on from the one before it: a number and the next one, or two Roman ones."""
    one, two = _COUNTED.fullmatch(label), _COUNTED.fullmatch(other)
    if one and two:
        return one[1] == two[1] and int(two[2]) == int(one[2]) + 1
    return any(roman.fullmatch(label) and roman.fullmatch(other) for roman in _ROMAN)
