"""Fetch the SDK's own tests and run them in an environment of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import venv
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

VERSION = "3.54.0"
PACKAGES = [
    f"openai=={VERSION}",
    *"pytest pytest-asyncio pytest-xdist rich dirty-equals inline-snapshot time-machine nest-asyncio respx".split(),
    "aiohttp",
]
# What is in scope of tests/api_resources.
SCOPE = """
    beta/test_assistants.py beta/test_threads.py beta/threads vector_stores test_vector_stores.py test_files.py
    test_uploads.py uploads test_responses.py responses test_conversations.py conversations test_models.py
    test_embeddings.py chat
""".split()
COLLECTED = 1725  # of which upstream skips 3
# What cannot pass: it deletes a fine-tuned model, and pdfqa has none.
MEANT = re.compile(r"test_models\.Test(Async)?Models\.test_\w+_delete\[")


class Failure(NamedTuple):
    """A test that failed."""

    test: str
    message: str


class Outcome(NamedTuple):
    """What a run of the suite gave: for each file how many tests passed, failed and were skipped."""

    files: dict[str, Counter[str]]
    failures: list[Failure]

    @property
    def unexpected(self) -> list[Failure]:
        """The failures that are not meant."""
        return [failure for failure in self.failures if not MEANT.match(failure.test)]

    @property
    def total(self) -> Counter[str]:
        return sum(self.files.values(), Counter())


def fetch(cache: Path) -> Path:
    """Return the folder of the unpacked sdist, fetched by pip if it is not there yet."""
    folder = cache / f"openai-{VERSION}"
    if not (folder / "tests").is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        _pip(sys.executable, "download", f"openai=={VERSION}", "--no-deps", "--no-binary", "openai", "-d", str(cache))
        with tarfile.open(cache / f"openai-{VERSION}.tar.gz") as archive:
            archive.extractall(cache, filter="data")
    return folder


def environment(cache: Path) -> Path:
    """Return the Python of the suite's own environment, made if it is not there yet."""
    folder = cache / "venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    wanted = "\n".join(PACKAGES)
    if not ready.exists() or ready.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        _pip(str(python), "install", *PACKAGES)
        ready.write_text(wanted)
    return python


def _pip(python: str, *args: str) -> None:
    subprocess.run([python, "-m", "pip", "--quiet", "--disable-pip-version-check", *args], check=True)


def run(python: Path, folder: Path, port: int, *, workers: int, report: Path, chosen: list[str]) -> Outcome:
    """Run the files in scope, or those of them that are chosen, against a port."""
    files = [f"tests/api_resources/{name}" for name in chosen or SCOPE]
    command = [
        *(str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", str(workers), "-o", "addopts="),
        *("--tb=line", f"--junitxml={report}", *files),
    ]
    env = {**os.environ, "TEST_API_BASE_URL": f"http://127.0.0.1:{port}", "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("PYTHONPATH", None)
    print("$ " + " ".join(["TEST_API_BASE_URL=" + env["TEST_API_BASE_URL"], "python", *command[1:]]), flush=True)
    subprocess.run(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, check=False)
    return read(report)


def read(report: Path) -> Outcome:
    """Return what a JUnit report says."""
    files: dict[str, Counter[str]] = {}
    failures = []
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        place = case.get("classname", "").removeprefix("tests.api_resources.")
        file, _, group = place.rpartition(".Test")
        bad = case.find("failure") if case.find("failure") is not None else case.find("error")
        result = "failed" if bad is not None else "skipped" if case.find("skipped") is not None else "passed"
        files.setdefault(file, Counter())[result] += 1
        if bad is not None:
            failures.append(Failure(f"{file}.Test{group}.{case.get('name')}", (bad.get("message") or "")[:600]))
    return Outcome(files, failures)
