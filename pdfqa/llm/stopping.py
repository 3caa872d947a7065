"""A model that is silent is no reason to wait once what it says is no longer wanted."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, TypeVar

from pdfqa.errors import StoppedError

_LOOK = 0.1  # seconds between looks whether to stop
_AHEAD = 256  # pieces that are read ahead of who takes them
_Queue: TypeAlias = "queue.Queue[Any]"
T = TypeVar("T")


def interruptible(pieces: Iterator[T], stop: Callable[[], bool]) -> Iterator[T]:
    """Yield pieces as they come; a model that is silent is no reason to wait once they are no longer wanted.

    Raises:
        StoppedError: `stop` has returned true.
    """
    ready: _Queue = queue.Queue(_AHEAD)
    over = threading.Event()
    threading.Thread(target=_pump, args=(pieces, ready, over), name="pdfqa-model", daemon=True).start()
    try:
        while True:
            if stop():
                raise StoppedError("stopped")
            try:
                piece = ready.get(timeout=_LOOK)
            except queue.Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        over.set()


def _pump(pieces: Iterator[Any], ready: _Queue, over: threading.Event) -> None:
    """Move pieces into a queue until they or the wish for them are over."""
    try:
        for piece in pieces:
            if not _handed(piece, ready, over):
                return
        _handed(None, ready, over)
    except BaseException as error:  # noqa: BLE001 - raised again by who waits for the pieces
        _handed(error, ready, over)
    finally:
        getattr(pieces, "close", bool)()  # here, where it was used: a connection may hang on it


def _handed(piece: Any, ready: _Queue, over: threading.Event) -> bool:
    """Put a piece into a queue as soon as there is room; return whether it is still wanted."""
    while not over.is_set():
        try:
            ready.put(piece, timeout=_LOOK)
        except queue.Full:
            continue
        return True
    return False
