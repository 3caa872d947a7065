"""`pdfqa models` and `pdfqa doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING

import click

from pdfqa import config, servers
from pdfqa.cli.options import Shared, backend_option, model_options, output_options
from pdfqa.cli.output import emit, look, say, tell
from pdfqa.config import EXTRACTIVE, Settings
from pdfqa.errors import PdfqaError
from pdfqa.render import aligned, one_line, wrap

if TYPE_CHECKING:
    from pdfqa.engine.doctor import Check
    from pdfqa.engine.offers import Offer, Offers

_MARKS = {"ok": "ok", "warning": "warning", "failed": "FAILED"}


@click.command(
    epilog="""
\b
Examples:
  pdfqa models --base-url http://127.0.0.1:8080/v1
  OPENAI_API_KEY=… pdfqa models
"""
)
@click.option("--base-url", metavar="URL", help="Ask this server (PDFQA_BASE_URL; default: OpenAI's own).")
@output_options
def models_command(shared: Shared, base_url: str | None) -> int:
    """List the models that a server offers."""
    url, key = servers.server(base_url=base_url)
    if not (url or key):
        _say_none(shared)
        return 0
    from pdfqa.engine.offers import offers

    found = offers(config.load(home=shared.home, model=EXTRACTIVE), base_url=base_url)
    if shared.json:
        emit(found)
    else:
        say(_table(found))
        if not shared.quiet:
            count = len(found.models)
            tell(look().dim(f"{count} model{'s' * (count != 1)} at {found.server or 'OpenAI'}"))
    return 0


def _say_none(shared: Shared) -> None:
    if shared.json:
        emit({"server": "", "models": []})
    if not shared.quiet:
        text = (
            "No server is named, and there is no key of OpenAI's (OPENAI_API_KEY, or pdfqa login): answers are quotes"
            f" ({EXTRACTIVE!r}). Name one with --base-url or PDFQA_BASE_URL, for example http://127.0.0.1:11434/v1 for"
            " Ollama."
        )
        tell(wrap(text, look().width))


def _table(found: Offers) -> str:
    rows = [["model", "tokens", "$/M in", "$/M out", "shut down"], *map(_row, found.models)]
    return aligned(rows, 1, look().width) if found.models else "none"


def _row(model: Offer) -> list[str]:
    tokens = f"{model.context_tokens:,}" if model.context_tokens else ""
    dollars = ["" if price is None else f"{price:g}" for price in (model.input_price, model.output_price)]
    instead = f" → {model.instead}" if model.shutdown and model.instead else ""
    return [one_line(model.name), tokens, *dollars, f"{model.shutdown}{instead}"]


@click.command(
    epilog="""
\b
Examples:
  pdfqa doctor
  pdfqa doctor --model qwen3 --base-url http://127.0.0.1:11434/v1
"""
)
@model_options
@backend_option
@output_options
def doctor_command(shared: Shared, model: str | None, base_url: str | None, backend: str | None) -> int:
    """Check home, extras, model, embedder and back-end.

    The model is asked for one word, a server's embedder for one vector,
    another back-end than the local one for what it has. Exits with 4 if something has failed.
    """
    from pdfqa.engine.doctor import examine

    def load() -> Settings:
        return config.load(home=shared.home, model=model, base_url=base_url, backend=backend)

    checks: list[Check] = []
    for check in chain(examine(load), _backend(load)):
        checks.append(check)
        if not shared.json:
            say(_line(check))
    if shared.json:
        emit({"checks": checks})
    return 4 if any(check.state == "failed" for check in checks) else 0


def _backend(load: Callable[[], Settings]) -> Iterator[Check]:
    """Yield how a back-end is that is not the local one, where the settings are right."""
    from pdfqa.engine.doctor import Check

    try:
        settings = load()
        if settings.backend == "local":
            return
        from pdfqa.engine import Engine
        from pdfqa.hosting import Hosting

        with Engine(settings) as engine, closing(Hosting(engine)) as hosting:
            found, where = hosting.offers(), hosting.where
    except PdfqaError as error:
        yield Check(name="back-end", state="failed", told=error.message, hint=error.hint)
        return
    told = f"{where} has {', '.join(found.has) or 'nothing'}"
    if found.lacks:
        told += f"; it lacks {', '.join(found.lacks)}"
    if found.missing:
        hint = f"PDFQA and the commands need what is lacking: {'; '.join(found.missing)}."
        yield Check(name="back-end", state="failed", told=told, hint=hint)
    else:
        yield Check(name="back-end", state="ok", told=told)


def _line(check: Check) -> str:
    shown = look()
    mark = f"{_MARKS[check.state]:8}"
    text = wrap(f"{check.name}: {one_line(check.told)}", shown.width, mark, " " * 8)
    text = text.replace(mark, shown.dim(mark) if check.state == "ok" else shown.warn(mark), 1)
    return f"{text}\n{wrap(one_line(check.hint), shown.width, ' ' * 8, ' ' * 8)}" if check.hint else text
