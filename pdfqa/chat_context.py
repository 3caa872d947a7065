"""What a conversation is found again by: saved as a file of ids, or looked up in the home directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pdfqa.engine import Engine
from pdfqa.engine.library import Library, Named
from pdfqa.errors import FileAccessError, FileMissingError, InvalidRequestError, ObjectNotFoundError, WrongStateError
from pdfqa.types import Value
from pdfqa.wire import Message, Run, Thread

# What may be wished for the runs of a conversation; a run keeps it, so that a conversation goes on as it was.
_KEPT = ("instructions", "temperature", "top_p", "max_completion_tokens", "max_prompt_tokens", "truncation_strategy")


class ChatContext(Value, frozen=True):
    """The ids of a conversation. What was said is in the home directory, not here; `files` are what it is about."""

    thread_id: str
    vector_store_id: str
    assistant_id: str
    file_ids: list[str]
    files: list[str]
    home: str
    object: str = "pdfqa.chat_context"


def save(engine: Engine, library: Library, thread_id: str, path: str | os.PathLike[str]) -> ChatContext:
    """Write the context of a conversation to a file, and return it.

    Raises:
        WrongStateError: It has not begun.
        InvalidRequestError: There is a document that would be written over.
        FileWriteError: The file cannot be written.
    """
    from pdfqa.out import files  # only who saves needs it

    thread = engine.thread_objects.find(thread_id)
    if thread is None:
        raise WrongStateError("the conversation has not begun: there is nothing to save", hint="Ask something first.")
    named = about(engine, library, thread)
    context = ChatContext(
        thread_id=thread.id,
        vector_store_id=_store(thread),
        assistant_id=engine.assistants.default().id,
        file_ids=[item.file.id for item in named],
        files=[item.shown for item in named],
        home=str(engine.settings.home),
    )
    place = files.check(path, [item.shown for item in named])
    files.write(place, msgspec.json.format(msgspec.json.encode(context), indent=2) + b"\n")
    return context


def load(path: str | os.PathLike[str]) -> ChatContext:
    """Return the context that was saved in a file.

    Raises:
        FileMissingError: There is no such file.
        FileAccessError: It cannot be read.
        InvalidRequestError: It is no context.
    """
    try:
        return msgspec.json.decode(Path(path).expanduser().read_bytes(), type=ChatContext)
    except FileNotFoundError as error:
        raise FileMissingError(f"there is no file {path}", hint="chat.save_context(path) writes one.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileAccessError(f"{path} cannot be read: {reason}", hint="Check the path.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequestError(
            f"{path} is not the context of a conversation: {error}",
            hint="Give a file that chat.save_context or pdfqa chat --context wrote.",
            param="context",
        ) from error


def thread_of(engine: Engine, context: ChatContext) -> Thread:
    """Return the thread of a context.

    Raises:
        ObjectNotFoundError: It is in another home, or gone.
    """
    thread = engine.thread_objects.find(context.thread_id)
    if thread is not None:
        return thread
    home = str(engine.settings.home)
    if context.home != home:
        raise ObjectNotFoundError(
            f"the conversation is not in {home}: it was saved from {context.home}",
            hint="Open that one: --home, PDFQA_HOME, or PDFQA(home=…).",
        )
    raise ObjectNotFoundError(
        "the conversation has been deleted, or a file that it was about was removed", hint="Begin another one."
    )


def latest(engine: Engine, store_id: str | None) -> Thread:
    """Return the thread of the conversation that was begun last, of all or of those about one vector store.

    Raises:
        ObjectNotFoundError: There is none.
    """
    if store_id is None:
        found = [thread for thread, key in engine.thread_objects.all_with_keys() if key]
    else:
        found = engine.thread_objects.with_key(store_id)
    if not found:
        about_these = "" if store_id is None else " about these files"
        raise ObjectNotFoundError(
            f"there is no conversation{about_these} to go on with", hint="Begin one: pdfqa chat report.pdf."
        )
    return found[-1]


def about(engine: Engine, library: Library, thread: Thread) -> list[Named]:
    """Return the files that a conversation is about."""
    # Where files are searched elsewhere, the thread names a vector store there; its key is the one here.
    store_id = engine.thread_objects.key(thread.id) or _store(thread)
    entries = engine.store_file_objects.all(parent=store_id)
    ids = {entry.id for entry in entries}
    return [item for item, _ in library.everything() if item.file.id in ids]


def options_of(engine: Engine, thread: Thread) -> dict[str, object]:
    """Return what was wished of a conversation, as its last run has it."""
    runs = engine.run_objects.list(parent=thread.id, limit=1).data
    if not runs:
        return {}
    assistant = engine.assistants.default()
    usual = {
        "instructions": assistant.instructions or "",
        "temperature": assistant.temperature,
        "top_p": assistant.top_p,
        "truncation_strategy": {"type": "auto", "last_messages": None},
    }
    wished = {name: getattr(runs[0], name) for name in _KEPT}
    return {name: value for name, value in wished.items() if value not in (None, usual.get(name))}


def exchanges(engine: Engine, thread_id: str) -> Iterator[tuple[str, Message, Run]]:
    """Yield what was asked in a thread, each with the message that answers it and the run that wrote that."""
    asked: list[str] = []
    for message in engine.threads.messages(thread_id):
        if message.role == "user":
            asked.append(message.text)
            continue
        run = engine.run_objects.find(message.run_id, parent=thread_id) if message.run_id else None
        if run is not None and message.status != "in_progress":
            yield "\n".join(asked[-1:]), message, run
        asked = []


def _store(thread: Thread) -> str:
    resources = thread.tool_resources or {}
    ids = (resources.get("file_search") or {}).get("vector_store_ids") or [""]
    return str(ids[0])
