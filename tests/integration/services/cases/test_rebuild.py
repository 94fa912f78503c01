"""The tables of cases computed again from its log: equal when nothing is wrong, every wrong row named, put right."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from services.cases.domain.overlay import NoShape, Overlay
from services.cases.handlers.clues import receive_patches
from services.cases.rebuild import PROJECTIONS
from services.cases.settings import CasesData, CasesSettings
from services.cases.storage.land import OverlayStore
from services.cases.wiring import wire_import
from shared.contracts.cases_events import CaseFiledV1
from shared.contracts.maintenance import CasesProjectionRepairedV1, RowFault
from shared.delivery.maintenance import Operator
from shared.rebuild.audit import RepairAudit
from shared.rebuild.comparison import CannotCompare, Comparison
from shared.rebuild.own_log import OwnLog
from shared.rebuild.program import Rebuilder
from tests.integration.services.cases.clue_desk import look, proposals, reported
from tests.integration.services.cases.conftest import open_office
from tests.integration.services.cases.evidence.desk import Desk, of_case
from tests.integration.services.cases.office import COORDINATOR, Office, correction, filed, papers, sand_yard
from tests.integration.services.cases.path_people import DEPUTY, appraised, asking, handed_over, performing, today
from tests.integration.services.cases.test_joint_actions import AG, NR, Action
from tests.integration.services.cases.test_listings import under_way as listing_under_way
from tests.integration.services.cases.test_main_path import close_case, strike_off, up_to_notice
from tests.integration.services.cases.test_receive_patches import SQUARE, patch
from tests.integration.services.cases.test_rules import limit, load_year, set_rule, setting, shipped_row
from tests.integration.services.cases.test_sealed_records import draft as draft_of_clue
from tests.support.fake_clamd import EICAR, FakeClamd
from tests.support.meanwhile import look_while
from tests.support.nodes import PostgresNode

pytestmark = pytest.mark.evidence_not_asked

OPERATOR = Operator("root", "核对后改正", "640521000000", datetime(2026, 4, 21, tzinfo=UTC))


@dataclass
class Told:
    """The story as it was left: its database, which is copied, its files, its hour."""

    database: str
    home: Path
    at: datetime


@pytest.fixture(scope="module")
def told(postgres: PostgresNode, evidence_not_asked: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    home = tmp_path_factory.mktemp("story")
    for office in open_office(postgres, evidence_not_asked, home):
        tell_everything(office, home)
        database = str(office.parts.engine.url.database)
        postgres.disconnect_all(database)
        yield Told(database, home, office.clock.at)


@pytest.fixture
def story(postgres: PostgresNode, told: Told) -> Iterator[Office]:
    """Something of everything, in many states: a copy for each test."""
    for office in open_office(postgres, told.database, told.home):
        office.clock.at = told.at
        yield office


def tell_everything(office: Office, home: Path) -> None:
    case = filed(office)
    strike_off(office, case)
    close_case(office, case)
    under_way = filed(office)
    up_to_notice(office, under_way)
    office.command(COORDINATOR, "case.order-rectification", correction(), under_way["id"])
    action = Action(office)
    action.sign(NR)
    action.decline(AG)
    action.reassign(AG, "public_security")
    action.accept(NR)
    action.report(NR)
    seen = sand_yard(longitude=105.5, latitude=37.5, found_at="2026-04-01T08:00:00+08:00")
    office.command(COORDINATOR, "clue.report", seen)
    import_patches(office, 3)
    beside_the_case(office)
    edit_rules(office)
    desk = Desk(office, home)
    evidence_story(desk, case)
    named = office.command(COORDINATOR, "clue.report", reported())
    office.command(COORDINATOR, "clue.view-reporter", {"purpose": "回访"}, named["id"])
    overlays(office, named)
    look(office)
    [(proposal, *_)] = proposals(office)[:1]
    office.command(COORDINATOR, "clue_duplicate.decide", {"decision": "separate", "reason": "两处"}, proposal)
    desk.close()


def evidence_story(desk: Desk, case: dict[str, Any]) -> None:
    """Two pieces, one of them a virus; one read, shared and taken back."""
    piece = desk.text(of_case(case), register_in_advance=True)
    with FakeClamd() as clamd:
        (desk.home / "v.txt").write_bytes(EICAR)
        desk.add(desk.home / "v.txt", of_case(case), kind="documentary", item="other", title="带毒")
        worker = desk.worker(clamd=clamd.address)
        while worker.run_once():
            pass
    for way in ("view", "thumbnail"):
        desk.office.command(COORDINATOR, "evidence.read", {"way": way}, piece["id"])
    whole = {"found_sha256": None, "found_sm3": None, "found_bytes": 0}
    shared = {"to_agency": "agriculture", "purpose": "鉴定", "expires_at": "2027-01-01T00:00:00+08:00"}
    copy = desk.office.command(COORDINATOR, "evidence.share", shared, piece["id"])
    desk.office.command(COORDINATOR, "evidence_copy.revoke", {"reason": "错发"}, copy["id"])
    desk.office.command(COORDINATOR, "evidence.verify", whole, piece["id"])
    desk.office.command(COORDINATOR, "evidence.dispose", {"disposition": "released", "reason": "无关"}, piece["id"])


def edit_rules(office: Office) -> None:
    """One rule twice, and a calendar."""
    row_id = shipped_row(office)
    changed = set_rule(office, "deadline", "D01", setting(limit(3), "2026-06-01", replaces=row_id))
    set_rule(office, "deadline", "D01", setting(limit(2), "2026-07-01", replaces=changed["rows"][-1]["row_id"]))
    load_year(office, 2027, days=[{"date": "2027-01-01", "kind": "holiday", "name": "元旦", "source": "通知"}])


def beside_the_case(office: Office) -> None:
    """A hand-over and back, a listing under way, a proposal declined, a clue sealed and opened; paths with areas."""
    case = appraised(office)
    draft = draft_of_clue(office, case)
    office.command(DEPUTY, "sealed_record.send", {"document_no": "1"}, draft["id"])
    transfer = handed_over(office, case)
    reply = {"document_no": "n", "received_on": today(office), "reason": "r", **papers("police_reply")}
    office.command(COORDINATOR, "police_transfer.police-refuse", reply, transfer["id"])
    listing_under_way(office, case)
    letter = office.command(COORDINATOR, "case.request-assistance", asking(), case["id"])
    answer = {"result": "partly_done", "account": "a", "answered_by": "n", "reason": "r", **papers("feedback_letter")}
    office.command(COORDINATOR, "assistance_request.answer", answer, letter["id"])
    office.command(COORDINATOR, "case.request-assistance", asking(to_body="不动产登记中心"), case["id"])
    [proposal] = office.query(COORDINATOR, "action_proposal.list", case_id=case["id"])["items"]
    office.command(COORDINATOR, "action_proposal.decline", {"reason": "r"}, proposal["id"])
    performing(office, ("fine",), 4000.5)
    item = office.command(
        COORDINATOR,
        "case.open-rectification",
        {"title": "t", "area_m2": 100.5, "farmland_area_m2": 0, "reason": "r"},
        case["id"],
    )
    plan = {"method": "combined", "term_days": 30, "responsible_person": "镇长", "requirement": "q"}
    office.command(COORDINATOR, "rectification.set-plan", {**plan, **papers("correction_order")}, item["id"])


def import_patches(office: Office, number: int) -> None:
    dsn = office.parts.engine.url.render_as_string(hide_password=False)
    runner = wire_import(CasesData(cases_dsn=SecretStr(dsn)), lambda: None, office.clock)

    def use_case(unit: Any) -> dict[str, Any]:
        receive_patches([(patch(place), SQUARE) for place in range(1, number + 1)], uuid4(), unit)
        return {}

    runner.run(COORDINATOR, use_case, correlation_id="import")
    runner.engine.dispose()


def overlays(office: Office, clue: dict[str, Any]) -> None:
    """One that a person asked for and one that a layer did, neither could be made; test_land.py rebuilds made ones."""
    settings = CasesData(cases_dsn=SecretStr(office.parts.engine.url.render_as_string(hide_password=False)))
    runner = wire_import(settings, lambda: None)

    def use_case(unit: Any) -> dict[str, Any]:
        asked = {"clue_id": clue["id"], "clue_no": clue["clue_no"], "on_day": "2026-03-31", "requested_at": unit.now}
        layer = {"kind": "permanent_basic_farmland", "layer_id": str(uuid4()), "version_name": "2025"}
        for purpose, basis, cause in (("act", "found", None), ("check", "survey", layer)):
            ended = Overlay(id=uuid4(), jurisdiction="640521104000")
            job = {**asked, "day_basis": basis, "purpose": purpose, "cause": cause}
            unit.record(ended, OverlayStore(), ended.end(job, unit.now, None, NoShape()))
        return {}

    runner.run(COORDINATOR, use_case, correlation_id="overlay")
    runner.engine.dispose()


def rebuild(office: Office, name: str, *, repair: bool = False) -> Comparison:
    projection = next(projection for projection in PROJECTIONS if projection.name == name)
    audit = RepairAudit(name, OPERATOR, CasesProjectionRepairedV1) if repair else None
    return OwnLog(office.parts.engine, "cases", projection, lambda *_: None).rebuild(audit)


def change(office: Office, statement: str) -> None:
    with office.parts.engine.begin() as connection:
        connection.execute(sa.text(statement))


def told_repairs(office: Office) -> list[Any]:
    with office.parts.engine.connect() as connection:
        statement = "SELECT actor, payload FROM event_log WHERE type = 'tianwei.cases.projection-repaired.v1'"
        return list(connection.execute(sa.text(statement)).all())


@pytest.mark.parametrize("name", [projection.name for projection in PROJECTIONS])
def test_a_healthy_story_is_equal(story: Office, name: str) -> None:
    found = rebuild(story, name)
    assert found.differences == []
    assert found.rows_live == found.rows_computed > 0
    assert found.events > 0


TAMPERINGS: list[tuple[str, str, RowFault, list[str]]] = [
    ("case", "UPDATE \"case\" SET party_name = '他人', area_m2 = 1", RowFault.CHANGED, ["party_name", "area_m2"]),
    ("clue", "UPDATE clue SET officers = '[\"丙\"]' WHERE officers <> '[]'", RowFault.CHANGED, ["officers"]),
    ("rectification", "DELETE FROM rectification", RowFault.MISSING, []),
    ("joint_action", "UPDATE joint_action SET version = version + 1", RowFault.CHANGED, ["version"]),
    ("rule", "UPDATE rule SET version = version + 1 WHERE key = 'D01'", RowFault.CHANGED, ["version"]),
    ("evidence", "UPDATE evidence SET sm3 = sha256, title = '改'", RowFault.CHANGED, ["title", "sm3"]),
    ("evidence_copy", "UPDATE evidence_copy SET expires_at = '2030-01-01'", RowFault.CHANGED, ["expires_at"]),
    ("evidence_custody", "DELETE FROM evidence_custody", RowFault.MISSING, []),
    ("case", "UPDATE work_item SET party_name = '他人' WHERE kind = 'case'", RowFault.CHANGED, ["party_name"]),
    ("clue", "UPDATE work_text SET body = '别处' WHERE kind = 'clue'", RowFault.CHANGED, ["body"]),
    ("listing", "DELETE FROM work_item WHERE kind = 'listing'", RowFault.MISSING, []),
    (
        "clue",
        "INSERT INTO clue SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'clue_no', 'X',"
        " 'patch_no', NULL))).* FROM clue c LIMIT 1",
        RowFault.EXTRA,
        [],
    ),
]


@pytest.mark.parametrize(("name", "statement", "fault", "fields"), TAMPERINGS)
def test_every_tampering_is_found_and_named_and_put_right(
    story: Office, name: str, statement: str, fault: RowFault, fields: list[str]
) -> None:
    change(story, statement)
    found = rebuild(story, name)
    assert {difference.row.fault for difference in found.differences} == {fault}
    assert all(difference.row.fields == sorted(fields, key=fields.index) for difference in found.differences)
    assert all(difference.row.key == str(difference.owner) for difference in found.differences)
    assert told_repairs(story) == []

    repaired = rebuild(story, name, repair=True)
    assert repaired.repaired
    assert rebuild(story, name).differences == []
    [(actor, event)] = told_repairs(story)
    assert (actor, event["by"], event["reason"]) == ("os:root", "os:root", "核对后改正")
    assert [row["key"] for row in event["rows"]] == [difference.row.key for difference in found.differences]
    assert {row["fault"] for row in event["rows"]} == {fault.value}


def test_a_repair_of_what_is_equal_tells_nothing(story: Office) -> None:
    assert not rebuild(story, "case", repair=True).repaired
    assert told_repairs(story) == []


def test_a_log_with_events_of_a_newer_program_is_not_compared(story: Office) -> None:
    projection = next(projection for projection in PROJECTIONS if projection.name == "case")
    older = replace(projection, events={CaseFiledV1.type: CaseFiledV1})
    with pytest.raises(CannotCompare, match="不认识的事件"):
        OwnLog(story.parts.engine, "cases", older, lambda *_: None).rebuild(None)


def test_a_rebuild_while_people_work_gives_no_false_difference(story: Office) -> None:
    seen = look_while(lambda: filed(story), lambda: rebuild(story, "case"), 8)
    assert [found.differences for found in seen] == [[]] * 8
    assert seen[-1].rows_live > seen[0].rows_live


def test_a_repair_while_people_work_neither_fails_them_nor_undoes_their_work(story: Office) -> None:
    tampered = 'UPDATE "case" SET title = \'改\' WHERE case_no = (SELECT min(case_no) FROM "case")'

    def repair() -> Comparison:
        change(story, tampered)
        return rebuild(story, "case", repair=True)

    seen = look_while(lambda: up_to_notice(story, filed(story)), repair, 5)
    assert all(found.repaired and len(found.differences) == 1 for found in seen)
    assert rebuild(story, "case").differences == []


def ran(office: Office, *words: str, monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    """The program's exit status."""
    dsn = SecretStr(office.parts.engine.url.render_as_string(hide_password=False))
    settings = CasesSettings(bus_url=SecretStr("redis://127.0.0.1:1/0"), cases_dsn=dsn)
    monkeypatch.setattr("sys.argv", ["rebuild", *words])
    with pytest.raises(SystemExit) as ended:
        Rebuilder("cases", PROJECTIONS, dsn, settings).main()
    return ended.value.code


def test_the_program_says_equal_different_and_repaired(
    story: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(story, "case", monkeypatch=monkeypatch) == 0
    assert "结果：一致" in capsys.readouterr().out
    change(story, "UPDATE \"case\" SET party_name = '某某某'")
    assert ran(story, "case", monkeypatch=monkeypatch) == 1
    said = capsys.readouterr().out
    assert "party_name" in said
    assert "某" not in said  # no values
    assert ran(story, "case", "--json", monkeypatch=monkeypatch) == 1
    told = json.loads(capsys.readouterr().out)
    cases = len(story.query(COORDINATOR, "case.list")["items"])
    assert (told["equal"], told["changed"], told["missing"]) == (False, cases, 0)
    assert ran(story, "case", "--repair", monkeypatch=monkeypatch) == 2
    assert ran(story, "case", "--repair", "--reason", "核对", "--by", "li", monkeypatch=monkeypatch) == 0
    assert "已按日志改正" in capsys.readouterr().out
    assert ran(story, "nothing", monkeypatch=monkeypatch) == 2
    assert "clue、case、rectification、joint_action" in capsys.readouterr().err
    assert ran(story, "--list", monkeypatch=monkeypatch) == 0
    assert "case  案件  依据 cases 的日志" in capsys.readouterr().out
