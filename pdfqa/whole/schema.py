"""A JSON schema that is to be filled: its fields, and what to ask for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pdfqa.answer.kinds import Kind, expected
from pdfqa.errors import InvalidRequestError
from pdfqa.whole.naming import sought

TYPES = ("string", "number", "integer", "boolean", "array", "object")
FORMATS = ("date", "date-time")
RULES = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern", "minLength", "maxLength", "maxItems")
_NAMED = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false", type(None): "null"}
_SUCH = 'A schema is one object: {"type": "object", "properties": {"revenue": {"type": "number"}}}.'
_DEEPEST = 8  # objects in objects
_WORD = re.compile(r"[^\W_]+")
COUNTED_IN = re.compile(
    r"\s*(?:,\s*)?(?:\bin\s|\(\s*(?:in\s)?)(?:(?:US\s)?(?:[$€£]|dollars?|euros?|pounds?|USD|EUR|GBP)\s)?"
    r"(?:thousands?|millions?|billions?|percent|per cent|%)(?:\sof\s(?:US\s)?(?:dollars|euros|pounds|USD|EUR))?"
    r"(?:\s*\))?",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ASKING = {"number": "What is the {label}?", "integer": "What is the {label}?", "string": "What is the {label}?"}
_WHEN, _ON_WHICH_DAY = "When: {label}?", "When is the {label}?"
_OR = re.compile(r"\s(?:or|oder|o|ou)\s")
_LONGEST_NAME = 5  # words of a name of several that a field has
_OF_THE_YEAR = re.compile(r"\s(?:of|for|in) the (?:(?:fiscal|financial|last|latest) )?year$", re.IGNORECASE)
_DAY_OF = re.compile(r"^(?:date|day) (?:on which|when) ", re.IGNORECASE)
_DATED = re.compile(r"\b(?:date|day|deadline)\b", re.IGNORECASE)
_MANY = "How many {things} are there?"
_COUNT = re.compile(r"^(?:total )?(?:number|count) of (?:the |all )?", re.IGNORECASE)
_PLURAL = re.compile(r"^[^\W\d_]+[^s\W]s(?: (?:of|to|until|for|in) .+)?$|[^s\W]s$", re.IGNORECASE)
_MOST_CHOICES = 8  # that a question names
_LIST = "What are the {label}?"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a schema: where it is, what it holds, and what is asked for it.

    `items` is the field of an array's items; `fields` are those of the objects in an array, each with its name.
    `sought` is what a text is: a person, a place and so on; "" where its words do not tell.
    """

    path: tuple[str, ...]
    type: str
    question: str
    label: str
    format: str = ""
    choices: tuple[Any, ...] = ()
    required: bool = False
    constant: bool = False
    items: Wanted | None = None
    fields: tuple[Wanted, ...] = ()
    sought: str = ""
    rules: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """Return how the field is called in messages."""
        return ".".join(self.path)


def fields(schema: Any) -> list[Wanted]:
    """Return the fields of a schema, those of nested objects among them.

    Raises:
        InvalidRequestError: It is no schema of an object, or has something in it that cannot be filled; the error
            names the place.
    """
    root = _Reader(schema)
    found = list(root.object(schema, (), "", required=True))
    if not found:
        raise _wrong("", "it has no properties", "List what is wanted under properties.")
    return found


def alternatives(wanted: Wanted) -> list[Wanted]:
    """Return a field once for each of the names that it is given: "revenue or net sales"; nothing where it has one."""
    label = COUNTED_IN.sub("", wanted.label)
    names = [name.strip(" ,.") for name in _OR.split(label)]
    if len(names) < 2 or wanted.label.endswith("?") or any(len(name.split()) > _LONGEST_NAME for name in names):
        return []
    counted = wanted.label[len(label) :] if wanted.label.startswith(label) else ""
    schema = {"format": wanted.format}
    return [
        msgspec.structs.replace(wanted, label=f"{name}{counted}", question=_question(schema, wanted.type, name))
        for name in names
    ]


def empty(wanted: list[Wanted]) -> dict[str, Any]:
    """Return the object with all fields and no values."""
    data: dict[str, Any] = {}
    for one in wanted:
        put(data, one.path, None)
    return data


def put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value into nested objects."""
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value


class _Reader:
    """Reads a schema; references are looked up in it."""

    def __init__(self, schema: Any) -> None:
        self._root = schema

    def object(self, schema: Any, path: tuple[str, ...], above: str, *, required: bool) -> Iterator[Wanted]:
        """Yield the fields of a schema of an object."""
        at = ".".join(path)
        if len(path) > _DEEPEST:
            raise _wrong(at, "objects are nested too deep", "Wanted are at most eight levels.")
        schema = self._plain(schema, at)
        kind = schema.get("type", "object" if "properties" in schema else None)
        if kind != "object":
            raise _wrong(at, f"its type is {kind!r}" if kind else "it has no type, and no properties", _SUCH)
        properties = schema.get("properties", {})
        needed = schema.get("required", [])
        if not isinstance(properties, Mapping):
            raise _wrong(_under(at, "properties"), "it is no object", "Give a schema for each name.")
        if not isinstance(needed, list) or not all(isinstance(name, str) for name in needed):
            raise _wrong(_under(at, "required"), "it is no list of names", "List the names of properties.")
        for name in needed:
            if name not in properties:
                raise _wrong(_under(at, "required"), f"{name!r} is no property", "Name one that is there.")
        for name, inner in properties.items():
            yield from self._property(inner, (*path, name), above, required=required and name in needed)

    def _property(self, schema: Any, path: tuple[str, ...], above: str, *, required: bool) -> Iterator[Wanted]:
        at = _place(path)
        schema = self._plain(schema, at)
        if self._type(schema, at) == "object":
            yield from self.object(schema, path, _label(schema, path[-1], above), required=required)
        else:
            yield self._field(schema, path, above, required=required)

    def _field(self, schema: Mapping[str, Any], path: tuple[str, ...], above: str, *, required: bool) -> Wanted:
        at = _place(path)
        kind, label = self._type(schema, at), _label(schema, path[-1], above)
        items: Wanted | None = None
        inner: tuple[Wanted, ...] = ()
        if kind == "array":
            items, inner = self._items(schema, path, label)
        _check_pattern(schema.get("pattern"), at)
        choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
        if not isinstance(choices, list) or ("enum" in schema and not choices):
            raise _wrong(f"{at}.enum", "it is no list of values", "List what the value can be.")
        choices = [choice for choice in choices if choice is not None]
        question = _question(schema, kind, label)
        return Wanted(
            path=path,
            type=kind,
            question=_naming(question, choices) if "enum" in schema else question,
            label=label,
            format=str(schema.get("format", "")),
            choices=tuple(choices),
            constant="const" in schema,
            required=required,
            items=items,
            fields=inner,
            sought=sought(label, question) if kind == "string" else "",
            rules={key: schema[key] for key in RULES if key in schema},
        )

    def _items(self, schema: Mapping[str, Any], path: tuple[str, ...], label: str) -> tuple[Wanted, tuple[Wanted, ...]]:
        """Return what an array holds, and of objects their fields."""
        at = f"{_place(path)}.items"
        if "items" not in schema:
            raise _wrong(at, "it is missing", 'Say what the array holds: "items": {"type": "string"}.')
        inner = self._plain(schema["items"], at)
        kind = self._type(inner, at)
        if kind == "array":
            raise _wrong(at, "arrays of arrays cannot be filled", "Ask for an array of objects.")
        if kind != "object":
            return self._field(inner, (*path, "items"), "", required=False), ()
        found = tuple(self.object(inner, (*path, "items"), "", required=True))
        if not found or any(len(one.path) != len(path) + 2 or one.type in ("array", "object") for one in found):
            raise _wrong(at, "its objects hold other than plain values", "Give them strings, numbers and dates only.")
        holder = Wanted(path=(*path, "items"), type="object", question="", label=label)
        return holder, tuple(msgspec.structs.replace(one, path=one.path[-1:]) for one in found)

    def _plain(self, schema: Any, at: str) -> Mapping[str, Any]:
        """Return a schema with its references followed, and without the null that it may also be."""
        for _ in range(_DEEPEST):
            if not isinstance(schema, Mapping):
                raise _wrong(at, f"it is {_NAMED.get(type(schema), type(schema).__name__)}", _SUCH)
            if "$ref" in schema:
                schema = {**self._referred(schema["$ref"], at), **{k: v for k, v in schema.items() if k != "$ref"}}
                continue
            other = next((key for key in ("anyOf", "oneOf", "allOf") if key in schema), None)
            if other is None:
                return schema
            options = [one for one in schema[other] if not (isinstance(one, Mapping) and one.get("type") == "null")]
            if len(options) != 1:
                raise _wrong(_under(at, other), "it has several choices", "Wanted is one type for each field, or null.")
            schema = {**options[0], **{key: value for key, value in schema.items() if key != other}}
        raise _wrong(at, "its references go round", "Say what it is in its own place.")

    def _referred(self, name: Any, at: str) -> Mapping[str, Any]:
        found = self._root
        parts = str(name).split("/")
        for part in parts[1:]:
            found = found.get(part) if isinstance(found, Mapping) else None
        if parts[0] != "#" or not isinstance(found, Mapping):
            raise _wrong(_under(at, "$ref"), f"{name!r} is not in the schema", "Refer to its own $defs.")
        return found

    @staticmethod
    def _type(schema: Mapping[str, Any], at: str) -> str:
        kind = schema.get("type")
        if isinstance(kind, list):
            kinds = [one for one in kind if one != "null"]
            kind = kinds[0] if len(kinds) == 1 else kind
        if kind is None:
            if "properties" in schema:
                return "object"
            kind = "string" if "enum" in schema or "const" in schema else None
        if kind not in TYPES:
            raise _wrong(_under(at, "type"), f"it is {kind!r}", f"It can be {', '.join(TYPES)}.")
        return str(kind)


def _check_pattern(pattern: Any, at: str) -> None:
    try:
        re.compile(pattern or "")
    except (re.error, TypeError) as error:
        raise _wrong(f"{at}.pattern", f"it is no regular expression: {error}", "Mend it, or leave it out.") from error


def _label(schema: Mapping[str, Any], name: str, above: str) -> str:
    """Return what a field is, in words."""
    own = str(schema.get("description") or schema.get("title") or "").strip() or _spoken(name)
    return own if not above or "description" in schema else f"{above} {own}"


def _spoken(name: str) -> str:
    """Return a name as words: `invoiceDate` and `invoice_date` are "invoice date"."""
    return " ".join(_WORD.findall(_CAMEL.sub(" ", name))).casefold()


def _question(schema: Mapping[str, Any], kind: str, label: str) -> str:
    """Return what is asked for a field: its description if that is a question."""
    text = COUNTED_IN.sub("", label).rstrip(". ")  # in what a number is counted is no part of the question
    text = _OF_THE_YEAR.sub("", text)  # the latest is meant anyway
    if text.endswith(("?", "？", "؟")) or not text.isascii() or len(text.split()) > 12:
        return text
    plain = text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
    plain = re.sub(r"^(?:the|an?)\s+", "", plain)
    if kind == "boolean":
        return text
    if kind == "array":
        return _LIST.format(label=plain)
    if schema.get("format") in FORMATS:
        plain = _DAY_OF.sub("", plain)
        return (_ON_WHICH_DAY if _DATED.search(plain) else _WHEN).format(label=plain)
    if kind in ("number", "integer") and (things := _things(kind, plain)):
        return _MANY.format(things=things)
    return _ASKING.get(kind, "{label}").format(label=plain)


def _things(kind: str, label: str) -> str:
    """Return what a field counts: that of "number of employees", and, if it is a whole number, "employees"."""
    count = _COUNT.match(label)
    if count:
        return label[count.end() :]
    plural = _PLURAL.search(label) is not None
    counts = kind == "integer" and plural and expected(f"What is the {label}?", "en").kind is Kind.OTHER
    return label if counts else ""


def _naming(question: str, choices: list[Any]) -> str:
    """Return a question with the values that are to be chosen from: they are what the document may say."""
    names = [str(choice) for choice in choices]
    if len(names) < 2 or len(names) > _MOST_CHOICES:
        return question
    return f"{question.rstrip('?')}: {', '.join(names[:-1])} or {names[-1]}?"


def _place(path: tuple[str, ...]) -> str:
    return ".".join(f"properties.{name}" if name != "items" else name for name in path)


def _under(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _wrong(at: str, what: str, hint: str) -> InvalidRequestError:
    where = f"the schema is wrong at {at}" if at else "the schema is wrong"
    return InvalidRequestError(f"{where}: {what}", hint=hint, param="schema")
