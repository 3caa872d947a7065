"""From the lines of a page to its blocks: margins, reading order, headings, tables, footnotes.

Knows no PDF library, but for `drawn`, which gets the drawn lines of tables.
"""
