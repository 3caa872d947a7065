"""Prove a citation: its quote stands, character for character, where it says it does."""

from __future__ import annotations


def stands(quote: str, text: str, start: int, end: int) -> bool:
    """Return whether a quote is what stands in a page's text from `start` to `end`."""
    return bool(quote.strip()) and 0 <= start < end <= len(text) and text[start:end] == quote
