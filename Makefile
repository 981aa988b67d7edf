# `make run` and `make test` need Python 3.11 and make, nothing else.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3.11
PORT ?= 8000
PYTEST_ARGS ?= -n 2

VENV := .venv
BIN := $(VENV)/bin
BASE := $(VENV)/.installed-base
DEV := $(VENV)/.installed-dev
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

export PORT

.PHONY: help run test bench lint format demo shell lock clean install install-dev browser pango antivirus

help: ## Liste des commandes
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install pango ## Lance le portail sur http://127.0.0.1:$PORT (8000 par défaut)
	@exec $(BIN)/python -m segur_portal.embedded run

test: install-dev browser pango antivirus ## Tous les tests ; PYTEST_ARGS="…" pour en choisir
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

bench: install-dev pango ## Mesure les performances
	@$(BIN)/python -m tests.bench

lint: install-dev ## Style, types, imports, migrations manquantes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

format: install-dev ## Met le code en forme
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

demo: install ## Reconstruit les données de démonstration
	@$(BIN)/python manage.py migrate --no-input --verbosity 0
	@$(BIN)/python manage.py load_demo

shell: install ## Console Python avec les modèles
	@$(BIN)/python manage.py shell

lock: $(DEV) ## Recalcule les versions figées de requirements/
	cd requirements && for name in base dev; do \
		../$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 \
			--python-platform linux --custom-compile-command "make lock" $$name.in -o $$name.txt \
			|| exit 1; \
	done

clean: ## Arrête les services et efface var/ (données comprises)
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m segur_portal.embedded clean; fi
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf

install: $(BASE)
install-dev: $(DEV)

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Python 3.11 est nécessaire (Python 3.11 is required): PYTHON=/chemin/vers/python3.11"; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)

$(BASE): requirements/base.txt | $(BIN)/python
	@echo "Installation des bibliothèques…"
	@$(PIP_INSTALL) -r requirements/base.txt
	@touch $@

# dev.txt holds base.txt at the same versions: one installation is enough for both.
$(DEV): requirements/dev.txt requirements/base.txt | $(BIN)/python
	@echo "Installation des bibliothèques et des outils de test…"
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $(BASE) $@

# Without ClamAV's daemon its tests are skipped and say so (tests/common/test_antivirus.py).
antivirus:
	@command -v clamd >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installation de ClamAV pour les tests de l’antivirus…"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends clamav-daemon >/dev/null && exit 0; \
	fi; \
	echo "ClamAV est absent : ses tests seront sautés" \
		"(antivirus tests will be skipped; install the package « clamav-daemon » to run them)."

# Without a browser the tests marked "browser" are skipped and say so (tests/conftest.py).
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installation de Chromium pour les tests de navigateur…"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0; \
	fi; \
	echo "Chromium est absent : les tests de navigateur seront sautés" \
		"(browser tests will be skipped; install the package « chromium » to run them)."

# The PDFs are drawn with Pango. Without it the portal works and its documents wait for it; the
# tests marked "pdf" are skipped and say so.
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
pango: $(VENV)/.pango

$(VENV)/.pango: | $(BIN)/python
	@drawn() { $(BIN)/python -c "import weasyprint" >/dev/null 2>&1 && touch $@; }; \
	drawn && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installation de Pango pour la mise en page des PDF…"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends $(PANGO) >/dev/null; \
		drawn && exit 0; \
	fi; \
	echo "Pango est absent : les documents PDF attendront d’être mis en page" \
		"(PDFs will wait; install $(PANGO), or « pango » with brew)."
