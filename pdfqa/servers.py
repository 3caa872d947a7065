"""Where servers are, and the keys for them: argument, environment, then what is kept (`credentials.py`).

No key goes to a server that it is not for: OpenAI's to OpenAI alone, a kept one to the address that it was kept for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from pdfqa.errors import AuthenticationError, InvalidRequestError

_OPENAI = "api.openai.com"
OPENAI_URL = f"https://{_OPENAI}/v1"


def server(
    *, base_url: str | None = None, model_key: str | None = None, env: Mapping[str, str] | None = None
) -> tuple[str | None, str | None]:
    """Return where models are asked for, None for OpenAI's own server, and the key for it, None without one.

    Raises:
        AuthenticationError: A key is none, or the file of keys is not as it should be.
        InvalidRequestError: That is no address.
    """
    env = os.environ if env is None else env
    base_url = base_url or env.get("PDFQA_BASE_URL") or None
    if base_url:
        address(base_url)
    names = ("PDFQA_MODEL_KEY",) if base_url else ("PDFQA_MODEL_KEY", "OPENAI_API_KEY")
    return base_url, key(base_url, model_key, *names, env=env)


def openai(
    *, base_url: str | None = None, api_key: str | None = None, env: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Return where OpenAI's API is, and the key for it.

    Raises:
        InvalidRequestError: That is no address.
        AuthenticationError: There is no key.
    """
    env = os.environ if env is None else env
    elsewhere = bool(base_url) and host(base_url) != _OPENAI
    where = address(base_url or env.get("OPENAI_BASE_URL") or OPENAI_URL)
    names = ("PDFQA_API_KEY", "PDFQA_MODEL_KEY") if elsewhere else ("OPENAI_API_KEY", "PDFQA_API_KEY")
    found = key(where, api_key, *names, env=env)
    if not found:
        login = "pdfqa login" if host(where) == _OPENAI else f"pdfqa login {where}"
        raise AuthenticationError(
            f"there is no API key for {where}",
            hint=f"Set {names[0]}, keep it with {login}, or give it as an argument. The local back-end needs none.",
        )
    return where, found


def embedder(chosen: str) -> tuple[str, str | None]:
    """Return the model and the server (None for OpenAI's own) of an embedder that is a server's.

    Raises:
        InvalidRequestError: That is no model, or no address.
    """
    model, _, url = chosen.partition("@")
    if not url:
        model = model.removeprefix("openai/")
    if not model:
        raise InvalidRequestError(
            f"the embedder {chosen!r} names no model", hint="Give openai/NAME or NAME@URL.", param="embedder"
        )
    return model, address(url, "embedder") if url else None


def embedder_key(url: str | None, env: Mapping[str, str] | None = None) -> str | None:
    """Return the key for the server of an embedder; None without one.

    Raises:
        AuthenticationError: It is no key, or the file of keys is not as it should be.
    """
    names = ("PDFQA_EMBEDDER_KEY",) if url else ("PDFQA_EMBEDDER_KEY", "OPENAI_API_KEY")
    return key(url, None, *names, env=env)


def is_served(embedder: str) -> bool:
    """Return whether an embedder is a server's: openai/NAME, or NAME@URL."""
    return embedder.startswith("openai/") or "@http" in embedder


def key(url: str | None, given: str | None, *names: str, env: Mapping[str, str] | None = None) -> str | None:
    """Return the key for a server: the one that was given, that of a variable, the one that is kept; None without.

    Args:
        url: The server; None for OpenAI's own.
        given: The argument.
        names: The variables, the first one that is set counts.
        env: Where these are.

    Raises:
        AuthenticationError: It is no key, or the file of keys is not as it should be.
    """
    from pdfqa import credentials  # only who asks a server needs it

    env = os.environ if env is None else env
    if given:
        return credentials.checked(given, "that was given")
    for name in names:
        if env.get(name):
            return credentials.checked(env[name], f"in {name}")
    return credentials.find(url, env)


def address(url: str, param: str = "base_url") -> str:
    """Return the address of a server, if it is one and has no key in it: addresses are shown and stored.

    Raises:
        InvalidRequestError: It is none, or has.
    """
    from urllib.parse import urlsplit  # only who uses a server needs it

    if not is_url(url):
        raise InvalidRequestError(
            f"{param} is {url!r}, which is no address of a server",
            hint="Give one such as http://127.0.0.1:8080/v1.",
            param=param,
        )
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InvalidRequestError(
            f"{param} has a password or a query in it, and addresses are shown and stored",
            hint="Give the key by itself: as an argument, a variable, or with pdfqa login.",
            param=param,
        )
    return url


def host(url: str | None) -> str:
    """Return the host of an address, "" where there is none."""
    from urllib.parse import urlsplit

    return urlsplit(url or "").hostname or ""


def is_openai(url: str | None) -> bool:
    """Return whether an address is OpenAI's own, of the world or of a region, as it is where there is none."""
    where = host(url)
    return where in {"", _OPENAI} or where.endswith(f".{_OPENAI}")


def is_url(text: str) -> bool:
    """Return whether something is the address of a server."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
