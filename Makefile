# Everything a user or CI runs. `make` alone prints what there is.

PYTHON ?= python3
BIN := .venv/bin
SCALE ?=
TARGET ?= $(HEADWATER_TARGET)

# `headwater env`, which activating runs, gives dbt the settings that stand in .env
ACTIVATE := . .venv/bin/activate &&
ifneq ($(TARGET),)
export HEADWATER_TARGET := $(TARGET)
endif

.DEFAULT_GOAL := help
.PHONY: help moved setup demo load timeline publish build docs charts site verify test test-warehouses smoke lint conventions format pin reset

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

# a virtual environment knows its own path: one whose folder was moved or copied runs the code of another, and is made anew
MOVED := $(shell test ! -e .venv/headwater || test "$$(cat .venv/headwater)" = "$$(pwd -P)" || echo moved)

# only who uses them needs the adapters of other warehouses
ADAPTERS := $(if $(filter snowflake redshift,$(HEADWATER_TARGET)),.venv/headwater-warehouses)

setup: .venv/headwater $(ADAPTERS) profiles.yml ## the virtual environment with everything pinned, and profiles.yml

.venv/headwater: requirements.txt pyproject.toml $(MOVED)
	@! pwd -P | LC_ALL=C grep -q '[?:"`$$\]' || { printf '%s: %s\n' "$$(pwd -P)" \
		'DuckDB or the shell misreads ? : " ` $$ and \ in a path; move the project to one without, and run make setup there'; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(if $(MOVED),rm -rf .venv)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@grep -q 'headwater env' $(BIN)/activate || \
		echo 'eval "$$(cd "$$VIRTUAL_ENV/.." && "$$VIRTUAL_ENV/bin/headwater" env)"' >> $(BIN)/activate
	@pwd -P > $@

.venv/headwater-warehouses: requirements-warehouses.txt .venv/headwater
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-warehouses.txt
	@touch $@

.venv/headwater-site: requirements-site.txt .venv/headwater
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-site.txt
	@touch $@

.venv/headwater-dev: requirements-dev.txt .venv/headwater
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt
	@touch $@

profiles.yml:
	@cp profiles.example.yml profiles.yml

demo: setup ## demo data in the drops that have no address of their own (SCALE=10: ten times as much)
	@$(BIN)/headwater demo $(if $(SCALE),--scale $(SCALE))

load: setup ## land what is new in the sources and make it visible in the warehouse
	@$(BIN)/headwater load $(if $(DEMO),--demo)
	@$(BIN)/headwater stage

timeline: setup ## the last posts of an account of X, on the screen and as CSV: ACCOUNT=nasa, or made up: ACCOUNT=someline DEMO=1
	@$(BIN)/headwater timeline $(ACCOUNT) $(if $(DEMO),--demo)

publish: setup ## marts as Parquet and CSV in the lake, for Athena, QuickSight, Metabase, Tableau and spreadsheets
	@$(BIN)/headwater publish

build: setup ## the whole pipeline: demo data, land, stage, dbt build, docs; APIs that are not set up are stand-ins
	@$(MAKE) --no-print-directory demo load DEMO=1
	@$(ACTIVATE) dbt build
	@$(MAKE) --no-print-directory docs
	@$(BIN)/headwater status
	@echo "Built. Next: . .venv/bin/activate, then"
	@echo "  dbt docs serve                    to read what there is"
	@echo "  headwater rejects --limit 5       what could not be used, why, and how to put it right"
	@echo "  make load && dbt build            every day; twice changes nothing"

docs: setup ## the documentation, also as one file: target/static_index.html
	@$(ACTIVATE) dbt docs generate --static --quiet

charts: setup .venv/headwater-site ## the boards as pages, from what `dbt build` made: site/<board>.html
	@$(ACTIVATE) python -m charts

site: setup .venv/headwater-site ## boards, documentation, column lineage and diagrams with one start page: site/index.html
	@$(ACTIVATE) python -m charts --whole

verify: setup ## check that no object and no record of any load was lost, however old
	@$(ACTIVATE) headwater verify
	@$(ACTIVATE) dbt build --quiet --select path:models/staging resource_type:seed --exclude-resource-types test unit_test
	@$(ACTIVATE) dbt test --select test_name:rows_match_commits test_name:nothing_lost --vars '{conservation_of: everything}'

test: .venv/headwater-dev profiles.yml ## every test
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-warehouses: .venv/headwater-dev ## the whole project on stand-ins for Snowflake and Redshift, compared with DuckDB
	@$(BIN)/python -m pytest tests/warehouses

smoke: .venv/headwater-dev profiles.yml ## ask a real warehouse what stand-ins cannot answer: TARGET=snowflake or redshift (FULL=1: build the whole project there, too)
	@$(BIN)/python -m tests.warehouses.smoke $(TARGET) $(if $(FULL),--full) $(if $(YES),--yes)

lint: .venv/headwater-dev profiles.yml ## ruff, mypy, sqlfluff
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@HEADWATER_DUCKDB=target/lint.duckdb $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models analyses tests/dbt

conventions: .venv/headwater-dev profiles.yml ## what dbt-bouncer.yml asks of names, layers, descriptions and tests
	@$(ACTIVATE) dbt parse --quiet
	@COLUMNS=160 $(BIN)/dbt-bouncer run --show-all-failures

format: .venv/headwater-dev ## put Python into shape
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

pin: .venv/headwater-dev ## take newer versions into the requirements files
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 requirements-warehouses.in -c requirements-dev.txt -o requirements-warehouses.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 requirements-site.in -c requirements-dev.txt -o requirements-site.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 requirements.in -c requirements-dev.txt -o requirements.txt

reset: ## forget lake, demo data and warehouse of this directory, to build anew; asks first, unless YES=1
	@test -n "$(YES)" || { printf 'Remove lake/, demo/, site/, target/ and headwater.duckdb in %s? Type yes: ' "$$(pwd)"; \
		read -r answer && test "$$answer" = yes; } || { echo "nothing removed; make reset YES=1 does not ask"; exit 1; }
	@rm -rf lake demo headwater.duckdb headwater.duckdb.wal site target
