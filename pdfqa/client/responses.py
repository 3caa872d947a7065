"""The client's part for responses."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal

from msgspec import UNSET

from pdfqa.client.base import Base
from pdfqa.client.inputs import (
    AccessPrograms,
    BackgroundOptions,
    CacheOptions,
    ContextManagement,
    Conversation,
    Given,
    ImageOptions,
    Items,
    Maybe,
    Metadata,
    Moderation,
    Plain,
    Prompt,
    Reasoning,
    StreamOptions,
    TextOptions,
)
from pdfqa.wire import Deleted, Event, ObjectPage, Order
from pdfqa.wire.items import Item
from pdfqa.wire.response_requests import Include, Retention, ServiceTier
from pdfqa.wire.responses import CompactedResponse, InputTokens, Response


class Responses(Base):
    """Operations on responses: answers with all that was said before, without assistants and threads."""

    async def create_response(
        self,
        *,
        model: str,
        input: Maybe[str | Items] = UNSET,  # noqa: A002 - the wire calls it so
        instructions: Maybe[str] = UNSET,
        tools: Maybe[Plain] = UNSET,
        tool_choice: Given[Any] = UNSET,
        previous_response_id: Maybe[str] = UNSET,
        conversation: Maybe[Conversation] = UNSET,
        include: Maybe[Sequence[Include]] = UNSET,
        store: Maybe[bool] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        max_output_tokens: Maybe[int] = UNSET,
        max_tool_calls: Maybe[int] = UNSET,
        parallel_tool_calls: Maybe[bool] = UNSET,
        reasoning: Maybe[Reasoning] = UNSET,
        text: Maybe[TextOptions] = UNSET,
        truncation: Maybe[Literal["auto", "disabled"]] = UNSET,
        context_management: Maybe[ContextManagement] = UNSET,
        background: Maybe[bool] = UNSET,
        background_options: Maybe[BackgroundOptions] = UNSET,
        prompt: Maybe[Prompt] = UNSET,
        top_logprobs: Maybe[int] = UNSET,
        user: Maybe[str] = UNSET,
        safety_identifier: Maybe[str] = UNSET,
        service_tier: Maybe[ServiceTier] = UNSET,
        prompt_cache_key: Maybe[str] = UNSET,
        prompt_cache_options: Maybe[CacheOptions] = UNSET,
        prompt_cache_retention: Maybe[Retention] = UNSET,
        access_programs: Maybe[AccessPrograms] = UNSET,
        image: Maybe[ImageOptions] = UNSET,
        moderation: Maybe[Moderation] = UNSET,
    ) -> Response:
        """Answer, and return the response: complete, or queued where it is made in the background.

        Wire: `POST /responses`.

        Args:
            model: What answers. "extractive" quotes and needs no model; any other name is the configured model.
            input: A question, or items such as `{"role": "user", "content": …}`; the last one is answered.
            instructions: What the model is told, at most 256,000 characters.
            tools: `[{"type": "file_search", "vector_store_ids": […], "filters": …}]`, functions `{"type": "function",
                "name": …, "parameters": …}`. Without file_search all files that have been read are searched.
            tool_choice: "auto", "none", "required", or `{"type": "function", "name": …}`.
            previous_response_id: The response that this one goes on from.
            conversation: The conversation it belongs to, instead; the input and the output become items of it.
            include: `["file_search_call.results"]` for the text of what was found.
            store: Whether it is kept, so that it can be got and gone on from; it is if not given.
            metadata: At most 16 pairs of strings; keys to 64, values to 512 characters.
            temperature: 0 to 2.
            top_p: 0 to 1.
            max_output_tokens: From 16; past it the response is "incomplete".
            max_tool_calls: How often tools may be called.
            parallel_tool_calls: Whether several functions may be asked for at once.
            reasoning: `{"effort": …}`, for a model that can think.
            text: `{"format": {"type": "text" | "json_object" | "json_schema", …}}`.
            truncation: "auto" leaves out the oldest items where all are too many.
            context_management: `[{"type": "compaction", "compact_threshold": …}]`.
            background: Whether to return at once; `wait_for_response_to_complete` waits.
            background_options: When it may be made; it is made as soon as can be.
            prompt: A prompt that is kept at OpenAI; there is none here.
            top_logprobs: How many alternatives a model is to name for each token, 0 to 20.
            user: Who asks. As all that follows it is taken as the wire has it, and changes nothing here
                (docs/compatibility.md).
            safety_identifier: Who asks, for OpenAI's own checks.
            service_tier: How fast it is wanted.
            prompt_cache_key: What a model's server may know the beginning of the input by.
            prompt_cache_options: How that beginning is kept.
            prompt_cache_retention: How long it is.
            access_programs: A programme of OpenAI.
            image: How images are made smaller.
            moderation: What is to be moderated.

        Raises:
            ObjectNotFoundError: No vector store, no response or no conversation has that id.
            ConversationLockedError: Another response is being made in the conversation.
        """
        return await self._call("create_response", locals())

    def stream_response(
        self,
        *,
        model: str,
        input: Maybe[str | Items] = UNSET,  # noqa: A002 - the wire calls it so
        instructions: Maybe[str] = UNSET,
        tools: Maybe[Plain] = UNSET,
        tool_choice: Given[Any] = UNSET,
        previous_response_id: Maybe[str] = UNSET,
        conversation: Maybe[Conversation] = UNSET,
        include: Maybe[Sequence[Include]] = UNSET,
        store: Maybe[bool] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        max_output_tokens: Maybe[int] = UNSET,
        max_tool_calls: Maybe[int] = UNSET,
        parallel_tool_calls: Maybe[bool] = UNSET,
        reasoning: Maybe[Reasoning] = UNSET,
        text: Maybe[TextOptions] = UNSET,
        truncation: Maybe[Literal["auto", "disabled"]] = UNSET,
        context_management: Maybe[ContextManagement] = UNSET,
        background: Maybe[bool] = UNSET,
        background_options: Maybe[BackgroundOptions] = UNSET,
        prompt: Maybe[Prompt] = UNSET,
        top_logprobs: Maybe[int] = UNSET,
        user: Maybe[str] = UNSET,
        safety_identifier: Maybe[str] = UNSET,
        service_tier: Maybe[ServiceTier] = UNSET,
        prompt_cache_key: Maybe[str] = UNSET,
        prompt_cache_options: Maybe[CacheOptions] = UNSET,
        prompt_cache_retention: Maybe[Retention] = UNSET,
        access_programs: Maybe[AccessPrograms] = UNSET,
        image: Maybe[ImageOptions] = UNSET,
        moderation: Maybe[Moderation] = UNSET,
        stream_options: Maybe[StreamOptions] = UNSET,
    ) -> AsyncGenerator[Event, None]:
        """Answer, and yield what happens as it does.

        Wire: `POST /responses` with `stream`. Takes what `create_response` takes, and stream_options. Each event has a
        name, as "response.output_text.delta", and its `data`, a dictionary; its "response", where there is one, is a
        `Response`. Closing the generator ends the listening; the response is finished all the same.

        Raises:
            PdfqaError: An event says so.
        """
        return self._stream("create_response", locals())

    async def get_response(self, response_id: str, *, include: Given[Sequence[Include]] = UNSET) -> Response:
        """Return a response.

        Wire: `GET /responses/{response_id}`.

        Args:
            response_id: The response.
            include: As in `create_response`.

        Raises:
            ObjectNotFoundError: No response has that id.
        """
        return await self._call("get_response", locals())

    def resume_response(
        self,
        response_id: str,
        *,
        include: Given[Sequence[Include]] = UNSET,
        starting_after: Maybe[int] = UNSET,
        include_obfuscation: Given[bool] = UNSET,
    ) -> AsyncGenerator[Event, None]:
        """Yield the events of a response that was made as a stream in the background, from the first or a later one on.

        Wire: `GET /responses/{response_id}` with `stream`.

        Args:
            response_id: The response.
            include: As in `create_response`.
            starting_after: The `sequence_number` of the last event that is known.
            include_obfuscation: As on the wire.

        Raises:
            ObjectNotFoundError: No response has that id.
        """
        return self._stream("get_response", locals())

    async def delete_response(self, response_id: str) -> Deleted:
        """Delete a response.

        Wire: `DELETE /responses/{response_id}`.

        Raises:
            ObjectNotFoundError: No response has that id.
        """
        return await self._call("delete_response", locals())

    async def cancel_response(self, response_id: str) -> Response:
        """Have a response that is made in the background stop.

        Wire: `POST /responses/{response_id}/cancel`.

        Raises:
            ObjectNotFoundError: No response has that id.
            WrongStateError: It is not made in the background.
        """
        return await self._call("cancel_response", locals())

    async def get_response_input_items(
        self,
        response_id: str,
        *,
        include: Given[Sequence[Include]] = UNSET,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
    ) -> ObjectPage[Item]:
        """Return a page of the items that a response answers.

        Wire: `GET /responses/{response_id}/input_items`.

        Args:
            response_id: The response.
            include: As in `create_response`.
            limit: How many at most, 1 to 100; 20 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last item of the page before.

        Raises:
            ObjectNotFoundError: No response has that id.
        """
        return await self._call("get_response_input_items", locals())

    async def count_input_tokens(
        self,
        *,
        model: Maybe[str] = UNSET,
        input: Maybe[str | Items] = UNSET,  # noqa: A002 - the wire calls it so
        instructions: Maybe[str] = UNSET,
        tools: Maybe[Plain] = UNSET,
        tool_choice: Given[Any] = UNSET,
        previous_response_id: Maybe[str] = UNSET,
        conversation: Maybe[Conversation] = UNSET,
        parallel_tool_calls: Maybe[bool] = UNSET,
        reasoning: Maybe[Reasoning] = UNSET,
        text: Maybe[TextOptions] = UNSET,
        truncation: Maybe[Literal["auto", "disabled"]] = UNSET,
        personality: Given[str] = UNSET,
    ) -> InputTokens:
        """Return about how many tokens the input of a response would have.

        Wire: `POST /responses/input_tokens`.

        Args:
            model: This and all that follow, but for the last, are as in `create_response`.
            input: A question, or items.
            instructions: What the model would be told.
            tools: Which it would have.
            tool_choice: Which it would have to call.
            previous_response_id: The response it would go on from.
            conversation: The conversation it would belong to.
            parallel_tool_calls: Whether several functions might be asked for at once.
            reasoning: How much it would think.
            text: The shape of its answer.
            truncation: What would be left out.
            personality: As on the wire.
        """
        return await self._call("count_input_tokens", locals())

    async def compact_response(
        self,
        *,
        model: str | None,
        input: Maybe[str | Items] = UNSET,  # noqa: A002 - the wire calls it so
        instructions: Maybe[str] = UNSET,
        previous_response_id: Maybe[str] = UNSET,
        service_tier: Maybe[ServiceTier] = UNSET,
        prompt_cache_key: Maybe[str] = UNSET,
        prompt_cache_options: Maybe[CacheOptions] = UNSET,
        prompt_cache_retention: Maybe[Retention] = UNSET,
        image: Maybe[ImageOptions] = UNSET,
    ) -> CompactedResponse:
        """Return what was said in short, as items to begin another input with.

        Wire: `POST /responses/compact`.

        Args:
            model: What makes it short.
            input: What was said, as in `create_response`.
            instructions: What the model is told.
            previous_response_id: The response up to which it was said.
            service_tier: This and all that follow are as in `create_response`.
            prompt_cache_key: What the input may be known by.
            prompt_cache_options: How that is kept.
            prompt_cache_retention: How long it is.
            image: How images are made smaller.

        Raises:
            ObjectNotFoundError: No response has that id.
        """
        return await self._call("compact_response", locals())
