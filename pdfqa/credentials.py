"""Keys of servers that are kept for the user: in a file that nobody else can read, or in the keyring of the system.

The file has a line for each server: its address (or `openai`), a space, and the key; `@keyring` in its place says that
the package `keyring` has it. A key goes to addresses that begin with that of its line, and to no other.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pdfqa.errors import AuthenticationError, InvalidRequestError

OPENAI = "openai"  # what a line may call OpenAI's own server
_OPENAI_URL = "https://api.openai.com"
_IN_KEYRING = "@keyring"
_SERVICE = "pdfqa"  # what the keyring knows our keys by
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_PORTS = {"http": 80, "https": 443}


def path(env: Mapping[str, str]) -> Path:
    """Return where the file is: `PDFQA_CREDENTIALS`, or a place of the platform for settings."""
    if env.get("PDFQA_CREDENTIALS"):
        return Path(env["PDFQA_CREDENTIALS"]).expanduser()
    if sys.platform == "win32":
        return Path(env.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "pdfqa" / "credentials"
    return Path(env.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "pdfqa" / "credentials"


def find(url: str | None, env: Mapping[str, str]) -> str | None:
    """Return the key that is kept for a server, None for OpenAI's own; None where there is none.

    Raises:
        AuthenticationError: The file is not as it should be, or the keyring cannot be asked.
    """
    wanted = _place(url or OPENAI)
    lines = _lines(path(env))
    fitting = [name for name in lines if wanted == _place(name) or wanted.startswith(f"{_address(name)}/")]
    if not fitting:
        return None
    name = max(fitting, key=lambda name: len(_place(name)))
    return _from_keyring(name) if lines[name] == _IN_KEYRING else lines[name]


def check(name: str) -> None:
    """Refuse what is neither `openai` nor the address of a server.

    Raises:
        InvalidRequestError: It is neither.
    """
    if not _is_name(name):
        raise InvalidRequestError(
            f"{name!r} is no address of a server",
            hint="Give openai, or one such as https://llm.example.com/v1.",
            param="server",
        )


def checked(key: str, where: str) -> str:
    """Return a key without the white space around it; what cannot be one is refused, and not repeated.

    Raises:
        AuthenticationError: It has white space inside, or letters that no header takes.
    """
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise AuthenticationError(
            f"the key {where} is empty, or has a character that no key has",
            hint="Copy it anew: one line of letters, digits and signs, without spaces.",
        )
    return key


def kept(env: Mapping[str, str]) -> dict[str, str]:
    """Return the servers that a key is kept for, each with where: "file" or "keyring"."""
    return {name: "keyring" if key == _IN_KEYRING else "file" for name, key in _lines(path(env)).items()}


def keep(name: str, key: str, env: Mapping[str, str], *, in_keyring: bool) -> None:
    """Keep the key of a server, instead of an earlier one.

    Args:
        name: Its address, or `openai`.
        key: The key.
        env: Says where the file is.
        in_keyring: Whether the keyring has it, and the file only says so.

    Raises:
        AuthenticationError: That is no key, the keyring does not take it, or the file is not as it should be.
        InvalidRequestError: That is no address.
    """
    check(name)
    key, file = checked(key, f"for {name}"), path(env)
    lines = _lines(file)
    if in_keyring:
        _with_keyring(lambda keyring: keyring.set_password(_SERVICE, name, key), name)
    _write(file, {**lines, name: _IN_KEYRING if in_keyring else key})


def forget(name: str, env: Mapping[str, str]) -> bool:
    """Forget the key of a server, and return whether there was one."""
    lines = _lines(path(env))
    if name not in lines:
        return False
    if lines.pop(name) == _IN_KEYRING:
        _with_keyring(lambda keyring: keyring.delete_password(_SERVICE, name), name)
    _write(path(env), lines)
    return True


def has_keyring() -> bool:
    """Return whether there is a keyring that can be used."""
    if importlib.util.find_spec("keyring") is None:
        return False
    try:
        keyring: Any = importlib.import_module("keyring")
        return bool(keyring.get_keyring().priority > 0)  # one that keeps nothing has none
    except Exception:  # noqa: BLE001 - then there is none: each of its parts has errors of its own
        return False


def _lines(file: Path) -> dict[str, str]:
    """Return what the file says, its keys by the servers' names; nothing where there is no file."""
    try:
        with file.open(encoding="utf-8") as opened:
            mode, text = os.fstat(opened.fileno()).st_mode, opened.read()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise AuthenticationError(
            f"the file of keys {file} cannot be read: {reason}", hint="PDFQA_CREDENTIALS names another."
        ) from None
    if os.name == "posix" and mode & _OTHERS:
        raise AuthenticationError(
            f"others can read or write the file of keys {file}", hint=f"Make it yours alone: chmod 600 {file}"
        )
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2 or not _is_name(words[0]):  # the line is not shown: a key may be in it
            raise AuthenticationError(
                f"line {number} of the file of keys {file} is no server and its key",
                hint="A line is an address such as https://llm.example.com/v1, or openai, then a space and the key.",
            )
        found[words[0]] = checked(words[1], f"in line {number} of {file}")
    return found


def _write(file: Path, lines: Mapping[str, str]) -> None:
    """Write the file: all of it or nothing, and never readable for others, not for a moment."""
    file = Path(os.path.realpath(file))  # what a link leads to is what is meant
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".credentials-")  # 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                opened.writelines(f"{server} {key}\n" for server, key in lines.items())
                opened.flush()
                os.fsync(opened.fileno())
            os.replace(name, file)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise AuthenticationError(
            f"the file of keys {file} cannot be written: {error.strerror}", hint="PDFQA_CREDENTIALS names another."
        ) from None


def _from_keyring(name: str) -> str:
    key = _with_keyring(lambda keyring: keyring.get_password(_SERVICE, name), name)
    if not key:
        raise AuthenticationError(f"the keyring has no key for {name}", hint=f"Give it again: pdfqa login {name}")
    return checked(str(key), f"for {name} in the keyring")


def _with_keyring(ask: Any, name: str) -> Any:
    """Return what the keyring answers; what it says of a failure is not shown, since it may repeat the key."""
    try:
        return ask(importlib.import_module("keyring"))
    except Exception as error:  # noqa: BLE001 - each of its parts has errors of its own
        missing = isinstance(error, ModuleNotFoundError)
        reason = "the package keyring is not installed" if missing else type(error).__name__
        raise AuthenticationError(
            f"the keyring cannot be asked for the key of {name}: {reason}",
            hint="pip install keyring" if missing else f"Is it locked? pdfqa login {name} --file keeps it in a file.",
        ) from None


def _address(name: str) -> str:
    """Return an address as it is compared: scheme, host, port and path."""
    parts = urlsplit(_OPENAI_URL if name == OPENAI else name)
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return f"{parts.scheme}://{parts.hostname}:{port}{parts.path.rstrip('/')}"


def _place(name: str) -> str:
    """Return the same without a last `/v1`, which not everybody writes."""
    return _address(name).removesuffix("/v1").rstrip("/")


def _is_name(name: str) -> bool:
    try:
        parts = urlsplit(name)
        return name == OPENAI or (parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        return False
