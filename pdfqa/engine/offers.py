"""What a model's server offers: names, and what is known of each."""

from __future__ import annotations

from typing import Any

import msgspec

from pdfqa import prices, servers
from pdfqa.config import Settings
from pdfqa.llm import OpenAIModel, window
from pdfqa.types import Value


class Offer(Value, frozen=True):
    """A model that a server offers.

    `context_tokens` is how much it takes at once, `input_price` and `output_price` are dollars for a million tokens,
    `shutdown` is the day it goes away (YYYY-MM-DD) and `instead` what its maker recommends: each where that is known.
    """

    name: str
    context_tokens: int | None = None
    input_price: float | None = None
    output_price: float | None = None
    shutdown: str = ""
    instead: str = ""


class Offers(Value, frozen=True):
    """The models that a server offers; `server` is its address, "" for OpenAI's own."""

    server: str
    models: list[Offer]


def offers(settings: Settings, *, base_url: str | None = None) -> Offers:
    """Ask a server what it offers.

    Args:
        settings: Where to look for prices.
        base_url: Its address; by default that of the settings' environment, or OpenAI's.

    Raises:
        BackendError: It cannot be reached, or refuses.
        InvalidRequestError: The address is none.
    """
    url, key = servers.server(base_url=base_url)
    settings = msgspec.structs.replace(settings, base_url=url, model_key=key)
    entries = offered(settings)
    models = [offer(msgspec.structs.replace(settings, model=str(entry["id"])), entry) for entry in entries]
    return Offers(server=url or "", models=sorted(models, key=lambda model: model.name))


def offered(settings: Settings) -> list[dict[str, Any]]:
    """Return the models that the server of the settings offers, as it tells of them."""
    model = OpenAIModel(
        settings.model or "", base_url=settings.base_url, key=settings.model_key, manners=settings.manners
    )
    return model.offered()


def offer(settings: Settings, entry: dict[str, Any]) -> Offer:
    """Return what is known of the model that is set: what its server tells of it, then what the table has."""
    price, shutdown = prices.price(settings), prices.shutdown(settings)
    told = entry.get("shutdown_date")
    return Offer(
        name=settings.model or "",
        context_tokens=window(entry),
        input_price=price.input if price else None,
        output_price=price.output if price else None,
        shutdown=str(told or (shutdown.date if shutdown else "")),
        instead=shutdown.instead if shutdown else "",
    )
