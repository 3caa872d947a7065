"""How good the short answers are that stand ahead of a quote: cells of tables, dates, names, yes or no, lists.

    python benchmarks/direct.py                         all questions of direct_questions.jsonl
    python benchmarks/direct.py --kinds cell,yesno --show wrong
    python benchmarks/direct.py --questions benchmarks/direct_unseen.jsonl
    python benchmarks/direct.py --home kept --out new.json --compare old.json

The questions are our own, to the reports of the measuring data and to the samples; each names the pages that say it.
`shown`: the answer is in what is printed (of a list all its parts). `direct`: it is in the short answer itself, which
ends at the first dash or marker. `wrong`: a short answer stands ahead, and it is not the right one; for questions that
would have to be worked out (`rows`), or whose answer is not there (`none`), any short answer is wrong. `page`: a page
that says it is cited. direct_unseen.jsonl holds questions that were written before anything was tuned on them.
"""

from __future__ import annotations

import re
import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import common
import msgspec

from pdfqa import PDFQA
from pdfqa.evaluate import texts

SAMPLES = common.ROOT / "samples"
QUESTIONS = Path(__file__).with_name("direct_questions.jsonl")
_SHORT = re.compile(r"^(.*?)(?: — (?!·)|\s\[\d+\]|$)", re.DOTALL)  # a dash before "·" is an empty cell
_PLAIN = 13  # words of a quote, with its marker, that says an answer plainly
_OPENING = 2  # words of a quote before an answer that opens it: "Mr. Lee was appointed …" needs none ahead


class Asked(msgspec.Struct, kw_only=True):
    """A question, and what came back. `answers` are alternatives; a list is one of several parts."""

    pdf: str
    pages: list[int]
    question: str
    answers: list[Any]
    kind: str
    text: str = ""
    cited: list[int] = []


def main() -> None:
    """Put the questions and print what came back."""
    options = _options()
    questions = [msgspec.json.decode(line, type=Asked) for line in options.questions.read_bytes().splitlines()]
    questions = [one for one in questions if not options.kinds or one.kind in options.kinds.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        for path, group in groupby(questions, key=lambda one: _path(options.data, one.pdf)):
            if path is None:
                continue
            with PDFQA(str(path), home=options.home or temporary) as qa:
                for one in group:
                    answer = qa.ask(one.question)
                    one.text = answer.text if answer.found else ""
                    one.cited = [citation.page for citation in answer.citations]
    report([one for one in questions if _path(options.data, one.pdf)], options)


def _options() -> Namespace:
    parser = common.parser(__doc__)
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="file of the questions")
    parser.add_argument("--home", type=Path, help="home directory to keep and use again")
    parser.add_argument("--kinds", default="", help="only questions of these kinds, such as cell,yesno")
    parser.add_argument("--show", choices=["all", "wrong", "missed"], help="print the answers")
    parser.add_argument("--out", type=Path, help="write what came back as JSON")
    parser.add_argument("--compare", type=Path, help="what came back earlier: print what has changed")
    return parser.parse_args()


def _path(data: Path, name: str) -> Path | None:
    folders = (data / "reports" / "pdf", data / "open_set" / "pdf", data / "open_set" / "tables", SAMPLES)
    places = (folder / name for folder in folders)
    return next((place for place in places if place.is_file()), None)


def short(text: str) -> str:
    """Return the short answer that stands ahead of a quote, or the empty string."""
    found = _SHORT.match(text)
    ahead = found[1] if found else ""
    return ahead if text[len(ahead) :].startswith(" — ") else ""


def shown(one: Asked) -> float:
    """Return whether the answer is printed."""
    return float(texts.contains(texts.without_marks(one.text), one.answers, "en"))


def direct(one: Asked) -> float:
    """Return whether the answer is in the short answer, or begins a text that has none."""
    ahead = short(one.text) or (one.text if one.kind in {"list", "two"} else _opening(one))
    return float(texts.contains(texts.without_marks(ahead), one.answers, "en"))


def _opening(one: Asked) -> str:
    """Return the words that open a quote, as many as the longest answer has and two, or a short one whole."""
    if one.kind in {"yesno", "cell", "text", "rows", "none"}:
        return ""
    most = max(len(str(answer).split()) for answer in one.answers)
    words = one.text.split("\n")[0].split()
    return " ".join(words if len(words) <= _PLAIN else words[: most + _OPENING])


def wrong(one: Asked) -> float:
    """Return whether a short answer stands ahead that is not the right one."""
    return float(one.kind not in {"list", "two", "text"} and bool(short(one.text)) and not direct(one))


def report(questions: Sequence[Asked], options: Namespace) -> None:
    """Print the table, and the answers where they were asked for."""
    before = {}
    if options.compare:
        old = msgspec.json.decode(options.compare.read_bytes(), type=list[Asked])
        before = {(one.pdf, one.question): one.text for one in old}
    for one in questions:
        told = {"all": True, "wrong": wrong(one), "missed": not shown(one) or wrong(one)}.get(options.show, False)
        changed = before and before.get((one.pdf, one.question)) != one.text
        if told or changed:
            marks = "".join(name[0].upper() if measure(one) else "." for name, measure in MEASURES)
            print(f"{marks} {one.kind} {one.pdf[:24]} {one.question} {one.answers}\n      {one.text!r} p. {one.cited}")
            if changed:
                print(f"   was {before.get((one.pdf, one.question))!r}")
    rows = []
    for kind in [*dict.fromkeys(one.kind for one in questions), ""]:
        some = [one for one in questions if one.kind == kind or not kind]
        values = [sum(measure(one) for one in some) / len(some) for _, measure in MEASURES]
        words = sum(len(one.text.split()) for one in some) / len(some)
        rows.append([kind or "all", str(len(some)), *map(common.number, values), f"{words:.0f}"])
    print(common.header())
    print(common.table(["kind", "n", *(name for name, _ in MEASURES), "words"], rows))
    if options.out:
        options.out.write_bytes(msgspec.json.encode(list(questions)))


MEASURES = (
    ("shown", shown),
    ("direct", direct),
    ("wrong", wrong),
    ("page", lambda one: float(bool(set(one.cited) & set(one.pages)))),
)

if __name__ == "__main__":
    sys.exit(main())
