"""The openai back-end: what OpenAI still has is there, files and vector stores above all; what it has not, is ours.

OpenAI switched its Assistants API off. What it did is done here with what is left: the state of assistants, threads and
runs is kept by the engine of the home directory, and a run is one Responses call (`pdfqa.engine.hosted`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import anyio.to_thread
import msgspec

from pdfqa import wire
from pdfqa.backends.local import LocalBackend
from pdfqa.backends.places import AT_OPENAI
from pdfqa.backends.remote import RemoteBackend
from pdfqa.config import Settings
from pdfqa.engine.chunks import placed
from pdfqa.engine.files import source
from pdfqa.engine.resources import THREAD_DAYS, stores
from pdfqa.operations import OPERATIONS
from pdfqa.servers import OPENAI_URL
from pdfqa.store.blobs import hash_file
from pdfqa.wire.requests import Content

_UNREACHABLE = "Is there a network? OPENAI_BASE_URL names another place for OpenAI's API."
_PDF = b"%PDF-"
_HEAD = 1024  # bytes in which it stands
_OF_THREADS = {"create_thread", "modify_thread"}  # what is made for them does not stay for ever


def account(settings: Settings) -> str:
    """Return what tells the objects of one place at OpenAI from those of another: ids of one mean nothing there.

    An address is the same place with and without `/v1`, which pdfqa's own server does not need.
    """
    where, manners = (settings.base_url or OPENAI_URL).rstrip("/").removesuffix("/v1"), settings.manners
    place = "|".join(filter(None, [where, manners.organization, manners.project]))
    return "openai:" + hashlib.sha256(place.encode()).hexdigest()[:16]


def server(settings: Settings, *, timeout: float | None = 600.0, max_retries: int | None = None) -> RemoteBackend:
    """Return OpenAI, or the server in its place, which is told nothing of the variables about OpenAI.

    Args:
        settings: Its address, key and how it is asked.
        timeout: How many seconds an answer may take, and the next event of a stream; None for ever.
        max_retries: How often a request is tried again, if that is not what the settings say.
    """
    manners, unsaid = settings.manners, None if settings.backend == "openai" else ""
    return RemoteBackend(
        settings.base_url or OPENAI_URL,
        api_key=settings.model_key,
        timeout=timeout,
        max_retries=manners.max_retries if max_retries is None else max_retries,
        organization=manners.organization or unsaid,
        project=manners.project or unsaid,
        backoff=manners.backoff,
        unreachable=_UNREACHABLE if settings.backend == "openai" else "Is the server running, and its address right?",
    )


class OpenAIBackend:
    """OpenAI, with the home directory's engine for what is no longer there.

    Args:
        settings: Where the home is, OpenAI's address and key.
        timeout: How many seconds an answer may take, and the next event of a stream; None for ever.
        max_retries: How often a request is tried again, if that is not what the settings say.
    """

    def __init__(self, settings: Settings, *, timeout: float | None = 600.0, max_retries: int | None = None) -> None:
        self.remote = server(settings, timeout=timeout, max_retries=max_retries)
        self.local = LocalBackend(settings, owner=account(settings))

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        """Return the result of an operation, or a generator of its events where `stream` is set."""
        if AT_OPENAI[name] == "engine":
            return await self.local.call(name, ids, await self._placed(name, ids, fields))
        result = await self.remote.call(name, ids, fields)
        if name == "search_vector_store":
            result = await anyio.to_thread.run_sync(placed, self.local.engine, result)
        elif name == "upload_file":
            await anyio.to_thread.run_sync(self._keep, result, fields["file"])
        elif name == "delete_file":
            await anyio.to_thread.run_sync(self._forget, ids[0])
        return result

    async def close(self) -> None:
        """Finish what is under way here, and close the connections."""
        await self.local.close()
        await self.remote.close()

    def _keep(self, file: wire.File, content: Content) -> None:
        """Remember which PDF a file at OpenAI is: it is read when something of it is quoted, to tell the page."""
        engine, where = self.local.engine, source(content)
        with ExitStack() as stack:
            head = where[:_HEAD] if isinstance(where, bytes) else stack.enter_context(where.open("rb")).read(_HEAD)
            if _PDF not in head:
                return
            if isinstance(where, bytes):
                received = stack.enter_context(engine.blobs.receiving([where]))
            else:  # before others are kept from writing: it may be large
                sha256, size = hash_file(where)
            with engine.database.atomic():
                if isinstance(where, bytes):
                    engine.blobs.keep(received)
                    sha256 = received.sha256
                else:  # it is not copied
                    engine.blobs.remember(sha256, size, where)
                engine.file_objects.insert(file, key=sha256)

    def _forget(self, file_id: str) -> None:
        engine = self.local.engine
        with engine.database.atomic():
            if engine.file_objects.find(file_id):
                engine.files.delete(file_id)

    async def _placed(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of an operation with the vector stores made that it asks for, at OpenAI."""
        request = OPERATIONS[name].request
        if request is not None:
            wire.check(request, fields)  # first: what is wrong must leave nothing behind
        plain: dict[str, Any] = msgspec.to_builtins(fields)
        thread = plain.get("thread") if name == "create_thread_and_run" else plain
        for holder, days in ((plain, THREAD_DAYS if name in _OF_THREADS else None), (thread, THREAD_DAYS)):
            if isinstance(holder, dict):
                await self._make_stores(holder, days)
        searched = list(_attached(thread or {}, "messages"))
        if searched:
            await self._attach_to(thread or {}, searched)
        more = list(_attached(plain, "additional_messages" if name == "create_run" else ""))
        if more:
            await self._attach(ids[0], more)
        return plain

    async def _make_stores(self, holder: dict[str, Any], days: int | None) -> None:
        search = (holder.get("tool_resources") or {}).get("file_search") or {}
        for id_ in search.get("vector_store_ids") or ():
            await self.remote.call("get_vector_store", [id_], {})  # or there would be an error long after, of a run
        wanted = search.pop("vector_stores", None)
        if wanted:
            search["vector_store_ids"] = [await self._make(one, days) for one in wanted]

    async def _make(self, wanted: dict[str, Any], days: int | None) -> str:
        if days is not None:
            wanted = {**wanted, "expires_after": {"anchor": "last_active_at", "days": days}}
        made: wire.VectorStore = await self.remote.call("create_vector_store", [], wanted)
        return made.id

    async def _attach_to(self, thread: dict[str, Any], file_ids: list[str]) -> None:
        """Put files into the vector store that a new thread is to have."""
        resources = thread.get("tool_resources") or {}
        made = await self._put(stores(resources), file_ids)
        if made:
            thread["tool_resources"] = {**resources, "file_search": {"vector_store_ids": [made]}}

    async def _attach(self, thread_id: str, file_ids: list[str]) -> None:
        """Put files into the vector store of a thread, which is made if there is none."""
        thread: wire.Thread = await self.local.call("get_thread", [thread_id], {})
        made = await self._put(stores(thread.tool_resources), file_ids)
        if made:
            new = {"file_search": {"vector_store_ids": [made]}}
            await self.local.call("modify_thread", [thread_id], {"tool_resources": new})

    async def _put(self, known: list[str], file_ids: list[str]) -> str:
        """Put files into the first of some stores, or into a new one, whose id is returned."""
        if not known:
            return await self._make({"file_ids": file_ids}, THREAD_DAYS)
        for file_id in file_ids:
            await self.remote.call("create_vector_store_file", [known[0]], {"file_id": file_id})
        return ""


def _attached(holder: dict[str, Any], field: str) -> Iterator[str]:
    """Yield the files that messages (or, without a field, one message) have attached to be searched, each once."""
    messages = holder.get(field) or [] if field else [holder]
    attachments = (one for message in messages for one in message.get("attachments") or ())
    searched = (one["file_id"] for one in attachments if any(tool["type"] == "file_search" for tool in one["tools"]))
    yield from dict.fromkeys(searched)
