"""The other end of `workers`: what runs inside a worker process.

Frames, in both directions, are eight bytes of length and a body. A request is "module:name seconds", a NUL and the
payload. A reply begins with one byte that says what it is: BEGUN (the function is imported and about to be called),
AT and a number (the function has come so far, as `at` says), RESULT and the result, or FAILED (FAILED_LAST when the
process should not be used again) and a JSON array of code, message, hint and param.

Nothing but a few modules of the standard library is imported here: a task names what it needs.
"""

from __future__ import annotations

import importlib
import os
import queue
import signal
import struct
import sys
import threading
from collections.abc import Callable

from pdfqa.errors import PdfqaError, ReaderFailedError

BEGUN, AT, RESULT, FAILED, FAILED_LAST = b"b", b"a", b"r", b"f", b"l"
LENGTH = struct.Struct(">Q")

_PATIENCE = 60.0  # seconds that the parent has for stopping a late task, before the worker stops itself


class _Parent:
    """Who gave this process its task, if anybody did."""

    def __init__(self) -> None:
        self.tell: Callable[[int], None] = lambda _: None


_parent = _Parent()


def at(number: int) -> None:
    """Tell the parent which step of its task this process begins, such as a page.

    Each step has the task's seconds for itself, and if the process dies, the parent knows over what.
    """
    _parent.tell(number)


def main(memory_mb: int) -> None:
    """Run the tasks that arrive on standard input, until it is closed."""
    incoming, outgoing = _take_pipes()
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    _cap_memory(memory_mb)
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(incoming, inbox), daemon=True).start()
    while True:
        _serve(inbox.get(), lambda kind, body: _send(outgoing, kind, body), memory_mb)


def _take_pipes() -> tuple[int, int]:
    """Keep the two pipes for frames alone: what a C library prints goes to standard error."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return incoming, outgoing


def _cap_memory(memory_mb: int) -> None:
    """Limit what this process may allocate, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    # DATA counts what is allocated; AS would count files mapped and address space only reserved, too. macOS keeps
    # neither promise, and there the deadline alone protects.
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    hard = resource.getrlimit(kind)[1]
    limit = memory_mb << 20
    try:
        resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    except (ValueError, OSError):
        return


def _listen(incoming: int, inbox: queue.SimpleQueue[bytes]) -> None:
    """Queue what the parent sends; end this process, even in the middle of a task, when the parent is gone."""
    with open(incoming, "rb") as stream:
        while head := stream.read(LENGTH.size):
            inbox.put(stream.read(LENGTH.unpack(head)[0]))
    os._exit(0)


def _serve(request: bytes, send: Callable[[bytes, bytes], None], memory_mb: int) -> None:
    """Run one task and send its replies."""
    head, _, payload = request.partition(b"\0")
    name, _, limit = head.decode().rpartition(" ")
    seconds = float(limit)

    def begin(number: int) -> None:
        _alarm(seconds)
        send(AT, LENGTH.pack(number))

    _alarm(seconds)
    _parent.tell = begin
    try:
        function = _resolve(name)
        send(BEGUN, b"")
        kind, body = RESULT, function(payload)
    except PdfqaError as error:
        kind, body = FAILED, _encode(error)
    except MemoryError:
        kind, body = FAILED_LAST, _encode(out_of_memory(memory_mb))
    except Exception as error:  # noqa: BLE001 - the outermost driver of this process: every failure becomes a reply
        text = f"reading failed: {type(error).__name__}: {error}"
        kind, body = FAILED, _encode(ReaderFailedError(text, hint="The file may be damaged."))
    _alarm(0)
    send(kind, body)


def _resolve(name: str) -> Callable[[bytes], bytes]:
    module, _, function = name.partition(":")
    found: Callable[[bytes], bytes] = getattr(importlib.import_module(module), function)
    return found


def _alarm(seconds: float) -> None:
    """Have the system end this process when it is late and nobody stops it, as when the parent was killed."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds and seconds * 2 + _PATIENCE)


def out_of_memory(memory_mb: int) -> ReaderFailedError:
    """Return the error of a task that needed more memory than a worker may use."""
    return ReaderFailedError(
        f"reading needed more than {memory_mb} MB of memory",
        hint="Allow more with PDFQA_MEMORY_MB.",
        param="memory_mb",
    )


def _encode(error: PdfqaError) -> bytes:
    import json

    return json.dumps([error.code, error.message, error.hint, error.param]).encode()


def _send(outgoing: int, kind: bytes, body: bytes) -> None:
    """Write the whole frame, in as many pieces as the pipe takes."""
    head = LENGTH.pack(len(kind) + len(body)) + kind
    for part in (head + body,) if len(body) <= LENGTH.size else (head, body):
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(outgoing, rest) :]
