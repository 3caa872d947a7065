"""Measure answers: questions whose pages or answers are known, what came back for them, and what it is worth."""
