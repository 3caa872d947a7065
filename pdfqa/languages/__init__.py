"""What depends on the language of a text: which one it is, its index terms and its sentences."""

from pdfqa.languages._analysis import Analyzer, analyzer
from pdfqa.languages._detection import detect
from pdfqa.languages._sentences import sentences

__all__ = ["Analyzer", "analyzer", "detect", "sentences"]
