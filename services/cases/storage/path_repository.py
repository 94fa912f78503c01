"""Stores of what stands beside a case."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.action_proposal import ActionProposal
from services.cases.domain.assistance import AssistanceRequest
from services.cases.domain.listing import ENDED, Listing
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.sealed_record import SealedRecord
from services.cases.storage import path_tables as tables
from services.cases.storage.repository import ScopedStore, head_of, same
from shared.contracts.action_proposals import Raised
from shared.contracts.assistance import AssistanceFacts
from shared.contracts.codes import (
    Agency,
    AssistanceMatter,
    AssistanceState,
    ListingState,
    ProposalState,
    SealedState,
    TransferState,
)
from shared.contracts.listings import ListingFacts
from shared.contracts.police_transfers import TransferFacts
from shared.delivery.unit import TableStore

_raised = TypeAdapter(list[Raised])
_BESIDE = ("case_id", "case_no", "division_code")


class PoliceTransferStore(ScopedStore[PoliceTransfer]):
    _SAME = (*_BESIDE, "transfer_no", "opened_at", "mandatory")

    def __init__(self) -> None:
        super().__init__(tables.police_transfer)

    def columns(self, aggregate: PoliceTransfer) -> dict[str, Any]:
        return {
            **same(aggregate, self._SAME),
            "due_on": aggregate.due_on,
            "lead_agency": aggregate.lead_agency.value,
            "facts": aggregate.facts.model_dump(mode="json", exclude_defaults=True),
        }

    def from_row(self, row: RowMapping) -> PoliceTransfer:
        return PoliceTransfer(
            **head_of(row),
            **{name: row[name] for name in self._SAME},
            state=TransferState(row["state"]),
            lead_agency=Agency(row["lead_agency"]),
            facts=TransferFacts.model_validate(row["facts"]),
        )


class ListingStore(ScopedStore[Listing]):
    _SAME = (
        *_BESIDE,
        "listing_no",
        "proposed_at",
        "level",
        "level_title",
        "target_unit",
        "term_days",
        "term_on",
        "is_open",
        "reason",
    )

    def __init__(self) -> None:
        super().__init__(tables.listing)

    def columns(self, aggregate: Listing) -> dict[str, Any]:
        return {
            **same(aggregate, self._SAME),
            "due_on": aggregate.due_on,
            "facts": aggregate.facts.model_dump(mode="json", exclude_defaults=True),
        }

    def from_row(self, row: RowMapping) -> Listing:
        return Listing(
            **head_of(row),
            **{name: row[name] for name in self._SAME},
            state=ListingState(row["state"]),
            facts=ListingFacts.model_validate(row["facts"]),
        )

    def has(self, connection: Connection, case_id: UUID) -> bool:
        """Whether the case was ever proposed for listing."""
        found = sa.exists().where(tables.listing.c.case_id == case_id)
        return bool(connection.execute(sa.select(found)).scalar_one())

    def open_of(self, connection: Connection, case_id: UUID, beside: UUID | None = None) -> Listing | None:
        """The case's listing that has not ended, the oldest; what waits counts only where nothing is asked beside.

        beside: another than this one, which runs already. The case is locked already, and with it who else may decide.
        """
        c = tables.listing.c
        over = ENDED if beside is None else ENDED | {ListingState.PROPOSED}
        asked = sa.select(tables.listing).where(c.case_id == case_id, c.state.not_in([state.value for state in over]))
        if beside is not None:
            asked = asked.where(c.id != beside)
        row = connection.execute(asked.order_by(c.proposed_at, c.id).limit(1)).mappings().one_or_none()
        return None if row is None else self.from_row(row)


class ActionProposalStore(ScopedStore[ActionProposal]):
    _SAME = (*_BESIDE, "proposal_no", "proposed_at", "urgent", "reason", "decided_by", "action_id")

    def __init__(self) -> None:
        super().__init__(tables.action_proposal)

    def columns(self, aggregate: ActionProposal) -> dict[str, Any]:
        return {
            **same(aggregate, self._SAME),
            "due_on": aggregate.due_on,
            "triggers": [trigger.value for trigger in aggregate.triggers],
            "raised": _raised.dump_python(aggregate.raised, mode="json"),
            "wished": [agency.value for agency in aggregate.wished],
        }

    def from_row(self, row: RowMapping) -> ActionProposal:
        return ActionProposal(
            **head_of(row),
            **{name: row[name] for name in self._SAME},
            state=ProposalState(row["state"]),
            raised=_raised.validate_python(row["raised"]),
            wished=[Agency(agency) for agency in row["wished"]],
        )

    def waiting(self, connection: Connection, case_id: UUID) -> ActionProposal | None:
        """The case's proposal that waits for its decision, locked. The case is locked already."""
        table = tables.action_proposal
        waits = sa.and_(table.c.case_id == case_id, table.c.state == ProposalState.PROPOSED.value)
        row = connection.execute(sa.select(table).where(waits).with_for_update()).mappings().one_or_none()
        return None if row is None else self.from_row(row)


class AssistanceStore(ScopedStore[AssistanceRequest]):
    _SAME = (*_BESIDE, "letter_no", "requested_at", "to_body", "urgent", "refuse_by_on")

    def __init__(self) -> None:
        super().__init__(tables.assistance_request)

    def columns(self, aggregate: AssistanceRequest) -> dict[str, Any]:
        return {
            **same(aggregate, self._SAME),
            "due_on": aggregate.due_on,
            "from_agency": aggregate.from_agency.value,
            "to_agency": aggregate.to_agency and aggregate.to_agency.value,
            "matters": [matter.value for matter in aggregate.matters],
            "facts": aggregate.facts.model_dump(mode="json", exclude_defaults=True),
        }

    def from_row(self, row: RowMapping) -> AssistanceRequest:
        return AssistanceRequest(
            **head_of(row),
            **{name: row[name] for name in self._SAME},
            state=AssistanceState(row["state"]),
            from_agency=Agency(row["from_agency"]),
            to_agency=Agency(row["to_agency"]) if row["to_agency"] else None,
            matters=[AssistanceMatter(matter) for matter in row["matters"]],
            facts=AssistanceFacts.model_validate(row["facts"]),
        )


class SealedRecordStore(TableStore[SealedRecord]):
    """Without scope: who may know of a record is known only once its seal is opened."""

    def __init__(self) -> None:
        super().__init__(tables.sealed_record)

    def to_row(self, aggregate: SealedRecord) -> Mapping[str, Any]:
        return {
            "state": aggregate.state and aggregate.state.value,
            "county": aggregate.jurisdiction,
            "digest": aggregate.digest,
            "changed_at": aggregate.changed_at,
        }

    def from_row(self, row: RowMapping) -> SealedRecord:
        return SealedRecord(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["county"],
            state=SealedState(row["state"]),
            digest=row["digest"],
            changed_at=row["changed_at"],
        )
