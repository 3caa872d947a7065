"""How much a model takes at once: each server tells it in its own place, if at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pdfqa.llm.pieces import About

if TYPE_CHECKING:
    import openai

# What servers call the number of tokens that a model takes at once: vLLM, LM Studio, hosted ones, llama.cpp ("meta").
_WINDOWS = (
    "max_model_len",
    "loaded_context_length",
    "context_length",
    "context_window",
    "max_context_length",
    "n_ctx",
    "n_ctx_train",
)
_PATIENCE = 5.0  # seconds for one look
_OLLAMA = 4096  # tokens that Ollama gives a model where nothing else is set; it cuts off the rest without a word
_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)([mb])(?![a-z])", re.IGNORECASE)
_UNITS = {"m": 1e6, "b": 1e9}


def window(entry: Mapping[str, Any]) -> int | None:
    """Return how many tokens a model takes at once, if what its server tells of it says so."""
    meta = entry.get("meta")
    told = {**(meta if isinstance(meta, dict) else {}), **entry}
    return next((number for name in _WINDOWS if (number := _number(told.get(name)))), None)


def size(name: str) -> int | None:
    """Return of how many numbers a model is made, if its name says so, as in `qwen2.5:0.5b`."""
    found = _SIZE.search(name)
    return int(float(found[1]) * _UNITS[found[2].lower()]) if found else None


def ask_server(client: openai.OpenAI, name: str) -> About:
    """Return what a server tells of a model. A place that it does not have is passed over: this only helps."""
    entry = _listed(client, name)
    parameters = _number((entry.get("meta") or {}).get("n_params")) or size(name)
    for place in () if _sure(entry) else (_llama_cpp, _ollama, _lm_studio):
        found = place(client, name)
        if found is not None:
            return About(window=found.window or window(entry), parameters=found.parameters or parameters)
    return About(window=window(entry), parameters=parameters)


def tokens_of(client: openai.OpenAI, text: str) -> int | None:
    """Return how many tokens llama.cpp makes of a text."""
    found = _post(client, "/tokenize", {"content": text}).get("tokens")
    return len(found) if isinstance(found, list) else None


def _sure(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry tells what is really there, and not, as llama.cpp's, what the model was made for."""
    return window(entry) is not None and entry.get("owned_by") != "llamacpp"


def _listed(client: openai.OpenAI, name: str) -> dict[str, Any]:
    told = _look(lambda: [model.to_dict() for model in _quick(client).models.list()]) or []
    return next((entry for entry in told if entry.get("id") == name), told[0] if len(told) == 1 else {})


def _llama_cpp(client: openai.OpenAI, name: str) -> About | None:  # noqa: ARG001 - it serves one model
    told = _get(client, "/props")
    settings = told.get("default_generation_settings")
    found = _number(settings.get("n_ctx")) if isinstance(settings, dict) else None
    return About(window=found) if found else None


def _ollama(client: openai.OpenAI, name: str) -> About | None:
    told = _post(client, "/api/show", {"model": name})
    info = told.get("model_info")
    if not isinstance(info, dict):
        return None
    most = next((_number(value) for key, value in info.items() if key.endswith(".context_length")), None)
    set_ = re.search(r"^num_ctx\s+(\d+)", str(told.get("parameters") or ""), re.MULTILINE)
    loaded = [one for one in _get(client, "/api/ps").get("models") or [] if name in {one.get("name"), one.get("model")}]
    given = int(set_[1]) if set_ else next((_number(one.get("context_length")) for one in loaded), None) or _OLLAMA
    return About(window=min(given, most or given), parameters=_number(info.get("general.parameter_count")))


def _lm_studio(client: openai.OpenAI, name: str) -> About | None:
    told = _get(client, "/api/v0/models").get("data")
    entries = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    entry = next((one for one in entries if one.get("id") == name), None)
    return About(window=window(entry)) if entry else None


def _get(client: openai.OpenAI, path: str) -> dict[str, Any]:
    found = _look(lambda: _quick(client).get(_root(client) + path, cast_to=object))
    return found if isinstance(found, dict) else {}


def _post(client: openai.OpenAI, path: str, body: dict[str, Any]) -> dict[str, Any]:
    found = _look(lambda: _quick(client).post(_root(client) + path, cast_to=object, body=body))
    return found if isinstance(found, dict) else {}


def _root(client: openai.OpenAI) -> str:
    """Return the address of a server without its path: what is no part of OpenAI's API is there."""
    parts = urlsplit(str(client.base_url))
    return f"{parts.scheme}://{parts.netloc}"


def _quick(client: openai.OpenAI) -> openai.OpenAI:
    return client.with_options(max_retries=0, timeout=_PATIENCE)


def _look(question: Callable[[], Any]) -> Any:
    import openai

    try:
        return question()
    except (openai.OpenAIError, ValueError, TypeError, AttributeError):  # no such place, or something else is there
        return None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
