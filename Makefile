# Needs Python 3.11 or newer and make; everything else goes into .venv, which is renewed when pyproject.toml changes.

VENV ?= .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=

.PHONY: help demo install dev test lint types signatures wheel check clean

help:
	@echo 'make demo        scan the built-in pretend estate of cameras (nothing leaves this machine)'
	@echo 'make test        run the tests'
	@echo 'make check       lint, types, tests, signatures and the wheel: what a change must pass'
	@echo 'make clean       delete what was built'

demo: install
	$(BIN)/camscan demo

install: $(VENV)/installed

dev: $(VENV)/installed-dev

test: dev
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

lint: dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: dev
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 camscan
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin camscan

signatures: install
	$(BIN)/camscan signatures check

wheel: install
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

check: lint types test signatures wheel

clean:
	rm -rf $(VENV) dist build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@set -e; \
	python='$(PYTHON)'; \
	if [ -z "$$python" ]; then \
	  for name in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	    if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	  done; \
	fi; \
	if [ -z "$$python" ]; then \
	  echo 'camscan needs Python 3.11 or newer, and none was found on the PATH.' >&2; \
	  echo 'Install one (Debian 12, Ubuntu 24.04: sudo apt install python3 python3-venv),' >&2; \
	  echo 'or name it: make PYTHON=/path/to/python3.12' >&2; \
	  exit 1; \
	fi; \
	if ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "camscan needs Python 3.11 or newer; $$python is older or does not run." >&2; \
	  exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python cannot make a virtual environment: its modules venv and ensurepip are missing." >&2; \
	  echo 'On Debian or Ubuntu: sudo apt install python3-venv' >&2; \
	  exit 1; \
	fi; \
	"$$python" -m venv $(VENV)

# pip learnt of dependency groups in 25.1.
$(VENV)/pip: $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/installed: pyproject.toml $(VENV)/pip
	@echo 'Installing camscan and what it needs into $(VENV) (about half a minute) ...'
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@
