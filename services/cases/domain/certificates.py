"""Handlers hold a valid enforcement certificate (执法证) on the day they act (APL 42, NRP 17; domain.md 2.1)."""

from collections.abc import Sequence
from datetime import date

from services.cases.domain.progress import Moment
from services.cases.domain.transitions import Forbidden
from shared.contracts.case_paths import Handler
from shared.contracts.codes import Agency


def uncertified(names: Sequence[str], agency: Agency, moment: Moment, field: str = "officers") -> list[str]:
    """Those who hold none today, where the register does not refuse them yet. Raises Forbidden."""
    return _told([one for one in names if not _holds(one, agency, moment.today, moment)], agency, moment, field)


def uncertified_signers(handlers: Sequence[Handler], agency: Agency, on: date, moment: Moment) -> list[str]:
    """As uncertified, of who signed on a day: with the very certificate that was shown. Raises Forbidden."""
    without = [one.name for one in handlers if not _holds(one.name, agency, on, moment, one.certificate_no)]
    return _told(without, agency, moment, "handlers")


def _holds(name: str, agency: Agency, on: date, moment: Moment, certificate_no: str | None = None) -> bool:
    return moment.rules.holds_certificate(name, agency, on, moment.today, certificate_no)


def _told(without: list[str], agency: Agency, moment: Moment, field: str) -> list[str]:
    if without and moment.rules.refuses_uncertified(agency, moment.today):
        raise Forbidden("cases.no-certificate", field, "APL 42; NRP 17", handlers=without, agency=agency)
    return without
