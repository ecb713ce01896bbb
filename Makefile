# make demo    install the package and train on the built-in corpus
# make test    install the package with its test dependencies and run the tests against what was installed
# make lint    formatting, style and types
# make bench   the benchmarks (minutes)
# make clean   everything that these made
#
# All of it lives in .venv; PYTHON=python3.12 chooses another Python. A second call does nothing that is already done.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps

SOURCES := pyproject.toml setup.py MANIFEST.in README.md LICENSE \
	$(shell find fastw2v -type f ! -name '*.so' ! -name '*.pyc' ! -name '.*')

# A wheel is packed from build/lib*: files deleted from the source must not linger there, while compiled modules may.
FORGET_OLD_FILES = find build -path 'build/lib*' -type f ! -name '*.so' -delete 2>/dev/null || true

.PHONY: demo test lint bench clean
.DELETE_ON_ERROR:

demo: $(STAMPS)/core
	$(BIN)/python examples/demo.py

# From inside .venv, so that no folder on sys.path holds the source: what is tested is what a user gets.
test: $(STAMPS)/test
	cd $(VENV) && bin/pytest -c ../pyproject.toml --rootdir=.. $(PYTEST_ARGS) ../tests

lint: $(STAMPS)/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/cython-lint fastw2v
	$(BIN)/clang-format --dry-run --Werror $$(find fastw2v/native -name '*.[ch]' -o -name '*.cu')
	$(BIN)/mypy

bench: $(STAMPS)/test
	$(BIN)/python bench/run.py $(BENCH_ARGS)

clean:
	rm -rf build dist $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
	find fastw2v -name '*.so' -delete

# pip 22.3 is the first that is sure to build in place and to know all that pyproject.toml says.
$(STAMPS)/venv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -c 'import pip, sys; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (22, 3))' \
		|| $(BIN)/python -m pip install --quiet --upgrade pip
	mkdir -p $(STAMPS) && touch $@

# Compiler flags stand in setup.py, and nothing else notices that they changed.
$(STAMPS)/flags: setup.py $(STAMPS)/venv
	rm -rf build
	touch $@

$(STAMPS)/core: $(SOURCES) $(STAMPS)/flags
	$(FORGET_OLD_FILES)
	$(BIN)/python -m pip install --quiet .
	touch $@

$(STAMPS)/test: $(SOURCES) $(STAMPS)/flags
	$(FORGET_OLD_FILES)
	$(BIN)/python -m pip install --quiet '.[test]'
	touch $@ $(STAMPS)/core

$(STAMPS)/lint: $(STAMPS)/test
	$(BIN)/python -m pip install --quiet '.[lint]'
	touch $@
