"""Conversations that last: several messages at once, contexts saved, restored and deleted, wishes for the model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA
from pdfqa.errors import (
    FileAccessError,
    FileMissingError,
    FileWriteError,
    InvalidRequestError,
    InvalidValueError,
    ObjectNotFoundError,
    WrongStateError,
)
from tests.cli_runner import Done, pdfqa
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, pdf
from tests.model_server import ModelServer, model_server, says


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return pdf(tmp_path / "papers.pdf", CLUB, PARK, MINE)


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def pdfqa_with(typed: str, *words: str | Path) -> Done:
    return pdfqa(*words, stdin=typed.encode())


def test_several_messages_are_answered_together(papers: Path) -> None:
    with PDFQA(papers) as qa:
        answer = qa.chat().ask([WHO_CLUB, WHO_PARK])
    assert "Margaret Holloway" in answer.text
    assert "Rodrigo Fuentes" in answer.text
    assert f"{WHO_CLUB}\n{WHO_PARK}" == answer.question
    assert [1, 2] == sorted(citation.page for citation in answer.citations)


def test_none_of_several_messages_may_be_empty(papers: Path) -> None:
    with PDFQA(papers) as qa:
        wrong: list[Any] = [[], [WHO_CLUB, " "], [WHO_CLUB, 3]]
        for messages in wrong:
            with pytest.raises(InvalidRequestError, match="question"):
                qa.chat().ask(messages)


def test_a_model_is_told_all_messages_and_the_instructions(papers: Path, model: ModelServer) -> None:
    model.replies_with(says("Margaret Holloway [1]."))
    with PDFQA(papers, model="tiny", base_url=model.url) as qa:
        chat = qa.chat(
            instructions="Answer as a pirate.", temperature=0.5, top_p=0.9, max_completion_tokens=300, last_messages=2
        )
        chat.ask(["I sail.", WHO_CLUB])
    told = model.asked[0]
    assert (0.5, 0.9, 300) == (told["temperature"], told["top_p"], told["max_tokens"])
    assert "Answer as a pirate." in told["messages"][0]["content"]
    assert "I sail." in told["messages"][-1]["content"]
    assert WHO_CLUB in told["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("name", "value"), [("temperature", 2.5), ("top_p", -0.1), ("max_prompt_tokens", 1), ("last_messages", 0)]
)
def test_a_wish_out_of_range_is_refused_by_its_name(papers: Path, name: str, value: float) -> None:
    wishes = {name: value}
    with PDFQA(papers, model="tiny", base_url="http://127.0.0.1:9/v1") as qa, pytest.raises(InvalidValueError) as error:
        qa.chat(**wishes)  # type: ignore[arg-type]
    assert name in str(error.value)


def test_wishes_need_a_model(papers: Path) -> None:
    with PDFQA(papers) as qa, pytest.raises(InvalidRequestError, match="instructions needs a model"):
        qa.chat(instructions="Answer as a pirate.")


def test_a_conversation_is_restored_from_its_context(papers: Path, tmp_path: Path) -> None:
    saved = tmp_path / "talk.json"
    with PDFQA(papers) as qa:
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        context = chat.save_context(saved)
    told = json.loads(saved.read_text())
    assert {"thread_id", "vector_store_id", "assistant_id", "file_ids", "files", "home", "object"} == set(told)
    assert context.to_dict() == told
    pdf(tmp_path / "other.pdf", "The lighthouse was built in 1888.")
    with PDFQA(tmp_path / "other.pdf") as qa:
        qa.add()
    with PDFQA() as qa:
        chat = qa.restore(saved)
        assert [str(papers)] == chat.files
        earlier = chat.answers[0]
        assert (WHO_CLUB, "answered", True) == (earlier.question, earlier.outcome, earlier.citations[0].verified)
        assert earlier.citations[0].boxes()
        answer = chat.ask(WHO_PARK)
        assert (context.thread_id, 2) == (answer.thread_id, len(chat.answers))
        assert "not_found" == chat.ask("When was the lighthouse built?").outcome


def test_files_that_are_named_take_the_place_of_those_before(papers: Path, tmp_path: Path) -> None:
    other = pdf(tmp_path / "other.pdf", "The lighthouse of Rauma was built in 1888.")
    with PDFQA(papers) as qa:
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        chat.save_context(tmp_path / "talk.json")
    with PDFQA(other) as qa:
        assert "1888" in qa.restore(tmp_path / "talk.json").ask("When was the lighthouse of Rauma built?").text


def test_what_was_not_found_is_restored_as_such(papers: Path, tmp_path: Path) -> None:
    with PDFQA(papers) as qa:
        chat = qa.chat()
        assert not chat.ask("What is the boiling point of mercury?").found
        chat.save_context(tmp_path / "talk.json")
        assert ["not_found"] == [answer.outcome for answer in qa.restore(tmp_path / "talk.json").answers]


def test_a_restored_conversation_keeps_its_wishes(papers: Path, model: ModelServer, tmp_path: Path) -> None:
    model.replies_with(says("Margaret Holloway [1]."))
    with PDFQA(papers, model="tiny", base_url=model.url) as qa:
        chat = qa.chat(instructions="Answer as a pirate.", temperature=0.5)
        chat.ask(WHO_CLUB)
        chat.save_context(tmp_path / "talk.json")
        qa.restore(tmp_path / "talk.json").ask(WHO_PARK)
    told = model.asked[-1]
    assert 0.5 == told["temperature"]
    assert "Answer as a pirate." in told["messages"][0]["content"]


def test_nothing_is_saved_before_it_has_begun(papers: Path, tmp_path: Path) -> None:
    with PDFQA(papers) as qa:
        assert [] == qa.chat().files
        with pytest.raises(WrongStateError, match="not begun"):
            qa.chat().save_context(tmp_path / "talk.json")
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        with pytest.raises(FileWriteError, match="cannot be written"):
            chat.save_context(tmp_path / "nowhere" / "talk.json")


def test_a_context_is_not_written_over_a_document(papers: Path, tmp_path: Path) -> None:
    before = papers.read_bytes()
    with PDFQA(papers) as qa:
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        with pytest.raises(InvalidRequestError, match="never changed"):
            chat.save_context(papers)
        (tmp_path / "real.json").write_text("old")
        (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
        chat.save_context(tmp_path / "link.json")
    assert before == papers.read_bytes()
    assert "thread_" in (tmp_path / "real.json").read_text()


def test_a_context_that_is_none_is_refused(papers: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"thread_id": 1}')
    with PDFQA(papers) as qa:
        with pytest.raises(InvalidRequestError, match="not the context of a conversation"):
            qa.restore(bad)
        with pytest.raises(FileMissingError, match="no file"):
            qa.restore(tmp_path / "none.json")
        with pytest.raises(FileAccessError, match="cannot be read"):
            qa.restore(tmp_path)


def test_a_context_of_another_home_says_which(papers: Path, tmp_path: Path) -> None:
    with PDFQA(papers, home=tmp_path / "first") as qa:
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        chat.save_context(tmp_path / "talk.json")
    with (
        PDFQA(papers, home=tmp_path / "second") as qa,
        pytest.raises(ObjectNotFoundError, match=f"saved from {tmp_path / 'first'}"),
    ):
        qa.restore(tmp_path / "talk.json")


def test_a_conversation_is_deleted_and_its_files_stay(papers: Path, tmp_path: Path) -> None:
    with PDFQA(papers) as qa:
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        chat.save_context(tmp_path / "talk.json")
        before = chat.thread_id
        chat.delete()
        chat.delete()
        assert ("", [], 0, 1) == (chat.thread_id, chat.answers, qa.info().threads, len(qa.files()))
        with pytest.raises(ObjectNotFoundError, match="deleted"):
            qa.restore(tmp_path / "talk.json")
        assert before != chat.ask(WHO_CLUB).thread_id


def test_the_last_conversation_about_the_files_is_resumed(papers: Path, tmp_path: Path) -> None:
    other = pdf(tmp_path / "other.pdf", "The lighthouse of Rauma was built in 1888.")
    with PDFQA(papers) as qa:
        with pytest.raises(ObjectNotFoundError, match="no conversation about these files"):
            qa.resume()
        qa.ask(WHO_CLUB)
        last = qa.ask(WHO_PARK)
    with PDFQA(other) as qa:
        newest = qa.ask("When was the lighthouse of Rauma built?")
    with PDFQA(papers) as qa:
        assert last.thread_id == qa.resume().thread_id
    with PDFQA() as qa:
        assert newest.thread_id == qa.resume().thread_id


def test_the_command_goes_on_with_a_saved_conversation(papers: Path, tmp_path: Path) -> None:
    saved = tmp_path / "talk.json"
    first = pdfqa_with(f"{WHO_CLUB}\n", "chat", papers, "--context", saved, "--json")
    second = pdfqa_with(f"{WHO_PARK}\n", "chat", "--context", saved)
    assert "Rodrigo Fuentes" in second.out
    assert "1 question so far, about papers.pdf. The last:" in second.err
    assert "Margaret Holloway" in second.err
    third = pdfqa_with(f"{WHO_PARK}\n", "chat", "--resume", "--json")
    assert json.loads(first.out)["thread_id"] == json.loads(third.out)["thread_id"]
    done = pdfqa_with("", "chat", "--context", saved, "--delete")
    assert (0, f"deleted {json.loads(first.out)['thread_id']}\n") == (done.code, done.err)
    assert not saved.exists()
    assert "no conversation to go on with" in pdfqa_with("", "chat", "--resume").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--resume", "--context", "x"], "two conversations"),
        (["--delete"], "needs to know which"),
        (["--resume", "--instructions", "x"], "from its beginning"),
        (["--delete", "--context", "none.json"], "there is no file none.json"),
    ],
)
def test_options_of_the_command_that_do_not_go_together(words: list[str], said: str) -> None:
    done = pdfqa_with("", "chat", *words)
    assert done.code in {2, 3}
    assert said in " ".join(done.err.split())
