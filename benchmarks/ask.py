"""How long `pdfqa ask` takes, whole process, divided by `python -c "import numpy, click, sqlite3"`.

    python benchmarks/ask.py                    20 rounds
    python benchmarks/ask.py --rounds 50 --question "what is the deductible"

Every round runs each command once, one after the other, so that what else the machine does falls on all of them; the
ratio is taken within the round. Warm: the file has been added before. Cold: the home directory is empty, so the file is
read and indexed on the way.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import common
from common import Cost
from tqdm import tqdm

BASE = [sys.executable, "-c", "import numpy, click, sqlite3"]
FILE = "open_set/pdf/azure_Northwind_Standard_Benefits_Details.pdf"
QUESTION = "What protection does Contoso offer against balance billing?"
SAMPLE_QUESTION = "What is this document about?"

Command = Callable[[], Cost]


def main() -> None:
    """Measure and print."""
    options = arguments()
    common.need([options.file] if options.file.is_file() else [], options.data)
    with tempfile.TemporaryDirectory(prefix="pdfqa-ask-") as temporary:
        commands = prepare(options, Path(temporary))
        taken = rounds(commands, options.rounds)
    print(common.header())
    print(f"warm file: {options.file.name}, {common.page_count(options.file)} pages; {options.rounds} rounds\n")
    print(time_table(taken))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--file", type=Path, help="the file that is asked warm (default: a 104-page one)")
    parser.add_argument("--sample", type=Path, help="the file that is asked cold (default: the smallest of samples/)")
    parser.add_argument("--question", default=QUESTION)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    options.file = options.file or options.data / FILE
    samples = sorted((common.ROOT / "samples").glob("*.pdf"), key=lambda path: path.stat().st_size)
    options.sample = options.sample or next(iter(samples), None)
    return options


def prepare(options: argparse.Namespace, temporary: Path) -> dict[str, Command]:
    """Return the commands to compare, the first one being the base; the warm file is added here."""
    home = temporary / "warm"
    pdfqa = [sys.executable, "-m", "pdfqa"]
    common.must(common.run([*pdfqa, "add", "--quiet", str(options.file)], home=home), "pdfqa add")

    def cold() -> Cost:
        empty = temporary / "cold"
        shutil.rmtree(empty, ignore_errors=True)
        return common.run([*pdfqa, "ask", str(options.sample), SAMPLE_QUESTION], home=empty)

    commands: dict[str, Command] = {
        "import numpy, click, sqlite3": lambda: common.run(BASE),
        "pdfqa ask, warm": lambda: common.run([*pdfqa, "ask", str(options.file), options.question], home=home),
        "pdfqa search, warm": lambda: common.run([*pdfqa, "search", str(options.file), options.question], home=home),
        "pdfqa --help": lambda: common.run([*pdfqa, "--help"], home=home),
        "python -c pass": lambda: common.run([sys.executable, "-c", "pass"]),
    }
    if options.sample:
        commands[f"pdfqa ask, cold ({options.sample.name})"] = cold
    return commands


def rounds(commands: dict[str, Command], count: int) -> dict[str, list[Cost]]:
    """Return what each command took in each round, after one round that is not counted."""
    taken: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in tqdm(range(count + 1), unit="round", file=sys.stderr, disable=None):
        for name, command in commands.items():
            cost = common.must(command(), name)
            if number:
                taken[name].append(cost)
    return taken


def time_table(taken: dict[str, list[Cost]]) -> str:
    """Return the milliseconds of each command, and its ratio to the base within each round."""
    base = next(iter(taken.values()))
    lines = [
        [
            name,
            common.spread([1000 * cost.seconds for cost in costs]),
            common.spread([cost.seconds / other.seconds for cost, other in zip(costs, base, strict=True)]),
            common.spread([cost.cpu / other.cpu for cost, other in zip(costs, base, strict=True)]),
        ]
        for name, costs in taken.items()
    ]
    return common.table(["median (smallest-largest)", "ms", "ratio", "CPU ratio"], lines)


if __name__ == "__main__":
    main()
