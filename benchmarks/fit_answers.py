"""Fit the constants of the extractive answerer, and show on held-out halves what they are worth.

    python benchmarks/fit_answers.py                          constants, held-out figures, reliability tables
    python benchmarks/fit_answers.py --home kept --limit 80   a smaller sample, documents kept for the next run
    python benchmarks/fit_answers.py --plot reliability.png   also a reliability curve (needs matplotlib)

Two things are fitted, both with signs that make sense (evidence never speaks against an answer):

WEIGHTS (pdfqa/answer/candidates.py): a listwise softmax over the candidates of each answerable question; a candidate
is right if it stands on a gold page and contains a gold answer.

CONFIDENCE (pdfqa/answer/confidence.py): logistic regression, answerable questions against those without an answer:
SQuAD's adversarial ones, off-topic ones, and questions put to an unrelated document in another language. Questions in
a language of the document and those in another have a model each. MIX says how much each kind weighs in all.

Halves are by document, for XQuAD by the article a question is of: whatever is reported was fitted on the other half.
Nothing is written but what is printed (and the plot). CONFIDENCE depends on WEIGHTS: after changing those, run again.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import common
import msgspec
import numpy as np
from common import Row, Source
from tqdm import tqdm

from pdfqa import PDFQA, languages
from pdfqa.answer import candidates
from pdfqa.answer import confidence as confidences
from pdfqa.answer.choosing import choose
from pdfqa.answer.kinds import expected
from pdfqa.engine.answering import Sources
from pdfqa.evaluate import texts
from pdfqa.rerank import Asked

SOURCES = ("squad", "xquad", "languages", "crosslingual", "offtopic", "financebench", "mmlongbench", "nq", "samples")
SAMPLES = Source("samples", "samples", "questions.jsonl")
PASSAGES = 8
SHRINK = 0.8  # of the way to the mean of REFERENCE that a language's offset goes
# The language of documents in which questions of all kinds were measured, and those in which off-topic ones were.
REFERENCE, MEASURED = "en", ("en", "es")
# How much each kind of question weighs in all when confidence is fitted and judged.
MIX = {"answerable": 5.0, "off-topic": 2.0, "adversarial": 0.8}
# Features with too few cases to be fitted: a matter of judgement.
FIXED = {
    "above",
    "adjacent",
    "first",
    "label",
    "short",
    "heading",
    "echo",
    "broken",
    "question",
    "contents",
    "aside",
    "elsewhere",
    "unfit_row",
    "row",
}
EITHER_SIGN = {"long", "new"}
SIGNS = {"unmet": -1.0, "negated": -1.0}  # of what confidence is judged by; others are positive


@dataclass
class Case:
    """One question: the features of its candidates, which of them are right, and what confidence is judged by."""

    row: Row
    source: str
    group: str
    half: int
    across: bool
    matrix: np.ndarray
    right: np.ndarray
    judged: dict[str, float]
    language: str


def main() -> None:
    """Fit, and print."""
    options = arguments()
    rows = sample(options.data, options.limit)
    common.need([path for _, _, path in rows], options.data)
    with tempfile.TemporaryDirectory(prefix="pdfqa-fit-") as temporary:
        cases = list(collect(rows, options.home or Path(temporary)))
    print(common.header(), f"{len(cases)} questions", sep="\n")
    nothing = Counter(f"{case.source} {case.group}" for case in cases if not case.judged)
    print(
        "declined because search finds nothing:",
        ", ".join(f"{key} {count}" for key, count in nothing.items()) or "none",
    )
    cases = [case for case in cases if case.judged]
    sentences([case for case in cases if case.row.answerable and case.right.any()])
    curves = [
        confidence("CONFIDENCE", [case for case in cases if not case.across], confidences.CONFIDENCE),
        confidence(
            "CONFIDENCE_ACROSS_LANGUAGES",
            [case for case in cases if case.across],
            confidences.CONFIDENCE_ACROSS_LANGUAGES,
        ),
    ]
    if options.plot:
        plot(options.plot, curves)


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--limit", type=int, default=120, help="questions of each source and kind (10 languages: half)")
    parser.add_argument("--home", type=Path, help="home directory to keep and use again (default: a fresh one)")
    parser.add_argument("--plot", type=Path, help="write a reliability curve to this PNG")
    return parser.parse_args()


# The questions.


def sample(data: Path, limit: int) -> list[tuple[Source, Row, Path]]:
    """Return a seeded sample of every source and kind, with the PDF of each question."""
    known = {source.key: source for source in common.SOURCES} | {"samples": SAMPLES}
    found: list[tuple[Source, Row, Path]] = []
    for key in SOURCES:
        source = known[key]
        folder = common.ROOT / "samples" if key == "samples" else data
        kinds: dict[tuple[bool, str], list[Row]] = {}
        for row in common.load_rows(folder, source):
            if not row.answerable or row.answers:
                kinds.setdefault((row.answerable, row.lang), []).append(row)
        for kind, rows in sorted(kinds.items()):
            most = limit // 2 if key == "languages" else limit
            chosen = random.Random(f"{common.SEED}/{key}/{kind}").sample(rows, min(most, len(rows)))
            found += [(source, row, common.pdf_path(folder, source, row)) for row in chosen]
    return sorted([*found, *pairs(found, limit)], key=lambda item: (str(item[2]), item[1].id))


def pairs(rows: Sequence[tuple[Source, Row, Path]], count: int) -> list[tuple[Source, Row, Path]]:
    """Return questions put to an unrelated document in another language, which cannot answer them."""
    pool = [item for item in rows if item[1].answerable and item[0].key in {"squad", "xquad", "languages"}]
    source = Source("pairs", "unrelated, another language", "")
    chooser, found = random.Random(common.SEED), []
    while len(found) < count and len({row.lang for _, row, _ in pool}) > 1:
        (_, row, path), (_, other, wrong) = chooser.choice(pool), chooser.choice(pool)
        # XQuAD's documents are translations of one another.
        if row.lang != other.lang and ("xquad" in path.name) != ("xquad" in wrong.name):
            changed = msgspec.structs.replace(
                row, id=f"{row.id}@{wrong.stem}", answerable=False, answers=[], gold_pages=[]
            )
            found.append((source, changed, wrong))
    return found


def collect(rows: Sequence[tuple[Source, Row, Path]], home: Path) -> Iterator[Case]:
    """Yield what the answerer sees of each question."""
    with PDFQA(home=home) as qa:
        qa.add(*sorted({str(path) for _, _, path in rows}))
    opened, path_open = None, None
    for source, row, path in tqdm(rows, unit="question", file=sys.stderr, disable=None):
        if path != path_open or opened is None:
            if opened is not None:
                opened.close()
            opened, path_open = PDFQA(str(path), home=home), path
        yield look(opened, source, row)
    if opened is not None:
        opened.close()


def look(qa: PDFQA, source: Source, row: Row) -> Case:
    """Return the candidates of one question, and how the best of them is judged; none where search finds nothing."""
    engine, store = qa._engine, qa.prepare()[0]
    found = engine.vector_stores.find(Sources(stores=(store.id,)), row.question, 20)
    evidence = found.evidence[:PASSAGES]
    language = languages.detect(row.question)
    question = candidates.Question(row.question, language, Asked(found.terms), expected(row.question, language))
    words = candidates.words_of(question, engine.embedder)
    ranked = candidates.candidates(question, evidence, engine.embedder, words)
    if not ranked:
        return Case(
            row, source.key, group(source, row), half(source, row), False, np.zeros((0, 0)), np.zeros(0), {}, language
        )
    gold = row.gold_pages
    right = [
        row.answerable
        and (not gold or evidence[one.evidence].page.number in gold)
        and texts.contains(" ".join(one.text.split()), row.answers, row.lang)
        for one in ranked
    ]
    matrix = [[one.features.get(name, 0.0) for name in candidates.WEIGHTS] for one in ranked]
    across = language not in {"", *(piece.language for piece in evidence)}
    chosen = [one.candidate for one in choose(ranked, question, evidence, words)]
    judged = confidences.judge(question, found.terms, evidence, chosen)
    spoken = evidence[0].language
    return Case(
        row,
        source.key,
        group(source, row),
        half(source, row),
        across,
        np.array(matrix),
        np.array(right),
        judged,
        spoken,
    )


def group(source: Source, row: Row) -> str:
    """Return which kind of question it is, as in MIX."""
    if row.answerable:
        return "answerable"
    return "off-topic" if source.key in {"offtopic", "pairs"} else "adversarial"


def half(source: Source, row: Row) -> int:
    """Return the half a question is in: by document, of which each section of XQuAD was one, in all languages."""
    parallel = source.key in {"xquad", "languages", "crosslingual", "pairs"} and row.section
    return zlib.crc32((row.section if parallel else row.pdf).encode()) % 2


# Which sentence.


def sentences(cases: Sequence[Case]) -> None:
    """Fit WEIGHTS, and print how often the best candidate is right."""
    now = np.array(list(candidates.WEIGHTS.values()))
    halves = [fit_weights([case for case in cases if case.half == number], now) for number in (0, 1)]
    print("\nWhich sentence: share of questions whose best candidate is right, of those where one is\n")
    lines = []
    for source in [*SOURCES, "all"]:
        chosen = [case for case in cases if source in {case.source, "all"}]
        if chosen:
            shares = [
                np.mean([right(case, now) for case in chosen]),
                np.mean([right(case, halves[1 - case.half]) for case in chosen]),
            ]
            lines.append([source, str(len(chosen)), *(common.number(float(share)) for share in shares)])
    print(common.table(["source", "n", "as it is", "fitted, held out"], lines))
    print_constants("WEIGHTS, fitted on all", dict(zip(candidates.WEIGHTS, fit_weights(cases, now), strict=True)))


def right(case: Case, weights: np.ndarray) -> bool:
    """Return whether the best candidate under these weights is right."""
    return bool(case.right[int(np.argmax(case.matrix @ weights))])


def fit_weights(cases: Sequence[Case], start: np.ndarray, steps: int = 1200) -> np.ndarray:
    """Return the weights under which right candidates are most likely (softmax over each question; Adam)."""
    names, most = list(candidates.WEIGHTS), max(len(case.matrix) for case in cases)
    matrix = np.zeros((len(cases), most, len(names)))
    right_, there = np.zeros((2, len(cases), most))
    for number, case in enumerate(cases):
        size = len(case.matrix)
        matrix[number, :size], right_[number, :size], there[number, :size] = case.matrix, case.right, 1
    free = np.array([name not in FIXED for name in names])
    sign = np.array([0.0 if name in EITHER_SIGN else 1.0 for name in names])

    def slope(weights: np.ndarray) -> np.ndarray:
        scores = np.where(there > 0, matrix @ weights, -1e9)
        share = np.exp(scores - scores.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        wanted = share * right_
        wanted /= wanted.sum(axis=1, keepdims=True) + 1e-12
        gain: np.ndarray = np.einsum("nk,nkf->f", wanted - share, matrix) / len(cases) - 2e-3 * weights
        return gain * free

    return climb(slope, start, np.where(free, sign, 0.0), steps)


def climb(slope: Callable[[np.ndarray], np.ndarray], start: np.ndarray, sign: np.ndarray, steps: int) -> np.ndarray:
    """Return where going up leads (Adam), on the side of zero that `sign` allows."""
    weights, mean, square = start.astype(float), np.zeros(len(start)), np.zeros(len(start))
    for step in range(1, steps + 1):
        gain = slope(weights)
        mean, square = 0.9 * mean + 0.1 * gain, 0.999 * square + 0.001 * gain * gain
        weights = weights + 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        weights = np.where(sign * weights < 0, 0.0, weights)
    return weights


# Whether at all.


def confidence(title: str, cases: Sequence[Case], now: dict[str, float]) -> tuple[str, np.ndarray]:
    """Fit one model of confidence, print it and its held-out figures, and return its reliability table."""
    print(f"\n{title}: answered at .5 or more; fitted on one half, judged on the other\n")
    if len({case.row.answerable for case in cases}) < 2:
        print("too few questions")
        return title, np.zeros((0, 3))
    names = [name for name in now if name != "bias"]
    weights = mixed(cases)
    parts = [[case for case in cases if case.half == number] for number in (0, 1)]
    halves = [fit_confidence(part, names) for part in parts]
    own = title == "CONFIDENCE"
    added = [offsets(part, names, fitted) if own else {} for part, fitted in zip(parts, halves, strict=True)]
    held_out = np.array([probability(case, names, halves[1 - case.half], added[1 - case.half]) for case in cases])
    by_language = confidences.LANGUAGES if own else {}
    constants = np.array([*(now[name] for name in names), now["bias"]])
    as_it_is = np.array([probability(case, names, constants, by_language) for case in cases])
    keys = Counter((case.source, case.row.lang if case.source == "languages" else "", case.group) for case in cases)
    lines = []
    for key, count in sorted(keys.items(), key=lambda item: (item[0][2], item[0])):
        inside = [
            (case.source, case.row.lang if case.source == "languages" else "", case.group) == key for case in cases
        ]
        shares = [common.number(float(np.mean(values[inside] < 0.5))) for values in (as_it_is, held_out)]
        lines.append([" ".join(part for part in key if part), str(count), *shares])
    print(common.table(["declined", "n", "as it is", "fitted, held out"], lines))
    table = reliability(held_out, np.array([case.row.answerable for case in cases], dtype=float), weights)
    print("\nReliability on held-out halves, weighted as in MIX\n")
    print(
        common.table(
            ["confidence", "has an answer", "weight"], [[f"{a:.2f}", f"{b:.2f}", f"{c:.3f}"] for a, b, c in table]
        )
    )
    fitted = fit_confidence(cases, names)
    print_constants(f"{title}, fitted on all", dict(zip([*names, "bias"], fitted, strict=True)))
    if own:
        print_constants("LANGUAGES, fitted on all", offsets(cases, names, fitted))
    return title, table


def offsets(cases: Sequence[Case], names: Sequence[str], coefficients: np.ndarray) -> dict[str, float]:
    """Return what is added for each language of documents, so that XQuAD's parallel questions are as sure in each.

    The mean logit of a language's answerable questions is brought to that of REFERENCE, by SHRINK of the way.
    """
    logits: dict[str, list[float]] = {}
    for case in cases:
        if case.source in {"xquad", "languages"} and case.row.answerable:
            logits.setdefault(case.language, []).append(float(inputs(case, names) @ coefficients))
    means = {language: float(np.mean(values)) for language, values in logits.items()}
    return {language: SHRINK * (means.get(REFERENCE, mean) - mean) for language, mean in sorted(means.items())}


def inputs(case: Case, names: Sequence[str]) -> np.ndarray:
    """Return the features of a case, and one for the bias."""
    return np.array([*(case.judged[name] for name in names), 1.0])


def mixed(cases: Sequence[Case]) -> np.ndarray:
    """Return the weight of each question, so that each kind weighs in all what MIX says; the sum is 1."""
    counts = Counter(case.group for case in cases)
    weights = np.array([MIX[case.group] / counts[case.group] for case in cases])
    scaled: np.ndarray = weights / weights.sum()
    return scaled


def fit_confidence(cases: Sequence[Case], names: Sequence[str]) -> np.ndarray:
    """Return the coefficients, and the bias last; of languages without off-topic questions nothing is learnt."""
    cases = [case for case in cases if case.across or case.language in MEASURED]
    matrix = np.array([inputs(case, names) for case in cases])
    answerable, weights = np.array([case.row.answerable for case in cases], dtype=float), mixed(cases)

    def slope(coefficients: np.ndarray) -> np.ndarray:
        error = (answerable - 1 / (1 + np.exp(-(matrix @ coefficients)))) * weights
        gain: np.ndarray = matrix.T @ error - 3e-4 * coefficients
        return gain

    return climb(slope, np.zeros(len(names) + 1), np.array([*(SIGNS.get(name, 1.0) for name in names), 0.0]), 3000)


def probability(
    case: Case, names: Sequence[str], coefficients: np.ndarray, added: dict[str, float] | None = None
) -> float:
    """Return the confidence in a case; `added` is what its document's language adds."""
    logit = float(inputs(case, names) @ coefficients) + (added or {}).get(case.language, 0.0)
    return float(1 / (1 + np.exp(-logit)))


def reliability(confidences: np.ndarray, answerable: np.ndarray, weights: np.ndarray, bins: int = 10) -> np.ndarray:
    """Return, for each tenth of the scale that occurs, mean confidence, share with an answer, and weight."""
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    lines = []
    for place in range(bins):
        chosen = places == place
        weight = float(weights[chosen].sum())
        if weight:
            means = [float(np.average(values[chosen], weights=weights[chosen])) for values in (confidences, answerable)]
            lines.append([*means, weight])
    return np.array(lines)


def print_constants(title: str, constants: dict[str, float]) -> None:
    """Print constants as they are written in the package."""
    print(f"\n{title}\n" + "\n".join(f'    "{name}": {float(value):.2f},' for name, value in constants.items()))


def plot(path: Path, curves: Sequence[tuple[str, np.ndarray]]) -> None:
    """Draw confidence against the share of questions that have an answer."""
    try:
        import matplotlib as mpl
    except ImportError:
        print("no plot: matplotlib is not installed", file=sys.stderr)
        return
    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(4.2, 3.6), dpi=100)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    titles = {"CONFIDENCE": "same language", "CONFIDENCE_ACROSS_LANGUAGES": "question in another language"}
    for title, table in curves:
        if len(table):
            axes.plot(table[:, 0], table[:, 1], linewidth=1.2, label=titles[title])
            axes.scatter(table[:, 0], table[:, 1], s=15 + 300 * table[:, 2], alpha=0.6)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share that has an answer")
    axes.set_title("Reliability on held-out halves", fontsize=10)
    axes.legend(fontsize=8, loc="upper left")
    figure.tight_layout()
    figure.savefig(path)
    print(f"wrote {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
