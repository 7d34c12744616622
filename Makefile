# Commandes du projet. « make » seul les énumère ; chacune dit ce qu'elle fait.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
CODE := cog indicators actions budgets reports
SERVE ?= 1
PYTEST_ARGS ?=
# The suite on every core, eight at most: each process has its own database, and its own of Redis's sixteen.
PARALLEL ?= -n $(shell n=$$(nproc 2>/dev/null || echo 1); echo $$((n < 8 ? n : 8))) --dist loadgroup --no-loadscope-reorder

.PHONY: help demo test check audit services format bench bench-large faults locks

help: ## énumère ces commandes
	@echo "make …"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1 : \2/p' Makefile

demo: ## démonstration complète, servie sur 127.0.0.1:8000 (SERVE=0 : tout sauf servir)
	@bash scripts/setup.sh run
	@echo "→ démonstration : base SQLite intégrée et exécutant local, rien d'autre à installer"
	@$(PYTHON) manage.py demo $(if $(filter 0,$(SERVE)),--no-serve)

test: ## toute la suite, dans un vrai Chromium, sur un PostgreSQL et un Redis privés (PYTEST_ARGS=…, PARALLEL= pour un seul processus)
	@bash scripts/setup.sh dev
	@echo "→ suite de tests sur des serveurs privés, arrêtés ensuite"
	@$(PYTHON) scripts/services.py run -- $(PYTHON) -m pytest $(PARALLEL) $(PYTEST_ARGS)

check: ## format, règles, types, imports, migrations, gabarits, code mort
	@bash scripts/setup.sh dev
	@export SUIVI_VAR="$$(mktemp -d)"; trap 'rm -rf "$$SUIVI_VAR"' EXIT; \
	unset SUIVI_MODE DATABASE_URL REDIS_URL; \
	failed=""; step() { local name="$$1"; shift; echo "→ $$name"; "$$@" || failed="$$failed\n  - $$name"; }; \
	step "format (ruff format)" .venv/bin/ruff format --check --output-format concise .; \
	step "règles (ruff check)" .venv/bin/ruff check --output-format concise .; \
	step "types du code pur (mypy)" .venv/bin/mypy; \
	step "qui importe qui (import-linter)" .venv/bin/lint-imports --no-logo 2>&1; \
	step "modèles et migrations d'accord (makemigrations --check)" $(PYTHON) manage.py makemigrations --check --dry-run; \
	step "contrôles de Django (manage.py check)" $(PYTHON) manage.py check; \
	step "gabarits (djlint)" .venv/bin/djlint templates --lint --quiet; \
	step "code mort (vulture)" .venv/bin/vulture $(CODE) scripts manage.py --min-confidence 80 --exclude '*/migrations/*'; \
	if [ -n "$$failed" ]; then printf "✗ à reprendre :$$failed\n" >&2; exit 1; fi; \
	echo "→ tout est vert"

audit: ## vulnérabilités connues des dépendances verrouillées (pip-audit ; demande le réseau)
	@bash scripts/setup.sh dev
	@$(PYTHON) scripts/audit.py

services: ## PostgreSQL et Redis privés pour des essais, jusqu'à Ctrl-C
	@bash scripts/setup.sh dev
	@$(PYTHON) scripts/services.py hold

format: ## remet le code Python en forme et range les imports
	@bash scripts/setup.sh dev
	@echo "→ mise en forme (ruff)"
	@.venv/bin/ruff check --select I --fix --quiet .
	@.venv/bin/ruff format .

bench: ## mesures de vitesse (benchmarks/), hors de la suite
	@if compgen -G 'benchmarks/bench_*.py' >/dev/null; then \
		bash scripts/setup.sh dev; \
		for file in benchmarks/bench_*.py; do \
			echo "→ mesure $$file"; \
			$(PYTHON) scripts/services.py run -- $(PYTHON) "$$file"; \
		done; \
	else \
		echo "→ aucune mesure n'est encore écrite : le dossier benchmarks/ viendra avec un lot ultérieur"; \
	fi

bench-large: ## les mêmes à grande échelle, longues
	@if [ -f benchmarks/large.py ]; then \
		bash scripts/setup.sh dev; \
		echo "→ mesures à grande échelle, longues"; \
		$(PYTHON) scripts/services.py run -- $(PYTHON) benchmarks/large.py; \
	else \
		echo "→ les mesures à grande échelle ne sont pas encore écrites : elles viendront avec un lot ultérieur"; \
	fi

faults: ## pannes provoquées : services tués, arrêtés, affamés (tests/faults)
	@if compgen -G 'tests/faults/test_*.py' >/dev/null; then \
		bash scripts/setup.sh dev; \
		echo "→ pannes provoquées sur des serveurs privés"; \
		$(PYTHON) scripts/services.py run -- $(PYTHON) -m pytest tests/faults $(PYTEST_ARGS); \
	else \
		echo "→ les pannes provoquées ne sont pas encore écrites : elles viendront avec un lot ultérieur"; \
	fi

locks: ## recompile les verrous à empreintes d'après pyproject.toml
	@bash scripts/setup.sh dev
	@echo "→ recompile requirements.lock et requirements-dev.lock"
	@.venv/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	@.venv/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -o requirements-dev.lock
