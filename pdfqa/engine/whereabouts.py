"""Find the files that saved citations quote: under their names, by their hash, among files that are given."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pdfqa.engine.context import Engine
from pdfqa.engine.library import find_pdfs
from pdfqa.errors import FileError
from pdfqa.store.blobs import hash_file

Name = str | os.PathLike[str]
_HEX = 64  # characters of a SHA-256


class Finder:
    """Finds quoted files; each file is hashed once.

    Args:
        engine: The home, for where it has seen files.
        files: PDFs and folders to look in, before the places that the citations name.
        folder: Where relative names are from.
    """

    def __init__(self, engine: Engine, files: Sequence[Name] = (), *, folder: Name = ".") -> None:
        self._engine = engine
        self._folder = Path(folder)
        self._given = [path for name in files for path in find_pdfs(Path(name))]
        self._hashes: dict[Path, str] = {}

    @property
    def advice(self) -> str:
        """Return what is to be said where a file is not found."""
        return "nor is it among the files given" if self._given else "name the place where it is with --files"

    def find(self, name: str, sha256: str) -> tuple[Path, bool] | None:
        """Return the file that was quoted, and whether its bytes are those that were quoted, as far as that is known.

        Args:
            name: What it was called.
            sha256: The hash of its bytes; "" where that is not known.
        """
        candidates = list(self._candidates(name, sha256))
        for path in candidates if sha256 else ():
            if self._hash(path) == sha256:
                return path, True
        called = [path for path in candidates if path.name == Path(name).name]
        return (called[0], not sha256) if called else None

    def _candidates(self, name: str, sha256: str) -> Iterator[Path]:
        """Yield the files that may be meant, best first: by path and name among those given, where it was, by hash."""
        last = Path(name).name
        yield from sorted(self._given, key=lambda path: (str(path) != name, path.name != last))
        for path in (Path(name), self._folder / name, self._folder / last):
            if path.is_file():
                yield path
        if len(sha256) == _HEX:
            with suppress(FileError):
                yield self._engine.blobs.locate(sha256)

    def _hash(self, path: Path) -> str:
        if path not in self._hashes:
            self._hashes[path] = hash_file(path)[0]
        return self._hashes[path]
