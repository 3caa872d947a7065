"""Finding: which files are searched, which passages come back, and as what."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pdfqa.engine import Engine
from pdfqa.engine.answering import Sources
from pdfqa.engine.finding import rewritten
from pdfqa.errors import EmbedderMismatchError, InvalidRequestError, ObjectNotFoundError
from pdfqa.passages import DEFAULT, TokenStrategy
from pdfqa.wire import File, SearchResults, check
from pdfqa.wire.requests import CreateVectorStore, ModifyVectorStoreFile, SearchVectorStore
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, counted_ids, settings
from tests.shelves import AUTO, attach, known, read, store_with, upload


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    with Engine(settings(home), new_id=counted_ids()) as engine:
        yield engine


@pytest.fixture
def files(engine: Engine) -> list[File]:
    return [known(engine, text, name=name) for text, name in ((CLUB, "club"), (PARK, "park"), (MINE, "mine"))]


@pytest.fixture
def store(engine: Engine, files: list[File]) -> str:
    """Make a store of which each file has a year."""
    store_id = engine.vector_stores.create(CreateVectorStore()).id
    for number, file in enumerate(files):
        attach(engine, store_id, file, attributes={"year": 2000 + number})
    read(engine)
    return store_id


def search(engine: Engine, store_id: str, query: Any = WHO_CLUB, **fields: Any) -> SearchResults:
    return engine.vector_stores.search(store_id, check(SearchVectorStore, {"query": query, **fields}))


def names(found: SearchResults) -> list[str]:
    return [result.filename for result in found.data]


def located(engine: Engine, question: str = WHO_CLUB, k: int = 10, **fields: Any) -> set[str]:
    found = engine.vector_stores.find(Sources(**fields), question, k)
    assert {piece.document for piece in found.evidence} == set(found.files)
    return {file.id for file in found.files.values()}


def test_a_result_has_the_wires_fields_and_the_quotes_place(engine: Engine, store: str, files: list[File]) -> None:
    found = search(engine, store, max_num_results=1)
    (result,) = msgspec.to_builtins(found.data)
    assert 0 < result.pop("score") <= 1
    expected = {
        "file_id": files[0].id,
        "filename": "club",
        "attributes": {"year": 2000},
        "content": [{"type": "text", "text": CLUB}],
        "page": 1,
        "label": "1",
        "quote": CLUB,
        "start": 0,
        "end": len(CLUB),
    }
    assert expected == result
    assert ([WHO_CLUB], False, None) == (found.search_query, found.has_more, found.next_page)
    page = engine.documents.page(engine.files.sha256(files[0].id), 1)
    assert page.text[result["start"] : result["end"]] == result["quote"]


def test_results_come_best_first_and_no_more_than_asked(engine: Engine, store: str) -> None:
    found = search(engine, store)
    assert "club" == names(found)[0]
    scores = [result.score for result in found.data]
    assert sorted(scores, reverse=True) == scores
    assert names(found)[:2] == names(search(engine, store, max_num_results=2))
    for wrong in (0, 51):
        with pytest.raises(InvalidRequestError):
            search(engine, store, max_num_results=wrong)


@pytest.mark.parametrize("query", ["", "  ", [WHO_CLUB, ""]])
def test_nothing_is_not_looked_for(engine: Engine, store: str, query: str | list[str]) -> None:
    with pytest.raises(InvalidRequestError, match="the text is empty") as caught:
        search(engine, store, query)
    assert "query" == caught.value.param


def test_several_queries_share_the_results(engine: Engine, store: str) -> None:
    found = search(engine, store, [WHO_CLUB, WHO_PARK], max_num_results=2)
    assert [WHO_CLUB, WHO_PARK] == found.search_query
    assert {"club", "park"} == set(names(found))
    twice = search(engine, store, [WHO_CLUB, WHO_CLUB])
    assert search(engine, store).data == twice.data
    with pytest.raises(InvalidRequestError):
        search(engine, store, [])


@pytest.mark.parametrize("rewrite", [False, True])
@pytest.mark.parametrize("filling", ["漢", "a-", "words "])
def test_of_a_question_that_is_too_long_its_beginning_and_end_are_looked_at(
    engine: Engine, store: str, filling: str, rewrite: bool
) -> None:
    long = filling * (2_000_000 // len(filling))
    began = time.monotonic()
    for query in (f"{WHO_CLUB} {long}", f"{long} {WHO_CLUB}"):
        found = search(engine, store, query, rewrite_query=rewrite)
        assert "club" == names(found)[0]
    assert time.monotonic() - began < 30


def test_a_threshold_keeps_out_what_is_below_it(engine: Engine, store: str) -> None:
    everything = search(engine, store, "sailing club, orchids, a copper mine").data
    middle = everything[0].score - 0.01
    found = search(engine, store, "sailing club, orchids, a copper mine", ranking_options={"score_threshold": middle})
    assert [result for result in everything if result.score >= middle] == found.data
    assert len(found.data) < len(everything)


def test_a_lone_passage_has_a_score_that_a_threshold_can_be_held_against(engine: Engine) -> None:
    store_id = store_with(engine, known(engine, PARK))
    read(engine)
    right, vague, wrong = (
        [result.score for result in search(engine, store_id, query).data]
        for query in (WHO_PARK, "flowers in a glass house", "submarine warfare")
    )
    assert 0.5 < right[0] <= 1
    assert 0 < vague[0] < 0.5
    assert [] == wrong


def test_without_a_ranker_the_best_are_not_read_again(engine: Engine) -> None:
    """Only the second reading sees that words stand side by side."""
    near = "The annual water report is long. It has pages and pages of figures on rivers, lakes and rain."
    far = "The water is long. It has an annual figure of rivers; lakes and rain are in a report elsewhere, pages on."
    store_id = store_with(engine, known(engine, near, name="near"), known(engine, far, name="far"))
    read(engine)
    ranked = {result.filename: result.score for result in search(engine, store_id, "annual water report").data}
    plain = search(engine, store_id, "annual water report", ranking_options={"ranker": "none"}).data
    unranked = {result.filename: result.score for result in plain}
    assert ranked["near"] - ranked["far"] > unranked["near"] - unranked["far"]


def test_weights_put_keywords_or_vectors_first(engine: Engine, store: str) -> None:
    def parts(weights: tuple[float, float] | None) -> list[float]:
        found = engine.vector_stores.find(Sources(stores=(store,), weights=weights, ranker="none"), "oldest ship", 3)
        return [piece.vector for piece in found.evidence]

    by_vectors = parts((1.0, 0.0))
    assert sorted(by_vectors, reverse=True) == by_vectors
    assert parts((0.0, 0.0)) == parts(None)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"type": "eq", "key": "year", "value": 2001}, {"park"}),
        ({"type": "gte", "key": "year", "value": 2001}, {"park", "mine"}),
        ({"type": "ne", "key": "month", "value": 1}, {"club", "park", "mine"}),
        ({"type": "eq", "key": "month", "value": 1}, set()),
        (
            {
                "type": "or",
                "filters": [
                    {"type": "in", "key": "year", "value": [2000]},
                    {"type": "and", "filters": [{"type": "gt", "key": "year", "value": 2001}]},
                ],
            },
            {"club", "mine"},
        ),
    ],
)
def test_filters_choose_the_files_that_are_searched(
    engine: Engine, store: str, condition: dict[str, Any], expected: set[str]
) -> None:
    found = search(engine, store, "the club, the park and the mine", filters=condition)
    assert expected == set(names(found))


def test_changed_attributes_count_from_the_next_search_on(engine: Engine, store: str, files: list[File]) -> None:
    condition = {"type": "eq", "key": "year", "value": 2000}
    engine.store_files.modify(store, files[1].id, ModifyVectorStoreFile(attributes={"year": 2000}))
    assert {"club", "park"} == set(names(search(engine, store, "a club or a park", filters=condition)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Please tell me who is the treasurer of the sailing club?", "treasurer sailing club"),
        ("According to the report, what was revenue in 2022?", "revenue 2022"),
        ("the of and", "the of and"),
        ("¿Quién es el tesorero del club?", "tesorero club"),
        ("", ""),
    ],
)
def test_a_rewritten_query_keeps_what_tells(query: str, expected: str) -> None:
    assert expected == rewritten(query)


def test_a_query_is_rewritten_if_that_is_wanted(engine: Engine, store: str) -> None:
    found = search(engine, store, rewrite_query=True)
    assert (["treasurer sailing club"], "club") == (found.search_query, names(found)[0])


def test_an_empty_store_is_searched_in_vain(engine: Engine) -> None:
    assert [] == search(engine, store_with(engine)).data


def test_files_that_are_not_read_are_not_searched(engine: Engine) -> None:
    store_id = store_with(engine, known(engine, CLUB))
    assert [] == search(engine, store_id).data
    read(engine)
    assert 1 == len(search(engine, store_id).data)


def test_a_file_taken_out_is_no_longer_found(engine: Engine, store: str, files: list[File]) -> None:
    engine.store_files.delete(store, files[0].id)
    assert "club" not in names(search(engine, store))
    engine.files.delete(files[1].id)
    assert {"mine"} >= set(names(search(engine, store)))


@pytest.mark.parametrize("moment", ["SELECT passages FROM segments", "SELECT body FROM pages", "kind = 'file'"])
def test_a_file_deleted_while_it_is_searched_is_not_found(home: Path, moment: str) -> None:
    waiting = [lambda: None]

    def trace(statement: str) -> None:
        if moment in statement and waiting:
            waiting.pop()()

    with Engine(settings(home)) as other, Engine(settings(home), trace=trace) as engine:
        waiting.clear()
        file, stays = known(engine, CLUB), known(engine, PARK)
        store_id = store_with(engine, file, stays)
        read(engine)
        waiting.append(lambda: other.files.delete(file.id))  # type: ignore[arg-type]
        found = search(engine, store_id, "the sailing club, the botanical park")
        assert [] == waiting
        assert {stays.id} >= {result.file_id for result in found.data}


# Sources of answers.


def test_where_nothing_is_named_everything_that_was_read_is_searched(engine: Engine, files: list[File]) -> None:
    upload(engine, b"never read")
    other = engine.owned_by("key-1")
    foreign = known(other, CLUB + " Twice.")
    assert {file.id for file in files} == located(engine, "club park mine orchids copper treasurer")
    assert {foreign.id} == located(other)
    assert 3 == engine.vector_stores.find(Sources(), WHO_CLUB, 1).searched


def test_stores_and_files_are_searched_together(engine: Engine, store: str, files: list[File]) -> None:
    extra = known(engine, "The treasurer of the chess club is Olga Petrova.", name="chess")
    one, two = store_with(engine, files[0]), store_with(engine, extra)
    read(engine)
    assert {files[0].id, extra.id} == located(engine, "treasurer of the club", stores=(one, two))
    assert {files[0].id, extra.id} == located(engine, "treasurer of the club", stores=(one,), files=(extra.id,))
    assert {extra.id} == located(engine, "treasurer of the club", files=(extra.id,))
    with pytest.raises(ObjectNotFoundError, match="vs_none"):
        located(engine, stores=(one, "vs_none"))


def test_one_content_in_several_stores_is_found_once(engine: Engine, files: list[File]) -> None:
    again = known(engine, CLUB, name="again")
    one, two = store_with(engine, files[0]), store_with(engine, again)
    read(engine)
    found = engine.vector_stores.find(Sources(stores=(two, one)), WHO_CLUB, 10)
    assert 1 == len(found.evidence)
    assert again.id == found.files[found.evidence[0].document].id


def test_files_as_such_have_no_attributes(engine: Engine, store: str, files: list[File]) -> None:
    denial = check(SearchVectorStore, {"query": "x", "filters": {"type": "ne", "key": "year", "value": 2000}}).filters
    claim = check(SearchVectorStore, {"query": "x", "filters": {"type": "eq", "key": "year", "value": 2000}}).filters
    assert {file.id for file in files} == located(engine, "club park mine orchids copper treasurer", filters=denial)
    assert set() == located(engine, filters=claim)


def test_the_same_place_is_searched_by_the_index_that_its_store_wants(engine: Engine) -> None:
    text = " ".join(f"Sentence number {number} is about the harbour and its ships of old." for number in range(40))
    small = TokenStrategy(most=100, overlap=0)
    file = known(engine, text, cut=(DEFAULT, AUTO, small))
    sizes = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}}
    fine = engine.vector_stores.create(check(CreateVectorStore, {"file_ids": [file.id], "chunking_strategy": sizes})).id
    coarse = store_with(engine, file)
    read(engine)
    assert len(search(engine, coarse, "harbour").data) == 1
    assert 5 <= len(search(engine, fine, "harbour").data)
    everything = engine.vector_stores.find(Sources(), "harbour", 50)
    assert engine.documents.find_index(engine.files.sha256(file.id), DEFAULT.name) is not None
    assert 2 <= len(everything.evidence) <= 6


def test_vectors_of_another_embedder_are_not_compared(engine: Engine, store: str) -> None:
    with engine.database.atomic() as connection:
        connection.execute("UPDATE indexes SET embedder = 'another'")
    with pytest.raises(EmbedderMismatchError, match="another"):
        search(engine, store)
