"""What `PDFQA` does besides single questions and whole documents: conversations that last."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pdfqa import chat_context
from pdfqa.chat import Chat
from pdfqa.engine import Engine
from pdfqa.engine.library import Library, Named, Report
from pdfqa.errors import InvalidRequestError
from pdfqa.wire import check
from pdfqa.wire.requests import CreateRun

if TYPE_CHECKING:
    from pdfqa.engine.pictures import PdfLocator
    from pdfqa.wire import VectorStore


class Copilots:
    """Conversations, as methods of `PDFQA`."""

    _engine: Engine
    _library: Library

    @property
    def names_files(self) -> bool:
        """Return whether some files are asked, and not everything in the home directory."""
        raise NotImplementedError

    def prepare(self, progress: Report | bool | None = None) -> tuple[VectorStore, list[Named]]:
        """Return the vector store of exactly the files asked, read if they were not, and those files."""
        raise NotImplementedError

    def locator(self, sha256: str) -> PdfLocator:
        """Return what finds quotes in the PDF with this hash, and draws its pages."""
        raise NotImplementedError

    def chat(
        self,
        *,
        instructions: str | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        max_completion_tokens: int | None = None,
        max_prompt_tokens: int | None = None,
        last_messages: int | None = None,
    ) -> Chat:
        """Return a conversation, in which a short question is understood from the one before.

        All arguments are for a model, which is to be named; what is not given is the model's own.

        Args:
            instructions: What the model is told besides, as its system prompt.
            temperature: How freely it writes, from 0 to 2.
            top_p: Of which share of the likeliest words it chooses, from 0 to 1.
            max_completion_tokens: How long an answer may be.
            max_prompt_tokens: How much it is given at most, passages and conversation together.
            last_messages: How many messages of the conversation it sees; by default those that fit.

        Raises:
            InvalidRequestError: A value is out of range, or there is no model to take them.
        """
        given: dict[str, Any] = {
            "instructions": instructions,
            "temperature": temperature,
            "top_p": top_p,
            "max_completion_tokens": max_completion_tokens,
            "max_prompt_tokens": max_prompt_tokens,
        }
        if last_messages is not None:
            given["truncation_strategy"] = {"type": "last_messages", "last_messages": last_messages}
        options = {name: value for name, value in given.items() if value is not None}
        check(CreateRun, {"assistant_id": "", **options})
        if options and self._engine.settings.model is None:
            name = min(options)
            raise InvalidRequestError(
                f"{name} needs a model; without one, documents are quoted",
                hint="Name a model: --model, PDFQA_MODEL, or PDFQA(model=…).",
                param=name,
            )
        return Chat(self, self._engine, self._library, options=options)

    def restore(self, path: str | os.PathLike[str]) -> Chat:
        """Return the conversation whose context was saved in a file, to go on with it.

        It is about the files that it was about, unless this object was made for others.

        Args:
            path: What `Chat.save_context` wrote.

        Raises:
            FileMissingError: There is no such file.
            InvalidRequestError: It holds something else.
            ObjectNotFoundError: The conversation is in another home directory, or was deleted.
        """
        thread = chat_context.thread_of(self._engine, chat_context.load(path))
        return Chat(self, self._engine, self._library, thread=thread)

    def resume(self, *, progress: Report | bool | None = None) -> Chat:
        """Return the last conversation about these files, to go on with it; without files, the last of all.

        Args:
            progress: Told of the reading of files that were not read before; True draws a bar.

        Raises:
            ObjectNotFoundError: There is none.
        """
        store_id = self.prepare(progress)[0].id if self.names_files else None
        return Chat(self, self._engine, self._library, thread=chat_context.latest(self._engine, store_id))
