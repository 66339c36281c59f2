# Each target does its own set-up in .venv, from Python 3.11 or newer alone; nothing outside this folder is changed,
# but for the user's cache directory.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DECLARED := pyproject.toml setup.py

.PHONY: verify test container sea-orm lint tools bench clean

verify: $(VENV)/verify.stamp  ## Verify migrations/ on a real PostgreSQL; ends with reports/junit.xml.
	$(BIN)/pgproof verify

test: $(VENV)/test.stamp  ## Our own tests, in random order.
	$(BIN)/python -m pytest -n 2 --dist=worksteal -m "not tools and not container"

container: $(VENV)/test.stamp  ## The checks on a server in a container; needs an engine and an image: .ci/container.
	$(BIN)/python -m pytest -m container tests/server

sea-orm: $(VENV)/test.stamp  ## The crate of examples/sea-orm, built with one version of SeaORM; needs cargo.
	PGPROOF_TEST_SEA_ORM=2 PGPROOF_TEST_SEA_ORM_PG=15 $(BIN)/python -m pytest -m tools tests/sea_orm/test_example.py

lint: $(VENV)/lint.stamp
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

tools: $(VENV)/tools.stamp  ## Slow: real histories, other PostgreSQL versions, every way to run the checks.
	$(BIN)/python -m pytest -m tools

bench: $(VENV)/tools.stamp  ## What verify, catalogs and orphans cost beside PostgreSQL's own programs, on a quiet machine.
	$(BIN)/python -m compileall -q src checks  # else each run compiles what has changed since the set-up
	for figure in verify large since orphans; do $(BIN)/python benchmarks/$$figure.py || failed=1; done; test -z "$$failed"

clean:
	rm -rf $(VENV) build dist

# verify needs what a user needs; the others add to it.
$(VENV)/verify.stamp: EXTRAS := embedded
$(VENV)/test.stamp: EXTRAS := embedded,test
$(VENV)/lint.stamp: EXTRAS := embedded,test,lint
$(VENV)/tools.stamp: EXTRAS := embedded,test,tools

$(VENV)/%.stamp: $(DECLARED) | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$(EXTRAS)]"
	$(BIN)/python -m compileall -q src checks  # as pip does with what is not editable
	touch $@

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "pgproof needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
