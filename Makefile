# Stamps lie in .venv, so that removing it is a fresh start.
PYTHON ?= python3
BIN := .venv/bin
SERVE := .venv/.serving
TEST := .venv/.testing

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check client lint cover field screenshots bench phone pages kinto faults soak pictures lock

help: ## Say what each target does
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-11s %s\n", $$1, $$2 }'

run: $(SERVE) ## Start the demo: a central node and two centres, with sample data
	@echo "Starting the demo; Ctrl+C stops it."
	@$(BIN)/dodomu demo

test: $(TEST) client ## Run all tests, browser tests included
	@$(BIN)/pytest -n 2

client: ## Check the types of the field client and run its own tests; needs node
	@if $(NODE); then $(MAKE) --no-print-directory $(CLIENT)/node_modules/.dodomu && cd $(CLIENT) && npm run --silent check && npm test --silent; \
	elif [ "$$CI" = true ]; then echo "node 20.19 or newer is missing"; exit 1; \
	else echo "Skipped the field client's own tests: node 20.19 or newer is missing"; fi

check: lint test ## Pass the gate: format, lint, types, imports, tests

lint: $(TEST) ## Run the static checks alone
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

cover: $(TEST) ## Measure what the tests reach; all of it in the core
	@$(BIN)/pytest -n 2 --cov --cov-report=term
	@$(BIN)/coverage report --include='sync/merge/*,sync/linkage/*' --fail-under=100

field: ## Build the field client from its source; this alone needs node
	@$(MAKE) --no-print-directory $(CLIENT)/node_modules/.dodomu
	@cd $(CLIENT) && npm run build

screenshots: $(TEST) ## Keep a picture of every page and of every screen of the field client, in build/screenshots
	@$(BIN)/pytest -n 2 tests/journeys/test_every_page.py tests/journeys/test_field_every_screen.py -k shut_out --screenshots build/screenshots

bench: $(TEST) ## Measure the figures in a quarter of an hour; BENCH=--quick for less
	@$(BIN)/python tests/bench/run.py $(BENCH)

phone: $(TEST) ## Measure the field client: its size, start, taps, drafts, and a slow line
	@$(BIN)/pytest -q -m "soak or not soak" tests/journeys/test_field_limits.py tests/journeys/test_field_slow_line.py

pages: $(TEST) ## Measure every page of a store with 100 000 children; PAGES="--children 1000" for less
	@$(BIN)/python tests/bench/every_page.py $(PAGES)

kinto: $(TEST) ## Measure reception forms beside Kinto, which is installed for that alone
	@$(BIN)/python tests/bench/beside_kinto.py $(BENCH)

faults: $(TEST) ## Break the program on purpose, fault by fault, to see a test notice
	@if $(NODE); then $(MAKE) --no-print-directory $(CLIENT)/node_modules/.dodomu; fi
	@$(BIN)/python tests/faults/deliberate.py

soak: $(TEST) ## Run 20 000 random histories, the laws ten times as hard, 1000 hostile posts, a million changes; takes an hour or two
	@$(BIN)/pytest -n 2 --scale 10 -m "soak or not soak" tests/sync/merge tests/contracts
	@$(BIN)/pytest -m soak tests/faults/test_hostile_uploads.py
	@$(BIN)/python tests/bench/run.py --changes 1000000 --runs 1 --growths 1

pictures: $(TEST) ## Play the story in a browser and keep its pictures for the README and the guides
	@$(BIN)/pytest --pictures tests/journeys/test_story_in_a_browser.py

lock: ## Choose the newest releases that fit, and write both lock files
	@test -x .venv/lock/bin/pip-compile || { $(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install --quiet pip-tools; }
	@CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --output-file requirements.lock pyproject.toml
	@CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --extra test --constraint requirements.lock --output-file requirements-test.lock pyproject.toml

# Every release on offer comes from the public index: no local setting may leave a trace.
COMPILE := PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= .venv/lock/bin/pip-compile --quiet --upgrade \
	--generate-hashes --allow-unsafe --no-strip-extras --build-deps-for editable \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

CLIENT := intake_server/field_client
NODE := node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null

$(CLIENT)/node_modules/.dodomu: $(CLIENT)/package-lock.json
	@cd $(CLIENT) && npm ci --no-audit --no-fund
	@touch $@

$(BIN)/python:
	@echo "Making .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dodomu needs Python 3.11 or newer; say make PYTHON=/path/to/python")'
	@$(PYTHON) -m venv .venv

$(SERVE): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what serving needs into .venv: about a minute, this once"
	@$(PIP) install --no-compile --require-hashes --requirement requirements.lock
	@$(PIP) install --no-compile --no-deps --no-build-isolation --editable .
	@$(TRIM)
	@touch $@

$(TEST): requirements-test.lock $(SERVE)
	@echo "Installing what the tests need into .venv: about a minute, this once"
	@$(PIP) install --no-compile --require-hashes --requirement requirements-test.lock
	@touch $@

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# Serving stays below 150 MB: without languages that no page is in, the second copy of
# zstandard that only PyPy loads, and what Python 3.11 puts into an environment unasked.
define TRIM
$(PIP) --quiet uninstall --yes setuptools; \
find .venv/lib -path '*/babel/locale-data/*.dat' ! -name 'root.dat' ! -name 'uk*' ! -name 'en*' -delete; \
find .venv/lib -path '*/zstandard/_cffi.*' -delete; \
find .venv/lib -path '*/site-packages/pip/*.pyc' -delete
endef
