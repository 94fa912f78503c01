"""The evidence rules that are in force. Everybody who judges evidence asks here.

They come from register/evidence.toml; whoever keeps such rules in the database reads them by the connection.
"""

import tomllib
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from services.cases.domain.evidence_rules import EvidenceRules

_FILE = Path(__file__).parents[1] / "register" / "evidence.toml"


def evidence_rules(_: Connection) -> EvidenceRules:
    return _seeded()


@cache
def _seeded() -> EvidenceRules:
    return EvidenceRules.of(tomllib.loads(_FILE.read_text(encoding="utf-8")))
