"""Put notes and field values that stand beside a page's text after it. Pure."""

from __future__ import annotations

import msgspec

from pdfqa.pages import Block, Page, Place
from pdfqa.pdf.lines import Sheet


def with_extras(page: Page, sheet: Sheet) -> Page:
    """Return a page with what stands beside its text put after it."""
    if not sheet.extras and not sheet.attached:
        return page
    text, blocks, places = page.text, list(page.blocks), list(page.places)
    for extra in sheet.extras:
        start = len(text) + 1 if text else 0
        text = f"{text}\n{extra.text}" if text else extra.text
        blocks.append(Block(start, len(text), extra.kind))
        places.append(Place(start, len(text), *extra.box))
    return msgspec.structs.replace(
        page,
        text=text,
        blocks=blocks,
        places=places,
        source="text" if text and page.source == "none" else page.source,
        attached=[msgspec.structs.replace(file, page=page.number) for file in sheet.attached],
    )
