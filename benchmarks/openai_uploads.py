"""Documents brought to OpenAI through the openai back-end, with faults on the way, and a process killed at each step.

    python benchmarks/openai_uploads.py [--files 200] [--faults 0.05] [--kills]

OpenAI is `pdfqa serve` behind a proxy of the tests, both on this machine: it answers fast, and reads text as we do, so
that the seconds are those of our side, of waiting before requests are repeated, and of the stand-in's indexing. The
faults are 429 with retry-after, 503, and connections that drop before the request, after it, and in the middle of the
answer, a fifth each. One file is refused for ever, and one fails to be indexed without a reason.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from pdfqa import PDFQA
from pdfqa.render import one_line
from tests.fault_proxy import Asked, Fault, Proxy, error, fault_proxy
from tests.homes import pdf
from tests.servers import Served, serving

BUSY = error("Rate limit reached for requests", "requests", "rate_limit_exceeded")
TEXT = (
    "Report {0}, page {1}. The treasurer of club number {0} is member {2} of {3}. It was founded in {4} by {5} people. "
)
REFUSED, UNREADABLE = 17, 42  # the numbers of the files that go wrong


def make_files(folder: Path, files: int) -> list[Path]:
    paths = []
    for number in range(files):
        pages = [
            TEXT.format(number, page, number * 7 + page, number + 99, 1800 + number, page + 3) * 4 for page in (1, 2, 3)
        ]
        paths.append(pdf(folder / f"report-{number:03}.pdf", *pages))
    return paths


def random_faults(share: float, seed: int) -> list[Fault]:
    rng = random.Random(seed)
    kinds: list[dict[str, Any]] = [
        {"status": 429, "headers": {"retry-after": "0.5"}, "body": BUSY},
        {"status": 503, "body": error("The server is overloaded or not ready yet.")},
        {"drop": "before"},
        {"drop": "after"},
        {"drop": "middle"},
    ]
    # Asked one after the other, each sees what those before it have left.
    shares = [share / 5 / (1 - share / 5 * number) for number in range(5)]
    return [
        Fault("", times=None, hit=lambda _, part=part: rng.random() < part, **kind)
        for part, kind in zip(shares, kinds, strict=True)
    ]


def lasting_faults() -> list[Fault]:
    """Return the faults of two files: one that is always refused, one whose indexing fails without a reason."""
    ids: set[str] = set()

    def note(file: Any) -> Any:
        if str(file.get("filename", "")).startswith(f"report-{UNREADABLE:03}."):
            ids.add(file["id"])
        return file

    def failed(page: Any) -> Any:
        entry = {"object": "vector_store.file", "created_at": 1, "vector_store_id": "vs_x", "usage_bytes": 0}
        data = [{**entry, "id": id_, "status": "failed", "last_error": None, "attributes": {}} for id_ in ids]
        return {**page, "data": data, "has_more": False}

    def refused(asked: Asked) -> bool:
        return f"report-{REFUSED:03}.pdfqa".encode() in asked.body

    told = error("Invalid file format.", "invalid_request_error", None, "file")
    return [
        Fault("POST /v1/files$", times=None, status=400, body=told, hit=refused),
        Fault("POST /v1/files$", times=None, edit=note),
        Fault(r"/files\?.*filter=failed", times=None, edit=failed),
    ]


def report(name: str, proxy: Proxy, served: Served, key: str, qa: PDFQA, seconds: float) -> None:
    hosting = qa.hosting
    assert hosting is not None
    with served.client(key) as client:
        files = Counter(file.filename for file in client.files.list(limit=10_000))
    store, counts = hosting.ledger.store().store_id, hosting.counts
    kinds = Counter(f"{one.method} {one.path.split('?')[0]}".replace(store, "ID") for one in proxy.asked)
    hurt = [f"{fault.hits} x {fault.drop or fault.status}" for fault in proxy.faults if fault.hits and not fault.edit]
    states = Counter(part.state for part in hosting.ledger.parts())
    print(f"\n{name}: {seconds:.1f} s")
    print(f"  {len(proxy.asked)} requests, {counts.retries} repeated, after {counts.waited:.1f} s of waiting in all")
    for kind, number in kinds.most_common():
        print(f"    {number:>5}  {kind}")
    print(f"  faults: {', '.join(hurt) or 'none'}")
    print(f"  {hosting.shelf.uploaded} files sent; there: {sum(files.values())} files, {len(files)} different")
    print(f"  ledger: {dict(states)}")
    for failure in qa.failures:
        print(f"  report-{one_line(failure.message.partition('report-')[2])}")
        print(f"    {failure.hint}")


def upload(files: int, share: float, folder: Path) -> None:
    paths = make_files(folder / "pdfs", files)
    with serving(folder / "served") as served, fault_proxy(served.url) as proxy:
        key = served.new_key()
        with PDFQA(*paths, home=folder / "home") as qa:  # reading is not what is measured
            qa.add()
        for name, faults in (
            (f"{files} files with {share:.0%} faults", [*random_faults(share, 4), *lasting_faults()]),
            ("the same call again, without faults", []),
            ("and again", []),
        ):
            proxy.forget()
            proxy.faults[:] = faults
            with PDFQA(*paths, home=folder / "home", backend="openai", base_url=f"{proxy.url}/v1", model_key=key) as qa:
                begun = perf_counter()
                qa.add()
                report(name, proxy, served, key, qa, perf_counter() - begun)


@contextmanager
def killing(proxy: Proxy, step: int, moment: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Kill a process when its request of a number has come, before it is passed on or after that."""
    victims: list[subprocess.Popen[str]] = []

    def kill(asked: Asked) -> bool:
        if asked is not proxy.asked[step - 1] if len(proxy.asked) >= step else True:
            return False
        if moment == "before":
            victims[0].kill()
        return True

    def late(value: Any) -> Any:
        victims[0].kill()
        return value

    proxy.forget()
    proxy.faults.append(Fault("", hit=kill, **({"drop": "before"} if moment == "before" else {"edit": late})))
    yield victims
    proxy.faults.clear()


def kills(folder: Path) -> None:
    paths = make_files(folder / "pdfs", 4)
    with PDFQA(*paths, home=folder / "read") as qa:
        qa.add()
    print("\nkilled (SIGKILL) at a request, before or after it was carried out, and the same command again; 4 files\n")
    print(f"{'request':40} {'killed':8} {'requests':>8} {'sent':>5}  there afterwards")
    with serving(folder / "served") as served, fault_proxy(served.url) as proxy:
        for step in range(1, 12):
            for moment in ("before", "after"):
                home = folder / f"home-{step}-{moment}"
                subprocess.run(["cp", "-r", str(folder / "read"), str(home)], check=True)
                if not kill_once(proxy, served, home, paths, (step, moment)):
                    return


def kill_once(proxy: Proxy, served: Served, home: Path, paths: list[Path], when: tuple[int, str]) -> bool:
    """Kill a process at a step, start another one, and print what became of it; return whether there is such a step."""
    key = served.new_key()
    env = {**os.environ, "OPENAI_API_KEY": key, "OPENAI_BASE_URL": f"{proxy.url}/v1", "PDFQA_HOME": str(home)}
    command = [sys.executable, "-m", "pdfqa", "add", "--backend", "openai", *map(str, paths)]
    with killing(proxy, *when) as victims:
        victims.append(subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        victims[0].communicate()
    if victims[0].returncode == 0:
        return False
    asked = proxy.asked[when[0] - 1]
    proxy.forget()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    with served.client(key) as client:
        names = [file.filename for file in client.files.list()]
        stores = list(client.vector_stores.list())
    inside = sum(store.file_counts.completed for store in stores)
    good = done.returncode == 0 and len(names) == len(set(names)) == inside == len(paths) and len(stores) == 1
    what = f"{when[0]}: {asked.method} {re.sub(r'vs_[A-Za-z0-9]+', 'ID', asked.path.split('?')[0])}"
    there = f"{len(names)} files, {len(stores)} store with {inside}{'' if good else '  WRONG ' + done.stderr}"
    print(f"{what:40} {when[1]:8} {len(proxy.asked):>8} {proxy.count('POST /v1/files$'):>5}  {there}")
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--faults", type=float, default=0.05)
    parser.add_argument("--kills", action="store_true", help="kill a process at each step instead")
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(("PDFQA_", "OPENAI_"))]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        kills(Path(folder)) if options.kills else upload(options.files, options.faults, Path(folder))


if __name__ == "__main__":
    main()
