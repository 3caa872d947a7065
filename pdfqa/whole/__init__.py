"""Whole documents: what tells most of one, its parts for a model, a schema to be filled, two held side by side.

Values in, values out: `pdfqa.engine` reads the pages and asks the models.
"""
