"""Waiting for bytes from several pipes at once, each with an owner; an owner's last message is empty."""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import threading
from typing import IO, Generic, TypeVar

T = TypeVar("T")

_CHUNK = 1 << 20


class Selector(Generic[T]):
    """Listens to pipes with the help of the system."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def add(self, pipe: IO[bytes], owner: T) -> None:
        """Listen to a pipe from now on."""
        self._selector.register(pipe, selectors.EVENT_READ, owner)

    def remove(self, pipe: IO[bytes]) -> None:
        """Listen to a pipe no more."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(pipe)

    def listen(self, timeout: float) -> list[tuple[T, bytes]]:
        """Return what was sent, waiting for the first of it."""
        return [(key.data, os.read(key.fd, _CHUNK)) for key, _ in self._selector.select(timeout)]

    def close(self) -> None:
        """Listen to nobody."""
        self._selector.close()


class Threads(Generic[T]):
    """Listens where the system cannot wait for several pipes (Windows): a thread reads each of them."""

    def __init__(self) -> None:
        self._heard: queue.SimpleQueue[tuple[T, bytes]] = queue.SimpleQueue()

    def add(self, pipe: IO[bytes], owner: T) -> None:
        """Listen to a pipe from now on."""
        threading.Thread(target=self._read, args=(pipe, owner), daemon=True).start()

    def _read(self, pipe: IO[bytes], owner: T) -> None:
        chunk = b"."
        while chunk:
            try:
                chunk = pipe.read(_CHUNK) or b""
            except (OSError, ValueError):  # closed while reading
                chunk = b""
            self._heard.put((owner, chunk))

    def remove(self, pipe: IO[bytes]) -> None:
        """Do nothing: the thread ends with its pipe."""

    def listen(self, timeout: float) -> list[tuple[T, bytes]]:
        """Return what was sent, waiting for the first of it."""
        heard = []
        with contextlib.suppress(queue.Empty):
            heard.append(self._heard.get(timeout=timeout))
            while True:
                heard.append(self._heard.get_nowait())
        return heard

    def close(self) -> None:
        """Do nothing: the threads end with their pipes."""
