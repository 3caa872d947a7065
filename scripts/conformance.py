"""Run the OpenAI SDK's own tests against `pdfqa serve`, through a proxy that knows their placeholders.

    python scripts/conformance.py               # fetch the tests, run them, say what passed
    python scripts/conformance.py --raw         # the inputs that the proxy mends, sent as they are: all must be refused
    python scripts/conformance.py --deviations  # what the proxy changes; --write puts it into docs/compatibility.md

The SDK's tests are fetched by pip, and run in an environment of their own; both are kept in a cache folder. The SDK's
tests know no state: they name objects that do not exist, and expect success. `suite/rules.py` has the list of what is
changed on the way in. Answers are not changed.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from pathlib import Path

from suite import sdk
from suite.mending import counted, deviations
from suite.proxy import Proxy, Refused
from suite.server import serving

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pdfqa-conformance"
_PAGE = Path(__file__).parent.parent / "docs" / "compatibility.md"
_MARKS = ("<!-- changed requests -->", "<!-- end -->")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--raw", action="store_true", help="send what the proxy mends straight to the server")
    parser.add_argument("--deviations", action="store_true", help="print what the proxy changes")
    parser.add_argument("--write", action="store_true", help="with --deviations: into docs/compatibility.md")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes that run tests (2)")
    parser.add_argument("--only", nargs="+", default=[], metavar="FILE", help="files under tests/api_resources")
    parser.add_argument("--cache", type=Path, default=_CACHE, metavar="DIR", help="where the SDK's tests are kept")
    parser.add_argument("--record", type=Path, metavar="DIR", help="keep all answers, for validate_bodies.py")
    parser.add_argument("--details", action="store_true", help="show each failure and how often each rule was used")
    return parser.parse_args()


def suite(args: argparse.Namespace) -> int:
    """Run the suite; return 0 if every test passed that can."""
    folder, python = sdk.fetch(args.cache), sdk.environment(args.cache)
    if args.record:
        args.record.mkdir(parents=True, exist_ok=True)
    with serving(log=args.cache / "server.log") as port:
        proxy = Proxy(port, record=args.record)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        report = args.cache / "report.xml"
        outcome = sdk.run(python, folder, proxy.port, workers=args.workers, report=report, chosen=args.only)
        proxy.shutdown()
    show(outcome, proxy, details=args.details)
    faults = [one for one in proxy.refused if one.status >= 500]
    complete = bool(args.only) or sum(outcome.total.values()) == sdk.COLLECTED
    return 0 if not outcome.unexpected and not faults and complete else 1


def show(outcome: sdk.Outcome, proxy: Proxy, *, details: bool) -> None:
    for name, count in sorted(outcome.files.items()):
        print(f"{name:40} {count['passed']:5} passed {count['failed']:4} failed {count['skipped']:3} skipped")
    total = outcome.total
    print(f"{'all':40} {total['passed']:5} passed {total['failed']:4} failed {total['skipped']:3} skipped")
    meant = len(outcome.failures) - len(outcome.unexpected)
    print(f"{'':40} {meant} failures are meant: pdfqa has no model that can be deleted")
    print(f"\n{proxy.requests} requests, {proxy.changed} of them changed by {len(proxy.applied)} rules")
    if details:
        print(*counted(proxy.applied), sep="\n")
        for failure in outcome.failures:
            print(f"\nFAILED {failure.test}\n  {failure.message}")
    print_refused(proxy.refused)


def print_refused(refused: list[Refused]) -> None:
    """Print each kind of answer that was no success once, with its request."""
    kinds: dict[tuple[str, int], list[Refused]] = {}
    for one in refused:
        kinds.setdefault((one.request, one.status), []).append(one)
    for (request, status), alike in kinds.items():
        one = alike[0]
        print(f"\n{len(alike)} x {request}\n  sent on: {one.sent_on} {one.body}\n  {status} {one.answer[:600]}")


def tell(*, write: bool) -> int:
    """Print what the proxy changes, or put it into the documentation."""
    if not write:
        print(deviations())
        return 0
    before, _, rest = _PAGE.read_text(encoding="utf-8").partition(_MARKS[0])
    after = rest.partition(_MARKS[1])[2]
    _PAGE.write_text(f"{before}{_MARKS[0]}\n{deviations()}\n{_MARKS[1]}{after}", encoding="utf-8")
    return 0


def main() -> int:
    args = arguments()
    if args.deviations:
        return tell(write=args.write)
    if args.raw:
        from suite.raw import check

        return check()
    return suite(args)


if __name__ == "__main__":
    sys.exit(main())
