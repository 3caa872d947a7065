"""Sweeping: what has expired, and what killed processes have left, goes even if nobody ever looks at it again."""

from __future__ import annotations

from pdfqa.engine.context import Engine
from pdfqa.store import claims


def sweep(engine: Engine) -> None:
    """Remove what nobody has any use for, whoever it belongs to."""
    for owner in engine.file_objects.owners_of_expired(engine.now()):
        engine.owned_by(owner).files.expire()
    engine.uploads.expire()
    engine.uploads.sweep()
    engine.blobs.sweep(engine.now())
    claims.sweep(engine.database.home, engine.now())
