"""Proposals of joint actions."""

from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.storage.path_repository import ActionProposalStore
from services.cases.storage.path_tables import action_proposal
from services.cases.storage.scope import visible
from shared.contracts.action_proposals import GetProposal, ListProposals, ProposalRow, ProposalView
from shared.contracts.base import Page
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = ActionProposalStore()
_c = action_proposal.c
_ROWS = TypeAdapter(list[ProposalRow])
_LISTING = Listing(
    columns=(
        _c.id,
        _c.proposal_no,
        _c.version,
        _c.state,
        _c.case_id,
        _c.case_no,
        _c.division_code,
        _c.triggers,
        _c.urgent,
        _c.proposed_at,
        _c.due_on,
        _c.action_id,
    ),
    keys=(_c.proposed_at, _c.id),
)


def get_action_proposal(q: GetProposal, by: Actor, connection: Connection) -> ProposalView:
    return _STORE.get_seen(connection, by, q.id).view()


def list_proposals(q: ListProposals, by: Actor, connection: Connection) -> Page[ProposalRow]:
    where = [visible(action_proposal, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.case_id is not None:
        where.append(_c.case_id == q.case_id)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
