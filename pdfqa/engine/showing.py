"""Show a model pictures of a file, and ask about them: what it replied before is kept, and costs nothing again."""

from __future__ import annotations

import base64
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from pdfqa.config import GGUF, Settings
from pdfqa.engine.context import Engine
from pdfqa.engine.given_files import Given
from pdfqa.engine.replying import Messages, Replying
from pdfqa.errors import BackendError, InvalidRequestError, PdfqaError
from pdfqa.passages import count_tokens
from pdfqa.pdf.rasters import Picture
from pdfqa.prices import price
from pdfqa.results_pictures import LookEstimate
from pdfqa.store import Reply
from pdfqa.wire import Usage
from pdfqa.workers import Task, WorkerPool

Detail = Literal["auto", "low", "high"]
DETAILS: tuple[Detail, ...] = ("auto", "low", "high")
_TOKENS = {"low": 85, "auto": 1_100, "high": 1_100}  # of a picture, about, as models of 2024 to 2026 count it
_AT_ONCE = 4  # calls of a model that is elsewhere
_LOOK = 0.5  # seconds between looks for Ctrl-C, which on some systems does not interrupt waiting
_PATIENCE = 3  # calls in a row that failed, after which no more are made for the file


def image_tokens(detail: Detail) -> int:
    """Return how many tokens a picture is counted as, about."""
    return _TOKENS[detail]


def checked_detail(detail: str) -> Detail:
    """Return how closely a model is to look.

    Raises:
        InvalidRequestError: That is none of the ways.
    """
    for known in DETAILS:
        if detail == known:
            return known
    raise InvalidRequestError(
        f"detail is {detail!r}; it can be {', '.join(DETAILS)}", hint="Leave it out for auto.", param="detail"
    )


class Question(NamedTuple):
    """Something to be asked about a picture.

    `messages` returns what is asked, of the picture's URL; `key` stands for that where an earlier reply is looked for;
    `picture` makes the URL, where it has to be asked.
    """

    messages: Callable[[str], Messages]
    key: Messages
    picture: Callable[[], str]


class Told(NamedTuple):
    """What the model says, or why it says nothing, and the tokens used; none where it was kept from before."""

    reply: Reply | None = None
    error: PdfqaError | None = None
    usage: dict[str, int] = {}  # noqa: RUF012 - never written to


class Shower:
    """Shows the model of the settings pictures of one file.

    Args:
        engine: The engine; it has a model.
        given: The file.
        most: How many tokens a reply may have.
        again: Whether to ask anew what was replied to before.
        at_once: How many calls may be under way; by default one where the model is on this machine, else four.
    """

    def __init__(
        self, engine: Engine, given: Given, most: int, *, again: bool = False, at_once: int | None = None
    ) -> None:
        if engine.model is None:
            raise InvalidRequestError(
                "looking at images needs a model that sees", hint="Name one: --model, PDFQA_MODEL.", param="model"
            )
        self._engine, self._model, self._given = engine, engine.model, given
        self._most, self._again = most, again
        self._at_once = at_once or (1 if is_here(engine.settings) else _AT_ONCE)
        self._failed = 0
        self._why = ""
        self._calls = self._kept = 0
        self._usage = Usage()
        self.name = engine.settings.model or ""

    def count(self, text: str) -> int:
        """Return about how many tokens a text is."""
        return count_tokens(text)

    def knows(self, key: Messages) -> bool:
        """Return whether there is a reply already to what has this key."""
        return self._replying().knows(key, self._most)

    def _replying(self) -> Replying:
        return Replying(self._engine, self._model, self._given.sha256, again=self._again)

    def picture(self, pool: WorkerPool, task: Task) -> str:
        """Return a picture that a worker process makes as the URL that holds it.

        Raises:
            PdfqaError: It cannot be made.
        """
        done = next(pool.map([task]))
        if done.result is None:
            raise self._given.named(done.error)
        made = msgspec.msgpack.decode(done.result, type=Picture)
        return data_url(made.data, made.type)

    def ask(self, questions: Iterable[Question]) -> Iterator[Told]:
        """Yield what the model says to each question, in their order; a failure stops nothing.

        After some failures in a row it is not asked any more.
        """
        waiting: deque[Told | _Call] = deque()
        for question in questions:
            waiting.append(self._begun(question))
            if len(waiting) >= self._at_once:
                yield self._ended(waiting.popleft())
        while waiting:
            yield self._ended(waiting.popleft())

    def _begun(self, question: Question) -> Told | _Call:
        replying = self._replying()
        if replying.knows(question.key, self._most):
            self._kept += 1
            return Told(replying.ask(question.key, self._most))
        if self._failed >= _PATIENCE:
            said = f"not asked: the model failed {_PATIENCE} times in a row, the last time: {self._why}"
            return Told(error=BackendError(said))
        try:
            messages = question.messages(question.picture())
        except PdfqaError as error:
            return Told(error=error)
        return _Call(lambda: replying.ask(messages, self._most, known_as=question.key))

    def _ended(self, call: Told | _Call) -> Told:
        if isinstance(call, Told):
            return call
        try:
            reply = call.result()
        except PdfqaError as error:
            self._failed, self._why = self._failed + 1, error.message
            return Told(error=error)
        self._failed = 0
        self._calls += 1
        self._usage += reply.usage
        return Told(reply, usage=msgspec.to_builtins(reply.usage))

    def spent(self) -> dict[str, Any]:
        """Return what was asked and used, as the fields of a result."""
        usage, known = self._usage, price(self._engine.settings)
        return {
            "usage": msgspec.to_builtins(usage),
            "price": known.of(usage.prompt_tokens, usage.completion_tokens) if known else None,
            "calls": self._calls,
            "kept": self._kept,
        }

    def estimate(self, calls: int, kept: int, sent: int, written: int) -> LookEstimate:
        """Return what so many calls would take of which some are kept, each with so many tokens."""
        known, new = price(self._engine.settings), calls - kept
        return LookEstimate(
            file=self._given.shown,
            calls=calls,
            kept=kept,
            prompt_tokens=new * sent,
            completion_tokens=new * written,
            price=known.of(new * sent, new * written) if known else None,
        )


class _Call:
    """A call that is under way in a thread, which does not keep Python from ending."""

    def __init__(self, work: Callable[[], Reply]) -> None:
        self._work = work
        self._over = threading.Event()
        self._outcome: Reply | BaseException | None = None
        threading.Thread(target=self._run, name="pdfqa-looking", daemon=True).start()

    def _run(self) -> None:
        try:
            self._outcome = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            self._outcome = error
        finally:
            self._over.set()

    def result(self) -> Reply:
        """Return what it gave; Ctrl-C ends the waiting."""
        while not self._over.wait(_LOOK):
            pass
        if isinstance(self._outcome, Reply):
            return self._outcome
        raise self._outcome or BackendError("the model gave nothing", hint="Try it again.")


def is_here(settings: Settings) -> bool:
    """Return whether the model runs on this machine, which can do one thing after the other only."""
    host = urlsplit(settings.base_url or "").hostname or ""
    return (settings.model or "").endswith(GGUF) or host in {"localhost", "::1"} or host.startswith("127.")


def data_url(data: bytes, type_: str) -> str:
    """Return a URL that holds some bytes."""
    return f"data:{type_};base64,{base64.b64encode(data).decode()}"
