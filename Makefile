# make run    sets everything up and serves the newsroom
# make test   sets everything up and runs all tests
# make check  style, types and the floors of the architecture
# make lock   pins the newest dependencies that pyproject.toml allows (needs uv)

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check lock clean

run: .venv/ready
	@exec $(BIN)/hookstream dev

test: .venv/ready
	@$(BIN)/pytest -n auto --maxprocesses 8

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hookstream needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@echo "Setting up .venv (once, about a minute) …"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
