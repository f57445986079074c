# Everything one needs is here; each target sets up what it lacks. `make run` first.
.PHONY: run test check stop bench messages lock
.DEFAULT_GOAL := run
PYTHON := .venv/bin/python

run: ## the site with demo content, on port 8000 (PORT=… for another)
	@tools/bootstrap.sh local && exec $(PYTHON) manage.py run_local

test: ## all tests, on two cores at once (ARGS=… goes to pytest)
	@tools/bootstrap.sh dev && { tools/browser.sh; exec $(PYTHON) -m pytest -n 2 --dist worksteal $(ARGS); }

check: ## linters, types, floors, migrations, templates, settings, URLs
	@tools/bootstrap.sh dev && exec $(PYTHON) tools/check.py

stop: ## end everything that was started here
	@test ! -d .local || { tools/bootstrap.sh local && exec $(PYTHON) manage.py stop_local; }

bench: ## the measurements
	@tools/bootstrap.sh dev && exec $(PYTHON) bench/run.py $(ARGS)

messages: ## collect what is to be translated into locale/ (needs GNU gettext)
	@tools/bootstrap.sh dev && exec $(PYTHON) manage.py makemessages --all --no-location --no-wrap \
		--ignore=.venv --ignore=.local --ignore=staticfiles --ignore=tests --ignore=bench

lock: ## pin what pyproject.toml asks for (ARGS=--upgrade for the newest)
	@tools/lock.sh $(ARGS)
