"""The pages that quotes stand on, as pictures inside the HTML."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from pdfqa.errors import PdfqaError
from pdfqa.notebook.parts import dim, escaped, row
from pdfqa.placed import Locator
from pdfqa.wire.base import Shown

_MOST = 3  # pictures of one value
_ROOM = 1_000_000  # bytes that they take together
_WIDTHS = (800, 600, 400)  # pixels: for one picture, for several, for those that would take too much room


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A quote on a page: the page's name and the mark of the quote stand below the picture."""

    locator: Locator | None
    page: int
    quote: str
    start: int
    place: str
    mark: str = ""


def locator_of(value: Shown, file_id: str) -> Locator | None:
    """Return what knows a file that a value is about, if the value comes from a home that is open."""
    with suppress(PdfqaError):
        return value.source.locator(file_id) if value.source else None
    return None


def figures(spots: Iterable[Spot]) -> str:
    """Return the pages of quotes, each once with all its quotes marked; those that cannot be drawn are left out.

    A few pages, and not more bytes than a notebook carries well: the rest is only named.
    """
    pages: dict[tuple[str, int], list[Spot]] = {}
    for spot in spots:
        if spot.locator:
            pages.setdefault((spot.locator.document, spot.page), []).append(spot)
    room, shown, width = _ROOM, [], _WIDTHS[0] if len(pages) == 1 else _WIDTHS[1]
    for together in [*pages.values()][:_MOST]:
        data = _drawn(together, width, room)
        room -= len(data)
        if data:
            shown.append(_figure(data, together, alone=len(pages) == 1))
    if not shown:
        return ""
    more = dim(f"{len(pages) - _MOST} more pages are not shown") if len(pages) > _MOST else ""
    pictures = f'<div style="display:flex;flex-wrap:wrap;gap:.8em;margin-top:.6em">{"".join(shown)}</div>'
    return pictures + row(more) * bool(more)


def _drawn(spots: list[Spot], width: int, room: int) -> bytes:
    locator = spots[0].locator
    quotes = [(spot.quote, spot.start) for spot in spots]
    with suppress(PdfqaError):  # gone, changed, encrypted, or not to be drawn: the text says where it is
        for pixels in (width, _WIDTHS[-1]):
            data = locator.picture(spots[0].page, quotes, pixels) if locator else b""
            if len(data) <= room:
                return data
    return b""


def _figure(data: bytes, spots: list[Spot], *, alone: bool) -> str:
    marks = "".join(dict.fromkeys(spot.mark for spot in spots))
    title = escaped(f"{marks} {spots[0].place}".strip())
    image = "width:100%;height:auto;border:1px solid rgba(128,128,128,.4)"
    return (
        f'<figure style="margin:0;flex:0 1 {36 if alone else 22}em;min-width:10em">'
        f'<img alt="{title}" style="{image}" src="data:image/png;base64,{b64encode(data).decode()}">'
        f'<figcaption style="opacity:.7;font-size:.9em">{title}</figcaption></figure>'
    )
