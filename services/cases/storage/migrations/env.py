"""Alembic's entry into the migrations of cases."""

from shared.migration import run_environment

run_environment()
