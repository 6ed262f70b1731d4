# Everything on a machine that has only Python and make:
#   make demo    environment, installation, a failing run and its report
#   make test    environment, installation, linters, tests

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)

.PHONY: demo test bench clean

demo: $(VENV)/installed-demo
	$(BIN)/stepscope demo

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

bench: $(VENV)/installed-dev
	$(BIN)/python benchmarks/overhead.py

$(VENV)/installed-%: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt torch
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[$*]"
	@touch $@

clean:
	rm -rf $(VENV) build dist
