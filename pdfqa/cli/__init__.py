"""The command line: `pdfqa`.

This package alone imports click and tqdm. A command is parse, call, render; answers go to stdout, talk goes to stderr,
and `main` is the one place where an error becomes text and an exit code.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence


def console() -> None:
    """Run the command that the process was started for, and end the process.

    A process that lives for a moment: collecting garbage while it starts, and tearing the interpreter down when all is
    written and closed, would be a fifth of a warm answer.
    """
    gc.set_threshold(100_000, 20, 20)
    # One small product of a matrix and a vector is not worth the threads that numpy would start for it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = _without_reader()
    os._exit(code)


def main(args: Sequence[str]) -> int:
    """Run one command and return its exit code: 0, 1 (--strict), 2 (usage), 3 (file), 4 (other), 130 (Ctrl-C)."""
    words = list(args)
    # click is imported inside, so that Ctrl-C while it is imported is as quiet as Ctrl-C later.
    try:
        from pdfqa.cli.app import run

        code = run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        return _without_reader()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the outermost driver
        from pdfqa.cli.output import failed

        try:
            sys.stdout.flush()
        except OSError:  # the disk under it is full: what waits to be written would fail again and again
            _give_stdout_up()
        return failed(error, words)
    return code


def _without_reader() -> int:
    # The reader of our output has gone (`| head`): nobody is left to tell, and Python must not try at exit.
    _give_stdout_up()
    return 141


def _give_stdout_up() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
