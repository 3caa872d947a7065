"""Answers that were saved: `PDFQA` proves them again, and makes them what they were."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from pdfqa.engine import Engine
from pdfqa.engine.library import Library
from pdfqa.errors import InvalidRequestError
from pdfqa.savable import Savable
from pdfqa.types import Answer, Verification

if TYPE_CHECKING:
    from pdfqa.engine.saved import SavedValue
    from pdfqa.results import Copies


class SavedAnswers:
    """What is done with saved answers, as methods of `PDFQA`."""

    _engine: Engine
    _library: Library
    _passwords: tuple[str, ...]

    def highlight(self, value: Savable | Mapping[str, Any] | str | bytes, path: str | os.PathLike[str]) -> Copies:
        """Write a copy of each PDF that an answer cites, with the quotes highlighted; as `Answer.highlight`.

        Args:
            value: An answer, a chat, a summary or the like; or its JSON.
            path: The copy, or a folder for several.
        """
        return self._savable(value).highlight(path)

    def cited_pages(self, value: Savable | Mapping[str, Any] | str | bytes, path: str | os.PathLike[str]) -> Copies:
        """Write a PDF of the pages that an answer cites; as `Answer.cited_pages`.

        Args:
            value: An answer, a chat, a summary or the like; or its JSON.
            path: The PDF.
        """
        return self._savable(value).cited_pages(path)

    def _savable(self, value: Savable | Mapping[str, Any] | str | bytes) -> Savable:
        return value if isinstance(value, Savable) else self.saved(value)

    def verify(
        self, answer: Answer | Mapping[str, Any] | str | bytes, *, files: Sequence[str | os.PathLike[str]] = ()
    ) -> Verification:
        """Return what becomes of an answer's citations when their pages are read again from the PDFs.

        Args:
            answer: An answer, or its JSON, or the JSON of a message or response of the server.
            files: PDFs and folders to look for the quoted files in, before the places that the citations name.

        Raises:
            InvalidRequestError: The answer is no JSON.
            FileError: One of `files` is not there.
        """
        return self.verify_all([answer], files=files)[0]

    def verify_all(
        self,
        answers: Iterable[Answer | Mapping[str, Any] | str | bytes],
        *,
        files: Sequence[str | os.PathLike[str]] = (),
        folder: str | os.PathLike[str] = ".",
    ) -> list[Verification]:
        """Return the same for several answers, whose files are each opened once; relative names are from `folder`."""
        from pdfqa.engine.proving import verify

        values = [_plain(answer) for answer in answers]
        return verify(self._engine, self._library, values, files, folder=folder, passwords=self._passwords)

    def saved(
        self,
        value: Mapping[str, Any] | str | bytes,
        *,
        files: Sequence[str | os.PathLike[str]] = (),
        folder: str | os.PathLike[str] = ".",
    ) -> SavedValue:
        """Return what was saved as JSON, able to find its PDFs again: to save it otherwise, or to highlight its quotes.

        The cited pages are read anew: a citation whose quote is not in its file, or on another page, is not `verified`.

        Args:
            value: The JSON, as text or decoded.
            files: PDFs and folders to look for the quoted files in, before the places that the citations name.
            folder: Where relative names are from.

        Raises:
            InvalidRequestError: It is no JSON, or nothing that pdfqa saves.
            FileError: One of `files` is not there.
        """
        from pdfqa.engine.proving import Prover
        from pdfqa.engine.saved import saved

        with Prover(self._engine, files, folder=folder, passwords=self._passwords) as prover:
            return saved(self._engine, _plain(value), prover, self._passwords)


def _plain(answer: Answer | Mapping[str, Any] | str | bytes) -> Any:
    """Return an answer as its JSON says it."""
    if isinstance(answer, Answer):
        return answer.to_dict()
    if isinstance(answer, str | bytes):
        try:
            return msgspec.json.decode(answer)
        except msgspec.DecodeError as error:
            raise InvalidRequestError(
                f"the answer is no JSON: {error}", hint="Give what pdfqa ask --json prints.", param="answer"
            ) from error
    return answer
