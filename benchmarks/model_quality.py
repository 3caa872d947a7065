"""How a chat model answers over pdfqa: right, proved, declined, and how fast. Slow: may be stopped and started again.

    python benchmarks/model_quality.py --model model.gguf --home kept --each 10 --out answers.jsonl
    python benchmarks/model_quality.py --model NAME --base-url http://127.0.0.1:8080/v1 --home kept --out answers.jsonl
    python benchmarks/model_quality.py --model model.gguf --home kept --each 60 --signals --out signals.jsonl

Rows are a seeded sample of each group, in turn, so that what is there after a part of the run is a fair part. Beside
each answer stands what is answered without a model. `--signals` asks a small model only whether there is an answer, and
fits what its word counts beside the confidence without it (`_HOPELESS`, `_TRUST`, `_ENOUGH` in pdfqa/engine/trying.py):
on one half of the documents, told for the other.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path

import common
import msgspec
from common import Row, Source
from tqdm import tqdm

from pdfqa import PDFQA
from pdfqa.answer.citing import UNVERIFIED
from pdfqa.engine import asking, trying
from pdfqa.engine.answering import Question, Sources, Turn
from pdfqa.engine.evidence import look
from pdfqa.evaluate import texts
from pdfqa.llm import Ended, Options

GROUPS: dict[str, tuple[tuple[str, ...], Callable[[Row], bool]]] = {
    "SQuAD answerable": (("squad",), lambda row: row.answerable),
    "SQuAD unanswerable": (("squad",), lambda row: not row.answerable),
    "XQuAD en+es": (("xquad",), lambda row: row.answerable),
    "Azure": (("azure",), lambda row: row.answerable),
    "reports": (("financebench", "mmlongbench"), lambda row: row.answerable and not row.requires_visual),
    "off-topic": (("offtopic",), lambda row: not row.answerable),
}


class Told(msgspec.Struct, kw_only=True):
    """What came back for one question, from a model and without one; or only the signals that speak for an answer."""

    id: str
    group: str
    pdf: str
    answerable: bool
    question: str
    right: bool | None = None
    declined: bool = False
    citations: int = 0
    verified: int = 0
    marked: int = 0
    answer: str = ""
    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    quoted_right: bool | None = None
    quoted_declined: bool = False
    margin: float | None = None
    confidence: float = 0.0
    error: str = ""


def main() -> None:
    """Measure what is not in the results yet, and print all of them."""
    options = arguments()
    rows = list(sample(options.data, options.each))
    common.need([common.pdf_path(options.data, source, row) for _, source, row in rows], options.data)
    known = {told.id: told for told in saved(options.out)}
    opened = PDFQA(home=options.home, model=options.model, base_url=options.base_url)
    with options.out.open("ab") as out, opened as qa:
        if qa._engine.model is not None:
            qa._engine.model.about()  # a file stays loaded as long as this is open
        left = [item for item in rows if item[2].id not in known]
        for group, source, row in tqdm(left, unit="question", file=sys.stderr, disable=None):
            told = Told(id=row.id, group=group, pdf=row.pdf, answerable=row.answerable, question=row.question)
            path = common.pdf_path(options.data, source, row)
            (signals if options.signals else put)(told, path, row, options)
            out.write(msgspec.json.encode(told) + b"\n")
            out.flush()
            known[row.id] = told
    print(common.header())
    seen = [known[row.id] for _, _, row in rows if row.id in known]
    print(fitted(seen) if options.signals else report(seen))
    if not options.signals:
        print(speed(options))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--model", required=True, help="a GGUF file, or a name that the server knows")
    parser.add_argument("--base-url", help="the server; by default OpenAI's own")
    parser.add_argument(
        "--home", type=Path, required=True, help="home directory; files that it does not know are added"
    )
    parser.add_argument("--each", type=int, default=10, help="how many rows of each group")
    parser.add_argument(
        "--out", type=Path, required=True, help="results, one a line; those there are not measured again"
    )
    parser.add_argument("--signals", action="store_true", help="ask only whether there is an answer, and fit that")
    return parser.parse_args()


def sample(data: Path, each: int) -> Iterator[tuple[str, Source, Row]]:
    """Yield a seeded sample of each group, in turn."""
    groups = []
    for group, (keys, wanted) in GROUPS.items():
        sources = [source for source in common.SOURCES if source.key in keys]
        rows = [(group, source, row) for source in sources for row in common.load_rows(data, source) if wanted(row)]
        groups.append(random.Random(f"{common.SEED}/{group}").sample(rows, min(each, len(rows))))
    yield from (item for item in chain.from_iterable(zip_longest(*groups)) if item is not None)


def saved(path: Path) -> list[Told]:
    """Return the results that are there."""
    lines = path.read_bytes().splitlines() if path.is_file() else []
    return [msgspec.json.decode(line, type=Told) for line in lines]


def put(told: Told, path: Path, row: Row, options: argparse.Namespace) -> None:
    """Put a question to the model, and without one."""
    with PDFQA(str(path), home=options.home) as plain:
        quoted = plain.ask(row.question)
    told.quoted_declined = quoted.outcome != "answered"
    with PDFQA(str(path), home=options.home, model=options.model, base_url=options.base_url) as qa:
        begun = time.perf_counter()
        try:
            answer = qa.ask(row.question)
        except Exception as error:  # noqa: BLE001 (every failure is reported, and the run goes on)
            told.error = f"{type(error).__name__}: {error}"
            return
        told.seconds = time.perf_counter() - begun
    told.answer, told.declined = answer.text, answer.outcome != "answered"
    told.citations, told.verified = len(answer.citations), sum(one.verified for one in answer.citations)
    told.marked = answer.text.count(UNVERIFIED)
    told.prompt_tokens = answer.usage.get("prompt_tokens", 0)
    told.completion_tokens = answer.usage.get("completion_tokens", 0)
    if row.answerable and row.answers:
        told.right = not told.declined and texts.contains(texts.without_marks(answer.text), row.answers, row.lang)
        given = texts.without_marks(quoted.text)
        told.quoted_right = not told.quoted_declined and texts.contains(given, row.answers, row.lang)


def signals(told: Told, path: Path, row: Row, options: argparse.Namespace) -> None:
    """Ask a small model whether there is an answer, and nothing else."""
    with PDFQA(str(path), home=options.home, model=options.model, base_url=options.base_url) as qa:
        store, _ = qa.prepare(None)
        engine, sources = qa._engine, Sources(stores=(store.id,))
        question = Question(model="model", turns=[Turn(role="user", text=row.question)], sources=sources)
        looked = look(engine, question, sources)
        aim = asking._aim(engine, engine.model, question, looked) if engine.model else None
        if aim is not None and engine.model is not None:
            here, elsewhere = (trying._agrees(engine.model, messages, None) for messages in aim.checks())
            told.margin = None if here is None or elsewhere is None else here - elsewhere
            told.confidence = asking._sure(engine, looked)


def report(seen: Sequence[Told]) -> str:
    """Return a table of what came back."""
    lines = []
    for group in GROUPS:
        rows = [told for told in seen if told.group == group]
        answered = [told for told in rows if not told.declined and not told.error]
        cited = sum(told.citations for told in answered)
        lines.append([
            group, str(len(rows)),
            share([told.right for told in rows]), share([told.quoted_right for told in rows]),
            share([told.declined for told in rows]), share([told.quoted_declined for told in rows]),
            common.number(sum(told.verified for told in answered) / cited if cited else None),
            common.number(sum(not told.verified for told in answered) / len(answered) if answered else None),
            f"{common.percentile([told.seconds for told in rows], 50) or 0:.1f}",
            f"{sum(told.prompt_tokens for told in answered) / max(1, len(answered)):.0f}",
            f"{sum(told.completion_tokens for told in answered) / max(1, len(answered)):.0f}",
            str(sum(bool(told.error) for told in rows)),
        ])  # fmt: skip
    head = [
        "",
        "n",
        "right",
        "(quoted)",
        "declined",
        "(quoted)",
        "verified",
        "none",
        "s",
        "prompt",
        "written",
        "errors",
    ]
    note = "(quoted): the same without a model. verified: of all citations. none: answers without a verified citation."
    return f"{common.table(head, lines)}\n{note}"


def share(values: Sequence[bool | None]) -> str:
    """Return a share with its interval."""
    return common.interval(common.mean_interval(float(value) for value in values if value is not None))


def speed(options: argparse.Namespace) -> str:
    """Return how fast the model reads and writes, by one request."""
    with PDFQA(home=options.home, model=options.model, base_url=options.base_url) as qa:
        model = qa._engine.model
        if model is None:
            return ""
        text = " ".join(random.Random(common.SEED).choices(["report", "year", "the", "of", "sales", "grew"], k=400))
        messages = [{"role": "user", "content": f"{text}\nWrite a long story about a garden."}]
        begun, first, ended = time.perf_counter(), 0.0, Ended()
        for piece in model.stream(messages, Options(max_tokens=100)):
            first = first or time.perf_counter()
            ended = piece if isinstance(piece, Ended) else ended
        last = time.perf_counter()
        reads, writes = (ended.prompt_tokens or 0) / (first - begun), (ended.completion_tokens or 0) / (last - first)
        return f"reads {reads:.0f} tokens/s, writes {writes:.0f} tokens/s (one request)"


def fitted(seen: Sequence[Told]) -> str:
    """Return what the model's word is worth beside the confidence, and where to decline."""
    rows = [told for told in seen if told.margin is not None and told.group != "off-topic"]
    halves = [[told for told in rows if zlib.crc32(told.pdf.encode()) % 2 == half] for half in (0, 1)]
    lines = []
    for trust in (0.0, 0.1, 0.25, 0.5, 99.0):
        cells = [f"{trust:g}", common.number(auc(rows, trust))]
        for half, other in (halves, halves[::-1]):
            enough = limit(half, trust)
            cells += [f"{enough:.2f}", *declined(other, trust, enough)]
        lines.append(cells)
    head = ["trust", "AUC", *["enough", "answerable declined", "unanswerable declined"] * 2]
    off = [told for told in seen if told.group == "off-topic" and told.margin is not None]
    now = [common.number(sum(worth(told, trying._TRUST) < trying._ENOUGH for told in part) / max(1, len(part)))
           for part in (off, [t for t in rows if t.answerable], [t for t in rows if not t.answerable])]  # fmt: skip
    settings = f"{trying._HOPELESS}, {trying._TRUST}, {trying._ENOUGH}"
    told = f"as set ({settings}): off-topic {now[0]}, answerable {now[1]}, unanswerable {now[2]}"
    return f"{common.table(head, lines)}\n{told}"


def worth(told: Told, trust: float) -> float:
    """Return what speaks for an answer, in log odds; a trust of 99 is the confidence alone."""
    if trust != 99.0 and told.confidence < trying._HOPELESS:
        return -99.0
    sure = min(max(told.confidence, trying._LEAST), 1 - trying._LEAST)
    odds = math.log(sure / (1 - sure))
    return odds if trust == 99.0 else (told.margin or 0.0) + trust * odds


def auc(rows: Sequence[Told], trust: float) -> float | None:
    """Return how often an answerable question is worth more than an unanswerable one."""
    good = [worth(told, trust) for told in rows if told.answerable]
    bad = [worth(told, trust) for told in rows if not told.answerable]
    pairs = [(a > b) + 0.5 * (a == b) for a in good for b in bad]
    return sum(pairs) / len(pairs) if pairs else None


def limit(rows: Sequence[Told], trust: float) -> float:
    """Return below what to decline for one answerable question in twelve."""
    good = sorted(worth(told, trust) for told in rows if told.answerable)
    return good[len(good) // 12] if good else 0.0


def declined(rows: Sequence[Told], trust: float, enough: float) -> list[str]:
    """Return the share of the answerable ones that are declined, and of the others."""
    shares = []
    for answerable in (True, False):
        part = [told for told in rows if told.answerable is answerable]
        shares.append(common.number(sum(worth(told, trust) < enough for told in part) / len(part) if part else None))
    return shares


if __name__ == "__main__":
    main()
