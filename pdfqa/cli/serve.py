"""`pdfqa serve`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from pdfqa.cli.options import Shared, output_options, ranking_options
from pdfqa.cli.output import emit, tell

_MEGABYTE = 1 << 20


@click.command(
    epilog="""
\b
Examples:
  pdfqa serve
  pdfqa serve --port 9000 --model qwen3 --base-url http://127.0.0.1:8080/v1
  pdfqa keys add laptop && pdfqa serve --host 0.0.0.0

\b
Then, with OpenAI's own clients:
  OpenAI(base_url="http://127.0.0.1:8008/v1", api_key="…")
"""
)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", help="Listen there (127.0.0.1: only this machine).")
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), default=8008, help="Listen on port N (8008).")
@click.option(
    "--api-key",
    "secrets",
    metavar="KEY",
    multiple=True,
    help="Answer who sends KEY; better in PDFQA_API_KEYS, or made by 'pdfqa keys add'.",
)
@click.option("--model", metavar="NAME", help="Have a chat model write the answers (PDFQA_MODEL).")
@click.option("--base-url", metavar="URL", help="Find the model there (PDFQA_BASE_URL).")
@click.option(
    "--max-body-mb",
    "megabytes",
    metavar="N",
    type=click.IntRange(1, 65536),
    default=512,
    help="Take files of up to N MB (512).",
)
@click.option(
    "--grace",
    metavar="SECONDS",
    type=click.FloatRange(0, 3600),
    default=8.0,
    help="Give what is under way so long when stopped (8).",
)
@click.option(
    "--log-file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write the log there."
)
@ranking_options
@output_options
def serve_command(
    shared: Shared,
    *,
    host: str,
    port: int,
    secrets: Sequence[str],
    model: str | None,
    base_url: str | None,
    embedder: str | None,
    reranker: str | None,
    megabytes: int,
    grace: float,
    log_file: Path | None,
) -> int:
    """Serve OpenAI's API over HTTP, for OpenAI's own clients.

    Without API keys only this machine is answered. With keys, each sees
    what was made with it and nothing else. The log on stderr has a line
    of JSON for each request. Ctrl-C finishes what is under way and stops;
    a second one stops at once.
    """
    from pdfqa import config
    from pdfqa.server.gate import checked_secrets
    from pdfqa.server.reading import Limits
    from pdfqa.server.serve import Options, serve

    settings = config.load(home=shared.home, embedder=embedder, reranker=reranker, model=model, base_url=base_url)
    options = Options(
        host=host,
        port=port,
        secrets=checked_secrets(secrets, os.environ.get("PDFQA_API_KEYS", "")),
        limits=Limits(file=megabytes * _MEGABYTE),
        grace=grace,
        log=log_file,
        quiet=shared.quiet,
    )

    def started(url: str) -> None:
        if shared.json:
            emit({"base_url": f"{url}/v1", "home": str(settings.home)})
        elif not shared.quiet:
            tell(f'Serving {settings.home}: OpenAI(base_url="{url}/v1", api_key="…"). Ctrl-C stops.')

    def waiting() -> None:
        if not (shared.json or shared.quiet):
            tell(f"Stopping: what is under way may take {grace:g} s. Ctrl-C again stops at once.")

    serve(settings, options, started=started, waiting=waiting)
    return 0
