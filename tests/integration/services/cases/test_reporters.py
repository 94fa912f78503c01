"""Who reported: seen by the receiving clerk alone, every look logged, the name in nothing else, the outcome told."""

import json
import logging
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from services.cases.storage.clue_tables import clue_reporter
from tests.integration.services.cases.clue_desk import (
    CITY,
    COLLEAGUE,
    REPORTER,
    box,
    look,
    proposals,
    reported,
    take_in,
)
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    Refused,
    filing,
    papers,
    sand_yard,
    verified,
)
from tests.integration.services.cases.path_people import DEPUTY

SECRETS = (REPORTER["name"], REPORTER["phone"], "二组", "回访说属实", "孙二娘")
SEE = {"purpose": "回访核实地点"}


def refusal(office: Office, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        office.command(*args, **more)
    return caught.value


def test_the_receiving_clerk_sees_who_reported_and_every_look_is_logged(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", reported())
    assert told["report"] == {"channel": "hotline_12345", "named": True}
    for number in (1, 2):
        seen = office.command(COORDINATOR, "clue.view-reporter", SEE, told["id"])
        assert {name: seen[name] for name in REPORTER} == REPORTER
        assert (seen["views"], seen["clue_no"]) == (number, told["clue_no"])
    with office.parts.engine.connect() as connection:
        (id_,) = connection.execute(sa.select(clue_reporter.c.id)).scalars()
    looks = [event for event in office.events(id_) if event.type == "tianwei.cases.reporter-viewed.v1"]
    assert [(event.actor, event.payload["reason"]) for event in looks] == [(COORDINATOR.account_id, SEE["purpose"])] * 2


@pytest.mark.parametrize("stranger", [COLLEAGUE, OFFICER, AGENCY, CITY, OTHER_COUNTY], ids=lambda by: by.name)
def test_for_everybody_else_there_is_no_reporter(office: Office, stranger: Any) -> None:
    told = office.command(COORDINATOR, "clue.report", reported())
    anonymous = office.command(COORDINATOR, "clue.report", reported(reporter=None))
    reply = {"channel": "phone", "told_at": "2026-04-20T09:12:00+08:00", "account": "已受理"}
    for verb, body in (("view-reporter", SEE), ("tell-reporter", reply)):
        refused = refusal(office, stranger, f"clue.{verb}", body, told["id"])
        nobody = refusal(office, COORDINATOR, f"clue.{verb}", body, anonymous["id"])
        assert (refused.kind, refused.code) == (nobody.kind, nobody.code) == ("not-found", "not-found")


def test_the_same_look_again_shows_nothing_twice(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", reported())
    assert office.command(COORDINATOR, "clue.view-reporter", SEE, told["id"], key="k")["name"] == REPORTER["name"]
    again = office.command(COORDINATOR, "clue.view-reporter", SEE, told["id"], key="k")
    assert [again[name] for name in ("name", "phone", "address", "note", "replies")] == [None] * 5


def test_the_name_stands_nowhere_else(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Every text of every table, every event, every answer and every log line of a whole story is looked through."""
    caplog.set_level(logging.DEBUG)
    answers: list[Any] = []

    def ask(by: Any, operation: str, body: Any = None, target: Any = None, **more: Any) -> dict[str, Any]:
        answers.append(answer := office.command(by, operation, body, target, **more))
        return answer

    told = ask(COORDINATOR, "clue.report", reported(), key="k")
    second = ask(COORDINATOR, "clue.report", reported(reporter={"name": "孙二娘"}, channel="letter", longitude=105.6))
    (patch,) = take_in(office, (1, box()))
    look(office)
    [(proposal, *_)] = proposals(office)
    ask(COORDINATOR, "clue_duplicate.decide", {"decision": "link", "into_id": patch, "reason": "同一处"}, proposal)
    seen = office.command(COORDINATOR, "clue.view-reporter", SEE, told["id"], key="v")
    assert seen["name"] == REPORTER["name"], "what must not be found elsewhere is really there"
    reply = {"channel": "phone", "told_at": "2026-04-20T09:12:00+08:00", "account": "已告知，回访说属实"}
    ask(COORDINATOR, "clue.tell-reporter", reply, told["id"])
    ask(COORDINATOR, "clue.reject", {"reject_reason": "no_place", "reason": "找不到地点"}, second["id"])
    for by in (COORDINATOR, COLLEAGUE, OFFICER, CITY):
        for listing in ("clue.list", "clue_duplicate.list"):
            answers.append(office.query(by, listing))
    answers += [office.query(COORDINATOR, "clue.get", id=id_) for id_ in (told["id"], second["id"], patch)]
    answers.append(office.query(COORDINATOR, "clue.list", no=REPORTER["name"]))
    answers += [office.query(COORDINATOR, "clue.export", layout=name) for name in ("working_table", "shapefile_fields")]

    said = orjson.dumps(answers).decode() + caplog.text
    stored = everything_stored(office)
    assert told["clue_no"] in said
    assert told["clue_no"] in stored
    for secret in SECRETS:
        assert secret not in said
        assert secret not in stored


def everything_stored(office: Office) -> str:
    """Every row of every table, the sealed ones too, as text."""
    with office.parts.engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        assert {"event_log", "idempotency", "clue_reporter", "clue"} <= set(names)
        return "\n".join(
            str(row[0])
            for name in names
            for row in connection.execute(sa.text(f'SELECT CAST(row_to_json(t) AS text) FROM "{name}" t'))
        )


def test_sealed_words_belong_to_their_record(office: Office) -> None:
    """One record's seal in another's row opens nothing."""
    told = office.command(COORDINATOR, "clue.report", reported())
    other = office.command(COORDINATOR, "clue.report", reported(reporter={"name": "孙二娘"}))
    with office.parts.engine.begin() as connection:
        swap = (
            "UPDATE clue_reporter SET sealed = (SELECT sealed FROM clue_reporter WHERE clue_id = :a) WHERE clue_id = :b"
        )
        connection.execute(sa.text(swap), {"a": told["id"], "b": other["id"]})
    assert refusal(office, COORDINATOR, "clue.view-reporter", SEE, other["id"]).kind == "internal"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"description": "贾 明远反映有人倒砂石"}, "cases.reporter-in-text", "description"),
        ({"place": "电话139-0955-1234旁"}, "cases.reporter-in-text", "place"),
        ({"aliases": [{"number": "13909551234", "kind": "hotline"}]}, "cases.reporter-in-text", "aliases"),
        ({"channel": None}, "cases.reporter-not-here", "channel"),
        ({"source": "patrol"}, "cases.reporter-not-here", "channel"),
        ({"source": "patrol", "channel": None}, "cases.reporter-not-here", "reporter"),
    ],
)
def test_a_report_that_would_show_who_it_was_or_that_is_no_persons_is_refused(
    office: Office, changes: dict[str, Any], code: str, field: str
) -> None:
    refused = refusal(office, COORDINATOR, "clue.report", reported(**changes))
    assert (refused.code, refused.field) == (code, field)
    assert REPORTER["name"] not in str(refused)
    assert everything_stored(office).count("clue_no") == 0


def test_a_purpose_does_not_say_who_it_was(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", reported())
    assert refusal(office, COORDINATOR, "clue.view-reporter", {"purpose": "找贾明远"}, told["id"]).field == "purpose"


def test_the_reporter_is_told_the_outcome_and_before_that_nothing_is_archived(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", reported())
    id_ = told["id"]
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, id_)
    office.command(OFFICER, "clue.sign", {}, id_)
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, id_)
    opinion = {
        "opinion": "other",
        "facts": "边角",
        "proof": {"other_ground": "sliver"},
        "area_m2": 1,
        "farmland_area_m2": 0,
        "pbf_area_m2": 0,
        **papers("verification_report", "site_photos"),
    }
    office.command(OFFICER, "clue.submit-opinion", opinion, id_)
    office.command(COORDINATOR, "clue.close", {"reason": "边角细缝"}, id_)
    assert refusal(office, COORDINATOR, "clue.archive", {}, id_).code == "cases.reporter-not-told"
    future = {"channel": "phone", "told_at": "2026-05-20T09:12:00+08:00", "account": "已告知"}
    assert refusal(office, COORDINATOR, "clue.tell-reporter", future, id_).code == "cases.in-the-future"
    answer = office.command(COORDINATOR, "clue.tell-reporter", future | {"told_at": "2026-04-20T09:12:00+08:00"}, id_)
    assert (answer["outcome"], answer["channel"]) == ("closed_other", "phone")
    seen = office.command(COORDINATOR, "clue.view-reporter", SEE, id_)
    assert [reply["account"] for reply in seen["replies"]] == ["已告知"]
    assert office.command(COORDINATOR, "clue.archive", {}, id_)["state"] == "archived"


def test_of_a_clue_that_was_linked_the_reporter_hears_what_became_of_the_other(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", reported())
    (patch,) = take_in(office, (1, box()))
    look(office)
    [(proposal, *_)] = proposals(office)
    office.command(
        COORDINATOR, "clue_duplicate.decide", {"decision": "link", "into_id": patch, "reason": "同"}, proposal
    )
    reply = {"channel": "phone", "told_at": "2026-04-20T09:12:00+08:00", "account": "x"}
    assert office.command(COORDINATOR, "clue.tell-reporter", reply, told["id"])["outcome"] == "linked"
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, patch)
    office.command(OFFICER, "clue.sign", {}, patch)
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, patch)
    areas = {"area_m2": 8400, "farmland_area_m2": 7000, "pbf_area_m2": 4200}
    opinion = {"opinion": "non_agri_illegal", "facts": "占用", **areas, **papers("verification_report", "site_photos")}
    office.command(OFFICER, "clue.submit-opinion", opinion, patch)
    office.command(COORDINATOR, "clue.file-case", filing(), patch)
    assert office.command(COORDINATOR, "clue.tell-reporter", reply, told["id"])["outcome"] == "case_filed"


def test_an_anonymous_report_is_taken_in_and_has_no_record(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", reported(reporter=None, source="petition", channel="letter"))
    assert told["report"] == {"channel": "letter", "named": False}
    with office.parts.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(clue_reporter)).scalar_one() == 0


def test_without_the_sealing_key_a_named_report_is_refused_and_others_are_not(office: Office) -> None:
    runner: Any = office.parts.dispatcher._runner
    opened = runner._open_unit
    runner._open_unit = partial(opened.func, desk=replace(opened.keywords["desk"], seals=None))
    refused = refusal(office, COORDINATOR, "clue.report", reported())
    assert (refused.kind, refused.code) == ("unavailable", "cases.sealing-off")
    assert office.query(COORDINATOR, "clue.list")["items"] == []
    assert office.command(COORDINATOR, "clue.report", sand_yard())["state"] == "received"


def test_who_reported_does_not_handle_and_the_refusal_does_not_say_why(office: Office) -> None:
    """APL 43. The answer is word for word that of an officer who is the party."""
    named = office.command(COORDINATOR, "clue.report", reported())
    clue = verified(office, named["id"])
    with_reporter = filing(officers=["甲", " 贾明远"])
    told = [
        refusal(office, COORDINATOR, "clue.file-case", body, clue["id"])
        for body in (with_reporter, filing(officers=["甲", "某砂场"]))
    ]
    assert [(one.code, one.field, one.facts) for one in told] == [
        ("cases.officer-must-withdraw", "officers", {"law": "APL 43"})
    ] * 2
    case = office.command(COORDINATOR, "clue.file-case", filing(), clue["id"])
    again = refusal(office, COORDINATOR, "case.investigate", {"officers": ["甲", "贾明远"]}, case["id"])
    assert (again.code, again.facts) == ("cases.officer-must-withdraw", {"law": "APL 43"})
    office.command(COORDINATOR, "case.investigate", {"officers": ["甲", "乙"]}, case["id"])
    office.command(COORDINATOR, "case.request-recusal", {"officer": "乙", "reason": "邻居"}, case["id"])
    body = {"officer": "乙", "granted": True, "reason": "准", "replaced_by": "贾明远", **papers("recusal_decision")}
    assert refusal(office, DEPUTY, "case.decide-recusal", body, case["id"]).facts == {"law": "APL 43"}
    # Comparing is no look, and leaves no trace of who it was.
    seen = office.command(COORDINATOR, "clue.view-reporter", SEE, clue["id"])
    assert seen["views"] == 1
    everything = json.dumps([event.payload for event in office.events(clue["id"], case["id"])], ensure_ascii=False)
    assert REPORTER["name"] not in everything


def test_a_report_that_was_linked_counts_too(office: Office) -> None:
    named = office.command(COORDINATOR, "clue.report", reported())
    other = office.command(COORDINATOR, "clue.report", sand_yard(place="别处", longitude=105.9, latitude=37.7))
    link = sa.text("UPDATE clue SET linked_to_id = :into WHERE id = :id")
    with office.parts.engine.begin() as connection:
        connection.execute(link, {"into": other["id"], "id": named["id"]})
    clue = verified(office, other["id"])
    one = refusal(office, COORDINATOR, "clue.file-case", filing(officers=["甲", "贾明远"]), clue["id"])
    assert one.code == "cases.officer-must-withdraw"


def test_a_named_report_is_not_turned_away_as_anonymous(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", reported())
    body = {"reject_reason": "anonymous_without_facts", "reason": "无事实"}
    named = refusal(office, COORDINATOR, "clue.reject", body, told["id"])
    assert (named.code, named.field) == ("cases.reporter-is-named", "reject_reason")
