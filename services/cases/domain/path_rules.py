"""What the paths of a case ask of the rules by date: powers, thresholds, hearings, fees, remedies, triggers, levels.

A thin reader of the registers that people edit (rule_book.py). Source: domain.md 2, 3.2, 3.8, 4.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.cases.domain.disclosure import Permission, permission
from services.cases.domain.fines import FineRange, Taken, range_of
from services.cases.domain.people import folded
from services.cases.domain.powers import PowerGrant
from services.cases.domain.rule_book import RuleBook, RuleMissing
from services.cases.domain.thresholds import LandTaken
from shared.contracts.codes import (
    ORG_TYPE_OF,
    ActionTrigger,
    Agency,
    DisclosurePurpose,
    Measure,
    RuleRegister,
    ViolationType,
)
from shared.contracts.rule_values import JointActionTriggerValue, ViolationTypeValue
from shared.contracts.step_rule_values import ListingLevelValue, OfficerCertificateValue, RemedyValue


@dataclass(frozen=True)
class Reach:
    """met: an area alone reaches its limit. near: not met, but so close that legal staff must look."""

    met: bool
    near: bool


@dataclass(frozen=True)
class HearingRule:
    """measures: those that need one. fine_..., gains_...: from which fine, which gains on."""

    measures: frozenset[Measure]
    fine_person_yuan: Decimal
    fine_unit_yuan: Decimal
    gains_person_yuan: Decimal
    gains_unit_yuan: Decimal


@dataclass(frozen=True)
class RemedyRule:
    """over: clocks of the party's remedies that must have ended before enforcement.

    count_from: from whose end the power to enforce (D22) runs.
    """

    over: tuple[str, ...]
    count_from: str


@dataclass(frozen=True)
class ListingLevel:
    """Who lists for supervision; term_days: the terms that may be given."""

    code: str
    title: str
    basis: str
    term_days: tuple[int, ...]


class PathRules:
    """Every answer is that of a day: a change never rewrites the past."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def power_on(self, agency: Agency, violation: ViolationType, division_code: str, on: date) -> PowerGrant | None:
        return self._book.power_grant_on(agency, violation, on, division_code)

    def may_file(self, agency: Agency, violation: ViolationType, division_code: str, on: date) -> bool:
        """Whether a case of this violation may be filed by the agency there on that day.

        By a grant, or as one of the two between which the county decides about houses (domain.md 2.4).
        """
        if violation is ViolationType.VT04 and ORG_TYPE_OF[agency] in self._contesting(on):
            return True
        return self.power_on(agency, violation, division_code, on) is not None

    def _contesting(self, on: date) -> frozenset[str]:
        return frozenset(body for row in self._book.homestead(on) if row.county_decides for body in row.lead)

    def holds_certificate(
        self, name: str, agency: Agency, on: date, today: date, certificate_no: str | None = None
    ) -> bool:
        """Whether an officer of the agency held a certificate on a day, as the register knows today.

        certificate_no: this one, and no other.
        """
        return any(
            row.agency is agency
            and row.holds_on(on)
            and folded(row.name) == folded(name)
            and (certificate_no is None or folded(row.certificate_no) == folded(certificate_no))
            for row in self._book.values(OfficerCertificateValue, RuleRegister.OFFICER_CERTIFICATE, today).values()
        )

    def refuses_uncertified(self, agency: Agency, on: date) -> bool:
        """Whether who holds no certificate is refused, or only told of: by default once the agency's are loaded."""
        mode = self._book.decided("officer_certificate_check", on)
        return mode == "refuse" or (mode == "when_loaded" and self._has_certificates(agency))

    def _has_certificates(self, agency: Agency) -> bool:
        rows = (entry.value for entry in self._book.every(RuleRegister.OFFICER_CERTIFICATE))
        return any(isinstance(row, OfficerCertificateValue) and row.agency is agency for row in rows)

    def reach(self, pbf_m2: Decimal | None, farmland_m2: Decimal | None, on: date) -> Reach:
        """Whether areas reach the limits of article 342 of the criminal law.

        pbf_m2: permanent basic farmland, part of farmland_m2; what is beside it is other cultivated land.
        """
        pbf_m2 = pbf_m2 or Decimal(0)
        land = LandTaken(pbf_m2, max((farmland_m2 or Decimal(0)) - pbf_m2, Decimal(0)))
        limits = self._book.thresholds(on)
        return Reach(limits.area_threshold_met(land), limits.near_threshold(land))

    def hearing_rule(self, on: date) -> HearingRule:
        measures, fine = self._book.decided("hearing_measures", on), self._book.decided("larger_fine_for_hearing", on)
        gains = self._book.decided("larger_gains_for_hearing", on)
        return HearingRule(measures, fine.person, fine.unit, gains.person, gains.unit)

    def fine_range(self, violations: Iterable[ViolationType], taken: Taken, on: date) -> FineRange:
        """What the table of violation types gives for acts punished together. taken: without the rates of fees."""
        rated = replace(
            taken,
            reclamation_fee=self._book.decided("reclamation_fee_rates", on),
            restoration_fee=self._book.decided("restoration_fee_rates", on),
        )
        register = RuleRegister.VIOLATION_TYPE
        rules = {one: self._book.nearest(ViolationTypeValue, register, one.value, on) for one in violations}
        return range_of(rules, rated)

    def late_fee_percent(self, on: date) -> Decimal:
        return Decimal(self._book.decided("late_fine_percent_per_day", on))

    def remedy(self, measures: Iterable[Measure], on: date) -> RemedyRule:
        """Of a decision that names no measure, the first row: the shorter remedy of land cases."""
        given = set(measures)
        rows = [
            row
            for key in self._book.keys(RuleRegister.REMEDY)
            if (row := self._book.nearest(RemedyValue, RuleRegister.REMEDY, key, on))
        ]
        rows.sort(key=lambda row: row.order)
        if not rows:
            raise RuleMissing("remedy", on)
        row = next((row for row in rows if not given or given & set(row.measures)), rows[-1])
        return RemedyRule(tuple(row.over), row.count_from)

    def acceptance_members(self, on: date) -> frozenset[Agency]:
        """Whose people must be on site when the county accepts land (domain.md 3.7)."""
        return frozenset(self._book.decided("acceptance_members", on))

    def acceptance_signers(self, on: date) -> frozenset[str]:
        """For whom the acceptance sheet must be signed (domain.md 3.7)."""
        return frozenset(self._book.decided("acceptance_signers", on))

    def criminal_sum_months(self, on: date) -> int:
        """Within how many months the acts of a party that were not dealt with are added up (JI2000 9)."""
        return int(self._book.decided("criminal_sum_months", on))

    def time_bar_years(self, on: date) -> int:
        return int(self._book.decided("time_bar_years", on))

    def public_service_days(self, on: date) -> int:
        return int(self._book.decided("public_service_days", on))

    def people_resisting(self, on: date) -> int:
        """From how many on resistance asks for a joint action."""
        return self._number_of(ActionTrigger.RESISTANCE, "people", on)

    def repeated_months(self, on: date) -> int:
        return self._number_of(ActionTrigger.REPEATED, "months", on)

    def trigger_is_on(self, trigger: ActionTrigger, on: date) -> bool:
        return trigger.value in self._book.joint_action_triggers(on)

    def raised_by(self, trigger: ActionTrigger, on: date) -> frozenset[ViolationType]:
        """Types of violation that raise a trigger whoever the party is."""
        return frozenset(self._trigger(trigger, on).violations)

    def listing_level(self, code: str, on: date) -> ListingLevel | None:
        found = self._book.values(ListingLevelValue, RuleRegister.LISTING_LEVEL, on).get(code)
        return None if found is None else ListingLevel(code, found.title, found.rests_on, tuple(found.term_days))

    def disclosure(self, agency: Agency, purpose: DisclosurePurpose, on: date) -> Permission:
        """What of a case the agency may be told for that purpose."""
        return permission(self._book, agency, purpose, on)

    def leads(self, violation: ViolationType, on: date) -> frozenset[Agency]:
        """The agencies that may lead such a case."""
        found = self._book.violation_type(violation, on)
        leads = () if found is None else found.lead
        return frozenset(agency for agency, body in ORG_TYPE_OF.items() if body in leads)

    def _number_of(self, trigger: ActionTrigger, name: str, on: date) -> int:
        return int(self._trigger(trigger, on).numbers[name])

    def _trigger(self, trigger: ActionTrigger, on: date) -> JointActionTriggerValue:
        found = self._book.entry(RuleRegister.JOINT_ACTION_TRIGGER, trigger.value, on)
        if found is None or not isinstance(found.value, JointActionTriggerValue):
            raise RuleMissing(trigger.value, on)
        return found.value
