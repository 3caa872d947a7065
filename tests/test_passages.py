"""Passages: pieces of one page that leave nothing out and cut nothing in two."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from pdfqa import languages
from pdfqa.pages import Block, BlockKind, Page, Passage
from pdfqa.passages import DEFAULT, AnyStrategy, Strategy, TokenStrategy, count_tokens, cut

KINDS: list[BlockKind] = ["text", "heading", "list", "table", "caption"]
words = st.sampled_from("The harbour was deep in 1931 and ships of 40 tons lay there for weeks".split())
sentence = st.lists(words, min_size=1, max_size=60).map(lambda found: " ".join(found) + ".")
bodies = st.lists(sentence, min_size=1, max_size=8)
drawn_blocks = st.lists(st.tuples(st.sampled_from(KINDS), bodies), max_size=7)
SMALL = Strategy(words=20, overlap=6)


def made(number: int, blocks: Sequence[tuple[BlockKind, Sequence[str]]]) -> Page:
    """Return a page; rows of a table and items of a list stand on lines, sentences side by side."""
    text, found = "", []
    for kind, pieces in blocks:
        body = ("\n" if kind in {"table", "list"} else " ").join(pieces[:1] if kind == "heading" else pieces)
        found.append(Block(len(text), len(text) + len(body), kind, int(kind == "heading")))
        text += body + "\n\n"
    return Page(number=number, label=str(number), width=612, height=792, text=text, blocks=found)


pages = st.lists(drawn_blocks, min_size=1, max_size=3).map(
    lambda drawn: [made(number, blocks) for number, blocks in enumerate(drawn, start=1)]
)
TOKENS = [TokenStrategy(), TokenStrategy(40, 20), TokenStrategy(40, 0), TokenStrategy(4, 2)]
strategies = st.sampled_from([DEFAULT, SMALL, Strategy(words=1, overlap=0), Strategy(words=10, overlap=40), *TOKENS])


def units(page: Page) -> list[tuple[int, int]]:
    """Return the spans that are never cut: headings and sentences."""
    found = []
    for block in page.blocks:
        spans = languages.sentences(page.text[block.start : block.end], "en")
        whole = [(0, block.end - block.start)] if block.kind == "heading" else spans
        found += [(block.start + start, block.start + end) for start, end in whole]
    return found


def of_page(passages: list[Passage], page: Page) -> list[Passage]:
    return [passage for passage in passages if passage.page == page.number]


def text(page: Page, passage: Passage) -> str:
    return page.text[passage.start : passage.end]


def title(page: Page, block: Block) -> str:
    return page.text[block.start : block.end]


@settings(deadline=None, max_examples=60)
@given(pages, strategies)
def test_passages_are_spans_of_one_page_in_order(drawn: list[Page], strategy: AnyStrategy) -> None:
    passages = cut(drawn, "en", strategy=strategy)
    for page in drawn:
        own = of_page(passages, page)
        assert all(0 <= passage.start < passage.end <= len(page.text) for passage in own)
        assert [passage.start for passage in own] == sorted({passage.start for passage in own})
    assert [passage.page for passage in passages] == sorted(passage.page for passage in passages)


@settings(deadline=None, max_examples=60)
@given(pages, strategies)
def test_nothing_is_left_out_and_nothing_cut(drawn: list[Page], strategy: AnyStrategy) -> None:
    passages = cut(drawn, "en", strategy=strategy)
    for page in drawn:
        own, whole = of_page(passages, page), units(page)
        for start, end in whole:
            assert any(passage.start <= start and end <= passage.end for passage in own)
        assert {passage.start for passage in own} <= {start for start, _ in whole}
        assert {passage.end for passage in own} <= {end for _, end in whole}


@settings(deadline=None, max_examples=60, phases=[Phase.explicit, Phase.generate])
@example([made(1, [("text", ["Short it is."] * 12 + ["so " * 59 + "long."] + ["Short it is."] * 3)])], Strategy(20, 15))
@given(pages, strategies)
def test_every_passage_says_something_new(drawn: list[Page], strategy: AnyStrategy) -> None:
    passages = cut(drawn, "en", strategy=strategy)
    for page in drawn:
        ends = [passage.end for passage in of_page(passages, page)]
        assert ends == sorted(set(ends))


@settings(deadline=None, max_examples=60)
@given(pages, st.sampled_from(["", "Before"]))
def test_the_heading_above_is_carried_over(drawn: list[Page], before: str) -> None:
    """Text stands under the heading last seen, on an earlier page where its own has none above it."""
    passages = cut(drawn, "en", heading=before, strategy=SMALL)
    above = before
    for page in drawn:
        headings = [block for block in page.blocks if block.kind == "heading"]
        for passage in of_page(passages, page):
            if passage.kind == "heading":
                continue
            earlier = [title(page, block) for block in headings if block.start < passage.end]
            expected = earlier[-1] if earlier else above
            assert passage.heading == expected or passage.heading.endswith(f"› {expected}")
        above = title(page, headings[-1]) if headings else above


@settings(deadline=None, max_examples=60)
@given(pages)
def test_passages_keep_to_their_size(drawn: list[Page]) -> None:
    """A passage of more than twice the size is one that could not be cut."""
    for passage in cut(drawn, "en", strategy=SMALL):
        page = drawn[passage.page - 1]
        inside = [unit for unit in units(page) if passage.start <= unit[0] and unit[1] <= passage.end]
        longest = max(len(page.text[start:end].split()) for start, end in inside)
        assert len(text(page, passage).split()) <= 2 * (SMALL.words + longest)


def test_a_passage_begins_anew_at_a_heading() -> None:
    page = made(1, [("heading", ["Fees"]), ("text", ["Nine."]), ("heading", ["Terms"]), ("text", ["Ten."])])
    first, second = cut([page], "en")
    assert (text(page, first), first.heading, first.kind) == ("Fees\n\nNine.", "Fees", "text")
    assert (text(page, second), second.heading) == ("Terms\n\nTen.", "Terms")


def test_headings_that_follow_one_another_stand_together() -> None:
    page = made(1, [("heading", ["Part\n One"]), ("heading", ["Fees"]), ("text", ["Nine."])])
    (passage,) = cut([page], "en")
    assert passage.heading == "Part One › Fees"
    assert text(page, passage).endswith("Nine.")


def test_a_heading_alone_is_a_passage() -> None:
    page = made(1, [("heading", ["Annex"])])
    (passage,) = cut([page], "en")
    assert (passage.kind, passage.heading) == ("heading", "Annex")


def test_long_paragraphs_overlap_and_tables_do_not() -> None:
    sentences = [f"Ship number {number} lay in the harbour for weeks." for number in range(60)]
    kinds: list[tuple[BlockKind, bool]] = [("text", True), ("table", False), ("list", False)]
    for kind, overlaps in kinds:
        page = made(1, [(kind, sentences)])
        passages = cut([page], "en")
        assert len(passages) > 3
        assert all((later.start < earlier.end) == overlaps for earlier, later in pairwise(passages))
        assert {passage.kind for passage in passages} == {kind}


def test_rows_of_a_table_stay_whole() -> None:
    rows = [f"Approx. cost of item {number}. See note | {number * 7} | {number * 9}" for number in range(80)]
    page = made(1, [("table", rows)])
    for passage in cut([page], "en", strategy=SMALL):
        assert set(text(page, passage).split("\n")) <= set(rows)


def test_scripts_without_spaces_are_measured_by_their_letters() -> None:
    page = made(1, [("text", ["港には船が沢山あり、週ごとに出て行った。" * 40])])
    passages = cut([page], "ja")
    assert len(passages) > 1
    assert max(len(text(page, passage)) for passage in passages) < 1000


def test_pages_without_blocks_have_no_passages() -> None:
    assert cut([made(1, [])], "en") == []
    assert cut([], "") == []


def test_the_strategy_has_a_name_of_its_own() -> None:
    assert SMALL.name == "words-20-6"
    assert DEFAULT.name != SMALL.name


# Sizes in tokens.


@settings(deadline=None, max_examples=60)
@given(pages, st.sampled_from(TOKENS))
def test_passages_in_tokens_are_no_longer_than_whole_sentences_allow(
    drawn: list[Page], strategy: TokenStrategy
) -> None:
    for passage in cut(drawn, "en", strategy=strategy):
        page = drawn[passage.page - 1]
        inside = [unit for unit in units(page) if passage.start <= unit[0] and unit[1] <= passage.end]
        assert len(inside) == 1 or count_tokens(text(page, passage)) <= strategy.most + 1


@settings(deadline=None, max_examples=60)
@given(pages, st.sampled_from(TOKENS))
def test_passages_in_tokens_are_as_long_as_they_may_be(drawn: list[Page], strategy: TokenStrategy) -> None:
    """With the sentence after it a passage would be too long."""
    passages = cut(drawn, "en", strategy=strategy)
    for page in drawn:
        whole = units(page)
        for passage in of_page(passages, page)[:-1]:
            following = next(end for _, end in whole if end > passage.end)
            assert count_tokens(page.text[passage.start : following]) > strategy.most - len(whole)


def sentences(count: int, tokens: int) -> Page:
    """Return a page of sentences of so many tokens each."""
    words = tokens * 3 // 4
    return made(1, [("text", [" ".join([f"N{number}", *["word"] * (words - 1)]) + "." for number in range(count)])])


@pytest.mark.parametrize(("overlap", "repeated"), [(0, 0), (10, 0), (50, 2), (60, 3), (70, 3), (80, 4)])
def test_the_overlap_is_as_near_as_whole_sentences_allow(overlap: int, repeated: int) -> None:
    page = sentences(30, 20)
    one, two, *_ = cut([page], "en", strategy=TokenStrategy(200, overlap))
    assert 10 == text(page, one).count(".")
    both = page.text[two.start : one.end] if two.start < one.end else ""
    assert repeated == both.count(".")


def test_passages_in_tokens_go_on_over_headings_and_name_those_of_what_is_new() -> None:
    page = made(1, [("heading", ["Fees"]), ("text", ["Nine."]), ("heading", ["Terms"]), ("text", ["Ten."])])
    (passage,) = cut([page], "en", strategy=TokenStrategy())
    assert (page.text.strip(), "Fees · Terms") == (text(page, passage), passage.heading)
    *_, last = cut([page], "en", strategy=TokenStrategy(3, 1))
    assert "Terms" == last.heading


def test_tokens_are_counted_by_words_or_by_letters_of_scripts_without_spaces() -> None:
    assert [0, 2, 4, 400] == [count_tokens(text) for text in ("", "one", "one two three", "word " * 300)]
    assert 4 == count_tokens("港には船が沢山あり")


def test_each_size_has_a_name_of_its_own() -> None:
    everyone: list[AnyStrategy] = [DEFAULT, SMALL, *TOKENS]
    names = [strategy.name for strategy in everyone]
    assert "tokens-800-400" == TokenStrategy().name
    assert len(names) == len(set(names))
