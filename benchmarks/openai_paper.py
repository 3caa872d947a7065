"""What the ways to bring documents to OpenAI would take, on paper, and how many of its chunks are found on our pages.

    python benchmarks/openai_paper.py --home HOME [--limit 81]

Nothing is sent. A chunk is 800 tokens with an overlap of 400, four characters a token, and an embedding of 256 numbers
of four bytes. Chunks are cut from our text with its white space changed, as an upload of it gives them back, and from
what pypdf reads, as an upload of the PDF might.
"""

from __future__ import annotations

import argparse
import math
import random
import re
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from pypdf import PdfReader

from pdfqa.backends.ledger import PART_BYTES
from pdfqa.config import load
from pdfqa.engine import Engine
from pdfqa.locating import locate
from pdfqa.markdown import markdown

CHUNK, STEP, TOKEN, EMBEDDING = 800, 400, 4, 1024
SAMPLE = 5  # chunks of each document
PYPDF_PAGES = 30  # of each document that pypdf reads, which is slow


def chunks(tokens: float) -> int:
    return 1 if tokens <= CHUNK else 1 + math.ceil((tokens - CHUNK) / STEP)


def kept(sizes: list[float]) -> tuple[int, float]:
    """Return the chunks of files of so many tokens, and the megabytes that these and their embeddings take."""
    number = sum(map(chunks, sizes))
    tokens = sum(size if size <= CHUNK else size + (chunks(size) - 1) * (CHUNK - STEP) for size in sizes)
    return number, (tokens * TOKEN + number * EMBEDDING) / 1e6


def cut(text: str, rng: random.Random) -> Iterator[str]:
    """Yield some chunks of a text, wherever they begin."""
    size = CHUNK * TOKEN
    for _ in range(SAMPLE):
        begin = rng.randrange(max(1, len(text) - size))
        yield text[begin : begin + size]


def pypdf_text(path: str) -> str:
    try:
        return "\n".join(page.extract_text() for page in PdfReader(path).pages[:PYPDF_PAGES])
    except Exception:  # noqa: BLE001 - pypdf fails in many ways; then OpenAI's reader might as well
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", required=True)
    parser.add_argument("--limit", type=int, default=1000)
    options = parser.parse_args()
    rng, found, times = random.Random(1), {"our text": [0, 0], "pypdf's text": [0, 0]}, []
    pages: list[float] = []
    documents: list[float] = []
    sent = pdf = 0
    with Engine(load(home=options.home)) as engine:
        for sha256 in list(engine.documents.all())[: options.limit]:
            document = engine.documents.find(sha256)
            read = engine.documents.pages(document.id, range(1, document.pages + 1)) if document else {}
            texts = [page.text for page in read.values() if page.text.strip()]
            told = [markdown(page) for page in read.values() if page.text.strip()]
            pages += [len(text) / TOKEN for text in told]
            documents.append(sum(len(text) for text in told) / TOKEN)
            sent += sum(len(text.encode()) for text in told)
            path = engine.blobs.path(sha256)
            pdf += Path(path).stat().st_size if path and Path(path).exists() else 0
            whole = re.sub(r"\s+", " ", " ".join(told))
            for kind, text in (("our text", whole), ("pypdf's text", pypdf_text(path or ""))):
                for chunk in cut(text, rng) if text.strip() else ():
                    begun = perf_counter()
                    places = locate(chunk, texts)
                    times.append(perf_counter() - begun)
                    found[kind][0] += bool(places)
                    found[kind][1] += 1
    parts = sum(math.ceil(size * TOKEN / PART_BYTES) for size in documents)
    print(f"{len(documents)} documents ({pdf / 1e6:.1f} MB), {len(pages):,} pages with text ({sent / 1e6:.1f} MB)")
    print(f"{'':22}{'uploads':>8} {'minutes':>8} {'batches':>8} {'chunks':>8} {'MB kept':>8}")
    ways = (("a file for each page", len(pages), pages), ("a file for each document", parts, documents))
    for name, files, sizes in (*ways, ("the PDF itself", len(documents), documents)):
        number, size = kept(sizes)
        minutes = max(files / 1000, files / 2000)
        print(f"{name:24}{files:>6,} {minutes:>8.1f} {math.ceil(files / 2000):>8} {number:>8,} {size:>8.1f}")
    for kind, (good, all_) in found.items():
        print(f"chunks of {kind} found on our pages: {good} of {all_} ({good / max(1, all_):.1%})")
    times.sort()
    print(f"looking for one: {times[len(times) // 2] * 1000:.1f} ms, at most {times[-1] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
