"""The head of a GGUF file: what the model is, and how much it takes at once, without loading it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from pdfqa.errors import InvalidRequestError

_MAGIC = b"GGUF"
_KINDS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _LIST = 8, 9
_MOST = 100_000  # keys, and bytes of a name: more is damage
_LONGEST = 16 << 20  # bytes of a text


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of itself."""

    architecture: str = ""
    window: int | None = None
    parts: int = 1


def head(path: Path) -> Head:
    """Return what a GGUF file says of itself.

    Raises:
        InvalidRequestError: There is no such file, it cannot be read, or it is something else.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != _MAGIC:
                raise _wrong(f"{path} is no GGUF file", "Give a model for llama.cpp; its name ends in .gguf.")
            return _read(file)
    except FileNotFoundError:
        raise _wrong(f"there is no model file {path}", "Is the path right? The model is not downloaded.") from None
    except OSError as error:
        raise _wrong(f"the model file {path} cannot be read: {error.strerror}", "May you read it?") from None
    except (struct.error, UnicodeDecodeError, KeyError):
        raise _wrong(f"the model file {path} is damaged or cut short", "Fetch it again.") from None


def _wrong(what: str, hint: str) -> InvalidRequestError:
    return InvalidRequestError(what, hint=hint, param="model")


def _read(file: BinaryIO) -> Head:
    version, _, count = _values(file, "IQQ")
    if version < 2 or count > _MOST:
        raise KeyError(version)
    told: dict[str, Any] = {}
    for _ in range(count):
        key = _text(file)
        (kind,) = _values(file, "I")
        told[key] = _value(file, kind)
        architecture = str(told.get("general.architecture", ""))
        window = told.get(f"{architecture}.context_length")
        if window:  # what follows, the words it knows, takes long to read
            return Head(architecture=architecture, window=int(window), parts=int(told.get("split.count") or 1))
    return Head(architecture=str(told.get("general.architecture", "")))


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _TEXT:
        return _text(file)
    if kind != _LIST:
        (value,) = _values(file, _KINDS[kind])
        return value
    inner, count = _values(file, "IQ")
    for _ in range(count):
        _value(file, inner)
    return None


def _text(file: BinaryIO) -> str:
    (length,) = _values(file, "Q")
    if length > _LONGEST:
        raise KeyError(length)
    return file.read(length).decode()


def _values(file: BinaryIO, form: str) -> tuple[Any, ...]:
    form = f"<{form}"
    return struct.unpack(form, file.read(struct.calcsize(form)))
