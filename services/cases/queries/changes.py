"""Which objects of cases are told of when they change, and to whom: who finds them by their own queries.

Not hand-overs under seal, who reported, who looked at evidence: of these the very fact is nobody's but the readers'.
"""

from functools import partial

from services.cases.storage.case_import_tables import case_import
from services.cases.storage.clue_tables import clue_duplicate
from services.cases.storage.evidence_tables import evidence, evidence_copy, proof_bundle
from services.cases.storage.import_tables import clue_import
from services.cases.storage.land_tables import land_layer
from services.cases.storage.path_tables import action_proposal, assistance_request, listing, police_transfer
from services.cases.storage.scope import visible, visible_copies, visible_to_county
from services.cases.storage.tables import case, clue, joint_action, rectification
from shared.changes import Changes, Shown

_SEEN = {
    "clue": clue,
    "case": case,
    "rectification": rectification,
    "joint_action": joint_action,
    "police_transfer": police_transfer,
    "listing": listing,
    "action_proposal": action_proposal,
    "assistance_request": assistance_request,
    "evidence": evidence,
    "proof_bundle": proof_bundle,
    "land_layer": land_layer,
}
_OF_THE_COUNTY = {"clue_duplicate": clue_duplicate, "clue_import": clue_import, "case_import": case_import}

CHANGES = Changes(
    [
        *(Shown(kind, table, partial(visible, table)) for kind, table in _SEEN.items()),
        *(Shown(kind, table, partial(visible_to_county, table)) for kind, table in _OF_THE_COUNTY.items()),
        Shown("evidence_copy", evidence_copy, partial(visible_copies, evidence_copy)),
    ]
)
