"""Lists and steps: the items that are asked for, each as it stands on the page."""

from __future__ import annotations

import msgspec
import pytest

from pdfqa.pages import Block, Page
from tests.evidence_maker import page
from tests.test_answer import answer


def with_list(heading: str, lead: str, items: list[str]) -> Page:
    """Return a page with a list under a heading and a sentence that leads in."""
    one = page(f"# {heading}", *([lead] if lead else []), *items, "The harbour was closed for two winters.")
    blocks = [
        Block(block.start, block.end, "list") if one.text[block.start : block.end] in items else block
        for block in one.blocks
    ]
    return msgspec.structs.replace(one, blocks=blocks)


LEAVE = with_list(
    "Special leave",
    "Paid days off are given for:",
    ["• a wedding: two days;", "• a birth: ten days;", "• moving house: one day."],
)


def test_the_items_of_a_list_are_told_with_one_quote() -> None:
    draft = answer("What are the paid days off of special leave?", LEAVE)
    assert draft.text == "- a wedding: two days\n- a birth: ten days\n- moving house: one day. [1]"
    assert draft.quotes[0].text == "• a wedding: two days;\n• a birth: ten days;\n• moving house: one day."


@pytest.mark.parametrize("question", ["List the paid days off.", "Which days off are paid?", "Name the paid days off."])
def test_lists_are_asked_for_in_many_ways(question: str) -> None:
    assert answer(question, LEAVE).text.startswith("- a wedding")


@pytest.mark.parametrize("question", ["Who is given paid days off?", "Why are days off paid?", "When are days off?"])
def test_other_questions_are_not_given_lists(question: str) -> None:
    assert not answer(question, LEAVE).text.startswith("- ")


def test_steps_are_told_one_after_the_other() -> None:
    one = with_list("Connecting power", "", ["1. Connect the cord to the adaptor.", "2. Plug it into the outlet."])
    text = answer("How do I connect the power?", one).text
    assert text == "- 1. Connect the cord to the adaptor.\n- 2. Plug it into the outlet. [1]"


def test_numbered_headings_are_a_list_with_a_quote_for_each() -> None:
    one = page("# Risk factors", "# 1. Public budgets", "They are cut.", "# 2. Exchange rates", "They move.")
    levels = [
        msgspec.structs.replace(block, level=2) if one.text[block.start].isdigit() else block for block in one.blocks
    ]
    draft = answer("What are the risk factors?", msgspec.structs.replace(one, blocks=levels))
    assert draft.text == "- 1. Public budgets [1]\n- 2. Exchange rates [2]"


def test_a_long_list_is_cut_and_says_so() -> None:
    one = with_list("Members of the crew", "", [f"• Sailor number {number} of the watch" for number in range(14)])
    text = answer("Who are the members? List the members of the crew.", one).text
    assert "- Sailor number 9" in answer("What are the members of the crew?", one).text
    assert "… and 4 more on page 1 [1]" in answer("What are the members of the crew?", one).text
    assert text


def test_long_items_are_cut_at_their_first_words() -> None:
    long = " ".join(f"word{number}" for number in range(40))
    one = with_list("Classes of data", "", [f"• Open: {long}", f"• Closed: {long}"])
    text = answer("What are the classes of data?", one).text
    assert text.startswith("- Open: word0")
    assert all(line.rstrip(" [1]").endswith("…") for line in text.split("\n"))


def test_a_list_of_something_else_is_not_given() -> None:
    assert not answer("What are the colours of the harbour lights?", LEAVE).text.startswith("- ")
