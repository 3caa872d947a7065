"""Responses: made at once, as a stream or in the background, found again, cancelled and deleted.

A response that somebody may come back for is recorded before it is made, with a job: whoever takes that job makes it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pdfqa.engine import history
from pdfqa.engine.channels import Channel, tail
from pdfqa.engine.context import Engine
from pdfqa.engine.pages import page
from pdfqa.engine.response_events import as_event, retold, shown, shown_item
from pdfqa.engine.response_input import accept, checked_tools, numbered, resolved, said_before
from pdfqa.engine.response_jobs import ResponseJobs
from pdfqa.errors import WrongStateError
from pdfqa.store import Job
from pdfqa.wire import Deleted, Event
from pdfqa.wire.items import Items
from pdfqa.wire.response_requests import CompactResponse, CountTokens, CreateResponse, GetResponse, ListItems
from pdfqa.wire.responses import FINAL, CompactedResponse, InputTokens, Response, ResponseUsage, StoredResponse

_JSON = 4  # characters of a token, in what has few words

replace = msgspec.structs.replace


class Responses:
    """The operations on responses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.response_objects
        self._jobs = ResponseJobs(engine)

    def create(self, request: CreateResponse) -> Response | Channel:
        """Answer: return the response, or where its events come.

        Raises:
            InvalidRequestError: Something of the request does not fit.
            PdfqaError: There can be no answer; nothing is kept.
        """
        record = accept(self._engine, request)
        if request.stream:
            return _told(self._jobs.stream(record), record.include, obfuscate=record.obfuscated)
        made = self._jobs.queue(record) if request.background else self._jobs.make(record)
        return shown(made, record.include)

    def perform(self, job: Job) -> None:
        """Make the response of a job."""
        self._jobs.perform(job)

    def get(self, response_id: str, request: GetResponse) -> Response | Channel:
        """Return a response, or where its events come, from the beginning or after one of them."""
        record = self._get(response_id)
        if not request.stream:
            return shown(record.response, request.include)
        start = 0 if request.starting_after is None else request.starting_after + 1
        channel = self._engine.channels.find(response_id)
        if channel is not None:
            return _told(channel, request.include, start=start, obfuscate=request.include_obfuscation)
        record = self._get(response_id)  # it may have been finished just now
        if record.response.status not in FINAL:
            channel = self._jobs.follow(record)
        else:
            channel = Channel()
            events = self._engine.events.since(response_id) or retold(record.response)
            channel.close(*(Event(event=event["type"], data=event) for event in events))
        return _told(channel, request.include, start=start, obfuscate=request.include_obfuscation)

    def delete(self, response_id: str) -> Deleted:
        """Delete a response; one that is being made is given up. A conversation keeps its items."""
        engine = self._engine
        with engine.database.atomic():
            record = self._get(response_id)
            self._jobs.forget(record)
        engine.channels.close(response_id)
        return Deleted(id=response_id, object="response")

    def cancel(self, response_id: str) -> Response:
        """Give up a background response; one that is done stays as it is.

        Raises:
            WrongStateError: It is not made in the background.
        """
        engine = self._engine
        with engine.database.atomic():
            record = self._get(response_id)
            if not record.response.background:
                raise WrongStateError(
                    "Cannot cancel a synchronous response.", hint="Create it with background=true.", param="response_id"
                )
            if record.response.status not in FINAL:
                record = replace(record, response=replace(record.response, status="cancelled"))
                self._objects.replace(record)
                self._jobs.done(record)
        engine.channels.close(response_id)
        return shown(record.response, record.include)

    def list_items(self, response_id: str, request: ListItems) -> Items:
        """Return one page of what a response was made from: what was said before, and its input."""
        record = self._get(response_id)
        found = page(
            [*history.before(self._engine, record), *record.input],
            lambda item: item.id or "",
            limit=request.limit,
            order=request.order,
            after=request.after,
        )
        return replace(found, data=[shown_item(item, request.include) for item in found.data])

    def count(self, request: CountTokens) -> InputTokens:
        """Return about how many tokens a response would be made from."""
        engine = self._engine
        tools = checked_tools(engine, request)
        before = said_before(engine, request)
        items = [*before, *resolved(engine, request.input or [], "input", before)]
        tokens = history.estimate(history.turns(engine, items), request.instructions)
        return InputTokens(input_tokens=tokens + sum(len(msgspec.json.encode(tool)) // _JSON for tool in tools))

    def compact(self, request: CompactResponse) -> CompactedResponse:
        """Return what was said, made short, as the item that the next input begins with."""
        engine = self._engine
        id_ = engine.new_id("resp_")
        before = said_before(engine, request)
        items = [*before, *numbered(resolved(engine, request.input or [], "input", before), id_)]
        item = history.compact(items, history.item_id("cmp_", id_, len(items)))
        read = history.estimate(history.turns(engine, items), request.instructions)
        written = history.estimate(history.turns(engine, [item]))
        usage = ResponseUsage(input_tokens=read, output_tokens=written, total_tokens=read + written)
        return CompactedResponse(id=id_, created_at=engine.now(), output=[item], usage=usage)

    def _get(self, response_id: str) -> StoredResponse:
        record = self._objects.get(response_id)
        if not record.response.store:
            raise self._objects.missing(response_id)
        return record


def _told(channel: Channel, include: Sequence[str], *, start: int = 0, obfuscate: bool = False) -> Channel:
    return tail(channel, lambda event: as_event(event.data, include, obfuscate=obfuscate), start=start)
