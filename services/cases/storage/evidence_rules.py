"""The evidence rules in force, for who has a connection and no unit of work."""

from sqlalchemy import Connection

from services.cases.domain.evidence_rules import EvidenceRules
from services.cases.storage.rules import book_of
from shared.contracts.codes import RuleRegister

_REGISTERS = (
    RuleRegister.REQUIRED_EVIDENCE,
    RuleRegister.EVIDENCE_ITEM,
    RuleRegister.EVIDENCE_FLAG,
    RuleRegister.PHOTO_RULE,
    RuleRegister.CONFIGURATION,
)


def evidence_rules(connection: Connection) -> EvidenceRules:
    return EvidenceRules(book_of(connection, *_REGISTERS))
