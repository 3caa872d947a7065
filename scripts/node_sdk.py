"""Ask whole questions of `pdfqa serve` with OpenAI's Node SDK, over a real socket.

    python scripts/node_sdk.py

Needs `node` (20 or newer) and `npm`. The SDK is installed into a cache folder, never into this repository: version 6,
the last that says nothing against Node 20 (version 7 asks for 22). `node_sdk.mjs` has the checks; each prints a line.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from suite.api import KEY
from suite.proxy import Proxy
from suite.server import serving

HERE = Path(__file__).parent
VERSION = "6.49.0"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pdfqa-node-sdk"


def installed(cache: Path, version: str) -> Path:
    """Return a folder that has the SDK in its node_modules, installed by npm if it is not there yet."""
    folder = cache / version
    if not (folder / "node_modules" / "openai" / "index.mjs").exists():
        folder.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", f"openai@{version}"]
        subprocess.run(npm, check=True)
    return folder


@contextlib.contextmanager
def recorded(port: int, folder: Path | None) -> Iterator[int]:
    """Yield the port to ask: the server's, or that of a proxy before it that keeps what is answered."""
    if folder is None:
        yield port
        return
    folder.mkdir(parents=True, exist_ok=True)
    proxy = Proxy(port, record=folder, name="node", changes=False)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    yield proxy.port
    proxy.shutdown()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--version", default=VERSION, help=f"of the npm package openai ({VERSION})")
    parser.add_argument("--record", type=Path, metavar="DIR", help="keep all answers, for validate_bodies.py")
    parser.add_argument("--cache", type=Path, default=_CACHE, metavar="DIR", help="where the package is kept")
    args = parser.parse_args()
    if not (shutil.which("node") and shutil.which("npm")):
        print("skipped: node and npm are needed, and one of them is not there")
        return 0
    folder, other = installed(args.cache, args.version), "a key of somebody else"
    with serving("--api-key", other, log=folder / "server.log") as port, recorded(port, args.record) as port:
        env = {
            **os.environ,
            "SDK": str(folder),
            "SAMPLES": str(HERE.parent / "samples"),
            "BASE_URL": f"http://127.0.0.1:{port}/v1",
            "KEY": KEY,
            "OTHER_KEY": other,
        }
        return subprocess.run(["node", str(HERE / "node_sdk.mjs")], env=env, check=False).returncode  # noqa: S607


if __name__ == "__main__":
    sys.exit(main())
