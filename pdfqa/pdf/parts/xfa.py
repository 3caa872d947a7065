"""Dynamic XFA forms: pages that only Adobe Reader draws. Their words and values stand in XML beside the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from pypdfium2 import raw

from pdfqa.pdf.letters.repair import clean
from pdfqa.pdf.lines import Extra, Sheet
from pdfqa.pdf.parts.fields import name_label

_MOST_BYTES = 32 << 20
_MOST = 20_000  # lines
_UNSEEN = ("hidden", "invisible", "inactive")
WARNING = "a dynamic XFA form, whose pages only Adobe Reader draws: its words and values were read without their places"


def add_form(document: Any, sheet: Sheet) -> None:
    """Add the words and values of a form to the sheet of its first page, in the order of its template."""
    packets = dict(_packets(document))
    values = _values(packets.get("datasets", b""))
    told = list(_told(packets.get("template", b""), values))
    rest = [(name, value) for name, left in values.items() for value in left]
    told += [(f"{name_label(name) or name}: {value}", True) for name, value in rest]
    box = (0.0, 0.0, round(sheet.width, 2), round(sheet.height, 2))  # nobody knows where they would stand
    extras = [Extra(text, "field" if filled else "text", box) for text, filled in told[:_MOST] if text]
    sheet.extras = [*sheet.extras, *extras]
    sheet.warnings = [*sheet.warnings, WARNING]


def _packets(document: Any) -> Iterator[tuple[str, bytes]]:
    for number in range(raw.FPDF_GetXFAPacketCount(document)):
        length = raw.FPDF_GetXFAPacketName(document, number, None, 0)
        name = (raw.c_char * max(length, 1))()
        raw.FPDF_GetXFAPacketName(document, number, name, length)
        size = raw.c_ulong()
        if not raw.FPDF_GetXFAPacketContent(document, number, None, 0, size) or not 0 < size.value <= _MOST_BYTES:
            continue
        room = (raw.c_ubyte * size.value)()
        if raw.FPDF_GetXFAPacketContent(document, number, room, size.value, size):
            yield name.value.decode("utf-8", "replace"), bytes(room)


def _parsed(packet: bytes) -> ElementTree.Element | None:
    if not packet or b"<!ENTITY" in packet:  # no form needs one, and some would fill the memory
        return None
    try:
        return ElementTree.fromstring(packet)  # noqa: S314 (expat limits what entities come to)
    except ElementTree.ParseError:
        return None


def _values(datasets: bytes) -> dict[str, list[str]]:
    """Return what was filled in, by the names of fields, in order."""
    values: dict[str, list[str]] = {}
    root = _parsed(datasets)
    data = next((part for part in root if _name(part) == "data"), None) if root is not None else None
    for part in data.iter() if data is not None else ():
        if not len(part) and part.text and part.text.strip():
            values.setdefault(_name(part), []).append(clean(" ".join(part.text.split())))
    return values


def _told(template: bytes, values: dict[str, list[str]]) -> Iterator[tuple[str, bool]]:
    """Yield the printed words of a template, and its fields that hold something, each with whether it is one."""
    root = _parsed(template)
    waiting = [root] if root is not None else []
    while waiting:
        part = waiting.pop()
        if part.get("presence") in _UNSEEN:
            continue
        kind = _name(part)
        if kind == "draw":
            yield _words(part, "value"), False
        elif kind == "field":
            left = values.get(part.get("name", ""), [])
            value = left.pop(0) if left else _words(part, "value")
            caption = _words(part, "caption")
            if value:
                yield f"{caption.rstrip(' :') or name_label(part.get('name', ''))}: {value}".removeprefix(": "), True
            elif caption:
                yield caption, False
        else:
            waiting += reversed(part)


def _words(part: ElementTree.Element, child: str) -> str:
    """Return the words of a child of an element."""
    found = next((inner for inner in part if _name(inner) == child), None)
    return clean(" ".join("".join(found.itertext()).split())) if found is not None else ""


def _name(part: ElementTree.Element) -> str:
    return part.tag.rpartition("}")[2]
