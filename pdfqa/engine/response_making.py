"""The making of a response: from what was said to an answer, with its events. Nothing is stored here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import msgspec

from pdfqa.engine import history
from pdfqa.engine.answering import Called, Finished, Happening, Question, Sources, Turn, answer
from pdfqa.engine.context import Engine
from pdfqa.engine.response_events import Put, Teller
from pdfqa.engine.response_input import chat_format
from pdfqa.errors import FileError, InvalidRequestError, PdfqaError, StoppedError, StorageError
from pdfqa.passages import count_tokens
from pdfqa.wire.items import FunctionCallItem, Item
from pdfqa.wire.responses import (
    IncompleteDetails,
    InputDetails,
    Response,
    ResponseError,
    ResponseUsage,
    StoredResponse,
)
from pdfqa.wire.tools import AllowedTools, AnyTool, CallerTool, SearchTool, TextOptions, read_choice, read_tools

_PATIENCE = 60.0  # seconds, as the wire has it
_LOOK = 0.05  # seconds between looks at what is being read
_log = logging.getLogger("pdfqa.responses")

replace = msgspec.structs.replace


def refuse_too_long(happening: Happening) -> None:
    """Raise InvalidRequestError where a model cannot be asked, as the question leaves it no room."""
    if isinstance(happening, Finished) and happening.incomplete == "max_prompt_tokens":
        raise InvalidRequestError(
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
            hint="PDFQA_CONTEXT_TOKENS says how much the model takes.",
            param="input",
        )


class Making:
    """Makes one response.

    Args:
        engine: The engine, as the owner of the response sees it.
        record: The response as it begins.
        put: Takes each event.
        stop: Asked now and then whether the response is no longer wanted.
    """

    def __init__(
        self,
        engine: Engine,
        record: StoredResponse,
        put: Put = lambda _: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._engine = engine
        self._record = record
        self._stop = stop
        self._begun = False
        self._tools = read_tools(record.response.tools)
        self._search = next((tool for tool in self._tools if isinstance(tool, SearchTool)), None)
        self._teller = Teller(record.response, put, first=len(record.input), searches=self._search is not None)

    def run(self) -> Response:
        """Return the response as it ends.

        Raises:
            PdfqaError: It cannot be made.
            StoppedError: It is no longer wanted.
        """
        self._begin()
        items = [*history.before(self._engine, self._record), *self._record.input]
        files = [id_ for id_ in history.files(items) if self._engine.file_objects.find(id_)]  # some may be gone
        for error in self._engine.vector_stores.read_files(files).values():
            raise error
        self._await_stores()
        said = history.with_question(history.turns(self._engine, self._compacted(items)))
        last: Happening | None = None
        for last in answer(self._engine, self._question(said, files), stop=self._stop):
            if self._stop():
                raise StoppedError("stopped")
            refuse_too_long(last)
            self._teller.happened(last)
        return self._end(said, last)

    def fail(self, error: PdfqaError) -> Response:
        """Return the response as it ends where it cannot be made."""
        self._begin()
        self._teller.broken_off()
        if isinstance(error, StorageError):
            _log.warning("%s has failed: %s", self._record.id, error.message)
        theirs = isinstance(error, InvalidRequestError | FileError)
        reason = ResponseError(code="invalid_prompt" if theirs else "server_error", message=error.public)
        self._teller.ended(replace(self._teller.response, status="failed", error=reason))
        return self._teller.response

    def _await_stores(self) -> None:
        """Wait for a while where nothing of the stores can be searched yet and there are those who read."""
        if self._engine.jobs.worker and self._nothing_is_read():
            end = monotonic() + _PATIENCE
            with self._engine.jobs.resting():
                while self._nothing_is_read() and not self._stop() and monotonic() < end:
                    sleep(_LOOK)

    def _nothing_is_read(self) -> bool:
        """Return whether files of the stores are being read and none has been."""
        stores = self._search.vector_store_ids if self._search else []
        counts = [self._engine.vector_stores.get(store_id).file_counts for store_id in stores]
        return any(count.in_progress for count in counts) and not any(count.completed for count in counts)

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._teller.begin()

    def _compacted(self, items: list[Item]) -> list[Item]:
        """Return what was said with all but the input made short, where it has become too long."""
        threshold, new = self._record.compact_at, self._record.input
        said = history.turns(self._engine, items)
        if threshold is None or history.estimate(said, self._record.response.instructions) <= threshold:
            return items
        before = items[: len(items) - len(new)]
        if not before:
            return items
        item = history.compact(before, self._teller.next_id("cmp_"))
        self._teller.item(item)
        return [item, *new]

    def _question(self, said: list[Turn], files: list[str]) -> Question:
        response, options = self._record.response, dict(self._record.options)
        text = msgspec.convert(response.text, TextOptions)
        choice = read_choice(response.tool_choice, self._tools)
        allowed = {tool.name for tool in choice.tools} if isinstance(choice, AllowedTools) else None
        functions = [
            {name: getattr(tool, name) for name in ("name", "description", "parameters", "strict")}
            for tool in self._tools
            if isinstance(tool, CallerTool) and (allowed is None or tool.name in allowed)
        ]
        return Question(
            model=response.model,
            turns=said,
            instructions=response.instructions or "",
            sources=self._sources(choice, files),
            functions=functions,
            tool_choice=_asked(choice, searches=self._search is not None),
            parallel_tool_calls=response.parallel_tool_calls,
            temperature=options.pop("temperature", None),
            top_p=options.pop("top_p", None),
            options=options,
            max_tokens=response.max_output_tokens,
            response_format=chat_format(text.format),
        )

    def _sources(self, choice: Any, files: list[str]) -> Sources | None:
        """Return what is searched: the tool's stores and the input's files; without either, all there is."""
        tool = self._search
        if tool is None:
            return Sources(files=tuple(files))
        if choice == "none" or self._record.response.max_tool_calls == 0:
            return Sources(files=tuple(files)) if files else None
        if isinstance(choice, AllowedTools) and all(allowed.type != "file_search" for allowed in choice.tools):
            return Sources(files=tuple(files)) if files else None
        weights = tool.ranking_options.hybrid_search
        return Sources(
            stores=tuple(tool.vector_store_ids),
            files=tuple(files),
            filters=tool.filters,
            max_results=tool.max_num_results,
            score_threshold=tool.ranking_options.score_threshold,
            ranker=tool.ranking_options.ranker,
            weights=(weights.embedding_weight, weights.text_weight) if weights else None,
        )

    def _end(self, said: list[Turn], last: Happening | None) -> Response:
        cut = isinstance(last, Finished) and last.incomplete is not None
        ended = replace(
            self._teller.response,
            status="incomplete" if cut else "completed",
            incomplete_details=IncompleteDetails(reason="max_output_tokens") if cut else None,
            completed_at=None if cut else self._engine.now(),
            usage=self._usage(said, last),
        )
        self._teller.ended(ended)
        return ended

    def _usage(self, said: list[Turn], last: Happening | None) -> ResponseUsage:
        """Return what the model counted, or an estimate."""
        response = self._teller.response
        counted = last.usage if isinstance(last, Finished | Called) else None
        if counted is not None and counted.total_tokens:
            read, written = counted.prompt_tokens, counted.completion_tokens
        else:
            calls = [item for item in response.output if isinstance(item, FunctionCallItem)]
            read = history.estimate(said, response.instructions)
            written = sum(count_tokens(text) for text in [response.output_text, *(call.arguments for call in calls)])
        return ResponseUsage(
            input_tokens=read, output_tokens=written, total_tokens=read + written, input_tokens_details=InputDetails()
        )


def _asked(choice: str | AnyTool | AllowedTools, *, searches: bool) -> str | dict[str, str]:
    """Return the choice of tools as answering takes it."""
    if isinstance(choice, AllowedTools):
        searches = any(tool.type == "file_search" for tool in choice.tools)
        choice = choice.mode
    if isinstance(choice, str):
        # A search is a call of a tool, too, and there always is one where there is the tool.
        return "auto" if choice == "required" and searches else choice
    return {"function": choice.name} if isinstance(choice.name, str) else "file_search"
