"""The ledger of disclosure: what leaves to an agency is entered in the transaction that sends it (domain.md 4.6)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.cases.domain.disclosure import Disclosure, Permission, told_of
from services.cases.domain.joint_action import JointAction, told_brief
from services.cases.domain.joint_task import Task
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import Agency, DisclosurePurpose, TaskState
from shared.contracts.disclosure import CaseFieldsDisclosedV1
from shared.contracts.hand_over import ANSWERED
from shared.ids import new_id

# Who has signed takes part: it may know what the others found.
_TAKES_PART = ANSWERED | {TaskState.SIGNED, TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.RETURNED}


def permitted(unit: CasesUnit, agency: Agency, purpose: DisclosurePurpose) -> Permission:
    """By the rules of today."""
    return unit.path_rules.disclosure(agency, purpose, unit.moment.today)


def enter(unit: CasesUnit, division_code: str, by: Permission, about: UUID, fields: Sequence[str], **more: Any) -> None:
    """One entry; nothing when nothing is told. more: case_id, clue_id, from_agency, content."""
    if not fields:
        return
    entry = Disclosure(id=new_id())
    told = CaseFieldsDisclosedV1(
        at=unit.now,
        division_code=division_code,
        to_agency=by.agency,
        purpose=by.purpose,
        about=about,
        fields=list(fields),
        basis=by.basis,
        rule_key=by.rule_key,
        **{"case_id": None, "clue_id": None, **more},
    )
    entry.jurisdiction = division_code
    unit.record(entry, unit.disclosures, [told])


def enter_letters(unit: CasesUnit, action: JointAction, tasks: Sequence[Task]) -> None:
    """The letters of these tasks, which go out with the action's event."""
    assert action.brief is not None
    for task in tasks:
        by = permitted(unit, task.letter.agency, DisclosurePurpose.TASK_LETTER)
        fields = told_of(told_brief(action.brief, task.letter.agency, unit.moment))
        enter(unit, action.jurisdiction, by, task.id, fields, case_id=action.case_id)


def share_result(unit: CasesUnit, action: JointAction, reported: Task) -> None:
    """What one agency reported goes to the others that take part, as far as each may know it."""
    for other in action.tasks:
        if other.is_live and other is not reported and other.state in _TAKES_PART:
            _share(unit, action, reported, other)


def share_earlier(unit: CasesUnit, action: JointAction, newcomer: Task) -> None:
    """To who takes part from now on, what the others have reported already."""
    for other in action.tasks:
        if other.is_live and other is not newcomer and other.state in ANSWERED:
            _share(unit, action, other, newcomer)


def _share(unit: CasesUnit, action: JointAction, reported: Task, to: Task) -> None:
    if reported.result is None or reported.letter.agency is to.letter.agency:
        return
    by = permitted(unit, to.letter.agency, DisclosurePurpose.JOINT_RESULT)
    content = by.result(reported.result)
    fields = [f"{content['kind']}.{name}" for name in content if name != "kind"] if content else []
    more = {"case_id": action.case_id, "from_agency": reported.letter.agency, "content": content}
    enter(unit, action.jurisdiction, by, to.id, fields, **more)
