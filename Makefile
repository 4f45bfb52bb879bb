# `make` builds the environment; every other target needs it. A second call costs
# nothing. PYTHON chooses the interpreter (3.11 or later), TORCH_INDEX the URL of a
# package index with CPU builds of torch, where the default one serves CUDA builds.
PYTHON ?= python3.11
TORCH_INDEX ?=
JOBS ?= 2
BIN := .venv/bin

.PHONY: all .venv saddle_escape certified_regimes regimes fashion_mnist networks \
  variants generalisation ledger paper_notes verify-proofs table figures \
  conformance docs notebook report test test-all lint bench clean help
all: .venv

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' Makefile
	@echo; echo 'QUICK=1: a small version of what takes long. PYTHON, TORCH_INDEX, JOBS, LAB: docs/installing.md.'

.venv: .venv/complete

INSTALL = PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet \
  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable

# Written last, so that an installation that broke off is begun again.
.venv/complete: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "make needs Python 3.11 or later, \`$(PYTHON)\` is none; name one:"; \
	  echo "make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; } >&2
	@echo "Building .venv, once: a few minutes, most of them the download of torch."
	$(PYTHON) -m venv .venv
	$(INSTALL) '.[certify,data]'
	touch $@

# Extras that only some targets need, each on top: `.venv/with-notebook`.
.venv/with-%: .venv/complete
	$(INSTALL) '.[$*]'
	touch $@

saddle_escape: .venv  ## who leaves which saddles: table, answer, figures (minutes)
	$(BIN)/python -m experiments.saddle_escape
	$(BIN)/python -m figures saddle_escape

certified_regimes: .venv  ## learning rates proved and refuted, class by class (half an hour)
	$(BIN)/python -m experiments.certified_regimes
	$(BIN)/python -m figures certified_regimes

# QUICK=1: everything small, in a minute.
REGIMES := $(BIN)/python -m experiments.learning_rate_regimes $(if $(QUICK),--quick)
FOLDER := experiments/results$(if $(QUICK),/quick)

regimes: .venv  ## where each method converges, stalls, cycles: maps (a quarter of an hour)
	$(REGIMES)
	$(REGIMES) --landscape double_well_saddle --methods sam ssam --steps 1024 \
	  --no-limits --trace --out $(FOLDER)/traces
	$(BIN)/python -m figures learning_rate_regimes --results $(FOLDER)

# Real images for the networks, without root; nothing needs the network afterwards.
# The package manager keeps its lists in a folder of its own.
IMAGES := data/fashion-mnist
LISTS := $(CURDIR)/data/.apt
APT := apt-get -q -o Dir::State=$(LISTS) -o Dir::State::Lists=$(LISTS)/lists \
  -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache=$(LISTS)

fashion_mnist: $(IMAGES)/complete  ## Fashion-MNIST, from Debian's package, 31 MB

$(IMAGES)/complete:
	@command -v apt-get >/dev/null && command -v dpkg >/dev/null || { \
	  echo "make fashion_mnist needs Debian's apt-get and dpkg; else put the four"; \
	  echo "idx files of Fashion-MNIST, gzipped, into $(IMAGES)."; exit 1; }
	mkdir -p $(LISTS)/lists/partial $(LISTS)/archives/partial $(IMAGES)
	$(APT) update
	cd $(LISTS) && $(APT) download dataset-fashion-mnist
	dpkg -x $(LISTS)/dataset-fashion-mnist_*.deb $(LISTS)/unpacked
	mv $(LISTS)/unpacked/usr/share/datasets/fashion-mnist/*.gz $(IMAGES)
	rm -rf $(LISTS)
	touch $@

# QUICK=1: everything small, in minutes.
networks: .venv  ## real networks: edges of stability, rates, saddles (an hour and a half)
	$(BIN)/python -m experiments.edge_of_stability $(if $(QUICK),--quick)
	$(BIN)/python -m experiments.network_regimes $(if $(QUICK),--quick)
	$(BIN)/python -m experiments.network_saddles $(if $(QUICK),--quick)
	$(BIN)/python -m figures edge_of_stability network_regimes network_saddles \
	  --results $(FOLDER)

variants: .venv  ## every method, with and without Stable (an hour)
	$(BIN)/python -m experiments.variants $(if $(QUICK),--quick)
	$(BIN)/python -m figures variants --results $(FOLDER)

GENERALISATION := stability convergence excess_risk hessian_spectra bound_regimes

generalisation: .venv  ## stability, convergence, excess risk, spectra (half an hour)
	for name in $(GENERALISATION); do \
	  $(BIN)/python -m experiments.$$name $(if $(QUICK),--quick) || exit; done
	$(BIN)/python -m figures $(GENERALISATION) --results $(FOLDER)

ledger: .venv  ## every statement's verdict, and its pictures (minutes)
	$(BIN)/python -m theory --all --json experiments/results/ledger.json
	$(BIN)/python -m figures ledger

# The kept results, of which the pictures in the notes are drawn.
KEPT := $(basename $(notdir $(wildcard experiments/kept/*.nc)))

paper_notes: .venv  ## the paper: verdicts, tables, pictures in it anew, and its PDF
	$(BIN)/python -m theory --write --json experiments/results/ledger.json
	$(BIN)/python -m figures ledger --readme
	$(BIN)/python -m figures $(KEPT) --results experiments/kept --readme
	$(BIN)/python -m figures.paper_notes

verify-proofs: .venv  ## every kept proof, in fractions, without a solver (half a minute)
	$(BIN)/python -m theory.proofs --verify \
	  --json experiments/results/proved_regions.json

table: .venv  ## docs/methods.md and the table in CONTRIBUTING.md, from their sources
	$(BIN)/python -m theory.family docs/methods.md
	$(BIN)/python -m theory.where

figures: .venv  ## all figures from saved results
	$(BIN)/python -m figures --all

docs: .venv/with-docs .venv/with-notebook  ## the documentation, docs/_build/html (minutes)
	$(BIN)/python -m sphinx -q -W --keep-going -j $(JOBS) -c docs \
	  -d docs/_build/doctrees . docs/_build/html
	@echo "written: docs/_build/html/index.html"

report: .venv  ## everything that is known on one page, report.html (half a minute)
	$(BIN)/python -m figures report

# LAB: options of JupyterLab, such as --no-browser --port=8890, or --allow-root.
LAB ?=

notebook: .venv/with-notebook  ## the notebooks, in JupyterLab; LAB=--no-browser is passed on
	cd notebooks && ../$(BIN)/jupyter lab $(LAB)

conformance: .venv/with-peers  ## published optimizers, put through the checks of our own
	mkdir -p docs
	$(BIN)/python -m theory.conformance --page docs/conformance.md

test: .venv/with-test  ## what continuous integration runs (a quarter of an hour)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

test-all: .venv/with-test  ## all tests: the broad sweeps too, and 200 sweeps killed and resumed
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m ""
	$(BIN)/python tests/kill_sweep.py --kills 200

lint: .venv/with-lint  ## the style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv  ## side by side, equality first
	$(BIN)/python -m benchmarks.batch_engines
	$(BIN)/python -m benchmarks.certificates
	$(BIN)/python -m benchmarks.regimes

clean:  ## removes the environment and what was built
	rm -rf .venv build dist docs/_build *.egg-info
