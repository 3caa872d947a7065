"""What we have at OpenAI: written down in the home directory before and after each step, so that none is done twice.

A document goes there as text, a file for some hundred pages (a part). Each part has a row, and so has the vector store
that holds them all. A row says how far it has come, by its state:

planned → sending → sent → attached → searchable, or failed

What was "sending" when we were stopped may have arrived: it is looked for there before it is sent again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any, Literal

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.markdown import markdown
from pdfqa.store import Objects
from pdfqa.store.documents import StoredDocument
from pdfqa.wire.base import Resource

MARK = "pdfqa"  # in the names of files and in the metadata of stores: what has it, we made
TEXT_VERSION = 2  # raised when the text of the same pages is to be sent in another form
PART_BYTES = 2_000_000  # of one file: about 500,000 tokens, a tenth of what OpenAI takes
_JOINT = "\n\n"  # between pages
_STORE = "store"
_LONGEST_NAME = 80  # characters of a document's own name
_OURS = re.compile(rf"\.{MARK}-([0-9a-f]{{12}})-[0-9a-f]{{10}}\.p\d+-\d+\.txt$")

State = Literal["planned", "sending", "sent", "attached", "searchable", "failed"]


class SentPart(Resource, frozen=True, kw_only=True):
    """One file of a document's text. `since` is when its state began, `tries` how often it was attached in vain."""

    object: str = "pdfqa.part"
    sha256: str
    doc: str
    home: str
    first: int
    last: int
    label: str
    version: str
    state: State = "planned"
    since: int = 0
    bytes: int = 0
    file_id: str = ""
    tries: int = 0
    error: str = ""

    @property
    def filename(self) -> str:
        """Return what the file is called: which document and pages it is of, and a mark that no other file has."""
        stem = re.sub(r"[^\w .()-]+", "_", PurePath(self.doc).stem)[:_LONGEST_NAME] or "document"
        digest = _hash(f"{self.sha256}:{self.version}")[:10]
        return f"{stem}.{MARK}-{self.home}-{digest}.p{self.first}-{self.last}.txt"

    @property
    def attributes(self) -> dict[str, str | int]:
        """Return what its chunks are found with again."""
        return {
            "doc": self.doc[:512],
            "page_start": self.first,
            "page_end": self.last,
            "label": self.label[:512],
            "sha256": self.sha256,
        }

    @property
    def shown(self) -> str:
        """Return what to call it."""
        pages = f"page {self.first}" if self.first == self.last else f"pages {self.first:,} to {self.last:,}"
        return f"{self.doc}, {pages}"


class SentStore(Resource, frozen=True, kw_only=True):
    """The vector store of a home directory; `home` is what its metadata say, `store_id` "" until it is there."""

    object: str = "pdfqa.store"
    home: str
    store_id: str = ""


def home_of(filename: str) -> str:
    """Return which home directory has sent a file, by its name; "" where that is none of ours."""
    found = _OURS.search(filename)
    return found[1] if found else ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Ledger:
    """The rows of one account.

    Args:
        engine: The engine of the home directory.
        account: What its rows are told from others by.
    """

    def __init__(self, engine: Engine, account: str) -> None:
        self._engine = engine
        self._account = account
        self._parts = Objects(
            engine.database, "openai.part", SentPart, "part", owner=account, tag=lambda part: part.state
        )
        self._stores = Objects(engine.database, "openai.store", SentStore, "store", owner=account)

    def parts(self, *states: State) -> list[SentPart]:
        """Return all parts, or those in some states, oldest first."""
        parts = self._parts.all(parent=self._account)
        return [part for part in parts if part.state in states] if states else parts

    def now(self, ids: Sequence[str], *states: State) -> list[SentPart]:
        """Return some parts as they are now, those in some states, in their order."""
        known = {part.id: part for part in self.parts(*states)}
        return [known[id_] for id_ in ids if id_ in known]

    def of(self, sha256: str) -> list[SentPart]:
        """Return the parts of a document, those of earlier readings of it, too."""
        return self._parts.with_key(sha256)

    def plan(self, document: StoredDocument, name: str) -> list[SentPart]:
        """Return the parts of a document as it was last read; they are new if they are not there yet."""
        version = _version(document)
        known = [part for part in self.of(document.sha256) if part.version == version]
        if known:
            return known
        now, home, labels = self._engine.now(), self.store().home, self._engine.documents.labels(document.sha256)
        parts = [
            SentPart(
                id=f"{document.sha256}:{version}:{first}",
                created_at=now,
                sha256=document.sha256,
                doc=name,
                home=home,
                first=first,
                last=last,
                label=labels[first - 1],
                version=version,
                bytes=size,
            )
            for first, last, size in _cut(self._engine.documents.texts(document.sha256))
        ]
        self._parts.insert_all(parts, parent=self._account, key=document.sha256)
        return parts

    def outdated(self) -> list[SentPart]:
        """Return the parts of documents that were read anew since, or that are no longer there."""
        documents = self._engine.documents.all()
        current = {sha256: _version(document) for sha256, document in documents.items()}
        return [part for part in self.parts() if current.get(part.sha256) != part.version]

    def text(self, part: SentPart) -> bytes:
        """Return the text of a part."""
        document = self._engine.documents.find(part.sha256)
        pages = self._engine.documents.pages(document.id, range(part.first, part.last + 1)) if document else {}
        return _JOINT.join(markdown(page) for page in pages.values()).encode()

    def change(self, parts: Sequence[SentPart], state: State, **fields: Any) -> list[SentPart]:
        """Write down that parts have come to a state, and return them so."""
        now = self._engine.now()
        changed = [msgspec.structs.replace(part, state=state, since=now, **fields) for part in parts]
        self._parts.replace_all(changed, parent=self._account)
        return changed

    def drop(self, parts: Sequence[SentPart]) -> None:
        """Forget parts."""
        self._parts.delete_all([part.id for part in parts], parent=self._account)

    def store(self) -> SentStore:
        """Return the vector store, which may not be there yet."""
        with self._engine.database.atomic():
            known = self._stores.find(_STORE, parent=self._account)
            made = SentStore(id=_STORE, created_at=self._engine.now(), home=_hash(self._engine.new_id("home_"))[:12])
            return known or self._stores.insert(made, parent=self._account)

    def made(self, store_id: str) -> SentStore:
        """Write down which vector store there is, "" for none, in which nothing is yet."""
        with self._engine.database.atomic():
            store = msgspec.structs.replace(self.store(), store_id=store_id)
            inside = [part for part in self.parts() if part.state in {"attached", "searchable", "failed"}]
            self.change(inside, "sent", tries=0, error="")
            return self._stores.replace(store, parent=self._account)

    def forget(self) -> None:
        """Forget everything."""
        with self._engine.database.atomic():
            self._parts.delete_children(self._account)
            self._stores.delete_children(self._account)


def _version(document: StoredDocument) -> str:
    return f"{TEXT_VERSION}.{document.read_at}.{document.id}"


def _cut(texts: Iterator[str]) -> Iterator[tuple[int, int, int]]:
    """Yield the first and last page of each part, and its size in bytes. A part ends with a page.

    Pages without any text are in none.
    """
    first = last = size = 0
    for number, text in enumerate(texts, start=1):
        more = len(text.encode())
        if not text.strip():
            continue
        if first and size + more > PART_BYTES:
            yield first, last, size
            first = size = 0
        first, last, size = first or number, number, size + more + len(_JOINT)
    if first:
        yield first, last, size
