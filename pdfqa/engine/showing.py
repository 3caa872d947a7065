"""Show a model pictures of a file, and ask about them: what it replied before is kept, and costs nothing again."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.given_files import Given
from pdfqa.engine.replying import Messages, Replying
from pdfqa.errors import BackendError, InvalidRequestError
from pdfqa.passages import count_tokens
from pdfqa.pdf.rasters import Picture
from pdfqa.prices import price
from pdfqa.results_pictures import LookEstimate
from pdfqa.store import Reply
from pdfqa.workers import Task, WorkerPool

Detail = Literal["auto", "low", "high"]
DETAILS: tuple[Detail, ...] = ("auto", "low", "high")
_TOKENS = {"low": 85, "auto": 1_100, "high": 1_100}  # of a picture, about, as models of 2024 to 2026 count it
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


class Shower:
    """Shows the model of the settings pictures of one file.

    Args:
        engine: The engine; it has a model.
        given: The file.
        again: Whether to ask anew what was replied to before.
    """

    def __init__(self, engine: Engine, given: Given, *, again: bool = False) -> None:
        if engine.model is None:
            raise InvalidRequestError(
                "looking at images needs a model that sees", hint="Name one: --model, PDFQA_MODEL.", param="model"
            )
        self._given = given
        self._settings = engine.settings
        self._replying = Replying(engine, engine.model, given.sha256, again=again)
        self._failed = 0
        self._why = ""
        self.name = engine.settings.model or ""
        self.last: dict[str, int] = {}  # the tokens of the last reply; none where it was kept from before

    def count(self, text: str) -> int:
        """Return about how many tokens a text is."""
        return count_tokens(text)

    def knows(self, key: Messages, most: int) -> bool:
        """Return whether there is a reply already to what has this key."""
        return self._replying.knows(key, most)

    def picture(self, pool: WorkerPool, task: Task, given: Given) -> str:
        """Return a picture that a worker process makes as the URL that holds it.

        Raises:
            PdfqaError: It cannot be made.
        """
        done = next(pool.map([task]))
        if done.result is None:
            raise given.named(done.error)
        made = msgspec.msgpack.decode(done.result, type=Picture)
        return data_url(made.data, made.type)

    def ask(self, messages: Callable[[str], Messages], key: Messages, most: int, picture: Callable[[], str]) -> Reply:
        """Return what the model says.

        Args:
            messages: Returns what it is asked, of the picture's URL.
            key: What stands for that where an earlier reply is looked for.
            most: How many tokens it may write.
            picture: Makes the picture's URL, where it has to be asked.

        Raises:
            BackendError: It failed; or it has failed so often in a row that it is not asked any more.
            FileError: There is no picture.
        """
        before = self._replying.usage
        if self._replying.knows(key, most):
            self.last = {}
            return self._replying.ask(key, most)
        if self._failed >= _PATIENCE:
            raise BackendError(f"not asked: the model failed {_PATIENCE} times in a row, the last time: {self._why}")
        url = picture()
        try:
            reply = self._replying.ask(messages(url), most, known_as=key)
        except BackendError as error:
            self._failed, self._why = self._failed + 1, error.message
            raise
        self._failed = 0
        now: dict[str, int] = msgspec.to_builtins(self._replying.usage)
        self.last = {name: value - getattr(before, name) for name, value in now.items()}
        return reply

    def spent(self) -> dict[str, Any]:
        """Return what was asked and used, as the fields of a result."""
        usage, known = self._replying.usage, price(self._settings)
        return {
            "usage": msgspec.to_builtins(usage),
            "price": known.of(usage.prompt_tokens, usage.completion_tokens) if known else None,
            "calls": self._replying.calls,
            "kept": self._replying.kept,
        }

    def estimate(self, calls: int, kept: int, sent: int, written: int) -> LookEstimate:
        """Return what so many calls would take of which some are kept, each with so many tokens."""
        known, new = price(self._settings), calls - kept
        return LookEstimate(
            file=self._given.shown,
            calls=calls,
            kept=kept,
            prompt_tokens=new * sent,
            completion_tokens=new * written,
            price=known.of(new * sent, new * written) if known else None,
        )


def data_url(data: bytes, type_: str) -> str:
    """Return a URL that holds some bytes."""
    return f"data:{type_};base64,{base64.b64encode(data).decode()}"
