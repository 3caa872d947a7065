"""The documentation against the program: what it names exists, what exists is named, examples print what they say."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

import pdfqa
from pdfqa._version import __version__
from pdfqa.cli import main
from pdfqa.cli.app import COMMANDS, app, arrange
from pdfqa.store.schema import MIGRATIONS
from tests.test_rules import LAYERS, covers, modules

ROOT = Path(__file__).parent.parent
PACKAGE = Path(pdfqa.__file__).parent
README = ROOT / "README.md"
DESIGN = ROOT / "docs" / "design.md"
PAGES = [README, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
ALL_PAGES = [*PAGES, ROOT / "samples" / "README.md", ROOT / "benchmarks" / "README.md"]

INSTALL_AND_ASK = 'python -m pip install . && pdfqa ask samples/annual-report-2024.pdf "What was revenue in 2024?"'
INSTALL_AND_TEST = "python -m pip install -e '.[dev]' && python -m pytest -q"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_VARIABLE = re.compile(r"(?<![A-Z_])PDFQA_[A-Z_]+")
_LINK = re.compile(r"\]\(([^)#:]+)\)")
_PATH = re.compile(r"(?:\.ci|benchmarks|docs|pdfqa|samples|scripts|store|tests)/[\w./-]*")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(path: Path, language: str = "") -> list[str]:
    """Return the fenced blocks of a page that are marked as a language."""
    return [body for mark, body in _FENCE.findall(text(path)) if mark == language]


def inline(path: Path) -> list[str]:
    """Return what stands between single backquotes."""
    return _CODE.findall(_FENCE.sub("", text(path)))


@cache
def parameters() -> dict[str, set[str]]:
    """Return the options of each command, with those of `pdfqa` itself under ""."""
    context = click.Context(app, **app.context_settings)
    found = {"": options(app, context)}
    for name in COMMANDS:
        command = app.get_command(context, name)
        assert command is not None
        found[name] = options(command, click.Context(command, **app.context_settings))
    return found


def options(command: click.Command, context: click.Context) -> set[str]:
    return {
        name
        for option in command.get_params(context)
        if isinstance(option, click.Option)
        for name in (*option.opts, *option.secondary_opts)
    }


def shell_commands(source: str) -> Iterator[list[str]]:
    """Yield the arguments of each call of pdfqa in a line of shell."""
    words = shlex.shlex(source.removeprefix("$ "), posix=True, punctuation_chars=True)
    words.whitespace_split = True
    call: list[str] | None = None
    for word in words:
        if word and set(word) <= set("|&;<>()"):
            if call is not None:
                yield call
            call = None
        elif call is not None:
            call.append(word)
        elif word == "pdfqa":
            call = []
    if call is not None:
        yield call


def called(path: Path) -> list[list[str]]:
    """Return the arguments of each call of pdfqa that a page shows."""
    lines = [line for block in blocks(path) for line in block.splitlines()]
    sources = [line for line in [*lines, *inline(path)] if re.match(r"\$ |pdfqa |.*(&&|\|) pdfqa ", line)]
    return [call for source in sources for call in shell_commands(source)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_and_options_that_are_named_exist(path: Path) -> None:
    for words in called(path):
        command = arrange(words)[0] if words else ""
        if command == "ask" and "ask" not in words:
            # No command is named: then the first word must be a file or a question, not a command that does not exist.
            plain = [word for word in words if not word.startswith("-")]
            assert not plain or re.search(r"[A-Z./ ]", plain[0]), f"{path.name}: there is no command {plain[0]}"
        used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        known = parameters()["" if command in parameters()[""] else command]
        assert set() == used - known, f"{path.name}: pdfqa {' '.join(words)}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_options_in_running_text_exist(path: Path) -> None:
    named = {match[1] for code in inline(path) if (match := re.match(r"(--?[a-z][a-z-]*)\b", code))}
    # A page that is about a script may name the script's options.
    scripts = " ".join(text(script) for script in [*ROOT.glob("benchmarks/*.py"), *ROOT.glob("scripts/*.py")])
    foreign = {name for name in named if path != README and f'"{name}"' in scripts}
    assert set() == named - foreign - set[str]().union(*parameters().values())


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_and_options_are_documented(name: str) -> None:
    written = "\n".join(text(path) for path in [README, *(ROOT / "docs").glob("*.md")])
    assert f"`pdfqa {name}" in text(README)
    codes = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", written))
    assert set() == parameters()[name] - codes


def test_the_two_commands_of_the_readme() -> None:
    fenced = [line for block in blocks(README) for line in block.splitlines()]
    assert INSTALL_AND_ASK in fenced
    assert INSTALL_AND_TEST in fenced
    # The one that tests is the one that .ci/run runs.
    (command,) = re.findall(r'^command="(.*)"$', text(ROOT / ".ci" / "run"), re.MULTILINE)
    assert INSTALL_AND_TEST.split(" && ")[1] == command


def test_the_first_answer_is_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    shown = blocks(README)
    (words,) = shell_commands(INSTALL_AND_ASK)
    assert main(words) == 0
    assert shown[shown.index(INSTALL_AND_ASK + "\n") + 1] == capfd.readouterr().out


@pytest.mark.parametrize("number", range(len(blocks(README, "python"))))
def test_python_examples_print_what_their_comments_say(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    source = blocks(README, "python")[number]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "README.md", "exec"), {})
    assert re.findall(r"^ *print\(.*\)  # (.*)$", source, re.MULTILINE) == printed.getvalue().splitlines()


def test_the_json_of_the_readme_has_the_fields_of_an_answer(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = blocks(README, "json")
    shown = json.loads(example)
    assert main(["ask", "samples/handbook.pdf", shown["question"], "--json"]) == 0
    assert fields(shown) == fields(json.loads(capfd.readouterr().out))


def fields(value: Any) -> Any:
    """Return a JSON value with each number and text replaced by the name of its type."""
    if isinstance(value, dict):
        return {name: fields(item) for name, item in value.items()}
    if isinstance(value, list):
        return [fields(item) for item in value]
    return "number" if type(value) in (int, float) else type(value).__name__


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("search", ["samples/handbook.pdf", "leave"]),
        ("add", ["samples/handbook.pdf"]),
        ("list", []),
    ],
)
def test_the_json_table_has_the_fields_of_each_command(
    command: str, args: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["add", "samples/handbook.pdf", "-q"]) == 0
    capfd.readouterr()
    assert main([command, *args, "--json"]) == 0
    value = json.loads(capfd.readouterr().out)
    (row,) = re.findall(rf"^\| `{command}` \| `(.*)` \|$", text(README), re.MULTILINE)
    inner = [item for items in value.values() if isinstance(items, list) and command != "add" for item in items[:1]]
    assert {*value, *(name for item in inner for name in item)} == set(re.findall(r'"(\w+)"', row))


FIGURES = ["samples/annual-report-2024.pdf", "--schema", "{schema}"]
WHOLE = [
    ("summarize", ["summarize", "samples/handbook.pdf"]),
    ("summarize --estimate", ["summarize", "samples/handbook.pdf", "--estimate"]),
    ("extract", ["extract", *FIGURES]),
    ("compare", ["compare", "samples/handbook.pdf", "samples/informe-2024.pdf", "How long is the notice period?"]),
    ("verify", ["verify", "{answer}"]),
    ("eval", ["eval", "samples/questions.jsonl", "--search-only", "--limit", "2", "--results", "{results}"]),
    ("reindex", ["reindex"]),
    ("info", ["info"]),
]


@pytest.mark.parametrize(("command", "args"), WHOLE, ids=[command for command, _ in WHOLE])
def test_the_json_table_has_the_fields_of_jobs(
    command: str, args: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    made = {name: tmp_path / f"{name}.json" for name in ("schema", "answer", "results")}
    made["schema"].write_text('{"type": "object", "properties": {"revenue": {"type": "number"}}}')
    assert main(["ask", "samples/handbook.pdf", "How many characters must a password have?", "--json"]) == 0
    made["answer"].write_text(capfd.readouterr().out)
    assert main([word.format(**made) for word in [*args, "--json"]]) == 0
    value = json.loads(capfd.readouterr().out)
    (row,) = re.findall(rf"^\| `{command}` \| `(.*?)`", text(README), re.MULTILINE)
    whole = re.sub(r"\[…\]|, …", lambda left: "[]" if left[0] == "[…]" else "", row)
    shown = json.loads(re.sub(r'"([\w@]+)"(?!:)', r'"\1": null', whole))
    assert set(shown) == set(value)
    assert_fields(shown, value)


def assert_fields(shown: Any, real: Any) -> None:
    """Compare the names of a value that is shown with those of a real one, wherever it shows some."""
    if isinstance(shown, list):
        for item in shown:
            assert real
            assert_fields(item, real[0])
    elif shown:
        assert set(shown) <= set(real)
        for name, inner in shown.items():
            assert name.startswith("hit@") or set(shown) == set(real)
            assert_fields(inner, real[name])


def test_exit_codes_are_listed() -> None:
    rows = re.findall(r"^\| (\d+) \|", text(README), re.MULTILINE)
    assert [0, 1, 2, 3, 4, 130, 141] == [int(row) for row in rows]


def test_variables_are_documented() -> None:
    used = {name for path in PACKAGE.rglob("*.py") for name in _VARIABLE.findall(text(path))} - {"PDFQA_"}
    # config.py makes these names from those of the settings.
    used |= {f"PDFQA_{name.upper()}" for name in ("home", "password", "workers", "page_seconds", "memory_mb")}
    rows = set(re.findall(r"^\| `(PDFQA_\w+)`", text(README), re.MULTILINE))
    assert used == rows
    for path in ALL_PAGES:
        assert set() == set(_VARIABLE.findall(text(path))) - used, path.name


@pytest.mark.parametrize("path", ALL_PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(path: Path) -> None:
    for link in _LINK.findall(text(path)):
        assert (path.parent / link).exists(), f"{path.name} links to {link}"
    for code in inline(path):
        for name in _PATH.findall(code) if re.match(r"[\w./ '-]+$", code) else ():
            assert any((base / name).exists() for base in (ROOT, PACKAGE.parent, PACKAGE)), f"{path.name} names {name}"


@pytest.mark.parametrize("path", [DESIGN, ROOT / "docs" / "retrieval.md"], ids=lambda path: path.name)
def test_names_of_the_code_exist(path: Path) -> None:
    names = [code for code in inline(path) if re.fullmatch(r"[a-z_]+(\.\w+)+", code)]
    names = [name for name in names if name.partition(".")[0] in modules() and not name.endswith((".py", ".md"))]
    assert names
    for name in names:
        resolve(name)


def resolve(name: str) -> object:
    """Return what a dotted name without `pdfqa.` stands for."""
    parts = name.split(".")
    depth = max(count for count in range(1, len(parts) + 1) if ".".join(parts[:count]) in modules())
    found: object = importlib.import_module("pdfqa." + ".".join(parts[:depth]))
    for part in parts[depth:]:
        assert hasattr(found, part), f"there is no {name}"
        found = getattr(found, part)
    return found


def test_the_design_lists_every_module_in_its_layer() -> None:
    rows = re.findall(r"^\| \w+ \| ((?:`\w+` ?)+) \|", text(DESIGN), re.MULTILINE)
    listed = [re.findall(r"\w+", row) for row in rows]
    there = {name.partition(".")[0] for name in modules()} - {"", "_version", "__main__"}
    expected = [sorted(name for name in there if any(covers(name, one) for one in names)) for names in LAYERS]
    assert [names for names in reversed(expected) if names] == [sorted(row) for row in listed]


def test_the_design_lists_every_table() -> None:
    script = "\n".join(statement for step in MIGRATIONS for statement in step)
    rows = re.findall(r"^\| `(\w+)` \| ", text(DESIGN).partition("## What is stored")[2], re.MULTILINE)
    assert list(dict.fromkeys(re.findall(r"CREATE TABLE (\w+)", script))) == rows


def test_the_changelog_begins_with_this_version() -> None:
    assert __version__ == re.findall(r"^## (\S+)", text(ROOT / "CHANGELOG.md"), re.MULTILINE)[0]
