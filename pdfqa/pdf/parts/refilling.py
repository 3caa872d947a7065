"""Put field values among the lines that were recognised in the picture of a page. Pure."""

from __future__ import annotations

import msgspec

from pdfqa.pdf.lines import Sheet
from pdfqa.pdf.parts.filling import Field, Spot, fill

_NEAR = 3.0  # points


def refill(sheet: Sheet) -> Sheet:
    """Return a sheet with those values put beside their labels that found none in the text layer: a scanned form's."""
    known = {word[0] for line in sheet.lines for word in line.words or ()}
    fields = [field for one in sheet.loose if (field := Field(*one)).value not in known]
    if not fields or not _is_upright(sheet):
        return sheet
    lines, words = list(sheet.lines), [line.words for line in sheet.lines]
    for line in lines:
        line.words = None  # what is printed, as far as filling goes
    told = fill(lines, [(field, Spot(field.rect, field.rect)) for field in fields], lambda line, _: (line.text, ""))
    for line, its_words in zip(sheet.lines, words, strict=True):
        line.words = its_words
    placed = {field.told for field in fields} - {field.told for field in told}
    extras = [extra for extra in sheet.extras if extra.text not in placed]
    return msgspec.structs.replace(sheet, lines=lines, extras=extras, loose=[])


def _is_upright(sheet: Sheet) -> bool:
    """Return whether the lines have the coordinates of the page as it is shown."""
    for line in sheet.lines:
        if line.words:
            return abs(line.words[0][1] - line.x0) < _NEAR
    return False
