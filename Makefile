# Two commands: `make brief` writes the brief, `make test` tests everything. Both set up .venv first.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/.ready
PLAN ?= reports/plans/brief.yaml
# Processes that test side by side; auto: as many as there are processors, and memory for (tests/conftest.py).
TESTERS ?= auto

# The batch is parallel over notebooks; threads inside NumPy would only get in its way.
export OPENBLAS_NUM_THREADS := 1
# Every process imports the package: none of them need compile it anew, as containers like to ask for.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup brief test soak lab check lint format docs pictures hooks lock clean

help:
	@echo 'make brief   set up, check seeds/, run $(PLAN); the last line is the path of the PDF'
	@echo 'make test    run all tests, in several processes; TESTERS=1: in one'
	@echo 'make soak    run the tests that take long by nature'
	@echo 'make lab     open the notebooks in JupyterLab'
	@echo 'make check   validate seeds/ and say what it holds'
	@echo 'make lint    ruff and mypy'
	@echo 'make format  let ruff format the code'
	@echo 'make docs    write the documentation to build/docs and try its examples'
	@echo 'make pictures  make the pictures of the READMEs anew (Chromium, playwright and poppler are needed)'
	@echo 'make hooks   let git format and check what is committed (.pre-commit-config.yaml)'
	@echo 'make lock    resolve requirements.txt anew from pyproject.toml'
	@echo 'make clean   remove what came out (reports/out) and caches; .venv stays'

setup: $(READY)

# All chatter goes to standard error: standard output belongs to the verbs.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed: install it, or name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@echo 'setting up .venv (once; again only when requirements.txt changes)' >&2
	@$(PYTHON) -m venv .venv >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) >&2
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --no-deps --require-hashes -r requirements.txt >&2
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e . >&2
	@touch $@

brief: $(READY)
	@$(BIN)/forecasts check >&2
	@$(BIN)/forecasts run $(PLAN)

test: $(READY)
	@$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

soak: $(READY)
	@$(BIN)/python -m pytest -m soak

lab: $(READY)
	@$(BIN)/jupyter lab --notebook-dir=. notebooks/goal.ipynb

check: $(READY)
	@$(BIN)/forecasts check

lint: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy --strict forecasts

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(READY)
	@$(BIN)/python -m sphinx -W --keep-going -b html docs build/docs
	@$(BIN)/python -m sphinx -W --keep-going -b doctest docs build/doctest

pictures: $(READY)
	@$(BIN)/python -m tests.pictures

hooks: $(READY)
	@$(BIN)/pre-commit install

lock: $(READY)
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --quiet --output-file requirements.txt

clean:
	@rm -rf reports/out .pytest_cache .mypy_cache .ruff_cache .hypothesis
