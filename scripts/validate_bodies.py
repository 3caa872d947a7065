"""Hold every answer of the server, and every event of its streams, against the API's own specification.

    python scripts/validate_bodies.py          # run what asks over a socket, recording, and check what was answered
    python scripts/validate_bodies.py DIR ...  # check records that are there, as scripts/conformance.py --record makes

Needs `pip install jsonschema pyyaml` and the file openapi.yaml of openai/openai-openapi (--spec or OPENAI_SPEC, else
../shared/spec/openapi.yaml); says so and stops with 0 where the file is not there. A record is a line of JSON: method,
path, status, type (of the content) and body (text). `bodies/intended.py` lists differences that are meant.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_SPEC = ROOT.parent / "shared" / "spec" / "openapi.yaml"


def over_sockets() -> list[str]:
    """Return the tests whose servers record: the contract, and what uses `tests/servers.py`."""
    named = [path for path in sorted((ROOT / "tests").glob("test_*.py")) if "tests.servers" in path.read_text("utf-8")]
    return ["tests/contract", *(path.relative_to(ROOT).as_posix() for path in named)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("records", nargs="*", type=Path, metavar="DIR", help="folders of records")
    parser.add_argument("--spec", type=Path, default=Path(os.environ.get("OPENAI_SPEC") or _SPEC), metavar="FILE")
    parser.add_argument("--tests", nargs="+", default=over_sockets(), metavar="FILE", help="tests to record")
    return parser.parse_args()


def recorded(tests: list[str], folder: Path) -> None:
    """Run tests and the checks with Node, with all that their servers answer kept in a folder."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    print("$ PDFQA_TEST_RECORD=… python " + " ".join(command[1:]), flush=True)
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PDFQA_TEST_RECORD": str(folder)}, check=False)
    if done.returncode:
        print("not all tests passed; what they recorded is checked all the same", file=sys.stderr)

    node = [sys.executable, str(ROOT / "scripts" / "node_sdk.py"), "--record", str(folder)]
    print("$ python scripts/node_sdk.py --record …", flush=True)
    if subprocess.run(node, cwd=ROOT, check=False).returncode:
        print("not all checks with Node passed", file=sys.stderr)


def records(folders: list[Path]) -> Iterator[dict[str, Any]]:
    for folder in folders:
        for path in sorted(folder.glob("*.jsonl")):
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    yield json.loads(line)


def main() -> int:
    args = arguments()
    if not args.spec.exists():
        print(f"skipped: there is no specification at {args.spec} (see --help)")
        return 0
    try:
        from bodies.checking import Checker
    except ImportError as error:
        print(f"{error}: pip install jsonschema pyyaml", file=sys.stderr)
        return 2

    checker = Checker.load(args.spec)
    with tempfile.TemporaryDirectory() as folder:
        if not args.records:
            recorded(args.tests, Path(folder))
        for record in records(args.records or [Path(folder)]):
            checker.check(record)
    print(checker.report())
    return 0 if checker.checked and not checker.faults else 1


if __name__ == "__main__":
    sys.exit(main())
