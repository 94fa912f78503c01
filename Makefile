# Tianwei 田卫: commands for people. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
CODE := services gateway shared tests $(wildcard benchmarks)
# The first of these that really is Python 3.11; a name may exist and not work (pyenv's shims).
PYTHON ?= $(shell for p in python3.11 python3 python; do \
	"$$p" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)

.PHONY: help run up down status demo test lint bench chaos docs fonts pictures lock fmt clean setup setup-dev

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

run: setup ## 启动并装载示范县，前台运行，Ctrl-C 停止 (start everything with the demonstration county)
	@exec $(BIN)/tianwei up --county-demo

up: setup ## 后台启动 (start in the background)
	@$(BIN)/tianwei up -d

down: setup ## 停止，数据保留 (stop, data stays)
	@$(BIN)/tianwei down

status: setup ## 各进程的状态 (what runs)
	@$(BIN)/tianwei status

demo: setup ## 从图斑到销号演示全过程，用临时目录 (the whole story on a fresh stack)
	@exec $(BIN)/tianwei demo

test: setup-dev ## 全部测试，含 RabbitMQ 和公文字库 (all tests)
	@.ci/rabbitmq || true
	@.ci/fonts || true
	@exec $(BIN)/python -m tests $(PYTEST_ARGS)

lint: setup-dev ## 格式、类型、分层、部署文件、锁文件、安全检查 (style, types, layers, files, security)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/python .ci/check_locks.py
	$(BIN)/python .ci/check_bandit.py
	$(BIN)/python .ci/check_advisories.py

bench: setup-dev ## 性能数字，JSON 输出；ONLY= 只取几项 (the numbers)
	@.ci/rabbitmq
	@exec $(BIN)/python -m benchmarks $(ONLY)

chaos: setup-dev ## 故障演练，约一刻钟，SEED= 换次序 (every fault under load, checked independently)
	@.ci/rabbitmq
	@exec $(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED))

docs: setup-dev ## 重新生成接口、事件、规则文档 (the generated documents and diagrams)
	$(BIN)/python -m gateway.openapi
	$(BIN)/python -m shared.contracts.asyncapi
	$(BIN)/python -m services.cases.rules_document
	$(BIN)/python -m services.cases.diagrams
	$(BIN)/python -m services.agencies.diagrams
	$(BIN)/python -m services.notify.diagrams
	$(BIN)/python -m services.notify.rules_document

fonts: ## 公文用的免费字库，放入 .fonts (free fonts for official documents; Debian)
	@.ci/fonts

pictures: setup-dev ## README 里的公文图片，重新演示一遍并绘制 (the pictures of documents in the README)
	@papers=$$(mktemp -d) && $(BIN)/python -m gateway.cli demo --papers "$$papers" && $(BIN)/python .ci/pictures.py "$$papers"; \
		status=$$?; rm -rf "$$papers"; exit $$status

lock: setup-dev ## 重新计算锁文件 (compile the lock files anew)
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--python-version 3.11.0 --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--python-version 3.11.0 --constraint requirements-dev.lock pyproject.toml -o requirements.lock
	$(BIN)/python .ci/check_locks.py

fmt: setup-dev ## 整理格式 (format)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## 删除缓存与虚拟环境；数据目录 .run 不动 (caches and .venv go, data stays)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- the virtual environment; the stamps make repeated calls instant -------------------------------------------

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev $(VENV)/.installed

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "需要 Python 3.11（含 venv）。Debian/Ubuntu：apt-get install python3.11 python3.11-venv；或 make PYTHON=/path/to/python3.11" >&2; \
		echo "Python 3.11 with venv is needed; name it with PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@echo "建立虚拟环境 $(VENV)（$(PYTHON)）"
	@"$(PYTHON)" -m venv --clear $(VENV) || { rm -rf $(VENV); \
		echo "无法建立虚拟环境。Debian/Ubuntu：apt-get install python3.11-venv" >&2; exit 1; }

# Only what the lock files name, only with the hashes they name.
$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@if [ ! -e $@ ] || [ requirements.lock -nt $@ ]; then echo "安装依赖（首次约一分钟）"; \
		$(PIP) install -qq --require-hashes -r requirements.lock; fi
	@$(PIP) install -qq --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "安装开发依赖"
	@$(PIP) install -qq --require-hashes -r requirements-dev.lock
	@touch $@
