"""Settings, read once, in one order: argument, environment, default."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from pdfqa import servers
from pdfqa.errors import InvalidRequestError, InvalidValueError

Ocr = Literal["auto", "always", "never"]
_BOUNDS: dict[str, tuple[float, float]] = {
    "workers": (1, 256),
    "page_seconds": (0.1, 86_400),
    "ocr_seconds": (0.1, 86_400),
    "max_pages": (1, 10_000_000),
    "memory_mb": (64, 1_048_576),
    "busy_seconds": (0, 86_400),
    "rerank_seconds": (0, 86_400),
    "embedder_dimensions": (0, 65_536),
    "context_tokens": (512, 10_000_000),
}
_NUMBERS = (
    ("page_seconds", 60.0),
    ("ocr_seconds", 120.0),
    ("max_pages", 100_000),
    ("memory_mb", 2048),
    ("busy_seconds", 30.0),
    ("rerank_seconds", 2.0),
    ("embedder_dimensions", 0),
    ("context_tokens", 0),
)
OCR_CHOICES: tuple[Ocr, ...] = ("auto", "always", "never")
GGUF = ".gguf"  # how the name of a model ends that is a file, run in this process
OPENAI_MODEL = "gpt-6-luna"  # what answers on the back-end of that name where no model is named
ANY_MODEL = "default"  # what a server of one's own is asked for where no model is named
BACKENDS = {
    "local": "the engine in this process",
    "openai": "files and search at OpenAI, threads and runs here",
    "http://…, https://…": "the same on a server that has what OpenAI has",
}
STATIC = "pdfqa-static-1"  # the embedder that is part of pdfqa
MULTILINGUAL = "multilingual"  # the name of the embedder of the extra pdfqa[multilingual]
EXTRACTIVE = "extractive"  # the name of the answerer that quotes and needs no model


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How a server is asked.

    organization, project: whose requests these are, as OpenAI has them; where they are None, OpenAI's own server is
        told what `OPENAI_ORG_ID` and `OPENAI_PROJECT_ID` say, and no other server anything.
    max_retries: how often a request is made again when the server is busy or cannot be reached.
    backoff: seconds before the second try, twice as long before each further one, 16 times as long at most; where the
        server says how long to wait, that counts.
    """

    organization: str | None = None
    project: str | None = None
    max_retries: int = 3
    backoff: float = 0.5

    @classmethod
    def of(
        cls, organization: str | None, project: str | None, max_retries: int | None, backoff: float | None
    ) -> Manners:
        """Return what is wished, and defaults for the rest.

        Raises:
            InvalidValueError: A number is out of range.
        """
        limits = (("max_retries", max_retries, 100), ("backoff", backoff, 600.0))
        for name, value, most in limits:
            if value is not None and not 0 <= value <= most:
                raise InvalidValueError(f"{name} is {value}; it must be from 0 to {most:g}", param=name)
        wished = {name: value for name, value, _ in limits if value is not None}
        return msgspec.convert({"organization": organization, "project": project, **wished}, type=cls)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set, with its default.

    home: the directory that holds everything pdfqa keeps (`PDFQA_HOME`).
    password: tried on encrypted files (`PDFQA_PASSWORD`); never stored.
    workers: how many processes read pages (`PDFQA_WORKERS`); by default one for each core.
    page_seconds: how long one page may take before it is given up (`PDFQA_PAGE_SECONDS`).
    ocr_seconds: how long recognising the text of one page may take (`PDFQA_OCR_SECONDS`).
    max_pages: of how many pages a file may be (`PDFQA_MAX_PAGES`).
    memory_mb: how much memory a reading process may use (`PDFQA_MEMORY_MB`).
    ocr: which pages have their text recognised in their picture (`PDFQA_OCR`): "auto" those without usable text,
        "always" all, "never" none.
    ocr_lang: the languages of such pages, as codes with + between them (`PDFQA_OCR_LANG`); by default found out.
    embedder: what makes the vectors of passages (`PDFQA_EMBEDDER`): "multilingual", a folder with a model, or one of a
        server (openai/NAME, NAME@URL); by default the table that is part of pdfqa.
    embedder_dimensions: how long the vectors of a server are to be (`PDFQA_EMBEDDER_DIMENSIONS`), for models that can
        make them shorter.
    reranker: a folder with the model that reads the best passages again (`PDFQA_RERANKER`); by default none does.
    rerank_seconds: for how long it may read for one search (`PDFQA_RERANK_SECONDS`).
    busy_seconds: how long to wait for another process that is writing (`PDFQA_BUSY_SECONDS`).
    model: the chat model that writes answers (`PDFQA_MODEL`); by default, and for "extractive", none: the documents are
        quoted.
    base_url: the OpenAI-compatible server that has the model (`PDFQA_BASE_URL`); by default OpenAI's own.
    model_key: that server's key (`PDFQA_MODEL_KEY`, for OpenAI's own also `OPENAI_API_KEY`); never stored or shown.
    context_tokens: how much the model can be given at once (`PDFQA_CONTEXT_TOKENS`), its answer included; by default
        what its server or its file says, else 8,192.
    prices: a table of what models cost (`PDFQA_PRICES`), beside the one of the package (`prices.py`).
    backend: where files are kept and searched for an answer (`PDFQA_BACKEND`): "local", "openai", or the address of a
        server that has what OpenAI has. There the model answers, too; at OpenAI it has a default, `base_url` is where
        its API is (`OPENAI_BASE_URL`), and `model_key` its key (`OPENAI_API_KEY`, `PDFQA_API_KEY`).
    manners: how servers of models, and OpenAI, are asked.
    """

    home: Path
    password: str | None = None
    workers: int = 1
    page_seconds: float = 60.0
    ocr_seconds: float = 120.0
    max_pages: int = 100_000
    memory_mb: int = 2048
    ocr: Ocr = "auto"
    ocr_lang: str | None = None
    embedder: str | None = None
    embedder_dimensions: int | None = None
    reranker: str | None = None
    rerank_seconds: float = 2.0
    busy_seconds: float = 30.0
    model: str | None = None
    base_url: str | None = None
    model_key: str | None = None
    context_tokens: int | None = None
    prices: Path | None = None
    backend: str = "local"
    manners: Manners = Manners()

    @property
    def hosted_by_openai(self) -> bool:
        """Return whether the model is one of OpenAI's own, so that what is known of those is true of it."""
        named = self.model is not None and not self.model.endswith(GGUF)
        return named and servers.is_openai(self.base_url)

    def __repr__(self) -> str:
        return f"Settings(home={str(self.home)!r}, workers={self.workers})"


def load(
    *,
    home: str | os.PathLike[str] | None = None,
    password: str | None = None,
    ocr: str | None = None,
    ocr_lang: str | None = None,
    embedder: str | None = None,
    reranker: str | None = None,
    model: str | None = None,
    base_url: str | None = None,
    model_key: str | None = None,
    backend: str | None = "local",
    env: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings: arguments first, then `PDFQA_*` variables of `env`, then defaults.

    `backend` is looked for there only where it is None: not everything goes by way of another one.

    Raises:
        AuthenticationError: A key is missing, or is none, or is kept where others can read it.
        InvalidRequestError: A variable holds something that is no number, or one out of range; or a model has neither
            a server nor a key.
    """
    env = os.environ if env is None else env
    numbers = {name: _number(env, f"PDFQA_{name.upper()}", default, *_BOUNDS[name]) for name, default in _NUMBERS}
    settings = Settings(
        home=_expanded(Path(home or env.get("PDFQA_HOME") or default_home(env))),
        password=as_typed(password if password is not None else env.get("PDFQA_PASSWORD")),
        workers=int(_number(env, "PDFQA_WORKERS", _cores(), *_BOUNDS["workers"])),
        page_seconds=numbers["page_seconds"],
        ocr_seconds=numbers["ocr_seconds"],
        max_pages=int(numbers["max_pages"]),
        memory_mb=int(numbers["memory_mb"]),
        ocr=_ocr(ocr or env.get("PDFQA_OCR") or "auto"),
        ocr_lang=ocr_lang or env.get("PDFQA_OCR_LANG") or None,
        embedder=_model_of(embedder or env.get("PDFQA_EMBEDDER"), "embedder", MULTILINGUAL),
        embedder_dimensions=int(numbers["embedder_dimensions"]) or None,
        reranker=_model_of(reranker or env.get("PDFQA_RERANKER"), "reranker"),
        rerank_seconds=numbers["rerank_seconds"],
        busy_seconds=numbers["busy_seconds"],
        context_tokens=int(numbers["context_tokens"]) or None,
        prices=_expanded(Path(env["PDFQA_PRICES"])) if env.get("PDFQA_PRICES") else None,
        backend=checked_backend(backend or env.get("PDFQA_BACKEND") or "local"),
    )
    model = model or env.get("PDFQA_MODEL")
    if settings.backend != "local":
        return _elsewhere(settings, model, base_url=base_url, api_key=model_key, env=env)
    return _with_model(settings, model, base_url=base_url, model_key=model_key, env=env)


def _elsewhere(
    settings: Settings, model: str | None, *, base_url: str | None, api_key: str | None, env: Mapping[str, str]
) -> Settings:
    """Return settings with where the back-end is, its key, and the model that answers there."""
    if settings.backend == "openai":
        where, key = servers.openai(base_url=base_url, api_key=api_key, env=env)
        return msgspec.structs.replace(settings, model=_of_openai(model), base_url=where, model_key=key)
    url = servers.address(settings.backend, "backend")
    known = servers.key(url, api_key, "PDFQA_API_KEY", env=env)
    return msgspec.structs.replace(settings, model=model or ANY_MODEL, base_url=url, model_key=known)


def _with_model(
    settings: Settings, model: str | None, *, base_url: str | None, model_key: str | None, env: Mapping[str, str]
) -> Settings:
    """Return settings with the chat model, if one is wanted, its server and key."""
    base_url = base_url or env.get("PDFQA_BASE_URL") or None
    if model == EXTRACTIVE or not (model or base_url):
        return settings
    base_url, key = servers.server(base_url=base_url, model_key=model_key, env=env)
    if not base_url:  # other servers name models so, too
        model = (model or "").removeprefix("openai/")
    _check_model(model, base_url, key)
    return msgspec.structs.replace(settings, model=model, base_url=base_url, model_key=key)


def is_count(value: object, least: int, most: int) -> bool:
    """Return whether something that a caller gave is a whole number in a range."""
    return isinstance(value, int) and least <= value <= most


def checked_backend(name: str) -> str:
    """Return the name of a back-end, or the address of a server; any other is refused."""
    if name in BACKENDS or (name.startswith(("http://", "https://")) and servers.is_url(name)):
        return name.rstrip("/")
    known = "; ".join(f"{one}: {what}" for one, what in BACKENDS.items())
    raise InvalidValueError(f"no back-end is called {name!r}", hint=f"There are {known}.", param="backend")


def _of_openai(model: str | None) -> str:
    """Return the model that answers at OpenAI; one that answers here is refused."""
    if model == EXTRACTIVE or (model or "").endswith(GGUF):
        raise InvalidRequestError(
            f"the model {model!r} answers on this machine, and the openai back-end searches at OpenAI",
            hint="Name a model of OpenAI's, or leave --backend out.",
            param="model",
        )
    return (model or OPENAI_MODEL).removeprefix("openai/")


def _model_of(chosen: str | None, param: str, *names: str) -> str | None:
    """Return what was chosen instead of the default; that may be named, too, so that a variable can be overruled.

    Raises:
        InvalidRequestError: It is no name that is known, and no folder.
    """
    if chosen in {None, "", "none", STATIC} or chosen in names:
        return chosen if chosen in names else None
    if param == "embedder" and servers.is_served(chosen or ""):
        servers.embedder(chosen or "")
        return chosen
    if not Path(chosen or "").expanduser().is_dir():
        known = "".join(f"{name!r} or " for name in names)
        raise InvalidRequestError(
            f"the {param} {chosen!r} is not known", hint=f"Give {known}a folder with a model.", param=param
        )
    return str(Path(chosen or "").expanduser().absolute())


def as_typed(text: str | None) -> str | None:
    """Return a text of the command line or the environment, with what is no UTF-8 there read as Latin-1."""
    try:
        (text or "").encode()
    except UnicodeEncodeError:
        return os.fsencode(text or "").decode("latin-1")
    return text


def _check_model(model: str | None, base_url: str | None, key: str | None) -> None:
    """Refuse a model that cannot be reached, before anything else is done."""
    if not model:
        raise InvalidRequestError(
            "a model's server is given, but no model",
            hint="Name the model too: --model, or PDFQA_MODEL.",
            param="model",
        )
    if not (base_url or key or model.endswith(GGUF)):
        raise InvalidRequestError(
            f"the model {model!r} has neither a server nor a key",
            hint="Name its server with --base-url or PDFQA_BASE_URL, or give OpenAI's key: PDFQA_MODEL_KEY, or pdfqa "
            f"login. {EXTRACTIVE!r} and files that end in {GGUF} need neither.",
            param="model",
        )


def _ocr(value: str) -> Ocr:
    for known in OCR_CHOICES:
        if value == known:
            return known
    raise InvalidRequestError(
        f"ocr is {value!r}; it can be {', '.join(OCR_CHOICES)}", hint="Leave it out for auto.", param="ocr"
    )


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:
        raise InvalidRequestError(
            f"{path} cannot be used: there is no such user",
            hint="Choose another with --home or PDFQA_HOME, or write the path out.",
            param="home",
        ) from error


def default_home(env: Mapping[str, str]) -> Path:
    """Return where this platform keeps a program's data."""
    if sys.platform == "win32":
        return Path(env.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "pdfqa"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "pdfqa"
    return Path(env.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "pdfqa"


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _number(env: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    text = env.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high or (isinstance(default, int) and value % 1):
        raise InvalidRequestError(
            f"{name} is {text!r}, which is not a number from {low:g} to {high:g}",
            hint=f"Unset {name}, or give it such a number.",
            param=name,
        )
    return value
