"""How often the short answer ahead of a quote is right: SQuAD 2.0 and XQuAD in languages with capitals.

    python benchmarks/short.py                   questions for dates, numbers, names and places
    python benchmarks/short.py --home kept --every 1 --show

`given`: how many questions have a short answer. `right`: the share of these that agrees with a gold
answer: one is part of the other. `quoted`: the same where the whole answer holds a gold one. Of questions that the text
does not answer (SQuAD's, made to look as if it did) every short answer is wrong.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import common
import direct

from pdfqa import PDFQA
from pdfqa.answer.kinds import Kind, expected
from pdfqa.evaluate import texts

LANGUAGES = ("en", "es", "de", "ro")
KINDS = (Kind.DATE, Kind.NUMBER, Kind.PERSON, Kind.PLACE)


def main() -> None:
    """Put the questions and print how good the short answers are."""
    options = _options()
    tallies: dict[tuple[str, str], list[tuple[bool, bool, bool]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as temporary:
        for source in (one for one in common.SOURCES if one.key in {"squad", "xquad", "languages"}):
            rows = [row for row in common.load_rows(options.data, source) if row.lang in LANGUAGES]
            rows = [row for row in rows if expected(row.question, row.lang).kind in KINDS][:: options.every]
            for path, group in groupby(rows, key=lambda row: common.pdf_path(options.data, source, row)):
                with PDFQA(str(path), home=options.home or temporary) as qa:
                    for row in group:
                        kind = expected(row.question, row.lang).kind.value if row.answerable else "not answered"
                        answer = qa.ask(row.question)
                        ahead = direct.short(answer.text) if answer.found else ""
                        right = bool(ahead) and row.answerable and _agrees(ahead, row)
                        quoted = texts.contains(texts.without_marks(answer.text), row.answers, row.lang)
                        tallies[row.lang, kind].append((bool(ahead), right, quoted))
                        if ahead and not right and options.show:
                            print(f"{row.lang} {kind}: {row.question} {row.answers[:2]}\n   {answer.text!r}")
    report(tallies)


def _options() -> Namespace:
    parser = common.parser(__doc__)
    parser.add_argument("--home", type=Path, help="home directory to keep and use again")
    parser.add_argument("--every", type=int, default=3, help="put every n-th question")
    parser.add_argument("--show", action="store_true", help="print what is wrong")
    return parser.parse_args()


def _agrees(ahead: str, row: common.Row) -> bool:
    contained = texts.contains(ahead, row.answers, row.lang)
    return bool(contained) or any(texts.contains(str(answer), [ahead], row.lang) for answer in row.answers)


def report(tallies: dict[tuple[str, str], list[tuple[bool, bool, bool]]]) -> None:
    """Print a table with a row for each language and kind."""
    rows = []
    total: list[tuple[bool, bool, bool]] = []
    for (language, kind), some in [*sorted(tallies.items()), (("all", "answered"), total)]:
        given = [one for one in some if one[0]]
        quoted = [one for one in given if one[2]]
        rights = [sum(one[1] for one in part) / len(part) if part else 0.0 for part in (given, quoted)]
        rows.append([language, kind, str(len(some)), str(len(given)), *map(common.number, rights)])
        total += some if kind != "not answered" else []
    print(common.header())
    print(common.table(["language", "kind", "n", "given", "right", "quoted"], rows))


if __name__ == "__main__":
    sys.exit(main())
