"""`pdfqa verify`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pdfqa.cli.options import Shared, reading_options
from pdfqa.cli.output import emit, look, say, tell
from pdfqa.cli.reading import with_files
from pdfqa.cli.tables import counted
from pdfqa.loading import checked, load, no_json
from pdfqa.render import Look, one_line, place, wrap

if TYPE_CHECKING:
    from pdfqa.types import Proof, Verification

_STDIN = "-"
_WHAT = "saved answer"
_HINT = 'Save one first: pdfqa ask report.pdf "…" --json > answer.json.'
_LONGEST = 60  # characters of a quote that are shown
_SAID = {
    "proved": "stands where it says",
    "moved": "stands on the page, at another place",
    "other_page": "stands on page {found} instead",
    "not_found": "is not in the file",
    "changed": "cannot be proved",
    "missing": "cannot be proved",
    "unreadable": "cannot be proved",
}


@click.command(
    epilog="""
\b
Examples:
  pdfqa ask report.pdf "Who audits it?" --json > answer.json
  pdfqa verify answer.json
  pdfqa verify answers.jsonl --files reports/ --json
"""
)
@click.argument("names", nargs=-1, required=True, metavar="ANSWER.json...", type=click.Path(allow_dash=True))
@click.option(
    "--files", metavar="FILE|DIR", multiple=True, type=click.Path(), help="Look for the PDFs here (may be repeated)."
)
@reading_options
def verify_command(shared: Shared, names: Sequence[str], files: Sequence[str]) -> int:
    """Prove saved answers again.

    Each cited page is read anew from its PDF.

    ANSWER.json is what 'pdfqa ask --json' printed, or a message or response
    of the server; several may stand in one file, one on each line. The PDFs
    are looked for under their names and by their hash.
    """
    found = []
    for name in names:
        values = list(_answers(name))
        folder = Path() if name == _STDIN else Path(name).parent
        with_answers = with_files(
            shared,
            (),
            lambda qa, _, v=values, f=folder: qa.verify_all(v, files=files, folder=f),  # type: ignore[misc]
        )
        found += with_answers[0]
    if shared.json:
        emit({"holds": all(one.holds for one in found), "answers": [_value(one) for one in found]})
    else:
        _show(found, shared)
    return _code([proof for one in found for proof in one.proofs])


def _answers(name: str) -> Iterator[Any]:
    """Yield the JSON values of a file: one, or one on each line.

    Raises:
        FileError: It cannot be read, or holds none.
    """
    if name == _STDIN:
        data = checked(sys.stdin.buffer.read(), "standard input", _WHAT, _HINT)
    else:
        data = load(name, _WHAT, _HINT)
    try:
        yield msgspec.json.decode(data)
        return
    except msgspec.DecodeError as error:
        lines = data.splitlines()
        if len(lines) < 2:
            raise no_json(name, _WHAT, error, _HINT) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                raise no_json(f"{name}, line {number},", _WHAT, error, _HINT) from error


def _value(verified: Verification) -> dict[str, Any]:
    proofs = [{**proof.to_dict(), "holds": proof.holds} for proof in verified.proofs]
    return {"question": verified.question, "holds": verified.holds, "proofs": proofs}


def _show(found: Sequence[Verification], shared: Shared) -> None:
    shown = look()
    for one in found:
        if one.question:
            say(shown.bold(wrap(one_line(one.question), shown.width)))
        for number, proof in enumerate(one.proofs, 1):
            say(_proof_text(number, proof, shown))
        if not one.proofs:
            say("  cites nothing")
    if not shared.quiet:
        proofs = [proof for one in found for proof in one.proofs]
        failed = sum(not proof.holds for proof in proofs)
        tell(f"{counted(len(proofs), 'citation')}: {len(proofs) - failed:,} proved, {failed:,} not")


def _proof_text(number: int, proof: Proof, shown: Look) -> str:
    quote = one_line(proof.quote)
    short = quote if len(quote) <= _LONGEST else f"{quote[: _LONGEST - 1]}…"
    said = _SAID[proof.status].format(found=proof.found)
    reason = f": {one_line(proof.reason)}" if proof.reason else ""
    mark = "ok  " if proof.holds else "FAIL"
    text = f'{place(proof.file, proof.page, source=proof.source)}: "{short}" {said}{reason}'
    lines = wrap(text, shown.width, f"  {mark} [{number}] ", " " * 11)
    return lines if proof.holds else lines.replace("FAIL", shown.warn("FAIL"), 1)


def _code(proofs: Sequence[Proof]) -> int:
    """Return 1 where a quote does not stand, 3 where only files are missing or cannot be read."""
    failed = {proof.status for proof in proofs if not proof.holds}
    if failed - {"missing", "unreadable"}:
        return 1
    return 3 if failed else 0
