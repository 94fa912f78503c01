"""Who may punish what, where, on which day (domain.md 2.5): a penalty without a grant is void (APL 38)."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts.codes import ORG_TYPE_OF, Agency, OrgType, ViolationType
from shared.contracts.rule_values import GrantMode, PowerGrantValue
from shared.divisions.register import full_code, significant
from shared.errors import NotAllowed

_WHOLE = (6, 9, 12)


class PowerMissing(NotAllowed):
    """The agency holds no grant for this violation there on that day."""

    def __init__(self, agency: OrgType, violation_type: ViolationType) -> None:
        super().__init__(
            "cases.power-missing",
            "lead_agency",
            law="APL 38",
            organ=agency.value,
            violation_type=violation_type.value,
        )


@dataclass(frozen=True)
class PowerGrant:
    """The grant an agency acts on. key: its row. in_name_of: of an entrusted power, the body that entrusted it."""

    key: str
    agency: OrgType
    violation_type: ViolationType
    mode: GrantMode
    basis_doc: str
    region_code: str | None
    in_name_of: OrgType


def granted(
    rows: Iterable[tuple[str, PowerGrantValue]], agency: Agency | OrgType, violation_type: ViolationType, region: str
) -> PowerGrant | None:
    """The grant by the law itself before any other, then the one for the smallest region; None: no power."""
    body = ORG_TYPE_OF[agency] if isinstance(agency, Agency) else agency
    found = [
        (key, row)
        for key, row in rows
        if row.agency is body and row.violation_type is violation_type and region.startswith(_prefix(row.region_code))
    ]
    if not found:
        return None
    key, row = min(found, key=_precedence)
    return PowerGrant(
        key=key,
        agency=row.agency,
        violation_type=row.violation_type,
        mode=row.mode,
        basis_doc=row.basis_doc,
        region_code=row.region_code,
        in_name_of=row.entrusted_by or row.agency,
    )


def _prefix(region_code: str | None) -> str:
    """What the codes of all places in a region begin with."""
    code = region_code or ""
    return significant(full_code(code)) if len(code) in _WHOLE else code


def _precedence(row: tuple[str, PowerGrantValue]) -> tuple[bool, int, str]:
    key, grant = row
    return grant.mode is not GrantMode.ORIGINAL, -len(grant.region_code or ""), key
