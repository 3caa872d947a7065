"""Answer from passages without a model: the sentence or table row that says it, quoted exactly, or that nothing does."""

from pdfqa.answer.drafting import Draft, Quote, extract

__all__ = ["Draft", "Quote", "extract"]
