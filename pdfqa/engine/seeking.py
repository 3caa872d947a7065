"""What is looked for before a model answers: a follow-up as a question of its own, one of several parts by parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, zip_longest

import msgspec

from pdfqa.answer.parts import parts
from pdfqa.engine.answering import Question, Sources, Turn
from pdfqa.engine.context import Engine
from pdfqa.engine.evidence import Looked, look
from pdfqa.engine.finding import Located
from pdfqa.llm import ChatModel, Ended, Options, Text, interruptible
from pdfqa.passages import count_tokens
from pdfqa.search import Evidence
from pdfqa.wire import Usage

_REWORD = (
    "Write the last question of a conversation anew, so that it can be understood without the rest: put names, things "
    "and times in the place of words that point back. Keep its language and add nothing. Reply with the question alone."
)
_TURNS = 6  # of what was said before, that it is held against
_LONGEST = 400  # characters of each
_MOST = 256  # tokens for the question; some models think first
_WORDS = 60  # what is longer is no question


def sought(
    engine: Engine, model: ChatModel, question: Question, sources: Sources, stop: Callable[[], bool] | None = None
) -> tuple[Looked, Usage]:
    """Return what the documents hold on the last question of a conversation, and the tokens that finding it took.

    A question that follows others is searched for as the model words it, and as it stands. Small models are not
    asked: they reword badly.

    Args:
        engine: The engine.
        model: The model that is to answer.
        question: The conversation.
        sources: What is searched.
        stop: Asked whether that is no longer wanted.
    """
    looked, used, reworded = look(engine, question, sources), Usage(), ""
    if _follows(question.turns) and not model.about().small:
        reworded, used = _reworded(model, question.turns, stop)
    asked = reworded or looked.question
    questions = parts(asked)
    if not reworded and len(questions) == 1:
        return looked, used
    found = [engine.vector_stores.find(sources, one, sources.max_results) for one in questions]
    located = _joined([*found, looked.found] if reworded else found, sources.max_results)
    return Looked(asked, located, looked.unread), used


def _follows(turns: Sequence[Turn]) -> bool:
    """Return whether something was answered before the last question."""
    last = max(place for place, turn in enumerate(turns) if turn.role == "user")
    return any(turn.role == "assistant" and turn.text.strip() for turn in turns[:last])


def _reworded(model: ChatModel, turns: Sequence[Turn], stop: Callable[[], bool] | None) -> tuple[str, Usage]:
    """Return the last question in words that can be understood alone, "" where the model has none; and what it took."""
    said = [turn for turn in turns if turn.role in {"user", "assistant"} and turn.text.strip()]
    last = max(place for place, turn in enumerate(said) if turn.role == "user")
    before = said[max(0, last - _TURNS) : last]
    lines = [f"{turn.role.capitalize()}: {' '.join(turn.text.split())[:_LONGEST]}" for turn in before]
    task = "\n".join([*lines, "", f"Last question: {said[last].text}"])
    pieces = model.stream(
        [{"role": "system", "content": _REWORD}, {"role": "user", "content": task}], Options(max_tokens=_MOST)
    )
    text, ended = "", Ended()
    for piece in interruptible(pieces, stop) if stop else pieces:
        if isinstance(piece, Text):
            text += piece.text
        elif isinstance(piece, Ended):
            ended = piece
    sent = count_tokens(_REWORD) + count_tokens(task) if ended.prompt_tokens is None else ended.prompt_tokens
    got = count_tokens(text) if ended.completion_tokens is None else ended.completion_tokens
    return _question(text), Usage(prompt_tokens=sent, completion_tokens=got, total_tokens=sent + got)


def _question(text: str) -> str:
    """Return the question of what a model wrote when it was asked for one; "" where it wrote something else."""
    if "<think>" in text:
        text = text.partition("</think>")[2]
    lines = [line.strip(" \"'*`") for line in text.splitlines() if line.strip()]
    return lines[0] if len(lines) == 1 and len(lines[0].split()) <= _WORDS else ""


def _joined(found: Sequence[Located], most: int) -> Located:
    """Return what several searches found: the best of each, then the second of each, and so on."""
    pieces = chain.from_iterable(zip_longest(*(one.evidence for one in found)))
    first: dict[tuple[str, int, int], Evidence] = {}
    for piece in pieces:
        if piece is not None:
            first.setdefault((piece.document, piece.page.number, piece.passage.start), piece)
    evidence = list(first.values())[:most]
    files = {sha256: file for one in found for sha256, file in one.files.items()}
    terms = [term for one in found for term in one.terms]
    return msgspec.structs.replace(found[0], evidence=evidence, files=files, terms=terms)
