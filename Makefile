.PHONY: all test lint types cov build samples
all: lint types test

test:
	python -m pytest -q

lint:
	python -m ruff check .
	python -m ruff format --check .

types:
	python -m mypy

cov:
	python -m pytest -q --cov --cov-report=term

build:
	python -m pip wheel --quiet --no-deps --wheel-dir dist .

samples:
	python samples/make_samples.py
