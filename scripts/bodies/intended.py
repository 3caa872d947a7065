"""Where answers differ from the specification on purpose; docs/compatibility.md gives the reasons."""

from __future__ import annotations

# Fields that pdfqa adds, by the schema (or schema and field) that they stand in.
EXTRA: dict[str, set[str]] = {
    "AssistantObject": {"reasoning_effort"},
    "RunObject": {"reasoning_effort"},
    "VectorStoreObject": {"description"},
    "VectorStoreSearchResultItem": {"page", "label", "quote", "start", "end"},
    "MessageContentTextAnnotationsFileCitationObject.file_citation": {
        *("page", "label", "quote", "start", "end", "verified", "score", "filename", "boxes"),
    },
    "MessageDeltaContentTextAnnotationsFileCitationObject.file_citation": {
        *("page", "label", "start", "end", "verified", "score", "filename", "boxes"),
    },
}

# What breaks a schema: (schema, place in it) and why.
BROKEN: dict[tuple[str, str], str] = {}
