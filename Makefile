# The two commands: `make demo` and `make test`. Each makes the environment first, from constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made

# Compiled modules start twice as fast; a shell that forbids them would slow every kernel down.
export PYTHONDONTWRITEBYTECODE :=
export UV_COMPILE_BYTECODE := 1
# Companies that inspect traffic have their certificates in the system, where pip finds them too.
export UV_SYSTEM_CERTS := 1

.PHONY: demo test lint types unit environment screenshots clean

demo: $(STAMP)
	@rm -rf demo
	$(BIN)/gristmill demo demo

test: lint types unit

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/gristmill sql lint

types: $(STAMP)
	$(BIN)/mypy -p gristmill

unit: $(STAMP)
	$(BIN)/pytest -n 2 --dist loadfile

environment: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gristmill needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -c constraints.txt uv
	$(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt -e . --group dev
	@touch $(STAMP)

# Pages in both languages on three screens and on paper, to be looked at.
screenshots: $(STAMP)
	@rm -rf screenshots
	$(BIN)/gristmill demo screenshots/en
	$(BIN)/gristmill demo screenshots/ko --locale ko
	PYTHONPATH=tests $(BIN)/python tests/screenshots.py screenshots/*/reports/*/ --out screenshots

clean:
	rm -rf $(VENV) demo dist build .mypy_cache .ruff_cache
