"""Back-ends: where operations are performed. One call each, of any operation in the table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec

from pdfqa.config import BACKENDS, Manners
from pdfqa.errors import InvalidValueError

KNOWN = {**BACKENDS, "http://…, https://…": "the server at an address"}


@runtime_checkable
class Backend(Protocol):
    """Something that performs the operations of `pdfqa.operations`."""

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        """Return the result of an operation, or an asynchronous generator of its events where `stream` is set."""

    async def close(self) -> None:
        """Finish what is under way, and let go of everything."""


def connect(
    backend: str = "local",
    *,
    home: str | os.PathLike[str] | None = None,
    password: str | None = None,
    model: str | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    timeout: float | None = None,
    manners: Manners | None = None,
) -> Backend:
    """Return the back-end with a name, or the one for the address of a server; options as those of `AsyncClient`.

    Raises:
        InvalidValueError: No back-end has that name, or it has no use for an option.
    """
    own = {"home": home, "password": password, "model": model, "base_url": base_url}
    given: dict[str, Any] = {name: value for name, value in own.items() if value is not None}
    manners = manners or Manners()
    if backend == "local":
        return _local(manners, **given, **({} if api_key is None else {"model_key": api_key}))
    if backend == "openai":
        from pdfqa import config
        from pdfqa.backends.openai import OpenAIBackend

        settings = config.load(backend=backend, **given, model_key=api_key)
        return OpenAIBackend(msgspec.structs.replace(settings, manners=manners), timeout=timeout)
    if not backend.startswith(("http://", "https://")):
        known = "; ".join(f"{name}: {what}" for name, what in KNOWN.items())
        raise InvalidValueError(f"no back-end is called {backend!r}", hint=f"There are {known}.", param="backend")
    for name in given:
        hint = f"Leave {name} out, or take the local back-end."
        raise InvalidValueError(f"{name} is a matter of the server at {backend}", hint=hint, param=name)
    from pdfqa.backends.remote import RemoteBackend

    return RemoteBackend(
        backend,
        api_key=api_key,
        timeout=timeout,
        max_retries=manners.max_retries,
        organization=manners.organization or "",
        project=manners.project or "",
        backoff=manners.backoff,
    )


def _local(manners: Manners, **options: Any) -> Backend:
    from pdfqa import config
    from pdfqa.backends.local import LocalBackend

    return LocalBackend(msgspec.structs.replace(config.load(**options), manners=manners))
