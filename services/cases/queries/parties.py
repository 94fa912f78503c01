"""The identity of a case's party, masked; for whoever sees the case."""

from sqlalchemy import Connection

from services.cases.storage.parties import PartyStore
from services.cases.storage.repository import CaseStore
from shared.contracts.party_identities import GetParty, PartyView
from shared.principal import Actor

_CASES, _PARTIES = CaseStore(), PartyStore()


def get_party(q: GetParty, by: Actor, connection: Connection) -> PartyView:
    """Raises NotFound for a case that is not seen, and where nothing is recorded."""
    case = _CASES.get_seen(connection, by, q.id)
    return _PARTIES.get_of(connection, case.id).view(case.party_name)
