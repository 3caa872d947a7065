"""A GGUF file that runs in this process, by llama.cpp: the extra pdfqa[llm].

xllamacpp is llama.cpp with its own server inside, which is what knows the chat templates, calls of functions, and how
to cut an answer off. It listens on this machine only, behind a key that nobody else knows, and is spoken to as any
other server is: there is one way to a model.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pdfqa.errors import BackendError, MissingExtraError
from pdfqa.llm import gguf
from pdfqa.llm.pieces import About, Options, Piece
from pdfqa.llm.served import OpenAIModel
from pdfqa.passages import count_tokens

_WINDOW = 8192  # tokens, where no number is set: what a model was made for may take more memory than there is
_LOADING = threading.Lock()
_loaded: dict[tuple[str, int], _Loaded] = {}


class LocalModel:
    """A model in a GGUF file. It is loaded when it is first asked, once in a process, until the last user closes it.

    Args:
        path: The file.
        window: How many tokens it shall take at once; by default what it was made for, up to 8,192.
    """

    def __init__(self, path: str | os.PathLike[str], *, window: int | None = None) -> None:
        self._path = Path(path).expanduser().absolute()
        self.name = self._path.name
        self._wanted = window
        self._closing = threading.Lock()

    def __repr__(self) -> str:
        return f"LocalModel({self.name!r})"

    @cached_property
    def _window(self) -> int:
        made_for = gguf.head(self._path).window
        return min(self._wanted or _WINDOW, made_for) if made_for else self._wanted or _WINDOW

    @cached_property
    def _own(self) -> _Loaded:
        with _LOADING:
            place = (str(self._path), self._window)
            loaded = _loaded.get(place) or _loaded.setdefault(place, _Loaded(self._path, self._window))
            loaded.users += 1
            return loaded

    @property
    def _running(self) -> _Loaded:
        with self._closing:
            return self._own

    def stream(self, messages: Sequence[dict[str, Any]], options: Options) -> Iterator[Piece]:
        """Yield what the model writes, `Ended` last."""
        yield from self._running.model.stream(messages, options)

    def about(self) -> About:
        """Return what is known of it."""
        return self._running.about

    def count(self, text: str) -> int:
        """Return how many tokens it reads a text as."""
        return self._running.count(text)

    def close(self) -> None:
        """Free its memory, unless another part of the process uses it."""
        with self._closing, _LOADING:
            loaded = self.__dict__.pop("_own", None)
            if loaded is None:
                return
            loaded.users -= 1
            if not loaded.users:
                _loaded.pop((str(self._path), self._window), None)
                loaded.free()


class _Loaded:
    """A model in memory, and how to speak to it."""

    def __init__(self, path: Path, window: int) -> None:
        self.users = 0
        self._server: Any = _start(path, window, key := secrets.token_urlsafe(32))
        self.model = OpenAIModel(path.name, base_url=f"{self._server.listening_address}/v1", key=key)

    @cached_property
    def about(self) -> About:
        return self.model.about()

    def count(self, text: str) -> int:
        tokens = self.model.tokenized(text)
        return count_tokens(text) if tokens is None else tokens

    def free(self) -> None:
        self.model.close()
        self._server = None


def _start(path: Path, window: int, key: str) -> Any:
    """Load a model.

    Raises:
        MissingExtraError: llama.cpp is not installed.
        BackendError: It cannot load the file.
    """
    # Threads that spin while they wait for each other come to a standstill where the cores have other work.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import xllamacpp
    except ImportError as error:
        raise MissingExtraError(
            f"the model {path.name} needs llama.cpp, which is not installed ({error})",
            hint="Install it with: pip install 'pdfqa[llm]'",
            param="model",
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = window
    params.n_parallel = 1
    params.verbosity = -1
    params.warmup = False
    params.ui = False
    params.api_keys = [key]
    try:
        return xllamacpp.Server(params)
    except Exception as error:
        size = path.stat().st_size / (1 << 30)
        raise BackendError(
            f"llama.cpp cannot load {path} ({size:.1f} GiB, for {window:,} tokens)",
            hint="Is the file whole, and of a kind that this llama.cpp knows? Is there memory for it? "
            "PDFQA_CONTEXT_TOKENS=2048 needs less.",
        ) from error
