"""What a document says about itself: its own entries, or the XMP packet where it has none. Pure but for the file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from pdfqa.pdf.letters.repair import clean

_LONGEST = 1_000  # characters of one entry
_LONGEST_ELEMENT = 20_000  # characters: an entry in several languages
_MOST_BYTES = 64 << 20  # of a file that is looked through for XMP
_DATES = ("CreationDate", "ModDate")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+\-Z])(?:(\d\d)'?(\d\d)?)?'?)?")
_PACKET = re.compile(rb"<(?:\w+:)?xmpmeta\b")
_END = re.compile(rb"</(?:\w+:)?xmpmeta>")
_OF_A_PDF = b"http://ns.adobe.com/pdf/1.3/"  # else it is of a picture
# Entry: element or attribute of the packet.
_XMP = {
    "Title": "dc:title",
    "Author": "dc:creator",
    "Subject": "dc:description",
    "Keywords": "pdf:Keywords",
    "Creator": "xmp:CreatorTool",
    "Producer": "pdf:Producer",
    "CreationDate": "xmp:CreateDate",
    "ModDate": "xmp:ModifyDate",
}
_ITEM = re.compile(r"<rdf:li\b[^<>]*>(.*?)</rdf:li>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")  # never from one "<" over the next: a million of them would take hours


def tidy(entries: dict[str, str]) -> dict[str, str]:
    """Return entries as one line each, dates as in ISO 8601; empty ones are left out."""
    result = {}
    for key, value in entries.items():
        words = clean(" ".join(value.replace("\x00", "").split()))[:_LONGEST]
        if words:
            result[key] = iso(words) if key in _DATES else words
    return result


def iso(date: str) -> str:
    """Return a date of a PDF as in ISO 8601, as far as it goes; what is no such date as it is."""
    found = _DATE.fullmatch(date)
    if not found:
        return date
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    text = "-".join(filter(None, (year, month, day)))
    if day and hour and minute:
        text += f"T{hour}:{minute}:{second or '00'}"
        if sign:
            text += "Z" if sign == "Z" or not hours else f"{sign}{hours}:{minutes or '00'}"
    return text


def xmp(path: Path) -> dict[str, str]:
    """Return the entries of the XMP packet of a PDF, where it lies in the file as plain text."""
    if path.stat().st_size > _MOST_BYTES:
        return {}
    packets = [packet for packet in _packets(path.read_bytes()) if _OF_A_PDF in packet]
    return entries_of(packets[-1].decode("utf-8", "replace")) if packets else {}


def _packets(data: bytes) -> Iterator[bytes]:
    end = None
    for begin in _PACKET.finditer(data):
        if end is None or begin.start() >= end.end():
            end = _END.search(data, begin.end())
            if end is None:
                return
            yield data[begin.start() : end.end()]


def entries_of(packet: str) -> dict[str, str]:
    """Return the entries of an XMP packet that a PDF's own dictionary could have."""
    found = {}
    for key, name in _XMP.items():
        begin = re.search(rf"<{name}\b[^<>]*>", packet)
        end = packet.find(f"</{name}>", begin.end()) if begin else -1
        attribute = re.search(rf"\s{name}=(?:\"([^\"]*)\"|'([^']*)')", packet)
        if begin and end >= 0:
            element = packet[begin.end() : min(end, begin.end() + _LONGEST_ELEMENT)]
            items = _ITEM.findall(element) or [element]
            items = items[:1] if key == "Title" else items
            found[key] = ", ".join(html.unescape(_TAG.sub("", item)).strip() for item in items)
        elif attribute:
            found[key] = html.unescape(attribute.group(1) or attribute.group(2) or "")
    return tidy(found)
