"""The notebooks run from top to bottom, and what is stored in them is what they show today."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.cli_runner import ROOT, environment

FOLDER = ROOT / "notebooks"
NAMES = sorted(path.name for path in FOLDER.glob("*.ipynb"))
LARGEST = 400_000  # bytes
MACHINE = re.compile(r"/(?:home|root|tmp|var|Users|private|work)/|[A-Za-z]:\\\\|site-packages|\.pyenv")

every_notebook = pytest.mark.parametrize("name", NAMES)


@cache
def stored(name: str) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return notebook


def code(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def said(cell: dict[str, Any], stream: str = "stdout") -> str:
    """Return what a cell printed."""
    return "".join("".join(output["text"]) for output in cell["outputs"] if output.get("name") == stream)


def shown(cell: dict[str, Any]) -> list[set[str]]:
    """Return in which forms a cell shows values, bars of progress left out."""
    forms = [set(output["data"]) for output in cell["outputs"] if "data" in output]
    return [form for form in forms if not any("widget" in name for name in form)]


def test_there_are_three() -> None:
    assert ["client.ipynb", "collection.ipynb", "first-question.ipynb"] == NAMES


def run(notebook: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a notebook as its reader would, with the package that is installed, and write it to a folder."""
    folders = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    (folder / "scratch").mkdir()
    folders |= {"IPYTHONDIR": str(folder / "ipython"), "TMPDIR": str(folder / "scratch")}
    env = environment(**folders, PDFQA_HOME=str(folder / "own"))
    del env["PYTHONPATH"]
    command = [sys.executable, str(ROOT / "scripts" / "notebooks.py"), str(notebook), "--out", str(folder)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=100)


@every_notebook
def test_it_runs_and_shows_what_is_stored(name: str, tmp_path: Path) -> None:
    done = run(FOLDER / name, tmp_path)
    assert done.returncode == 0, done.stderr
    fresh = json.loads((tmp_path / name).read_text(encoding="utf-8"))
    for new, old in zip(code(fresh), code(stored(name)), strict=True):
        assert "Warning" not in said(new, "stderr")
        assert said(old) == said(new), "store what it says now: python scripts/notebooks.py"
        assert shown(old) == shown(new)
    # A reader's own home is left alone, and nothing is left anywhere else.
    assert not (tmp_path / "own").exists()
    assert [] == list((tmp_path / "scratch").rglob("*.db"))


def test_a_cell_that_fails_is_told(tmp_path: Path) -> None:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": "1 / 0",
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "wrong.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    done = run(tmp_path / "wrong.ipynb", tmp_path)
    assert done.returncode == 1
    assert "wrong.ipynb: " in done.stderr
    assert "ZeroDivisionError" in done.stderr


@every_notebook
def test_what_is_stored_is_clean(name: str) -> None:
    path = FOLDER / name
    assert path.stat().st_size < LARGEST
    for cell in stored(name)["cells"]:
        text = re.sub(r"data:image/png;base64,[\w+/=]+", "", json.dumps(cell.get("outputs", []), ensure_ascii=False))
        text = re.sub(r'"image/png": "[\w+/=\\]+"', "", text)
        assert not MACHINE.search(text), MACHINE.findall(text)
        assert [] == [output for output in cell.get("outputs", []) if output["output_type"] == "error"]
        assert said({"outputs": cell.get("outputs", [])}, "stderr") == ""
        assert cell["metadata"] == {}
        assert cell.get("execution_count") is None


@every_notebook
def test_it_was_run_before_it_was_stored(name: str) -> None:
    assert sum(bool(cell["outputs"]) for cell in code(stored(name))) > len(code(stored(name))) / 2
    pictures = json.dumps(stored(name)).count("data:image/png;base64,")
    assert pictures > 0


@every_notebook
def test_links_between_notebooks_lead_somewhere(name: str) -> None:
    for cell in stored(name)["cells"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", "".join(cell["source"])):
            assert (FOLDER / target).exists(), target
