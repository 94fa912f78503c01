"""Alembic migrations of cases' database."""
