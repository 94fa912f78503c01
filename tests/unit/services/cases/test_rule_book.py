"""The shipped rules as those who decide ask for them: thresholds, powers, evidence, triggers, lists, calendars."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.case import TABLE as CASE
from services.cases.domain.clue import TABLE as CLUE
from services.cases.domain.joint_action import TABLE as ACTION
from services.cases.domain.powers import granted
from services.cases.domain.rectification import TABLE as RECTIFICATION
from services.cases.domain.rule_book import Entry, RuleBook, RuleMissing
from services.cases.domain.thresholds import LandTaken
from services.cases.storage.rule_files import read_all
from services.cases.storage.shipped_row import FileInvalid
from services.cases.wiring import shipped_rules
from shared.clock import SHANGHAI
from shared.contracts import codes
from shared.contracts.codes import (
    Agency,
    OrgType,
    RejectReason,
    RuleMark,
    RuleRegister,
    SentBackReason,
    ViolationType,
)
from shared.contracts.rule_settings import SETTINGS
from shared.contracts.rule_values import PowerGrantValue
from shared.contracts.rules import RuleFact, RuleSource

DAY = date(2026, 4, 20)
BOOK = shipped_rules(DAY)
ROWS = read_all()
COUNTY = "640521"
ALL_DEADLINES = (
    *(f"D{number:02}" for number in range(1, 29)),
    *(f"T{number:02}" for number in range(1, 13)),
    *(f"L{number:02}" for number in range(1, 4)),
    *(f"R{number:02}" for number in range(1, 7)),
    *(f"J{number:02}" for number in range(1, 11)),
    "A01",
)


@pytest.mark.parametrize(("name", "codes"), [("sent_back_reason", SentBackReason), ("reject_reason", RejectReason)])
def test_a_list_on_which_commands_rest_has_their_codes(name: str, codes: type[StrEnum]) -> None:
    listed = {row.value["code"] for row in ROWS if row.value.get("list_name") == name}
    assert listed == {code.value for code in codes}


# thresholds (domain.md 2.6, 8.3)


def land(pbf: str, other: str = "0") -> LandTaken:
    return LandTaken(Decimal(pbf), Decimal(other))


@pytest.mark.parametrize(
    ("taken", "met", "near"),
    [
        (land("3333.33", "2000"), False, True),  # assertion 9
        (land("3333.34"), True, False),  # assertion 10
        (land("4200", "2800"), True, False),  # the worked example
        (land("0", "2800"), False, False),
        (land("0", "6666.66"), False, True),
        (land("0", "6666.67"), True, False),
        (land("3000"), False, True),
        (land("2999.99"), False, False),
        (land("0"), False, False),
    ],
)
def test_thresholds_are_compared_in_exact_square_metres(taken: LandTaken, met: bool, near: bool) -> None:
    thresholds = BOOK.thresholds(DAY)
    assert (thresholds.area_threshold_met(taken), thresholds.near_threshold(taken)) == (met, near)


@given(pbf=st.integers(0, 1_000_000), other=st.integers(0, 1_000_000))
def test_the_area_flag_is_the_formula_of_the_law(pbf: int, other: int) -> None:
    """5 mu <=> area_m2 * 3 >= 10000; 10 mu <=> area_m2 * 3 >= 20000; areas in hundredths of a square metre."""
    taken = LandTaken(Decimal(pbf) / 100, Decimal(other) / 100)
    expected = pbf * 3 >= 1_000_000 or other * 3 >= 2_000_000
    assert BOOK.thresholds(DAY).area_threshold_met(taken) is expected


@pytest.mark.parametrize(
    ("crime", "what", "below", "from_"),
    [
        ("C228", "gains", "499999.99", "500000"),
        ("C410", "other_cultivated", "19999.99", "20000"),
        ("C410", "other_land", "33333.33", "33333.34"),
        ("C342", "grassland", "13333.33", "13333.34"),
        ("C342", "public_forest", "3333.33", "3333.34"),
    ],
)
def test_thresholds_of_the_other_crimes(crime: str, what: str, below: str, from_: str) -> None:
    thresholds = BOOK.thresholds(DAY)
    assert not thresholds.met(crime, what, Decimal(below))
    assert thresholds.met(crime, what, Decimal(from_))


def test_a_threshold_that_was_changed_holds_from_its_day_on() -> None:
    old = BOOK.entry(RuleRegister.CRIMINAL_THRESHOLD, "C342.pbf", DAY)
    assert old is not None
    higher = {**old.value.model_dump(mode="json", exclude_unset=True), "at_least": "20000/3"}
    entries = [entry for register in RuleRegister for entry in BOOK.every(register) if entry is not old]
    entries += [
        Entry.of(RuleRegister.CRIMINAL_THRESHOLD, "C342.pbf", fact(old.value.model_dump(mode="json"), None, DAY)),
        Entry.of(RuleRegister.CRIMINAL_THRESHOLD, "C342.pbf", fact(higher, date(2026, 4, 21), None)),
    ]
    book = RuleBook(entries, DAY)
    assert book.thresholds(DAY).area_threshold_met(land("4000"))
    assert not book.thresholds(date(2026, 4, 21)).area_threshold_met(land("4000"))


def fact(value: dict[str, object], valid_from: date | None, valid_to: date | None) -> RuleFact:
    return RuleFact(
        row_id=uuid4(),
        value=value,
        valid_from=valid_from or date(2020, 1, 1),
        valid_to=valid_to,
        mark=RuleMark.LAW,
        source=RuleSource(text="试"),
        origin="edit",
        recorded_at=datetime(2026, 4, 20, tzinfo=SHANGHAI),
    )


# powers (domain.md 2.5)


def test_the_law_itself_gives_power_to_natural_resources_and_none_to_comprehensive_enforcement() -> None:
    found = BOOK.power_grant_on(Agency.NATURAL_RESOURCES, ViolationType.VT01, DAY, COUNTY)
    assert found is not None
    assert (found.key, found.in_name_of, found.basis_doc[:7]) == ("NR.VT01", OrgType.NR, "《土地管理法》")
    for type_ in ViolationType:
        assert BOOK.power_grant_on(Agency.COMPREHENSIVE_ENFORCEMENT, type_, DAY, COUNTY) is None
    assert BOOK.power_grant_on(OrgType.TWN, ViolationType.VT20, DAY, "640521104000") is not None
    assert BOOK.power_grant_on(OrgType.TWN, ViolationType.VT01, DAY, "640521104000") is None


def test_no_penalty_where_the_land_law_has_none() -> None:
    assert not any(BOOK.power_grant_on(body, ViolationType.VT15, DAY, COUNTY) for body in OrgType)


def grant(region: str | None, mode: str = "centralised", **more: str) -> PowerGrantValue:
    body = {"agency": "CE", "violation_type": "VT01", "mode": mode, "basis_doc": "批复", "published_url": "x"}
    return PowerGrantValue.model_validate({**body, "region_code": region, **more})


@pytest.mark.parametrize(
    ("region", "place", "held"),
    [
        ("640521", "640521104000", True),
        ("640521000000", "640521104201", True),
        ("640521104000", "640521104201", True),
        ("640521104000", "640521100201", False),
        ("640521104000", "640521", False),
        ("640522", "640521104000", False),
    ],
)
def test_a_grant_holds_in_its_region(region: str, place: str, held: bool) -> None:
    rows = [("CE.VT01", grant(region))]
    assert (granted(rows, OrgType.CE, ViolationType.VT01, place) is not None) is held


def test_an_entrusted_power_is_used_in_the_name_of_who_entrusted_it() -> None:
    wide = grant("640521")
    own = grant("640521104", "entrusted", entrusted_by="NR")
    found = granted([("a", wide), ("b", own)], OrgType.CE, ViolationType.VT01, "640521104201")
    assert found is not None
    assert (found.key, found.in_name_of) == ("b", OrgType.NR)


# triggers, lists


def test_triggers_come_in_their_order_and_can_be_switched_off() -> None:
    triggers = BOOK.joint_action_triggers(DAY)
    assert [trigger.order for trigger in triggers.values()] == list(range(1, 10))
    assert triggers["resistance"].numbers == {"people": 3}
    entries = [entry for register in RuleRegister for entry in BOOK.every(register)]
    off = [
        Entry.of(entry.register, entry.key, fact({**entry.value.model_dump(), "enabled": False}, None, None))
        if entry.key == "resistance"
        else entry
        for entry in entries
    ]
    assert "resistance" not in RuleBook(off, DAY).joint_action_triggers(DAY)


@pytest.mark.parametrize(
    ("list_name", "kind"),
    [
        ("clue_source", codes.ClueSource),
        ("return_reason", codes.ReturnReason),
        ("rectify_method", codes.RectificationMethod),
        ("closing_ground", codes.ClosingGround),
        ("assistance_refusal", codes.AssistanceRefusal),
        ("assistance_matter", codes.AssistanceMatter),
        ("answer_form", codes.AnswerForm),
    ],
)
def test_lists_that_the_state_machines_know_have_their_codes(list_name: str, kind: type[codes.ClueSource]) -> None:
    assert set(BOOK.reasons(list_name, DAY)) == {code.value for code in kind}


def test_what_is_not_decided_has_no_value() -> None:
    assert BOOK.setting("reclamation_fee_rates", DAY) is None
    assert BOOK.setting("larger_fine_for_hearing", DAY) == {"person": 5000, "unit": 50000}


def test_every_setting_that_the_house_computes_with_is_shipped_as_what_it_must_be() -> None:
    for key in SETTINGS:
        assert BOOK.decided(key, DAY) == BOOK.decided(key, date(2019, 1, 1))


def test_a_setting_that_is_undecided_or_no_such_value_is_not_guessed() -> None:
    for value in (None, "two", -1):
        row = Entry.of(
            RuleRegister.CONFIGURATION, "time_bar_years", fact({"title": "时效", "value": value}, None, None)
        )
        with pytest.raises(RuleMissing):
            RuleBook([row], DAY).decided("time_bar_years", DAY)


# the files


def test_every_clock_of_the_register_is_shipped() -> None:
    shipped = {row.key for row in ROWS if row.register is RuleRegister.DEADLINE}
    assert set(ALL_DEADLINES) <= shipped


def test_every_clock_that_a_transition_starts_has_a_rule() -> None:
    for table in (CASE, CLUE, ACTION, RECTIFICATION):
        for row in table:
            assert all(rule_id in BOOK.deadlines for rule_id in row.starts), row


def test_every_violation_type_and_copy_rule_is_shipped_and_names_only_what_there_is() -> None:
    crimes = {entry.key.partition(".")[0] for entry in BOOK.entries(RuleRegister.CRIMINAL_THRESHOLD, DAY)}
    for code in ViolationType:
        row = BOOK.violation_type(code, DAY)
        assert row is not None
        assert all(BOOK.copy_rule(copy, DAY) for copy in row.copies)
        # Crimes of bodies whose numbers are not ours (obstruction, mining) have no threshold here.
        assert set(row.crimes) <= crimes | {"C277", "C343"}
    assert len(BOOK.entries(RuleRegister.COPY_RULE, DAY)) == 8


def test_the_calendar_of_the_rules_is_the_calendar_of_the_file() -> None:
    from shared.workdays import WorkDays

    filed, built = WorkDays.load(), BOOK.calendars.national
    assert (built.exceptions, built.years) == (filed.exceptions, filed.years)


def test_a_calendar_is_missed_from_november_on() -> None:
    calendars = BOOK.calendars
    assert calendars.missing(date(2026, 10, 31)) is None
    assert calendars.missing(date(2026, 11, 1)) == 2027
    assert calendars.missing(date(2027, 1, 1)) == 2027


def test_a_limit_that_changes_is_two_rows_and_the_first_ends(tmp_path: Path) -> None:
    files(tmp_path, deadlines=[("2020-01-01", 1), ("2026-05-01", 3)])
    rows = [row for row in read_all(tmp_path, tmp_path) if row.register is RuleRegister.DEADLINE]
    assert [(row.valid_to, row.value["limit"]) for row in rows] == [(date(2026, 4, 30), 1), (None, 3)]


def test_two_rows_of_a_key_on_one_day_are_no_file(tmp_path: Path) -> None:
    files(tmp_path, deadlines=[("2020-01-01", 1), ("2020-01-01", 3)])
    with pytest.raises(FileInvalid, match="D01"):
        read_all(tmp_path, tmp_path)


def test_a_row_that_its_model_refuses_is_named(tmp_path: Path) -> None:
    files(tmp_path, deadlines=[("2020-01-01", -1)])
    with pytest.raises(FileInvalid, match=r"deadlines\.toml: D01"):
        read_all(tmp_path, tmp_path)


def files(folder: Path, deadlines: list[tuple[str, int]]) -> None:
    """A folder of registers, empty but for one clock."""
    from services.cases.storage.rule_files import _FILES

    for name in _FILES.values():
        (folder / name).write_text("rule = []\n", encoding="utf-8")
    rows = (
        f'[[rule]]\nid = "D01"\ntitle = "签收"\nlimit = {limit}\nunit = "hour"\nvalid_from = {first}\n'
        for first, limit in deadlines
    )
    (folder / "deadlines.toml").write_text("\n".join(rows), encoding="utf-8")


def test_fractions_are_exact() -> None:
    entry = BOOK.entry(RuleRegister.CRIMINAL_THRESHOLD, "C342.pbf", DAY)
    assert entry is not None
    assert entry.value.limit == Fraction(10000, 3)  # type: ignore[attr-defined]
