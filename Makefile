# make demo       build the milk example and print its key results
# make serve      the web application with the two examples, on this machine
# make test       every check, in the order below; stops at the first that fails
# make format     put the code into its usual form
# make benchmark  measure what the project claims about speed
# make screenshots  take the pictures of docs/screenshots anew
# make clean      back to a fresh checkout
#
# Each target does its own set-up: Python 3.11 or later, pip and a package registry are enough.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SET_UP := $(PYTHON) tools/set_up.py
# One process for each processor; whoever is done first takes tests from the others.
PYTEST := $(BIN)/python -m pytest -q -n auto --dist worksteal
export DJANGO_SETTINGS_MODULE := evisynth.web.settings
# Tests begin on SQLite in memory, whatever the caller's own database is.
export EVISYNTH_DATABASE :=

.DEFAULT_GOAL := test
.PHONY: demo serve test format benchmark screenshots clean

demo:
	@$(SET_UP) use
	@$(BIN)/evisynth demo milk

serve:
	@$(SET_UP) use
	@$(BIN)/python tools/demo_site.py

test:
	@$(SET_UP) develop
	@echo "== ruff format"
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "'make format' puts this right."; exit 1; }
	@echo "== ruff check"
	@$(BIN)/ruff check --quiet --output-format concise .
	@echo "== mypy --strict"
	@$(BIN)/mypy --no-error-summary
	@echo "== imports point one way"
	@$(BIN)/lint-imports > .build/lint-imports.txt || { cat .build/lint-imports.txt; exit 1; }
	@echo "== migrations are complete"
	@$(BIN)/python -m django makemigrations --check --dry-run
	@echo "== tests on SQLite"
	@$(PYTEST) -m "not postgres"
	@echo "== tests of rows and pages on PostgreSQL"
	@$(BIN)/python tools/with_postgres.py $(PYTEST) -m "not browser" tests/store tests/web
	@echo "== large places (a listing, not a failure)"
	@$(BIN)/python tools/large_places.py src
	@echo "All checks passed."

format:
	@$(SET_UP) develop
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

benchmark:
	@$(SET_UP) develop
	@for file in $(shell grep -l __main__ benchmarks/*.py | sort); do echo "== $$file"; $(BIN)/python $$file || exit 1; done

screenshots:
	@$(SET_UP) develop
	@$(BIN)/python tools/screenshots.py

clean:
	rm -rf .venv .build .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist demo
	find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
