# `make` builds the environment; every other target needs it. A second call costs
# nothing. PYTHON chooses the interpreter (3.11 or later), TORCH_INDEX the URL of a
# package index with CPU builds of torch, where the default one serves CUDA builds.
PYTHON ?= python3.11
TORCH_INDEX ?=
JOBS ?= 2
BIN := .venv/bin

.PHONY: all .venv saddle_escape certified_regimes regimes ledger figures test lint bench clean
all: .venv

.venv: .venv/complete

# Written last, so that an installation that broke off is begun again.
.venv/complete: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) \
	  --editable '.[certify,data,test,lint]'
	touch $@

saddle_escape: .venv  ## the main question: results, table, sentence, figures
	$(BIN)/python -m experiments.saddle_escape
	$(BIN)/python -m figures saddle_escape

certified_regimes: .venv  ## learning rates proved and refuted, class by class
	$(BIN)/python -m experiments.certified_regimes
	$(BIN)/python -m figures certified_regimes

# QUICK=1: everything small, in a minute.
REGIMES := $(BIN)/python -m experiments.learning_rate_regimes $(if $(QUICK),--quick)
FOLDER := experiments/results$(if $(QUICK),/quick)

regimes: .venv  ## learning-rate regimes of every surface, boundaries, figures
	$(REGIMES)
	$(REGIMES) --landscape double_well_saddle --methods sam ssam --steps 1024 \
	  --no-limits --trace --out $(FOLDER)/traces
	$(BIN)/python -m figures learning_rate_regimes --results $(FOLDER)

ledger: .venv  ## every statement's verdict, and its pictures
	$(BIN)/python -m theory --json experiments/results/ledger.json
	$(BIN)/python -m figures ledger

figures: .venv  ## all figures from saved results
	$(BIN)/python -m figures

test: .venv  ## what continuous integration runs
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv  ## side by side, equality first
	$(BIN)/python -m benchmarks.batch_engines
	$(BIN)/python -m benchmarks.certificates
	$(BIN)/python -m benchmarks.regimes

clean:
	rm -rf .venv build dist *.egg-info
