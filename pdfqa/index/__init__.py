"""The search index: terms and vectors of passages, kept in plain tables so that any SQL database can hold them."""
