"""Where answers differ from the specification on purpose; docs/compatibility.md gives the reasons."""

from __future__ import annotations

_PLACE = {"page", "label", "quote", "start", "end"}
_PROOF = {"verified", "score", "boxes", "source", "table"}

# Fields that pdfqa adds, or gives back as they were sent, by the schema (or schema and field) that they stand in.
EXTRA: dict[str, set[str]] = {
    # Where a quote stands, and its proof.
    "VectorStoreSearchResultItem": _PLACE,
    "RunStepDetailsToolCallsFileSearchResultObject": {"page", "label"},
    "MessageContentTextAnnotationsFileCitationObject.file_citation": {*_PLACE, *_PROOF, "filename"},
    "MessageDeltaContentTextAnnotationsFileCitationObject.file_citation": {*_PLACE, *_PROOF, "filename"},
    "Annotation": {*_PLACE, *_PROOF, "text"},
    "ResponseOutputTextAnnotationAddedEvent.annotation": {*_PLACE, *_PROOF, "text"},
    "FileSearchToolCall.results": {"page", "label", "start", "end"},
    "ChatCompletionResponseMessage": {"citations"},
    "ChatCompletionStreamResponseDelta": {"citations"},
    # What was asked for, given back.
    "AssistantObject": {"reasoning_effort"},
    "RunObject": {"reasoning_effort", "tool_resources"},
    "VectorStoreObject": {"description"},
    "Upload": {"mime_type", "expires_after"},
    "Response": {"store", "image"},
    # Later than the specification (21 August 2026), and in the SDK of November.
    "Tool": {"async"},
    # Described with the request's `stream_options.include_obfuscation`, and in no schema.
    "ResponseStreamEvent": {"obfuscation"},
}

# What breaks a schema: the schema, the field, how the complaint ends; and why.
BROKEN: dict[tuple[str, str, str], str] = {
    **{
        (schema, prefix + field, f"None is not of type '{kind}'"): "null in OpenAI's own examples and the SDK's types"
        for schema, prefix in (("Response", ""), ("ResponseStreamEvent", "response."))
        for field, kind in (("user", "string"), ("usage", "object"))
    },
    **{
        ("ChatCompletionMessageList", "data.*.role", f"'{role}' is not one of ['assistant']"): (
            "the messages that were sent, with their roles, as in OpenAI's own example"
        )
        for role in ("user", "system", "developer", "tool")
    },
    ("CreateEmbeddingResponse", "data.*.embedding", "is not of type 'array'"): "encoding_format base64: a string",
}
