"""Handlers hold a certificate of their agency on the day (APL 42): whether it is refused or told is configuration."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.certificates import uncertified, uncertified_signers
from services.cases.domain.path_rules import PathRules
from services.cases.domain.progress import Moment
from services.cases.domain.rule_book import Entry, RuleBook
from services.cases.domain.transitions import Forbidden
from shared.clock import local_day
from shared.contracts.case_paths import Handler
from shared.contracts.codes import Agency, RuleMark, RuleRegister
from shared.contracts.rule_values import ConfigurationValue
from shared.contracts.rules import RuleSource
from shared.contracts.step_rule_values import OfficerCertificateValue
from tests.unit.services.cases.commands import COORDINATOR, REGISTER

NR, AG = Agency.NATURAL_RESOURCES, Agency.AGRICULTURE
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
NOW = datetime(2026, 4, 20, 1, 12, tzinfo=UTC)
Mode = Literal["refuse", "flag", "when_loaded"]


def certificate(
    name: str, no: str, agency: Agency = NR, until: date = LAST, revoked_on: date | None = None, first: date = FIRST
) -> Entry:
    value = OfficerCertificateValue(
        name=name, agency=agency, certificate_no=no, holds_from=first, holds_until=until, revoked_on=revoked_on
    )
    return entry(RuleRegister.OFFICER_CERTIFICATE, f"C{no}", value)


def entry(register: RuleRegister, key: str, value: Any, valid_from: date = date(2020, 1, 1)) -> Entry:
    return Entry(
        register=register,
        key=key,
        row_id=uuid4(),
        valid_from=valid_from,
        valid_to=None,
        mark=RuleMark.LAW,
        unsure=False,
        source=RuleSource(text="执法证"),
        value=value,
    )


def moment(mode: Mode, *certificates: Entry, now: datetime = NOW) -> Moment:
    setting = ConfigurationValue(title="执法证", value=mode)
    how = entry(RuleRegister.CONFIGURATION, "officer_certificate_check", setting)
    return Moment(COORDINATOR, now, REGISTER, PathRules(RuleBook([how, *certificates], local_day(now))))


def told(names: list[str], when: Moment, agency: Agency = NR) -> list[str] | str:
    try:
        return uncertified(names, agency, when)
    except Forbidden as refused:
        return refused.code


@pytest.mark.parametrize(
    ("mode", "loaded", "answer"),
    [
        ("flag", False, ["乙"]),
        ("flag", True, ["乙"]),
        ("refuse", False, "cases.no-certificate"),
        ("refuse", True, "cases.no-certificate"),
        ("when_loaded", True, "cases.no-certificate"),
    ],
)
def test_who_holds_none_is_refused_or_told_of(mode: Mode, loaded: bool, answer: Any) -> None:
    rows = [certificate("甲", "1")] if loaded else [certificate("甲", "1", AG)]
    names = ["甲", "乙"] if loaded else ["乙"]
    assert told(names, moment(mode, *rows)) == answer


def test_until_an_agency_has_loaded_its_own_the_register_only_tells() -> None:
    others = certificate("甲", "1", AG)
    assert told(["甲", "乙"], moment("when_loaded", others)) == ["甲", "乙"]
    # One that has run out long ago was loaded too.
    former = certificate("丁", "9", NR, until=date(2020, 12, 31), first=date(2020, 1, 1))
    assert told(["甲"], moment("when_loaded", others, former)) == "cases.no-certificate"


@given(days=st.integers(-400, 800), revoked_after=st.none() | st.integers(1, 300))
def test_a_certificate_holds_from_its_first_to_its_last_day_and_not_once_revoked(
    days: int, revoked_after: int | None
) -> None:
    revoked_on = None if revoked_after is None else FIRST + timedelta(days=revoked_after)
    end = LAST if revoked_on is None else revoked_on - timedelta(days=1)
    rows = [certificate("甲 ", "１", revoked_on=revoked_on)]
    now = NOW + timedelta(days=days)
    holds = FIRST <= local_day(now) <= end
    assert told(["甲"], moment("refuse", *rows, now=now)) == ([] if holds else "cases.no-certificate")


def test_a_record_is_signed_with_the_very_certificate() -> None:
    when = moment("flag", certificate("甲", "1"), certificate("乙", "2"))
    right, wrong = Handler(name="甲", certificate_no="1"), Handler(name="乙", certificate_no="1")
    assert uncertified_signers([right, wrong], NR, NOW.date(), when) == ["乙"]
    assert uncertified_signers([right], NR, FIRST - timedelta(days=1), when) == ["甲"]
