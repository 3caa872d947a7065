"""Where each operation is performed on each back-end: one table, of which back-ends and docs/backends.md are made."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pdfqa import operations
from pdfqa.operations import Operation

Place: TypeAlias = Literal["engine", "server", "OpenAI"]
BACKENDS = ("local", "a URL", "openai")

# A group of operations, and where it is on the back-ends, in their order.
GROUPS: dict[str, tuple[list[Operation], tuple[Place, Place, Place]]] = {
    "files and uploads": (operations.FILES, ("engine", "server", "OpenAI")),
    "vector stores, their files, batches, search": (operations.VECTOR_STORES, ("engine", "server", "OpenAI")),
    "assistants": (operations.ASSISTANTS, ("engine", "server", "engine")),
    "threads and messages": (operations.THREADS, ("engine", "server", "engine")),
    "runs and steps": (operations.RUNS, ("engine", "server", "engine")),
    "responses": (operations.RESPONSES, ("engine", "server", "OpenAI")),
    "conversations": (operations.CONVERSATIONS, ("engine", "server", "OpenAI")),
    "chat completions": (operations.CHAT, ("engine", "server", "OpenAI")),
    "models and embeddings": (operations.MODELS, ("engine", "server", "OpenAI")),
}

AT_OPENAI: dict[str, Place] = {
    operation.name: places[BACKENDS.index("openai")] for group, places in GROUPS.values() for operation in group
}


def table() -> str:
    """Return the table as Markdown."""
    head = f"| operations | {' | '.join(BACKENDS)} |\n|{'---|' * (len(BACKENDS) + 1)}\n"
    rows = (
        f"| {name}: {', '.join(f'`{operation.name}`' for operation in group)} | {' | '.join(places)} |"
        for name, (group, places) in GROUPS.items()
    )
    return head + "\n".join(rows)
