# Everything here works on a bare machine with CPython 3.11 or newer and no root.
# `make demo` and `make test` set up what they need in .venv first.

# What Python compiles is kept, whatever the shell says: a stack is eight processes, and each would
# compile two thousand files again at every start, which doubles what a start costs.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard shared/*/pyproject.toml services/*/pyproject.toml infra/local/pyproject.toml))
OWN := $(foreach member,$(MEMBERS),$(shell sed -n 's/^name = "\(.*\)"/\1/p' $(member)/pyproject.toml))
COMPILE = $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	$(foreach own,$(OWN),--no-emit-package $(own))
# The servers of the tests wait for the disk at every write, and nobody needs what they wrote: in
# memory, where Linux has 4 GB of it for files that may be run, that is half of their time.
MEMORY = $(shell [ "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 {print $$4}')" -gt 4000000 ] 2>/dev/null \
	&& ! grep -q ' /dev/shm .*noexec' /proc/mounts && [ -w /dev/shm ] && echo /dev/shm)
SERVICES := run-manager inference-worker scoring query web

.PHONY: help setup demo up test check bench shots lock docs clean

help: ## Say what each target does
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: .venv/ready ## Make .venv with pinned, hashed packages and the members of this workspace

.venv/ready: infra/locks/uv.txt infra/locks/dev.txt $(MEMBERS:%=%/pyproject.toml)
	@echo "Setting up .venv (once; later calls start at once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r infra/locks/uv.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --require-hashes -r infra/locks/dev.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --no-deps --no-build-isolation $(foreach member,$(MEMBERS),-e $(member))
	@touch .venv/ready

demo: setup ## Compare two models on real images; ARGS=--exit ends by itself
	@$(BIN)/runoff demo $(ARGS)

up: setup ## Start the local stack and keep it up until Ctrl-C
	@$(BIN)/runoff up $(ARGS)

test: setup ## Every test, against real NATS and Postgres servers; ARGS go to pytest
	@TMPDIR="$(or $(TMPDIR),$(MEMORY),/tmp)" $(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## Lint, format, types, import contracts, generated documents
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m runoff_contracts.documents --check

bench: setup ## One JSON line a measurement; ARGS name the benches
	@$(BIN)/python -m tests.load $(ARGS)

shots: setup ## A picture of every page in .shots, for people to look at; needs Chromium
	@$(BIN)/python -m tests.shots $(or $(ARGS),.shots)

docs: setup ## Write docs/events.md and docs/asyncapi.json from the code
	@$(BIN)/python -m runoff_contracts.documents

lock: setup ## Resolve the dependencies anew into infra/locks
	@echo 'uv' | $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 - -o infra/locks/uv.txt
	@$(COMPILE) --extra demo --extra parquet --extra inspect $(MEMBERS:%=%/pyproject.toml) --group dev -o infra/locks/dev.txt
	@printf 'hatchling\neditables\n' | $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -c infra/locks/dev.txt - -o infra/locks/build.txt
	@for service in $(SERVICES); do \
		$(COMPILE) -c infra/locks/dev.txt services/$$service/pyproject.toml -o infra/locks/$$service.txt || exit 1; done

clean: ## Remove .venv and caches; data in .runoff stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
