"""Pieces of SQL that several lists share."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from shared.divisions.register import full_code, significant


def mu(area_m2: ColumnElement[Any]) -> ColumnElement[Any]:
    """An area in mu with 2 decimals, rounded half up like shared/area.py."""
    return sa.cast(sa.func.round(area_m2 * 3 / 2000, 2), sa.Double)


def lies_in(division_code: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """Whether a division lies in (or is) another. prefix: 6 to 12 digits; a full code stands for all that is in it."""
    whole = significant(full_code(prefix)) if len(prefix) in (6, 9, 12) else prefix
    condition: ColumnElement[bool] = division_code.startswith(whole)
    return condition
