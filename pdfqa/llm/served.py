"""A model behind a server that speaks OpenAI's API, with the habits of each: what it refuses, how it fails."""

from __future__ import annotations

import math
import re
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from pdfqa import servers
from pdfqa.config import Manners
from pdfqa.errors import BackendError, ContextExceededError, RateLimitError
from pdfqa.llm.backing import backing_off
from pdfqa.llm.pieces import About, Ended, Options, Piece, Text, Thought, ToolCall
from pdfqa.llm.window import ask_server, tokens_of
from pdfqa.passages import count_tokens

if TYPE_CHECKING:
    import openai

_SILENCE = 300.0  # seconds without a word after which a model is given up: a large prompt takes a small machine long
_CONNECTING = 10.0  # seconds
_MESSAGE = 6  # tokens of a message besides its text
_DENSEST = 4.0  # tokens for one that we count
# Options that are left out where a server refuses them and nobody set them.
_OURS = {"stream_options", "temperature", "logprobs", "top_logprobs"}
_LIMIT, _NEW_LIMIT = "max_tokens", "max_completion_tokens"  # one thing: newer models know it by its newer name only
_TOO_LONG = (  # what servers say of a prompt that is too long
    "context_length",
    "context length",
    "context size",
    "context window",
    "maximum context",
    "exceed_context",
    "prompt is too long",
    "input is too long",
    "too many tokens",
)


class OpenAIModel:
    """A model behind an OpenAI-compatible server.

    Args:
        name: What the server calls it.
        base_url: Where the server is; by default OpenAI's own.
        key: Its key; local servers need none.
        manners: How it is asked.
    """

    def __init__(
        self, name: str, *, base_url: str | None = None, key: str | None = None, manners: Manners | None = None
    ) -> None:
        self.name = name
        self._manners = manners or Manners()
        self._base_url = base_url
        self._key = key
        self._refused: set[str] = set()  # options that the server does not take
        self._dense = 1.0  # tokens as the server counts them, for one of ours

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r})"

    @cached_property
    def _client(self) -> openai.OpenAI:
        import openai

        timeout = openai.Timeout(_SILENCE, connect=_CONNECTING)
        # A proxy of the environment (HTTP_PROXY) leads away from this machine.
        direct = openai.DefaultHttpxClient(trust_env=False) if _is_here(self._base_url) else None
        if direct is not None:
            weakref.finalize(self, direct.close)  # as the SDK does with its own
        manners, elsewhere = self._manners, None if self._is_openai else ""
        client = openai.OpenAI(
            api_key=self._key or "none",
            organization=manners.organization or elsewhere,  # the package's own variables are about OpenAI
            project=manners.project or elsewhere,
            base_url=self._base_url,
            timeout=timeout,
            max_retries=manners.max_retries,
            http_client=direct,
        )
        return backing_off(client, manners.backoff)

    @cached_property
    def _about(self) -> About:
        return ask_server(self._client, self.name) if self._base_url and not self._is_openai else About()

    @property
    def _is_openai(self) -> bool:
        return servers.is_openai(self._base_url)

    def about(self) -> About:
        """Return what its server tells of it; nothing, where it does not."""
        return self._about

    def count(self, text: str) -> int:
        """Return about how many tokens it reads a text as, by what its server has counted so far."""
        return math.ceil(count_tokens(text) * self._dense)

    def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            self._client.close()

    def stream(self, messages: Sequence[dict[str, Any]], options: Options) -> Iterator[Piece]:
        """Yield what the model writes, `Ended` last."""
        came = False
        try:
            chunks = self._begun(messages, self._fields(options), set(msgspec.to_builtins(options)))
            with chunks:
                for piece in _pieces(chunks):
                    came = True
                    if isinstance(piece, Ended):
                        self._learn(messages, piece.prompt_tokens)
                    yield piece
        except Exception as error:  # noqa: BLE001 - what is none of theirs is raised as it is
            raise self._told(error, came=came) from None

    def _fields(self, options: Options) -> dict[str, Any]:
        fields: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
        if not self._is_openai:  # where some models have no other than their own; a model for documents need not invent
            fields["temperature"] = 0.0
        fields.update(msgspec.to_builtins(options))
        fields.update(fields.pop("more", {}))
        if _LIMIT in fields and (self._is_openai or _LIMIT in self._refused):
            fields[_NEW_LIMIT] = fields.pop(_LIMIT)
        return fields

    def _begun(self, messages: Sequence[dict[str, Any]], fields: dict[str, Any], set_: set[str]) -> Any:
        """Return the chunks of an answer; what we add to a request and a server does not know is left out then."""
        import openai

        create: Any = self._client.chat.completions.create  # the fields are dicts, not the SDK's own types
        while True:
            sent = {name: value for name, value in fields.items() if name in set_ or name not in self._refused}
            try:
                return create(model=self.name, messages=messages, **sent)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                words = str(error)
                named = {name for name in (_OURS & sent.keys()) - set_ if name in words}
                if _LIMIT in sent and _NEW_LIMIT in words:
                    named.add(_LIMIT)
                    fields[_NEW_LIMIT] = fields.pop(_LIMIT)
                if not named:
                    raise
                self._refused |= named

    def _learn(self, messages: Sequence[dict[str, Any]], counted: int | None) -> None:
        """Take in how many tokens the server has counted: many more than words where they are figures or compounds."""
        told = [message.get("content") for message in messages]
        if counted and all(isinstance(text, str) for text in told):
            ours = sum(count_tokens(str(text)) + _MESSAGE for text in told)
            self._dense = max(self._dense, min(counted / ours, _DENSEST))

    def tokenized(self, text: str) -> int | None:
        """Return how many tokens the server's own tokenizer makes of a text; None where it cannot be asked."""
        return tokens_of(self._client, text)

    def offered(self) -> list[dict[str, Any]]:
        """Return the models that its server offers, each as the server tells of it (`id`, and more or less besides).

        Raises:
            BackendError: The server cannot be reached, or refuses.
        """
        with self._translated():
            return [model.to_dict() for model in self._client.models.list()]

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise what goes wrong as errors of ours."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - as in `stream`
            raise self._told(error) from None

    def _told(self, error: Exception, *, came: bool = False) -> Exception:
        """Return what went wrong as an error of ours, in the server's words, without the key; others as they are.

        Args:
            error: What was raised.
            came: Whether a part of the answer had come.
        """
        import openai

        if isinstance(error, openai.APIStatusError):
            return self._refusal(error.status_code, self._words(error))
        if isinstance(error, openai.APIConnectionError | OSError) or _of_transport(error):
            return self._broken(error.__cause__ or error, came=came)
        if isinstance(error, openai.OpenAIError):
            return self._failed(f"failed: {self._words(error)}", "The server's own log may say more.")
        if isinstance(error, ValueError):  # a chunk that is no JSON
            what = f"sent what cannot be read: {self._clean(str(error))}"
            return self._failed(what, "Is the address that of an OpenAI-compatible API (it often ends in /v1)?")
        return error

    def _broken(self, cause: BaseException, *, came: bool) -> BackendError:
        """Return that a connection failed; `cause` is what the transport says, which has names of its own."""
        kind = type(cause).__name__
        reason = re.sub(r"^\[Errno -?\d+\] ", "", self._clean(str(cause))) or kind
        if "Timeout" in kind and "Connect" not in kind:
            what = f"said nothing for {_SILENCE:g} s"
            return self._failed(what, "Is it overloaded? Ask less at once, or try again.")
        if came:
            what = f"broke off in the middle of its answer: {reason}"
            return self._failed(what, "Ask again. Did its server crash? Its own log may say more.")
        hint = "Is its server running, and its address right (--base-url, PDFQA_BASE_URL)?"
        return self._failed(f"cannot be reached: {reason}", hint)

    def _refusal(self, status: int, words: str) -> BackendError:
        if status == 429:
            return RateLimitError(
                f"the model {self.name} was asked too often, {self._manners.max_retries + 1} times in a row: {words}",
                hint="Wait a little, or look at your quota there.",
            )
        if status in {400, 413, 422, 500} and any(sign in words.casefold() for sign in _TOO_LONG):
            return ContextExceededError(
                f"the model {self.name} takes less at once than it was given: {words}",
                hint="Tell how much it takes with PDFQA_CONTEXT_TOKENS, or have its server take more.",
            )
        hints = {
            401: "Is its key right (PDFQA_MODEL_KEY)?",
            403: "May this key use the model?",
            404: "Does the server have this model, and does its address end as it should (often in /v1)?",
        }
        return self._failed(
            f"refused (HTTP {status}): {words}", hints.get(status, "The server's own log may say more.")
        )

    def _failed(self, what: str, hint: str) -> BackendError:
        who = f"the model {self.name}" if self.name else "the models' server"
        return BackendError(f"{who} {what}", hint=hint)

    def _words(self, error: openai.OpenAIError) -> str:
        """Return what the server itself said."""
        body = getattr(error, "body", None)
        said = body.get("message") if isinstance(body, dict) else body
        return self._clean(said if isinstance(said, str) and said else str(error))

    def _clean(self, text: str) -> str:
        text = text.replace(self._key, "…") if self._key else text
        return " ".join(text.split())[:500]


def _pieces(chunks: Iterator[Any]) -> Iterator[Piece]:
    """Yield the pieces of the chunks of one chat completion."""
    calls: dict[int, list[str]] = {}
    reason, usage, thoughts, said, began = "", None, "", False, False
    for chunk in chunks:
        began = True
        usage = chunk.usage or usage
        for choice in (chunk.choices or ())[:1]:
            thought = _thought(choice.delta)
            if thought:
                thoughts += thought
                yield Thought(thought)
            if choice.delta.content:
                said = True
                yield Text(choice.delta.content, _weights(choice))
            for part in choice.delta.tool_calls or ():
                call = calls.setdefault(part.index or 0, ["", "", ""])
                call[0] = part.id or call[0]
                if part.function:
                    call[1] += part.function.name or ""
                    call[2] += part.function.arguments or ""
            reason = choice.finish_reason or reason
    if not began:
        raise ValueError("no chat completion")
    if not reason and usage is None:
        raise ConnectionError("it ended without saying so")
    reason = reason or "stop"
    if thoughts and not said and not calls and reason == "stop":  # servers that take the whole answer for a thought
        yield Text(thoughts)
    for number in sorted(calls):
        yield ToolCall(*calls[number])
    yield Ended(reason, *((usage.prompt_tokens, usage.completion_tokens) if usage else ()))


def _weights(choice: Any) -> dict[str, float]:
    """Return what else the model might have written, with the logarithms of the probabilities."""
    told = getattr(choice, "logprobs", None)
    first = told.content[0] if told and told.content else None
    return {one.token: one.logprob for one in reversed(first.top_logprobs or ())} if first else {}


def _thought(delta: Any) -> str:
    """Return what a model says to itself; servers have two names for it, and the SDK none."""
    return getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None) or ""


def _is_here(url: str | None) -> bool:
    """Return whether an address is one of this machine."""
    host = urlsplit(url or "").hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _of_transport(error: Exception) -> bool:
    """Return whether an error is one of what carries the SDK's requests: older SDKs raise them as they are."""
    return type(error).__module__.partition(".")[0].startswith(("httpx", "httpcore"))
