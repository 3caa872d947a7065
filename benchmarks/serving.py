"""Requests a second and latencies of `pdfqa serve`, beside an empty Starlette route under the same uvicorn.

    python benchmarks/serving.py                      1, 16 and 64 clients, 4 s each
    python benchmarks/serving.py --clients 1,64 --seconds 10

Every client is one connection that sends its next request when it has the answer to the one before. Both servers run
all the time; for each number of clients the kinds of request take turns, the empty route first. A *run* is what code
for assistants does: create a thread with a question and a run on it, poll until it is over, fetch the answer. The
clients are one process of plain sockets, so that they cost as little as possible; on two cores they still take a share.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import common
from openai import OpenAI

EMPTY = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
app = Starlette(routes=[Route("/", lambda request: Response(b"{}", media_type="application/json"))])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
"""
QUESTIONS = (
    "What was revenue in 2024?",
    "How many components come from a single supplier?",
    "Who audits the accounts?",
    "What is the dividend?",
)


@dataclass
class Server:
    """A server on this machine."""

    port: int
    process: subprocess.Popen[bytes]


@dataclass
class Taken:
    """What the requests of one kind took, in seconds."""

    seconds: float = 0.0
    each: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.each) / self.seconds if self.seconds else 0.0

    def at(self, share: float) -> float:
        ordered = sorted(self.each)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Connection:
    """One connection that is kept open: the little of HTTP that is needed here."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Connection:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def send(self, method: str, path: str, body: object = None) -> bytes:
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        self._writer.write(f"{head}content-length: {len(data)}\r\n\r\n".encode() + data)
        lines = (await self._reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
        size = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        answer = await self._reader.readexactly(size)
        if not lines[0].split()[1].startswith(b"2"):
            raise SystemExit(f"{method} {path}: {lines[0].decode()}: {answer.decode()}")
        return answer

    async def json(self, method: str, path: str, body: object = None) -> dict:
        return json.loads(await self.send(method, path, body))


Work = Callable[[Connection, int], Awaitable[object]]


def main() -> None:
    """Measure and print."""
    options = arguments()
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="pdfqa-serving-"))
        empty = stack.enter_context(serving([sys.executable, "-c", EMPTY]))
        ours = stack.enter_context(serving([sys.executable, "-m", "pdfqa", "serve", "--home", home, "--port"]))
        rows = asyncio.run(measure(options, empty, ours))
    print(common.header())
    print(f"{options.seconds:g} s for each kind; Python {sys.version.split()[0]}\n")
    print(common.table(("request", "clients", "a second", "p50 ms", "p95 ms", "of empty"), rows))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", default="1,16,64", help="how many at once, one after the other")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each kind of request")
    return parser.parse_args()


@contextlib.contextmanager
def serving(command: list[str]) -> Iterator[Server]:
    """Run a server on a free port, which is the command's last argument, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([*command, str(port)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} ended with {process.returncode}")
            time.sleep(0.05)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(20)


async def measure(options: argparse.Namespace, empty: Server, ours: Server) -> list[tuple[str, ...]]:
    """Return the rows of the table."""
    kinds = prepare(ours)
    rows = []
    for clients in map(int, options.clients.split(",")):
        base = await drive(empty.port, nothing, clients, options.seconds)
        rows.append(row("empty Starlette route", clients, base, base))
        for name, work in kinds.items():
            rows.append(row(name, clients, await drive(ours.port, work, clients, options.seconds), base))
    return rows


def row(name: str, clients: int, taken: Taken, base: Taken) -> tuple[str, ...]:
    """Return one row of the table."""
    return (
        name,
        str(clients),
        f"{taken.rate:,.0f}" if taken.rate >= 20 else f"{taken.rate:.1f}",
        f"{1000 * statistics.median(taken.each):.1f}",
        f"{1000 * taken.at(0.95):.1f}",
        f"{taken.rate / base.rate:.3f}",
    )


async def drive(port: int, work: Work, clients: int, seconds: float) -> Taken:
    """Have so many clients do the same again and again for a time; what is begun is finished."""
    taken = Taken()
    start = time.perf_counter()

    async def client() -> None:
        async with Connection(port) as connection:
            number = 0
            while (began := time.perf_counter()) < start + seconds:
                await work(connection, number)
                taken.each.append(time.perf_counter() - began)
                number += 1

    await asyncio.gather(*(client() for _ in range(clients)))
    taken.seconds = time.perf_counter() - start
    return taken


async def nothing(connection: Connection, _: int) -> None:
    await connection.send("GET", "/")


def prepare(server: Server) -> dict[str, Work]:
    """Upload a PDF, put it into a vector store, make an assistant and 100 threads; return what is to be measured."""
    client = OpenAI(base_url=f"http://127.0.0.1:{server.port}/v1", api_key="none")
    store = client.vector_stores.create()
    client.vector_stores.files.upload_and_poll(
        vector_store_id=store.id, file=common.ROOT / "samples" / "annual-report-2024.pdf"
    )
    path = f"/v1/vector_stores/{store.id}"
    with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
        assistant = client.beta.assistants.create(
            model="extractive",
            tools=[{"type": "file_search"}],
            tool_resources={"file_search": {"vector_store_ids": [store.id]}},
        )
        for _ in range(100):
            client.beta.assistants.create(model="extractive")

    async def get(connection: Connection, _: int) -> None:
        await connection.send("GET", f"/v1/assistants/{assistant.id}")

    async def page(connection: Connection, _: int) -> None:
        await connection.send("GET", "/v1/assistants?limit=20")

    async def search(connection: Connection, number: int) -> None:
        await connection.send("POST", path + "/search", {"query": QUESTIONS[number % len(QUESTIONS)]})

    async def run(connection: Connection, number: int) -> None:
        messages = [{"role": "user", "content": QUESTIONS[number % len(QUESTIONS)]}]
        body = {"assistant_id": assistant.id, "thread": {"messages": messages}}
        found = await connection.json("POST", "/v1/threads/runs", body)
        thread = f"/v1/threads/{found['thread_id']}"
        while found["status"] in {"queued", "in_progress"}:
            await asyncio.sleep(0.02)
            found = await connection.json("GET", f"{thread}/runs/{found['id']}")
        if found["status"] != "completed":
            raise SystemExit(f"a run ended as {found['status']}: {found['last_error']}")
        await connection.send("GET", f"{thread}/messages?limit=1")

    return {"get an assistant": get, "list 20 of 101": page, "search": search, "a whole run": run}


if __name__ == "__main__":
    main()
