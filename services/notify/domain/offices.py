"""Who issues notices in a county, under what number, and what its recipients are called on paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notify.domain.errors import OfficeMissing
from shared.contracts.codes import Agency, NoticeKind, Recipient
from shared.contracts.documents import COORDINATION
from shared.divisions.register import COUNTY_DIGITS, full_code

# One series of numbers per issuer, year and group: all copies count together (domain.md 5.1).
GROUPS: dict[NoticeKind, str] = dict.fromkeys(NoticeKind, "抄")


@dataclass(frozen=True)
class Issuer:
    """Who issues documents. name: 发文机关. mark: 机关代字, the first part of its numbers, like 中宁耕保."""

    name: str
    mark: str


@dataclass(frozen=True)
class IssuingOffice(Issuer):
    """The office of the leading group. agencies: those that issue documents of their own, by code."""

    county: str
    recipients: Mapping[Recipient, str]
    agencies: Mapping[str, Issuer] = field(default_factory=dict)

    def series(self, kind: NoticeKind) -> str:
        return f"{self.mark}{GROUPS[kind]}"

    def issuer(self, office: str) -> Issuer:
        """By the code of the office. Raises OfficeMissing."""
        if office == COORDINATION:
            return self
        found = self.agencies.get(office)
        if found is None:
            raise OfficeMissing(f"{self.county} {office}")
        return found


def party_of(division_code: str, recipient: Recipient) -> str:
    """A recipient of one county, as deliveries and endpoints name it, like 640521:party_committee."""
    return f"{division_code[:COUNTY_DIGITS]}:{recipient.value}"


def recipient_of(party: str) -> Recipient:
    """The inverse of party_of."""
    return Recipient(party.partition(":")[2])


def county_of(party: str) -> str:
    """12-digit code of the party's county."""
    return full_code(party[:COUNTY_DIGITS])


def notice_no(series: str, year: int, number: int) -> str:
    """发文字号: six-corner brackets, full year, no leading zero (GB/T 9704), like 中宁耕保抄〔2026〕3号."""
    return f"{series}〔{year}〕{number}号"


class Offices:
    """The register of issuing offices, by the first six digits of a division code."""

    def __init__(self, offices: Iterable[IssuingOffice]) -> None:
        self._offices = {office.county: office for office in offices}

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> "Offices":
        """Rows as the register has them; KeyError or ValueError for one that is wrong or names not every recipient."""
        return cls(
            IssuingOffice(
                county=row["county"],
                name=row["name"],
                mark=row["mark"],
                recipients={recipient: row["recipients"][recipient.value] for recipient in Recipient},
                agencies={Agency(code).value: Issuer(**told) for code, told in row.get("agencies", {}).items()},
            )
            for row in rows
        )

    @property
    def counties(self) -> list[str]:
        """6 digits each."""
        return sorted(self._offices)

    def of(self, division_code: str) -> IssuingOffice:
        """The office of the county in which a place lies. Raises OfficeMissing."""
        county = division_code[:COUNTY_DIGITS]
        office = self._offices.get(county)
        if office is None:
            raise OfficeMissing(county)
        return office
