# Everything runs in ./.venv, which the first target that needs it builds from the lock files.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
LIGHT := .venv/.light
STAMP := .venv/.installed
# What pip has to say is shown where it fails, and nowhere else.
LOG := .venv/setup.log
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
INSTALL = run() { "$$@" >>$(LOG) 2>&1 || { cat $(LOG) >&2; echo "setting up failed at: $$*" >&2; exit 1; }; }; run

.PHONY: setup demo run init test lint bench eval weights soak mutate lock schema words pictures clean

setup: $(STAMP)

# What the program needs to run, and nothing for its development: requirements.lock.
# Old pips cannot install trafilatura, so pip comes first, by the lock that has it.
$(LIGHT): requirements.lock requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Newswatch needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up ./.venv, once: about 80 MB are fetched, 215 MB on disk, less than a minute."
	@$(PYTHON) -m venv .venv
	@sed -n '/^\(pip\|setuptools\)==/,/^ *#/p' requirements-dev.lock >.venv/tools.lock && : >$(LOG)
	@$(INSTALL) $(PIP) --require-hashes -r .venv/tools.lock
	@$(INSTALL) $(PIP) --no-compile --require-hashes -r requirements.lock
	@$(INSTALL) $(PIP) --no-deps --no-build-isolation --editable .
	@touch $(LIGHT)

# Everything for development on top: linters, types, PostgreSQL, Telegram's own parser, all extras.
$(STAMP): $(LIGHT) requirements-dev.lock pyproject.toml
	@echo "Adding what tests need to ./.venv, once: 800 MB on disk, a minute or two."
	@: >$(LOG)
	@$(INSTALL) $(PIP) --require-hashes -r requirements-dev.lock
	@touch $(LIGHT) $(STAMP)

demo: $(LIGHT)
	@$(BIN)/newswatch demo

init: $(LIGHT)
	@$(BIN)/newswatch init

run: $(LIGHT)
	@$(BIN)/newswatch run

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile

test: lint
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "not soak"

soak: $(STAMP)
	$(BIN)/python -m pytest -m soak

bench: $(STAMP)
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

eval: $(STAMP)
	@for script in leads morphology stories story_streams; do echo "== $$script"; $(BIN)/python -m bench.eval.$$script || exit 1; done

# What stories are judged by where both encoders are there, learnt anew from the labelled pairs.
weights: $(STAMP)
	$(BIN)/python -m bench.training.event_weights

# Whether the tests notice changes of the pure core; `make mutate CHANGES=all` makes every one, or those of one module.
mutate: $(STAMP)
	$(BIN)/python bench/mutation/run.py $(CHANGES)

# Compiled without index addresses: a lock file names packages and hashes, never a registry.
lock: $(STAMP)
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --all-extras --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

# The JSON Schema for editors, from the models that read watchlists.yaml; a test holds the two together.
schema: $(STAMP)
	$(BIN)/python -c "from bot.config.watchlists.watchlists_schema import schema_text; print(schema_text(), end='')" > watchlists.schema.json

# The catalogues of the bot's own words: texts found in the code, merged into every language, compiled beside it.
words: $(STAMP)
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping-file=pyproject.toml --no-wrap --add-location=file --sort-by-file --keyword=fail --keyword=QueryError --output-file=build/newswatch.pot bot
	$(BIN)/pybabel --quiet update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --domain=newswatch --input-file=build/newswatch.pot --output-dir=bot/locale
	$(BIN)/pybabel --quiet compile --domain=newswatch --directory=bot/locale

# The pictures of the README, from what the code renders and prints; a test compares their text.
pictures: $(STAMP)
	$(BIN)/python docs/img/draw_alert.py
	$(BIN)/python docs/img/draw_demo.py
	$(BIN)/python docs/img/draw_pages.py
	$(BIN)/python docs/img/draw_pages.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache build *.egg-info
