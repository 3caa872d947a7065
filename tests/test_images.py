"""The images that are embedded in a PDF: what is listed of them, and the files that they are saved as."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from pdfqa import PDFQA, Box, InvalidRequestError
from pdfqa.engine.looking import Viewer
from pdfqa.errors import DamagedFileError, EncryptedFileError, FileWriteError, ObjectNotFoundError
from pdfqa.types import PageImage
from tests.cli_runner import pdfqa
from tests.homes import CLUB, pdf
from tests.pdf_maker import Leaf, make_pdf, paragraph, write_pdf
from tests.test_bad_input import encrypt

# 2 x 3 pixels of gray.
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300ffffffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc0000b08000300020101"
    "1100ffc40014000100000000000000000000000000000001ffc40014100100000000000000000000000000000000ffda0008"
    "010100003f001fffd9"
)
RED, GREEN, BLUE, WHITE = b"\xff\0\0", b"\0\xff\0", b"\0\0\xff", b"\xff\xff\xff"
COLORS = RED + GREEN + BLUE + WHITE


def image(width: int, height: int, pixels: bytes, more: str = "/ColorSpace /DeviceRGB /BitsPerComponent 8") -> str:
    """Return an image object: pixels as they are, or what `more` says they are."""
    size = f"/Width {width} /Height {height}"
    hexed = f"{pixels.hex()}>"
    filters = "" if "/Filter" in more else "/Filter /ASCIIHexDecode"
    head = f"/Type /XObject /Subtype /Image {size} {more} {filters} /Length {len(hexed)}"
    return f"<< {head} >>\nstream\n{hexed}\nendstream"


def form(content: str, more: str) -> str:
    head = f"/Type /XObject /Subtype /Form /BBox [0 0 1000 1000] {more} /Length {len(content)}"
    return f"<< {head} >>\nstream\n{content}\nendstream"


def shown(at: str, *, name: str = "A", extra: str = "", number: int = 12) -> Leaf:
    """Return a page that shows object `number` at a place."""
    return Leaf(drawing=f"q {at} cm /{name} Do Q\n", extra=extra, resources=f"/XObject << /{name} {number} 0 R >>")


def one(tmp_path: Path, leaf: Leaf, *objects: str, out: Path | None = None) -> PageImage:
    """Return the only image of a document of one page."""
    path = write_pdf(tmp_path / "one.pdf", [leaf], objects=list(objects))
    with PDFQA() as qa:
        (found,) = qa.look(path).images(out=out)
    return found


def read_png(path: str) -> tuple[int, int, int, int, bytes]:
    """Return width, height, bits, kind and rows of a PNG file."""
    data = Path(path).read_bytes()
    width, height, bits, kind = struct.unpack(">IIBB", data[16:26])
    start = data.index(b"IDAT") + 4
    (size,) = struct.unpack(">I", data[start - 8 : start - 4])
    rows = zlib.decompress(data[start : start + size])
    stride = len(rows) // height
    assert {rows[at] for at in range(0, len(rows), stride)} == {0}
    return width, height, bits, kind, b"".join(rows[at + 1 : at + stride] for at in range(0, len(rows), stride))


@pytest.fixture(autouse=True)
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "1")


@pytest.fixture
def colors(tmp_path: Path) -> Path:
    """Return a document whose two pages show the same image, the second twice."""
    first = shown("100 0 0 50 10 20", number=14)
    again = Leaf(drawing="q 30 0 0 30 0 0 cm /A Do Q q 9 0 0 9 99 99 cm /A Do Q\n", resources=first.resources)
    return write_pdf(tmp_path / "colors.pdf", [first, again], objects=[image(2, 2, COLORS)])


def test_an_image_is_listed_with_page_place_and_size(colors: Path) -> None:
    with PDFQA() as qa:
        found = qa.look(colors).images()
    assert found.unread == []
    assert found.images[0] == PageImage(
        page=1,
        box=Box(x0=10, y0=20, x1=110, y1=70),
        width=2,
        height=2,
        format="bitmap",
        filters=["ASCIIHexDecode"],
        bytes=25,
        name="page-1-1",
    )
    assert [(item.page, item.box.x0, item.name) for item in found] == [
        (1, 10, "page-1-1"),
        (2, 0, "page-1-1"),
        (2, 99, "page-1-1"),
    ]


def test_only_those_of_a_page_are_asked_for(colors: Path) -> None:
    with PDFQA() as qa:
        assert len(qa.look(colors).images(2)) == 2
        for page in (0, 3):
            with pytest.raises(InvalidRequestError, match=f"has no page {page}; it has 2"):
                qa.look(colors).images(page)


def test_an_image_on_many_pages_is_saved_once(colors: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "down"
    with PDFQA() as qa:
        found = qa.look(colors).images(out=out)
    assert {str(out / "page-1-1.png")} == {item.saved for item in found}
    assert [out / "page-1-1.png"] == list(out.iterdir())
    assert read_png(found.images[0].saved) == (2, 2, 8, 2, COLORS)


@pytest.mark.parametrize(
    ("extra", "box"),
    [
        ("/MediaBox [0 0 600 800]", (100, 200, 150, 225)),
        ("/MediaBox [10 20 610 820]", (90, 180, 140, 205)),
        ("/CropBox [50 150 400 500] /MediaBox [0 0 600 800]", (50, 50, 100, 75)),
        ("/Rotate 90 /MediaBox [0 0 600 800]", (200, 450, 225, 500)),
        ("/Rotate 180 /MediaBox [0 0 600 800]", (450, 575, 500, 600)),
    ],
)
def test_places_are_those_of_the_page_as_shown(tmp_path: Path, extra: str, box: tuple[float, ...]) -> None:
    found = one(tmp_path, shown("50 0 0 25 100 200", extra=extra), image(2, 2, COLORS)).box
    assert box == pytest.approx((found.x0, found.y0, found.x1, found.y1), abs=0.01)


def test_a_turned_image_has_the_rectangle_around_it(tmp_path: Path) -> None:
    box = one(tmp_path, shown("0 50 -25 0 100 200"), image(2, 2, COLORS)).box
    assert box == Box(x0=75, y0=200, x1=100, y1=250)


def test_an_image_inside_forms_stands_where_they_stand(tmp_path: Path) -> None:
    inner = form("q 10 0 0 10 1 2 cm /I Do Q", "/Matrix [1 0 0 1 5 5] /Resources << /XObject << /I 14 0 R >> >>")
    outer = form("q 2 0 0 2 0 0 cm /F Do Q", "/Resources << /XObject << /F 13 0 R >> >>")
    found = one(tmp_path, shown("1 0 0 1 100 200"), outer, inner, image(2, 2, COLORS))
    assert found.box == Box(x0=112, y0=214, x1=132, y1=234)


def test_an_inline_image_is_one_too(tmp_path: Path) -> None:
    drawing = "q 40 0 0 20 5 6 cm BI /W 2 /H 2 /CS /RGB /BPC 8 /F /AHx ID " + COLORS.hex() + "> EI Q\n"
    found = one(tmp_path, Leaf(drawing=drawing), out=tmp_path / "out")
    assert found.box == Box(x0=5, y0=6, x1=45, y1=26)
    assert found.filters == ["ASCIIHexDecode"]
    assert read_png(found.saved) == (2, 2, 8, 2, COLORS)


def test_a_jpeg_is_saved_as_it_is(tmp_path: Path) -> None:
    more = "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter [/ASCIIHexDecode /DCTDecode]"
    found = one(tmp_path, shown("50 0 0 25 100 200"), image(2, 3, JPEG, more), out=tmp_path)
    assert (found.format, found.width, found.height) == ("jpeg", 2, 3)
    assert found.saved == str(tmp_path / "page-1-1.jpg")
    assert Path(found.saved).read_bytes() == JPEG


def test_a_jpeg_whose_colours_are_the_documents_own_is_saved_as_it_looks(tmp_path: Path) -> None:
    tint = "/FunctionType 2 /Domain [0 1] /C0 [1 1 1] /C1 [1 0 0] /N 1"
    more = f"/ColorSpace [/Separation /Red /DeviceRGB << {tint} >>] /BitsPerComponent 8"
    filters = "/Filter [/ASCIIHexDecode /DCTDecode]"
    found = one(tmp_path, shown("50 0 0 25 100 200"), image(2, 3, JPEG, f"{more} {filters}"), out=tmp_path)
    assert found.saved.endswith(".png")
    assert read_png(found.saved)[:4] == (2, 3, 8, 2)


def test_black_and_white_takes_one_bit_and_gray_eight(tmp_path: Path) -> None:
    more = "/ColorSpace /DeviceGray /BitsPerComponent 1"
    found = one(tmp_path, shown("9 0 0 9 0 0"), image(10, 2, b"\xaa\x80\x55\x40", more), out=tmp_path)
    assert read_png(found.saved) == (10, 2, 1, 0, b"\xaa\x80\x55\x40")
    more = "/ColorSpace /DeviceGray /BitsPerComponent 8"
    found = one(tmp_path, shown("9 0 0 9 0 0"), image(2, 1, b"\x10\x80", more), out=tmp_path)
    assert read_png(found.saved) == (2, 1, 8, 0, b"\x10\x80")


def test_a_soft_mask_becomes_opacity(tmp_path: Path) -> None:
    mask = image(2, 2, b"\xff\x80\x00\xff", "/ColorSpace /DeviceGray /BitsPerComponent 8")
    more = "/ColorSpace /DeviceRGB /BitsPerComponent 8 /SMask 13 0 R"
    found = one(tmp_path, shown("9 0 0 9 0 0"), image(2, 2, COLORS, more), mask, out=tmp_path)
    *head, pixels = read_png(found.saved)
    assert head == [2, 2, 8, 6]
    assert pixels[3::4] == b"\xff\x80\x00\xff"
    assert pixels[:3] == RED


def test_a_stencil_has_the_colour_it_is_painted_in(tmp_path: Path) -> None:
    leaf = Leaf(drawing="1 0 0 rg q 9 0 0 9 0 0 cm /A Do Q\n", resources="/XObject << /A 12 0 R >>")
    found = one(tmp_path, leaf, image(8, 1, b"\x0f", "/ImageMask true /BitsPerComponent 1"), out=tmp_path)
    *head, pixels = read_png(found.saved)
    assert head == [8, 1, 8, 6]
    assert pixels[:4] == RED + b"\xff"
    assert pixels[3::4] == b"\xff" * 4 + b"\0" * 4


def test_a_single_pixel_is_an_image(tmp_path: Path) -> None:
    found = one(tmp_path, shown("9 0 0 9 0 0"), image(1, 1, b"\xff\xff\xff"), out=tmp_path)
    assert read_png(found.saved) == (1, 1, 1, 0, b"\x80")


def test_an_image_too_large_to_be_decoded_is_listed_and_not_saved(tmp_path: Path) -> None:
    found = one(tmp_path, shown("9 0 0 9 0 0"), image(60_000, 60_000, COLORS), out=tmp_path / "out")
    assert (found.width, found.height, found.saved) == (60_000, 60_000, "")
    assert found.problem == "60,000 x 60,000 pixels are too many to be decoded"
    assert [] == list((tmp_path / "out").iterdir())


def test_what_is_no_image_is_not_listed_or_not_saved(tmp_path: Path) -> None:
    leaf = Leaf(drawing="q 9 0 0 9 0 0 cm /A Do /B Do Q\n", resources="/XObject << /A 12 0 R /B 99 0 R >>")
    found = one(tmp_path, leaf, image(5, 5, COLORS, "/Filter [/ASCIIHexDecode /JPXDecode]"), out=tmp_path)
    assert (found.saved, found.problem) == ("", "it cannot be decoded")


def test_a_document_without_images_has_none(tmp_path: Path) -> None:
    with PDFQA() as qa:
        assert len(qa.look(pdf(tmp_path / "club.pdf", CLUB)).images(out=tmp_path / "out")) == 0


def test_a_page_that_cannot_be_loaded_costs_itself(tmp_path: Path) -> None:
    leaves = [shown("9 0 0 9 0 0", number=16)] * 3
    data = make_pdf(leaves, objects=[image(2, 2, COLORS)]).replace(b"[10 0 R 12 0 R 14", b"[10 0 R 99 0 R 14")
    path = tmp_path / "half.pdf"
    path.write_bytes(data)
    with PDFQA() as qa:
        found = qa.look(path).images()
    assert [1, 3] == [item.page for item in found]
    assert [[2]] == [unread.pages for unread in found.unread]
    done = pdfqa("images", path)
    assert done.code == 3
    assert "page 2 was not read: the page is damaged" in " ".join(done.err.split())
    path.write_bytes(data.replace(b"/Count 3", b"/Count 1").replace(b"[10 0 R 99 0 R 14 0 R]", b"[99 0 R]"))
    with PDFQA() as qa, pytest.raises(DamagedFileError, match=r"half\.pdf, page 1: the page is damaged"):
        qa.look(path).images()


def test_an_encrypted_file_needs_its_password(tmp_path: Path) -> None:
    path = encrypt(tmp_path / "secret.pdf", "hush", CLUB)
    with PDFQA() as qa, pytest.raises(EncryptedFileError):
        qa.look(path).images()
    with PDFQA(password=["no", "hush"]) as qa:
        assert qa.look(path).images().images == []
    assert pdfqa("images", path).code == 3
    assert pdfqa("images", path, "--password", "hush").code == 0


def test_a_document_that_was_added_knows_its_images_by_any_name(tmp_path: Path) -> None:
    leaf = Leaf(paragraph(CLUB), drawing=shown("9 0 0 9 0 0").drawing, resources="/XObject << /A 12 0 R >>")
    path = write_pdf(tmp_path / "club.pdf", [leaf], objects=[image(2, 2, COLORS)])
    with PDFQA(path) as qa:
        qa.add()
        assert len(qa.document("club.pdf").images()) == 1
        assert qa.look("club.pdf").images() == qa.document(path).images()


def test_what_is_looked_into_is_the_file_as_it_is_now(tmp_path: Path) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    with PDFQA(path) as qa:
        qa.add()
        write_pdf(path, [shown("9 0 0 9 0 0")], objects=[image(2, 2, COLORS)])
        assert len(qa.look(path).images()) == 1


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with PDFQA() as qa, pytest.raises(ObjectNotFoundError, match=r"absent\.pdf has not been added"):
        qa.look("absent.pdf")
    assert pdfqa("images", "absent.pdf").code == 2


def test_a_folder_that_cannot_be_is_an_error(colors: Path) -> None:
    with PDFQA() as qa, pytest.raises(FileWriteError, match="images cannot be saved in"):
        qa.look(colors).images(out=colors / "inside")


def test_more_pages_than_one_task_has_are_listed_in_order(tmp_path: Path) -> None:
    leaves = [shown("9 0 0 9 0 0", number=90)] * 40
    path = write_pdf(tmp_path / "long.pdf", leaves, objects=[image(2, 2, COLORS)])
    with PDFQA() as qa:
        assert list(range(1, 41)) == [item.page for item in qa.look(path).images()]
        assert isinstance(qa.look(path), Viewer)


def test_the_command_prints_a_table_or_json(colors: Path, tmp_path: Path) -> None:
    done = pdfqa("images", colors, "--out", tmp_path / "out")
    assert done.code == 0
    head, first, *_ = done.out.splitlines()
    assert head.split() == ["page", "pixels", "size", "format", *"left, bottom - right, top (points) name".split()]
    assert first.split("  ")[-1].strip() == str(tmp_path / "out" / "page-1-1.png")
    assert done.err.strip() == f"1 file saved in {tmp_path / 'out'}"
    done = pdfqa("images", colors, "--page", "2", "--json")
    assert [2, 2] == [item["page"] for item in done.json["images"]]
    empty = pdfqa("images", pdf(tmp_path / "club.pdf", CLUB))
    assert (empty.code, empty.out) == (0, "")
    assert "has no images" in empty.err
