"""Rules as dated data: edited with a source, logged, seen by every process, never rewriting the past."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.cases.storage.rule_files import read_all
from services.cases.storage.rule_seeds import seed
from services.cases.storage.rules import Rules
from services.cases.storage.shipped_row import ShippedRow
from shared.clock import SHANGHAI
from shared.contracts.codes import Agency, Role, RuleMark, RuleRegister, ViolationType
from shared.contracts.rules import RuleSource
from shared.database import open_engine
from shared.errors import StaleVersion
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    COUNTY,
    OFFICER,
    Office,
    Refused,
    actor,
    sand_yard,
)
from tests.support.nodes import wait_until

ADMIN = actor(Role.ADMINISTRATOR, COUNTY, "钱管理")
NOTICE = {"text": "县政府第12次常务会议", "document": {"title": "会议纪要", "document_no": "〔2026〕12号"}}


def limit(days: int) -> dict[str, Any]:
    return {"title": "线索签收", "limit": days, "unit": "working_day"}


def setting(value: dict[str, Any], valid_from: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "valid_from": valid_from, "reason": "县级文件明确", "source": {"text": "县级文件"}, **more}


def set_rule(office: Office, register: str, code: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return office.command(ADMIN, "rule.set", {"register_name": register, "key": code, **body}, **more)


def rule(office: Office, register: str, key: str) -> dict[str, Any]:
    return office.query(OFFICER, "rule.get", register_name=register, key=key)


def in_force(office: Office, register: str, on: str) -> dict[str, dict[str, Any]]:
    listed = office.query(AGENCY, "rule.list", register_name=register, on=on)["items"]
    assert len({row["key"] for row in listed}) == len(listed)
    return {row["key"]: row for row in listed}


def refusal(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value


def assigned(office: Office) -> dict[str, Any]:
    """A clue whose clock D01 runs."""
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    return office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])


def clock(clue: dict[str, Any], rule_id: str = "D01") -> dict[str, Any]:
    return next(one for one in clue["deadlines"] if one["rule_id"] == rule_id)


def shipped_row(office: Office, key: str = "D01") -> str:
    [row] = rule(office, "deadline", key)["rows"]
    return str(row["row_id"])


def test_every_shipped_rule_is_there_with_its_source(shared_office: Office) -> None:
    registers = {one["register_name"]: one for one in shared_office.query(OFFICER, "rule.registers")["items"]}
    assert registers.keys() == {register.value for register in RuleRegister}
    assert sum(one["keys"] for one in registers.values()) == len({(row.register, row.key) for row in read_all()})
    for register in registers:
        for row in in_force(shared_office, register, "2026-04-20").values():
            assert row["source"].get("basis") or row["source"].get("text")


def test_a_new_limit_counts_for_clocks_from_its_day_on(office: Office) -> None:
    body = setting(limit(3), "2026-06-01", replaces=shipped_row(office))
    changed = set_rule(office, "deadline", "D01", body)
    assert [(row["valid_from"], row["valid_to"], row["value"]["limit"]) for row in changed["rows"]] == [
        ("2020-01-01", "2026-05-31", 1),
        ("2026-06-01", None, 3),
    ]
    assert clock(assigned(office))["limit"] == 1
    office.clock.at = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)
    wait_until(lambda: clock(assigned(office))["limit"] == 3, 5)
    assert in_force(office, "deadline", "2026-05-31")["D01"]["value"]["limit"] == 1
    assert in_force(office, "deadline", "2026-06-01")["D01"]["value"]["limit"] == 3


def test_a_correction_of_the_past_reaches_no_clock_that_runs(office: Office) -> None:
    before = assigned(office)
    body = setting(limit(4), "2025-01-01", replaces=shipped_row(office))
    assert refusal(lambda: set_rule(office, "deadline", "D01", body)).code == "cases.rule-rewrites-past"
    without_paper = {**body, "correction": True}
    refused = refusal(lambda: set_rule(office, "deadline", "D01", without_paper))
    assert (refused.code, refused.field) == ("cases.rule-document-missing", "source.document")

    set_rule(office, "deadline", "D01", {**without_paper, "source": NOTICE})
    wait_until(lambda: clock(assigned(office))["limit"] == 4, 5)
    after = office.query(COORDINATOR, "clue.get", id=before["id"])
    assert clock(after) == clock(before)
    assert clock(after)["limit"] == 1


def test_an_overlap_is_refused_and_names_the_row(office: Office) -> None:
    row_id = shipped_row(office)
    refused = refusal(lambda: set_rule(office, "deadline", "D01", setting(limit(3), "2026-06-01")))
    assert (refused.code, refused.field) == ("cases.rule-overlaps", "valid_from")
    assert refused.facts == {"row_id": row_id, "valid_from": "2020-01-01", "valid_to": None}
    assert rule(office, "deadline", "D01")["version"] == 0


def test_a_rule_for_a_time_gives_way_to_the_former_one_again(office: Office) -> None:
    body = setting(limit(2), "2026-06-01", valid_to="2026-06-30", replaces=shipped_row(office))
    rows = set_rule(office, "deadline", "D01", body)["rows"]
    assert [(row["valid_from"], row["valid_to"], row["value"]["limit"]) for row in rows] == [
        ("2020-01-01", "2026-05-31", 1),
        ("2026-06-01", "2026-06-30", 2),
        ("2026-07-01", None, 1),
    ]


@pytest.mark.parametrize(
    ("register", "key", "value", "field"),
    [
        ("deadline", "D01", {"title": "签收", "limit": -1, "unit": "working_day"}, "value.limit"),
        ("deadline", "D01", {"title": "签收", "limit": 1, "unit": "fortnight"}, "value.unit"),
        ("deadline", "D01", {"title": "签收", "limit": 1, "unit": "hour", "colour": "red"}, "value.colour"),
        ("criminal_threshold", "C342.pbf", {"crime": "C342", "at_least": "5 mu"}, "value.title"),
        ("closed_list", "urgency.later", {"list_name": "urgency", "code": "now", "title": "迟", "order": 4}, "key"),
        (
            "power_grant",
            "CE.VT01",
            {"agency": "CE", "violation_type": "VT01", "mode": "centralised", "basis_doc": "自治区批复"},
            "value.published_url",
        ),
    ],
)
def test_a_bad_value_names_its_field(
    shared_office: Office, register: str, key: str, value: dict[str, Any], field: str
) -> None:
    refused = refusal(lambda: set_rule(shared_office, register, key, setting(value, "2026-06-01")))
    assert (refused.kind, refused.field) == ("invalid-input", field)


def test_a_register_that_must_answer_every_day_lets_no_rule_go(office: Office) -> None:
    row_id = shipped_row(office)
    edit = {"reason": "不再需要", "source": {"text": "县级文件"}, "last_on": "2026-12-31", "row_id": row_id}
    withdraw = {"register_name": "deadline", "key": "D01", **edit}
    refused = refusal(lambda: office.command(ADMIN, "rule.withdraw", withdraw))
    assert (refused.code, refused.facts) == ("cases.rule-gap", {"first": "2027-01-01"})


def test_a_power_can_be_granted_and_ends(office: Office) -> None:
    grant = {
        "agency": "CE",
        "violation_type": "VT01",
        "mode": "centralised",
        "basis_doc": "自治区政府批复",
        "published_url": "https://www.nx.gov.cn/x",
        "region_code": COUNTY,
    }
    made = set_rule(office, "power_grant", "CE.VT01", setting(grant, "2026-05-01", mark="law"))
    book = Rules(office.parts.engine, office.clock).book()
    agency = Agency.COMPREHENSIVE_ENFORCEMENT
    assert book.power_grant_on(agency, ViolationType.VT01, date(2026, 4, 30), COUNTY) is None
    assert book.power_grant_on(agency, ViolationType.VT01, date(2026, 5, 1), COUNTY) is not None
    edit = {"reason": "批复收回", "source": {"text": "自治区文件"}, "last_on": "2026-08-31"}
    withdraw = {"register_name": "power_grant", "key": "CE.VT01", "row_id": made["rows"][0]["row_id"], **edit}
    ended = office.command(ADMIN, "rule.withdraw", withdraw)
    assert [(row["valid_from"], row["valid_to"]) for row in ended["rows"]] == [("2026-05-01", "2026-08-31")]
    assert "CE.VT01" not in in_force(office, "power_grant", "2026-09-01")


def test_the_change_log_says_who_changed_what_why_and_on_what_paper(office: Office) -> None:
    row_id = shipped_row(office)
    set_rule(office, "deadline", "D01", setting(limit(3), "2026-06-01", replaces=row_id, source=NOTICE))
    shipped, edit = office.query(OFFICER, "rule.changes", register_name="deadline", key="D01")["items"]
    assert (shipped["what"], shipped["version"], [row["row_id"] for row in shipped["rows"]]) == ("shipped", 0, [row_id])
    assert (edit["what"], edit["actor_name"], edit["reason"]) == ("set", "钱管理", "县级文件明确")
    assert edit["source"]["document"]["document_no"] == "〔2026〕12号"
    assert [row["row_id"] for row in edit["former"]] == [row_id]
    assert [row["value"]["limit"] for row in edit["rows"]] == [1, 3]
    [former] = rule(office, "deadline", "D01")["former"]
    assert (former["row_id"], former["valid_to"]) == (row_id, None)


def test_what_was_known_at_an_instant_can_be_asked(office: Office) -> None:
    office.clock.at = datetime.now(UTC) + timedelta(hours=1)
    day = office.clock.at.date() + timedelta(days=30)
    set_rule(office, "deadline", "D01", setting(limit(3), day.isoformat(), replaces=shipped_row(office)))

    def known(at: datetime) -> int:
        asked = {"register_name": "deadline", "on": day.isoformat(), "known_at": at.isoformat()}
        listed = office.query(OFFICER, "rule.list", **asked)["items"]
        [limit_] = [row["value"]["limit"] for row in listed if row["key"] == "D01"]
        return int(limit_)

    assert known(office.clock.at - timedelta(minutes=1)) == 1
    assert known(office.clock.at) == 3


@pytest.mark.parametrize("by", [COORDINATOR, OFFICER, AGENCY], ids=lambda by: by.name)
def test_only_an_administrator_edits(shared_office: Office, by: Any) -> None:
    body = {"register_name": "deadline", "key": "D01", **setting(limit(3), "2026-06-01")}
    assert refusal(lambda: shared_office.command(by, "rule.set", body)).code == "role-not-allowed"


def test_a_stale_version_and_an_unknown_rule_are_refused(office: Office) -> None:
    body = setting(limit(3), "2026-06-01", replaces=shipped_row(office))
    assert refusal(lambda: set_rule(office, "deadline", "D01", body, version=1)).kind == StaleVersion.kind
    assert set_rule(office, "deadline", "D01", body, version=0)["version"] == 1
    asked = {"register_name": "deadline", "key": "D99"}
    assert refusal(lambda: office.query(OFFICER, "rule.get", **asked)).code == "not-found"
    assert refusal(lambda: office.query(OFFICER, "rule.changes", **asked)).code == "not-found"


def test_the_same_command_twice_has_one_effect(office: Office) -> None:
    body = setting(limit(3), "2026-06-01", replaces=shipped_row(office))
    first = set_rule(office, "deadline", "D01", body, key="once")
    assert set_rule(office, "deadline", "D01", body, key="once") == first
    assert rule(office, "deadline", "D01")["version"] == 1


def test_two_who_edit_at_once_leave_one_row_a_day(office: Office) -> None:
    row_id, answers = shipped_row(office), list[Any]()

    def edit(days: int) -> None:
        try:
            body = setting(limit(days), "2026-06-01", replaces=row_id)
            answers.append(set_rule(office, "deadline", "D01", body)["version"])
        except Refused as refused:
            answers.append(refused.code)

    threads = [threading.Thread(target=edit, args=(days,)) for days in (2, 3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=str) == [1, *["cases.rule-row-unknown"] * 3]
    assert len(in_force(office, "deadline", "2026-06-01")) == len(in_force(office, "deadline", "2026-05-31"))


def test_another_process_sees_an_edit_within_a_second_without_a_restart(office: Office) -> None:
    engine = open_engine(office.parts.engine.url.render_as_string(hide_password=False), pool_size=1)
    worker = Rules(engine, office.clock)
    book = worker.book()
    assert worker.book() is book
    set_rule(office, "deadline", "D01", setting(limit(3), "2026-06-01", replaces=shipped_row(office)))
    wait_until(lambda: worker.book().deadlines.rule("D01", date(2026, 6, 1)).limit.amount == 3, 2)
    engine.dispose()


# releases


def release(office: Office, *changed: ShippedRow, without: str = "") -> int:
    """A new release's migration over the same house."""
    rows = {(row.register, row.key): row for row in read_all() if row.key != without}
    rows |= {(row.register, row.key): row for row in changed}
    with office.parts.engine.begin() as connection:
        return seed(connection, rows.values(), datetime.now(UTC))


def shipped(key: str, days: int) -> ShippedRow:
    return ShippedRow(
        register=RuleRegister.DEADLINE,
        key=key,
        value=limit(days),
        valid_from=date(2020, 1, 1),
        valid_to=None,
        mark=RuleMark.CUSTOM,
        unsure=False,
        source=RuleSource(text="新版本"),
    )


def test_a_release_with_the_same_files_changes_nothing(office: Office) -> None:
    assert release(office) == 0


def test_a_release_adds_rows_and_keeps_what_it_no_longer_has(office: Office) -> None:
    assert release(office, shipped("D01", 7), shipped("D99", 1), without="D02") == 2
    listed = in_force(office, "deadline", "2026-04-20")
    assert [listed[key]["value"]["limit"] for key in ("D01", "D02", "D99")] == [7, 2, 1]
    found = rule(office, "deadline", "D01")
    assert [row["value"]["limit"] for row in (*found["rows"], *found["former"])] == [7, 1]
    first, second = office.query(OFFICER, "rule.changes", register_name="deadline", key="D01")["items"]
    assert [row["value"]["limit"] for row in (*first["rows"], *second["former"], *second["rows"])] == [1, 1, 7]


def test_a_release_alters_nothing_that_people_edited(office: Office) -> None:
    set_rule(office, "deadline", "D01", setting(limit(3), "2026-06-01", replaces=shipped_row(office)))
    assert release(office, shipped("D01", 7)) == 1
    found = rule(office, "deadline", "D01")
    assert [row["value"]["limit"] for row in found["rows"]] == [1, 3]
    assert [row["value"]["limit"] for row in found["shipped"]] == [7]
    assert in_force(office, "deadline", "2026-06-01")["D01"]["value"]["limit"] == 3


def test_a_row_that_this_release_cannot_read_stops_nobody_and_is_told(office: Office) -> None:
    with office.parts.engine.begin() as connection:
        connection.execute(sa.text("UPDATE rule_seed SET value = '{\"limit\": 1}' WHERE key = 'VT24'"))
    rules = Rules(office.parts.engine, office.clock)
    assert rules.book().violation_type(ViolationType.VT24) is None
    assert rules.book().violation_type(ViolationType.VT23) is not None
    assert rules.unreadable == 1


# calendars


YEAR_2027 = "date,kind,name,source\n2027-01-01,holiday,元旦,国办发明电〔2026〕X号\n2027-01-03,makeup_workday,元旦,\n"


def load_year(office: Office, year: int, **body: Any) -> dict[str, Any]:
    edit = {"reason": "国务院办公厅通知", "source": NOTICE, "year": year}
    return office.command(ADMIN, "calendar.load-year", {**edit, **body})


def set_day(office: Office, day: str, kind: str, **body: Any) -> dict[str, Any]:
    edit = {"reason": "自治区通知", "source": NOTICE, "date": day, "kind": kind, "name": "开斋节"}
    return office.command(ADMIN, "calendar.set-day", {**edit, **body})


def calendar(office: Office, year: int, jurisdiction: str = "CN") -> dict[str, Any]:
    return office.query(OFFICER, "calendar.year", year=year, jurisdiction=jurisdiction)


def test_a_year_is_missing_from_november_until_it_is_loaded(office: Office) -> None:
    def missing() -> int | None:
        with office.parts.engine.connect() as connection:
            facts = office.parts.health(connection)
        assert facts["calendar_missing"] == (facts["calendar_missing_year"] is not None)
        return facts["calendar_missing_year"]  # type: ignore[no-any-return]

    office.clock.at = datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert missing() is None
    office.clock.at = datetime(2026, 10, 31, 16, tzinfo=UTC)  # 1 November in Asia/Shanghai
    wait_until(lambda: missing() == 2027, 5)
    assert not calendar(office, 2027)["known"]
    load_year(office, 2027, csv=YEAR_2027)
    wait_until(lambda: missing() is None, 5)
    days = calendar(office, 2027)["days"]
    assert [(day["date"], day["kind"]) for day in days] == [("2027-01-01", "holiday"), ("2027-01-03", "makeup_workday")]
    assert [day["source"] for day in days] == ["国办发明电〔2026〕X号", "会议纪要 〔2026〕12号"]


def test_terms_into_a_year_are_firm_once_it_is_loaded(office: Office) -> None:
    office.clock.at = datetime(2026, 12, 31, 1, tzinfo=UTC)
    assert clock(assigned(office))["provisional"]
    load_year(office, 2027, csv=YEAR_2027)
    wait_until(lambda: not clock(assigned(office))["provisional"], 5)
    assert clock(assigned(office))["due_on"] == "2027-01-03"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "cases.calendar-list-missing", "days"),
        ({"csv": "day,what\n"}, "cases.calendar-csv-columns", "csv"),
        ({"csv": "date,kind,name\n2027-02-30,holiday,春节\n"}, "invalid-field", "csv.days.0.date"),
        ({"csv": "date,kind,name\n2026-01-01,holiday,元旦\n"}, "invalid-field", "csv.days"),
        ({"csv": "date,kind,name\n2027-01-01,feast,元旦\n"}, "invalid-field", "csv.days.0.kind"),
        ({"days": []}, "invalid-field", "days"),
        ({"csv": "date,kind,name\n2027-01-04,makeup_workday,元旦\n"}, "invalid-field", "csv.days"),
    ],
)
def test_a_year_that_cannot_be_is_refused(shared_office: Office, body: Any, code: str, field: str) -> None:
    refused = refusal(lambda: load_year(shared_office, 2027, **body))
    assert (refused.code, refused.field) == (code, field)


def test_the_local_calendar_is_laid_over_the_nations(office: Office) -> None:
    set_day(office, "2026-05-27", "holiday", jurisdiction="NX")
    set_day(office, "2026-05-28", "rest", jurisdiction="NX")
    calendars = Rules(office.parts.engine, office.clock).book().calendars
    assert calendars.local.add_workdays(date(2026, 5, 26), 3) == date(2026, 6, 2)
    assert calendars.national.add_workdays(date(2026, 5, 26), 3) == date(2026, 5, 29)
    assert [day["kind"] for day in calendar(office, 2026, "NX")["days"]] == ["holiday", "rest"]
    changes = office.query(OFFICER, "rule.changes", register_name="calendar", key="NX-2026")["items"]
    assert [one["what"] for one in changes] == ["calendar-day-set", "calendar-day-set"]


def test_a_day_can_be_set_back_and_the_past_only_corrected(office: Office) -> None:
    count = len(calendar(office, 2026)["days"])
    set_day(office, "2026-05-04", "workday")
    assert len(calendar(office, 2026)["days"]) == count - 1
    refused = refusal(lambda: set_day(office, "2026-04-07", "holiday"))
    assert (refused.code, refused.facts["value"]) == ("cases.rule-rewrites-past", "2026-04-07")
    set_day(office, "2026-04-07", "holiday", correction=True)
    assert len(calendar(office, 2026)["days"]) == count


def test_one_day_does_not_make_a_year_known(office: Office) -> None:
    refused = refusal(lambda: set_day(office, "2027-01-01", "holiday"))
    assert (refused.code, refused.facts) == ("calendar-missing", {"year": 2027})
    assert not calendar(office, 2027)["known"]


def test_calendars_have_commands_of_their_own(shared_office: Office) -> None:
    refused = refusal(lambda: set_rule(shared_office, "calendar", "CN-2027", setting({}, "2027-01-01")))
    assert refused.code == "cases.rule-calendar"


def test_a_shipped_file_is_read_by_the_models_it_is_checked_with(shared_office: Office) -> None:
    """What the database holds after the migration is what the files say."""
    with shared_office.parts.engine.connect() as connection:
        held = connection.execute(sa.text("SELECT register, key, valid_from, value FROM rule_seed")).all()
    expected = {(row.register.value, row.key, row.valid_from): row.value for row in read_all()}
    assert {(row.register, row.key, row.valid_from): row.value for row in held} == expected


def test_a_limit_of_the_law_is_not_made_a_custom(office: Office) -> None:
    """APL 60: another limit is given by laws, regulations and rules alone."""
    longer = {"title": "作出处罚决定", "limit": 365, "unit": "calendar_day"}
    body = setting(longer, "2026-06-01", replaces=shipped_row(office, "D10"))
    custom = refusal(lambda: set_rule(office, "deadline", "D10", body))
    assert (custom.code, custom.field) == ("cases.rule-still-law", "mark")
    said = refusal(lambda: set_rule(office, "deadline", "D10", {**body, "mark": "law"}))
    assert (said.code, said.field) == ("cases.rule-law-source-missing", "source.basis")
    article = {"basis": [{"law": "行政处罚法", "article": "60"}]}
    made = set_rule(office, "deadline", "D10", {**body, "mark": "law", "source": article})
    assert made["rows"][-1]["value"]["limit"] == 365
