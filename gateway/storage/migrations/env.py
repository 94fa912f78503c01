"""Run by alembic."""

from shared.migration import run_environment

run_environment()
