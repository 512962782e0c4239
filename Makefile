# Two commands for a newcomer: `make demo` and `make test`. The rest is for those who change secaudit.
PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif

.PHONY: demo test lab bench lint messages lock parts clean

demo: .venv/ready parts          ## the main job over the sample province, with real SSH on loopback
	$(BIN)/python -m secaudit demo

test: .venv/ready                ## every test that needs no root
	@sh .ci/parts openssh-server nmap busybox tcsh zsh fish openssl
	$(BIN)/python tests/halves.py

lab: .venv/ready                 ## tests that need root, network namespaces or a browser
	sh .ci/parts openssh-server nmap chromium fonts-liberation2 libreoffice-calc libreoffice-writer libreoffice-impress poppler-utils mmdebstrap iproute2 dnf zypper rpm createrepo-c wine
	$(BIN)/python -m pytest -q -m lab

bench: .venv/ready parts         ## speed and memory beside peers, as ratios
	$(BIN)/python benchmarks/run.py

lint: .venv/ready                ## style, types, structure
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

messages: .venv/ready            ## gettext catalogs: extract, update, compile
	$(BIN)/pybabel --quiet extract -F secaudit/locale/babel.cfg -k msg -k msgc:1c,2 -k N_ --no-location --sort-output \
	  --omit-header --no-wrap -o secaudit/locale/secaudit.pot .
	for language in vi en; do \
	  $(BIN)/pybabel --quiet update --no-fuzzy-matching --no-wrap --ignore-obsolete -D secaudit \
	    -i secaudit/locale/secaudit.pot -d secaudit/locale -l $$language || exit 1; \
	done
	$(BIN)/pybabel --quiet compile -D secaudit -d secaudit/locale

lock:                            ## pins with hashes for every platform; needs uv
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.txt

parts:
	@sh .ci/parts openssh-server nmap

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf .venv demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
