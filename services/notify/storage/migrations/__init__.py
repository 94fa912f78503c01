"""Alembic migrations of notify's database."""
