"""Turn texts into unit vectors with a table of word pieces that is part of the package.

The default embedder looks each word piece up and adds the vectors: no model is run, so it is nearly free to load and
faster than the pages are read. `docs/embedder.md` says where the table comes from and how good it is.
"""

from __future__ import annotations

import math
import mmap
import re
import unicodedata
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

DEFAULT_NAME: Final = "pdfqa-static-1"

# Python's \w leaves out the vowel signs and accents that Indic, Thai, Arabic and Hebrew words are written with. A run
# is cut at 48 characters because Chinese and Thai put whole clauses between two spaces.
_WORD: Final = re.compile(r"[\w\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0670\u0900-\u0963\u0966-\u0e7f]{1,48}")
_MARK: Final = "▁"  # opens a word, so that "▁in" (the word) and "in" (inside a word) are two pieces
_MARK_COST: Final = 4.0
_UNKNOWN_COST: Final = 25.0
_COMMONEST: Final = 20  # the logarithm of a rank alone would make the first few pieces far too cheap
_REMEMBERED_WORDS: Final = 200_000


@runtime_checkable
class Embedder(Protocol):
    """Make one vector per text; the name tells a store which embedder made its vectors."""

    @property
    def name(self) -> str:
        """Name the embedder and its version; vectors of two names never mix."""

    @property
    def dimensions(self) -> int:
        """Give the length of each vector."""

    @property
    def lead(self) -> float:
        """Say what keywords weigh beside its vectors, from 0 to 1: the better it is, the less."""

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix:
        """Return one row of unit length per text, or a zero row for a text the embedder cannot read.

        Args:
            texts: The texts.
            question: Whether they are questions; some embedders tell these from passages.
        """


class Vocabulary:
    """Find word pieces in a text file by a hash table beside it, so that nothing is built when it is loaded.

    Pieces stand in order of frequency, so that a piece's number also tells how common it is (Zipf's law). A piece is
    looked up with the CRC-32 of its UTF-8 bytes, which grows with the piece byte by byte.
    """

    def __init__(self, pieces: mmap.mmap, slots: NDArray[np.int32], openings: NDArray[np.uint8]) -> None:
        ends = np.flatnonzero(np.frombuffer(pieces, np.uint8) == ord("\n"))
        self._pieces = pieces
        self._starts = np.concatenate(([0], ends + 1)).data
        self._slots = slots.data
        self._mask = len(slots) - 1
        self._openings = openings.data
        self._bits = 8 * len(openings) - 1

    def __len__(self) -> int:
        return len(self._starts) - 1

    def opens(self, code: int) -> bool:
        """Tell whether some piece may start with the bytes of this code; a false yes only costs time."""
        bit = code & self._bits
        return bool(self._openings[bit >> 3] >> (bit & 7) & 1)

    def find(self, piece: bytes, code: int) -> int:
        """Return the number of the piece, whose code is given, or -1."""
        slot = code & self._mask
        while (number := self._slots[slot]) >= 0:
            if self._pieces[self._starts[number] : self._starts[number + 1] - 1] == piece:
                return int(number)
            slot = (slot + 1) & self._mask
        return -1


class _Segments(dict[str, tuple[int, ...]]):
    """Remember the pieces of each word; a word not seen before is cut when it is looked up."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= _REMEMBERED_WORDS:
            self.clear()
        self[word] = pieces = segment(word, self._vocabulary)
        return pieces


def segment(word: str, vocabulary: Vocabulary) -> tuple[int, ...]:
    """Give a word that is a piece itself as it stands, else cut it into its most likely known pieces."""
    whole = (_MARK + word).encode()
    number = vocabulary.find(whole, crc32(whole))
    return (number,) if number >= 0 else _cut(word, vocabulary)


def _cut(word: str, vocabulary: Vocabulary) -> tuple[int, ...]:
    """Take the cheapest path through the word, where a rare piece costs more; unknown characters are left out."""
    characters = [character.encode() for character in _MARK + word]
    cost = [0.0] + [math.inf] * len(characters)
    came_from = [(0, -1)] * (len(characters) + 1)
    for start in range(len(characters)):
        skipped = cost[start] + (_UNKNOWN_COST if start else _MARK_COST)
        if skipped < cost[start + 1]:
            cost[start + 1], came_from[start + 1] = skipped, (start, -1)
        for end, number in _pieces_from(characters, start, vocabulary):
            total = cost[start] + math.log(number + _COMMONEST)
            if total < cost[end]:
                cost[end], came_from[end] = total, (start, number)
    return _walk_back(came_from)


def _pieces_from(characters: list[bytes], start: int, vocabulary: Vocabulary) -> Iterator[tuple[int, int]]:
    """Yield the end and the number of each piece that begins at `start`."""
    piece, code = b"", 0
    for end, character in enumerate(characters[start:], start + 1):
        piece += character
        code = crc32(character, code)
        if not vocabulary.opens(code):
            return
        number = vocabulary.find(piece, code)
        if number >= 0:
            yield end, number


def _walk_back(came_from: list[tuple[int, int]]) -> tuple[int, ...]:
    """Read the pieces of the cheapest path from its end to its start."""
    pieces = []
    end = len(came_from) - 1
    while end:
        end, number = came_from[end]
        if number >= 0:
            pieces.append(number)
    return tuple(reversed(pieces))


def words(text: str) -> list[str]:
    """Split a text into lower-case words; compatibility forms (ligatures, full width) become plain letters."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower().replace("_", " "))


@cache
def builtin() -> StaticEmbedder:
    """Return the embedder that is part of the package, opened once."""
    return StaticEmbedder.load()


class StaticEmbedder:
    """Embed texts in many languages by adding the weighted vectors of their word pieces."""

    lead = 0.7

    def __init__(
        self, name: str, vocabulary: Vocabulary, packed: NDArray[np.uint8], scales: NDArray[np.float16]
    ) -> None:
        self.name = name
        self.dimensions = 2 * packed.shape[1]
        self._segments = _Segments(vocabulary)
        self._packed = packed
        self._scales = scales

    @classmethod
    def load(cls, folder: Path | None = None) -> StaticEmbedder:
        """Open the table of the package, or one built into `folder`; it is mapped, and read only where used."""
        folder = folder or Path(__file__).parent / "data"
        with (folder / f"{DEFAULT_NAME}.pieces.txt").open("rb") as file:
            pieces = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        slots, openings, packed, scales = (
            np.load(folder / f"{DEFAULT_NAME}.{part}.npy", mmap_mode="r")
            for part in ("slots", "openings", "vectors", "scales")
        )
        return cls(DEFAULT_NAME, Vocabulary(pieces, slots, openings), packed, scales)

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix:  # noqa: ARG002 (it makes no difference)
        """Return one row of unit length per text, or a zero row for a text without known words."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            pieces = list(chain.from_iterable(map(self._segments.__getitem__, words(text))))
            if pieces:
                row[:] = self._sum(pieces)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        np.divide(rows, length, out=rows, where=length > 0)
        return rows

    def encode_words(self, texts: Sequence[str]) -> Matrix:
        """Return what `encode` does, for many texts of a word each: all at once, which is six times as fast."""
        rows = self._sums([list(chain.from_iterable(map(self._segments.__getitem__, words(text)))) for text in texts])
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        np.divide(rows, length, out=rows, where=length > 0)
        return rows

    def sums(self, told: Sequence[str]) -> Matrix:
        """Return the vectors of words as `words` gives them; these of a sentence add up to the sentence's."""
        return self._sums(list(map(self._segments.__getitem__, told)))

    def _sums(self, pieces: Sequence[Sequence[int]]) -> Matrix:
        """Add up the vectors of several lists of pieces, all at once."""
        rows = np.zeros((len(pieces), self.dimensions), dtype=np.float32)
        longest = max(map(len, pieces), default=0)
        for place in range(longest):  # most words are one piece
            having = [number for number, one in enumerate(pieces) if len(one) > place]
            numbers = np.array([pieces[number][place] for number in having])
            packed = self._packed.take(numbers, axis=0)
            scales = self._scales.take(numbers).astype(np.float32)[:, None]
            half = self.dimensions // 2
            values = np.empty((len(having), self.dimensions), dtype=np.float32)
            values[:, :half], values[:, half:] = packed >> 4, packed & 15
            values -= np.float32(7.5)
            values *= scales
            rows[having] += values
        return rows

    def _sum(self, pieces: list[int]) -> Matrix:
        """Add up the vectors of pieces, each times its scale, which holds the weight of the piece too.

        A byte holds a number of the first half of the vector and one of the second; 0 stands for -7.5, 15 for 7.5.
        """
        numbers = np.array(pieces)
        packed = self._packed.take(numbers, axis=0)
        scales = self._scales.take(numbers).astype(np.float32)
        first, second = (scales @ half.astype(np.float32) for half in (packed >> 4, packed & 15))
        total: Matrix = np.concatenate((first, second)) - np.float32(7.5) * scales.sum()
        return total
