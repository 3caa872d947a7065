"""Yes and no: said only where one sentence decides it."""

from __future__ import annotations

import pytest

from tests.evidence_maker import page
from tests.test_answer import answer, first


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("May private devices read mail?", "Private devices may read mail and the calendar.", "Yes"),
        ("Are parking fines paid?", "Parking fines are never paid.", "No"),
        ("Does anybody work alone above 1,800 metres?", "Nobody works alone above 1,800 metres or on water.", "No"),
        ("Did the Group make an acquisition in 2024?", "The Group made no acquisition in 2024.", "No"),
        (
            "Was customer data taken in the phishing attack?",
            "A phishing attack gave a stranger access to a mailbox; no customer data was taken.",
            "No",
        ),
        (
            "Do text messages count as a second factor?",
            "Every account has a second factor, and text messages do not count as one.",
            "No",
        ),
        ("Are breaks working time?", "Breaks are not working time, except on the support desk.", "No"),
        ("May devices be used privately?", "Devices may be used privately as long as nobody else uses them.", "Yes"),
        ("Did revenue in Europe increase?", "Revenue in Europe decreased to 12 million.", "No"),
        ("Are photographs not allowed in the hall?", "Photographs are not allowed in the hall.", "Yes"),
        ("Is the notice period longer than 4 weeks?", "The notice period is 6 weeks.", "Yes"),
        ("Is the notice period longer than 8 weeks?", "The notice period is 6 weeks.", "No"),
        ("Is the fine more than 500 crowns?", "The fine is 2500 crowns.", "Yes"),  # 500 does not stand in it
        ("Is the price more than $50 million?", "The price is $60 million.", "Yes"),
        ("Is the price more than $50 million?", "The price is $40 million.", "No"),
        ("Did the harbour trust buy Lumen?", "The harbour trust bought Lumen last year.", None),  # "buy" and "bought"
    ],
)
def test_yes_or_no_stands_before_the_sentence_that_decides(question: str, sentence: str, said: str | None) -> None:
    assert first(answer(question, page(sentence))) == (f"{said} — {sentence}" if said else sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("May visitors take photographs in the hall?", "Visitors may take photographs in the library."),
        ("Must employees wear a badge?", "Employees may wear a badge."),  # may, and not must
        ("Are claims paid within a month?", "If claims are paid within a month, a discount is given."),  # supposed
        ("Did the trust of Alton sue Berg?", "The trust of Berg sued Alton."),  # the other way round
        ("Is the pier open or closed?", "The pier is closed."),  # an alternative
        ("Is the notice period longer than 8 weeks?", "The notice period has been the same for years."),
        ("Is the price more than $50?", "The price is $6 million."),  # on another scale
        ("Is the price more than $50?", "The price is €60."),  # in another currency
    ],
)
def test_where_the_sentence_does_not_decide_it_stands_alone(question: str, sentence: str) -> None:
    assert first(answer(question, page(sentence))) == sentence


def test_a_sentence_that_points_back_is_read_with_the_one_before() -> None:
    one = page("Passwords have at least 14 characters. They are not changed at fixed intervals.")
    assert answer("Are passwords changed at fixed intervals?", one).text.startswith("No — They are not changed")


@pytest.mark.parametrize(
    ("question", "sentence", "language", "said"),
    [
        ("¿Fue necesario repartir agua?", "En ninguna de las dos fue necesario repartir agua.", "es", "No"),
        ("¿Se renovaron las tuberías de la red?", "Se renovaron todas las tuberías de la red.", "es", "Sí"),
        ("Dürfen Besucher im Saal fotografieren?", "Besucher dürfen im Saal nicht fotografieren.", "de", "Nein"),
    ],
)
def test_yes_and_no_are_said_in_the_language_of_the_question(
    question: str, sentence: str, language: str, said: str
) -> None:
    assert answer(question, page(sentence), language=language).text.startswith(f"{said} — ")
