"""The gate: whose a request is, by its API key; without keys, that it comes from this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from pdfqa.errors import AuthenticationError, InvalidRequestError
from pdfqa.store.keys import Key, Keys, given, matching

_SHORTEST = 16
_HINT = "Send it as 'Authorization: Bearer KEY' (api_key of OpenAI's clients); make one with 'pdfqa keys add NAME'."


class Gate:
    """Finds the owner of each request.

    Args:
        keys: The keys of the home directory; those that come and go while the server runs count at once.
        secrets: Further keys.
        local: Whether only this machine can reach the server: then no key is needed as long as there is none.
    """

    def __init__(self, keys: Keys, secrets: Sequence[str] = (), *, local: bool = True) -> None:
        self._keys = keys
        self._given = [given(secret) for secret in secrets]
        self._local = local

    def known(self) -> list[Key]:
        """Return all keys."""
        return [*self._given, *self._keys.all()]

    def owner(self, headers: Headers) -> str:
        """Return the owner of what a request may see: the id of its key, or "" where no key is needed.

        Raises:
            AuthenticationError: The key is missing or not known, or a web page of somewhere else is asking.
        """
        known = self.known()
        if not known and self._local:
            _refuse_strangers(headers)
            return ""
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise AuthenticationError("You didn't provide an API key.", hint=_HINT)
        key = matching(secret.strip(), known)
        if key is None:
            raise AuthenticationError("Incorrect API key provided.", hint=_HINT)
        return key.id


def is_loopback(host: str) -> bool:
    """Return whether an address or name stands for this machine alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_strangers(headers: Headers) -> None:
    """Refuse what a browser sends for a page from elsewhere.

    Such a page can send requests to this machine and, under a name that it lets point here, read the answers.
    """
    host = _host(f"//{headers.get('host', '')}")
    origin = headers.get("origin")
    if not is_loopback(host) or (origin is not None and not is_loopback(_host(origin))):
        raise AuthenticationError(
            f"Without API keys only this machine is answered, not {origin or host or 'a request without a host'}.",
            hint="Ask for http://127.0.0.1, or make a key with 'pdfqa keys add NAME' and send it.",
        )


def _host(address: str) -> str:
    """Return the host of an address; "" where it has none, or is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # "[", say, is the beginning of an IPv6 address
        return ""


def checked_secrets(given: Sequence[str], variable: str = "") -> list[str]:
    """Return the keys that were given one by one, and those of a variable, with commas or spaces between them.

    Raises:
        InvalidRequestError: One is too short to be safe.
    """
    secrets = [*given, *variable.replace(",", " ").split()]
    if any(len(secret) < _SHORTEST for secret in secrets):
        raise InvalidRequestError(
            f"an API key has fewer than {_SHORTEST} characters, and could be guessed",
            hint="Give a longer one, or have one made and kept by 'pdfqa keys add NAME'.",
            param="--api-key",
        )
    return secrets
