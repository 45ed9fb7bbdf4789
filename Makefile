# make demo    the main job on the small embedded model: a few minutes on two cores, no GPU, no root
# make check   lint, types and fast tests, before each commit
# make test    the whole test suite
#
# Both create what they need: a virtual environment in .venv, the packages in it, and, where you
# are root, the sandbox programs from the distribution.

PYTHON          ?= python3
# Test files run side by side; each worker may load model weights.
TEST_WORKERS    ?= 2
VENV            ?= .venv
DEMO_DIR        ?= humaneval_results_demo

# PyTorch's CPU build is small and lies on an index of its own; what the package index has brings
# several GB of CUDA. The index is used where it answers. For a GPU: make venv TORCH_INDEX_URL=
TORCH           ?= torch==2.13.0
TORCH_INDEX_URL ?= https://download.pytorch.org/whl/cpu

# torch's threads sleep while they wait, instead of spinning: on a machine with other work, spinning
# threads starve each other.
export OMP_WAIT_POLICY ?= PASSIVE

# Python keeps what it compiled, wherever the environment says otherwise: tests start many
# interpreters.
unexport PYTHONDONTWRITEBYTECODE

BIN    := $(VENV)/bin
EVAL   := $(BIN)/evalpkg
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
# The tests that need neither a model stack nor long: those of `make check`.
FAST   := tests/unit --ignore=tests/unit/generation -m "not slow" --hypothesis-profile=quick

.PHONY: help demo check test coverage lint types rust format bench venv dev sandbox clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

demo: $(VENV)/.models sandbox  ## base model against fine-tune, on the model in the package
	@echo; echo "1 of 2: is the path sound? Stubs as base (must score 0 %), the data set's own"
	@echo "solutions as fine-tune (must score 100 %)"
	$(EVAL) run --backend replay --replay-base stub --replay-finetuned canonical \
	    --limit 8 --num-samples 4 --k-values 1,4 --output-dir $(DEMO_DIR)/known-answers
	@echo; echo "2 of 2: SmolLM2-135M-Instruct and a LoRA adapter for it, 8 tasks, 4 samples each."
	@echo "A model this small solves next to nothing; what it shows is the machinery."
	$(EVAL) run --base-model embedded --checkpoint-path embedded --limit 8 --num-samples 4 \
	    --max-new-tokens 160 --k-values 1,4 --output-dir $(DEMO_DIR)/embedded
	@echo; echo "Open the reports in a browser:"
	@echo "  $(abspath $(DEMO_DIR))/known-answers/report.html"
	@echo "  $(abspath $(DEMO_DIR))/embedded/report.html"

check: lint  ## before each commit: lint, types, fast tests; about a minute on two cores
	$(BIN)/python -m pytest $(FAST) --numprocesses auto --dist loadfile

test: $(VENV)/.dev sandbox  ## every test, real rustc and real sandbox included
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile

coverage: $(VENV)/.dev  ## lines and branches that the unit tests reach, in htmlcov/
	$(BIN)/python -m pytest tests/unit --numprocesses auto --cov --cov-report=html --cov-report=term

lint: $(VENV)/.dev  ## ruff, mypy --strict over everything; rustfmt, clippy and cargo test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types rust

types: $(VENV)/.dev
	$(BIN)/mypy

# Cargo is told nothing of make's jobs: it cannot reach them.
rust:
	env -u MAKEFLAGS -u MFLAGS scripts/check_rust.sh

format: $(VENV)/.dev  ## let ruff rewrite the sources
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev sandbox  ## the tables of docs/performance.md, on this machine
	$(BIN)/python benchmarks/scoring.py
	$(BIN)/python benchmarks/generation.py

venv: $(VENV)/.models  ## the package with its model stack, in .venv

dev: $(VENV)/.dev  ## that, and what tests and linters need

$(VENV)/.python:
	@command -v rustc >/dev/null || { echo "rustc not found: install Rust from https://rustup.rs"; exit 3; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.12 ..."; exit 3; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# torch comes first and alone, so that no other package chooses its build.
$(VENV)/.torch: $(VENV)/.python
	@index=""; \
	if [ -n "$(TORCH_INDEX_URL)" ] && $(BIN)/python -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=5)' \
	    "$(TORCH_INDEX_URL)/torch/" 2>/dev/null; then index="--extra-index-url $(TORCH_INDEX_URL)"; fi; \
	echo "installing $(TORCH) $$index"; \
	$(PIP) $$index "$(TORCH)"
	@touch $@

$(VENV)/.models: $(VENV)/.torch pyproject.toml
	$(PIP) --editable '.[models]'
	@touch $@

$(VENV)/.dev: $(VENV)/.models pyproject.toml
	$(PIP) --editable '.[models,openai,dev]'
	@touch $@

sandbox:  ## sandbox programs from the distribution, where root allows
	@scripts/install_sandbox.sh

clean:  ## remove what the targets made, results not included
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .coverage htmlcov

# make molecule: every role and the fleet on real test hosts
-include molecule/Makefile.inc
