"""What the operations on threads and messages take."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta

from pdfqa.wire.base import (
    ListRequest,
    Maybe,
    Metadata,
    Part,
    Request,
)
from pdfqa.wire.requests.assistants import CodeInterpreterTool, ToolResources


class TextPart(Part, frozen=True, kw_only=True, tag="text", tag_field="type"):
    """Text."""

    text: str


class ImageFile(Part, frozen=True, kw_only=True):
    """An uploaded image."""

    file_id: str
    detail: Literal["auto", "low", "high"] = "auto"


class ImageFilePart(Part, frozen=True, kw_only=True, tag="image_file", tag_field="type"):
    """An uploaded image; kept, and shown to a model that can see."""

    image_file: ImageFile


class ImageUrl(Part, frozen=True, kw_only=True):
    """An image somewhere else."""

    url: str
    detail: Literal["auto", "low", "high"] = "auto"


class ImageUrlPart(Part, frozen=True, kw_only=True, tag="image_url", tag_field="type"):
    """An image somewhere else; kept, and shown to a model that can see."""

    image_url: ImageUrl


MessageParts = Annotated[list[TextPart | ImageFilePart | ImageUrlPart], Meta(min_length=1)]


class FileSearchMark(Part, frozen=True, kw_only=True, tag="file_search", tag_field="type"):
    """The attachment is to be searched."""


AttachmentTool = FileSearchMark | CodeInterpreterTool


class Attachment(Part, frozen=True, kw_only=True):
    """A file that comes with a message."""

    file_id: str
    tools: list[AttachmentTool] = []


class CreateMessage(Request, frozen=True, kw_only=True):
    """A message for the end of a thread."""

    role: Literal["user", "assistant"]
    content: str | MessageParts
    attachments: list[Attachment] | None = None
    metadata: Metadata | None = None


class ListMessages(ListRequest, frozen=True, kw_only=True):
    """Which messages to list."""

    run_id: str | None = None


class CreateThread(Request, frozen=True, kw_only=True):
    """A thread, and the messages it begins with."""

    messages: list[CreateMessage] = []
    tool_resources: ToolResources | None = None
    metadata: Metadata | None = None


class ModifyThread(Request, frozen=True, kw_only=True):
    """New values for a thread's fields; what is not given stays."""

    tool_resources: Maybe[ToolResources] = UNSET
    metadata: Maybe[Metadata] = UNSET
