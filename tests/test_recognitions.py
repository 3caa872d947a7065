"""The text of pictures, page by page: by what pdfqa[ocr] installs, and by a model that sees what really arrives."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, StreamingResponse

from pdfqa import PDFQA, PdfDocument, TextDocument
from pdfqa.errors import InvalidRequestError, InvalidValueError, MissingExtraError, ObjectNotFoundError
from pdfqa.pdf.rasters import _frames as frames
from pdfqa.results_pictures import PageText, Recognition, Recognitions
from pdfqa.types import Progress
from tests.cli_runner import Done
from tests.homes import CLUB, PARK, WHO_PARK, pdf
from tests.model_server import Json, ModelServer, Reply, model_server, refuses, says
from tests.pdf_maker import paragraph
from tests.scans import Scan, write_scans
from tests.seeing import Seen, as_bytes, detail_of, plain, sees

with_ocr = pytest.mark.skipif(
    not all(map(find_spec, ("rapidocr", "onnxruntime", "cv2"))), reason="the extra ocr is not installed"
)


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return pdf(tmp_path / "papers.pdf", CLUB, PARK)


def seeing(model: ModelServer) -> dict[str, Any]:
    return {"model": "tiny", "base_url": model.url}


def picture_of(path: Path, suffix: str, page: int = 0) -> bytes:
    """Return a page of a PDF as an image file."""
    import numpy as np
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    bitmap = document[page].render(scale=2, rev_byteorder=False)
    pixels = np.array(bitmap.to_numpy()[:, :, :3])
    bitmap.close()
    document.close()
    return as_bytes(pixels, suffix)


# Without a model


@with_ocr
def test_pages_are_recognised_on_this_machine(papers: Path) -> None:
    with PDFQA(papers) as qa:
        (found,) = qa.recognize()
        assert [] == qa.files()  # looked at, not added
    assert [(1, True, CLUB), (2, True, PARK)] == [(page.page, page.success, page.text) for page in found.pages]
    assert (True, "rapidocr", 0.0, f"{CLUB}\f{PARK}") == (found.success, found.model, found.price, found.text)
    assert f"— page 1 —\n{CLUB}\n\n— page 2 —\n{PARK}" == str(found)


@with_ocr
def test_image_files_and_bytes_are_recognised(papers: Path, tmp_path: Path) -> None:
    images = [tmp_path / f"page{suffix}" for suffix in (".png", ".jpg", ".webp", ".gif")]
    for image in images:
        image.write_bytes(picture_of(papers, image.suffix))
    with PDFQA() as qa:
        done = qa.recognize(*images, images[0].read_bytes())
    assert [[CLUB]] * 5 == [[page.text for page in one.pages] for one in done]
    assert CLUB == str(done[0])


def test_what_was_recognised_can_be_asked() -> None:
    pages = [PageText(page=number, success=True, text=text) for number, text in enumerate((CLUB, PARK), 1)]
    found = Recognition(file="scan.png", pages=pages, model="rapidocr")
    with PDFQA(TextDocument("scan", found.text)) as qa:
        cited = qa.ask(WHO_PARK).citations[0]
        assert ("scan.txt", 2, "") == (cited.file, cited.page, cited.label)


@with_ocr
def test_what_fails_does_not_stop_the_rest(papers: Path, tmp_path: Path) -> None:
    (tmp_path / "moving.gif").write_bytes(moving())
    (tmp_path / "broken.png").write_bytes(picture_of(papers, ".png")[:600])
    (tmp_path / "blank.png").write_bytes(as_bytes(plain((255, 255, 255))))
    (tmp_path / "word.docx").write_bytes(b"PK\x03\x04word/")
    names = ["moving.gif", "broken.png", "blank.png", "word.docx", "gone.pdf", "papers.pdf"]
    with PDFQA() as qa:
        done = qa.recognize(*(tmp_path / name for name in names), TextDocument("notes", "Not a picture."))
    moves, broken, blank, word, gone, good, notes = done
    assert "it is an animation" == moves.pages[0].error
    assert "damaged" in broken.pages[0].error
    assert [(True, "")] == [(page.success, page.text) for page in blank.pages]
    assert "looks like a Word document" in word.error
    assert "no such file" in gone.error
    assert "looks like a text file" in notes.error
    assert good.success
    assert not done.success


def moving() -> bytes:
    """Return a GIF of two pictures: one of OpenCV's, with its picture block doubled."""
    whole = as_bytes(plain((0, 0, 255), 8, 8), ".gif")
    assert 1 == frames(whole)
    start = whole.index(b"\x2c", 13 + (3 << ((whole[10] & 7) + 1)))
    twice = whole[:-1] + whole[start:]
    assert 2 == frames(twice)
    return twice


def test_pictures_of_a_gif_are_counted_however_it_ends() -> None:
    whole = moving()
    for size in range(len(whole)):
        assert frames(whole[:size]) in {0, 1, 2}


@with_ocr
def test_only_the_pages_that_are_wanted(papers: Path) -> None:
    told: list[Progress] = []
    with PDFQA(papers) as qa:
        assert [2] == [page.page for page in qa.recognize(pages=[2, 2], progress=told.append)[0].pages]
        with pytest.raises(InvalidRequestError, match="has no page 3; it has 2"):
            qa.recognize(pages=[3])
    assert [("recognizing", 1, 1)] == [(one.doing, one.pages_done, one.pages_total) for one in told]


@with_ocr
def test_a_folder_stands_for_its_pdfs_and_images(papers: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b.png").write_bytes(picture_of(papers, ".png"))
    (folder / "notes.txt").write_text("words")
    papers.rename(folder / "a.pdf")
    (folder / "empty").mkdir()
    with PDFQA() as qa:
        done = qa.recognize(folder, folder / "empty")
    assert ["a.pdf", "b.png", "empty"] == [Path(one.file).name for one in done]
    assert "holds no PDF and no image" in done[2].error


@with_ocr
def test_scans_that_lie_askew_and_encrypted_ones(tmp_path: Path) -> None:
    scan = write_scans(tmp_path / "scan.pdf", [Scan(paragraph(CLUB, 30, 190, size=11, letters=45), 2.0, 1)])
    import pypdf

    writer = pypdf.PdfWriter(clone_from=scan)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    with PDFQA(password="secret") as qa:
        assert [CLUB, CLUB] == [one.text for one in qa.recognize(scan, tmp_path / "locked.pdf")]
    with PDFQA() as qa:
        assert "needs a password" in qa.recognize(tmp_path / "locked.pdf")[0].error


def test_without_model_and_extra_it_says_what_to_do(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdfqa.engine.recognitions.ocr_lack", lambda options: "pip install 'pdfqa[ocr]' reads them")
    with PDFQA(papers) as qa, pytest.raises(MissingExtraError, match="no text in pictures") as error:
        qa.recognize()
    assert "--model" in error.value.hint


# By a model


def reads(model: ModelServer) -> list[tuple[str, tuple[int, int]]]:
    """Have the model tell the size of what it sees; return what it has seen so far."""
    seen: list[tuple[str, tuple[int, int]]] = []

    def look(one: Seen) -> str:
        seen.append((one.type, one.size))
        return f"Read of {one.size[0]} x {one.size[1]}, {one.ink:.1%} ink."

    model.replies_with(sees(look))
    return seen


def test_a_model_is_shown_each_page_at_300_dots_an_inch(papers: Path, model: ModelServer) -> None:
    seen = reads(model)
    with PDFQA(papers, **seeing(model)) as qa:
        (found,) = qa.recognize()
    assert [("image/png", (2550, 3300))] * 2 == seen
    assert ["Read of 2550 x 3300", "Read of 2550 x 3300"] == [page.text.partition(",")[0] for page in found.pages]
    assert 0 < float(found.pages[0].text.partition(", ")[2].removesuffix("% ink.")) < 5
    assert {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110} == found.pages[0].usage
    assert ("tiny", 2, 0, 220) == (found.model, found.calls, found.kept, found.usage["total_tokens"])
    assert [None, None] == [detail_of(body) for body in model.asked]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".gif"])
def test_an_image_file_is_shown_as_it_is(papers: Path, tmp_path: Path, model: ModelServer, suffix: str) -> None:
    data = picture_of(papers, suffix)
    arrived: list[bytes] = []

    def look(one: Seen) -> str:
        arrived.append(one.data)
        return one.type

    model.replies_with(sees(look))
    with PDFQA(**seeing(model)) as qa:
        (found,) = qa.recognize(PdfDocument("page", data))
    kind = "jpeg" if suffix == ".jpg" else suffix[1:]
    assert ([data], f"image/{kind}") == (arrived, found.pages[0].text)


def test_resolution_detail_and_instructions(papers: Path, model: ModelServer) -> None:
    seen = reads(model)
    with PDFQA(papers, **seeing(model)) as qa:
        qa.recognize(pages=[1], resolution=72, detail="low", instructions="Write formulas as LaTeX.")
    assert [("image/png", (612, 792))] == seen
    assert "low" == detail_of(model.asked[0])
    assert "Write formulas as LaTeX." in model.asked[0]["messages"][0]["content"]


def test_what_was_read_is_kept_and_an_interrupted_call_goes_on(papers: Path, model: ModelServer) -> None:
    model.replies_with(sees(lambda one: "The first page."), refuses(400, "a hiccup"))
    with PDFQA(papers, **seeing(model)) as qa:
        first = qa.recognize()[0]
    assert [(True, "The first page.", ""), (False, "", True)] == [
        (page.success, page.text, page.error and "a hiccup" in page.error) for page in first.pages
    ]
    model.replies_with(sees(lambda one: "The second page."))
    with PDFQA(papers, **seeing(model)) as qa:
        estimate = qa.estimate_recognition()[0]
        assert (2, 1) == (estimate.calls, estimate.kept)
        second = qa.recognize()[0]
        assert ["The first page.", "The second page."] == [page.text for page in second.pages]
        assert (1, 1, 1) == (len(model.asked), second.calls, second.kept)
        assert {} == second.pages[0].usage
        assert 2 == qa.recognize(again=True)[0].calls


def test_what_a_model_said_can_be_forgotten(papers: Path, tmp_path: Path, model: ModelServer) -> None:
    other = pdf(tmp_path / "other.pdf", CLUB)
    model.replies_with(says("Read."))
    with PDFQA(papers, **seeing(model)) as qa:
        qa.recognize(pages=[1])
        assert 1 == qa.estimate_recognition(pages=[1])[0].kept
        assert ("papers.pdf", 0) == ((gone := qa.remove(papers)).name, gone.pages)
        assert 0 == qa.estimate_recognition(pages=[1])[0].kept
        for name in (other, tmp_path / "gone.pdf"):
            with pytest.raises(ObjectNotFoundError, match="has not been added"):
                qa.remove(name)


def test_a_model_that_fails_again_and_again_is_not_asked_for_ever(tmp_path: Path, model: ModelServer) -> None:
    long = pdf(tmp_path / "long.pdf", *["Words."] * 6)
    model.replies_with(refuses(400, "no pictures, please"))
    with PDFQA(long, **seeing(model)) as qa:
        (found,) = qa.recognize()
    assert 3 == len(model.asked)
    assert [False] * 6 == [page.success for page in found.pages]
    assert "not asked: the model failed 3 times in a row" in found.pages[5].error
    assert "no pictures, please" in found.pages[5].error


def test_a_model_is_asked_about_several_pages_at_once_and_they_come_in_order(
    tmp_path: Path, model: ModelServer
) -> None:
    """Each call waits for all others to have begun: one after the other, none would end."""
    long = pdf(tmp_path / "long.pdf", *(f"{'Words. ' * number}" for number in range(1, 5)))
    together = threading.Barrier(4)

    async def slow(body: Json) -> AsyncIterator[bytes]:
        await asyncio.to_thread(together.wait, 30)
        yield bytes(sees(lambda one: f"{one.ink:.6f}")(body).body)

    model.replies_with(lambda body: StreamingResponse(slow(body), media_type="text/event-stream"))
    with PDFQA(long, **seeing(model)) as qa:
        (found,) = qa.recognize(resolution=72, at_once=4)
        with pytest.raises(InvalidValueError, match="at_once is 0"):
            qa.recognize(at_once=0)
    inks = [float(page.text) for page in found.pages]
    assert sorted(inks) == inks
    assert (4, 4) == (len(set(inks)), found.calls)


@pytest.mark.parametrize(
    ("written", "text"),
    [("```markdown\nA | B\n```", "A | B"), ("[no text]", ""), ("  A line.\n", "A line."), ("**[No text]**", "")],
)
def test_what_models_put_around_a_text_is_taken_off(papers: Path, model: ModelServer, written: str, text: str) -> None:
    model.replies_with(says(written))
    with PDFQA(papers, **seeing(model)) as qa:
        page = qa.recognize(pages=[1])[0].pages[0]
    assert (True, text) == (page.success, page.text)


def test_a_page_that_was_cut_off_is_no_success(papers: Path, model: ModelServer) -> None:
    model.replies_with(says("Half of it", reason="length"))
    with PDFQA(papers, **seeing(model)) as qa:
        page = qa.recognize(pages=[1])[0].pages[0]
    assert (False, "Half of it", True) == (page.success, page.text, "cut off" in page.error)


@with_ocr
def test_the_model_can_be_left_out(papers: Path, model: ModelServer) -> None:
    model.replies_with(says("never"))
    with PDFQA(papers, **seeing(model)) as qa:
        assert CLUB == qa.recognize(pages=[1], offline=True)[0].text
    assert [] == model.asked


@pytest.mark.parametrize("pages", [1, "1", ["1"]])
def test_pages_that_are_no_list_of_numbers_are_refused(papers: Path, model: ModelServer, pages: Any) -> None:
    with PDFQA(papers, **seeing(model)) as qa, pytest.raises(InvalidRequestError, match="it is a list of numbers"):
        qa.recognize(pages=pages)


def test_wrong_wishes_are_refused(papers: Path, model: ModelServer) -> None:
    with PDFQA(papers, **seeing(model)) as qa:
        with pytest.raises(InvalidValueError, match="resolution is 5"):
            qa.recognize(resolution=5)
        with pytest.raises(InvalidRequestError, match="detail is 'medium'; it can be auto, low, high"):
            qa.recognize(detail="medium")
        with pytest.raises(InvalidRequestError, match="instructions need a model"):
            qa.recognize(offline=True, instructions="x")


def test_the_price_is_told_before_and_after(papers: Path, tmp_path: Path, model: ModelServer) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"prices": {"tiny": {"input": 1.0, "output": 10.0}}}))
    model.replies_with(says("Text."))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PDFQA_PRICES", str(prices))
        with PDFQA(papers, **seeing(model)) as qa:
            before = qa.estimate_recognition(papers, tmp_path / "gone.pdf")
            assert 0 < (before[0].price or 0) < 0.1
            assert "gone.pdf" in str(before)
            assert 0.0004 == pytest.approx(qa.recognize()[0].price)


# Shown and saved


def read_of(*pages: PageText) -> Recognitions:
    return Recognitions(recognitions=[Recognition(file="scan.pdf", pages=list(pages), model="tiny")])


@pytest.mark.parametrize("ending", [".md", ".html", ".docx", ".txt", ".json"])
def test_texts_are_saved(tmp_path: Path, ending: str) -> None:
    found = read_of(
        PageText(page=1, success=True, text="First line.\n\nSecond line."),
        PageText(page=2, success=False, error="lost"),
    )
    saved = Path(found.save(tmp_path / f"scan{ending}"))
    assert saved.stat().st_size > 0
    if ending in {".md", ".html"}:
        text = saved.read_text()
        assert all(words in text for words in ("Text of scan.pdf", "Page 1", "First line.", "Second line.", "lost"))


def test_what_failed_is_printed_with_the_texts() -> None:
    pages = [PageText(page=1, success=True, text="One."), PageText(page=2, success=False, error="lost")]
    assert "— page 1 —\nOne.\nscan.pdf, page 2: lost" == str(read_of(*pages))
    gone = Recognition(file="gone.pdf", pages=[], model="", error="no such file")
    assert "gone.pdf: no such file" == str(gone)
    assert "scan.pdf\nOne.\ngone.pdf: no such file" == str(Recognitions(recognitions=[read_of(pages[0])[0], gone]))


def test_texts_show_in_a_notebook() -> None:
    html = read_of(
        PageText(page=1, success=True, text="<b>"), PageText(page=2, success=False, error="lost")
    )._repr_html_()
    assert "&lt;b&gt;" in (html or "")
    assert "lost" in (html or "")


# On the command line


@with_ocr
def test_the_command_prints_texts_and_says_what_failed(papers: Path, tmp_path: Path, run: Callable[..., Done]) -> None:
    done = run("ocr", papers, "--pages", "1")
    assert (0, f"{CLUB}\n") == (done.code, done.out)
    assert "1 page · " in done.err
    assert "rapidocr · offline" in done.err
    several = run("ocr", papers, tmp_path / "gone.png", "--out", tmp_path / "texts")
    assert (3, "") == (several.code, several.out)
    assert "gone.png" in several.err
    assert f"{CLUB}\f{PARK}" == (tmp_path / "texts" / "papers.pdf.txt").read_text()
    as_json = run("ocr", papers, "--pages", "2", "--json").json
    assert (True, PARK) == (as_json["success"], as_json["recognitions"][0]["pages"][0]["text"])


def test_the_command_with_a_model(papers: Path, run: Callable[..., Done], model: ModelServer) -> None:
    reads(model)
    words: tuple[str | Path, ...] = (
        "ocr",
        papers,
        "--model",
        "tiny",
        "--base-url",
        model.url,
        "--resolution",
        "72",
        "--detail",
        "high",
    )
    before = run(*words, "--estimate")
    assert "2 pages; about" in " ".join(before.out.split())
    assert [] == model.asked
    done = run(*words)
    assert "— page 1 —\nRead of 612 x 792" in done.out
    assert "2 calls · 220 tokens" in done.err
    assert "0 calls (2 more were kept from before)" in run(*words).err
    assert "high" == detail_of(model.asked[0])
    saved = run(*words, "--save", papers.with_name("papers.md"))
    assert ("", True) == (saved.out, "Read of 612 x 792" in papers.with_name("papers.md").read_text())


def test_the_command_says_where_it_wrote_and_counts_one_page_as_one(
    papers: Path, tmp_path: Path, run: Callable[..., Done], model: ModelServer
) -> None:
    model.replies_with(sees())
    words = ("ocr", papers, "--pages", "1", "--model", "tiny", "--base-url", model.url, "--resolution", "72")
    assert ": 1 page; about" in " ".join(run(*words, "--estimate").out.split())
    done = run(*words, "--out", tmp_path / "texts")
    assert f"saved in {tmp_path / 'texts' / papers.name}.txt" in done.err
    assert "0 calls (1 more was kept from before)" in run(*words).err


@pytest.mark.parametrize("pages", ["x", "3-1", ",", "-"])
def test_pages_that_are_none_are_refused(papers: Path, run: Callable[..., Done], pages: str) -> None:
    done = run("ocr", papers, "--pages", pages)
    assert (2, True) == (done.code, "names no pages" in done.err)


def test_a_model_that_was_not_reached_is_not_called_offline() -> None:
    from pdfqa.cli.ocr import footer

    lost = Recognition(file="a.pdf", pages=[PageText(page=1, success=False, error="gone")], model="tiny")
    assert "0 pages · 0.0 s · tiny" == footer(Recognitions(recognitions=[lost]))


def test_values_print_what_they_are() -> None:
    assert "Recognition('a.pdf', gone)" == repr(Recognition(file="a.pdf", pages=[], model="", error="gone"))
    assert "0 of 0 pages" in repr(Recognition(file="a.pdf", pages=[], model=""))


def test_no_picture_is_an_error_of_the_test_server(model: ModelServer) -> None:
    reply: Reply = sees()
    body: Json = {"messages": [{"role": "user", "content": "words only"}]}
    answer = reply(body)
    assert isinstance(answer, JSONResponse)
    assert 400 == answer.status_code


def test_more_pages_than_any_file_has_are_not_counted_out(papers: Path, run: Callable[..., Done]) -> None:
    done = run("ocr", papers, "--pages", "1-999999999999")
    assert (2, True) == (done.code, "has no page 3; it has 2" in " ".join(done.err.split()))
