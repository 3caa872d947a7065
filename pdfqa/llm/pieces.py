"""What goes into a chat model and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a model is to write; all as chat completions have it. `more` are options that we do not look at."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: list[str] = []
    seed: int | None = None
    response_format: dict[str, Any] | None = None
    tools: list[dict[str, Any]] = []
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    more: dict[str, Any] = {}


class Text(msgspec.Struct, frozen=True):
    """Some more text; `weights` are the words that could have come here, with the logarithms of their probabilities.

    They are there where they were asked for (`logprobs`), and the server has them.
    """

    text: str
    weights: dict[str, float] = {}


class Thought(msgspec.Struct, frozen=True):
    """Some more of what the model says to itself, where its server tells it apart from the answer."""

    text: str


class ToolCall(msgspec.Struct, frozen=True):
    """A function that is to be called; `arguments` is what the model wrote, JSON if it did well."""

    id: str
    name: str
    arguments: str


class Ended(msgspec.Struct, frozen=True):
    """The end, why (stop, length, tool_calls …), and the tokens used: None where the server does not count them."""

    reason: str = "stop"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


Piece: TypeAlias = Text | Thought | ToolCall | Ended


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model: how many tokens it takes at once, and of how many numbers it is made."""

    window: int | None = None
    parameters: int | None = None

    @property
    def small(self) -> bool:
        """Return whether it is one of those that read a long prompt slowly and understand little of it."""
        return self.parameters is not None and self.parameters < _SMALL


_SMALL = 4_000_000_000


class ChatModel(Protocol):
    """What writes answers."""

    def stream(self, messages: Sequence[dict[str, Any]], options: Options) -> Iterator[Piece]:
        """Yield what the model writes, `Ended` last.

        Raises:
            ContextExceededError: The messages are more than it takes.
            BackendError: It cannot be reached, refuses, or stops half-way.
        """

    def about(self) -> About:
        """Return what is known of it; asked once, and never a reason to fail."""

    def count(self, text: str) -> int:
        """Return how many tokens it reads a text as, at least about."""

    def close(self) -> None:
        """Free what it holds."""
