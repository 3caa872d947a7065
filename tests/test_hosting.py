"""Documents at OpenAI: sent once, indexed, searched and quoted, whatever goes wrong on the way.

OpenAI is `pdfqa serve` behind a proxy that makes it look like OpenAI, and makes the faults that were seen there.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA, errors
from pdfqa.backends.ledger import SentPart, home_of
from pdfqa.config import load
from pdfqa.engine import Engine
from pdfqa.engine.library import Library, Named
from pdfqa.hosting import Hosting, Shelved
from tests.cli_runner import Done
from tests.fault_proxy import Asked, Fault, Proxy, error, fault_proxy
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, pdf
from tests.servers import Served, serving

UPLOAD, MAKE, BATCH = r"POST /v1/files$", r"POST /v1/vector_stores$", r"POST .*/file_batches$"
LOOK, RESPOND = r"GET /v1/vector_stores/vs_\w+$", r"POST /v1/responses$"
BUSY = error("Rate limit reached for requests", "requests", "rate_limit_exceeded")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("hosting") / "served") as served:
        yield served


@pytest.fixture(scope="module")
def proxied(served: Served) -> Iterator[Proxy]:
    with fault_proxy(served.url) as proxy:
        yield proxy


@pytest.fixture
def proxy(proxied: Proxy) -> Proxy:
    proxied.forget()
    return proxied


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """Return a home directory in which three documents have been read, and where they are."""
    folder = tmp_path_factory.mktemp("library")
    papers = [
        pdf(folder / "club.pdf", CLUB, "A page about nothing in particular.", PARK),
        pdf(folder / "mine.pdf", MINE),
        pdf(folder / "park.pdf", "The park opens at nine.", "The orchids of the park are watered on Mondays."),
    ]
    with PDFQA(*papers, home=folder / "home") as qa:
        qa.add()
    return folder / "home", papers


class Place:
    """A home directory of one test, with an account of its own."""

    def __init__(self, home: Path, papers: list[Path], proxy: Proxy, key: str) -> None:
        self.home, self.papers, self.proxy, self.key = home, papers, proxy, key

    @contextmanager
    def hosting(self, *, patience: float = 30.0) -> Iterator[Hosting]:
        """Yield what keeps the documents at OpenAI, in no hurry to be polite."""
        chosen = load(home=self.home, backend="openai", base_url=f"{self.proxy.url}/v1", model_key=self.key, env={})
        with Engine(chosen) as engine:
            hosting = Hosting(engine, patience=patience, pause=0.02)
            try:
                yield hosting
            finally:
                hosting.close()

    def named(self, hosting: Hosting, *names: str) -> list[Named]:
        items = [item for item, _ in Library(hosting._engine).everything()]
        return [item for item in items if not names or item.file.filename in names]

    def shelve(self, *names: str, patience: float = 30.0, again: bool = False) -> Shelved:
        with self.hosting(patience=patience) as hosting:
            return hosting.shelve(self.named(hosting, *names), again=again)

    def parts(self) -> list[SentPart]:
        with self.hosting() as hosting:
            return hosting.ledger.parts()

    def qa(self, *papers: Path) -> PDFQA:
        address = f"{self.proxy.url}/v1"
        return PDFQA(*papers, home=self.home, backend="openai", base_url=address, model_key=self.key)


@pytest.fixture
def place(library: tuple[Path, list[Path]], proxy: Proxy, served: Served, tmp_path: Path) -> Place:
    shutil.copytree(library[0], tmp_path / "copy")
    return Place(tmp_path / "copy", library[1], proxy, served.new_key("hosting"))


def there(place: Place, served: Served) -> tuple[list[str], list[str]]:
    """Return the names of the files at OpenAI, and of those in its vector stores, each as often as it is there."""
    with served.client(place.key) as client:
        files = {file.id: file.filename for file in client.files.list()}
        stores = [store.id for store in client.vector_stores.list()]
        inside = [files[entry.id] for store in stores for entry in client.vector_stores.files.list(store)]
    return sorted(files.values()), sorted(inside)


def assert_once(place: Place, served: Served, documents: int = 3) -> None:
    """Make sure that each document is there once, in one vector store, once."""
    files, inside = there(place, served)
    assert documents == len(files) == len(set(files))
    assert files == inside
    with served.client(place.key) as client:
        assert 1 == len(list(client.vector_stores.list()))


# What is sent, and how it is found again.


def test_documents_are_sent_as_text_with_what_their_pages_are_found_by(place: Place, served: Served) -> None:
    shelved = place.shelve()
    assert ([], None) == (shelved.failures, shelved.filters)
    assert_once(place, served)
    with served.client(place.key) as client:
        [file] = [file for file in client.files.list() if file.filename.startswith("club.")]
        assert home_of(file.filename)
        assert file.filename.endswith(".p1-3.txt")
        text = client.files.content(file.id).text
        assert text.startswith(CLUB)
        assert text.endswith(PARK)
        entry = client.vector_stores.files.retrieve(file.id, vector_store_id=shelved.store_id)
        assert entry.attributes
        told = {name: entry.attributes[name] for name in ("doc", "page_start", "page_end", "label")}
        assert {"doc": "club.pdf", "page_start": 1, "page_end": 3, "label": "1"} == told
        assert 64 == len(str(entry.attributes["sha256"]))
        store = client.vector_stores.retrieve(shelved.store_id)
        assert store.expires_after
        assert ("last_active_at", 30) == (store.expires_after.anchor, store.expires_after.days)


def test_a_second_call_sends_nothing(place: Place, proxy: Proxy) -> None:
    first = place.shelve()
    proxy.forget()
    assert first == place.shelve()
    assert ["GET"] == [asked.method for asked in proxy.asked]
    proxy.forget()
    with place.qa() as qa:
        qa.ask(WHO_CLUB)
    assert ["GET", "POST"] == [asked.method for asked in proxy.asked]


def test_an_answer_is_proved_on_our_pages(place: Place, proxy: Proxy) -> None:
    with place.qa() as qa:
        answer = qa.ask(WHO_PARK)
    assert "Rodrigo Fuentes" in answer.text
    [citation] = answer.citations
    assert (str(place.papers[0]), 3, True) == (citation.file, citation.page, citation.verified)
    assert "The head gardener of the botanical park is Rodrigo Fuentes." == citation.quote
    assert citation.boxes()
    [asked] = [asked.json for asked in proxy.asked if asked.path == "/v1/responses"]
    assert (False, ["file_search_call.results"], "auto") == (asked["store"], asked["include"], asked["truncation"])


def test_a_question_about_some_files_is_not_answered_from_others(place: Place, proxy: Proxy) -> None:
    place.shelve()
    with place.qa(place.papers[1]) as qa:
        assert not qa.ask(WHO_CLUB).found
        assert "640 metres" in qa.ask("How deep is the shaft of the mine?").text
        assert {str(place.papers[1])} == {hit.file for hit in qa.search("treasurer shaft orchids", k=9)}
    filters = [asked.json["tools"][0]["filters"] for asked in proxy.asked if asked.path == "/v1/responses"]
    assert ["eq", "eq"] == [one["type"] for one in filters]


def test_what_stands_on_no_page_of_ours_is_told_without_one(place: Place, proxy: Proxy) -> None:
    place.shelve("club.pdf")
    other = "The lighthouse keeper is Anna Berg."
    said = [other]

    def elsewhere(event: Any) -> Any:
        if event.get("item", {}).get("results"):
            event["item"]["results"] = [{**one, "text": other} for one in event["item"]["results"]]
        if "delta" in event:
            event["delta"], said[:] = "".join(said), []
        return event

    proxy.faults.append(Fault(RESPOND, edit=elsewhere))
    with place.qa(place.papers[0]) as qa:
        answer = qa.ask("Who is the keeper of the lighthouse, and not the treasurer of the sailing club?")
    [citation] = answer.citations
    assert (str(place.papers[0]), 0, False, other) == (citation.file, citation.page, citation.verified, citation.quote)
    assert "page unknown" in str(answer)
    assert [] == citation.boxes()


def test_search_gives_pages_and_quotes(place: Place) -> None:
    with place.qa() as qa:
        hit = qa.search("orchids greenhouse", k=1)[0]
    assert (3, str(place.papers[0]), PARK) == (hit.page, hit.file, hit.text)


def test_search_leaves_out_what_openai_still_finds_of_other_files(place: Place, proxy: Proxy) -> None:
    place.shelve()

    def more(value: Any) -> Any:
        strange = {**value["data"][0], "file_id": "file-other", "attributes": {"sha256": "0" * 64, "doc": "other.pdf"}}
        return {**value, "data": [strange, *value["data"]]}

    proxy.faults.append(Fault(r"POST .*/search$", times=None, edit=more))
    with place.qa() as qa:
        hits = qa.search("orchids of the park", k=3)
    assert hits
    assert set() == {hit.file for hit in hits} - {str(paper) for paper in place.papers}


def test_what_an_answer_takes_from_a_file_that_is_not_ours_is_not_verified(place: Place, proxy: Proxy) -> None:
    place.shelve()

    def strange(event: Any) -> Any:
        if event.get("item", {}).get("results"):
            changed = {"file_id": "file-other", "attributes": {"sha256": "0" * 64, "doc": "other.pdf"}}
            event["item"]["results"] = [{**one, **changed} for one in event["item"]["results"]]
        return event

    proxy.faults.append(Fault(RESPOND, edit=strange))
    with place.qa() as qa:
        answer = qa.ask(WHO_CLUB)
    assert {("other.pdf", 0, False)} == {(one.file, one.page, one.verified) for one in answer.citations}


def test_what_is_forgotten_here_goes_there_with_the_next_call(place: Place, served: Served) -> None:
    place.shelve()
    with PDFQA(home=place.home) as qa:
        qa.remove(str(place.papers[2]))
    place.shelve()
    assert_once(place, served, 2)
    assert not any(name.startswith("park.") for name in there(place, served)[0])


def test_long_documents_are_sent_in_parts_that_end_with_a_page(
    place: Place, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdfqa.backends.ledger.PART_BYTES", 120)
    place.shelve("club.pdf")
    files, inside = there(place, served)
    assert [".p1-1.txt", ".p2-2.txt", ".p3-3.txt"] == [name[name.rindex(".p") :] for name in files]
    assert files == inside
    with place.qa(place.papers[0]) as qa:
        assert [3] == [citation.page for citation in qa.ask(WHO_PARK).citations]


def test_many_files_go_in_batches(place: Place, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdfqa.backends.shelf.BATCH", 2)
    place.shelve()
    assert [2, 1] == [len(one.json["files"]) for one in proxy.asked if one.path.endswith("/file_batches")]


# Faults, as they were seen.


@pytest.mark.parametrize("where", [UPLOAD, MAKE, BATCH, LOOK], ids=["upload", "store", "batch", "look"])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "headers": {"retry-after": "0.01"}, "body": BUSY},
        {"status": 503, "body": error("The server is overloaded.")},
        {"drop": "before"},
        {"drop": "after"},
        {"drop": "middle"},
    ],
    ids=["429", "503", "drop-before", "drop-after", "drop-middle"],
)
def test_a_request_that_fails_is_repeated_and_nothing_is_there_twice(
    place: Place, proxy: Proxy, served: Served, where: str, fault: dict[str, Any]
) -> None:
    proxy.faults.append(Fault(where, times=2, **fault))
    assert [] == place.shelve().failures
    assert proxy.faults[0].hits
    assert_once(place, served)


def test_as_long_as_is_asked_for_is_waited(place: Place, proxy: Proxy) -> None:
    proxy.faults.append(Fault(UPLOAD, status=429, headers={"retry-after": "0.3"}, body=BUSY))
    with place.hosting() as hosting:
        hosting.shelve(place.named(hosting))
        assert (1, 0.3) == (hosting.counts.retries, round(hosting.counts.waited, 3))


def test_a_quota_that_is_used_up_is_told_at_once(place: Place, proxy: Proxy) -> None:
    told = error("You exceeded your current quota.", "insufficient_quota", "insufficient_quota")
    proxy.faults.append(Fault(MAKE, times=None, status=429, body=told))
    with pytest.raises(errors.RateLimitError, match="exceeded your current quota"):
        place.shelve()
    assert 1 == proxy.count(MAKE)


def test_a_file_that_cannot_be_sent_fails_alone(place: Place, proxy: Proxy, served: Served) -> None:
    def mine(asked: Asked) -> bool:
        return b"mine.pdfqa" in asked.body

    proxy.faults.append(Fault(UPLOAD, times=None, status=500, body=error("Internal error"), hit=mine))
    shelved = place.shelve()
    [failure] = shelved.failures
    assert str(place.papers[1]) == failure.file
    assert f"{place.papers[1]}, page 1: Internal error" == failure.message
    assert 2 == len(there(place, served)[0])
    proxy.forget()
    assert [] == place.shelve().failures
    assert_once(place, served)


def test_a_file_that_fails_without_a_reason_is_tried_again_and_then_told(place: Place, proxy: Proxy) -> None:
    failing = _states(place, "mine.", {"status": "failed", "last_error": None})
    proxy.faults += failing
    shelved = place.shelve()
    [failure] = shelved.failures
    assert f"{place.papers[1]}, page 1: its indexing failed, no reason given" == failure.message
    assert "pdfqa add --backend openai" in failure.hint
    assert 2 == proxy.count(BATCH)
    proxy.forget()
    proxy.faults += failing
    assert [failure] == place.shelve().failures
    assert 0 == proxy.count(BATCH)  # it was given up
    proxy.forget()
    assert [] == place.shelve(again=True).failures


def test_a_reason_is_told_in_its_words(place: Place, proxy: Proxy) -> None:
    reason = {"code": "invalid_file", "message": "The file could not be parsed."}
    proxy.faults += _states(place, "mine.", {"status": "failed", "last_error": reason})
    [failure] = place.shelve().failures
    assert failure.message.endswith("page 1: invalid_file: The file could not be parsed.")


def test_a_file_that_is_in_progress_for_ever_is_given_up(place: Place, proxy: Proxy, served: Served) -> None:
    stuck = _states(place, "mine.", {"status": "in_progress"})
    proxy.faults += stuck
    began = time.monotonic()
    [failure] = place.shelve(patience=1.0).failures
    assert time.monotonic() - began < 10
    assert f"{place.papers[1]}, page 1: it was still being indexed after 1 s" == failure.message
    proxy.forget()
    assert [] == place.shelve().failures  # it is put in anew
    assert_once(place, served)


def test_a_store_that_is_gone_is_made_again_and_nothing_is_sent(place: Place, proxy: Proxy, served: Served) -> None:
    first = place.shelve()
    proxy.forget()
    with served.client(place.key) as client:
        client.vector_stores.delete(first.store_id)
    second = place.shelve()
    assert first.store_id != second.store_id
    assert (0, 1) == (proxy.count(UPLOAD), proxy.count(BATCH))
    assert_once(place, served)


def test_a_store_that_has_expired_is_made_again_and_nothing_is_sent(place: Place, proxy: Proxy) -> None:
    first = place.shelve()
    proxy.forget()

    def expired(value: Any) -> Any:
        for store in value.get("data", [value]):
            if store.get("id") == first.store_id:
                store["status"] = "expired"
        return value

    proxy.faults.append(Fault(r"GET /v1/vector_stores(/vs_\w+|\?.*)$", times=None, edit=expired))
    second = place.shelve()
    assert first.store_id != second.store_id
    assert (0, 1, 1) == (proxy.count(UPLOAD), proxy.count(MAKE), proxy.count(BATCH))


def test_what_was_deleted_there_is_sent_again(place: Place, proxy: Proxy, served: Served) -> None:
    first = place.shelve()
    with served.client(place.key) as client:
        client.vector_stores.delete(first.store_id)
        [mine] = [file for file in client.files.list() if file.filename.startswith("mine.")]
        client.files.delete(mine.id)
    proxy.forget()
    assert [] == place.shelve().failures
    assert 1 == proxy.count(UPLOAD)
    assert_once(place, served)


def test_a_file_that_was_deleted_out_of_the_store_is_sent_again(place: Place, proxy: Proxy, served: Served) -> None:
    place.shelve()
    with served.client(place.key) as client:
        [mine] = [file for file in client.files.list() if file.filename.startswith("mine.")]
        client.files.delete(mine.id)
    proxy.forget()
    assert [] == place.shelve().failures
    assert 1 == proxy.count(UPLOAD)
    assert_once(place, served)


def test_what_was_taken_out_of_the_store_is_put_in_again(place: Place, proxy: Proxy, served: Served) -> None:
    store_id = place.shelve().store_id
    with served.client(place.key) as client:
        first = next(iter(client.vector_stores.files.list(store_id)))
        client.vector_stores.files.delete(first.id, vector_store_id=store_id)
    proxy.forget()
    assert [] == place.shelve().failures
    assert (0, 1) == (proxy.count(UPLOAD), proxy.count(BATCH))
    assert_once(place, served)


def test_what_cannot_be_deleted_is_one_error_in_the_servers_words(place: Place, proxy: Proxy) -> None:
    place.shelve()
    proxy.faults.append(Fault(r"DELETE /v1/files/", times=None, status=500, body=error("Internal error")))
    with place.hosting() as hosting, pytest.raises(errors.BackendError, match="Internal error"):
        hosting.clear(hosting.left())


@pytest.mark.parametrize("drop", ["before", "middle"])
def test_an_answer_whose_connection_breaks_is_an_error_that_says_so(place: Place, proxy: Proxy, drop: str) -> None:
    place.shelve()
    proxy.faults.append(Fault(RESPOND, times=None, drop=drop))
    with place.qa() as qa, pytest.raises(errors.BackendError) as caught:
        qa.ask(WHO_CLUB)
    assert "broke off" in caught.value.message or "cannot be reached" in caught.value.message
    proxy.forget()
    with place.qa() as qa:
        assert "Margaret Holloway" in qa.ask(WHO_CLUB).text


def test_an_answer_is_asked_for_again_when_openai_is_busy(place: Place, proxy: Proxy) -> None:
    place.shelve()
    proxy.faults.append(Fault(RESPOND, times=2, status=429, headers={"retry-after": "0.01"}, body=BUSY))
    with place.qa() as qa:
        assert "Margaret Holloway" in qa.ask(WHO_CLUB).text
    assert 3 == proxy.count(RESPOND)


def test_the_key_is_in_no_error(place: Place, proxy: Proxy) -> None:
    told = error(f"Incorrect API key provided: {place.key}.", "invalid_request_error", "invalid_api_key")
    proxy.faults.append(Fault("", times=None, status=401, body=told))
    with pytest.raises(errors.AuthenticationError) as caught:
        place.shelve()
    assert "Incorrect API key provided: …." == caught.value.message
    assert f"pdfqa login {proxy.url}/v1" in caught.value.hint
    with place.qa() as qa:
        assert place.key not in repr(qa) + repr(qa.hosting) + repr(vars(qa.hosting))


def test_without_a_key_it_says_which_variable(tmp_path: Path) -> None:
    with pytest.raises(errors.AuthenticationError, match="no API key") as caught:
        PDFQA(home=tmp_path, backend="openai")
    assert "OPENAI_API_KEY" in caught.value.hint


# Stopped at any step, and gone on with.


class KilledError(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(1, 10))
def test_whoever_is_stopped_at_a_step_goes_on_with_it(
    place: Place, served: Served, monkeypatch: pytest.MonkeyPatch, step: int, moment: str
) -> None:
    with place.hosting() as hosting:
        call, calls = hosting.remote.call, Counter[str]()

        async def dying(name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
            calls["all"] += 1
            if calls["all"] == step:
                if moment == "after":
                    await call(name, ids, fields)
                raise KilledError
            return await call(name, ids, fields)

        monkeypatch.setattr(hosting.remote, "call", dying)
        with pytest.raises(BaseException) as caught:  # noqa: PT011 - alone, or in a group with what was beside it
            hosting.shelve(place.named(hosting))
        assert "KilledError" in repr(caught.value)
    assert [] == place.shelve().failures
    assert_once(place, served)


def test_files_that_were_put_in_before_it_was_stopped_are_not_put_in_again(
    place: Place, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.hosting() as hosting:
        call = hosting.remote.call

        async def dying(name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
            result = await call(name, ids, fields)
            if name == "create_vector_store_file_batch":
                raise KilledError
            return result

        monkeypatch.setattr(hosting.remote, "call", dying)
        with pytest.raises(KilledError):
            hosting.shelve(place.named(hosting))
    assert [] == place.shelve().failures
    assert 1 == proxy.count(BATCH)


def test_two_processes_do_not_send_the_same(place: Place, served: Served) -> None:
    failures: list[Any] = []
    threads = [threading.Thread(target=lambda: failures.extend(place.shelve().failures)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [] == failures
    assert_once(place, served)


# What is left behind.


def test_what_is_left_is_found_by_its_marks_and_deleted(place: Place, served: Served) -> None:
    with served.client(place.key) as client:
        client.files.create(file=("mine.txt", b"not pdfqa's"), purpose="assistants")
        other = client.vector_stores.create(name="not pdfqa's")
    place.shelve()
    with place.hosting() as hosting:
        ours, others = hosting.left()
        assert (3, 1, False) == (len(ours.files), len(ours.stores), bool(others))
        assert ours.bytes > 0
        hosting.clear([ours])
        assert not any(hosting.left())
    with served.client(place.key) as client:
        assert ["mine.txt"] == [file.filename for file in client.files.list()]
        assert [other.id] == [store.id for store in client.vector_stores.list()]
    assert [] == place.shelve().failures  # all of it is sent again


def _states(place: Place, name: str, change: dict[str, Any]) -> list[Fault]:
    """Return the faults that give a file of the vector store another state than it has."""
    ids: set[str] = set()

    def note(file: Any) -> Any:
        if file.get("filename", "").startswith(name):
            ids.add(file["id"])
        return file

    def listed(page: Any) -> Any:
        return {**page, "data": [{**one, **change} if one["id"] in ids else one for one in page["data"]]}

    def counted(store: Any) -> Any:
        if not ids or "file_counts" not in store or change["status"] != "in_progress":
            return store
        counts = store["file_counts"]
        completed = max(0, counts["completed"] - 1)
        return {**store, "file_counts": {**counts, "completed": completed, "in_progress": counts["in_progress"] + 1}}

    status = change["status"]
    wanted: Callable[[Asked], bool] = lambda asked: f"filter={status}" in asked.path  # noqa: E731

    def instead(page: Any) -> Any:
        entry = {"object": "vector_store.file", "created_at": 1, "vector_store_id": "vs_x", "usage_bytes": 0}
        data = [{**entry, "id": id_, "last_error": None, "attributes": {}, **change} for id_ in ids]
        return {**page, "data": data, "has_more": False}

    return [
        Fault(UPLOAD, times=None, edit=note),
        Fault(r"GET .*/vector_stores/vs_\w+/files\?", times=None, edit=instead, hit=wanted),
        Fault(r"GET .*/vector_stores/vs_\w+/files\?", times=None, edit=listed),
        Fault(LOOK, times=None, edit=counted),
    ]


# The commands.


@pytest.fixture
def pdfqa(place: Place, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Return a function that runs a command on the openai back-end."""
    for name, value in (("HOME", place.home), ("BACKEND", "openai")):
        monkeypatch.setenv(f"PDFQA_{name}", str(value))
    monkeypatch.setenv("OPENAI_API_KEY", place.key)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{place.proxy.url}/v1")
    return run


def test_add_tells_what_was_sent(place: Place, pdfqa: Callable[..., Done]) -> None:
    done = pdfqa("add", *place.papers)
    assert 0 == done.code
    assert "3 files sent (0.0 MB), 3 in vs_" in " ".join(done.err.split())
    assert "0 files sent" in pdfqa("add", *place.papers).err
    assert "" == pdfqa("add", "-q", *place.papers).err


def test_ask_and_search_say_what_is_not_there(place: Place, pdfqa: Callable[..., Done], proxy: Proxy) -> None:
    proxy.faults += _states(place, "mine.", {"status": "failed", "last_error": None})
    done = pdfqa("ask", place.papers[0], place.papers[1], WHO_CLUB)
    assert 3 == done.code
    assert "Margaret Holloway" in done.out
    assert "its indexing failed, no reason given" in " ".join(done.err.split())
    assert 3 == pdfqa("search", place.papers[0], place.papers[1], "treasurer").code


def test_clean_asks_before_it_deletes(place: Place, pdfqa: Callable[..., Done], served: Served) -> None:
    place.shelve()
    done = pdfqa("clean")
    assert 0 == done.code
    assert "of this home directory: 1 vector store, 3 files, 0.0 MB, $0.00 a day" in " ".join(done.out.split())
    assert "$0.10 a GB and day, the first 1 GB of an account nothing (2026-" in " ".join(done.out.split())
    assert "give --yes" in done.err
    assert 3 == len(there(place, served)[0])
    told = pdfqa("clean", "--json", "--yes").json
    assert (True, {"stores": 1, "files": 3}) == (
        told["deleted"],
        {name: told["left"][0][name] for name in ("stores", "files")},
    )
    assert ([], []) == there(place, served)


def test_what_is_left_at_a_server_of_ones_own_has_no_price(
    place: Place, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDFQA_HOME", str(place.home))
    monkeypatch.setenv("PDFQA_API_KEY", place.key)
    run("ask", place.papers[0], WHO_CLUB, "--backend", f"{place.proxy.url}/v1")
    done = run("clean", "--backend", f"{place.proxy.url}/v1")
    assert (True, False) == ("1 vector store, 1 file" in " ".join(done.out.split()), "$" in done.out)
    assert max(map(len, done.out.splitlines())) <= 80


def test_a_server_like_it_will_do(place: Place, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_HOME", str(place.home))
    monkeypatch.setenv("PDFQA_API_KEY", place.key)
    address = f"{place.proxy.url}/v1"
    assert "Margaret Holloway" in run("ask", place.papers[0], WHO_CLUB, "--backend", address).out
    said = " ".join(run("doctor", "--backend", address).out.split())
    assert f"back-end: {address} has files, vector stores, responses, models, conversations, chat completions" in said
    assert "it lacks assistants, threads, runs" in said
    assert "default" in [one.json.get("model") for one in place.proxy.asked if one.path == "/v1/responses"]


def test_what_a_server_lacks_is_named(place: Place, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_HOME", str(place.home))
    monkeypatch.setenv("PDFQA_API_KEY", place.key)
    told = error("Not Found", "invalid_request_error")
    for where in ("(GET|POST) /v1/vector_stores$", r"GET /v1/vector_stores\?", "POST /v1/responses"):
        place.proxy.faults.append(Fault(where, times=None, status=404, body=told))
    address = f"{place.proxy.url}/v1"
    done = run("doctor", "--backend", address)
    assert 4 == done.code
    said = " ".join(done.out.split())
    assert "it lacks vector stores, responses, assistants, threads, runs" in said
    assert f"{address} has no GET /vector_stores; {address} has no POST /responses" in said
    done = run("ask", place.papers[0], WHO_CLUB, "--backend", address)
    assert 4 == done.code
    assert f"{address} has no GET /vector_stores" in " ".join(done.err.split())


def test_clean_is_about_another_back_end_than_the_local_one(run: Callable[..., Done]) -> None:
    done = run("clean")
    assert 2 == done.code
    assert "--backend openai" in done.err


def test_a_table_is_sent_as_one_and_its_cell_told(
    place: Place, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDFQA_HOME", str(place.home))
    monkeypatch.setenv("PDFQA_API_KEY", place.key)
    report = Path(__file__).parents[1] / "samples" / "annual-report-2024.pdf"
    address = f"{place.proxy.url}/v1"
    answer = run("ask", report, "What was revenue in 2024?", "--backend", address, "--json").json
    assert answer["answer"].startswith("$323,100 thousand in 2024")
    [citation] = answer["citations"]
    assert (12, "9", True) == (citation["page"], citation["label"], citation["verified"])
    assert citation["table"][1] == ["Revenue", "1", "323,100", "302,500"]
