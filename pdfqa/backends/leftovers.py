"""What pdfqa has left at OpenAI, found there by its marks, whatever we know of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing, suppress

import msgspec

from pdfqa.backends.ledger import MARK, home_of
from pdfqa.backends.patient import Patient, each
from pdfqa.errors import ObjectNotFoundError

_FILES = 10_000  # of a list that come at once


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Files and vector stores, by id, with the bytes that each takes."""

    files: dict[str, int] = {}
    stores: dict[str, int] = {}

    @property
    def bytes(self) -> int:
        """Return how much is paid for: what the vector stores take."""
        return sum(self.stores.values())

    def __bool__(self) -> bool:
        return bool(self.files or self.stores)


async def left(server: Patient, home: str) -> tuple[Left, Left]:
    """Return what one home directory has left there, and what others have."""
    stores: dict[bool, dict[str, int]] = {True: {}, False: {}}
    files: dict[bool, dict[str, int]] = {True: {}, False: {}}
    async with aclosing(server.list("get_vector_stores")) as listed:
        async for store in listed:
            token = (store.metadata or {}).get(MARK)
            if token:
                stores[token == home][store.id] = store.usage_bytes
    async with aclosing(server.list("get_files", limit=_FILES, purpose="assistants")) as listed:
        async for file in listed:
            token = home_of(file.filename)
            if token:
                files[token == home][file.id] = file.bytes
    return Left(files=files[True], stores=stores[True]), Left(files=files[False], stores=stores[False])


async def delete(server: Patient, found: Sequence[Left]) -> None:
    """Delete what was found; the stores first, so that nothing more is paid for them."""

    async def gone(what: tuple[str, str]) -> None:
        with suppress(ObjectNotFoundError):
            await server.ask(what[0], [what[1]])

    await each(gone, [("delete_vector_store", id_) for one in found for id_ in one.stores])
    await each(gone, [("delete_file", id_) for one in found for id_ in one.files])
