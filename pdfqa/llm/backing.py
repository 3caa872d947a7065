"""The pause before a request is made again: the SDK has one of its own, which cannot be set."""

from __future__ import annotations

from typing import Any, TypeVar

_USUAL = 0.5  # seconds, the SDK's own first pause
C = TypeVar("C")


def backing_off(client: C, seconds: float) -> C:
    """Return a client of the SDK that waits so many seconds before its second try, and so on.

    Where the server says how long to wait, that counts, as before.
    """
    known: Any = client
    usual = known._calculate_retry_timeout

    def pause(remaining: int, options: Any, headers: Any = None) -> float:
        told: float = usual(remaining, options, headers)
        asked = known._parse_retry_after_header(headers)
        return told if asked else told * seconds / _USUAL

    known._calculate_retry_timeout = pause
    return client
