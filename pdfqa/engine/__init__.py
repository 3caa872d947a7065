"""The engine: what the operations mean. Synchronous; knows no HTTP and no event loop."""

from pdfqa.engine.context import Engine

__all__ = ["Engine"]
