# Needs Python 3.11 or newer and make.  The first target that runs installs into .venv.

PYTHON ?= python3
VENV ?= .venv
EXPR ?= abs(y - f)
ARGS ?=

# The expression travels in the environment and is never expanded: neither make nor the shell reads its
# quotes, dollars and backslashes.
export DIFFCHECK_EXPR := $(value EXPR)
unexport EXPR

BIN = $(VENV)/bin

.PHONY: help run test lint bench fuzz readme clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## */\1	/p' Makefile | expand -t 10

run: $(VENV)/.runtime  ## check EXPR, by default abs(y - f); ARGS adds options
	@$(BIN)/diffcheck --exit-zero $(ARGS) -- "$$DIFFCHECK_EXPR"

test: $(VENV)/.dev  ## run all tests; ARGS goes to pytest
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev  ## check format, style and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(VENV)/.dev  ## measure against SymPy
	@$(BIN)/python -m benchmarks.bench $(ARGS)

fuzz: $(VENV)/.dev  ## look for wrong verdicts, crashes and hangs on random expressions
	@$(BIN)/python -m tests.fuzz $(ARGS)

readme: $(VENV)/.dev  ## write the outputs in README.md and docs anew
	@PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python tests/readme.py
	@$(BIN)/python tests/pages.py

clean:  ## remove what was installed and cached here
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are written last, so an interrupted installation is done again.
$(VENV)/.runtime: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "diffcheck needs Python 3.11 or newer; name one, as in: make run PYTHON=python3.12")'
	@echo "Installing into $(VENV), once ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "Installing what the tests need ..." >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $@
