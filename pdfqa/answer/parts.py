"""Questions of several parts ("Who … and when …?"), and questions to several documents at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from pdfqa import languages, phrases
from pdfqa.answer.kinds import asks
from pdfqa.answer.turns import COMPARING, DOCUMENTS, EACH, JOINING, LEADING
from pdfqa.answer.words import YES_NO

_MOST = 3  # parts
_WHOLE = 2  # telling words that a part without a verb needs to be asked alone
_NAME = 4  # letters of a word of a file's name by which a question can name it


def parts(question: str) -> list[str]:
    """Return the questions that are asked in one, each so that it can be asked alone; one where there is only one."""
    text = question.strip().rstrip("?？ ")
    language = languages.detect(question)
    places = [match for match in _joined().finditer(text) if asks(text[match.end() :], language)]
    if not places or not asks(text, language):
        return [question]
    bounds = [0, *(match.end() for match in places), len(text)]
    ends = [*(match.start() for match in places), len(text)]
    pieces = [text[start:end].strip(" ,") for start, end in zip(bounds, ends, strict=False)]
    if len(pieces) > _MOST:
        return [question]
    first = pieces[0]
    others = [piece if _alone(piece, language) else _with(piece, first) for piece in pieces[1:]]
    return [f"{piece}?" for piece in (first, *others)]


def _alone(piece: str, language: str) -> bool:
    """Return whether a part says what it asks about."""
    analyzer = languages.analyzer(language or "en")
    telling = [word for word in analyzer.terms(piece) if not analyzer.stop(word)]
    words = set(piece.casefold().split())
    enough = 1 if words & set(YES_NO.get(language or "en", "").split()) else _WHOLE  # it has a verb of its own
    return len(telling) >= enough and phrases.POINTING.isdisjoint(words)


def _with(piece: str, first: str) -> str:
    """Return a part with what the first one asks about: "by which vehicle was the probe launched"."""
    words = first.split(" ")
    return " ".join([piece, *words[1:]])


@cache
def _joined() -> re.Pattern[str]:
    return re.compile(rf"(?<!\s),?\s+(?:{JOINING})\s+(?=(?:(?:{LEADING})\s+)?\w)", re.IGNORECASE)


def named(question: str, files: Mapping[str, str]) -> list[str]:
    """Return which of some documents a question names by words of their names that not all of them have.

    Args:
        question: The question.
        files: The names of the documents' files, by hash.
    """
    tokens = {sha256: _tokens(name) for sha256, name in files.items()}
    common = frozenset.intersection(*tokens.values()) if len(tokens) > 1 else frozenset()
    return [sha256 for sha256, words in tokens.items() if any(_has(question, word) for word in words - common)]


def _has(question: str, word: str) -> bool:
    """Return whether a question has a word of a name, which may be several words that the name runs together."""
    words = re.findall(r"[^\W_]+", question.casefold())
    return word in words or any("".join(words[place : place + 2]) == word for place in range(len(words)))


def _tokens(name: str) -> frozenset[str]:
    stem = name.rpartition(".")[0] or name
    words = re.findall(r"[^\W_]+", stem.casefold())
    return frozenset(word for word in words if len(word) >= _NAME and not word.isdigit())  # years are asked for


def joins(question: str) -> bool:
    """Return whether a question may name several things."""
    return bool(re.search(rf"\b(?:{JOINING})\b", question, re.IGNORECASE))


def to_each(question: str) -> bool:
    """Return whether a question asks for an answer from each of several documents."""
    return bool(_each().search(question))


def compares(question: str) -> bool:
    """Return whether a question compares."""
    return bool(re.search(rf"\b(?:{COMPARING})\b", question, re.IGNORECASE))


@cache
def _each() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{EACH})\s+(?:(?:of|the|de|los|las|der|des|les|in)\s+)*(?:{DOCUMENTS})\b", re.IGNORECASE)


def without(question: str, names: Sequence[str]) -> str:
    """Return a question without the words that name documents, as it is put to one of them.

    Args:
        question: The question.
        names: The names of the files that the question names.
    """
    for word in frozenset[str]().union(*map(_tokens, names)):
        pattern = r"\s?".join(map(re.escape, word))
        question = re.sub(rf"\b{pattern}\b", "", question, flags=re.IGNORECASE)
    return " ".join(question.split())
