"""What values with citations can do besides: be saved, and show in PDFs what they cite."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pdfqa.results import Copies


class Savable:
    """Base of what can be saved: an answer, a chat, a summary, a comparison, a filled schema."""

    __slots__ = ()

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write it into a file, with each citation as a footnote that links to the page; return the path.

        Args:
            path: The file; how its name ends says what it is: .md, .html, .docx, .pdf (takes the extra pdfqa[typst]),
                .txt, or .json, which is what `--json` prints. One that is there is overwritten, unless it is a PDF that
                pdfqa did not make.

        Raises:
            InvalidRequestError: The name ends otherwise, or a PDF would be overwritten.
            FileWriteError: The file cannot be written.
            MissingExtraError: A package is missing, or a font for some of the text.
        """
        from pdfqa import out

        return out.save(self, path)

    def highlight(self, path: str | os.PathLike[str]) -> Copies:
        """Write a copy of each cited PDF with the quotes highlighted and commented; the original stays as it is.

        Args:
            path: The copy, or, for as many documents as there are, a folder: one that is there, or a name that ends
                with a slash or without ".pdf".

        Raises:
            InvalidRequestError: Several documents are cited and the path is of one file, or it is that of an original
                or of a PDF that pdfqa did not make.
            FileError: A PDF cannot be used, or is no longer where it was.
            FileWriteError: The copy cannot be written.
        """
        from pdfqa import out

        return out.highlight(self, path)

    def cited_pages(self, path: str | os.PathLike[str]) -> Copies:
        """Write a PDF of the cited pages alone, the quotes highlighted, with a bookmark for each.

        Args:
            path: The PDF.

        Raises:
            InvalidRequestError: The path is that of an original or of a PDF that pdfqa did not make.
            FileError: A PDF cannot be used, or is no longer where it was.
            FileWriteError: The copy cannot be written.
        """
        from pdfqa import out

        return out.cited_pages(self, path)
