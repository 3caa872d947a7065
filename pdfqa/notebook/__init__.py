"""Values as HTML, for notebooks: what is looked at, with the pages that prove it.

Every text is hostile until it is escaped (`parts.escaped`): documents, file names and what a server sends may hold
HTML. No scripts and no classes; colours are given for edges and marks only, since a notebook may be dark or light.
"""

from __future__ import annotations

from typing import Any

__all__ = ["html"]


def html(value: Any) -> str | None:
    """Return a value as HTML; None, and so its plain text, where it has no such form or something goes wrong."""
    from pdfqa.notebook.answers import ANSWERS
    from pdfqa.notebook.looks import LOOKS
    from pdfqa.notebook.objects import OBJECTS

    show = ANSWERS.get(type(value)) or OBJECTS.get(type(value)) or LOOKS.get(type(value))
    try:
        return show(value) if show else None
    except Exception:  # noqa: BLE001 (to show a value must never fail: its plain text is left)
        return None
