"""Homes with documents that need not be read: for what happens around reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from pdfqa.embed import StaticEmbedder
from pdfqa.engine import Engine
from pdfqa.index.build import build
from pdfqa.pages import Block, DocumentInfo, Page
from pdfqa.passages import DEFAULT, AnyStrategy, TokenStrategy
from pdfqa.store.documents import StoredDocument
from pdfqa.wire import File
from pdfqa.wire.requests import Content, CreateVectorStore, CreateVectorStoreFile, UploadFile
from tests.pdf_maker import Leaf, make_pdf, paragraph

NOW = 1_800_000_000
AUTO = TokenStrategy()
NO_PDF = b"dear diary"
DAMAGED = b"%PDF-1.7\nnothing"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> float:
        return self.time + 0.9


@lru_cache(maxsize=1)
def embedder() -> StaticEmbedder:
    return StaticEmbedder.load()


def upload(engine: Engine, data: bytes, name: str = "a.pdf", **fields: Any) -> File:
    """Upload bytes as a client does."""
    content = Content(filename=name, data=data)
    return engine.files.create(UploadFile(file=content, purpose="assistants", **fields))


def pdf_bytes(*texts: str) -> bytes:
    """Return a PDF with a paragraph on each page."""
    return make_pdf([Leaf(paragraph(text)) for text in texts])


def known(engine: Engine, *texts: str, name: str = "a.pdf", cut: Sequence[AnyStrategy] = (DEFAULT, AUTO)) -> File:
    """Upload a PDF of these pages that has been read already."""
    file = upload(engine, pdf_bytes(*texts), name)
    store_document(engine, engine.files.sha256(file.id), texts, cut)
    return file


def store_document(engine: Engine, sha256: str, texts: Sequence[str], cut: Sequence[AnyStrategy]) -> None:
    """Store what reading a PDF of these pages gives."""
    pages = [
        Page(number=number, label=str(number), width=612, height=792, text=text, blocks=[Block(0, len(text))])
        for number, text in enumerate(texts, start=1)
    ]
    document = StoredDocument(
        id=0, sha256=sha256, pages=len(pages), language="en", read_at=0, info=DocumentInfo(pages=len(pages)), unread=[]
    )
    for strategy in cut:
        segment = build(pages, embedder(), strategy=strategy)
        engine.documents.write(document, [segment], names=[], strategy=strategy.name, embedder=embedder().name)


def store_with(engine: Engine, *files: File, **fields: Any) -> str:
    """Return the id of a new vector store with these files, which are not read."""
    request = CreateVectorStore(file_ids=[file.id for file in files], **fields)
    return engine.vector_stores.create(request).id


def attach(engine: Engine, store_id: str, file: File, **fields: Any) -> None:
    """Put a file into a vector store."""
    engine.store_files.create(store_id, CreateVectorStoreFile(file_id=file.id, **fields))


def read(engine: Engine, *, stopping: Callable[[], bool] = lambda: False, limit: int = 1000) -> int:
    """Do the jobs of reading that there are, as a driver does; return how many it were."""
    jobs = engine.jobs
    if not jobs.worker:
        jobs.begin("worker-test")
    jobs.adopt()
    mine = jobs.mine("ingest", limit=limit)
    jobs.attempt(mine)
    engine.vector_stores.read(mine, stopping)
    return len(mine)


def jobs_left(engine: Engine) -> int:
    return int(engine.database.rows("SELECT count(*) FROM jobs")[0][0])


def blobs_left(engine: Engine) -> set[str]:
    """Return the names of all copies of bytes on disk."""
    return {path.name for path in (engine.database.home / "blobs").glob("??/*")}


def bytes_left(engine: Engine) -> list[str]:
    """Return what lies about under `incoming/` and `uploads/`."""
    home = engine.database.home
    return [path.name for folder in ("incoming", "uploads") for path in (home / folder).rglob("*")]
