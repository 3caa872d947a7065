"""What the clients' methods take: the wire's own values, or dictionaries and sequences of the same shape."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Literal, TypeAlias, TypeVar

from msgspec import UnsetType

from pdfqa.wire import chat, requests, tools
from pdfqa.wire.base import Maybe
from pdfqa.wire.items import Item
from pdfqa.wire.responses import ConversationId

__all__ = ["Maybe"]

T = TypeVar("T")
Given: TypeAlias = T | UnsetType  # left out unless it is given
Dict = Mapping[str, Any]
Uploadable = (
    str | os.PathLike[str] | bytes | tuple[str, bytes] | BinaryIO
)  # a path, bytes, bytes with a name, an open file

Metadata = Mapping[str, str]
Attributes = Mapping[str, str | bool | int | float]
FileExpiration = requests.FileExpiration | Dict
StoreExpiration = requests.StoreExpiration | Dict
Chunking = requests.AutoChunking | requests.StaticChunking | Dict
BatchFiles = Sequence[requests.CreateVectorStoreFile | Dict]
Filter = requests.Filter | Dict
Ranking = requests.Ranking | Dict
Tools = Sequence[requests.FileSearchTool | requests.CodeInterpreterTool | requests.FunctionTool | Dict]
ToolResources = requests.ToolResources | Dict
ResponseFormat = Literal["auto"] | requests.TextFormat | requests.JsonFormat | requests.SchemaFormat | Dict
Parts = Sequence[requests.TextPart | requests.ImageFilePart | requests.ImageUrlPart | Dict]
Attachments = Sequence[requests.Attachment | Dict]
Messages = Sequence[requests.CreateMessage | Dict]
ToolChoice = Literal["none", "auto", "required"] | requests.NamedTool | Dict
Truncation = requests.Truncation | Dict
NewThread = requests.CreateThread | Dict
ToolOutputs = Sequence[requests.ToolOutput | Dict]
Include = Sequence[Literal["step_details.tool_calls[*].file_search.results[*].content"]]

# Of responses, conversations and chats
Plain = Sequence[Dict]
Items = Sequence[Item | Dict]  # of an input; those of an output may be sent again
Conversation = str | ConversationId | Dict
Reasoning = tools.Reasoning | Dict
TextOptions = tools.TextOptions | Dict
BackgroundOptions = tools.BackgroundOptions | Dict
ContextManagement = Sequence[tools.ContextManagement | Dict]
Prompt = tools.Prompt | Dict
StreamOptions = tools.StreamOptions | Dict
AccessPrograms = tools.AccessPrograms | Dict
ImageOptions = tools.ImageOptions | Dict
Moderation = tools.Moderation | Dict
CacheOptions = tools.CacheOptions | Dict
ChatStreamOptions = chat.ChatStreamOptions | Dict
ChatTools = Sequence[chat.ChatTool | Dict]
ChatToolChoice = Literal["none", "auto", "required"] | chat.FunctionChoice | chat.AllowedChoice | Dict
OldFunctions = Sequence[requests.FunctionDefinition | Dict]
OldChoice = Literal["none", "auto"] | chat.NamedFunction | Dict
