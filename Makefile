# make demo    install the package and train on the built-in corpus
# make test    install the package with its test dependencies and run the tests against what was installed
# make lint    formatting, style and types
# make bench   the benchmarks (an hour); BENCH_ARGS="speed --runs 3" chooses, see BENCH_ARGS=--help
# make bench-gpu   what only a machine with a GPU can tell
# make clean   everything that these made
#
# All of it lives in .venv; PYTHON=python3.12 chooses another Python. A second call does nothing that is already done.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps

SOURCES := pyproject.toml setup.py MANIFEST.in README.md LICENSE \
	$(shell find fastw2v -type f ! -name '*.so' ! -name '*.pyc' ! -name '.*')

# From scratch: a wheel is packed from build/lib*, where files deleted from the source would linger, and no tool notices
# that compiler flags in setup.py have changed.
INSTALL = rm -rf build && $(BIN)/python -m pip install --quiet

.PHONY: demo test lint bench bench-gpu clean
.DELETE_ON_ERROR:

demo: $(STAMPS)/core
	$(BIN)/fastw2v demo

# From inside .venv, so that no folder on sys.path holds the source: what is tested is what a user gets.
test: $(STAMPS)/test
	cd $(VENV) && bin/python -c 'import fastw2v; assert "site-packages" in fastw2v.__file__, fastw2v.__file__'
	cd $(VENV) && bin/pytest -c "$(CURDIR)/pyproject.toml" --rootdir="$(CURDIR)" -n auto --dist loadfile $(PYTEST_ARGS) "$(CURDIR)/tests"

lint: $(STAMPS)/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PATH="$(abspath $(BIN)):$$PATH" cython-lint fastw2v
	$(BIN)/clang-format --dry-run --Werror $$(find fastw2v/native bench/kernels tests/backends -name '*.[ch]' -o -name '*.cu')
	$(BIN)/mypy

# Like the tests from inside .venv, where only `bench` is brought in; paths in BENCH_ARGS are best absolute.
bench: $(STAMPS)/bench
	ln -sfn ../bench $(VENV)/bench
	cd $(VENV) && bin/python -m bench $(BENCH_ARGS)

bench-gpu: $(STAMPS)/bench
	ln -sfn ../bench $(VENV)/bench
	cd $(VENV) && bin/python -m bench.gpu $(BENCH_ARGS)

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

$(STAMPS)/core: $(SOURCES) $(STAMPS)/venv
	$(INSTALL) .
	touch $@

$(STAMPS)/test: $(SOURCES) $(STAMPS)/venv
	$(INSTALL) '.[test]'
	touch $@ $(STAMPS)/core

$(STAMPS)/bench: $(STAMPS)/test
	$(INSTALL) '.[plot]'
	touch $@

$(STAMPS)/lint: $(STAMPS)/test
	$(INSTALL) '.[lint]'
	touch $@
