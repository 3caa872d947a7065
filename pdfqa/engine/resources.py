"""The tools of assistants, threads and runs, and what they work on: vector stores above all, made along the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from pdfqa.engine.context import Engine
from pdfqa.errors import InvalidValueError, ObjectNotFoundError
from pdfqa.wire.requests import CreateVectorStore, StoreExpiration, Tool, ToolResources

THREAD_DAYS = 7  # that a store made for a thread lives when nobody uses it, as on the wire
_FIELD = "tool_resources"


def tools(given: Sequence[Tool]) -> list[dict[str, Any]]:
    """Return tools as they are kept.

    Raises:
        InvalidValueError: Two functions have the same name.
    """
    plain: list[dict[str, Any]] = msgspec.to_builtins(given)
    names = [tool["function"]["name"] for tool in plain if tool["type"] == "function"]
    for name in names:
        if names.count(name) > 1:
            raise InvalidValueError(f"Invalid 'tools': the function '{name}' is there twice.", param="tools")
    return plain


def resources(
    engine: Engine, given: ToolResources | None, *, days: int | None = None, field: str = _FIELD
) -> dict[str, Any] | None:
    """Return tool resources as they are kept; a vector store that is described is made. Call it in a transaction.

    Args:
        engine: The engine.
        given: What was asked for.
        days: How long a store that is made lives when it is not used; by default, for ever.
        field: What the field is called in the request.

    Raises:
        ObjectNotFoundError: A store or a file is not there.
    """
    if given is None:
        return None
    kept: dict[str, Any] = {}
    code, search = given.code_interpreter, given.file_search
    if code is not UNSET and code is not None:
        there(engine, "file", code.file_ids, f"{field}.code_interpreter.file_ids")
        kept["code_interpreter"] = {"file_ids": list(code.file_ids)}
    if search is not UNSET and search is not None:
        ids: list[str] = []
        if search.vector_store_ids is not UNSET:
            ids = list(search.vector_store_ids)
            there(engine, "vector store", ids, f"{field}.file_search.vector_store_ids")
        if search.vector_stores is not UNSET:
            for new in search.vector_stores:
                there(engine, "file", new.file_ids, f"{field}.file_search.vector_stores[0].file_ids")
                wanted = CreateVectorStore(
                    file_ids=new.file_ids, chunking_strategy=new.chunking_strategy, metadata=new.metadata
                )
                ids.append(make_store(engine, wanted, days))
        kept["file_search"] = {"vector_store_ids": ids}
    return kept


def changed(kept: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return resources with those of some tools replaced; null takes all away."""
    return None if new is None else {**(kept or {}), **new}


def make_store(engine: Engine, wanted: CreateVectorStore, days: int | None) -> str:
    """Make a vector store that lives for some days when it is not used; return its id."""
    if days is not None:
        expiration = StoreExpiration(anchor="last_active_at", days=days)
        wanted = msgspec.structs.replace(wanted, expires_after=expiration)
    return engine.vector_stores.create(wanted).id


def stores(kept: dict[str, Any] | None) -> list[str]:
    """Return the vector stores of tool resources."""
    found: list[str] = ((kept or {}).get("file_search") or {}).get("vector_store_ids") or []
    return found


def there(engine: Engine, noun: str, ids: Sequence[str], field: str) -> None:
    """Make sure that all that a field of a request names is there.

    Raises:
        ObjectNotFoundError: One is not.
    """
    if engine.hosted:  # what is there, OpenAI knows
        return
    known = engine.file_objects.some(ids) if noun == "file" else engine.store_objects.some(ids)
    for id_ in ids:
        if id_ not in known:
            raise ObjectNotFoundError(f"No {noun} found with id '{id_}'.", param=field)
