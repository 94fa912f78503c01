"""What natural resources has found out about the land of a case, beside what the overlay measured: both are kept."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.domain.overlay import Claim, differences
from services.cases.storage.tables import joint_action
from shared.contracts.codes import TaskResultKind, TaskState
from shared.contracts.overlays import AgencyFinding, OverlayFact
from shared.contracts.task_results import ControlLineFinding, LandSurvey

_FINDINGS: TypeAdapter[LandSurvey | ControlLineFinding] = TypeAdapter(LandSurvey | ControlLineFinding)
# A report that was returned is corrected first.
_GIVEN = frozenset({TaskState.REPORTED, TaskState.DONE})
_OF_LAND = frozenset({TaskResultKind.LAND_SURVEY, TaskResultKind.CONTROL_LINE_FINDING})


def findings_of(case_id: UUID, measured: OverlayFact | None, connection: Connection) -> list[AgencyFinding]:
    """Oldest first. The reader sees the case."""
    rows = connection.execute(
        sa.select(joint_action.c.action_no, joint_action.c.tasks)
        .where(joint_action.c.case_id == case_id)
        .order_by(joint_action.c.convened_at, joint_action.c.id)
    )
    found = [
        _finding(row.action_no, task, measured)
        for row in rows
        for task in row.tasks
        if task["state"] in _GIVEN and task["result"]["kind"] in _OF_LAND
    ]
    return sorted(found, key=lambda finding: finding.reported_at)


def _finding(action_no: str, task: dict[str, Any], measured: OverlayFact | None) -> AgencyFinding:
    result = _FINDINGS.validate_python(task["result"])
    said = _said(result)
    claim = Claim(said["area_m2"], said["farmland_area_m2"], said["pbf_area_m2"])
    return AgencyFinding.model_validate(
        {
            "kind": result.kind,
            "action_no": action_no,
            "task_id": task["id"],
            "reported_at": task["reported_at"],
            "report_no": result.report_no,
            "plan_conformity": result.plan_conformity,
            "conclusion": result.conclusion,
            "differences": _beside(claim, measured),
            **said,
        }
    )


def _said(result: LandSurvey | ControlLineFinding) -> dict[str, Any]:
    if isinstance(result, LandSurvey):
        return {
            "found_on": result.surveyed_on,
            "database_version": result.land_class_version,
            "land_class": result.land_class_code,
            "area_m2": result.measured_area_m2,
            "farmland_area_m2": result.farmland_area_m2,
            "pbf_area_m2": result.pbf_area_m2,
        }
    return {
        "found_on": result.found_on,
        "database_version": result.database_version,
        "land_class": None,
        "area_m2": result.area_m2,
        "farmland_area_m2": None,
        "pbf_area_m2": result.pbf_area_m2,
        "ecological_area_m2": result.ecological_area_m2,
        "outside_boundary_area_m2": result.outside_boundary_area_m2,
    }


def _beside(claim: Claim, measured: OverlayFact | None) -> list[Any]:
    if measured is None:
        return []
    return list(differences(claim, measured.area_m2, measured.farmland_m2, measured.pbf_m2))
