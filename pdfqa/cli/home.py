"""`pdfqa info`, `pdfqa path` and `pdfqa completion`."""

from __future__ import annotations

import click

from pdfqa.cli.options import Shared, output_options
from pdfqa.cli.output import emit, look, say
from pdfqa.cli.reading import with_files
from pdfqa.cli.tables import info_text

# shell -> the comment that says how to install its script
_INSTALL = {
    "bash": 'Put this line into ~/.bashrc:  eval "$(pdfqa completion bash)"',
    "zsh": 'Put this line into ~/.zshrc:  eval "$(pdfqa completion zsh)"',
    "fish": "Run once:  pdfqa completion fish > ~/.config/fish/completions/pdfqa.fish",
}


@click.command(
    epilog="""
\b
Example:
  pdfqa info --json | jq .pages
"""
)
@output_options
def info_command(shared: Shared) -> int:
    """Show what pdfqa holds, and where."""
    info, _ = with_files(shared, (), lambda qa, _: qa.info())
    if shared.json:
        emit(info)
    else:
        say(info_text(info, look().width))
    return 0


@click.command(
    epilog="""
\b
Example:
  du -sh "$(pdfqa path)"
"""
)
@output_options
def path_command(shared: Shared) -> int:
    """Print the directory that holds everything pdfqa keeps."""
    from pdfqa import config

    home = str(config.load(home=shared.home).home)
    if shared.json:
        emit({"path": home})
    else:
        say(home)
    return 0


@click.command(
    epilog="""
\b
Example:
  eval "$(pdfqa completion bash)"
"""
)
@click.argument("shell", type=click.Choice(tuple(_INSTALL)))
@output_options
def completion_command(shared: Shared, shell: str) -> int:
    """Print the script that completes pdfqa's arguments in a shell."""
    from click.shell_completion import get_completion_class

    from pdfqa.cli.app import app

    kind = get_completion_class(shell)
    script = f"# {_INSTALL[shell]}\n{kind(app, {}, 'pdfqa', '_PDFQA_COMPLETE').source() if kind else ''}"
    if shared.json:
        emit({"shell": shell, "script": script})
    else:
        say(script)
    return 0
