"""What the tests of `workers` have worker processes do; each takes bytes and returns bytes."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import time

from pdfqa.errors import EncryptedFileError
from pdfqa.worker_main import at


def echo(payload: bytes) -> bytes:
    """Return the payload."""
    return payload


def pid(_: bytes) -> bytes:
    """Return the number of this process."""
    return str(os.getpid()).encode()


def nap(payload: bytes) -> bytes:
    """Sleep for as many seconds as the payload says, and return it."""
    time.sleep(float(payload))
    return payload


def steps(payload: bytes) -> bytes:
    """Take as many steps as the payload has numbers, each of so many seconds."""
    for step, seconds in enumerate(payload.split()):
        at(step)
        time.sleep(float(seconds))
    return b"done"


def fail_at_step(payload: bytes) -> bytes:
    """Crash or raise an error at the fifth step."""
    at(5)
    return crash(b"") if payload == b"crash" else wrong(b"")


def big(payload: bytes) -> bytes:
    """Return as many megabytes as the payload says."""
    return b"x" * (int(payload) << 20)


def crash(_: bytes) -> bytes:
    """Die as a C library dies."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def leave(_: bytes) -> bytes:
    """End the process, complaining."""
    sys.stderr.write("the end is near\n")
    sys.stderr.flush()
    os._exit(7)


def hang_with_the_lock(_: bytes) -> bytes:
    """Spend hours in C code that lets no other thread run."""
    re.match(r"(a+)+$", "a" * 64 + "b")
    return b""


def hog(_: bytes) -> bytes:
    """Allocate without end."""
    held = []
    while True:
        held.append(bytearray(32 << 20))


def encrypted(_: bytes) -> bytes:
    """Raise an error of pdfqa's own."""
    raise EncryptedFileError("a.pdf is encrypted", hint="Give --password.", param="password")


def wrong(_: bytes) -> bytes:
    """Raise an error that is not pdfqa's own."""
    raise ZeroDivisionError("by nought")


def chatter(_: bytes) -> bytes:
    """Print where the frames go, from Python and from C."""
    print("from python", flush=True)
    os.write(1, b"from a descriptor")
    libc = ctypes.CDLL(None)
    libc.puts(b"from C")
    libc.fflush(None)
    return os.read(0, 10) + b"done"


def path(_: bytes) -> bytes:
    """Return where modules are looked for."""
    return "\n".join(sys.path).encode()


def child(_: bytes) -> bytes:
    """Start a process that sleeps, return its number."""
    number = os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "600")
    return str(number).encode()
