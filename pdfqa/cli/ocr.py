"""`pdfqa ocr`: the text in pictures of pages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pdfqa.cli.inputs import sources
from pdfqa.cli.options import Shared, estimating, model_options, opening_options
from pdfqa.cli.output import emit, look, say, tell, tell_failures
from pdfqa.cli.reading import with_files
from pdfqa.cli.saving import Saving, save_option
from pdfqa.cli.tables import counted, kept_text
from pdfqa.errors import FileWriteError, InvalidRequestError
from pdfqa.render import one_line, price_text
from pdfqa.render_pictures import estimates_text, failed_text, recognitions_text
from pdfqa.types import Failure

if TYPE_CHECKING:
    from pdfqa.results_pictures import Recognitions

_FAILED = 3
_MOST_PAGES = 10_000_000  # no file may have more


@click.command(
    epilog="""
\b
Examples:
  pdfqa ocr scan.pdf
  pdfqa ocr receipt.jpg letters/ --out texts
  pdfqa ocr scan.pdf --save scan.docx
  pdfqa ocr scan.pdf --pages 2,5-7 --model openai/gpt-5-mini
  pdfqa ocr scan.pdf --model openai/gpt-5-mini --estimate

Exit code 3: a file or a page failed; the others were read.
"""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIR|-...", type=click.Path(allow_dash=True))
@click.option("--pages", metavar="LIST", help="Only these pages, such as 2,5-7.")
@click.option("--out", metavar="DIR", type=click.Path(file_okay=False), help="Write a .txt for each file into DIR.")
@click.option("--resolution", metavar="DPI", type=float, help="Draw pages so finely (for a model: 300).")
@click.option("--detail", type=click.Choice(["auto", "low", "high"]), default="auto", help="How closely a model looks.")
@click.option("--instructions", metavar="TEXT", default="", help="Tell the model what else to mind.")
@click.option("--offline", is_flag=True, help="Leave the model out.")
@click.option("--ocr-lang", metavar="LANG", help="Without a model: the languages, such as de+en (PDFQA_OCR_LANG).")
@click.option("--estimate", is_flag=True, help="Tell calls, tokens and price; ask nothing of the model.")
@click.option("--again", is_flag=True, help="Ask the model anew, also about pages it has read.")
@save_option
@model_options
@opening_options
def ocr_command(
    shared: Shared, files: Sequence[str], *, out: str | None, estimate: bool, saving: Saving, **how: Any
) -> int:
    """Print the text in pictures: pages of PDFs, and image files.

    Images may be PNG, JPEG, WebP or GIF. Without a model pdfqa[ocr] reads
    all, on this machine. A model that sees is shown one page after the
    other; what it replied is kept: interrupted, run it again. Text layers
    are not looked at ('pdfqa show' prints those).
    """
    where = {name: how.pop(name) for name in ("model", "base_url", "ocr_lang")}
    shared = msgspec.structs.replace(shared, **where)
    saving.check(files)
    named, how["pages"] = sources(files), _numbers(how["pages"])
    if estimate:
        del how["offline"]
        told = with_files(estimating(shared), (), lambda qa, _: qa.estimate_recognition(*named, **how))[0]
        emit(told) if shared.json else say(estimates_text(told, look()))
        return 0
    work = saving.of(lambda qa, report: qa.recognize(*named, progress=report, **how))
    done, made = with_files(shared, (), work)[0]
    written = _write(done, out) if out is not None else []
    if shared.json:
        emit({**done.to_dict(), "success": done.success, **made.fields()})
    elif out is None and not saving and (shown := recognitions_text(done, look())).strip():
        say(shown)
    _tell(shared, done)
    if not (shared.quiet or shared.json):
        for place in written:
            tell(f"saved in {one_line(place)}")
    if code := made.tell(shared):
        return code
    return 0 if done.success else _FAILED


def _numbers(text: str | None) -> list[int] | None:
    """Return the pages of a list such as 2,5-7."""
    if text is None:
        return None
    found: list[int] = []
    try:
        for part in text.split(","):
            first, _, last = part.partition("-")
            found += islice(range(int(first), int(last or first) + 1), _MOST_PAGES - len(found))
    except ValueError:
        found = []
    if not found:
        raise InvalidRequestError(f"--pages {text!r} names no pages", hint="Give such as 3 or 2,5-7.", param="--pages")
    return found


def _write(done: Recognitions, out: str) -> list[str]:
    """Write a text for each file, and return where; two of one name are told apart by a number."""
    taken: dict[str, int] = {}
    written: list[str] = []
    for one in done:
        if not one.pages:
            continue
        stem = Path(one.file).name
        taken[stem] = taken.get(stem, 0) + 1
        name = f"{stem}{f'-{taken[stem]}' if taken[stem] > 1 else ''}.txt"
        try:
            Path(out).mkdir(parents=True, exist_ok=True)
            (Path(out) / name).write_text(one.text, encoding="utf-8")
        except OSError as error:
            raise FileWriteError(
                f"{Path(out) / name} cannot be written: {(error.strerror or str(error)).lower()}",
                hint="Name another folder.",
            ) from error
        written.append(str(Path(out) / name))
    return written


def _tell(shared: Shared, done: Recognitions) -> None:
    """Say on stderr what failed, and what it took."""
    shown = look(sys.stderr)
    tell_failures([Failure(file=one.file, error="", message=one.error, hint=one.hint) for one in done if one.error])
    for one in done:
        for line in failed_text(one.file, one.pages, shown):
            tell(shown.warn(line))
    if not (shared.quiet or shared.json):
        tell(shown.dim(footer(done)))


def footer(done: Recognitions) -> str:
    """Return how much was read, how long it took, what read it, and what that used."""
    pages = sum(page.success for one in done for page in one.pages)
    seconds = sum(one.timings.get("total", 0.0) for one in done)
    head = f"{pages:,} page{'' if pages == 1 else 's'} · {seconds:.1f} s"
    calls, kept = sum(one.calls for one in done), sum(one.kept for one in done)
    names = ", ".join(dict.fromkeys(one_line(one.model) for one in done if one.model not in {"", "offline"}))
    if not calls and not kept:
        read = [head, *([names] if names else []), *(["offline"] if pages else [])]  # a model may not have been reached
        return " · ".join(read)
    tokens = sum(one.usage.get("total_tokens", 0) for one in done)
    prices = [one.price for one in done if one.price is not None]
    price = f" · {price_text(sum(prices))}" if prices else ""
    before = kept_text(kept)
    return f"{head} · {names} · {counted(calls, 'call')}{before} · {tokens:,} tokens{price}"
