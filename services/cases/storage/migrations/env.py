"""Alembic's entry into the migrations of cases; after them, the shipped rules of this release."""

from datetime import UTC, datetime

from alembic import context

from services.cases.storage.rule_files import read_all
from services.cases.storage.rule_seeds import seed
from shared.migration import run_environment

run_environment()
seed(context.config.attributes["connection"], read_all(), datetime.now(UTC))
