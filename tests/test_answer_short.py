"""Short answers of sentences: dates, numbers, periods, names and places, given only where their form is sure."""

from __future__ import annotations

import pytest

from pdfqa import languages
from pdfqa.answer.candidates import Question
from pdfqa.answer.kinds import expected
from pdfqa.answer.short import short_answer
from pdfqa.rerank import Asked
from tests.evidence_maker import asked, page
from tests.test_answer import answer


def short(question: str, sentence: str, language: str = "en") -> str:
    """Return the short answer that a sentence gives."""
    spoken = languages.detect(question)
    asking = Question(
        question, spoken, Asked(asked(question, page(sentence), language=language)), expected(question, spoken)
    )
    return short_answer(asking, sentence, language)


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("When was the club founded?", "The club was founded in 1931 by fishermen.", "1931"),
        ("When was the club founded?", "The club was founded in 1931 and it moved to Alton in 1950.", "1931"),
        ("When did Aria open?", "Aria opened on July 1, 2020 and Vdara opened on July 16, 2020.", "July 1, 2020"),
        ("When was the club founded?", "The club, founded 1931 or 1932, owns a pier of the harbour.", ""),
        ("When did Lee live?", "The physician Lee (1277–1347) lived in the hills near Alton.", ""),  # a range is two
        ("When was the survey made?", "The survey was made April 25 to May 1, 2018 among adults.", ""),
        ("When was the firm sold?", "The firm was sold with the tax years 2004 and 2005 in May 2012.", "May 2012"),
        ("When did Kathleen Hogan join Orbit?", "It is known that Ms. Hogan joined Orbit in 2003.", "2003"),
        ("When was the plan approved?", "(The plan was approved by reference to a report filed on May 4, 2020.)", ""),
        ("When was the club founded?", "The club was not, many people say, founded in 1931.", ""),
        ("When was the club founded?", "The club was not rich, but it was founded in 1931.", "1931"),
        ("When was the club founded?", f"The club was founded in 1931 by {', '.join(['Ann Lee'] * 200)}.", ""),
        ("When did Lee die?", "His son was the heir, but he did die before Lee in 1285.", ""),
        ("When did Lee die?", "After a long illness Lee did die in 1294.", "1294"),
        ("When did Orbit acquire Alton?", "In May 2020, Orbit signed a contract to acquire Alton.", ""),
        ("When did Orbit agree to acquire Alton?", "In May 2020, Orbit did agree to acquire Alton.", "May 2020"),
        ("When was Orbit founded?", "From April 2016 until May 2017, Lee founded shops beside Orbit.", ""),
        ("When did Lee die?", "Lee was made a general of the northern army in 1861.", ""),
    ],
)
def test_the_date_beside_the_words_of_the_question(question: str, sentence: str, said: str) -> None:
    assert said == short(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("How many orchids are there?", "The greenhouse holds 412 orchids and 9 palms.", "412 orchids"),
        (
            "How many employees does Orbit have?",
            "It is run by the 125,000 Orbit Lines employees.",
            "125,000 Orbit Lines employees",
        ),
        ("How many employees does Orbit have?", "Orbit runs 815 shops with employees.", ""),
        (
            "How many shops does Orbit run in Norway?",
            "Orbit runs 815 shops worldwide: 564 in Finland, 105 in Norway.",
            "",
        ),
        ("How many shops does Orbit run in Norway?", "Orbit runs 105 shops and 9 ships in Norway.", "105 shops"),
        ("How many members does the council have?", "More than 40 hours are reported to the council.", ""),
        (
            "How many shops did Orbit run?",
            "Orbit did run 815, 795, and 782 shops in three years.",
            "",
        ),  # of which year?
        ("How often do elections take place?", "The elections take every five years place.", ""),
        ("How many patent applications were filed?", "17 patent applications were filed.", "17 patent applications"),
        ("How much does the ticket cost?", "For grown-ups the ticket does cost $150.", "$150"),
        ("How much has the fee increased?", "The fee has increased by $150.", ""),  # worked out
        ("How many people died?", "The war of 1914 took many lives.", ""),
        ("How many hours had the pilot flown it?", "The pilot had flown it 17 hours in 90 days.", "17 hours"),
    ],
)
def test_the_only_number_of_what_is_counted(question: str, sentence: str, said: str) -> None:
    assert said == short(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        (
            "How long is the term of the lease?",
            "The lease has a term of thirty years and can be ended.",
            "thirty years",
        ),
        ("Over what period is the fee amortized?", "The fee of $85 million is amortized over 15 years.", "15 years"),
        ("For how long are assets amortized?", "The assets are amortized over five to 20 years.", "five to 20 years"),
        ("How long was the trial?", "After a five-week trial the trial court decided.", "five-week"),
        ("How long is the lease?", "The lease is for ten years, or two years for the annex.", ""),
        ("How long is the runway?", "For this the runway is 1,500 feet long.", "1,500 feet"),
    ],
)
def test_the_only_length_of_time_or_space(question: str, sentence: str, said: str) -> None:
    assert said == short(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("Who designed the pier?", "In those years the pier was designed by Ada Lind.", "Ada Lind"),
        ("Who designed the pier?", "Later it was Ada Lind who designed the pier.", "Ada Lind"),
        ("Who designed the pier?", "The pier was designed for Ada Lind.", ""),
        ("Who designed the pier?", "The pier was not designed by Ada Lind.", ""),
        ("Who did not design the pier?", "The pier did get a design by Ada Lind.", ""),
        ("Who designed the pier?", "That year Ann Lee and Ada Lind designed the pier.", ""),  # two did
        ("Who was appointed treasurer?", "That year Ada Lind was appointed treasurer.", "Ada Lind"),
        ("Who was appointed by Ann Lee?", "That year Ada Lind appointed Ann Lee.", ""),
        ("Who designed the pier?", "In those years Ada Lind was designed a pier.", ""),  # the passive turns it round
        ("Who is the treasurer?", "The treasurer is Margaret Holloway.", "Margaret Holloway"),
        ("Who is the treasurer?", "Since May, Margaret J. Holloway (age 54) has served as treasurer.",
         "Margaret J. Holloway"),
        ("Who is the president of Orbit?", "Ann Lee was elected to the presidency of Orbit.", ""),
        ("Who is the president of Orbit?", "Ann Lee was elected president of Orbit.", "Ann Lee"),
        ("Who is the treasurer?", "The treasurer of Orbit Corporation is elected.", ""),
        ("Who is the accounting firm?", "The accounting firm is Ernst & Young LLP since May.", "Ernst & Young LLP"),
        ("Who is the accounting firm?", "As told in the Proxy Statement, the accounting firm is paid.", ""),
        ("Who is the owner?", "The owner is the Harbour Trust; no other is known.", "Harbour Trust"),
        ("Who is the chief financial officer?",
         "I, James Lind, Chief Executive Officer, and I, Ada Berg, Acting Chief Financial Officer, sign.", ""),
        ("Who founded Orbit?", "More on Orbit is found in Ada Lind's book.", ""),  # found is no founded
        ("Which company operated the ferry?", "For years the ferry was operated by Orbit Lines.", "Orbit Lines"),
        ("At which company did Ms. Lind spend ten years?", "Before, Ms. Lind spent ten years at Orbit.", "Orbit"),
    ],
)  # fmt: skip
def test_a_name_stands_where_who_does_it_stands(question: str, sentence: str, said: str) -> None:
    assert said == short(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("Where is the company based?", "The company is based in Redmond, Washington.", "Redmond, Washington"),
        ("Where was the office based?", "The office was based in Paris until May.", "Paris"),
        ("Where was the office based?", "The office was based on Rules of the Board.", ""),
        ("Where does the ferry go?", "From Alton, the ferry does go every hour.", ""),
    ],
)
def test_a_place_has_its_preposition(question: str, sentence: str, said: str) -> None:
    assert said == short(question, sentence)


@pytest.mark.parametrize(
    ("language", "question", "sentence", "said"),
    [
        ("es", "¿Quién fundó la empresa?", "En Madrid la empresa fue fundada por Ana Torres.", "Ana Torres"),
        ("es", "¿Cuándo se fundó la empresa?", "La empresa se fundó en mayo de 1931 en Madrid.", "mayo de 1931"),
        ("es", "¿Dónde tiene la empresa su sede?", "La empresa tiene su sede en Zaragoza.", "Zaragoza"),
        ("es", "¿Cuánto tiempo dura el contrato?", "El contrato dura seis meses.", "seis meses"),
        ("de", "Wer hat das Skript geschrieben?", "Das Skript wurde von Martin Thoma geschrieben.", "Martin Thoma"),
        ("de", "Wer ist die Vorsitzende des Vereins?", "Die Vorsitzende des Vereins ist Anna Berg.", "Anna Berg"),
        ("de", "Wann wurde der Verein gegründet?", "Der Verein wurde im Mai 1931 gegründet.", "Mai 1931"),
        (
            "de",
            "Wie lange läuft der Vertrag?",
            "Der Vertrag mit der Stadt läuft drei bis fünf Jahre.",
            "drei bis fünf Jahre",
        ),
        ("de", "Wo sitzt der Verein?", "Der Verein sitzt in Berlin.", ""),  # every noun has a capital
        ("fr", "Qui a fondé la société ?", "La société a été fondée par Jean Moulin.", "Jean Moulin"),
        ("fr", "Qui est la trésorière du club ?", "La trésorière du club est Anne Roux.", "Anne Roux"),
        ("fr", "Combien de temps dure le contrat ?", "Le contrat dure dix ans.", "dix ans"),
        ("it", "Chi ha fondato la società?", "La società è stata fondata da Anna Rossi.", "Anna Rossi"),
        ("it", "Quando fu fondata la società?", "La società fu fondata nel maggio 1931.", "maggio 1931"),
        ("pt", "Quem fundou a empresa?", "A empresa foi fundada por Ana Sousa.", "Ana Sousa"),
        ("pt", "Quando foi fundada a empresa?", "A empresa foi fundada em maio de 1931.", "maio de 1931"),
        ("nl", "Wie heeft het bedrijf opgericht?", "Het bedrijf werd opgericht door Jan Smit.", "Jan Smit"),
        ("nl", "Wie is de voorzitter?", "De voorzitter is Anna Smit.", "Anna Smit"),
        ("nl", "Hoe lang duurt het contract?", "Het contract duurt twee jaar.", "twee jaar"),
    ],
)
def test_other_languages_with_capitals(language: str, question: str, sentence: str, said: str) -> None:
    assert said == short(question, sentence, language)


def test_a_sentence_that_points_back_is_read_with_the_one_before() -> None:
    told = answer("When do carried days lapse?", page("Days that were carried count. They lapse on 31 March 2024."))
    assert told.text.startswith("31 March 2024 — ")


def test_the_quote_that_gives_the_short_answer_leads() -> None:
    one = page(
        "The sale of the pier was completed with a note due 2024.", "In December 2019, the firm completed the sale."
    )
    told = answer("When was the sale completed?", one)
    assert told.text.startswith("December 2019 — ")


def test_two_quotes_that_give_different_answers_leave_it_open() -> None:
    one = page(
        "The credit agreement had been scheduled to mature on August 24, 2026.",
        "The credit agreement matures on August 24, 2027.",
    )
    assert " — " not in answer("When does the credit agreement mature?", one).text


def test_a_short_sentence_that_ends_in_the_name_says_it_plainly() -> None:
    assert answer("Who is the treasurer?", page("The treasurer is Ada Lind.")).text == "The treasurer is Ada Lind. [1]"
