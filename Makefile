# Every target does the set-up that a fresh machine needs: Python >= 3.11 with pip, GNU make.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.dualcirc-ready

SCENARIOS := baseline no_zones wider_layout shorter_negative_list domestic_circulation duty_free
FIRST_LOOK := results/first_look
SUMMARY := $(FIRST_LOOK)/summary.txt
PICTURES := $(patsubst %,$(FIRST_LOOK)/%.png,0_overview 1_national_paths 2_differences 3_regions 4_tiles 5_circulation)
DRAWS := 32
REFERENCE := results/reference

.PHONY: help run test test-long lint lock tables sketch reference clean

help:
	@echo "make run        set up, run the six scenarios, draw the pictures ($(FIRST_LOOK))"
	@echo "make test       style, types, import layers and the short tests"
	@echo "make test-long  the tests that take minutes (engine against PySD, random levers)"
	@echo "make lint       style, types and import layers only"
	@echo "make lock       renew requirements.txt from pyproject.toml"
	@echo "make tables     rebuild the tables the model reads from the published data"
	@echo "make sketch     draw the sketch in the model file anew, one view for each sector"
	@echo "make reference  write the reference of the model, one page for each sector ($(REFERENCE))"
	@echo "make clean      remove what was built (results and the virtual environment stay)"

# The stamp makes the second run skip the set-up. uv is an accelerator only: taken from PATH or, by its own hashes, from
# the lock; where it cannot serve (no wheel, an index that only pip is told of), pip installs the very same files.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python >= 3.11 is needed, $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV) (once) ..."
	@uv=$$(command -v uv || true); \
	if [ -z "$$uv" ] && $(BIN)/python -m pip --version > /dev/null 2>&1; then \
	  sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $(VENV)/uv.txt; \
	  $(BIN)/python -m pip install --quiet --require-hashes -r $(VENV)/uv.txt && uv=$(BIN)/uv || true; \
	fi; \
	if [ -n "$$uv" ] \
	  && "$$uv" pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt \
	  && "$$uv" pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; then \
	  :; \
	else \
	  echo "Installing with pip ..."; \
	  $(BIN)/python -m ensurepip > /dev/null 2>&1 || true; \
	  $(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt; \
	  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

# Made again only when the model, the experiments or the code have changed; `make -B run` always does.
$(SUMMARY) $(PICTURES) &: $(READY) $(shell find model experiments src -type f -not -path '*/__pycache__/*')
	@mkdir -p $(FIRST_LOOK)
	$(BIN)/dualcirc run $(SCENARIOS) --out $(FIRST_LOOK) --draws $(DRAWS) > $(SUMMARY)

run: $(SUMMARY) $(PICTURES)
	@cat $(SUMMARY)
	@echo "Pictures:"
	@printf "  %s\n" $(PICTURES)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# File by file: what the tests of a file share, a compiled model or a run of the reference, is made once.
test: lint
	$(BIN)/pytest -m "not long" -n 2 --dist loadfile

# Shared out test by test: one run of the reference takes a minute and more, its compiled model a few seconds.
test-long: $(READY)
	$(BIN)/pytest -m long -n 2 --dist worksteal

lock: $(READY)
	$(BIN)/uv pip compile --quiet pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements.txt

tables: $(READY)
	$(BIN)/python -m dualcirc.accounts

sketch: $(READY)
	$(BIN)/python -m dualcirc.reference

reference: $(READY)
	$(BIN)/dualcirc reference --out $(REFERENCE)

clean:
	rm -rf build dist .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
