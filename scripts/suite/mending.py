"""Apply the rules to one request."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from suite.api import SetupError
from suite.rules import ANYTHING, MENDS, MISSING, PLACEHOLDERS, ROUTES, Mend, Route
from suite.scenes import Ids

Setting = Callable[[Route], Ids]


class Mended(NamedTuple):
    """A request as it is sent on, and the rules that changed it."""

    path: str
    body: bytes
    applied: list[Route | Mend]


class _Scene:
    """The ids of a request's scene, which is set when the first of them is asked for."""

    def __init__(self, route: Route | None, setting: Setting) -> None:
        self._route, self._setting = route, setting
        self._ids: Ids | None = None

    def __getitem__(self, name: str) -> str:
        if self._route is None:
            raise SetupError(f"no route has a scene with {name}")
        if self._ids is None:
            self._ids = self._setting(self._route)
        return self._ids[name]


def mend(method: str, target: str, body: bytes, *, json_body: bool, setting: Setting) -> Mended:
    """Return a request with real ids for its placeholders and with what a strict server refuses mended."""
    path, _, query = target.partition("?")
    route, ids = next(((route, ids) for route in ROUTES if (ids := route.match(method, path)) is not None), (None, {}))
    scene = _Scene(route, setting)
    applied: list[Route | Mend] = []
    new_path = path
    if route and ids and set(ids.values()) <= PLACEHOLDERS:
        new_path = "/".join(_part(part, ids, scene) for part in path.split("/"))
        applied.append(route)
    fields = {"query": dict(parse_qsl(query, keep_blank_values=True))}
    before = json.dumps(fields)
    content = json.loads(body) if json_body and body else None
    rules = [rule for rule in MENDS if rule.concerns(method, path)]
    for rule in rules:
        if rule.beside and (content or {}).get(rule.beside[0]) != rule.beside[1]:
            continue
        values = fields if rule.field.startswith("query.") else content
        applied += [rule for _ in _applied(values, rule.field.split("."), rule, scene)]
    if json.dumps(fields) != before:
        query = urlencode(fields["query"])
    return Mended(
        new_path + ("?" + query if query else ""),
        body if content is None else json.dumps(content).encode(),
        applied,
    )


def _part(part: str, ids: Ids, scene: _Scene) -> str:
    name = next((name for name, value in ids.items() if value == part), None)
    return quote(scene[name], safe="") if name else part


def _applied(value: Any, names: list[str], rule: Mend, scene: _Scene) -> Iterator[None]:
    """Mend the places that a rule's field stands for; yield for each that was mended."""
    name, *rest = names
    if isinstance(value, list):
        keys: Any = range(len(value)) if name == "*" else []
    elif isinstance(value, dict):
        keys = [name]
    else:
        return
    for key in keys:
        there = isinstance(value, list) or key in value
        if rest:
            yield from _applied(value[key] if there else None, rest, rule, scene)
        elif _meant(value[key] if there else MISSING, rule.sent):
            if rule.becomes == MISSING:
                del value[key]
            else:
                value[key] = _filled(rule.becomes, scene)
            yield


def _meant(value: Any, sent: Any) -> bool:
    return value != MISSING if sent == ANYTHING else (type(value), value) == (type(sent), sent)


def _filled(value: Any, scene: _Scene) -> Any:
    if isinstance(value, tuple):
        return [_filled(one, scene) for one in value]
    if isinstance(value, str) and value.startswith("{"):
        return scene[value[1:-1]]
    return value


def deviations() -> str:
    """Return the rules as two tables in Markdown."""
    lines = ["| requests | real objects that stand in |", "|---|---|"]
    lines += [
        f"| `{_cell(route.requests)}` | {route.scene}{', a new one each time' if route.own else ''} |"
        for route in ROUTES
        if "{" in route.requests
    ]
    lines += ["", "| requests | field | sent | becomes | because |", "|---|---|---|---|---|"]
    for rule in MENDS:
        sent, becomes = (_shown(value) for value in (rule.sent, rule.becomes))
        beside = f" beside `{rule.beside[0]}` {_shown(rule.beside[1])}" if rule.beside else ""
        lines.append(f"| `{_cell(rule.requests)}` | `{rule.field}`{beside} | {sent} | {becomes} | {rule.why} |")
    return "\n".join(lines)


def _cell(requests: str) -> str:
    return requests.replace("|", "/")


def _shown(value: Any) -> str:
    return "nothing" if value == MISSING else "anything" if value == ANYTHING else f"`{json.dumps(value)}`"


def counted(applied: Counter[Route | Mend]) -> list[str]:
    """Return how often each rule was used, most used first."""
    shown = []
    for rule, count in applied.most_common():
        if isinstance(rule, Route):
            shown.append(f"{count:5} {rule.requests}: {rule.scene}")
        else:
            shown.append(f"{count:5} {rule.requests}: {rule.field} {_shown(rule.sent)} becomes {_shown(rule.becomes)}")
    return shown
