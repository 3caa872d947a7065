"""Read PDFs: what a file holds, its pages as repaired text and as pictures, and where on a page a quote stands."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from pdfqa.errors import DamagedFileError, InvalidRequestError
from pdfqa.pages import DocumentInfo, OutlineItem, Page, Place
from pdfqa.pdf.files import RefusedError
from pdfqa.pdf.lines import Sheet
from pdfqa.pdf.ocr.engines import engine as ocr_engine
from pdfqa.pdf.ocr.engines import lack as ocr_lack
from pdfqa.pdf.ocr.engines import require as require_ocr
from pdfqa.pdf.ocr.scans import BLANK, unread_reason, wants_ocr
from pdfqa.pdf.options import ReadOptions
from pdfqa.pdf.readers import Readers, open_file
from pdfqa.types import Box

__all__ = [
    "BLANK",
    "ReadOptions",
    "find_boxes",
    "ocr_lack",
    "picture",
    "read_info",
    "read_pages",
    "read_sheet",
    "recognise",
    "require_ocr",
    "unread_reason",
    "wants_ocr",
]

WINDOW = 32  # pages laid out together: enough neighbours to know a running head by
PICTURE_WIDTH = 900  # pixels: a page of A4 that can be read
_WIDEST = 4_000
# pdfium is not made for several threads, and boxes and pictures are asked for from any. Reading is done in processes.
_one_at_a_time = threading.Lock()


def read_info(path: str | os.PathLike[str], password: str | None = None, *, pypdf: bool = False) -> DocumentInfo:
    """Return what is known of a document before its pages are read.

    Args:
        path: The PDF.
        password: For an encrypted file.
        pypdf: Whether to leave pdfium out, over which a process has died.

    Raises:
        FileError: The file cannot be used; the subclass says why.
    """
    with Readers(path, password, pypdf=pypdf) as readers:
        return readers.info()


def read_sheet(path: str | os.PathLike[str], number: int, password: str | None = None, *, pypdf: bool = False) -> Sheet:
    """Return one page as a reader sees it, before layout; `pypdf` leaves pdfium out.

    Raises:
        FileError: The file as a whole cannot be used.
    """
    with Readers(path, password, pypdf=pypdf) as readers:
        return readers.sheet(number)


def read_pages(
    path: str | os.PathLike[str],
    first: int,
    last: int,
    password: str | None = None,
    *,
    known: Mapping[int, Sheet] | None = None,
    pypdf: bool = False,
    at: Callable[[int], None] = lambda _: None,
    outline: Iterable[OutlineItem] = (),
) -> Iterator[Page]:
    """Yield the pages from `first` to `last`, both included and counted from 1.

    A page that cannot be read comes without text and with a warning. Pages are laid out in windows of 32, so the
    first of a long range comes when 32 are read.

    Args:
        path: The PDF.
        first: The first page.
        last: The last page.
        password: For an encrypted file.
        known: Pages that were looked at before, by number: those are not read again, only laid out with the others.
        pypdf: Whether to leave pdfium out, over which a process has died.
        at: Told the number of each page before it is read, and 0 before pages are laid out.
        outline: The document's outline, or what of it leads to these pages: its titles are headings.

    Raises:
        FileError: The file as a whole cannot be used.
    """
    from pdfqa.pdf.layout.layout import Layout
    from pdfqa.pdf.parts.extras import with_extras

    layout = Layout(outline)
    known = known or {}
    with Readers(path, password, pypdf=pypdf) as readers:
        last = min(last, readers.pages)
        for begin in range(max(first, 1), last + 1, WINDOW):
            sheets = []
            for number in range(begin, min(begin + WINDOW, last + 1)):
                if number not in known:
                    at(number)
                sheets.append(known.get(number) or readers.sheet(number))
            at(0)
            yield from map(with_extras, layout.pages(sheets), sheets)


def recognise(
    path: str | os.PathLike[str],
    number: int,
    password: str | None = None,
    options: ReadOptions | None = None,
    *,
    scale: float | None = None,
) -> Sheet:
    """Return one page with the text that was recognised in its picture; without any, it stays as it is, with a warning.

    `scale` is how many pixels a point is drawn with; by default as many as it takes.

    Raises:
        FileError: The file as a whole cannot be used.
        MissingExtraError: No text can be recognised here.
    """
    from pdfqa.pdf.drawing import draw_grey
    from pdfqa.pdf.ocr.recognise import recognised

    options = options or ReadOptions()
    engine = ocr_engine(options)
    file, second = open_file(path, password)
    if file is None:
        return second.sheet(number) if second else Sheet(number, "", 0.0, 0.0, [], source="none")
    with file:
        sheet, _ = file.sheet(number)
        try:
            image = draw_grey(file, number, scale)
        except RefusedError:
            return structs.replace(sheet, warnings=[*sheet.warnings, f"page {number} cannot be drawn"])
    return recognised(sheet, image, engine, options)


def find_boxes(
    path: str | os.PathLike[str],
    page: int,
    quote: str,
    password: str | None = None,
    *,
    start: int | None = None,
    places: Sequence[Place] = (),
) -> list[Box]:
    """Return the rectangles that a quote covers on its page, one for each line; none if it is not found.

    A quote of several lines that do not stand together on the page has those of the lines that are found.

    Args:
        path: The PDF.
        page: The page, counted from 1.
        quote: A piece of the page's text as `read_pages` gives it.
        password: For an encrypted file.
        start: Where in the page's text the quote begins, to tell repeated quotes apart.
        places: Those of the page as `read_pages` gives it: where words stand that its text layer lacks.

    Raises:
        FileError: The file cannot be used.
    """
    from pdfqa.pdf.quotes import find

    with _one_at_a_time:
        file, _ = open_file(path, password)
        with file or contextlib.nullcontext():
            if file and not 1 <= page <= file.pages:
                return []
            with file.characters(page) if file else contextlib.nullcontext() as characters:
                return find(characters, quote, start, places)


def picture(
    path: str | os.PathLike[str],
    page: int,
    boxes: Sequence[Box] = (),
    password: str | None = None,
    *,
    width: int = PICTURE_WIDTH,
) -> bytes:
    """Return a page as it is shown, as a PNG file, with rectangles marked.

    Args:
        path: The PDF.
        page: The page, counted from 1.
        boxes: What is marked, as `find_boxes` gives it.
        password: For an encrypted file.
        width: How many pixels wide; the height is that of the page, and at most twice as much.

    Raises:
        FileError: The file cannot be used, or its page not drawn.
        InvalidRequestError: There is no such page, or the width is out of range.
    """
    from pdfqa.pdf.drawing import draw
    from pdfqa.pdf.pictures import mark, png

    if not 1 <= width <= _WIDEST:
        raise InvalidRequestError(f"width is {width}; it must be from 1 to {_WIDEST:,} pixels", param="width")
    with _one_at_a_time:
        file, second = open_file(path, password)
        with file or contextlib.nullcontext():
            pages = file.pages if file else second.pages if second else 0
            if not 1 <= page <= pages:
                raise InvalidRequestError(f"{path} has no page {page}; it has {pages:,}", param="page")
            if file is None:
                raise _not_drawn(path, page)
            try:
                image = draw(file, page, width)
            except RefusedError as error:
                raise _not_drawn(path, page) from error
    mark(image, boxes)
    return png(image)


def _not_drawn(path: str | os.PathLike[str], page: int) -> DamagedFileError:
    return DamagedFileError(
        f"{path} is damaged: page {page} cannot be drawn.",
        hint="Fetch or export it again, or repair it, for example with qpdf or Ghostscript.",
    )
