"""Documents as they were read: their pages, and the segments and postings that search looks through."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from pdfqa.errors import FileMissingError, InvalidRequestError, StorageError
from pdfqa.pages import INDEX_VERSION, DocumentInfo, Page, Passage, Segment
from pdfqa.store.database import Database
from pdfqa.types import Unread

_PAGE = msgspec.msgpack.Decoder(Page)
_INFO = msgspec.msgpack.Decoder(DocumentInfo)
_UNREAD = msgspec.msgpack.Decoder(list[Unread])
_PASSAGES = msgspec.msgpack.Decoder(list[Passage])
_TERMS = msgspec.msgpack.Decoder(list[str])


_INDEX_COLUMNS = "id, document, strategy, embedder, passages, version"
_COLUMNS = "id, sha256, pages, language, read_at, info, unread, reading"


class StoredDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that has been read. `read_at` is in seconds since 1970, `reading` how it was read."""

    id: int
    sha256: str
    pages: int
    language: str
    read_at: int
    info: DocumentInfo
    unread: list[Unread]
    reading: str = ""


class StoredIndex(msgspec.Struct, frozen=True, kw_only=True):
    """A document cut into passages in one way, embedded by one embedder; `version` is what INDEX_VERSION was then."""

    id: int
    document: int
    strategy: str
    embedder: str
    passages: int
    version: int


class Documents:
    """The documents of one home directory, by the hash of their bytes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def knows(self, sha256: str) -> bool:
        """Return whether the document with these bytes has been read, whichever way it was cut."""
        return self._database.row("SELECT 1 FROM documents WHERE sha256 = ?", (sha256,)) is not None

    def find(self, sha256: str) -> StoredDocument | None:
        """Return the document with these bytes, if it has been read."""
        row = self._database.row(f"SELECT {_COLUMNS} FROM documents WHERE sha256 = ?", (sha256,))  # noqa: S608 (constant)
        return _document(row) if row else None

    def all(self) -> dict[str, StoredDocument]:
        """Return all documents by the hash of their bytes."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM documents")  # noqa: S608 (constant)
        return {row[1]: _document(row) for row in rows}

    def find_index(self, sha256: str, strategy: str) -> StoredIndex | None:
        """Return the index of a document that was cut with this strategy, if there is one."""
        row = self._database.row("SELECT id FROM documents WHERE sha256 = ?", (sha256,))
        return self._index(int(row[0]), strategy) if row else None

    def _index(self, document: int, strategy: str) -> StoredIndex | None:
        row = self._database.row(
            f"SELECT {_INDEX_COLUMNS} FROM indexes WHERE document = ? AND strategy = ?",  # noqa: S608 (constant)
            (document, strategy),
        )
        return _stored_index(row) if row else None

    def indexes(self) -> dict[str, list[StoredIndex]]:
        """Return all indexes by the hash of their documents' bytes, oldest documents first."""
        rows = self._database.rows(
            f"SELECT d.sha256, {_INDEX_COLUMNS} FROM indexes i "  # noqa: S608 (constant)
            "JOIN (SELECT id AS number, sha256 FROM documents) d ON d.number = i.document ORDER BY document, id"
        )
        found: dict[str, list[StoredIndex]] = {}
        for sha256, *row in rows:
            found.setdefault(sha256, []).append(_stored_index(row))
        return found

    def strategies(self, sha256: str) -> list[str]:
        """Return the names of the strategies that a document was cut with."""
        rows = self._database.rows(
            "SELECT i.strategy FROM indexes i JOIN documents d ON d.id = i.document WHERE d.sha256 = ?", (sha256,)
        )
        return [name for (name,) in rows]

    def without_index(self, strategy: str) -> set[str]:
        """Return the hashes of the documents that were not cut with a strategy."""
        rows = self._database.rows(
            "SELECT sha256 FROM documents d WHERE NOT EXISTS "
            "(SELECT 1 FROM indexes i WHERE i.document = d.id AND i.strategy = ?)",
            (strategy,),
        )
        return {sha256 for (sha256,) in rows}

    def page(self, sha256: str, number: int) -> Page:
        """Return one page, counted from 1.

        Raises:
            InvalidRequestError: The document has no such page.
        """
        found = self.find(sha256)
        pages = self.pages(found.id, [number]) if found else {}
        if number not in pages:
            count = found.pages if found else 0
            raise InvalidRequestError(f"there is no page {number}; the document has {count} pages", param="page")
        return pages[number]

    def pages(self, document: int, numbers: Iterable[int]) -> dict[int, Page]:
        """Return some pages of the document with this id, by number."""
        found = ((number, self._page(document, number)) for number in sorted(set(numbers)))
        return {number: page for number, page in found if page is not None}

    @lru_cache(maxsize=256)  # noqa: B019 (lives as long as its database; a page never changes)
    def _page(self, document: int, number: int) -> Page | None:
        row = self._database.row("SELECT body FROM pages WHERE document = ? AND number = ?", (document, number))
        return _PAGE.decode(row[0]) if row else None

    @lru_cache(maxsize=4096)  # noqa: B019 (lives as long as its database; an id is never used twice)
    def sha256(self, document: int) -> str:
        """Return the hash of a document's bytes."""
        row = self._database.row("SELECT sha256 FROM documents WHERE id = ?", (document,))
        return str(row[0]) if row else ""

    def texts(self, sha256: str) -> Iterator[str]:
        """Yield the text of each page of a document, in order."""
        rows = self._database.rows(
            "SELECT p.body FROM pages p JOIN documents d ON d.id = p.document WHERE d.sha256 = ? ORDER BY p.number",
            (sha256,),
        )
        return (_PAGE.decode(body).text for (body,) in rows)

    def labels(self, sha256: str) -> list[str]:
        """Return the printed labels of a document's pages, in order."""
        rows = self._database.rows(
            "SELECT p.label FROM pages p JOIN documents d ON d.id = p.document WHERE d.sha256 = ? ORDER BY p.number",
            (sha256,),
        )
        return [label for (label,) in rows]

    @lru_cache(maxsize=256)  # noqa: B019 (as above; a segment never changes)
    def passages(self, segment: int) -> list[Passage]:
        """Return the passages of a segment."""
        row = self._database.row("SELECT passages FROM segments WHERE id = ?", (segment,))
        return _PASSAGES.decode(row[0]) if row else []

    def write(
        self,
        document: StoredDocument,
        segments: Iterable[Segment],
        *,
        names: Iterable[str],
        strategy: str,
        embedder: str,
        others: Mapping[str, Iterable[Segment]] | None = None,
    ) -> StoredIndex:
        """Store a document, its pages and its index in one transaction; one that is already there is kept.

        Args:
            document: What is known of it; its `id` is ignored.
            segments: Its pages, and the index.
            names: The index terms of its name.
            strategy: How it was cut.
            embedder: What made the vectors.
            others: Its indexes by other strategies. With them it takes the place of one that is already there.
        """
        with self._database.atomic() as connection:
            if others is not None:
                self.remove(document.sha256)
            known = self.find(document.sha256)
            if known is not None:  # another process was faster
                return self._write_index(known.id, segments, strategy, embedder, pages=False)
            self._check_wanted(document.sha256)
            id_ = connection.execute(
                "INSERT INTO documents (sha256, pages, language, read_at, info, unread, reading) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    document.sha256,
                    document.pages,
                    document.language,
                    document.read_at,
                    msgspec.msgpack.encode(document.info),
                    msgspec.msgpack.encode(document.unread),
                    document.reading,
                ),
            ).lastrowid
            self._write_names(_id(id_), names)
            index = self._write_index(_id(id_), segments, strategy, embedder, pages=True)
            for name, pieces in (others or {}).items():
                self._write_index(_id(id_), pieces, name, embedder, pages=False)
            return index

    def write_index(
        self,
        sha256: str,
        segments: Iterable[Segment],
        *,
        strategy: str,
        embedder: str,
        replaces: int = 0,
        names: Iterable[str] | None = None,
    ) -> StoredIndex:
        """Store another index of a document in one transaction; one that is already there is kept.

        Args:
            sha256: The hash of the document's bytes.
            segments: The index.
            strategy: How it was cut.
            embedder: What made the vectors.
            replaces: The id of an index that goes when this one is there.
            names: The index terms of the document's name, if they too are to be replaced.

        Raises:
            FileMissingError: The document was deleted meanwhile.
        """
        with self._database.atomic():
            document = self.find(sha256)
            if document is None:
                raise FileMissingError("the file was deleted while it was being read", hint="Upload it again.")
            if replaces:
                self._remove_postings("i.id = ?", replaces)
                self._database.connection.execute("DELETE FROM indexes WHERE id = ?", (replaces,))
            if names is not None:
                self._write_names(document.id, names)
            return self._write_index(document.id, segments, strategy, embedder, pages=False)

    def _check_wanted(self, sha256: str) -> None:
        if self._database.row("SELECT 1 FROM contents WHERE sha256 = ?", (sha256,)) is None:
            raise FileMissingError("the file was deleted while it was being read", hint="Upload it again.")

    def remove(self, sha256: str) -> None:
        """Delete a document with everything that was made of it."""
        with self._database.atomic() as connection:
            self._remove_postings("d.sha256 = ?", sha256)
            connection.execute("DELETE FROM documents WHERE sha256 = ?", (sha256,))

    def _remove_postings(self, condition: str, value: str | int) -> None:
        """Delete the postings of some indexes."""
        connection = self._database.connection
        joined = (
            f"segments s JOIN indexes i ON i.id = s.index_id JOIN documents d ON d.id = i.document WHERE {condition}"
        )
        segments = connection.execute(f"SELECT s.id, s.terms FROM {joined}", (value,)).fetchall()  # noqa: S608 (constants)
        for id_, terms in segments:
            connection.executemany(
                "DELETE FROM postings WHERE term = ? AND segment = ?",
                ((term, id_) for term in _TERMS.decode(zlib.decompress(terms))),
            )

    def _write_names(self, document: int, names: Iterable[str]) -> None:
        connection = self._database.connection
        connection.execute("DELETE FROM names WHERE document = ?", (document,))
        connection.executemany(
            "INSERT INTO names (term, document) VALUES (?, ?)", ((term, document) for term in sorted(set(names)))
        )

    def totals(self) -> tuple[int, int, dict[str, int]]:
        """Return the number of pages, of passages, and of documents in each language."""
        (pages,) = self._database.row("SELECT coalesce(sum(pages), 0) FROM documents") or (0,)
        (passages,) = self._database.row("SELECT coalesce(sum(passages), 0) FROM indexes") or (0,)
        languages = self._database.rows("SELECT language, count(*) FROM documents GROUP BY 1 ORDER BY 2 DESC, 1")
        return int(pages), int(passages), {language or "unknown": count for language, count in languages}

    def _write_index(
        self, document: int, segments: Iterable[Segment], strategy: str, embedder: str, *, pages: bool
    ) -> StoredIndex:
        """Write the index of a document, unless it is there, and the pages with it if they are not."""
        connection = self._database.connection
        known = self._index(document, strategy)
        if known is not None:
            return known
        index = _id(
            connection.execute(
                "INSERT INTO indexes (document, strategy, embedder, passages, version) VALUES (?, ?, ?, 0, ?)",
                (document, strategy, embedder, INDEX_VERSION),
            ).lastrowid
        )
        count = 0
        for segment in segments:
            count += len(segment.passages)
            if pages:
                connection.executemany(
                    "INSERT INTO pages (document, number, label, body) VALUES (?, ?, ?, ?)",
                    ((document, page.number, page.label, msgspec.msgpack.encode(page)) for page in segment.pages),
                )
            self._write_segment(index, segment)
        connection.execute("UPDATE indexes SET passages = ? WHERE id = ?", (count, index))
        row = (index, document, strategy, embedder, count, INDEX_VERSION)
        return _stored_index(row)

    def _write_segment(self, index: int, segment: Segment) -> None:
        # Sorted terms go into neighbouring places of the table, and compress well.
        terms = sorted(segment.postings)
        connection = self._database.connection
        id_ = connection.execute(
            "INSERT INTO segments (index_id, language, size, passages, lengths, numbers, vectors, terms) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                index,
                segment.language,
                len(segment.passages),
                msgspec.msgpack.encode(segment.passages),
                segment.lengths,
                segment.numbers,
                segment.vectors,
                zlib.compress(msgspec.msgpack.encode(terms), 1),
            ),
        ).lastrowid
        connection.executemany(
            "INSERT INTO postings (term, segment, data) VALUES (?, ?, ?)",
            ((term, id_, segment.postings[term]) for term in terms),
        )


def _stored_index(row: Sequence[Any]) -> StoredIndex:
    id_, document, strategy, embedder, passages, version = row
    return StoredIndex(
        id=id_, document=document, strategy=strategy, embedder=embedder, passages=passages, version=version
    )


def _document(row: tuple[Any, ...]) -> StoredDocument:
    id_, sha256, pages, language, read_at, info, unread, reading = row
    return StoredDocument(
        id=id_,
        sha256=sha256,
        pages=pages,
        language=language,
        read_at=read_at,
        info=_INFO.decode(info),
        unread=_UNREAD.decode(unread),
        reading=reading,
    )


def _id(row: int | None) -> int:
    """Return the id of a row just inserted."""
    if row is None:
        raise StorageError("SQLite gave an inserted row no id", hint="This is a mistake in pdfqa; please report it.")
    return row
