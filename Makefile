# Two commands matter: `make demo` and `make test`. Both need only Python 3.11+ and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8000

.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.run-ready ## a whole small campus on this machine: LMS, conferencing, MEETS and the bridge
	$(BIN)/lti-bridge demo --port $(PORT)

test: $(VENV)/.dev-ready chromium ## every test: SQLite, PostgreSQL, a real browser
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -n auto --maxprocesses 4 --dist loadfile

check: quick test coverage ## the whole gate: format, lint, types, imports, tests, coverage

coverage: ## what the last tests covered; fails under 95 % of branches and lines
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

quick: $(VENV)/.dev-ready ## the gate without tests
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev-ready ## cost of a launch against a floor, in one run; writes docs/performance.md
	$(BIN)/python -m tests.bench

docs: $(VENV)/.dev-ready ## the tables in docs/services.md and docs/settings.md anew, from the code
	$(BIN)/python -m lti_bridge.conferencing.overview --write docs/services.md
	$(BIN)/python -m lti_bridge.settings.reference --write docs/settings.md

wheel: $(VENV)/.dev-ready ## the wheel, in dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

format: $(VENV)/.dev-ready ## format and mend what can be mended
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

lock: ## the lock files anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 \
	  --generate-hashes --no-header --quiet --upgrade -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --quiet --upgrade -o requirements-dev.lock

chromium: $(VENV)/.dev-ready
	@$(BIN)/python -m tests.browser.chromium

clean: ## everything that was made here
	rm -rf $(VENV) dist build .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: $(BIN)/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev-ready: $(BIN)/python requirements-dev.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run-ready

.PHONY: help demo test check coverage quick bench docs wheel format lock chromium clean

.NOTPARALLEL:
