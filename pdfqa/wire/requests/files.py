"""What the operations on files and uploads take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from pdfqa.wire.base import (
    Order,
    Part,
    Request,
)

Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
AnyPurpose = Literal[
    "assistants",
    "assistants_output",
    "batch",
    "batch_output",
    "evals",
    "fine-tune",
    "fine-tune-results",
    "user_data",
    "vision",
]


class Content(Part, frozen=True, kw_only=True):
    """The bytes of a file that is sent: in memory, or at a path."""

    filename: str
    data: bytes | None = None
    path: Path | None = None


class FileExpiration(Part, frozen=True, kw_only=True):
    """When a file goes: so many seconds after it was made."""

    anchor: Literal["created_at"]
    seconds: Annotated[int, Meta(ge=3600, le=2_592_000)]


class UploadFile(Request, frozen=True, kw_only=True):
    """A file to keep."""

    file: Content
    purpose: Purpose
    expires_after: FileExpiration | None = None


class ListFiles(Request, frozen=True, kw_only=True):
    """Which files to list."""

    purpose: AnyPurpose | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 10_000
    order: Order = "desc"
    after: str | None = None


class CreateUpload(Request, frozen=True, kw_only=True):
    """A file that will be sent in parts."""

    filename: Annotated[str, Meta(min_length=1)]
    purpose: Literal["assistants", "batch", "fine-tune", "vision", "user_data"]
    bytes: Annotated[int, Meta(ge=1, le=8 << 30)]
    mime_type: Annotated[str, Meta(pattern=r"^[^/\s]+/[^/\s]+$")]
    expires_after: FileExpiration | None = None


class AddUploadPart(Request, frozen=True, kw_only=True):
    """One part of an upload, 64 MB at most."""

    data: Content


class CompleteUpload(Request, frozen=True, kw_only=True):
    """The parts of an upload, in their order."""

    part_ids: Annotated[list[str], Meta(min_length=1)]
    md5: str | None = None
