"""The text of pages and the descriptions of images as people read them; see `pdfqa.render`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pdfqa.render import PLAIN, Look, clean, one_line, pages_text, price_text, wrap
from pdfqa.results_pictures import (
    Description,
    Descriptions,
    ImageDescription,
    LookEstimate,
    LookEstimates,
    PageText,
    Recognition,
    Recognitions,
)


def text(value: Any, look: Look = PLAIN) -> str:
    """Return one of `pdfqa.results_pictures` as people read it."""
    return _TEXTS[type(value)](value, look)


def recognitions_text(value: Recognitions, look: Look = PLAIN) -> str:
    """Return the text of files, one after the other, each under its name where there are several."""
    if len(value) == 1:
        return recognition_text(value[0], look)
    read = [one for one in value if not one.error]
    parts = [f"{look.bold(wrap(one_line(one.file), look.width))}\n{recognition_text(one, look)}" for one in read]
    return "\n\n".join(part.rstrip("\n") for part in parts)


def recognition_text(value: Recognition, look: Look = PLAIN) -> str:
    """Return the text of a file's pages, as it is, with a line before each of several."""
    pages = [page for page in value.pages if page.success or page.text]
    if len(value.pages) == 1:
        return "\n".join(clean(page.text) for page in pages)
    return "\n\n".join(f"{look.dim(f'— page {page.page} —')}\n{clean(page.text)}".rstrip() for page in pages)


def failed_text(file: str, pages: Sequence[PageText], look: Look = PLAIN) -> list[str]:
    """Return which pages of a file were not recognised, and why, a line for each reason."""
    reasons: dict[str, list[int]] = {}
    for page in pages:
        if not page.success:
            reasons.setdefault(page.error, []).append(page.page)
    return [
        wrap(
            f"{one_line(file)}, page{'s' if len(numbers) > 1 else ''} {pages_text(numbers)}: {one_line(reason)}",
            look.width,
            "",
            "  ",
        )
        for reason, numbers in reasons.items()
    ]


def descriptions_text(value: Descriptions, look: Look = PLAIN) -> str:
    """Return the descriptions of the images of files, one file after the other."""
    return "\n\n".join(description_text(one, look) for one in value)


def description_text(value: Description, look: Look = PLAIN) -> str:
    """Return the descriptions of a file's images, those that are shown several times once."""
    lines = [look.bold(wrap(one_line(value.file), look.width))]
    if value.error:
        return f"{lines[0]}\n{look.warn(wrap(one_line(value.error), look.width, '  ', '  '))}"
    seen: dict[str, list[ImageDescription]] = {}
    for image in value.images:
        seen.setdefault(image.name, []).append(image)
    for name, shown in seen.items():
        first = shown[0]
        if first.skipped:
            continue
        pages = sorted({image.page for image in shown if image.page is not None})
        where = f"{'p.' if len(pages) == 1 else 'pp.'} {pages_text(pages)}  " if pages else ""
        size = f"{first.width:,} x {first.height:,}" if first.width else ""
        lines.append(look.mark(wrap(f"{where}{one_line(name)}  {size}".rstrip(), look.width)))
        said = first.description if first.success else f"not described: {first.error}"
        body = wrap(clean(said).strip(), look.width, "  ", "  ")
        lines.append(body if first.success else look.warn(body))
    if len(lines) == 1:
        lines.append("No images to be described.")
    return "\n".join(lines)


def estimates_text(value: LookEstimates, look: Look = PLAIN) -> str:
    """Return what looking at files would take, and of several their sum."""
    lines = [_estimate(one, value.unit, look) for one in value]
    known = [one for one in value if not one.error]
    if len(known) > 1:
        calls = sum(one.calls - one.kept for one in known)
        sent, written = sum(one.prompt_tokens for one in known), sum(one.completion_tokens for one in known)
        prices = [one.price for one in known if one.price is not None]
        total = price_text(sum(prices)) if len(prices) == len(known) else "price not known"
        lines.append(look.bold(f"together: {calls:,} calls, about {sent:,} tokens in, {written:,} out, {total}"))
    return "\n".join(lines)


def _estimate(value: LookEstimate, unit: str, look: Look) -> str:
    if value.error:
        return look.warn(wrap(f"{one_line(value.file)}: {one_line(value.error)}", look.width, "", "  "))
    kept = f", {value.kept:,} of them kept from before" if value.kept else ""
    cost = price_text(value.price) if value.price is not None else "price not known"
    looked = unit.removesuffix("s") if value.calls == 1 else unit
    told = (
        f"{one_line(value.file)}: {value.calls:,} {looked}{kept}; about {value.prompt_tokens:,} tokens in, "
        f"{value.completion_tokens:,} out, {cost}"
    )
    return wrap(told, look.width, "", "  ")


def _all_of(value: Recognitions, look: Look) -> str:
    """Return the text of files with what failed, which a command says elsewhere."""
    failed = [f"{one_line(one.file)}: {one_line(one.error)}" for one in value if one.error]
    failed += [line for one in value for line in failed_text(one.file, one.pages, look)]
    return "\n".join(filter(None, [recognitions_text(value, look).rstrip("\n"), *map(look.warn, failed)]))


_TEXTS: dict[type, Callable[[Any, Look], str]] = {
    Recognition: lambda value, look: _all_of(Recognitions(recognitions=[value]), look),
    Recognitions: _all_of,
    Description: description_text,
    Descriptions: descriptions_text,
    LookEstimates: estimates_text,
}
