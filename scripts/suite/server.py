"""Start `pdfqa serve` in a process of its own, with a home that is empty and goes with it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from suite.api import KEY, Api

_PATIENCE = 60  # seconds


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(*options: str, log: Path | None = None) -> Iterator[int]:
    """Serve on a free port; yield it. What the server writes goes to `log`."""
    port = free_port()
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="pdfqa-serve-", ignore_cleanup_errors=True))
        out = stack.enter_context(log.open("wb")) if log else subprocess.DEVNULL
        command = [sys.executable, "-m", "pdfqa", "serve", "--port", str(port), "--api-key", KEY, *options]
        env = {**os.environ, "PDFQA_HOME": home}
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)
        try:
            _wait(process, port, log)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                print("the server did not stop within 30 s of being asked to", file=sys.stderr)
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path | None) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            said = log.read_text(errors="replace")[-2000:] if log else ""
            raise SystemExit(f"pdfqa serve ended with {process.returncode} before it answered\n{said}")
        with contextlib.suppress(OSError):
            if Api(port).send("GET", "/healthz").status == 200:
                return
        time.sleep(0.05)
    raise SystemExit(f"pdfqa serve did not answer within {_PATIENCE} s")
