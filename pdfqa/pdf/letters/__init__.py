"""The letters of a page: mended, put together to words and lines, and told from what is no text at all."""
