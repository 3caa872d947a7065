"""Run `pdfqa` in tests as a shell does: as a process, with or without a terminal."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
REPORT = ROOT / "samples" / "annual-report-2024.pdf"
COMMAND = [sys.executable, "-m", "pdfqa"]
_PATIENCE = 60  # seconds without output before a command on a terminal is given up
ANSWERED = "Which firm audits the accounts?"
ANSWER = "Thornbury"
UNANSWERED = "Who won the football world cup of 1998?"


class Done(NamedTuple):
    """What a finished command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of the test, 80 columns wide, with changes."""
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    return {**plain, "PYTHONPATH": path, "COLUMNS": "80", "TERM": "xterm", **changes}


def pdfqa(*args: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Done:
    """Run a command and return what it left."""
    done = subprocess.run(
        [*COMMAND, *map(str, args)],
        input=stdin,
        capture_output=True,
        env=environment(**(env or {})),
        cwd=cwd,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def on_terminal(
    *args: str | Path,
    typed: Sequence[tuple[str, str]] = (),
    env: Mapping[str, str] | None = None,
    seen: Callable[[str], object] = bool,
) -> Done:
    """Run a command on a terminal of its own, type an answer after each of some texts, and return all it showed.

    `seen` is told all that is shown so far whenever it is more.
    """
    import fcntl
    import pty
    import struct
    import termios

    leader, follower = pty.openpty()
    # A new terminal has no size, and a progress bar is not drawn on no lines.
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *map(str, args)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment(**(env or {})),
        start_new_session=True,
    )
    os.close(follower)
    shown, answered, waiting = "", 0, list(typed)
    while data := _read(leader):
        shown += data.decode(errors="replace")
        seen(shown)
        if waiting and waiting[0][0] in shown[answered:]:
            answered = len(shown)
            os.write(leader, waiting.pop(0)[1].encode())
    os.close(leader)
    return Done(_ended(process), shown.replace("\r\n", "\n"), "")


def _read(terminal: int) -> bytes:
    if not select.select([terminal], [], [], _PATIENCE)[0]:
        return b""
    try:
        return os.read(terminal, 65536)
    except OSError:
        # Linux says so when the last process has left the terminal.
        return b""


def _ended(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
