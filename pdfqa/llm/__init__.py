"""Chat models: messages in; text, function calls and tokens used out.

A model is behind a server that speaks OpenAI's API (`served`), or a GGUF file that runs in this process (`local`). One
of another kind is an object with the methods of `ChatModel`.
"""

from pdfqa.config import GGUF, Settings
from pdfqa.llm.pieces import About, ChatModel, Ended, Options, Piece, Text, Thought, ToolCall
from pdfqa.llm.served import OpenAIModel
from pdfqa.llm.stopping import interruptible
from pdfqa.llm.window import window

__all__ = [
    "About",
    "ChatModel",
    "Ended",
    "OpenAIModel",
    "Options",
    "Piece",
    "Text",
    "Thought",
    "ToolCall",
    "interruptible",
    "open_model",
    "window",
]


def open_model(settings: Settings) -> ChatModel:
    """Return the model of the settings; it is not asked or loaded yet."""
    name = settings.model or ""
    if name.endswith(GGUF) and not settings.base_url:
        from pdfqa.llm.local import LocalModel

        return LocalModel(name, window=settings.context_tokens)
    return OpenAIModel(name, base_url=settings.base_url, key=settings.model_key, manners=settings.manners)
