"""The text of pages and the descriptions of images as HTML."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from pdfqa.notebook.parts import dim, escaped, framed, items, line, row
from pdfqa.render import pages_text
from pdfqa.results_pictures import Description, Descriptions, ImageDescription, Recognition, Recognitions
from pdfqa.types import Value

_LARGEST = 300_000  # bytes of an image that is shown: a notebook keeps all that it shows
_HEIGHT = 120  # pixels


def recognitions(value: Recognitions) -> str:
    """Return the text of files, one after the other."""
    return "".join(map(recognition, value))


def recognition(value: Recognition) -> str:
    """Return the text of a file's pages, and which failed and why."""
    pages = []
    for page in value.pages:
        number = dim(f"p. {page.page}") if len(value.pages) > 1 else ""
        said = f'<div style="white-space:pre-line">{escaped(page.text)}</div>'
        pages.append(row(number, line(page.error)) + said)
    return framed(row(f"<b>{line(value.file)}</b>", line(value.model), line(value.error)), *pages)


def descriptions(value: Descriptions) -> str:
    """Return the images of files with their descriptions, one file after the other."""
    return "".join(map(description, value))


def description(value: Description) -> str:
    """Return a file's images with their descriptions, those that are shown several times once."""
    pages: dict[str, list[int]] = {}
    images: dict[str, ImageDescription] = {}
    for image in value.images:
        if not image.skipped:
            images.setdefault(image.name, image)
            pages.setdefault(image.name, []).extend([] if image.page is None else [image.page])
    told = (_image(image, pages[name]) for name, image in images.items())
    return framed(row(f"<b>{line(value.file)}</b>", line(value.model), line(value.error)), items(told))


def _image(image: ImageDescription, pages: list[int]) -> str:
    where = f"p. {pages_text(pages)}" if pages else ""
    said = escaped(image.description) if image.success else dim(f"not described: {line(image.error)}")
    return f"{_picture(image)}{row(dim(where), dim(line(image.name)))}{said}"


def _picture(image: ImageDescription) -> str:
    kind = "png" if image.image.startswith(b"\x89PNG") else "jpeg" if image.image.startswith(b"\xff\xd8") else ""
    if not kind or len(image.image) > _LARGEST:
        return ""
    data = base64.b64encode(image.image).decode()
    return f'<img src="data:image/{kind};base64,{data}" alt="" style="max-height:{_HEIGHT}px;max-width:100%"/>'


LOOKS: dict[type[Value], Callable[[Any], str]] = {
    Recognition: recognition,
    Recognitions: recognitions,
    Description: description,
    Descriptions: descriptions,
}
