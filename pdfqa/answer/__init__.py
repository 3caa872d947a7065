"""Answer from passages without a model: quote the sentence or table row that says it, or tell that nothing does."""

from pdfqa.answer.drafting import Draft, Quote, extract

__all__ = ["Draft", "Quote", "extract"]
