"""Papers of what was seen in pictures: the text of pages, descriptions of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pdfqa.out.links import Linker
from pdfqa.out.paper import Block, Paper, Run
from pdfqa.out.papers import Maker, finished
from pdfqa.render import clean, one_line, pages_text
from pdfqa.results_pictures import Description, Descriptions, Recognition, Recognitions


def recognitions_paper(value: Recognitions, link: Linker) -> Paper:
    """Return the text of files, page by page."""
    maker = Maker(link)
    for one in value:
        if len(value) > 1:
            maker.heading(one.file)
        if one.error:
            maker.say(f"Not read: {one_line(one.error)}", "warning")
        for page in one.pages:
            if len(one.pages) > 1:
                maker.heading(f"Page {page.page}", 3)
            for line in filter(str.strip, page.text.split("\n")):
                maker.say(line)
            if page.error:
                maker.say(f"Page {page.page}: {one_line(page.error)}", "warning")
    title = f"Text of {value[0].file}" if len(value) == 1 else f"Text of {len(value)} files"
    return finished(title, maker, ", ".join(dict.fromkeys(one.model for one in value if one.model)))


def descriptions_paper(value: Descriptions, link: Linker) -> Paper:
    """Return the descriptions of images, those that are shown several times once."""
    maker = Maker(link)
    for one in value:
        if len(value) > 1:
            maker.heading(one.file)
        if one.error:
            maker.say(f"Not looked at: {one_line(one.error)}", "warning")
        pages: dict[str, list[int]] = {}
        for image in one.images:
            pages.setdefault(image.name, []).extend([] if image.page is None else [image.page])
        for image in {image.name: image for image in reversed(one.images) if not image.skipped}.values():
            shown = pages[image.name]
            where = f"{'Page' if len(set(shown)) == 1 else 'Pages'} {pages_text(shown)}, " if shown else ""
            said = image.description if image.success else f"not described: {one_line(image.error)}"
            line = [Run(f"{where}{one_line(image.name)}: ", bold=True), Run(clean(said))]
            maker.blocks.append(Block(kind="text", line=[*line]))
        for unread in one.unread:
            maker.say(unread, "small")
    title = f"Images of {value[0].file}" if len(value) == 1 else f"Images of {len(value)} files"
    return finished(title, maker, ", ".join(dict.fromkeys(one.model for one in value)))


PAPERS: Mapping[type, Callable[[Any, Linker], Paper]] = {
    Recognition: lambda value, link: recognitions_paper(Recognitions(recognitions=[value]), link),
    Recognitions: recognitions_paper,
    Description: lambda value, link: descriptions_paper(Descriptions(descriptions=[value]), link),
    Descriptions: descriptions_paper,
}
