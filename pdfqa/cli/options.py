"""Options that commands share, as decorators, and their values."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from pdfqa.config import OCR_CHOICES, as_typed

Function = TypeVar("Function", bound=Callable[..., Any])


class Shared(msgspec.Struct, frozen=True):
    """What the shared options say."""

    json: bool = False
    quiet: bool = False
    home: str | None = None
    passwords: tuple[str, ...] = ()
    model: str | None = None
    base_url: str | None = None
    model_key: str | None = None
    ocr: str | None = None
    ocr_lang: str | None = None
    embedder: str | None = None
    reranker: str | None = None
    backend: str | None = None

    def arguments(self) -> dict[str, Any]:
        """Return what they say as the arguments of `PDFQA`, without those that were not given."""
        given = msgspec.structs.asdict(self)
        passwords = given.pop("passwords")
        return {name: value for name, value in given.items() if value and name not in _PRINTING} | (
            {"password": list(passwords)} if passwords else {}
        )


_PRINTING = {"json", "quiet"}
_NOTHING = Shared()


def output_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add --json, --quiet and --home, and pass them as the first argument."""

    @functools.wraps(function)
    def packed(*, as_json: bool, quiet: bool, home: str | None, shared: Shared = _NOTHING, **others: Any) -> int:
        return function(msgspec.structs.replace(shared, json=as_json, quiet=quiet, home=home), **others)

    for option in (_home, _quiet, _json):
        packed = option(packed)
    return packed


def opening_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options of `output_options` and the passwords of encrypted files."""
    inner = output_options(function)

    @functools.wraps(inner)
    def packed(
        *, password: tuple[str, ...], password_file: Path | None, shared: Shared = _NOTHING, **others: Any
    ) -> int:
        passwords = (*(as_typed(word) or "" for word in password), *_lines(password_file))
        return inner(shared=msgspec.structs.replace(shared, passwords=passwords), **others)

    return _password(_password_file(packed))


def reading_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options of `opening_options` and those that say how pages are read and indexed."""
    inner = indexing_options(opening_options(function))

    @functools.wraps(inner)
    def packed(*, ocr: str | None, ocr_lang: str | None, shared: Shared = _NOTHING, **others: Any) -> int:
        return inner(shared=msgspec.structs.replace(shared, ocr=ocr, ocr_lang=ocr_lang), **others)

    return _ocr(_ocr_lang(packed))


def indexing_options(inner: Callable[..., int]) -> Callable[..., int]:
    """Add --embedder to a function that has other options already."""

    @functools.wraps(inner)
    def packed(*, embedder: str | None, shared: Shared = _NOTHING, **others: Any) -> int:
        return inner(shared=msgspec.structs.replace(shared, embedder=embedder), **others)

    return _embedder(packed)


def searching_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options of `reading_options` and those that say how passages are ranked."""
    inner = reading_options(function)

    @functools.wraps(inner)
    def packed(*, reranker: str | None, shared: Shared = _NOTHING, **others: Any) -> int:
        return inner(shared=msgspec.structs.replace(shared, reranker=reranker), **others)

    return _reranker(packed)


def backend_options(inner: Callable[..., int]) -> Callable[..., int]:
    """Add --backend and --base-url to a function that has other options already."""

    @functools.wraps(inner)
    def packed(*, backend: str | None, base_url: str | None, shared: Shared = _NOTHING, **others: Any) -> int:
        return inner(shared=msgspec.structs.replace(shared, backend=backend, base_url=base_url), **others)

    return backend_option(_where(packed))


def backend_option(function: Function) -> Function:
    """Add --backend as it is."""
    return _backend(function)


def answering_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options of `searching_options` and those that say what writes the answers."""
    inner = searching_options(function)

    @functools.wraps(inner)
    def packed(*, model: str | None, base_url: str | None, backend: str | None, **others: Any) -> int:
        return inner(shared=Shared(model=model, base_url=base_url, backend=backend), **others)

    return _backend(model_options(packed))


def ranking_options(function: Function) -> Function:
    """Add --embedder and --reranker as they are."""
    return _embedder(_reranker(function))


def model_options(function: Function) -> Function:
    """Add --model and --base-url as they are."""
    return _model(_base_url(function))


def strict_option(function: Function) -> Function:
    """Add --strict."""
    return click.option("--strict", is_flag=True, help="Exit with 1 when nothing is found.")(function)


def estimating(shared: Shared) -> Shared:
    """Return options for what asks nothing of a model, and so needs no key of its server."""
    known = any(os.environ.get(name) for name in ("PDFQA_MODEL_KEY", "OPENAI_API_KEY"))
    return msgspec.structs.replace(shared, model_key=None if known else "none")


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    from pdfqa.loading import load
    from pdfqa.pdf.passwords import from_lines

    return from_lines(load(path, "file of passwords", "Write a password on each line."))


_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON value, also for an error.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="Print nothing but the answer and errors.")
_home = click.option(
    "--home",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Keep everything in DIR (default: PDFQA_HOME).",
)
_password = click.option(
    "--password", metavar="TEXT", multiple=True, help="Open encrypted files with it (or set PDFQA_PASSWORD)."
)
_password_file = click.option(
    "--password-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Try the passwords in FILE, one on each line.",
)
_ocr = click.option(
    "--ocr", type=click.Choice(OCR_CHOICES), help="Recognise the text of scanned pages (PDFQA_OCR; default: auto)."
)
_ocr_lang = click.option("--ocr-lang", metavar="LANG", help="Their languages, such as de+en (PDFQA_OCR_LANG).")
_embedder = click.option(
    "--embedder", metavar="NAME|DIR", help="Embed with 'multilingual', a folder's or a server's model (PDFQA_EMBEDDER)."
)
_reranker = click.option("--reranker", metavar="DIR", help="Rerank with the model in DIR (PDFQA_RERANKER).")
_backend = click.option(
    "--backend", metavar="NAME", help="Search and answer at 'openai', or a server's URL (PDFQA_BACKEND)."
)
_where = click.option("--base-url", metavar="URL", help="Find OpenAI's API there (OPENAI_BASE_URL).")
_model = click.option("--model", metavar="NAME", help="Have a chat model write the answer (PDFQA_MODEL).")
_base_url = click.option("--base-url", metavar="URL", help="Find the model there (PDFQA_BASE_URL).")
