"""Values that were saved as JSON, made what they were: their citations find their PDFs again, and are proved again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.pictures import PdfLocator
from pdfqa.engine.proving import Prover, claim
from pdfqa.engine.whereabouts import Finder
from pdfqa.errors import FileMissingError, InvalidRequestError
from pdfqa.render import one_line
from pdfqa.results import Changes, Comparison, Extraction, Extractions, SavedChat, Summaries, Summary
from pdfqa.types import Answer, Citation, Hit

SavedValue = Answer | SavedChat | Summary | Summaries | Comparison | Changes | Extraction | Extractions
# What tells a kind of value: fields that only this one has.
_KINDS: Sequence[tuple[type, str]] = (
    (SavedChat, "answers"),
    (Summaries, "summaries"),
    (Extractions, "extractions"),
    (Comparison, "sides"),
    (Changes, "changes"),
    (Extraction, "fields"),
    (Summary, "sections"),
    (Answer, "answer"),
)


class SavedLocator(PdfLocator):
    """Knows a PDF that a saved citation quotes; a `placed.Locator`.

    Args:
        engine: The home.
        finder: Looks for the PDF.
        name: What it was called.
        sha256: The hash of its bytes; "" where that is not known.
        passwords: Tried where it is encrypted.
    """

    def __init__(self, engine: Engine, finder: Finder, name: str, sha256: str, passwords: Sequence[str]) -> None:
        super().__init__(engine, sha256 or name, passwords)
        self._finder = finder
        self._name, self._sha256 = name, sha256

    def _path(self) -> str:
        found = self._finder.find(self._name, self._sha256)
        if found is None:
            raise FileMissingError(
                f"{one_line(self._name)}: no such file is there; {self._finder.advice}",
                hint="Check the path, or ask the question again.",
            )
        path, same = found
        if not same:
            raise FileMissingError(
                f"{path} has changed since it was quoted", hint="Ask the question again, of the file as it is now."
            )
        return str(path)


def saved(engine: Engine, value: Any, prover: Prover, passwords: Sequence[str] = ()) -> SavedValue:
    """Return a value that was saved as JSON; a quote that does not stand on its page is not verified, whatever it says.

    Raises:
        InvalidRequestError: It is none that pdfqa saves.
    """
    kind = next((kind for kind, field in _KINDS if isinstance(value, Mapping) and field in value), None)
    if kind is None:
        raise _unknown("it has no answer, summary or comparison")
    try:
        msgspec.convert(value, kind)  # what is none is told before files are looked for
        made: SavedValue = msgspec.convert(_proved(value, prover), kind)
    except msgspec.ValidationError as error:
        raise _unknown(str(error)) from error
    known: dict[tuple[str, str], SavedLocator] = {}
    for item in _cited(made):
        key = (item.file, item.sha256 if isinstance(item, Citation) else "")
        if key not in known:
            known[key] = SavedLocator(engine, prover.finder, *key, passwords)
        item.with_locator(known[key])
    return made


def _proved(value: Any, prover: Prover) -> Any:
    """Return a saved value whose citations say that they are verified only where no page says otherwise."""
    if isinstance(value, list | tuple):
        return [_proved(item, prover) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("verified") is True and isinstance(value.get("quote"), str):
        # A file that is gone, or has changed, is told by who needs it; the words can be saved without.
        gone = prover.prove([claim(value)])[0].status in ("not_found", "other_page")
        return {**value, "verified": False} if gone else value
    return {name: _proved(item, prover) for name, item in value.items()}


def _unknown(reason: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"that is nothing that pdfqa has saved: {reason}",
        hint="Give what pdfqa ask, chat, summarize, extract or compare print with --json, or save as .json.",
        param="value",
    )


def _cited(value: Any) -> list[Citation | Hit]:
    """Return the citations and hits of a value, wherever they are in it."""
    if isinstance(value, Citation | Hit):
        return [value]
    parts = (
        [getattr(value, name) for name in value.__struct_fields__]
        if isinstance(value, msgspec.Struct)
        else value
        if isinstance(value, list)
        else []
    )
    return [one for part in parts for one in _cited(part)]
