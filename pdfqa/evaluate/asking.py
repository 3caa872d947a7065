"""Put a question, and take down what comes back: pages, answer, each citation proved again, seconds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from pdfqa.evaluate.scoring import Quoted, Seen
from pdfqa.verify import stands

if TYPE_CHECKING:
    from pdfqa.qa import PDFQA
    from pdfqa.types import Answer, Citation

DEPTH = 20  # hits asked for first; doubled until five pages are seen
PAGES = 5
_MOST_HITS = 1000


class Asker:
    """Puts questions to one `PDFQA`.

    Args:
        qa: What is asked.
        ask: Whether to ask, or only to search.
        k: Look at so many hits and no more; by default at as many as it takes to see five pages.
    """

    def __init__(self, qa: PDFQA, *, ask: bool = True, k: int | None = None) -> None:
        self._qa = qa
        self._ask = ask
        self._k = k
        self._texts: dict[tuple[str, int], str] = {}

    def put(self, seen: Seen) -> None:
        """Search for a question and ask it; whatever is raised is noted as its error."""
        try:
            hits, seen.seconds["search"] = self.ranked(seen.question)
            seen.pages = [page for _, page in hits]
            seen.top = list(hits.values())[:3]
            if self._ask:
                self._answer(seen)
        except Exception as error:  # noqa: BLE001 (every failure is reported, and the run goes on)
            seen.outcome, seen.error = "error", f"{type(error).__name__}: {error}"

    def search_all(self, seen: Seen) -> None:
        """Search for a question without saying which document it is about."""
        try:
            pages, seen.seconds["whole"] = self.ranked(seen.question)
        except Exception as error:  # noqa: BLE001 (as above)
            pages, seen.error = {}, seen.error or f"{type(error).__name__}: {error}"
        seen.whole = list(pages)

    def ranked(self, question: str) -> tuple[dict[tuple[str, int], str], float]:
        """Return the first five pages with the text of their best hit, and the seconds of the first search."""
        depth, seconds = self._k or DEPTH, None
        while True:
            begun = time.perf_counter()
            hits = self._qa.search(question, k=depth)
            seconds = time.perf_counter() - begun if seconds is None else seconds
            pages: dict[tuple[str, int], str] = {}
            for hit in hits:
                pages.setdefault((Path(hit.file).name, hit.page), hit.text)
            if self._k or len(pages) >= PAGES or len(hits) < depth or depth == _MOST_HITS:
                return dict(list(pages.items())[:PAGES]), seconds
            depth = min(2 * depth, _MOST_HITS)

    def _answer(self, seen: Seen) -> None:
        begun = time.perf_counter()
        answer = self._qa.ask(seen.question)
        seen.seconds["ask"] = time.perf_counter() - begun
        seen.outcome, seen.answer = answer.outcome, answer.text
        seen.tokens, seen.price = answer.usage.get("total_tokens", 0), answer.price
        seen.confidence = _confidence(answer)
        for one in answer.citations:
            proved = stands(one.quote, self._text(one), one.start, one.end)
            seen.cited.append(one.page)
            seen.verified += one.verified
            seen.proved += proved
            seen.citations.append(
                Quoted(
                    file=one.file,
                    page=one.page,
                    label=one.label,
                    quote=one.quote,
                    start=one.start,
                    end=one.end,
                    verified=one.verified,
                    proved=proved,
                    ocr=one.source == "ocr",
                    document=one.sha256,
                )
            )

    def _text(self, citation: Citation) -> str:
        """Return the stored text of a citation's page, looked up again."""
        place = (citation.sha256, citation.page)
        if place not in self._texts:
            self._texts[place] = self._qa.document(citation.sha256).page(citation.page).text
        return self._texts[place]


def _confidence(answer: Answer) -> float | None:
    """Return how sure an answer is of itself, where it says so."""
    sure: float | None = getattr(answer, "confidence", None)
    return sure
