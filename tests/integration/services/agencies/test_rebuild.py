"""Tasks computed again from the log of agencies."""

from datetime import UTC, datetime

from services.agencies.rebuild import PROJECTIONS
from shared.contracts.codes import Agency
from shared.contracts.maintenance import AgenciesProjectionRepairedV1, RowFault
from shared.delivery.maintenance import Operator
from shared.rebuild.audit import RepairAudit
from shared.rebuild.comparison import Comparison
from shared.rebuild.own_log import OwnLog
from tests.integration.services.agencies.house import House, officer
from tests.unit.services.agencies.builders import convened, reassigned

OPERATOR = Operator("root", "核对后改正", "640521000000", datetime(2026, 4, 21, tzinfo=UTC))


def rebuild(house: House, *, repair: bool = False) -> Comparison:
    (projection,) = PROJECTIONS
    audit = RepairAudit(projection.name, OPERATOR, AgenciesProjectionRepairedV1) if repair else None
    return OwnLog(house.engine, "agencies", projection, lambda *_: None).rebuild(audit)


def tell_story(house: House) -> None:
    """Five tasks: signed and accepted, declined and given anew, the others untouched."""
    event = convened()
    house.react(event)
    tasks = {task.letter.agency: task.task_id for task in event.tasks}
    by = officer(Agency.PUBLIC_SECURITY)
    house.done(by, "task.sign", {"signed_by": "李四", "channel": "system"}, tasks[Agency.PUBLIC_SECURITY])
    house.done(by, "task.accept", {"contact_person": "李四"}, tasks[Agency.PUBLIC_SECURITY])
    body = {"return_reason": "not_our_duty", "reason": "不属本单位职责"}
    house.done(officer(Agency.AGRICULTURE), "task.decline", body, tasks[Agency.AGRICULTURE])
    house.react(reassigned(event, tasks[Agency.AGRICULTURE], Agency.AGRICULTURE))


def test_tasks_of_a_healthy_story_are_equal(house: House) -> None:
    tell_story(house)
    found = rebuild(house)
    assert found.differences == []
    assert found.rows_live == found.rows_computed == 6


def test_a_lost_task_comes_back_at_the_end_of_its_mailbox(house: House) -> None:
    tell_story(house)
    (lost,) = house.sql("DELETE FROM agency_task WHERE state = 'accepted' RETURNING *")
    house.sql("UPDATE agency_task SET result = '{}', title = '改' WHERE state = 'declined'")
    found = rebuild(house, repair=True)
    assert sorted((one.row.fault, tuple(one.row.fields)) for one in found.differences) == [
        (RowFault.CHANGED, ("title", "result")),
        (RowFault.MISSING, ()),
    ]
    assert rebuild(house).differences == []
    (back,) = house.sql("SELECT * FROM agency_task WHERE id = :id", id=lost["id"])
    assert {**back, "position": 0} == {**lost, "position": 0}
    assert back["position"] > lost["position"]
    assert house.told()[-1] == "projection-repaired"
