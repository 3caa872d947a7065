"""Ask a model about a document: a reply that was given before is kept, and one that breaks off is asked for once more.

A server that is busy or cannot be reached is `llm`'s business, which waits and tries again; what fails there is told.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pdfqa.config import GGUF, Settings
from pdfqa.engine.context import Engine
from pdfqa.errors import BackendError
from pdfqa.llm import ChatModel, Ended, Options, Text
from pdfqa.passages import count_tokens
from pdfqa.store import Reply
from pdfqa.wire import Usage

Messages = Sequence[dict[str, Any]]  # as chat completions have them


class Replying:
    """Asks about one document.

    Args:
        engine: The engine.
        model: The model.
        document: The hash of the document's bytes, with which replies are kept.
        again: Whether to ask anew what was replied to before.
    """

    def __init__(self, engine: Engine, model: ChatModel, document: str, *, again: bool = False) -> None:
        self._engine = engine
        self._model = model
        self._document = document
        self._again = again
        self.calls = 0
        self.kept = 0
        self.usage = Usage()

    def knows(self, messages: Messages, most: int) -> bool:
        """Return whether there is a reply already."""
        return not self._again and self._engine.replies.find(self._document, self._digest(messages, most)) is not None

    def ask(self, messages: Messages, most: int, *, known_as: Messages | None = None) -> Reply:
        """Return what the model replies.

        Args:
            messages: As chat completions have them.
            most: How many tokens it may write.
            known_as: What an earlier reply is found by, where that is not the messages themselves.

        Raises:
            BackendError: It failed.
        """
        digest = self._digest(known_as or messages, most)
        known = None if self._again else self._engine.replies.find(self._document, digest)
        if known is not None:
            self.kept += 1
            return known
        reply = self._replied(messages, most)
        self._engine.replies.keep(self._document, digest, reply)
        self.calls += 1
        self.usage += reply.usage
        return reply

    def _digest(self, messages: Messages, most: int) -> str:
        settings = self._engine.settings
        asked = json.dumps([_model(settings), settings.base_url, messages, most], ensure_ascii=False)
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()

    def _replied(self, messages: Messages, most: int, *, again: bool = False) -> Reply:
        text, ended = "", Ended()
        try:
            for piece in self._model.stream(messages, Options(max_tokens=most, temperature=0.0)):
                if isinstance(piece, Text):
                    text += piece.text
                elif isinstance(piece, Ended):
                    ended = piece
        except BackendError:
            if not text or again:
                raise
            return self._replied(messages, most, again=True)
        if not text.strip():
            raise BackendError("the model wrote nothing", hint="Try another model, or one with a larger context.")
        sent = sum(count_tokens(said(message)) for message in messages)
        return Reply(
            text=text,
            reason=ended.reason,
            prompt_tokens=sent if ended.prompt_tokens is None else ended.prompt_tokens,
            completion_tokens=count_tokens(text) if ended.completion_tokens is None else ended.completion_tokens,
        )


def _model(settings: Settings) -> list[Any]:
    """Return what tells a model from others; one in a file is another when the file is."""
    name = settings.model or ""
    with suppress(OSError):
        if name.endswith(GGUF):
            told = os.stat(name)
            return [name, told.st_size, told.st_mtime_ns]
    return [name]


def said(message: dict[str, Any]) -> str:
    """Return the text of a message, without its pictures."""
    content = message["content"]
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)
