"""Claims: which unfinished work belongs to a process that is still alive.

A claim is a locked file. The system gives the lock back when its process ends, however it ends, so that work whose
claim can be taken by another was abandoned.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def claim(home: Path, name: str) -> Iterator[None]:
    """Hold a claim for as long as the block runs."""
    path = home / "claims" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def abandoned(home: Path, name: str) -> bool:
    """Return whether no living process holds this claim."""
    path = home / "claims" / name
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        free = _lock(handle)
        if free:
            path.unlink(missing_ok=True)
        return free
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
