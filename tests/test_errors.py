"""Errors: each says what happened and what to do, and survives the way to another process."""

from __future__ import annotations

import copy
import pickle

import pytest

import pdfqa
from pdfqa import errors
from pdfqa.errors import PdfqaError, by_code


def kinds() -> list[type[PdfqaError]]:
    found = [PdfqaError]
    for kind in found:
        found += kind.__subclasses__()
    return sorted((kind for kind in set(found) if kind.__module__ == "pdfqa.errors"), key=lambda kind: kind.__name__)


every_kind = pytest.mark.parametrize("kind", kinds())


@every_kind
def test_each_is_documented_and_drawn_in_the_tree(kind: type[PdfqaError]) -> None:
    assert kind.__doc__
    assert kind.__doc__.strip().split("\n")[0].endswith(".")
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.__name__.endswith("Error")


@every_kind
def test_each_has_a_code_of_its_own(kind: type[PdfqaError]) -> None:
    assert "code" in kind.__dict__
    assert by_code(kind.code) is kind
    assert kind.code == kind.code.lower().strip()


@every_kind
def test_each_has_a_status_and_an_exit_code(kind: type[PdfqaError]) -> None:
    assert kind.status in {400, 401, 404, 405, 413, 429, 500, 501, 502, 504}
    assert kind.exit_code in {2, 3, 4}
    for base, code in ((errors.InvalidRequestError, 2), (errors.FileError, 3), (errors.StorageError, 4)):
        assert not issubclass(kind, base) or kind.exit_code == code


@every_kind
def test_each_comes_back_from_pickling_and_copying(kind: type[PdfqaError]) -> None:
    error = kind("a.pdf is bad", hint="Mend it.", param="file")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is kind
        assert (again.message, again.hint, again.param) == ("a.pdf is bad", "Mend it.", "file")
        assert str(again) == str(error)


@every_kind
def test_each_says_what_happened_and_what_to_do(kind: type[PdfqaError]) -> None:
    assert str(kind("a.pdf is bad", hint="Mend it.")) == "a.pdf is bad\n  Mend it."
    assert str(kind("a.pdf is bad")) == "a.pdf is bad"
    assert kind("a.pdf is bad", hint="Mend it.").line == "a.pdf is bad. Mend it."
    assert kind("Is it?", hint="Look.").line == "Is it? Look."
    assert kind("a.pdf is bad").line == "a.pdf is bad"
    assert kind("a.pdf is bad").args == ("a.pdf is bad",)


def test_an_unknown_code_is_an_error_of_some_kind() -> None:
    assert by_code("never heard of") is PdfqaError


def test_the_public_errors_are_these() -> None:
    for name in pdfqa.__all__:
        if name.endswith("Error"):
            assert getattr(pdfqa, name) is getattr(errors, name)
    assert {"PdfqaError", "FileError", "StorageError", "InvalidRequestError"} <= set(pdfqa.__all__)
    with pytest.raises(AttributeError, match="NoSuchError"):
        _ = pdfqa.NoSuchError
    assert "PDFQA" in dir(pdfqa)
