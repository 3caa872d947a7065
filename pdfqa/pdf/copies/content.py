"""The content of a page, operator by operator, each with where its bytes are: so that marks can be put between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_DELIMITERS = rb"\x00\t\n\f\r ()<>\[\]{}/%"
_TOKEN = re.compile(
    rb"[\x00\t\n\f\r ]+|%[^\r\n]*|(?P<name>/[^" + _DELIMITERS + rb"]*)|(?P<dict><<)|>>|(?P<hex><[^>]*>)|"
    rb"(?P<array>\[)|[\]{}]|(?P<string>\()|"
    rb"(?P<number>[+-]*(?:\d+\.?\d*|\.\d+)(?![^" + _DELIMITERS + rb"]))|(?P<word>[^" + _DELIMITERS + rb"]+)|\)"
)
_PAREN = re.compile(rb"\\.|[()]", re.DOTALL)
_DATA = re.compile(rb"[\x00\t\n\f\r ]ID[\x00\t\n\f\r ]")
# The end of an inline image: what follows is an operator or a number again, and no more of its bytes.
_END = re.compile(rb"[\x00\t\n\f\r ]EI(?=[\x00\t\n\f\r ]+(?:[A-Za-z\"'*/\[(<+\-.\d%]|$)|$)")
_LOOK = 24  # bytes after an end that have to be text
_MOST = 8  # operands that are kept: none takes more that we look at

Operand = float | bytes


class Step(NamedTuple):
    """An operator with its operands: numbers, names without their slash, and all others as they are written.

    `start` is where its first operand begins, `end` where it ends.
    """

    operator: bytes
    operands: list[Operand]
    start: int
    end: int


def steps(data: bytes) -> Iterator[Step]:
    """Yield what a content does, in its order. What cannot be understood is passed over."""
    at, start = 0, -1
    operands: list[Operand] = []
    while found := _TOKEN.match(data, at):
        kind, at = found.lastgroup, found.end()
        if kind is None:
            continue
        if start < 0:
            start = found.start()
        if kind == "word":
            operator = found[0]
            if operator == b"BI":
                at = _after_image(data, at)
            if operator in (b"true", b"false", b"null"):
                operands.append(operator)
                continue
            yield Step(operator, operands[-_MOST:], start, at)
            operands, start = [], -1
        elif kind == "number":
            operands.append(_number(found[0]))
        elif kind == "name":
            operands.append(found[0][1:])
        else:
            at = {"dict": _after_dict, "string": _after_string, "array": _after_array}.get(kind, lambda _, end: end)(
                data, at
            )
            operands.append(data[found.start() : at])


def _number(text: bytes) -> float:
    return float(text.lstrip(b"+-")) * (-1 if text.startswith(b"-") else 1)


def _after_string(data: bytes, at: int) -> int:
    depth = 1
    for paren in _PAREN.finditer(data, at):
        depth += {b"(": 1, b")": -1}.get(paren[0], 0)
        if not depth:
            return paren.end()
    return len(data)


def _after_dict(data: bytes, at: int) -> int:
    return _after(data, at, b"<<", b">>")


def _after_array(data: bytes, at: int) -> int:
    return _after(data, at, b"[", b"]")


def _after(data: bytes, at: int, opens: bytes, closes: bytes) -> int:
    depth = 1
    while found := _TOKEN.match(data, at):
        at = found.end()
        if found.lastgroup == "string":
            at = _after_string(data, at)
        depth += (found[0] == opens) - (found[0] == closes)
        if not depth:
            return at
    return len(data)


def _after_image(data: bytes, at: int) -> int:
    """Return where an inline image ends."""
    begin = _DATA.search(data, at)
    if begin is None:
        return len(data)
    for end in _END.finditer(data, begin.end() - 1):
        following = data[end.end() : end.end() + _LOOK]
        if not any(byte > 126 or (byte < 32 and byte not in b"\x00\t\n\f\r") for byte in following):
            return end.end()
    return len(data)
