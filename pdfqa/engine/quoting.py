"""The extractive answerer: a question is searched for, and answered with what the documents say, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pdfqa.answer.functions import arguments
from pdfqa.engine.answering import Called, Cited, Finished, FunctionCall, Happening, Question, Written
from pdfqa.engine.context import Engine
from pdfqa.engine.evidence import asked, cite, look, searched
from pdfqa.engine.several import THRESHOLD, draft
from pdfqa.errors import InvalidRequestError
from pdfqa.passages import count_tokens
from pdfqa.wire import FileCitation, Usage

_PIECE = 60  # characters, about, that are written at once
_LONGEST_OUTPUT = 4_000  # characters of a function's output that are told
_WORD = re.compile(r"\s*\S+\s*")


def quoted(engine: Engine, question: Question) -> Iterator[Happening]:
    """Yield what happens while a question is answered with quotes."""
    if not asked(question.turns):
        raise InvalidRequestError("there is no question to answer", hint="Add a message of the user first.")
    outputs = _outputs(question)
    function = None if outputs else _wanted(engine, question)
    if function is not None:
        call = FunctionCall(
            id=engine.new_id("call_"), name=function["name"], arguments=_filled(question, function.get("parameters"))
        )
        yield Called(calls=[call], usage=Usage())
    elif outputs:
        yield from _told(Finished(text="\n".join(outputs)), question)
    elif question.sources is None:
        yield from _told(Finished(text="Not found: no document was searched.", found=False), question)
    else:
        looked = look(engine, question, question.sources)
        yield searched(engine, looked)
        looked, drafted = draft(engine, looked, question.sources)
        if drafted.confidence < THRESHOLD:
            yield from _told(Finished(text=looked.not_found, found=False, confidence=drafted.confidence), question)
            return
        citations = [cite(engine, looked, quote, boxes=question.boxes) for quote in drafted.quotes]
        if not any(citation.verified for citation in citations):
            yield from _told(Finished(text=looked.not_found, found=False, confidence=drafted.confidence), question)
            return
        cited = _marked(drafted.text, citations)
        yield from _told(Finished(text=drafted.text, citations=cited, confidence=drafted.confidence), question)


def _outputs(question: Question) -> list[str]:
    """Return what functions returned since the last question, each on a line."""
    places = [place for place, turn in enumerate(question.turns) if turn.role == "user"]
    told = [turn.text for turn in question.turns[places[-1] :] if turn.role == "tool"]
    return [" ".join(text.split())[:_LONGEST_OUTPUT] for text in told]


def _wanted(engine: Engine, question: Question) -> dict[str, Any] | None:
    """Return the function that has to be called: the one that is named, or what is nearest to the question."""
    choice, functions = question.tool_choice, question.functions
    if isinstance(choice, dict):
        return next((function for function in functions if function["name"] == choice["function"]), None)
    if choice != "required" or not functions:
        return None
    about = [f"{function['name'].replace('_', ' ')} {function.get('description') or ''}" for function in functions]
    vectors = engine.embedder.encode([asked(question.turns), *about])
    return functions[int((vectors[1:] @ vectors[0]).argmax())]


def _filled(question: Question, parameters: Any) -> str:
    import json  # which most questions need not wait for

    text = next(turn.text for turn in reversed(question.turns) if turn.role == "user" and turn.text.strip())
    return json.dumps(arguments(text, parameters), ensure_ascii=False)


def _marked(text: str, citations: Sequence[FileCitation]) -> list[Cited]:
    """Return the citations with the places of their markers [1], [2] … in a text."""
    found, position = [], 0
    for number, citation in enumerate(citations, start=1):
        marker = f"[{number}]"
        # Ours ends its line; one inside a quote is the document's own.
        position = f"{text}\n".find(f"{marker}\n", position)
        if position >= 0:
            found.append(Cited(start=position, end=position + len(marker), citation=citation))
            position += len(marker)
    return found


def _told(whole: Finished, question: Question) -> Iterator[Happening]:
    """Yield an answer piece by piece, as far as it may go, and then whole."""
    text, cut = _within(whole.text, question)
    piece = ""
    for word in _WORD.findall(text):
        piece += word
        if len(piece) >= _PIECE or word.endswith("\n"):
            yield Written(text=piece)
            piece = ""
    if piece:
        yield Written(text=piece)
    yield Finished(
        text=text,
        citations=[cited for cited in whole.citations if cited.end <= len(text)],
        found=whole.found,
        incomplete="max_completion_tokens" if cut else None,
        confidence=whole.confidence,
    )


def _within(text: str, question: Question) -> tuple[str, bool]:
    """Return a text up to a word that ends it or to as many tokens as it may have, and whether those were too few."""
    stops = [text.find(stop) for stop in question.stop if stop and stop in text]
    text = text[: min(stops)] if stops else text
    limit = question.max_tokens
    if limit is None or count_tokens(text) <= limit:
        return text, False
    kept = ""
    for word in _WORD.findall(text):
        if count_tokens(kept + word) > limit:
            break
        kept += word
    return kept, True
