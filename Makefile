# make run    sets everything up and serves the newsroom
# make test   sets everything up and runs all tests
# make check  style, types and the floors of the architecture; those of the admin UI, and its own tests
# make lock   pins the newest dependencies that pyproject.toml allows (needs uv)

PYTHON ?= python3
BIN := .venv/bin
ADMIN := $(BIN)/python admin/hatch_build.py
# Much of the suite waits for servers and browsers: one process more than there are cores, eight at most. The slow tests
# are neighbours, so whoever is done takes over from the others.
WORKERS = $(shell $(BIN)/python -c 'import os; print(min(8, 1 + len(os.sched_getaffinity(0))))')

.PHONY: run test check lock clean

run: .venv/ready
	@$(ADMIN)
	@exec $(BIN)/hookstream dev

test: .venv/ready
	@$(ADMIN)
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(ADMIN) tsc --noEmit
	$(ADMIN) biome check
	$(ADMIN) vitest run

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
	rm -rf .venv build dist *.egg-info admin/node_modules runtime/web/admin .mypy_cache .ruff_cache .pytest_cache .hypothesis
