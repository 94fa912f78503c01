"""Who may file a case (NRP 16: within jurisdiction): the county where the land lies, an agency with the power there."""

from collections.abc import Sequence

from services.cases.domain.people import LedByAnother
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import COORDINATOR, Forbidden
from shared.contracts.codes import Agency, ViolationType
from shared.divisions.register import COUNTY_DIGITS


def check_own_agency(agency: Agency, moment: Moment) -> None:
    """A leader files, or declines to, for the agency he leads; the coordinator for any. Raises LedByAnother."""
    by = moment.by
    if not by.has(*COORDINATOR) and by.org_code != agency:
        raise LedByAnother(agency)


def check_jurisdiction(agency: Agency, violations: Sequence[ViolationType], division_code: str, moment: Moment) -> None:
    """Raises Forbidden.

    One violation in the agency's power is enough: on a site with several, those of other agencies are what a joint
    action is proposed for (domain.md 4.2, trigger 2), and no agency decides on them (decision.py, APL 38).
    """
    county = division_code[:COUNTY_DIGITS]
    if not (county and moment.by.jurisdiction.startswith(county)):
        raise Forbidden("cases.outside-county", "lead_agency", "APL 22; NRP 16", division_code=division_code)
    if not any(moment.rules.may_file(agency, one, division_code, moment.today) for one in violations):
        raise Forbidden(
            "cases.not-competent", "lead_agency", "APL 22; NRP 16", agency=agency, violation=list(violations)
        )
