"""Whole aggregates in and out of their tables."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection, Table
from sqlalchemy.engine import RowMapping

from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.clue_review import NOT_REVIEWED, ReviewStanding
from services.cases.domain.joint_action import JointAction
from services.cases.domain.joint_task import Task
from services.cases.domain.progress import Progress
from services.cases.domain.rectification import Rectification
from services.cases.storage import clue_columns, deadlines, tables, work
from services.cases.storage.scope import visible
from shared.contracts.action_steps import ActionSteps
from shared.contracts.area_basis import AreaBasis
from shared.contracts.codes import (
    ActionForm,
    Agency,
    CaseState,
    ClosingGround,
    ClueSource,
    ClueState,
    JointActionState,
    RectificationMethod,
    RectificationState,
    ReviewState,
    VerificationOpinion,
    ViolationType,
)
from shared.contracts.joint_action_events import ActionBrief
from shared.contracts.joint_actions import JoinPolicy
from shared.contracts.parts import DeadlineView, DocumentRef, PatchFacts
from shared.contracts.procedure import Procedure
from shared.contracts.rectifications import RectificationFacts
from shared.delivery.unit import TableStore
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound, StaleVersion
from shared.principal import Actor

P = TypeVar("P", bound=Progress)

_documents = TypeAdapter(list[DocumentRef])
_deadlines = TypeAdapter(list[DeadlineView])
_tasks = TypeAdapter(list[Task])


class ScopedStore(TableStore[P]):
    """A TableStore that locks only what the actor may see, with statements built once."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        names = ", ".join(column.name for column in table.columns)
        self._insert_json = sa.text(
            f'WITH objects AS (INSERT INTO "{table.name}" ({names}) '
            f'SELECT {names} FROM jsonb_populate_recordset(NULL::"{table.name}", CAST(:rows AS jsonb))) '
            + deadlines.WRITE
        )
        # The columns it sets are those it is executed with.
        self._update = sa.update(table).where(
            table.c.id == sa.bindparam("_id"), table.c.version == sa.bindparam("_stored")
        )

    def lock_seen(self, connection: Connection, by: Actor, id_: UUID, expected_version: int | None = None) -> P:
        """Locked until the unit ends. Raises NotFound, also for what the actor may not see; StaleVersion."""
        statement = sa.select(self.table).where(self.table.c.id == id_, visible(self.table, by)).with_for_update()
        row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound
        if expected_version is not None and row["version"] != expected_version:
            raise StaleVersion(expected_version, row["version"])
        return self.from_row(row)

    def get_seen(self, connection: Connection, by: Actor, id_: UUID) -> P:
        """Without a lock. Raises NotFound, also for what the actor may not see."""
        statement = sa.select(self.table).where(self.table.c.id == id_, visible(self.table, by))
        row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound
        return self.from_row(row)

    def save(self, connection: Connection, aggregate: P, stored_version: int) -> None:
        if stored_version == 0:
            self.insert_many(connection, [aggregate])
            return
        values = {**self._values(aggregate), "_id": aggregate.id, "_stored": stored_version}
        del values["id"]
        if connection.execute(self._update, values).rowcount != 1:
            raise StaleVersion(stored_version, aggregate.version)
        deadlines.write_changed(connection, aggregate)
        work.change(connection, aggregate)

    def insert_many(self, connection: Connection, aggregates: Sequence[P]) -> None:
        """New aggregates and their clocks in one statement, as JSON: the server takes it apart faster than we can."""
        if aggregates:
            rows = orjson.dumps([self._values(aggregate) for aggregate in aggregates], default=str)
            clocks = deadlines.clocks_of(aggregates, whole=True)
            # Objects with a past are those that the log is computed again for.
            again = any(aggregate.version > 1 for aggregate in aggregates)
            connection.execute(self._insert_json, {"rows": rows.decode(), "clocks": clocks, "again": again})
            work.add(connection, aggregates)

    def to_row(self, aggregate: P) -> Mapping[str, Any]:
        return {
            "state": aggregate.state and aggregate.state.value,
            "documents": _documents.dump_python(aggregate.documents, mode="json"),
            "deadlines": _deadlines.dump_python(aggregate.deadlines, mode="json", exclude_defaults=True),
            **self.columns(aggregate),
        }

    def _values(self, aggregate: P) -> dict[str, Any]:
        return {"id": aggregate.id, "version": aggregate.version, **self.to_row(aggregate)}

    @abstractmethod
    def columns(self, aggregate: P) -> dict[str, Any]:
        """The columns that only this table has."""


def head_of(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "version": row["version"],
        "jurisdiction": row["division_code"],
        "documents": _documents.validate_python(row["documents"]),
        "deadlines": _deadlines.validate_python(row["deadlines"]),
    }


def same(source: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}


_CLUE = [
    "clue_no",
    "division_code",
    "division_name",
    "place",
    "description",
    "longitude",
    "latitude",
    "area_m2",
    "farmland_area_m2",
    "pbf_area_m2",
    "received_at",
    "found_at",
    "township_code",
    "officers",
    "facts",
    "geometry",
    "import_id",
    "case_id",
    "review_required",
    "submitted_by",
    "missing_proofs",
    "build_age",
    "linked_to_id",
    "linked_to_no",
    "parent_id",
    "parent_no",
    "child_no",
    "archive_no",
]


class ClueStore(ScopedStore[Clue]):
    def __init__(self) -> None:
        super().__init__(tables.clue)

    def columns(self, aggregate: Clue) -> dict[str, Any]:
        return {
            **same(aggregate, _CLUE),
            **clue_columns.to_columns(aggregate),
            "due_on": aggregate.due_on,
            "source": aggregate.source.value,
            "suspected_type": aggregate.suspected_type and aggregate.suspected_type.value,
            "opinion": aggregate.opinion and aggregate.opinion.value,
            "patch_no": aggregate.patch and aggregate.patch.patch_no,
            "patch": aggregate.patch and aggregate.patch.model_dump(mode="json"),
        }

    def review_of_case(self, connection: Connection, case_id: UUID) -> ReviewStanding:
        """How the review above stands of what a case was filed on: strike-off waits for its end (domain.md 3.7)."""
        c = tables.clue.c
        row = connection.execute(sa.select(c.review_required, c.review_state).where(c.case_id == case_id)).one_or_none()
        if row is None:
            return NOT_REVIEWED
        return ReviewStanding(row.review_required, row.review_state and ReviewState(row.review_state))

    def from_row(self, row: RowMapping) -> Clue:
        return Clue(
            **head_of(row),
            **{name: row[name] for name in _CLUE},
            **clue_columns.from_columns(row),
            state=ClueState(row["state"]),
            source=ClueSource(row["source"]),
            suspected_type=row["suspected_type"] and ViolationType(row["suspected_type"]),
            opinion=row["opinion"] and VerificationOpinion(row["opinion"]),
            patch=row["patch"] and PatchFacts.model_validate(row["patch"]),
        )


_CASE = [
    "case_no",
    "title",
    "party_name",
    "party_kind",
    "officers",
    "clue_id",
    "clue_no",
    "patch_no",
    "division_code",
    "division_name",
    "place",
    "longitude",
    "latitude",
    "area_m2",
    "farmland_area_m2",
    "pbf_area_m2",
    "filed_at",
    "notice_served_at",
    "decision_no",
    "decided_at",
    "served_at",
    "closed_at",
    "old_no",
]


class CaseStore(ScopedStore[Case]):
    def __init__(self) -> None:
        super().__init__(tables.case)

    def columns(self, aggregate: Case) -> dict[str, Any]:
        return {
            **same(aggregate, _CASE),
            "due_on": aggregate.due_on,
            "violation_types": [type_.value for type_ in aggregate.violation_types],
            "lead_agency": aggregate.lead_agency.value,
            "closing_ground": aggregate.closing_ground and aggregate.closing_ground.value,
            "basis": aggregate.basis and aggregate.basis.model_dump(mode="json"),
            "procedure": aggregate.procedure.model_dump(mode="json", exclude_defaults=True),
        }

    def from_row(self, row: RowMapping) -> Case:
        return Case(
            **head_of(row),
            **{name: row[name] for name in _CASE},
            state=CaseState(row["state"]),
            violation_types=[ViolationType(type_) for type_ in row["violation_types"]],
            lead_agency=Agency(row["lead_agency"]),
            closing_ground=row["closing_ground"] and ClosingGround(row["closing_ground"]),
            basis=row["basis"] and AreaBasis.model_validate(row["basis"]),
            procedure=Procedure.model_validate(row["procedure"]),
        )

    def decided_under(self, connection: Connection, agency: Agency, decision_no: str, case: Case) -> Case | None:
        """A case of the county, also this one, that the agency has decided under that number; serialized by it."""
        c, county = tables.case.c, case.division_code[:COUNTY_DIGITS]
        key = f"decision {county} {agency.value} {decision_no}"
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))
        deciding = sa.func.coalesce(c.procedure["penalty"]["deciding_agency"].astext, c.lead_agency)
        found = connection.execute(
            sa.select(tables.case)
            .where(c.decision_no == decision_no, deciding == agency.value, c.division_code.startswith(county))
            .limit(1)
        ).mappings()
        row = found.one_or_none()
        return None if row is None else self.from_row(row)

    def beside(self, connection: Connection, case_id: UUID) -> tuple[list[UUID], list[UUID]]:
        """Ids of the rectification items and of the joint actions of a case, each oldest first."""
        item, action = tables.rectification, tables.joint_action
        found = connection.execute(
            sa.select(sa.literal(0).label("kind"), item.c.id, item.c.ordered_at.label("at"))
            .where(item.c.case_id == case_id)
            .union_all(sa.select(sa.literal(1), action.c.id, action.c.convened_at).where(action.c.case_id == case_id))
            .order_by("at", "id")
        ).all()
        return [row.id for row in found if row.kind == 0], [row.id for row in found if row.kind == 1]


_RECTIFICATION = [
    "item_no",
    "case_id",
    "case_no",
    "title",
    "division_code",
    "division_name",
    "place",
    "area_m2",
    "farmland_area_m2",
    "rectified_area_m2",
    "accepted_area_m2",
    "ordered_at",
    "term_on",
    "responsible_person",
    "requirement",
    "struck_off_at",
]


class RectificationStore(ScopedStore[Rectification]):
    def __init__(self) -> None:
        super().__init__(tables.rectification)

    def columns(self, aggregate: Rectification) -> dict[str, Any]:
        return {
            **same(aggregate, _RECTIFICATION),
            "due_on": aggregate.due_on,
            "method": aggregate.method.value,
            "facts": aggregate.facts.model_dump(mode="json", exclude_defaults=True),
        }

    def of_case(self, connection: Connection, case_id: UUID) -> list[Rectification]:
        """The items of a case, oldest first."""
        item = tables.rectification
        rows = connection.execute(
            sa.select(item).where(item.c.case_id == case_id).order_by(item.c.ordered_at, item.c.id)
        )
        return [self.from_row(row) for row in rows.mappings()]

    def from_row(self, row: RowMapping) -> Rectification:
        return Rectification(
            **head_of(row),
            **{name: row[name] for name in _RECTIFICATION},
            state=RectificationState(row["state"]),
            method=RectificationMethod(row["method"]),
            facts=RectificationFacts.model_validate(row["facts"]),
        )


_JOINT_ACTION = (
    "action_no",
    "case_id",
    "title",
    "reason",
    "place",
    "acting_at",
    "urgent",
    "convened_at",
    "closed_at",
)


class JointActionStore(ScopedStore[JointAction]):
    def __init__(self) -> None:
        super().__init__(tables.joint_action)

    def columns(self, aggregate: JointAction) -> dict[str, Any]:
        assert aggregate.brief is not None
        return {
            **same(aggregate, _JOINT_ACTION),
            "division_code": aggregate.jurisdiction,
            "case_no": aggregate.brief.case_no,
            "lead_agency": aggregate.lead_agency.value,
            "brief": aggregate.brief.model_dump(mode="json"),
            "join_policy": aggregate.join.model_dump(mode="json"),
            "form": aggregate.form.value,
            "steps": aggregate.steps.model_dump(mode="json"),
            "tasks": _tasks.dump_python(aggregate.tasks, mode="json"),
        }

    def from_row(self, row: RowMapping) -> JointAction:
        return JointAction(
            **head_of(row),
            **{name: row[name] for name in _JOINT_ACTION},
            state=JointActionState(row["state"]),
            lead_agency=Agency(row["lead_agency"]),
            brief=ActionBrief.model_validate(row["brief"]),
            tasks=_tasks.validate_python(row["tasks"]),
            join=JoinPolicy.model_validate(row["join_policy"]),
            form=ActionForm(row["form"]),
            steps=ActionSteps.model_validate(row["steps"]),
        )
