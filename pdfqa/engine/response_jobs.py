"""How responses get made: by who asks, or by whoever takes the job; and how they are kept when they are."""

from __future__ import annotations

import threading
import weakref
from contextlib import ExitStack, suppress
from time import monotonic, sleep
from typing import Any

import msgspec

from pdfqa.engine.channels import Channel
from pdfqa.engine.context import Engine
from pdfqa.engine.history import append
from pdfqa.engine.response_input import has_bytes, keep_files
from pdfqa.engine.response_making import Making
from pdfqa.errors import PdfqaError, StoppedError
from pdfqa.store import Job
from pdfqa.store.claims import claim
from pdfqa.wire import Event
from pdfqa.wire.responses import FINAL, Response, StoredResponse

JOB = "response"
_ATTEMPTS = 3  # of processes that died over it
_LOOK = 0.25  # seconds between looks at what another process does
_FLUSH = 0.5  # seconds that events may wait to be recorded

replace = msgspec.structs.replace


class ResponseJobs:
    """Makes responses and keeps them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.response_objects

    def make(self, record: StoredResponse) -> Response:
        """Make a response at once and return it; it is kept if it is to be, when it is done.

        Raises:
            PdfqaError: It cannot be made; nothing is kept.
        """
        with ExitStack() as stack:
            # Whoever is killed over it must leave no locked conversation, and no files that nobody will remove.
            recorded = bool(record.response.conversation) or has_bytes(record)
            if recorded:
                stack.enter_context(claim(self._engine.database.home, record.id))
                record = self._record(record, worker=record.id)
            try:
                response = Making(self._engine, record).run()
            except PdfqaError:
                with self._engine.database.atomic():
                    self.forget(record)
                raise
            self._settle(record, response, None, recorded=recorded)
            return response

    def queue(self, record: StoredResponse) -> Response:
        """Record a response, to be made in the background, and return it as it begins."""
        with ExitStack() as stack:
            if self._engine.jobs.worker:  # who asks for its events meanwhile finds them here
                self._engine.channels.open(record.id)
                stack.callback(self._engine.channels.close, record.id)
            record = self._record(record)
            stack.pop_all()
        return record.response

    def stream(self, record: StoredResponse) -> Channel:
        """Record a response, have it made, and return where its events come."""
        engine = self._engine
        channel = engine.channels.open(record.id)
        with ExitStack() as stack:
            stack.callback(engine.channels.close, record.id)
            # Where nobody works, who asks does; without waiting, as the events are wanted as they come.
            alone = not engine.jobs.worker
            worker = record.id if alone else ""
            if alone:
                stack.enter_context(claim(engine.database.home, worker))
            record = self._record(record, worker=worker)
            later = stack.pop_all()
        if alone:
            threading.Thread(target=self._alone, args=(record, later), name="pdfqa-stream", daemon=True).start()
        return channel

    def _alone(self, record: StoredResponse, held: ExitStack) -> None:
        with held:
            self._perform(record)

    def perform(self, job: Job) -> None:
        """Make the response of a job, unless that is no longer wanted."""
        record = self._objects.find(job.target)
        if record is None or record.response.status in FINAL:
            self._engine.jobs.done(JOB, job.target, parent=job.parent)
            self._engine.channels.close(job.target)
        else:
            self._perform(record, attempts=job.attempts)

    def follow(self, record: StoredResponse) -> Channel:
        """Return where the events come of a response that another process makes."""
        channel = Channel()
        listened = weakref.ref(channel)
        threading.Thread(target=self._follow, args=(record.id, listened), name="pdfqa-follow", daemon=True).start()
        return channel

    def _follow(self, response_id: str, listened: weakref.ref[Channel]) -> None:
        """Look again and again for new events, as long as somebody listens."""
        place = 0
        with suppress(PdfqaError):  # the home directory was closed
            while channel := listened():
                record = self._objects.find(response_id)
                events = self._engine.events.since(response_id, place)
                place += len(events)
                channel.put(*map(_event, events))
                if record is None or record.response.status in FINAL:
                    break
                del channel
                sleep(_LOOK)
        if channel := listened():
            channel.close()

    def forget(self, record: StoredResponse) -> None:
        """Remove what is kept of a response, but not what its conversation has of it; call it in a transaction."""
        engine = self._engine
        self._objects.delete(record.id)
        engine.events.drop(record.id)
        self.done(record)
        if not record.response.conversation:
            for file_id in record.files:
                if engine.file_objects.find(file_id) is not None:
                    engine.files.delete(file_id)

    def done(self, record: StoredResponse) -> None:
        """Remove the job of a response, which is what locks its conversation."""
        self._engine.jobs.done(JOB, record.id, parent=_conversation(record))

    def _record(self, record: StoredResponse, *, worker: str = "") -> StoredResponse:
        """Write a response down with its job.

        Raises:
            ConversationLockedError: Another response is adding to the conversation.
        """
        engine, conversation = self._engine, _conversation(record)
        with engine.database.atomic():
            if conversation:
                engine.conversations.unlocked(conversation, adding=record.input)
            record = self._objects.insert(keep_files(engine, record))
            engine.jobs.add(JOB, record.id, parent=conversation, owner=engine.owner, worker=worker)
        return record

    def _perform(self, record: StoredResponse, *, attempts: int = 0) -> None:
        log = _Log(self._engine, record)
        try:
            if self._start(record):
                response = self._made(record, log, attempts)
                self._settle(record, response, log)
        except StoppedError:
            pass  # who stopped it has seen to the rest
        finally:
            self._engine.channels.close(record.id)

    def _start(self, record: StoredResponse) -> bool:
        """Note that a response is being made; return whether it still is to be."""
        engine = self._engine
        with engine.database.atomic():
            current = self._objects.find(record.id)
            if current is None or current.response.status in FINAL:
                return False
            engine.events.drop(record.id)  # of an attempt that was cut off
            if current.response.status == "queued":
                self._objects.replace(replace(record, response=replace(record.response, status="in_progress")))
            return True

    def _made(self, record: StoredResponse, log: _Log, attempts: int) -> Response:
        if record.response.background:  # each attempt tells the same events
            record = replace(record, response=replace(record.response, status="queued"))
        making = Making(self._engine, record, log.put, log.unwanted)
        try:
            if attempts < _ATTEMPTS:
                return making.run()
            raise PdfqaError(f"{record.id} was begun {attempts} times, and the process ended each time.")
        except PdfqaError as error:
            return making.fail(error)

    def _settle(self, record: StoredResponse, response: Response, log: _Log | None, *, recorded: bool = True) -> None:
        """Keep what has become of a response, and add it to its conversation."""
        engine, conversation = self._engine, _conversation(record)
        with engine.database.atomic():
            current = self._objects.find(record.id) if recorded else None
            if recorded and (current is None or current.response.status in FINAL):
                return  # cancelled or deleted meanwhile, or made by another process
            record = replace(record, response=response)
            if conversation and response.status != "failed" and engine.conversation_objects.find(conversation):
                append(engine, conversation, [*record.input, *response.output])
            if not response.store:
                self.forget(record)
                return
            if recorded:
                self._objects.replace(record)
                self.done(record)
            else:
                self._objects.insert(record)
            if log is not None:
                log.flush()


class _Log:
    """The events of a response: sent to who listens here, and recorded in batches for who comes back."""

    def __init__(self, engine: Engine, record: StoredResponse) -> None:
        self._engine = engine
        self._record = record
        self._channel = engine.channels.open(record.id)
        self._number = 0
        self._waiting: list[dict[str, Any]] = []
        self._flushed = self._looked = monotonic()

    def put(self, event: dict[str, Any]) -> None:
        """Send an event, and record it soon."""
        self._channel.put(_event(event))
        if self._record.response.store:
            self._waiting.append(event)
            if monotonic() - self._flushed > _FLUSH:
                self.flush()

    def flush(self) -> None:
        """Record the events that are waiting for it."""
        self._engine.events.add(self._record.id, self._number, self._waiting)
        self._number += len(self._waiting)
        self._waiting = []
        self._flushed = monotonic()

    def unwanted(self) -> bool:
        """Return whether the response was cancelled or deleted, here or by another process."""
        if self._channel.closed:
            return True
        if monotonic() - self._looked > _LOOK:
            self._looked = monotonic()
            record = self._engine.response_objects.find(self._record.id)
            return record is None or record.response.status in FINAL
        return False


def _conversation(record: StoredResponse) -> str:
    return record.response.conversation.id if record.response.conversation else ""


def _event(data: dict[str, Any]) -> Event:
    return Event(event=data["type"], data=data)
