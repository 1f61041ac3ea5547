# `make run` and `make test` do all the set-up on a fresh machine; the rest is for whoever changes the code.

PYTHON ?= python3
BIN := .venv/bin
TOOLS := $(BIN)/python -m tests.contracts.toolchain

.DEFAULT_GOAL := help
.PHONY: help run test check contracts faults bench lock clean

help:
	@echo "make run        install and start Originmark on http://127.0.0.1:8000"
	@echo "make test       install what the tests need, and run them"
	@echo "make check      format, lint, types, arrows, dependencies"
	@echo "make contracts  the contract: formatting, tests, gas, artefact, slither"
	@echo "make faults     killed at seeded and at numbered moments, the long form"
	@echo "make bench      how to measure what docs/benchmarks.md says"

run: .venv/run.stamp
	$(BIN)/originmark serve

test: .venv/dev.stamp .venv/oldest.stamp
	$(TOOLS)
	$(BIN)/pytest -n 2 --dist loadfile

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

contracts: .venv/dev.stamp .venv/slither.stamp
	$(TOOLS) node tools/compile.mjs --check
	$(TOOLS) forge fmt --check
	$(TOOLS) forge test
	$(TOOLS) forge snapshot --match-contract CheckpointLogGas --check
	$(TOOLS) sh tools/slither.sh ../.venv/slither/bin/slither

faults: .venv/dev.stamp
	$(BIN)/python -m tests.faults.kill --files 650 --kills 20
	$(TOOLS)
	$(BIN)/python -m tests.faults.moments

bench:
	@grep '^    python -m tests.bench' docs/benchmarks.md

# What is asked of the machine is asked first, so that a missing piece is one clear line.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
	  echo "Originmark needs Python 3.11, 3.12 or 3.13. Name one: make run PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: .venv/bin/python requirements.txt pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

# The oldest Pillow that is allowed, beside the newest: fingerprints must be the same by both.
.venv/oldest.stamp: .venv/run.stamp requirements-oldest.txt
	rm -rf .venv/oldest
	$(BIN)/pip install --quiet --no-deps --require-hashes --target .venv/oldest -r requirements-oldest.txt
	@touch $@

.venv/slither.stamp: .venv/bin/python requirements-slither.txt
	$(PYTHON) -m venv .venv/slither
	.venv/slither/bin/pip install --quiet --require-hashes -r requirements-slither.txt
	@touch $@

# Pins everything anew; needs `uv`.
lock:
	uv pip compile --quiet --no-header --universal --python-version 3.11 --prerelease if-necessary-or-explicit \
	  --generate-hashes pyproject.toml --output-file requirements.txt
	uv pip compile --quiet --no-header --universal --python-version 3.11 --prerelease if-necessary-or-explicit \
	  --generate-hashes pyproject.toml --group dev --constraints requirements.txt --output-file requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis contracts/node_modules contracts/out contracts/cache
