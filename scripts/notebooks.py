"""Run the notebooks from top to bottom, each in a fresh kernel, and store what they show.

python scripts/notebooks.py             # run all and store their outputs in them
python scripts/notebooks.py --out DIR   # run all and write them, with everything they show, to DIR
python scripts/notebooks.py NAME.ipynb  # only that one

What changes without meaning is left out of what is stored: progress bars, counters of cells, versions of tools.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

FOLDER = Path(__file__).parents[1] / "notebooks"
SECONDS = 60  # for one cell
WIDGET = "application/vnd.jupyter.widget-view+json"


def run(path: Path) -> Any:
    """Return a notebook as it looks when it has been run where it lies."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    return client.execute()


def tidy(notebook: Any) -> Any:
    """Return a notebook without what is different each time and says nothing."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [output for output in cell.outputs if not passing(output)]
            for output in cell.outputs:
                output.pop("execution_count", None)
                output.pop("transient", None)
                if output.output_type == "execute_result":
                    output.execution_count = None
    return notebook


def passing(output: Any) -> bool:
    """Return whether an output was for the moment only: a bar of progress."""
    return output.get("name") == "stderr" or WIDGET in output.get("data", {})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, default=sorted(FOLDER.glob("*.ipynb")))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    for path in options.notebooks:
        try:
            done = run(path)
        except CellExecutionError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            return 1
        target = options.out / path.name if options.out else path
        nbformat.write(done if options.out else tidy(done), target)
        print(f"{path.name}: {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
