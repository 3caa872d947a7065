"""Homes that hold two small documents, questions about them, and answers held against OpenAI's own types."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pydantic
from openai.types.responses import Response as TheirResponse
from openai.types.responses import ResponseStreamEvent

from pdfqa import wire
from pdfqa.engine import Engine
from pdfqa.engine.channels import Channel
from pdfqa.engine.driver import Driver
from pdfqa.operations import OPERATIONS
from pdfqa.wire.requests import Content, CreateVectorStore, CreateVectorStoreFile, UploadFile
from pdfqa.wire.responses import Response
from tests.homes import CLUB, PARK, pdf, settings

_KEPT = TemporaryDirectory(prefix="pdfqa-questions-")
CLUB_ANSWER = "The treasurer of the sailing club is Margaret Holloway. [1]"
PARK_ANSWER = "The head gardener of the botanical park is Rodrigo Fuentes. [1]"


@cache
def _template() -> Path:
    """Return a home with a store of two documents, read once for all tests."""
    home = Path(_KEPT.name) / "home"
    with Engine(settings(home)) as engine:
        store = engine.vector_stores.create(CreateVectorStore(name="papers"))
        with Driver(engine):
            for name, text in (("club.pdf", CLUB), ("park.pdf", PARK)):
                data = pdf(Path(_KEPT.name) / name, text).read_bytes()
                request = UploadFile(file=Content(filename=name, data=data), purpose="assistants")
                file = engine.files.create(request)
                attributes: dict[str, Any] = {"about": name.removesuffix(".pdf")}
                engine.store_files.create(store.id, CreateVectorStoreFile(file_id=file.id, attributes=attributes))
            until(lambda: engine.vector_stores.get(store.id).file_counts.completed == 2)
    return home


@contextmanager
def papers(home: Path, **changes: Any) -> Iterator[Engine]:
    """Open a home with a vector store, "papers", that holds club.pdf and park.pdf."""
    if not home.exists():
        shutil.copytree(_template(), home)
    with Engine(settings(home, **changes)) as engine:
        yield engine


def call(engine: Engine, name: str, /, *ids: str, **fields: Any) -> Any:
    """Return what an operation makes of some fields, checked as the server checks them."""
    operation = OPERATIONS[name]
    request = wire.check(operation.request, fields) if operation.request else None
    return operation.perform(engine, ids, request)


def respond(engine: Engine, **fields: Any) -> Response:
    """Return a response that is well formed in OpenAI's eyes, too."""
    response: Response = call(engine, "create_response", **{"model": "gpt-4o", **fields})
    theirs(TheirResponse, response)
    return response


def told(channel: Channel) -> list[dict[str, Any]]:
    """Return all events that come over a channel, each well formed in OpenAI's eyes and in its order."""
    events = [event.data for event in channel]
    for event in events:
        theirs(ResponseStreamEvent, event)
    numbers = [event["sequence_number"] for event in events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    return events


def theirs(type_: Any, value: Any) -> Any:
    """Return a value as OpenAI's SDK reads it where it is strict."""
    return _adapter(type_).validate_python(msgspec.to_builtins(value))


@cache
def _adapter(type_: Any) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(type_)


def store_of(engine: Engine) -> str:
    """Return the id of the vector store "papers"."""
    return engine.store_objects.all()[0].id


def file_of(engine: Engine, name: str) -> str:
    """Return the id of a file by its name."""
    return next(file.id for file in engine.file_objects.all() if file.filename == name)


def search_tool(engine: Engine, **more: Any) -> dict[str, Any]:
    """Return a file search of the papers."""
    return {"type": "file_search", "vector_store_ids": [store_of(engine)], **more}


def until(done: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
