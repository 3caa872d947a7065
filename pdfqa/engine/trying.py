"""Have a model write, and try again where it is worth it: less at once, or the same once more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import chain

import msgspec

from pdfqa.answer.focus import Focus, agrees
from pdfqa.answer.model import Message, Prompt
from pdfqa.errors import BackendError, ContextExceededError
from pdfqa.llm import ChatModel, Ended, Options, Piece, Text, Thought, ToolCall, interruptible

SHARES = (1.0, 0.5, 0.25)  # of the room, that are tried where the model takes less than was thought
# Chosen by benchmarks/model_quality.py: below which confidence without a model it is not asked; in log odds, what that
# confidence counts beside the model's, and what both must come to.
_HOPELESS = 0.35
_TRUST, _ENOUGH = 0.1, 0.1
_LEAST = 1e-3
_WORD = Options(max_tokens=1, temperature=0.0, more={"logprobs": True, "top_logprobs": 10})
_LIVELY = 0.7  # temperature of the second attempt at an answer that was empty


class Attempt(msgspec.Struct, frozen=True):
    """What a model was given in the end, and what it writes."""

    given: Prompt
    pieces: Iterator[Piece]


def attempt(
    model: ChatModel,
    prompts: Callable[[float], Prompt],
    options: Options,
    stop: Callable[[], bool] | None = None,
) -> Attempt:
    """Have a model write. Nothing is tried again once there is some text.

    Args:
        model: The model.
        prompts: Returns what it is given, in a share of the room.
        options: How it is to write.
        stop: Asked whether that is no longer wanted.

    Raises:
        BackendError: It failed, or wrote nothing, again.
    """
    shares, given, tries = iter(SHARES[1:]), prompts(SHARES[0]), 2
    while True:
        tries -= 1
        pieces = model.stream(given.messages, options)
        pieces = interruptible(pieces, stop) if stop else pieces
        try:
            seen = _first(pieces)
        except ContextExceededError:
            given = prompts(next(shares, 0.0))
            if not given.fits or not given.messages:
                raise
            tries += 1
            continue
        ended = seen[-1]
        if not isinstance(ended, Ended) or ended.reason == "length":
            return Attempt(given, chain(seen, pieces))
        if not tries:
            raise _silent(seen, ended)
        options = msgspec.structs.replace(options, temperature=_LIVELY)


def doubtful(model: ChatModel, aim: Focus, sure: float, stop: Callable[[], bool] | None = None) -> bool:
    """Return whether a question to a small model had better be declined.

    Where there is little hope without it, it is not asked. What it says itself is worth little: it says no to most.
    What can be told is how much nearer it is to a yes than for a question that surely has no answer here. Where its
    server does not tell, what is thought without it decides.

    Args:
        model: The model.
        aim: The sentences and the question.
        sure: How likely there is an answer without asking the model, in [0, 1].
        stop: Asked whether that is no longer wanted.
    """
    if sure < _HOPELESS:
        return True
    here, elsewhere = (_agrees(model, messages, stop) for messages in aim.checks())
    odds = math.log(max(sure, _LEAST) / max(1 - sure, _LEAST))
    if here is None or elsewhere is None:
        return odds < 0
    return here - elsewhere + _TRUST * odds < _ENOUGH


def _agrees(model: ChatModel, messages: list[Message], stop: Callable[[], bool] | None) -> float | None:
    pieces = model.stream(messages, _WORD)
    texts = [piece for piece in (interruptible(pieces, stop) if stop else pieces) if isinstance(piece, Text)]
    return agrees(texts[0].weights) if texts else None


def _first(pieces: Iterator[Piece]) -> list[Piece]:
    """Return what comes up to the first that is an answer, or the end."""
    seen: list[Piece] = []
    for piece in pieces:
        seen.append(piece)
        if isinstance(piece, ToolCall | Ended) or (isinstance(piece, Text) and piece.text.strip()):
            return seen
    return [*seen, Ended()]


def _silent(seen: list[Piece], ended: Ended) -> BackendError:
    thought = any(isinstance(piece, Thought) for piece in seen)
    why = f" and ended with {ended.reason!r}" if ended.reason != "stop" else " but thoughts" if thought else ""
    return BackendError(f"the model wrote nothing{why}, twice", hint="Ask in other words, or use another model.")
