"""Values: what comes of looking at pictures: the text of pages, descriptions of images. See `pdfqa.types`.

Where a model looked, `calls` is how often it was asked, `kept` how often it had answered before, `usage` the tokens
that this took, `price` their price in US dollars, None where it is not known. `timings` are seconds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec

from pdfqa.types import Box, Value


class Pictured(Value, frozen=True):
    """Base of what prints itself, shows itself in a notebook, and can be saved."""

    def __str__(self) -> str:
        from pdfqa import render_pictures

        return render_pictures.text(self)

    def _repr_html_(self) -> str | None:
        from pdfqa import notebook

        return notebook.html(self)

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write it into a file, and return the path.

        Args:
            path: The file; how its name ends says what it is: .md, .html, .docx, .pdf (takes the extra pdfqa[typst]),
                .txt or .json. One that is there is overwritten, unless it is a PDF that pdfqa did not make.

        Raises:
            InvalidRequestError: The name ends otherwise, or a PDF would be overwritten.
            FileWriteError: The file cannot be written.
            MissingExtraError: A package is missing, or a font for some of the text.
        """
        from pdfqa import out

        return out.save(self, path)


class PageText(Value, frozen=True):
    """The text that was recognised on a page, or why not; a page without text has "", and that is a success."""

    page: int
    success: bool
    text: str = ""
    error: str = ""
    usage: dict[str, int] = {}


class Recognition(Pictured, frozen=True):
    """The text of a file's pages; an image file has one. `error` says why there is none, where it cannot be used."""

    file: str
    pages: list[PageText]
    model: str
    error: str = ""
    hint: str = ""
    usage: dict[str, int] = {}
    price: float | None = None
    timings: dict[str, float] = {}
    calls: int = 0
    kept: int = 0

    @property
    def success(self) -> bool:
        """Return whether the text of every page was recognised."""
        return not self.error and all(page.success for page in self.pages)

    @property
    def text(self) -> str:
        """Return the text of all pages, with form feeds between them."""
        return "\f".join(page.text for page in self.pages)

    def __repr__(self) -> str:
        done = sum(page.success for page in self.pages)
        return f"Recognition({self.file!r}, {self.error or f'{done} of {len(self.pages)} pages'})"


class Recognitions(Pictured, frozen=True):
    """The text of some files."""

    recognitions: list[Recognition]

    @property
    def success(self) -> bool:
        """Return whether the text of every page of every file was recognised."""
        return all(one.success for one in self.recognitions)

    def __len__(self) -> int:
        return len(self.recognitions)

    def __iter__(self) -> Iterator[Recognition]:
        return iter(self.recognitions)

    def __getitem__(self, number: int) -> Recognition:
        return self.recognitions[number]


class ImageDescription(Value, frozen=True, dict=True):
    """What a model says of an image, or why not.

    `page` and `box` are where it is shown, None for an image file; `name` is the same wherever the same image is shown.
    `skipped`: it was not asked about, being too small to show something.
    """

    name: str
    success: bool
    description: str = ""
    page: int | None = None
    box: Box | None = None
    width: int = 0
    height: int = 0
    error: str = ""
    skipped: bool = False
    usage: dict[str, int] = {}

    @property
    def image(self) -> bytes:
        """Return the image as a file, JPEG or PNG; nothing where it could not be taken out. JSON goes without."""
        data: bytes = self.__dict__.get("_image", b"")
        return data

    def with_image(self, data: bytes) -> ImageDescription:
        """Return this value with its image."""
        self.__dict__["_image"] = data
        return self

    def __repr__(self) -> str:
        where = f", p. {self.page}" if self.page is not None else ""
        return f"ImageDescription({self.name!r}{where}, {self.description or self.error!r})"


class AltTexts(Value, frozen=True):
    """What became of descriptions in a copy of their PDF: how many were written, and why others were not.

    `tagged`: the PDF had a structure for screen readers already; one was made where not. `error`: why there is no copy.
    """

    path: str
    written: int
    tagged: bool
    notes: list[str] = []
    error: str = ""


class Description(Pictured, frozen=True):
    """The descriptions of a file's images, page by page; `error` says why there are none, where it cannot be used.

    `alt_texts` is the copy of the PDF that has them, where one was made; `sha256` is of the bytes that were looked at.
    """

    file: str
    images: list[ImageDescription]
    model: str
    error: str = ""
    hint: str = ""
    alt_texts: AltTexts | None = None
    usage: dict[str, int] = {}
    price: float | None = None
    timings: dict[str, float] = {}
    calls: int = 0
    kept: int = 0
    unread: list[str] = []
    sha256: str = ""

    @property
    def success(self) -> bool:
        """Return whether every image is described that was to be."""
        if self.error or self.unread or (self.alt_texts is not None and self.alt_texts.error):
            return False
        return all(image.success or image.skipped for image in self.images)

    def __repr__(self) -> str:
        done = sum(image.success for image in self.images)
        return f"Description({self.file!r}, {self.error or f'{done} of {len(self.images)} images'})"


class Descriptions(Pictured, frozen=True):
    """The descriptions of the images of some files."""

    descriptions: list[Description]

    @property
    def success(self) -> bool:
        """Return whether every image of every file is described that was to be."""
        return all(one.success for one in self.descriptions)

    def __len__(self) -> int:
        return len(self.descriptions)

    def __iter__(self) -> Iterator[Description]:
        return iter(self.descriptions)

    def __getitem__(self, number: int) -> Description:
        return self.descriptions[number]


class LookEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """What looking at a file's pages or images would take: calls, of which some are `kept` from before, and tokens."""

    file: str
    calls: int
    kept: int
    prompt_tokens: int
    completion_tokens: int
    price: float | None = None
    error: str = ""


class LookEstimates(Pictured, frozen=True):
    """What looking at some files would take."""

    model: str
    unit: str
    estimates: list[LookEstimate]

    def __len__(self) -> int:
        return len(self.estimates)

    def __iter__(self) -> Iterator[LookEstimate]:
        return iter(self.estimates)

    def __getitem__(self, number: int) -> LookEstimate:
        return self.estimates[number]
