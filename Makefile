# make demo    install the package and train on the built-in corpus
# make test    install the package with its test dependencies and run the tests against what was installed
# make coverage   the same tests, and which lines of the package they leave out
# make lint    formatting, style and types
# make bench   the benchmarks (an hour); BENCH_ARGS="speed --runs 3" chooses, see BENCH_ARGS=--help
# make faults   inject every fault that the tests know, thoroughly, and print a table (seven minutes)
# make bench-gpu   the checks and benchmarks that need a GPU; CUDA=12 for a driver of CUDA 12
# make docs    the documentation site, in docs/_build/html; warnings are errors
# make linkcheck   whether the links of the site to other sites lead somewhere
# make clean   delete all that these made
#
# Everything is installed into .venv; PYTHON=python3.12 chooses another Python. A second call repeats no finished step.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
CUDA ?= 13

# Some recipes run inside .venv: a relative path would name another folder there.
ifneq ($(FASTW2V_DATA),)
override FASTW2V_DATA := $(shell cd "$(FASTW2V_DATA)" && pwd || echo "$(FASTW2V_DATA)")
export FASTW2V_DATA
endif

SOURCES := pyproject.toml setup.py MANIFEST.in README.md LICENSE \
	$(shell find fastw2v -type f ! -name '*.so' ! -name '*.pyc' ! -name '.*')

C_FOLDERS := fastw2v/native bench/kernels tests/backends

SPHINX := bin/sphinx-build --fail-on-warning --keep-going --nitpicky --jobs auto
SITE := $(CURDIR)/docs/_build

# From scratch: a wheel is packed from build/lib*, where files deleted from the source would linger, and no tool notices
# that compiler flags in setup.py have changed. Bytecode is left to the first import: of ten thousand modules most are
# never imported.
INSTALL = rm -rf build && PIP_NO_COMPILE=1 $(BIN)/python -m pip install --quiet

.PHONY: demo test faults coverage lint bench bench-gpu docs linkcheck clean
.DELETE_ON_ERROR:

demo: $(STAMPS)/core
	$(BIN)/fastw2v demo

# From inside .venv, so that no folder on sys.path holds the source: the tests see what a user installs.
test: $(STAMPS)/test
	cd $(VENV) && bin/python -c 'import fastw2v; assert "site-packages" in fastw2v.__file__, fastw2v.__file__'
	cd $(VENV) && bin/pytest -c "$(CURDIR)/pyproject.toml" --rootdir="$(CURDIR)" -n auto --dist loadfile $(PYTEST_ARGS) "$(CURDIR)/tests"

# Covers Python code only: the compiled modules record nothing.
coverage: override PYTEST_ARGS += --cov --cov-config="$(CURDIR)/pyproject.toml" --cov-report=term
coverage: test

faults: override PYTEST_ARGS += --faults
faults: test

lint: $(STAMPS)/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PATH="$(abspath $(BIN)):$$PATH" cython-lint fastw2v
	$(BIN)/clang-format --dry-run --Werror $$(find $(C_FOLDERS) -name '*.[ch]' -o -name '*.cu')
	$(BIN)/mypy

# Like the tests from inside .venv, where only `bench` is brought in; paths in BENCH_ARGS are best absolute.
bench: $(STAMPS)/bench
	ln -sfn ../bench $(VENV)/bench
	cd $(VENV) && bin/python -m bench $(BENCH_ARGS)

bench-gpu: $(STAMPS)/bench-gpu-cuda$(CUDA)
	ln -sfn ../bench $(VENV)/bench
	cd $(VENV) && bin/python -m bench.gpu $(BENCH_ARGS)

# From inside .venv, so that the reference is that of the package as users install it.
docs: $(STAMPS)/docs
	cd $(VENV) && $(SPHINX) -b html -d "$(SITE)/trees" "$(CURDIR)/docs" "$(SITE)/html"

linkcheck: $(STAMPS)/docs
	cd $(VENV) && $(SPHINX) -b linkcheck -D nb_execution_mode=off -d "$(SITE)/unexecuted" "$(CURDIR)/docs" "$(SITE)/links"

clean:
	rm -rf build dist docs/_build $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find fastw2v tests bench examples -name __pycache__ -prune -exec rm -rf {} +
	find fastw2v \( -name '*.so' -o -name '*.pyd' \) -delete

# pip 22.3 is the first version that is known to build in place and to understand all of pyproject.toml.
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

$(STAMPS)/bench: $(SOURCES) $(STAMPS)/venv
	$(INSTALL) '.[test,plot]'
	touch $@ $(STAMPS)/test $(STAMPS)/core

# CuPy for another CUDA, as `test` installs it, has files of the same names.
$(STAMPS)/bench-gpu-cuda$(CUDA): $(SOURCES) $(STAMPS)/venv
	$(BIN)/python -m pip uninstall -qq --yes cupy-cuda$(if $(filter 12,$(CUDA)),13,12)x
	$(INSTALL) '.[bench-gpu,cuda$(CUDA)]'
	rm -f $(STAMPS)/bench-gpu-cuda*
	touch $@ $(STAMPS)/core

$(STAMPS)/docs: $(SOURCES) $(STAMPS)/venv
	$(INSTALL) '.[docs,plot]'
	touch $@ $(STAMPS)/core

# mypy needs the package's dependencies, but not those of the tests.
$(STAMPS)/lint: $(SOURCES) $(STAMPS)/venv
	$(INSTALL) '.[lint]'
	touch $@ $(STAMPS)/core
