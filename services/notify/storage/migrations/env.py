"""Alembic's environment; the connection comes from shared.migration."""

from shared.migration import run_environment

run_environment()
