# Everything from one place; `make` lists it. Set PYTHON=/path/to/python3.13 if none is found, DATA=dir for other data.
SIZE ?= small
PORT ?= 8000
DATA ?=
PY = .venv/bin/python
SUPERVISE = exec $(PY) -m praksis.base.supervisor --with-parent --port '$(PORT)' --data '$(DATA)'

.PHONY: help demo start signin-link end-sessions verify-trail backup restore roles-sql test test-fast prove bench scan lint types house lock
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: ## a made-up region: SIZE=small|full PORT=8000 DATA=dir
	@bin/setup run && $(SUPERVISE) --size '$(SIZE)' demo

start: ## a real, empty region: PORT=8000 DATA=dir
	@bin/setup run && $(SUPERVISE) start

signin-link: ## a link that signs someone in once: USER=kari@example.no PORT=8000 DATA=dir; NEW_FACTOR=1 when the phone is lost
	@$(PY) -m praksis.base.once --data '$(DATA)' signin_link '$(USER)' 'http://127.0.0.1:$(PORT)' $(if $(NEW_FACTOR),--new-factor)

end-sessions: ## sign someone out everywhere: USER=kari@example.no DATA=dir, or everyone: EVERYONE=1
	@PRAKSIS_ROLE=owner $(PY) -m praksis.base.once --data '$(DATA)' end_sessions $(if $(EVERYONE),--everyone,'$(USER)')

verify-trail: ## whether the audit trail is as it was written: DATA=dir
	@PRAKSIS_ROLE=owner $(PY) -m praksis.base.once --data '$(DATA)' verify_trail

backup: ## a copy of everything: FILE=copy.dump DATA=dir
	@$(PY) -m praksis.base.once --data '$(DATA)' backup '$(FILE)'

restore: ## a copy put back into an empty folder: FILE=copy.dump ERASED=erased.txt DATA=dir
	@bin/setup run && $(PY) -m praksis.base.once --data '$(DATA)' restore '$(FILE)' --erased '$(ERASED)'

roles-sql: ## the SQL that makes the database roles on a server of one's own
	@bin/setup run >&2 && $(PY) manage.py roles_sql

test: ## everything that must hold before a change is shared
	@bin/setup dev
	@$(MAKE) --no-print-directory --jobs=2 --output-sync lint types house
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/test_house.py

test-fast: ## the tests without a browser and without whole starts
	@bin/setup dev
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m 'not slow and not prove and not bench'

prove: ## the long proofs; the last ones are kept in docs/reports/prove*.txt
	@bin/setup dev
	$(PY) -m pytest -m prove -p no:cacheprovider

bench: ## the measured numbers; the last ones are kept in docs/reports/bench*.txt
	@bin/setup dev
	$(PY) -m pytest -m bench -p no:cacheprovider -s

scan: ## a scanner of the web let loose on a made-up region; the last report is docs/reports/scan.txt
	@bin/setup scan && $(PY) -m tests.security.scan

lint: ## style, and what the source may not do
	@bin/setup dev
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m djlint praksis --lint --quiet
	$(PY) -m bandit --quiet --configfile pyproject.toml --recursive praksis matching bin
	.build/semgrep/bin/semgrep scan --experimental --quiet --error --metrics=off --disable-version-check --config tests/security/semgrep praksis matching bin
	PRAKSIS_DEMO=0 $(PY) manage.py check --deploy --fail-level WARNING

types: ## mypy, strict
	@bin/setup dev
	$(PY) -m mypy

house: ## who may import whom, and what the house looks like
	@bin/setup dev
	$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(PY) -m pytest tests/test_house.py

lock: ## the hashed requirements from the .in files
	@bin/setup dev
	for name in requirements requirements-dev requirements-node requirements-uv requirements-semgrep requirements-wapiti requirements-peers; do \
	  $(PY) -m uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url -o $$name.txt $$name.in; \
	done
