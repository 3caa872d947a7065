"""`pdfqa images`: the images in a PDF, listed, saved, described."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pdfqa.cli.options import Shared, estimating, model_options, opening_options
from pdfqa.cli.output import emit, look, say, tell, tell_failures
from pdfqa.cli.reading import with_files
from pdfqa.cli.saving import Saving, save_option
from pdfqa.cli.tables import counted, images_table, kept_text
from pdfqa.errors import InvalidRequestError
from pdfqa.render import one_line, price_text, unread_text, wrap

if TYPE_CHECKING:
    from pdfqa.results_pictures import Descriptions
    from pdfqa.types import ImageList

_FAILED = 3
_OF_DESCRIBING = ("save", "prompt", "alt_text", "estimate", "again")  # options that say how to describe


@click.command(
    epilog="""
\b
Examples:
  pdfqa images report.pdf
  pdfqa images report.pdf --page 3 --out pictures
  pdfqa images report.pdf --describe --model openai/gpt-5-mini
  pdfqa images report.pdf --describe --alt-text report-described.pdf

Exit code 3: an image, a page or the file failed; the others were done.
"""
)
@click.argument("name", metavar="FILE", type=click.Path())
@click.option("--page", "number", metavar="N", type=click.IntRange(1), help="Only those on page N, counted from 1.")
@click.option("--out", metavar="DIR", type=click.Path(file_okay=False), help="Save them in DIR, as JPEG or PNG.")
@click.option(
    "--describe", is_flag=True, help="Have a model that sees describe each; FILE may be an image or a folder."
)
@click.option(
    "--alt-text", metavar="OUT", type=click.Path(), help="Write a PDF with the descriptions as alternative texts."
)
@click.option("--prompt", metavar="TEXT", default="", help="Ask the model this about each image.")
@click.option("--detail", type=click.Choice(["auto", "low", "high"]), default="auto", help="How closely it looks.")
@click.option("--estimate", is_flag=True, help="Tell calls, tokens and price; ask nothing of the model.")
@click.option("--again", is_flag=True, help="Ask the model anew, also about images it has described.")
@save_option
@model_options
@opening_options
def images_command(
    shared: Shared, name: str, number: int | None, *, out: str | None, describe: bool, saving: Saving, **how: Any
) -> int:
    """List the images in a PDF, save them, or have them described.

    FILE is a path, which need not have been added, or a name or an id of 'pdfqa list'. Descriptions are made by a
    model that sees; what it replied is kept: interrupted, run it again.
    """
    shared = msgspec.structs.replace(shared, model=how.pop("model"), base_url=how.pop("base_url"))
    if describe or how["alt_text"] is not None or how["estimate"]:
        return _describe(shared, name, {"page": number, **how}, out, saving)
    for option in _OF_DESCRIBING:
        if how.get(option) or (option == "save" and saving):
            raise InvalidRequestError(
                f"--{option.replace('_', '-')} is about descriptions", hint="Give --describe too."
            )
    found = with_files(shared, (), lambda qa, _: qa.look(name).images(number, out))[0]
    if shared.json:
        emit(found)
    elif found.images:
        say(images_table(found.images, look()))
    if not shared.quiet:
        _tell(found, name, out)
    return _FAILED if found.unread else 0


def _describe(shared: Shared, name: str, how: dict[str, Any], out: str | None, saving: Saving) -> int:
    from pdfqa.render_pictures import descriptions_text, estimates_text
    from pdfqa.types import Failure

    if out is not None:
        raise InvalidRequestError("--out saves images and --describe describes them", hint="Do one after the other.")
    saving.check([name])
    copy = how["alt_text"]
    if how.pop("estimate"):
        del how["alt_text"]
        told = with_files(estimating(shared), (), lambda qa, _: qa.estimate_descriptions(name, **how))[0]
        emit(told) if shared.json else say(estimates_text(told, look()))
        return 0
    work = saving.of(lambda qa, report: qa.describe_images(name, progress=report, **how))
    done, made = with_files(shared, (), work)[0]
    if shared.json:
        emit({**done.to_dict(), "success": done.success, **made.fields()})
    elif not all(one.error for one in done):
        say(descriptions_text(done, look()))
    tell_failures([Failure(file=one.file, error="", message=one.error, hint=one.hint) for one in done if one.error])
    if not shared.quiet:
        _tell_described(shared, done)
        if copy is not None and not any(one.alt_texts or one.error for one in done):
            tell(look(sys.stderr).warn(f"{one_line(copy)} was not written: {one_line(name)} is no PDF"))
    if code := made.tell(shared):
        return code
    return 0 if done.success else _FAILED


def _tell_described(shared: Shared, done: Descriptions) -> None:
    """Say on stderr what could not be done, and what it took."""
    shown = look(sys.stderr)
    for one in done:
        for line in one.unread:
            tell(shown.warn(wrap(line, shown.width, "", "  ")))
        skipped = len({image.name for image in one.images if image.skipped})
        if skipped:
            tell(shown.dim(f"{counted(skipped, 'image')} with less than 32 pixels on a side passed over"))
        if one.alt_texts:
            copy = one.alt_texts
            if copy.error:
                tell(shown.warn(wrap(f"{one_line(copy.path)} was not written: {copy.error}", shown.width, "", "  ")))
                continue
            tell(f"{counted(copy.written, 'description')} written into {one_line(copy.path)}")
            for note in copy.notes:
                tell(shown.warn(wrap(note, shown.width, "", "  ")))
    if not shared.json and not all(one.error for one in done):
        tell(shown.dim(footer(done)))


def footer(done: Descriptions) -> str:
    """Return how long it took, what described the images, and what that used."""
    seconds = sum(one.timings.get("total", 0.0) for one in done)
    names = ", ".join(dict.fromkeys(one_line(one.model) for one in done))
    calls, kept = sum(one.calls for one in done), sum(one.kept for one in done)
    tokens = sum(one.usage.get("total_tokens", 0) for one in done)
    prices = [one.price for one in done if one.price is not None]
    price = f" · {price_text(sum(prices))}" if prices else ""
    before = kept_text(kept)
    return f"{seconds:.1f} s · {names} · {counted(calls, 'call')}{before} · {tokens:,} tokens{price}"


def _tell(found: ImageList, name: str, out: str | None) -> None:
    """Say what the list does not: that it is empty, what was saved, and what could not be."""
    if not found.images and not found.unread:
        tell(f"{one_line(name)} has no images")
    if out is not None:
        files = {image.saved for image in found.images if image.saved}
        tell(f"{counted(len(files), 'file')} saved in {one_line(out)}")
    for image in {image.name: image for image in found.images if image.problem}.values():
        tell(look().warn(f"{image.name} was not saved: {one_line(image.problem)}"))
    for unread in found.unread:
        tell(look().warn(unread_text(unread, look())))
