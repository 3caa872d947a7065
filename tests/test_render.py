"""What people read: answers, hits and citations as text and as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from pdfqa import render
from pdfqa.render import Look, body_text, cells, citation_text, clean, hit_text, pages_text, place, unread_text, wrap
from pdfqa.types import Answer, Citation, Hit, Unread

HOSTILE = "\x1b[31mred\x1b[0m \x07bell \u202eright-to-left\u202c <script>alert('x')</script>"


def make_citation(**changes: Any) -> Citation:
    fields: dict[str, Any] = {
        "file": "report.pdf",
        "page": 47,
        "label": "45",
        "quote": "Net revenue  $ 4,312",
        "start": 10,
        "end": 30,
        "verified": True,
        "score": 0.9,
    }
    return Citation(**{**fields, **changes})


def make_hit(**changes: Any) -> Hit:
    fields: dict[str, Any] = {
        "file": "report.pdf",
        "page": 12,
        "label": "12",
        "score": 0.834,
        "text": "Suppliers may fail to deliver.",
        "start": 0,
        "end": 30,
    }
    return Hit(**{**fields, **changes})


def make_answer(**changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "question": "What was net revenue?",
        "text": "$4,312 million in fiscal 2025. [1]",
        "outcome": "answered",
        "citations": [make_citation()],
        "thread_id": "thread_1",
        "run_id": "run_1",
        "model": "extractive",
        "usage": {},
        "timings": {"total": 0.94},
    }
    return Answer(**{**fields, **changes})


def test_an_answer_is_followed_by_numbered_citations() -> None:
    assert body_text(make_answer()) == (
        '$4,312 million in fiscal 2025. [1]\n\n[1] report.pdf, p. 47 (printed 45): "Net revenue  $ 4,312"'
    )


def test_an_answer_without_marks_gets_them() -> None:
    answer = make_answer(text="Both say so.", citations=[make_citation(), make_citation(page=48)])
    assert body_text(answer).startswith("Both say so. [1][2]\n")


def test_print_of_an_answer_names_the_pages_that_were_not_read() -> None:
    unread = [Unread(file="report.pdf", pages=[3, 160], reason="no text: scans")]
    assert str(make_answer(unread=unread)).endswith("\nreport.pdf: pages 3 and 160 were not read: no text: scans")


def test_not_found_names_the_closest_pages_once() -> None:
    closest = [make_hit(), make_hit(), make_hit(page=88)]
    text = body_text(make_answer(outcome="not_found", text="", citations=[], closest=closest))
    assert text == "Not found in the document. Closest passages: p. 12, p. 88 (pdfqa search … to see\nthem)."


def test_not_found_in_several_documents_names_the_files() -> None:
    closest = [make_hit(), make_hit(file="b.pdf", page=3)]
    text = body_text(make_answer(outcome="not_found", text="", citations=[], closest=closest), Look(width=200))
    assert text.startswith("Not found in the documents. Closest passages: report.pdf p. 12, b.pdf p. 3 (")


def test_not_found_without_any_passage_says_only_that() -> None:
    assert body_text(make_answer(outcome="not_found", text="", citations=[])) == "Not found in the document."


def test_unreadable_says_so() -> None:
    assert body_text(make_answer(outcome="unreadable", text="", citations=[])) == "Nothing could be read."


def test_an_unverified_citation_is_marked() -> None:
    text = body_text(make_answer(citations=[make_citation(verified=False)]))
    assert "p. 47 (printed 45) (UNVERIFIED)" in text
    assert "do not rely" in text
    assert "do not rely" not in body_text(make_answer(citations=[make_citation(verified=False), make_citation()]))


def test_a_long_quote_is_wrapped_below_its_text() -> None:
    lines = citation_text(make_citation(quote="word " * 60), 12).splitlines()
    assert lines[0].startswith("[12] report.pdf, ")
    assert all(line.startswith("    word") for line in lines[1:])
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("page", "label", "expected"),
    [
        (47, "45", "r.pdf, p. 47 (printed 45)"),
        (4, "iv", "r.pdf, p. 4 (printed iv)"),
        (5, "5", "r.pdf, p. 5"),
        (5, "", "r.pdf, p. 5"),
    ],
)
def test_a_printed_label_is_named_where_it_differs(page: int, label: str, expected: str) -> None:
    assert place("r.pdf", page, label) == expected


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([3], "3"),
        ([3, 160], "3 and 160"),
        ([7, 5, 6, 9, 6], "5-7 and 9"),
        ([1, 3, 5], "1, 3 and 5"),
        (range(1, 60, 2), "1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 18 more"),
    ],
)
def test_pages_are_listed_as_people_do(pages: list[int], expected: str) -> None:
    assert pages_text(pages) == expected


def test_one_unread_page_is_singular() -> None:
    assert unread_text(Unread(file="a.pdf", pages=[2], reason="")) == "a.pdf: page 2 was not read"


def test_hits_show_rank_place_score_heading_and_text() -> None:
    assert hit_text(make_hit(heading="Risk  factors\n"), 2) == (
        "2. report.pdf, p. 12  0.83  Risk  factors\n   Suppliers may fail to deliver."
    )


def test_matching_words_are_bold_in_colour_only() -> None:
    colored = hit_text(make_hit(), 1, Look(color=True), ["suppli", "fail", "de"])
    assert re.findall(r"\x1b\[1m(.*?)\x1b\[0m", colored) == ["Suppliers", "fail"]
    assert "\x1b" not in hit_text(make_hit(), 1, Look(), ["fail"])


def test_footer_says_time_model_and_whether_offline() -> None:
    assert render.footer_text(make_answer()) == "0.9 s · extractive · offline"
    paid = make_answer(model="gpt-x", timings={"a": 1, "b": 2}, usage={"total_tokens": 1234})
    assert render.footer_text(paid) == "3.0 s · gpt-x · 1,234 tokens"


@pytest.mark.parametrize("width", [20, 40, 80])
def test_wrapped_lines_fit(width: int) -> None:
    text = "Ein Satz, der lang genug ist; 日本語の文章は空白なしで続きます。 and on it goes 한국어 text 👍👍👍 done."
    lines = wrap(text, width, "* ", "  ").splitlines()
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "*" + text.replace(" ", "")


def test_wrapping_keeps_lines_columns_and_long_words() -> None:
    assert wrap("a  b\n\nc", 80, "> ", "  ") == "> a  b\n\n  c"
    assert (
        wrap("see https://example.org/a/very/long/address now", 20)
        == "see\nhttps://example.org/a/very/long/address\nnow"
    )


def test_combining_marks_take_no_room() -> None:
    assert cells("e\u0301") == 1
    assert cells("日本") == 4


def test_nothing_hostile_reaches_the_terminal() -> None:
    shown = str(
        make_answer(text=HOSTILE, citations=[make_citation(quote=HOSTILE, file=f"{HOSTILE}.pdf", label=HOSTILE)])
    )
    assert not set(shown) & {"\x1b", "\x07", "\u202e", "\u202c"}
    assert not set(hit_text(make_hit(text=HOSTILE, heading=HOSTILE), 1)) & {"\x1b", "\x07", "\u202e"}


def test_cleaning_keeps_lines_and_letters() -> None:
    assert clean("a\tb\r\nc\u00adé\x0c") == "a b\ncé "


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    "html",
    [
        make_answer(
            text=HOSTILE,
            citations=[make_citation(quote=HOSTILE, file=HOSTILE, label=HOSTILE, verified=False)],
            unread=[Unread(file=HOSTILE, pages=[1], reason=HOSTILE)],
        )._repr_html_(),
        make_citation(quote=HOSTILE)._repr_html_(),
        make_hit(text=HOSTILE, heading=HOSTILE, file=HOSTILE)._repr_html_(),
    ],
)
def test_html_is_balanced_and_escaped(html: str) -> None:
    tags = _Tags()
    tags.feed(html)
    tags.close()
    assert not tags.open
    assert tags.seen <= {"div", "ol", "li", "b", "q", "sup", "span"}
    assert "&lt;script&gt;" in html
    assert "\x1b" not in html


def test_html_shows_marks_and_doubt() -> None:
    html = make_answer(citations=[make_citation(verified=False)])._repr_html_() or ""
    assert "<sup>[1]</sup>" in html
    assert "unverified" in html
    assert "<ol" not in (make_answer(outcome="not_found", citations=[])._repr_html_() or "")
