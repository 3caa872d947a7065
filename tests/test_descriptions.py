"""Images described by a model that sees what really arrives, and written back into copies of their PDFs."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pypdf
import pypdfium2
import pytest
from pypdfium2 import raw

from pdfqa import PDFQA
from pdfqa.errors import FileError, InvalidRequestError
from pdfqa.pdf.copies.content import steps
from pdfqa.types import Box
from tests.cli_runner import Done
from tests.model_server import ModelServer, model_server, refuses
from tests.pdf_maker import Leaf, Put, make_pdf
from tests.seeing import Seen, as_bytes, detail_of, plain, sees

RED, GREEN, BLUE = (0, 0, 255), (0, 255, 0), (255, 0, 0)
RED_SAID, GREEN_SAID = "a red picture of 60 x 40", "a green picture of 60 x 40"


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def model(server: ModelServer) -> ModelServer:
    server.replies_with(sees())
    return server


def seeing(model: ModelServer) -> dict[str, Any]:
    return {"model": "tiny", "base_url": model.url}


def image(colour: str, width: int = 60, height: int = 40) -> str:
    """Return an image of one colour, given as the hexadecimal of a pixel, as an object of a PDF."""
    data = (colour * (width * height)).upper() + ">"
    return (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        f"/Filter /ASCIIHexDecode /Length {len(data)} >>\nstream\n{data}\nendstream"
    )


def draw(name: str, x: float, y: float, width: float = 120, height: float = 80) -> str:
    return f"q {width} 0 0 {height} {x} {y} cm /{name} Do Q\n"


def leaf(drawing: str, *texts: Put, extra: str = "", more: str = "") -> Leaf:
    """Return a page that may draw a red image as /R, a green one as /G and what `more` names."""
    return Leaf([*texts], extra, drawing, f"/XObject << /R 100 0 R /G 101 0 R {more} >>")


def write(path: Path, pages: list[Leaf], *, root: str = "", objects: dict[int, str] | None = None) -> Path:
    """Write a PDF whose images are objects 100 and 101; others are given by their numbers from 102."""
    first = 10 + 2 * len(pages)
    known = {100: image("ff0000"), 101: image("00ff00"), **(objects or {})}
    fill = [known.get(number, "null") for number in range(first, max(known) + 1)]
    path.write_bytes(make_pdf(pages, root=root, objects=fill))
    return path


@pytest.fixture
def flyer(tmp_path: Path) -> Path:
    """Write a PDF without a structure: text, a red image, text, a green one; and the red one again on page 2."""
    first = leaf(draw("R", 72, 600) + draw("G", 300, 300), Put("Words of page one.", 72, 700))
    return write(tmp_path / "flyer.pdf", [first, leaf(draw("R", 100, 100), Put("Words of page two.", 72, 700))])


def alts(path: Path, password: str | None = None) -> list[tuple[int, str, str]]:
    """Return what pdfium, which browsers read PDFs with, finds: page, kind of element and text of each that has one."""
    found: list[tuple[int, str, str]] = []
    document = pypdfium2.PdfDocument(path, password=password)

    def text(ask: Any, element: Any) -> str:
        size = ask(element, None, 0)
        room = ctypes.create_string_buffer(max(size, 2))
        ask(element, room, size)
        return room.raw[: max(size - 2, 0)].decode("utf-16-le")

    def look(element: Any, page: int) -> None:
        said = text(raw.FPDF_StructElement_GetAltText, element)
        if said:
            found.append((page, text(raw.FPDF_StructElement_GetType, element), said))
        for number in range(raw.FPDF_StructElement_CountChildren(element)):
            child = raw.FPDF_StructElement_GetChildAtIndex(element, number)
            if child:
                look(child, page)

    for number in range(len(document)):
        tree = raw.FPDF_StructTree_GetForPage(document[number])
        if tree:
            for at in range(raw.FPDF_StructTree_CountChildren(tree)):
                child = raw.FPDF_StructTree_GetChildAtIndex(tree, at)
                if child:
                    look(child, number + 1)
            raw.FPDF_StructTree_Close(tree)
    document.close()
    return found


def shown(path: Path, password: str | None = None) -> list[tuple[bytes, str]]:
    """Return the pixels and the words of each page."""
    document = pypdfium2.PdfDocument(path, password=password)
    pages = []
    for page in document:
        bitmap = page.render()
        pages.append((bytes(bitmap.buffer), page.get_textpage().get_text_range()))
        bitmap.close()
    document.close()
    return pages


# Descriptions


def test_each_image_is_described_with_its_page_and_place(flyer: Path, model: ModelServer) -> None:
    with PDFQA(flyer, **seeing(model)) as qa:
        (done,) = qa.describe_images()
        assert [] == qa.files()
    assert [
        ("page-1-1", 1, Box(x0=72, y0=600, x1=192, y1=680), RED_SAID),
        ("page-1-2", 1, Box(x0=300, y0=300, x1=420, y1=380), GREEN_SAID),
        ("page-1-1", 2, Box(x0=100, y0=100, x1=220, y1=180), RED_SAID),
    ] == [(one.name, one.page, one.box, one.description) for one in done.images]
    assert (True, 2, 220) == (done.success, done.calls, done.usage["total_tokens"])  # shown twice, asked once
    assert 110 == done.images[0].usage["total_tokens"]
    assert done.images[0].image.startswith(b"\x89PNG")
    assert "pp. 1-2  page-1-1  60 x 40\n  a red picture of 60 x 40" in str(done)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".gif"])
def test_an_image_file_is_described(tmp_path: Path, model: ModelServer, suffix: str) -> None:
    path = tmp_path / f"blue{suffix}"
    path.write_bytes(as_bytes(plain(BLUE), suffix))
    kinds: list[str] = []

    def look(one: Seen) -> str:
        kinds.append(one.type)
        return f"{one.colour}, {one.size}"

    model.replies_with(sees(look))
    with PDFQA(**seeing(model)) as qa:
        (described,) = qa.describe_images(path)[0].images
    assert ("blue, (60, 40)", None, None, path.name) == (
        described.description,
        described.page,
        described.box,
        described.name,
    )
    assert [f"image/{'jpeg' if suffix == '.jpg' else suffix[1:]}"] == kinds


def test_the_question_may_be_ones_own(flyer: Path, model: ModelServer) -> None:
    with PDFQA(flyer, **seeing(model)) as qa:
        qa.describe_images(page=2, prompt="Which colour?", instructions="Answer in German.", detail="high")
    (body,) = model.asked
    assert "Which colour?" == body["messages"][1]["content"][0]["text"]
    assert "Answer in German." in body["messages"][0]["content"]
    assert "high" == detail_of(body)


def test_small_images_are_passed_over(tmp_path: Path, model: ModelServer) -> None:
    bullet = {102: image("0000ff", 8, 8)}
    path = write(tmp_path / "a.pdf", [leaf(draw("B", 10, 10) + draw("R", 72, 600), more="/B 102 0 R")], objects=bullet)
    with PDFQA(path, **seeing(model)) as qa:
        done = qa.describe_images()[0]
        assert [(True, ""), (False, RED_SAID)] == [(one.skipped, one.description) for one in done.images]
        assert done.success
        assert 2 == qa.describe_images(smallest=1)[0].calls + 1


def test_what_was_described_is_kept_and_a_failure_stops_nothing(flyer: Path, model: ModelServer) -> None:
    model.replies_with(refuses(400, "too bright"), sees())
    with PDFQA(flyer, **seeing(model)) as qa:
        first = qa.describe_images()[0]
        assert [False, True, False] == [one.success for one in first.images]
        assert "too bright" in first.images[0].error
        assert not first.success
        assert (2, 1) == ((estimate := qa.estimate_descriptions()[0]).calls, estimate.kept)
        second = qa.describe_images()[0]
    assert (True, 1, 1) == (second.success, second.calls, second.kept)


def test_files_that_cannot_be_used_are_told(tmp_path: Path, flyer: Path, model: ModelServer) -> None:
    (tmp_path / "notes.txt").write_text("words")
    with PDFQA(**seeing(model)) as qa:
        done = qa.describe_images(tmp_path / "gone.pdf", tmp_path / "notes.txt", flyer)
        assert "gone.pdf" in str(qa.estimate_descriptions(tmp_path / "gone.pdf"))
    assert ["file" in done[0].error, "neither a PDF nor an image" in done[1].error, done[2].success] == [True] * 3
    assert not done.success


def test_a_model_is_needed(flyer: Path) -> None:
    with PDFQA(flyer) as qa, pytest.raises(InvalidRequestError, match="a model that sees"):
        qa.describe_images()


# Alternative texts


def test_a_pdf_without_structure_gets_one(flyer: Path, tmp_path: Path, model: ModelServer) -> None:
    before, copy = flyer.read_bytes(), tmp_path / "copy.pdf"
    with PDFQA(flyer, **seeing(model)) as qa:
        told = qa.describe_images(alt_text=copy)[0].alt_texts
    assert told is not None
    assert (str(copy), 3, False) == (told.path, told.written, told.tagged)
    assert "one was made" in told.notes[0]
    assert [(1, "Figure", RED_SAID), (1, "Figure", GREEN_SAID), (2, "Figure", RED_SAID)] == alts(copy)
    assert shown(flyer) == shown(copy)
    assert before == flyer.read_bytes()
    root = pypdf.PdfReader(copy).root_object
    assert (True, True) == (root["/MarkInfo"]["/Marked"], root["/MarkInfo"]["/Suspects"])  # type: ignore[index]


def test_all_text_is_in_the_structure_that_was_made(flyer: Path, tmp_path: Path, model: ModelServer) -> None:
    with PDFQA(flyer, **seeing(model)) as qa:
        qa.describe_images(alt_text=tmp_path / "copy.pdf")
    reader = pypdf.PdfReader(tmp_path / "copy.pdf")
    document: Any = reader.root_object["/StructTreeRoot"]["/K"][0].get_object()  # type: ignore[index]
    kinds = [kid.get_object()["/S"] for kid in document["/K"]]
    assert ["/Figure", "/Figure", "/P", "/Figure", "/P"] == kinds  # the texts are drawn after the images
    for page in reader.pages:
        contents: Any = page["/Contents"].get_object()
        marked = [step for step in steps(contents.get_data()) if step.operator == b"BDC"]
        closed = [step for step in steps(contents.get_data()) if step.operator == b"EMC"]
        assert len(marked) == len(closed) > 0


STRUCTURE = """/MarkInfo << /Marked true >> /StructTreeRoot 110 0 R"""


def tagged(path: Path, drawing: str, elements: dict[int, str], kids: str, marks: str) -> Path:
    """Write a PDF of one page with a structure: elements from object 112 on, and those of marks by their numbers."""
    objects = {
        110: f"<< /Type /StructTreeRoot /K 111 0 R /RoleMap << /Picture /Figure >> "
        f"/ParentTree << /Nums [0 [{marks}]] >> /ParentTreeNextKey 1 >>",
        111: f"<< /Type /StructElem /S /Document /P 110 0 R /K [{kids}] >>",
        **elements,
    }
    page = leaf(drawing, extra="/StructParents 0")
    return write(path, [page], root=STRUCTURE, objects=objects)


def mark(tag: str, number: int, inside: str) -> str:
    return f"/{tag} << /MCID {number} >> BDC\n{inside}EMC\n"


def element(kind: str, number: int, more: str = "", parent: int = 111) -> str:
    return f"<< /Type /StructElem /S /{kind} /P {parent} 0 R /Pg 10 0 R /K {number} {more} >>"


def described(path: Path, model: ModelServer) -> Any:
    with PDFQA(path, **seeing(model)) as qa:
        told = qa.describe_images(alt_text=path.with_name("copy.pdf"))[0].alt_texts
    assert shown(path) == shown(path.with_name("copy.pdf"))
    return told


def test_figures_of_a_structure_get_the_texts(tmp_path: Path, model: ModelServer) -> None:
    drawing = mark("Figure", 0, draw("R", 72, 600)) + mark("Span", 1, draw("G", 300, 300))
    elements = {
        112: element("Picture", 0),  # which the document says is a figure
        113: "<< /Type /StructElem /S /Figure /P 111 0 R /K [114 0 R] >>",
        114: element("Span", 1, parent=113),
    }
    path = tagged(tmp_path / "a.pdf", drawing, elements, "112 0 R 113 0 R", "112 0 R 114 0 R")
    told = described(path, model)
    assert (2, True, []) == (told.written, told.tagged, told.notes)
    assert {RED_SAID, GREEN_SAID} == {said for _, _, said in alts(tmp_path / "copy.pdf")}


@pytest.mark.parametrize(
    ("alt", "kept"), [("(A map of Rauma)", True), (r"(C:\\\\Users\\\\me\\\\M320-2 \(2\).png)", False), ("( )", False)]
)
def test_a_text_that_is_there_is_kept_unless_it_is_a_file_name(
    tmp_path: Path, model: ModelServer, alt: str, kept: bool
) -> None:
    elements = {112: element("Figure", 0, f"/Alt {alt}")}
    path = tagged(tmp_path / "a.pdf", mark("Figure", 0, draw("R", 72, 600)), elements, "112 0 R", "112 0 R")
    told = described(path, model)
    assert (0 if kept else 1) == told.written
    assert ("A map of Rauma" if kept else RED_SAID) == alts(tmp_path / "copy.pdf")[0][2]
    assert kept == any("had a text already" in note for note in told.notes)


@pytest.mark.parametrize("announced", ["", "/MarkInfo << /Marked false >>"])
@pytest.mark.parametrize(("kind", "kept"), [("P", True), ("Figure", False)])
def test_a_structure_that_is_not_announced_is_followed_if_it_has_more_than_figures(
    tmp_path: Path, model: ModelServer, kind: str, kept: bool, announced: str
) -> None:
    objects = {
        110: "<< /Type /StructTreeRoot /K [111 0 R 112 0 R] /ParentTree << /Nums [0 [111 0 R 112 0 R]] >> >>",
        111: element(kind, 0, parent=110),
        112: element("Figure", 1, parent=110),
    }
    drawing = mark(kind, 0, "BT ET\n") + mark("Figure", 1, draw("R", 72, 600))
    page = leaf(drawing, extra="/StructParents 0")
    path = write(tmp_path / "a.pdf", [page], root=f"{announced} /StructTreeRoot 110 0 R", objects=objects)
    told = described(path, model)
    assert (1, kept) == (told.written, told.tagged)
    assert RED_SAID in {said for _, _, said in alts(tmp_path / "copy.pdf")}


def test_several_images_of_one_figure_are_told_together(tmp_path: Path, model: ModelServer) -> None:
    drawing = mark("Figure", 0, draw("R", 72, 600) + draw("G", 300, 300))
    path = tagged(tmp_path / "a.pdf", drawing, {112: element("Figure", 0)}, "112 0 R", "112 0 R")
    assert 2 == described(path, model).written
    assert [(1, "Figure", f"{RED_SAID} {GREEN_SAID}")] == alts(tmp_path / "copy.pdf")


def test_decoration_and_images_in_running_text_are_left(tmp_path: Path, model: ModelServer) -> None:
    drawing = "/Artifact BMC\n" + draw("R", 72, 600) + "EMC\n" + mark("P", 0, draw("G", 300, 300))
    path = tagged(tmp_path / "a.pdf", drawing, {112: element("P", 0)}, "112 0 R", "112 0 R")
    told = described(path, model)
    assert (0, True) == (told.written, told.tagged)
    assert ["decoration" in told.notes[0], "drawn together with text" in told.notes[1]] == [True, True]
    assert [] == alts(tmp_path / "copy.pdf")


def test_an_image_outside_a_structure_is_put_into_it(tmp_path: Path, model: ModelServer) -> None:
    drawing = mark("P", 0, "BT ET\n") + draw("R", 72, 600)
    path = tagged(tmp_path / "a.pdf", drawing, {112: element("P", 0)}, "112 0 R", "112 0 R")
    told = described(path, model)
    assert (1, True, []) == (told.written, told.tagged, told.notes)
    assert [(1, "Figure", RED_SAID)] == alts(tmp_path / "copy.pdf")


def form(content: str, more: str = "") -> str:
    return (
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /R 100 0 R >> "
        f"/Font << /F 4 0 R >> >> {more} /Length {len(content)} >>\nstream\n{content}\nendstream"
    )


def test_images_in_forms(tmp_path: Path, model: ModelServer) -> None:
    words = "BT /F 10 Tf 1 0 0 1 20 20 Tm (Words) Tj ET "
    objects = {102: form(draw("R", 72, 600), "/Matrix [0.5 0 0 0.5 0 0]"), 103: form(words + draw("R", 300, 100))}
    page = leaf("/A Do\n/B Do\n", Put("Text.", 72, 700), more="/A 102 0 R /B 103 0 R")
    told = described(write(tmp_path / "a.pdf", [page], objects=objects), model)
    assert 1 == told.written
    assert "1 image of" in told.notes[0]
    assert "drawn together with text" in told.notes[0]
    assert [(1, "Figure", RED_SAID)] == alts(tmp_path / "copy.pdf")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_and_cropped_pages(tmp_path: Path, model: ModelServer, turn: int) -> None:
    extra = f"/Rotate {turn} /CropBox [50 60 500 700]"
    path = write(tmp_path / "a.pdf", [leaf(draw("R", 72, 600) + draw("G", 300, 300), extra=extra)])
    assert 2 == described(path, model).written
    assert [RED_SAID, GREEN_SAID] == [said for _, _, said in alts(tmp_path / "copy.pdf")]


def test_inline_images_and_old_marks(tmp_path: Path, model: ModelServer) -> None:
    pixels = "0000ff" * 40 * 40
    inline = f"q 100 0 0 100 10 10 cm BI /W 40 /H 40 /CS /RGB /BPC 8 /F /AHx ID {pixels}> EI Q\n"
    path = write(tmp_path / "a.pdf", [leaf(mark("P", 7, "BT ET\n") + inline)])
    assert 1 == described(path, model).written
    assert [(1, "Figure", "a blue picture of 40 x 40")] == alts(tmp_path / "copy.pdf")


def test_the_copy_of_an_encrypted_pdf_is_encrypted(flyer: Path, tmp_path: Path, model: ModelServer) -> None:
    writer = pypdf.PdfWriter(clone_from=flyer)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    with PDFQA(tmp_path / "locked.pdf", password="secret", **seeing(model)) as qa:
        qa.describe_images(alt_text=tmp_path / "copy.pdf")
    assert pypdf.PdfReader(tmp_path / "copy.pdf").is_encrypted
    assert [RED_SAID, GREEN_SAID, RED_SAID] == [said for _, _, said in alts(tmp_path / "copy.pdf", "secret")]


def test_descriptions_can_be_changed_before_they_are_written(flyer: Path, tmp_path: Path, model: ModelServer) -> None:
    with PDFQA(flyer, **seeing(model)) as qa:
        done = qa.describe_images()
        images = [msgspec.structs.replace(one, description="Looked over.") for one in done[0].images]
        changed = msgspec.structs.replace(done, descriptions=[msgspec.structs.replace(done[0], images=images)])
        told = qa.write_alt_texts(changed, tmp_path / "copy.pdf")[0].alt_texts
        assert told is not None
        assert 3 == told.written
        flyer.unlink()
        with pytest.raises(FileError):
            qa.write_alt_texts(changed, tmp_path / "copy.pdf")
    assert ["Looked over."] * 3 == [said for _, _, said in alts(tmp_path / "copy.pdf")]


def test_descriptions_are_written_into_no_other_file_of_that_name(
    flyer: Path, tmp_path: Path, model: ModelServer
) -> None:
    with PDFQA(flyer, **seeing(model)) as qa:
        done = qa.describe_images()
        write(flyer, [leaf(draw("G", 10, 10))])
        with pytest.raises(FileError, match="has changed since"):
            qa.write_alt_texts(done, tmp_path / "copy.pdf")
    assert not (tmp_path / "copy.pdf").exists()


def test_copies_of_several_pdfs_go_into_a_folder(flyer: Path, tmp_path: Path, model: ModelServer) -> None:
    other = write(tmp_path / "other.pdf", [leaf(draw("G", 10, 10))])
    with PDFQA(flyer, other, **seeing(model)) as qa:
        with pytest.raises(InvalidRequestError, match="Name a folder"):
            qa.describe_images(alt_text=tmp_path / "copy.pdf")
        qa.describe_images(alt_text=tmp_path / "copies")
    assert ["flyer.pdf", "other.pdf"] == sorted(path.name for path in (tmp_path / "copies").iterdir())
    assert [(1, "Figure", GREEN_SAID)] == alts(tmp_path / "copies" / "other.pdf")


def test_copies_of_pdfs_with_the_same_name_do_not_replace_each_other(
    flyer: Path, tmp_path: Path, model: ModelServer
) -> None:
    (tmp_path / "more").mkdir()
    other = write(tmp_path / "more" / "flyer.pdf", [leaf(draw("G", 10, 10))])
    with PDFQA(flyer, other, **seeing(model)) as qa:
        done = qa.describe_images(alt_text=tmp_path / "copies")
        qa.write_alt_texts(done, tmp_path / "again")
    for folder in ("copies", "again"):
        assert ["flyer (2).pdf", "flyer.pdf"] == sorted(path.name for path in (tmp_path / folder).iterdir())
        assert [(1, "Figure", GREEN_SAID)] == alts(tmp_path / folder / "flyer (2).pdf")


def test_a_copy_that_cannot_be_written_costs_no_description(
    flyer: Path, tmp_path: Path, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise FileError("no copy of it can be written")

    monkeypatch.setattr("pdfqa.out.alt_texts.write", fails)
    with PDFQA(flyer, **seeing(model)) as qa:
        done = qa.describe_images(alt_text=tmp_path / "copy.pdf")[0]
    assert done.alt_texts is not None
    assert ("no copy of it can be written", False, RED_SAID) == (
        done.alt_texts.error,
        done.success,
        done.images[0].description,
    )


def test_the_original_is_never_written_to(flyer: Path, model: ModelServer) -> None:
    with PDFQA(flyer, **seeing(model)) as qa:
        for path in (flyer, flyer.parent / "." / "flyer.pdf"):
            with pytest.raises(InvalidRequestError, match="never changed"):
                qa.describe_images(alt_text=path)
    assert [] == model.asked


# Shown and saved


@pytest.mark.parametrize("ending", [".md", ".html", ".docx", ".txt", ".json"])
def test_descriptions_are_saved(flyer: Path, tmp_path: Path, model: ModelServer, ending: str) -> None:
    with PDFQA(flyer, **seeing(model)) as qa:
        saved = Path(qa.describe_images().save(tmp_path / f"images{ending}"))
    assert saved.stat().st_size > 0
    if ending != ".docx":
        assert RED_SAID in saved.read_text()
        assert "iVBOR" not in saved.read_text()  # the images themselves are not in it
    if ending == ".md":
        assert "**Pages 1-2, page-1-1:** a red" in saved.read_text()


def test_descriptions_show_their_images_in_a_notebook(flyer: Path, model: ModelServer) -> None:
    with PDFQA(flyer, **seeing(model)) as qa:
        html = qa.describe_images()._repr_html_() or ""
    assert 2 == html.count('<img src="data:image/png;base64,')
    assert "p. 1-2" in html
    assert GREEN_SAID in html


# On the command line


def test_the_command_describes_and_writes(
    flyer: Path, tmp_path: Path, run: Callable[..., Done], model: ModelServer
) -> None:
    copy = tmp_path / "copy.pdf"
    words = ("images", flyer, "--model", "tiny", "--base-url", model.url)
    assert "2 images; about" in " ".join(run(*words, "--estimate").out.split())
    done = run(*words, "--describe", "--alt-text", copy)
    assert 0 == done.code
    assert "page-1-2  60 x 40\n  a green picture of 60 x 40\n" in done.out
    assert "3 descriptions written into" in " ".join(done.err.split())
    assert 3 == len(alts(copy))
    value = run(*words, "--describe", "--json").json
    assert (True, 2) == (value["success"], value["descriptions"][0]["kept"])
    assert "image" not in value["descriptions"][0]["images"][0]
    saved = run(*words, "--describe", "--save", tmp_path / "images.md")
    assert f"saved in {tmp_path / 'images.md'}" in saved.err.replace("\n  ", " ")


def test_alternative_texts_of_what_is_no_pdf_are_told_not_to_be_there(
    tmp_path: Path, run: Callable[..., Done], model: ModelServer
) -> None:
    from PIL import Image

    Image.new("RGB", (60, 40), "red").save(tmp_path / "red.png")
    where = ("--model", "tiny", "--base-url", model.url, "--alt-text", tmp_path / "copy.pdf")
    done = run("images", tmp_path / "red.png", "--describe", *where)
    assert "copy.pdf was not written" in " ".join(done.err.split())
    assert "is no PDF" in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--prompt", "x"], "--prompt is about descriptions"),
        (["--save", "x.md"], "--save is about descriptions"),
        (["--describe", "--out", "x"], "Do one after the other"),
    ],
)
def test_options_that_do_not_go_together(flyer: Path, run: Callable[..., Done], words: list[str], said: str) -> None:
    done = run("images", flyer, *words)
    assert (2, True) == (done.code, said in done.err)


# The content of pages


def test_a_content_is_taken_apart_whatever_stands_in_it() -> None:
    data = (
        b"q 1 0 0 -1.5 10 +20 cm /Im#200 Do Q % a comment ( with Do\n"
        b"BT /F1 12 Tf (a \\) (b) Do) Tj [(x) -20 <4F>] TJ ET /P <</MCID 3 /T (>>)>> BDC true EMC "
        b"BI /W 2 /H 2 ID \x00\x01 EI\xff\x02 EI\n/Im1 Do ) ]"
    )
    found = [(step.operator.decode(), step.operands) for step in steps(data)]
    assert ["q", "cm", "Do", "Q", "BT", "Tf", "Tj", "TJ", "ET", "BDC", "EMC", "BI", "Do"] == [name for name, _ in found]
    assert [1.0, 0.0, 0.0, -1.5, 10.0, 20.0] == found[1][1]
    assert [b"P", b"<</MCID 3 /T (>>)>>"] == found[9][1]
    image_, last = list(steps(data))[-2:]
    assert b"BI /W 2 /H 2 ID \x00\x01 EI\xff\x02 EI" == data[image_.start : image_.end]
    assert b"/Im1 Do" == data[last.start : last.end]


def test_a_content_that_is_cut_short_ends_there() -> None:
    for data in (b"(never closed Do", b"<< /A 1 Do", b"[1 2 Do", b"BI /W 1", b"BI /W 1 ID abc"):
        list(steps(data))
