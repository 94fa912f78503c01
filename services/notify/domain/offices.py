"""Who issues documents in a county, under what number, and what its recipients are called on paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from services.notify.domain.errors import OfficeMissing
from services.notify.domain.receipt_terms import Body
from shared.contracts.codes import Agency, Recipient
from shared.contracts.documents import COORDINATION
from shared.divisions.register import COUNTY_DIGITS, full_code


@dataclass(frozen=True)
class Issuer:
    """Who issues documents. name: 发文机关. mark: 机关代字, the first part of its numbers, like 中宁耕保."""

    name: str
    mark: str


@dataclass(frozen=True)
class IssuingOffice(Issuer):
    """The office of the leading group. agencies: those that issue documents of their own, by code.

    bodies: others that copy rules name, by code: the county government, the superior bureau.
    """

    county: str
    recipients: Mapping[Recipient, str]
    agencies: Mapping[str, Issuer] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {
            **{recipient.value: name for recipient, name in self.recipients.items()},
            **{code: agency.name for code, agency in self.agencies.items()},
            **self.bodies,
        }

    @cached_property
    def _codes(self) -> Mapping[str, str]:
        return {name: code for code, name in self._names.items()}

    def called(self, code: str) -> str:
        """What a recipient is called on paper. Raises OfficeMissing: a deployment must add it."""
        found = self._names.get(code)
        if found is None:
            raise OfficeMissing(f"{self.county} {code}")
        return found

    def code_of(self, name: str) -> str | None:
        """The code of a recipient by its name on paper; None for one that the register does not know."""
        return self._codes.get(name)

    def body(self, code: str | None) -> Body:
        """What kind of recipient it is."""
        if code in _RECIPIENTS:
            return Body.RECIPIENT
        if code in self.agencies:
            return Body.AGENCY
        return Body.BODY if code in self.bodies else Body.OTHER

    def issuer(self, office: str) -> Issuer:
        """By the code of the office. Raises OfficeMissing."""
        if office == COORDINATION:
            return self
        found = self.agencies.get(office)
        if found is None:
            raise OfficeMissing(f"{self.county} {office}")
        return found


def party_of(division_code: str, recipient: str) -> str:
    """A recipient of one county, as deliveries and endpoints name it: 640521:party_committee. One without a code has
    its name there."""
    return f"{division_code[:COUNTY_DIGITS]}:{recipient.replace(':', '：')}"


_RECIPIENTS = frozenset(Recipient)


def recipient_of(party: str) -> Recipient:
    """The inverse of party_of; of a route too, which begins with its party."""
    return Recipient(party.split(":")[1])


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
                bodies=row.get("bodies", {}),
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
