"""Make JSON Schema of OpenAPI, and find the schema of an answer."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

_UNIONS = ("anyOf", "oneOf", "allOf")
_REF = "#/components/schemas/"
_ASSISTANT_STREAMS = {
    "/threads/runs",
    "/threads/{thread_id}/runs",
    "/threads/{thread_id}/runs/{run_id}/submit_tool_outputs",
}


def plain(schema: Any, component: str) -> Any:
    """Return an OpenAPI schema as JSON Schema 2020-12: `nullable` spelled out, and any of its alternatives may hold.

    Alternatives of the specification overlap (a list of texts is also one of numbers if it is empty), so that "exactly
    one" holds nowhere.
    """
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            made[key] = {name: plain(one, component) for name, one in value.items()}
        elif key in _UNIONS:
            made["anyOf" if key == "oneOf" else key] = [plain(one, component) for one in value]
        elif key in {"items", "additionalProperties", "not"} and value is not False:
            # Forbidden fields are left to `Checker`, which tells those that are meant from others.
            made[key] = plain(value, component)
        elif key == "$recursiveRef":
            made["$ref"] = _REF + component
        elif key in {"$ref", "type", "enum", "const", "required", "minimum", "maximum", "minItems", "maxItems"}:
            made[key] = value
    return _nullable(made) if schema.get("nullable") else made


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


class Specification:
    """The paths and schemas of an OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._paths: dict[str, Any] = document["paths"]
        schemas = document["components"]["schemas"]
        self.root = {"components": {"schemas": {name: plain(one, name) for name, one in schemas.items()}}}

    @classmethod
    def load(cls, path: Path) -> Specification:
        """Read a specification."""
        import yaml

        with path.open("rb") as file:
            return cls(yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - both safe

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], str]]:
        # Those with the fewest variables first: /threads/runs is no thread.
        names = sorted(self._paths, key=lambda path: (path.count("{"), path))
        return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(name))), name) for name in names]

    def route(self, path: str) -> str | None:
        """Return the path with names in place of ids."""
        path = path.partition("?")[0].removeprefix("/v1")
        return next((name for pattern, name in self._templates if pattern.fullmatch(path)), None)

    def schema(self, method: str, route: str, status: int, *, stream: bool) -> Any:
        """Return the schema of an answer, or of one event of a stream; None where the specification has none."""
        if status >= 400:
            return {"$ref": _REF + "ErrorResponse"}
        if stream and route in _ASSISTANT_STREAMS:
            return {"$ref": _REF + "AssistantStreamEvent"}
        if stream and route.startswith("/responses"):
            return {"$ref": _REF + "ResponseStreamEvent"}
        answers = self._paths[route].get(method.lower(), {}).get("responses", {})
        content = answers.get(str(status), {}).get("content", {})
        found = content.get("text/event-stream" if stream else "application/json", {}).get("schema")
        return plain(found, "") if found else None

    def resolve(self, schema: Any) -> tuple[str, Any]:
        """Return the name of the schema that a reference names, and that schema."""
        name = ""
        while isinstance(schema, dict) and "$ref" in schema:
            name = schema["$ref"].removeprefix(_REF)
            schema = self.root["components"]["schemas"][name]
        return name, schema
