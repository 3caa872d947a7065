"""Pages of lists that are held in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from pdfqa.errors import InvalidValueError
from pdfqa.wire import ObjectPage, Order

T = TypeVar("T")


def page(
    everything: Sequence[T], id_of: Callable[[T], str], *, limit: int, order: Order, after: str | None = None
) -> ObjectPage[T]:
    """Return one page of things that are given oldest first.

    Raises:
        InvalidValueError: `after` is none of them.
    """
    things = list(everything if order == "asc" else reversed(everything))
    if after is not None:
        places = [place for place, thing in enumerate(things) if id_of(thing) == after]
        if not places:
            raise InvalidValueError(f"after is '{after}', which is no item of this list.", param="after")
        things = things[places[0] + 1 :]
    data = things[:limit]
    return ObjectPage(
        data=data,
        first_id=id_of(data[0]) if data else "",
        last_id=id_of(data[-1]) if data else "",
        has_more=len(things) > limit,
    )
