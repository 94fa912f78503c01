"""Clues in the column order of the upper system: what we know of each, else what its table said."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.domain.clue_rules import ClueRules
from services.cases.domain.patch_columns import Column, ColumnBook
from services.cases.queries.clues import conditions
from services.cases.storage.import_tables import clue_import_row
from services.cases.storage.rules import book_of
from services.cases.storage.scope import visible
from services.cases.storage.tables import case, clue, rectification
from shared.area import mu_from_m2
from shared.clock import local_day
from shared.contracts.clue_exports import Cell, ExportClues, ExportPage
from shared.contracts.codes import (
    AliasKind,
    ReviewState,
    RuleRegister,
    VerificationOpinion,
    title,
)
from shared.divisions.register import DivisionLevel, Divisions
from shared.paging import Listing, page_rows
from shared.principal import Actor

_c, _i, _r = clue.c, rectification.c, clue_import_row.c
_ILLEGAL = {
    VerificationOpinion.NON_AGRI_ILLEGAL.value: "non_agri",
    VerificationOpinion.NON_GRAIN_ILLEGAL.value: "non_grain",
}
_AREAS = {"": "area_m2", "_farmland": "farmland_area_m2", "_pbf": "pbf_area_m2"}

# The latest table that had a row of this clue, and what was ordered to be put right.
_table = (
    sa.select(_r.raw)
    .where(_r.clue_id == _c.id, _r.raw.is_not(None))
    .order_by(_r.import_id.desc())
    .limit(1)
    .lateral("from_table")
)


def _accepted(*methods: str) -> Any:
    done = sa.func.sum(_i.accepted_area_m2).filter(_i.method.in_(methods))
    return sa.func.coalesce(done, 0)


def _listing(by: Actor) -> Listing:
    """A clue is told with its case and what was ordered of it, as far as the actor sees those too."""
    items = (
        sa.select(
            sa.func.count().label("item_count"),
            _accepted("demolish_and_restore", "combined", "other").label("demolished"),
            _accepted("complete_formalities").label("formalities"),
            sa.func.sum(_i.area_m2 - _i.accepted_area_m2).label("remaining"),
        )
        .where(_i.case_id == _c.case_id, visible(rectification, by))
        .lateral("items")
    )
    of_clue = sa.and_(case.c.id == _c.case_id, visible(case, by))
    return Listing(
        columns=(
            *clue.c,
            _table.c.raw,
            items.c.item_count,
            items.c.demolished,
            items.c.formalities,
            items.c.remaining,
            case.c.party_name.label("case_party"),
        ),
        keys=(_c.received_at, _c.id),
        source=clue.outerjoin(_table, sa.true()).outerjoin(items, sa.true()).outerjoin(case, of_clue),
    )


def export_clues(q: ExportClues, by: Actor, connection: Connection) -> ExportPage:
    rows, cursor = page_rows(_listing(by), conditions(q, by), q, connection)
    columns = _book().layout(q.layout)
    classic = q.layout == "shapefile_fields"
    rules = ClueRules(book_of(connection, RuleRegister.CONFIGURATION))
    return ExportPage(
        headings=[column.header for column in columns],
        rows=[_Row(row, classic, rules).cells(columns) for row in rows],
        next_cursor=cursor,
    )


@cache
def _book() -> ColumnBook:
    return ColumnBook.load()


@cache
def _divisions() -> Divisions:
    return Divisions.load()


class _Row:
    """classic: days without hyphens, as a DBF has them."""

    def __init__(self, row: Mapping[str, Any], classic: bool, rules: ClueRules) -> None:
        self._row = row
        self._classic = classic
        self._rules = rules
        raw: Mapping[str, Any] = row["raw"] or {}
        self._table = {key: raw[header] for key, header in _book().meant(raw).items()}
        self._patch: Mapping[str, Any] = row["patch"] or {}
        self._proof: Mapping[str, Any] = row["proof"] or {}

    def cells(self, columns: list[Column]) -> list[Cell]:
        known = {**self._own(), **self._illegal(), **self._result(), **self._state()}
        return [self._cell(column, known) for column in columns]

    def _cell(self, column: Column, known: Mapping[str, Any]) -> Cell:
        value = known.get(column.key)
        if value is None:
            value = self._proof.get(column.key)
        if value is None:
            return _plain(self._table.get(column.key))
        if column.mu:
            return float(mu_from_m2(value))
        return _plain(value)

    def _own(self) -> dict[str, Any]:
        row, patch = self._row, self._patch
        county, township, village = _names(row["division_code"])
        superior = (alias["number"] for alias in row["aliases"] if alias["kind"] == AliasKind.SUPERIOR)
        return {
            "clue_no": next(superior, row["clue_no"]),
            "patch_no": row["patch_no"],
            "batch_no": patch.get("batch_no"),
            "patch_type": patch.get("patch_type"),
            "county_name": county,
            "township_name": township,
            "village_name": village,
            "division_code": row["division_code"],
            "image_before_on": self._day(patch.get("image_before_on")),
            "image_after_on": self._day(patch.get("image_after_on")),
            "longitude": row["longitude"],
            "latitude": row["latitude"],
            "feature": patch.get("feature"),
            "note": patch.get("note"),
            "area": row["area_m2"],
            "farmland": row["farmland_area_m2"],
            "pbf": row["pbf_area_m2"],
            "opinion": row["opinion"] and title(VerificationOpinion(row["opinion"])),
            "category": {"new": "新增", "stock": "存量"}.get(row["build_age"] or ""),
            "party_name": row["case_party"],
            "account": row["facts"],
            "checked_by": "、".join(row["officers"]) or None,
            "attachments": len(row["documents"]) or None,
        }

    def _illegal(self) -> dict[str, Any]:
        """By our opinion the areas stand in its columns, and the other's are zero."""
        row = self._row
        if row["opinion"] is None:
            return {}
        ours = _ILLEGAL.get(row["opinion"])
        return {
            kind + end: row[name] if kind == ours else Decimal(0)
            for kind in _ILLEGAL.values()
            for end, name in _AREAS.items()
        }

    def _result(self) -> dict[str, Any]:
        row = self._row
        if not row["item_count"]:
            return {}
        done = row["remaining"] == 0
        areas = {name: row[name] for name in ("demolished", "formalities", "remaining")}
        return {"rectification": "已整改" if done else "整改中", **areas}

    def _state(self) -> dict[str, Any]:
        row = self._row
        review = row["review_state"] and ReviewState(row["review_state"])
        on = local_day(row["received_at"])
        code = self._rules.system_code(review, on)
        split = "被拆分" if row["is_split"] else "拆分" if row["parent_no"] else None
        return {
            "patch_state": split,
            "split_state": split,
            "system_state": (None if review else self._table.get("system_state")) or code,
            "review_stage": self._rules.review_code(review, on),
            "sent_back_state": ("1" if review is ReviewState.SENT_BACK else "0") if review else None,
        }

    def _day(self, written: str | None) -> str | None:
        if written is None:
            return None
        return date.fromisoformat(written).strftime("%Y%m%d") if self._classic else written


@cache
def _names(division_code: str) -> tuple[str | None, str | None, str | None]:
    """County, township, village of a division."""
    divisions = _divisions()
    found = {step.level: step.name for step in (*divisions.ancestors(division_code), divisions.get(division_code))}
    levels = (DivisionLevel.COUNTY, DivisionLevel.TOWNSHIP, DivisionLevel.VILLAGE)
    return found.get(levels[0]), found.get(levels[1]), found.get(levels[2])


_PLAIN: dict[type, Callable[[Any], Cell]] = {bool: lambda value: "是" if value else "否", Decimal: float}


def _plain(value: Any) -> Cell:
    if value is None or isinstance(value, str):
        return value or None
    told = _PLAIN.get(type(value))
    if told is not None:
        return told(value)
    return value if isinstance(value, int | float) else str(value)
