"""Check recorded answers and count what was found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from bodies.intended import BROKEN, EXTRA
from bodies.schemas import Specification

_TAGS = {"type", "object", "event", "role"}  # what tells alternatives apart


class Checker:
    """Answers held against a specification.

    checked: How many bodies and events, by schema.
    faults: What breaks a schema or is not in it, with how often and one example.
    """

    def __init__(self, specification: Specification) -> None:
        self._spec = specification
        self._validator = Draft202012Validator(specification.root)
        self.checked: Counter[str] = Counter()
        self.without: Counter[str] = Counter()
        self.intended: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    @classmethod
    def load(cls, path: Path) -> Checker:
        """Return a checker for a specification file."""
        return cls(Specification.load(path))

    @property
    def faults(self) -> int:
        return sum(self._faults.values())

    def check(self, record: dict[str, Any]) -> None:
        """Check one recorded answer."""
        route = self._spec.route(record["path"])
        if route is None:
            self.without[f"{record['method']} {record['path'].partition('?')[0]}"] += 1
            return
        status, kind = record["status"], record["type"].partition(";")[0]
        stream = kind == "text/event-stream"
        schema = self._spec.schema(record["method"], route, status, stream=stream)
        if schema is None or not (stream or kind == "application/json"):
            self.without[f"{record['method']} {route} {status} {kind}"] += 1
            return
        where = f"{record['method']} {route} {status}"
        for value in _events(record["body"], route) if stream else [json.loads(record["body"])]:
            self._hold(value, schema, where)

    def _hold(self, value: Any, schema: Any, where: str) -> None:
        name = self._spec.resolve(schema)[0] or where
        self.checked[name] += 1
        for error in self._validator.evolve(schema=schema).iter_errors(value):
            for one in _causes(error):
                place = ".".join("*" if isinstance(part, int) else str(part) for part in one.absolute_path)
                known = any(
                    (name, place) == (schema, field) and one.message.endswith(end) for schema, field, end in BROKEN
                )
                self._note(f"{name}: {place or '(all)'}: {_short(one.message)}", value, where, known=known)
        for owner, field in self._extra(value, schema, name):
            self._note(f"{owner} has no field {field}", value, where, known=field in EXTRA.get(owner, set()))

    def _note(self, text: str, value: Any, where: str, *, known: bool) -> None:
        if known:
            self.intended[text] += 1
        else:
            self._faults[text] += 1
            self._examples.setdefault(text, f"{where}: {json.dumps(value)[:600]}")

    def _extra(self, value: Any, schema: Any, owner: str) -> Iterator[tuple[str, str]]:
        """Yield the fields that no schema of a value has, each with its owner."""
        if isinstance(value, list):
            for _, one in self._branches(value, schema, owner):
                for item in value if "items" in one else ():
                    yield from self._extra(item, one["items"], owner)
        if not isinstance(value, dict):
            return
        fields: dict[str, list[tuple[str, Any]]] = {}
        open_ended = True
        branches = list(self._branches(value, schema, owner))
        owner = branches[0][0]
        for name, one in branches:
            open_ended = open_ended and not one.get("properties")
            if one.get("additionalProperties"):
                return
            for field, inner in one.get("properties", {}).items():
                fields.setdefault(field, []).append((name, inner))
        if open_ended:
            return
        for field, inner in value.items():
            if field not in fields:
                yield owner, field
            for name, one in fields.get(field, [])[:1]:
                yield from self._extra(inner, one, f"{name}.{field}")

    def _branches(self, value: Any, schema: Any, owner: str) -> Iterator[tuple[str, Any]]:
        """Yield the schemas that hold for a value, alternatives and parts taken apart, each with its name."""
        name, schema = self._spec.resolve(schema)
        owner = name or owner
        yield owner, schema
        for part in schema.get("allOf", []):
            yield from self._branches(value, part, owner)
        for part in schema.get("anyOf", []):
            if self._validator.evolve(schema=part).is_valid(value):
                yield from self._branches(value, part, owner)

    def report(self) -> str:
        """Return what was checked and what was found."""
        lines = [f"{count:6} {name}" for name, count in sorted(self.checked.items())]
        lines.append(f"{sum(self.checked.values()):6} bodies and events checked against {len(self.checked)} schemas")
        lines += [f"{count:6} x not in the specification: {name}" for name, count in sorted(self.without.items())]
        lines += [f"{count:6} x intended: {text}" for text, count in sorted(self.intended.items())]
        for text, count in self._faults.most_common():
            lines += [f"{count:6} x WRONG: {text}", f"         {self._examples[text]}"]
        lines.append(f"{self.faults} violations of {len(self._faults)} kinds")
        return "\n".join(lines)


def _events(body: str, route: str) -> Iterator[Any]:
    """Yield the events of a stream as the specification has them: named ones as event and data."""
    # What follows the last empty line was cut off: the client had gone.
    for block in body.replace("\r\n", "\n").split("\n\n")[:-1]:
        fields: dict[str, list[str]] = {}
        for line in block.split("\n"):
            name, colon, text = line.partition(":")
            if colon and name:
                fields.setdefault(name, []).append(text.removeprefix(" "))
        if "data" not in fields:
            continue
        data = "\n".join(fields["data"])
        if route.startswith("/threads"):
            value = data if data == "[DONE]" else json.loads(data)
            yield {"event": fields.get("event", [""])[0], "data": value}
        elif data != "[DONE]":
            yield json.loads(data)


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """Yield what is wrong in the alternative that a value is meant to be."""
    if not error.context:
        yield error
        return
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    best = min(branches.values(), key=lambda errors: (sum(map(_of_a_tag, errors)), len(errors)))
    for inner in best:
        yield from _causes(inner)


def _of_a_tag(error: ValidationError) -> bool:
    return (error.validator == "type" and not error.path) or (bool(error.path) and error.path[-1] in _TAGS)


def _short(text: str) -> str:
    return text if len(text) < 200 else f"{text[:120]} … {text[-60:]}"
