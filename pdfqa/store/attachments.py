"""Which files a PDF carries inside it, and what became of those that are PDFs themselves.

A row is a property of the bytes that carry it. `child` is the hash of a PDF's bytes, "" for any other file; `file` is
the id of the file object that is there only because of them, "" where the user has added the same bytes as well.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from pdfqa.pages import Attachment
from pdfqa.store.database import Database

_COLUMNS = "page, number, name, bytes, kind, child, file"


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A file inside a PDF, and what became of it."""

    attachment: Attachment
    child: str = ""
    file: str = ""


class Attachments:
    """The files inside the documents of one home directory, by the hash of the bytes that carry them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, parent: str) -> list[Carried]:
        """Return what a document carries; nothing where that has not been looked at."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM attachments WHERE parent = ? ORDER BY page, number",  # noqa: S608 (constant)
            (parent,),
        )
        return [
            Carried(attachment=Attachment(number, name, size, kind, page), child=child, file=file)
            for page, number, name, size, kind, child, file in rows
        ]

    def write(self, parent: str, carried: Iterable[Carried]) -> None:
        """Record what a document carries, in a transaction."""
        with self._database.atomic() as connection:
            connection.executemany(
                f"INSERT OR IGNORE INTO attachments (parent, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                [
                    (parent, a.page, a.number, a.name, a.bytes, a.kind, one.child, one.file)
                    for one in carried
                    for a in (one.attachment,)
                ],
            )

    def inside(self) -> dict[str, tuple[str, str]]:
        """Return the ids of the files that are there only because others carry them: by what, and by which name."""
        rows = self._database.rows("SELECT file, parent, name FROM attachments WHERE file <> '' ORDER BY id DESC")
        return {file: (parent, name) for file, parent, name in rows}

    def is_inside(self, file_id: str) -> bool:
        """Return whether a file is there only because others carry it."""
        return self._database.row("SELECT 1 FROM attachments WHERE file = ?", (file_id,)) is not None

    def release(self, file_id: str) -> None:
        """Record that the user has added a file as well: it no longer goes with what carries it."""
        if self.is_inside(file_id):
            with self._database.atomic() as connection:
                connection.execute("UPDATE attachments SET file = '' WHERE file = ?", (file_id,))

    def lose(self, file_id: str) -> None:
        """Record that a file was deleted: what carries it does not bring it back."""
        if self.is_inside(file_id):
            with self._database.atomic() as connection:
                connection.execute("UPDATE attachments SET child = '', file = '' WHERE file = ?", (file_id,))

    def forget(self, parent: str) -> list[str]:
        """Remove what is known of a document's files; return the ids of those that nothing else carries."""
        with self._database.atomic() as connection:
            files = connection.execute(
                "SELECT DISTINCT file FROM attachments WHERE parent = ? AND file <> ''", (parent,)
            ).fetchall()
            connection.execute("DELETE FROM attachments WHERE parent = ?", (parent,))
        return [file for (file,) in files if not self.is_inside(file)]
