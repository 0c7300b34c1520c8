# Everything there is to know: make demo, make test, make check, make bench.
# Each builds .venv first where it is missing (a minute or two) and is quick afterwards.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
export PATH := $(CURDIR)/$(BIN):$(PATH)

# The lowest versions that pyproject.toml allows, and those of them that a student installs.
OLDEST  := .venv-oldest
STUDENT := .venv-student
LOWEST  := $(BIN)/uv pip install --quiet --compile-bytecode --resolution lowest-direct --reinstall-package tlgrader
# The engine's tests, but for those of GPU slots (which need torch 2.10) and those that start a cohort or a browser.
ENGINE  := $(addprefix tests/,evidence checks judging notebook records models sandbox grading test_handing_in.py)
# One exercise on images and one on language. A part of all this: make test-oldest ENGINE=tests/checks AUDITED=lora
AUDITED := feature_extraction lora

.PHONY: help setup demo test test-long test-oldest check bench docs clean

help:
	@echo "make demo    grade a cohort of notebooks in every exercise, end to end"
	@echo "make test    run the test suite (no GPU needed)"
	@echo "make test-long  what takes minutes: the exercises' verdicts, 57 architectures, notebooks of other hands"
	@echo "make test-oldest   the engine's tests, and what students install, with the oldest libraries"
	@echo "make check   lint, format and type-check"
	@echo "make bench   measure the cost of a submission, as ratios in one run"
	@echo "make docs    write docs/reference.md from docstrings"
	@echo "make setup   only build $(VENV) and fetch the data (the others do it for you)"

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml $(wildcard tlcourse/data/*.py)
	@echo "Setting up $(VENV): about 210 packages, a minute or two, once."
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet uv
	@# Compiled bytecode makes the heavy imports two to three times as fast.
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps -r requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python --editable .
	@$(BIN)/tlgrader setup --grader
	@touch $@

demo: setup
	@$(BIN)/tlgrader demo

test: setup
	@$(BIN)/python -m pytest

test-long: setup
	@$(BIN)/python -m pytest -m long

# Both are made anew: what is installed already would stay, the lowest version or not.
# Warnings are no errors here: they are old libraries' about each other.
test-oldest: setup
	@$(BIN)/uv venv --quiet --clear --python $(PYTHON) $(OLDEST)
	@$(LOWEST) --python $(OLDEST)/bin/python --editable '.[grade,course]' --group dev
	@$(BIN)/uv venv --quiet --clear --python $(PYTHON) $(STUDENT)
	@$(LOWEST) --python $(STUDENT)/bin/python '.[course]'
	@$(OLDEST)/bin/python -m pytest -W default --deselect tests/sandbox/test_gpu_allocations.py $(ENGINE)
	@$(BIN)/python -m pytest -m installed tests/test_student_install.py
	@set -e; for exercise in $(AUDITED); do $(OLDEST)/bin/tlgrader audit $$exercise --no-mutants; done

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup
	@$(BIN)/python -m benchmarks

docs: setup
	@$(BIN)/python docs/make_reference.py

clean:
	rm -rf $(VENV) $(OLDEST) $(STUDENT)
