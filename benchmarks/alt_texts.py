"""Descriptions written into copies of PDFs: whether pdfium finds them there, and whether the copies look as before.

`python benchmarks/alt_texts.py --seconds 600`. The model is a server on this machine that tells the colour and
the size of each picture that arrives. Of each copy all alternative texts are read, and the first six pages drawn.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from pathlib import Path

import common
import pypdfium2

sys.path.insert(0, str(common.ROOT))

from pdfqa import PDFQA
from tests.model_server import ModelServer, model_server
from tests.seeing import Seen, sees
from tests.test_descriptions import alts

LARGEST = 6_000_000  # bytes
PAGES = 6


def said(one: Seen) -> str:
    return f"a {one.colour} picture of {one.size[0]} x {one.size[1]}" if one.pixels is not None else "a picture"


def shown(path: Path) -> list[tuple[bytes, str]]:
    document = pypdfium2.PdfDocument(path)
    pages = []
    for number in range(min(len(document), PAGES)):
        page = document[number]
        bitmap = page.render(scale=0.7)
        pages.append((bytes(bitmap.buffer), page.get_textpage().get_text_range()))
        bitmap.close()
    document.close()
    return pages


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="stop after so long")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    paths = common.all_pdfs(options.data, ("robustness", "reports", "open_set"))
    common.need(paths, options.data)
    print(common.header())
    until = time.monotonic() + options.seconds
    with model_server() as model, tempfile.TemporaryDirectory() as scratch:
        model.replies_with(sees(said))
        measured(model, [path for path in paths if path.stat().st_size < LARGEST], Path(scratch), until)


def measured(model: ModelServer, paths: list[Path], scratch: Path, until: float) -> None:
    counts = dict.fromkeys(("files", "images", "written", "found", "changed", "not copied"), 0)
    for number, path in enumerate(paths):
        if time.monotonic() > until:
            print(f"stopped after {number} of {len(paths)} files")
            break
        copy = scratch / f"{number}.pdf"
        with PDFQA(home=scratch / "home", model="tiny", base_url=model.url) as qa:
            done = qa.describe_images(path, alt_text=copy)[0]
        if done.alt_texts is None:
            continue
        counts["not copied"] += bool(done.alt_texts.error)
        if done.alt_texts.error:
            continue
        told = {image.description for image in done.images if image.success}
        found = sum(any(text in seen for text in told) for _, _, seen in alts(copy))
        counts["files"] += 1
        counts["images"] += len(done.images)
        counts["written"] += done.alt_texts.written
        counts["found"] += found
        counts["changed"] += (changed := shown(path) != shown(copy))
        if changed or found < done.alt_texts.written:
            print(f"{path.name}: {done.alt_texts.written} written, {found} found{', changed' * changed}")
        copy.unlink()
    print(", ".join(f"{count:,} {name}" for name, count in counts.items()))


if __name__ == "__main__":
    main()
