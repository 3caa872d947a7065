"""Write the sample PDFs and their questions; the same bytes every time.

Needs `pip install reportlab==5.1.0 pypdfium2` (reportlab is no dependency of pdfqa, and not of its tests).
"""

from __future__ import annotations

import json
from pathlib import Path

import annual_report
import handbook
import informe
import pypdfium2
from questions import QUESTIONS

HERE = Path(__file__).resolve().parent
PDFS = {
    "annual-report-2024.pdf": annual_report.write,
    "handbook.pdf": handbook.write,
    "informe-2024.pdf": informe.write,
}
PAGES = {"annual-report-2024.pdf": 14, "handbook.pdf": 8, "informe-2024.pdf": 4}  # as the contents and the notes say


def page_texts(path: Path) -> list[str]:
    """Return the text of each page, with single spaces."""
    document = pypdfium2.PdfDocument(path)
    texts = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    document.close()
    return texts


def rows() -> list[dict[str, object]]:
    """Return the questions, with the pages where the words that prove the answer stand."""
    found: list[dict[str, object]] = []
    for name in PDFS:
        texts = page_texts(HERE / name)
        if len(texts) != PAGES[name]:
            raise ValueError(f"{name} has {len(texts)} pages: something no longer fits on its page")
        for number, (kind, question, answers, proof) in enumerate(QUESTIONS[name], 1):
            pages = [
                page for page, text in enumerate(texts, 1) if proof and any(words in text for words in proof.split("|"))
            ]
            if bool(pages) != bool(answers):
                raise ValueError(f"{name}: {question!r}: {proof!r} stands on pages {pages}")
            found.append(
                {
                    "id": f"sample-{name.removesuffix('.pdf')}-{number:02d}",
                    "pdf": name,
                    "question": question,
                    "answers": answers,
                    "gold_pages": pages,
                    "answerable": bool(answers),
                    "lang": "es" if name.startswith("informe") else "en",
                    "source": "pdfqa samples",
                    "licence": "MIT",
                    "type": kind,
                }
            )
    return found


def main() -> None:
    """Write everything beside this script."""
    for name, write in PDFS.items():
        write(HERE / name)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows())
    (HERE / "questions.jsonl").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
