"""What the copy rules ask for (抄告规则): a document drafted of the fact, issued by the rule or waiting for people."""

from collections.abc import Mapping
from typing import Any

from services.notify.domain.case_brief import CaseBrief
from services.notify.domain.copies import Told, facts_of, known_of
from services.notify.domain.copy_rules import LEAD_AGENCY, CopyRule
from services.notify.domain.errors import CaseUnknown
from services.notify.handlers.documents import RuleDraft, draft_by_rule
from services.notify.storage.case_briefs import count_items, find_case
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day
from shared.contracts.base import EventMeta
from shared.contracts.documents import COORDINATION, DocumentContent
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.ids import derived_id


def tell_copies(event: Any, meta: EventMeta, unit: NotifyUnit) -> None:
    """What the rules in force today ask for; the id comes from the event, so that it is there once for ever."""
    rules = unit.desk.rules.asked_by(event, local_day(unit.now))
    if not rules:
        return
    case = find_case(unit.connection, event.case_id)
    known = known_of(Told(event, case, count_items(unit.connection, event.case_id)))
    # Where the case lies, as the event says it; else where its object belongs.
    place = getattr(event, "division_code", meta.jurisdiction)
    county = full_code(place[:COUNTY_DIGITS])
    for rule in rules:
        draft_by_rule(_asked(rule, office_of_rule(rule, case), known, case, county, meta, unit), unit)


def office_of_rule(rule: CopyRule, case: CaseBrief | None) -> str:
    """Whose document it is. Raises CaseUnknown for the agency that leads a case never heard of here: the event is held
    back and listed, not passed over."""
    if rule.office != LEAD_AGENCY:
        return COORDINATION
    if case is None:
        raise CaseUnknown
    return case.lead_agency.value


def content_of(rule: CopyRule, known: Mapping[str, Any], county: str, unit: NotifyUnit) -> DocumentContent:
    """Raises OfficeMissing for a recipient that the county's register does not name."""
    office = unit.desk.offices.of(county)
    version = unit.desk.types.on(rule.document, local_day(unit.now))
    return DocumentContent(
        to=[office.called(code) for code in rule.to],
        copies=[office.called(code) for code in rule.copies],
        facts=facts_of(version, known),
    )


def _asked(
    rule: CopyRule,
    office: str,
    known: Mapping[str, Any],
    case: CaseBrief | None,
    county: str,
    meta: EventMeta,
    unit: NotifyUnit,
) -> RuleDraft:
    return RuleDraft(
        document_id=derived_id(meta.event_id, rule.document),
        county_code=county,
        office=office,
        type=rule.document,
        content=content_of(rule, known, county, unit),
        case=case,
        caused_by=str(meta.event_id),
        rule=rule,
    )
