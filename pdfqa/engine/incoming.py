"""A document on its way in: the segments that came back from workers, until all are there."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import msgspec

from pdfqa import languages
from pdfqa.engine.again import told
from pdfqa.engine.ranges import LATE, Look
from pdfqa.engine.reading import Opened
from pdfqa.errors import DamagedFileError, NoTextError, PdfqaError, ReaderFailedError, StorageFullError
from pdfqa.pages import Attachment, DocumentInfo, OutlineItem, Page, Segment
from pdfqa.passages import DEFAULT, AnyStrategy
from pdfqa.pdf import BLANK, ReadOptions, unread_reason
from pdfqa.store.documents import StoredDocument
from pdfqa.texts import is_text
from pdfqa.types import Unread

_SPOOL = 32 << 20
_PATIENCE = 100  # workers that may die over one file
_SLOW = 10  # how many such one counts for that was late, since that took its time
_COVER = 300  # characters of the first page's headings
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")  # annualReport: two words
_SEGMENT = msgspec.msgpack.Decoder(Segment)
replace = msgspec.structs.replace


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be read, and how it is to be cut.

    `again`: it replaces what was read of it before. `replaces`: the index, by its id, that is to be made anew of the
    pages that were read.
    """

    file_id: str
    sha256: str
    shown: str
    strategy: AnyStrategy = DEFAULT
    again: bool = False
    replaces: int = 0


class Reading:
    """A document while its segments come in; `known` is it where only its passages are to be cut anew."""

    def __init__(
        self,
        item: Item,
        *,
        path: str = "",
        known: StoredDocument | None = None,
        options: ReadOptions | None = None,
        no_ocr: str = "",
    ) -> None:
        self.item = item
        self.options = replace(options or ReadOptions(), text=is_text(item.shown))
        self.path = path
        self.known = known
        self.no_ocr = no_ocr  # why no text is recognised
        self._lacking = bool(no_ocr)  # another time it could be; what was given up is not tried with each question
        self.tried = 0  # passwords
        self.suspect: tuple[PdfqaError, int] | None = None  # what a worker died over that both opened and read
        self.opened: Opened | None = None
        self.missing = 0
        self.spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 (closed by `close`)
        self.places: dict[int, tuple[int, int]] = {}
        self.unread: list[tuple[int, str]] = []
        self.attached: dict[tuple[int, int], Attachment] = {}  # by page and place on it
        self.unseen: dict[int, int] = {}
        self.languages: dict[str, int] = {}
        self._recognised = self._missing = 0  # pages whose text was recognised, and that it could not be of
        self.damaged = ""  # the first page that no reader could read, and why
        self.error: PdfqaError | None = None
        self._troubles = {"read": 0, "ocr": 0}
        self._first_trouble = ""

    def troubled(self, look: Look, error: PdfqaError, at: int | None) -> None:
        """Count what workers died over. Too often is too often: then no more is recognised, or the file given up.

        Raises:
            ReaderFailedError: It is given up.
        """
        kind = "ocr" if look.how == "ocr" else "read"
        page = look.page or at
        if kind == "read":
            self._first_trouble = self._first_trouble or f"{f'page {page}: ' * bool(page)}{error.message}"
        if look.how == "open" and at is not None:
            self.suspect = error, at
        self._troubles[kind] += _SLOW if error.param in LATE else 1
        if self._troubles[kind] <= _PATIENCE:
            return
        if kind == "read":
            raise ReaderFailedError(
                f"{self.item.shown} was given up over many pages that could not be read; {self._first_trouble}",
                hint=error.hint,
                param=error.param,
            )
        self.no_ocr = f"recognising text was given up after many pages; the last: {error.message}"

    def keep(self, first: int, encoded: bytes | msgspec.Raw, segment: Segment, remarks: Mapping[int, str]) -> None:
        """Spool a segment and note what of it the document's record needs.

        `remarks` say why pages were not recognised.

        Raises:
            StorageFullError: There is no room for temporary files.
        """
        try:
            start = self.spool.seek(0, 2)
            self.places[first] = start, self.spool.write(encoded)
        except OSError as error:
            raise StorageFullError(
                f"a temporary file of {self.item.shown} could not be written: {error.strerror}",
                hint="Free some space where temporary files are, or set TMPDIR to somewhere else.",
            ) from error
        read = [page for page in segment.pages if page.text]
        self.languages[segment.language] = self.languages.get(segment.language, 0) + len(read)
        for page in segment.pages:
            self.attached.update({(file.page, file.number): file for file in page.attached})
            if page.unseen:
                self.unseen[page.number] = page.unseen
            self._recognised += page.source == "ocr"
            self._missing += self._lacking and page.defect in ("picture", "garbled")
            if reason := unread_reason(page, self.options):
                remark = remarks.get(page.number)
                self.unread.append((page.number, f"{reason}: {remark}" if remark else reason))
                if page.defect == "damaged" and not self.damaged:
                    self.damaged = f"page {page.number}: {reason}"

    def segments(self) -> Iterator[Segment]:
        """Yield the segments in page order."""
        for _, (start, size) in sorted(self.places.items()):
            self.spool.seek(start)
            yield _SEGMENT.decode(self.spool.read(size))

    def close(self) -> None:
        """Drop the spooled segments."""
        self.spool.close()

    def document(self, read_at: int) -> StoredDocument:
        """Return what is to be stored of a document whose segments are all here.

        Raises:
            FileError: There is nothing worth storing.
        """
        if self.opened is None:
            raise ReaderFailedError(f"{self.item.shown} could not be opened", hint="Try it again.")
        info = self.opened.info
        attached = [self.attached[key] for key in sorted(self.attached)]
        unseen = dict(sorted(self.unseen.items()))
        info = replace(info, attachments=[*info.attachments, *attached], unseen=unseen)
        carries = any(file.name.lower().endswith(".pdf") for file in info.attachments)
        if len(self.unread) == info.pages and info.damage and not carries:
            raise DamagedFileError(
                f"{self.item.shown} is damaged: {info.damage}; no page could be read.",
                hint="Fetch or export it again, or repair it, for example with qpdf or Ghostscript.",
            )
        if len(self.unread) == info.pages and self.damaged and not carries:
            kind = ReaderFailedError if self._troubles["read"] else DamagedFileError
            raise kind(
                f"{self.item.shown} has no page that could be read; {self.damaged}",
                hint="The file may be damaged: fetch or export it again, or repair it, for example with qpdf.",
            )
        if len(self.unread) == info.pages and not carries:
            reasons = Counter(reason for _, reason in self.unread)
            reason, _ = reasons.most_common(1)[0]
            hint = f"{reason[0].upper()}{reason[1:]}." if reason != BLANK else "Its pages are blank."
            raise NoTextError(f"{self.item.shown} has no text on {_pages(info.pages)}", hint=hint)
        return StoredDocument(
            id=0,
            sha256=self.item.sha256,
            pages=info.pages,
            language=max(self.languages, key=lambda language: self.languages[language]),
            read_at=read_at,
            info=info,
            unread=_by_reason(self.item.shown, [page for page in self.unread if page[1] != BLANK], info.damage),
            reading=told(self.options.ocr, self.options.ocr_lang, self._recognised, self._missing),
        )

    def names(self, language: str) -> list[str]:
        """Return the terms of the document's name."""
        title = self.opened.info.title if self.opened else ""
        return names_of(self.item.shown, title, next(self.segments()).pages[0], language)

    def named(self, error: PdfqaError | None) -> PdfqaError | None:
        """Return an error that calls the file what the user calls it."""
        if error is not None and self.path:
            error.message = error.message.replace(self.path, self.item.shown)
        return error


def names_of(shown: str, title: str, first: Page, language: str) -> list[str]:
    """Return the terms of a document's name: its file's, its title's, and those of the headings of its first page."""
    stem = _CAPITALS.sub(" ", Path(shown).stem).replace("_", " ")
    headings = " ".join(first.text[block.start : block.end] for block in first.blocks if block.kind == "heading")
    analyzer = languages.analyzer(language)
    terms = analyzer.terms(f"{stem} {title} {headings[:_COVER]}")
    return [term for term in terms if not analyzer.stop(term)]


def _by_reason(shown: str, pages: list[tuple[int, str]], damage: str) -> list[Unread]:
    reasons: dict[str, list[int]] = {}
    for number, reason in sorted(pages):
        reasons.setdefault(reason, []).append(number)
    unread = [Unread(file=shown, pages=numbers, reason=reason) for reason, numbers in reasons.items()]
    return [*unread, Unread(file=shown, pages=[], reason=damage)] if damage else unread


def _pages(count: int) -> str:
    return "its only page" if count == 1 else f"any of its {count} pages"


def titles(info: DocumentInfo, first: int, last: int) -> list[OutlineItem]:
    """Return the outline's entries of a range of pages."""
    return [item for item in info.outline if first <= item.page <= last]


def heading_above(info: DocumentInfo, first: int) -> str:
    """Return the outline's entry that a page begins under."""
    above = [item for item in info.outline if 0 < item.page < first]
    return max(above, key=lambda item: item.page).title if above else ""
