"""Alembic revisions of the agencies database."""
