"""The client's part for chat completions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Literal

from msgspec import UNSET

from pdfqa.client.base import Base
from pdfqa.client.inputs import (
    CacheOptions,
    ChatStreamOptions,
    ChatToolChoice,
    ChatTools,
    Dict,
    Given,
    Maybe,
    Metadata,
    Moderation,
    OldChoice,
    OldFunctions,
    Plain,
    ResponseFormat,
)
from pdfqa.wire import Deleted, Event, ObjectPage, Order
from pdfqa.wire.chat import ChatCompletion, StoredMessage, Tier
from pdfqa.wire.requests import Effort
from pdfqa.wire.response_requests import Retention


class Completions(Base):
    """Operations on chat completions: an answer to a list of messages, from all files that have been read."""

    async def create_completion(
        self,
        *,
        model: str,
        messages: Plain,
        tools: Maybe[ChatTools] = UNSET,
        tool_choice: Maybe[ChatToolChoice] = UNSET,
        parallel_tool_calls: Given[bool] = UNSET,
        response_format: Maybe[ResponseFormat] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        max_completion_tokens: Maybe[int] = UNSET,
        max_tokens: Maybe[int] = UNSET,
        stop: Maybe[str | Sequence[str]] = UNSET,
        n: Maybe[int] = UNSET,
        seed: Maybe[int] = UNSET,
        reasoning_effort: Maybe[Effort] = UNSET,
        store: Maybe[bool] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        user: Maybe[str] = UNSET,
        frequency_penalty: Maybe[float] = UNSET,
        presence_penalty: Maybe[float] = UNSET,
        logit_bias: Maybe[Mapping[str, int]] = UNSET,
        logprobs: Maybe[bool] = UNSET,
        top_logprobs: Maybe[int] = UNSET,
        verbosity: Maybe[Literal["low", "medium", "high"]] = UNSET,
        modalities: Maybe[Sequence[Literal["text", "audio"]]] = UNSET,
        audio: Maybe[Dict] = UNSET,
        prediction: Maybe[Dict] = UNSET,
        web_search_options: Maybe[Dict] = UNSET,
        moderation: Maybe[Moderation] = UNSET,
        safety_identifier: Maybe[str] = UNSET,
        service_tier: Maybe[Tier] = UNSET,
        prompt_cache_key: Maybe[str] = UNSET,
        prompt_cache_options: Maybe[CacheOptions] = UNSET,
        prompt_cache_retention: Maybe[Retention] = UNSET,
        functions: Maybe[OldFunctions] = UNSET,
        function_call: Maybe[OldChoice] = UNSET,
    ) -> ChatCompletion:
        """Answer the last of some messages.

        Wire: `POST /chat/completions`.

        Args:
            model: What answers. "extractive" quotes and needs no model; any other name is the configured model.
            messages: `{"role": "user", "content": …}` for each, oldest first.
            tools: Functions, `{"type": "function", "function": {"name": …, "parameters": …}}`; at most 128.
            tool_choice: "auto", "none", "required", or `{"type": "function", "function": {"name": …}}`.
            parallel_tool_calls: Whether several functions may be asked for at once.
            response_format: `{"type": "text" | "json_object" | "json_schema", …}`.
            temperature: 0 to 2.
            top_p: 0 to 1.
            max_completion_tokens: How long the answer may be; cut, its `finish_reason` is "length".
            max_tokens: The same, as it used to be called.
            stop: At most 4 texts before which the answer ends.
            n: How many answers, 1 to 128.
            seed: For a model that can answer alike twice.
            reasoning_effort: How long a model that can do so is to think.
            store: Whether it is kept, so that `get_completion` finds it.
            metadata: At most 16 pairs of strings.
            user: Who asks. As all that follows it is taken as the wire has it; a model may heed it, quoting does not
                (docs/compatibility.md).
            frequency_penalty: -2 to 2.
            presence_penalty: -2 to 2.
            logit_bias: How much likelier tokens become.
            logprobs: Whether the likelihood of tokens is wanted.
            top_logprobs: For how many alternatives, 0 to 20.
            verbosity: How long the answer is to be.
            modalities: `["text"]`; there is no sound.
            audio: The kind of sound.
            prediction: What the answer is expected to be.
            web_search_options: How the web is searched; it is not.
            moderation: What is to be moderated.
            safety_identifier: Who asks, for OpenAI's own checks.
            service_tier: How fast it is wanted.
            prompt_cache_key: What a model's server may know the beginning of the messages by.
            prompt_cache_options: How that beginning is kept.
            prompt_cache_retention: How long it is.
            functions: Functions as they used to be given.
            function_call: Their `tool_choice`.
        """
        return await self._call("create_completion", locals())

    def stream_completion(
        self,
        *,
        model: str,
        messages: Plain,
        tools: Maybe[ChatTools] = UNSET,
        tool_choice: Maybe[ChatToolChoice] = UNSET,
        parallel_tool_calls: Given[bool] = UNSET,
        response_format: Maybe[ResponseFormat] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        max_completion_tokens: Maybe[int] = UNSET,
        max_tokens: Maybe[int] = UNSET,
        stop: Maybe[str | Sequence[str]] = UNSET,
        n: Maybe[int] = UNSET,
        seed: Maybe[int] = UNSET,
        reasoning_effort: Maybe[Effort] = UNSET,
        store: Maybe[bool] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        user: Maybe[str] = UNSET,
        frequency_penalty: Maybe[float] = UNSET,
        presence_penalty: Maybe[float] = UNSET,
        logit_bias: Maybe[Mapping[str, int]] = UNSET,
        logprobs: Maybe[bool] = UNSET,
        top_logprobs: Maybe[int] = UNSET,
        verbosity: Maybe[Literal["low", "medium", "high"]] = UNSET,
        modalities: Maybe[Sequence[Literal["text", "audio"]]] = UNSET,
        audio: Maybe[Dict] = UNSET,
        prediction: Maybe[Dict] = UNSET,
        web_search_options: Maybe[Dict] = UNSET,
        moderation: Maybe[Moderation] = UNSET,
        safety_identifier: Maybe[str] = UNSET,
        service_tier: Maybe[Tier] = UNSET,
        prompt_cache_key: Maybe[str] = UNSET,
        prompt_cache_options: Maybe[CacheOptions] = UNSET,
        prompt_cache_retention: Maybe[Retention] = UNSET,
        functions: Maybe[OldFunctions] = UNSET,
        function_call: Maybe[OldChoice] = UNSET,
        stream_options: Maybe[ChatStreamOptions] = UNSET,
    ) -> AsyncGenerator[Event, None]:
        """Answer the last of some messages, and yield the answer piece by piece.

        Wire: `POST /chat/completions` with `stream`. Takes what `create_completion` takes, and stream_options. Each
        event's `data` is a chunk: a dictionary, in which `["choices"][0]["delta"]` is what is new.

        Raises:
            PdfqaError: An event says so.
        """
        return self._stream("create_completion", locals())

    async def get_completions(
        self,
        *,
        model: Maybe[str] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
    ) -> ObjectPage[ChatCompletion]:
        """Return a page of the chat completions that were stored.

        Wire: `GET /chat/completions`.

        Args:
            model: Only those of this model.
            metadata: Only those with these pairs.
            limit: How many at most, 1 to 100; 20 if not given.
            order: "asc", oldest first, if not given; or "desc".
            after: The id of the last completion of the page before.
        """
        return await self._call("get_completions", locals())

    async def get_completion(self, completion_id: str) -> ChatCompletion:
        """Return a chat completion that was stored.

        Wire: `GET /chat/completions/{completion_id}`.

        Raises:
            ObjectNotFoundError: No chat completion has that id.
        """
        return await self._call("get_completion", locals())

    async def modify_completion(self, completion_id: str, *, metadata: Metadata | None) -> ChatCompletion:
        """Change the metadata of a chat completion that was stored.

        Wire: `POST /chat/completions/{completion_id}`.

        Args:
            completion_id: The chat completion.
            metadata: In place of all that there was; at most 16 pairs of strings.

        Raises:
            ObjectNotFoundError: No chat completion has that id.
        """
        return await self._call("modify_completion", locals())

    async def delete_completion(self, completion_id: str) -> Deleted:
        """Delete a chat completion that was stored.

        Wire: `DELETE /chat/completions/{completion_id}`.

        Raises:
            ObjectNotFoundError: No chat completion has that id.
        """
        return await self._call("delete_completion", locals())

    async def get_completion_messages(
        self,
        completion_id: str,
        *,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
    ) -> ObjectPage[StoredMessage]:
        """Return a page of the messages that a stored chat completion answers.

        Wire: `GET /chat/completions/{completion_id}/messages`.

        Args:
            completion_id: The chat completion.
            limit: How many at most, 1 to 100; 20 if not given.
            order: "asc", oldest first, if not given; or "desc".
            after: The id of the last message of the page before.

        Raises:
            ObjectNotFoundError: No chat completion has that id.
        """
        return await self._call("get_completion_messages", locals())
