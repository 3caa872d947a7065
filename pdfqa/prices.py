"""What hosted models cost, and when they are shut down: a table with its date, and the user's own beside it.

The table is `data/models.json`. A file of the user's own (`PDFQA_PRICES`) has the same form; only "prices" is needed:
`{"prices": {"qwen3": {"input": 0.2, "output": 0.6}}}`, in dollars per million tokens. What it names counts first.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from pdfqa.errors import InvalidRequestError
from pdfqa.loading import load_json

if TYPE_CHECKING:
    from pdfqa.config import Settings

_SNAPSHOT = re.compile(r"-(?:\d{4}-\d\d-\d\d|\d{4})$")  # gpt-5-2025-08-07 costs what gpt-5 does
_MILLION = 1_000_000
_V = TypeVar("_V")


class Price(msgspec.Struct, frozen=True):
    """Dollars for a million tokens of a prompt, and of an answer."""

    input: float
    output: float = 0.0

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Return the dollars for so many tokens."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / _MILLION


class Shutdown(msgspec.Struct, frozen=True):
    """When a model is shut down, and what its maker recommends instead."""

    date: date
    instead: str = ""


class Storage(msgspec.Struct, frozen=True):
    """Dollars for a gigabyte of vector stores and a day, how many are free, and the day that this is of."""

    gigabyte_day: float
    free: float = 0.0
    date: str = ""

    def of(self, bytes_: int) -> float:
        """Return the dollars a day for so many bytes."""
        return max(0.0, bytes_ / 1e9 - self.free) * self.gigabyte_day


class Table(msgspec.Struct, frozen=True):
    """Prices and shutdown dates by the model's name, and the day they are of."""

    prices: dict[str, Price]
    shutdowns: dict[str, Shutdown] = {}
    date: str = ""
    about: str = ""
    storage: Storage | None = None


def price(settings: Settings) -> Price | None:
    """Return what the model that is set costs; None where that is not known, as for servers of one's own.

    Raises:
        FileError: The user's own table cannot be read.
        InvalidRequestError: It is wrong.
    """
    name = settings.model
    if name is None:
        return None
    own = _own(settings.prices).prices if settings.prices else {}
    if name in own:
        return own[name]
    return _named(table().prices, name) if settings.hosted_by_openai else None


def shutdown(settings: Settings) -> Shutdown | None:
    """Return when the model that is set is shut down, as far as the table knows."""
    return _named(table().shutdowns, settings.model) if settings.model and settings.hosted_by_openai else None


@cache
def table() -> Table:
    """Return the table of the package."""
    data = (Path(__file__).parent / "data" / "models.json").read_bytes()
    return msgspec.json.decode(data, type=Table)


def _named(known: dict[str, _V], name: str) -> _V | None:
    """Return what is known of a model, or of the one that it is a snapshot of."""
    return known.get(name) or known.get(_SNAPSHOT.sub("", name))


def _own(path: Path) -> Table:
    hint = 'It is JSON such as {"prices": {"qwen3": {"input": 0.2, "output": 0.6}}}, dollars per million tokens.'
    value = load_json(path, "table of prices", hint)
    try:
        return msgspec.convert(value, type=Table)
    except msgspec.ValidationError as error:
        raise InvalidRequestError(f"the table of prices {path} is wrong: {error}", hint=hint, param="prices") from error
