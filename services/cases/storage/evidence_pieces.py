"""The evidence of an object as counting wants it."""

from sqlalchemy import Connection

from services.cases.domain.evidence import About, Evidence
from services.cases.domain.evidence_needs import Piece
from services.cases.storage.evidence_stores import EvidenceStore
from shared.contracts.codes import EvidenceObject, EvidenceStage
from shared.principal import Actor

_STORE = EvidenceStore()


def pieces_for(connection: Connection, by: Actor | None, subject: About) -> list[Piece]:
    """All evidence of the land; of an item, its own after and check photographs with every before one of the land.

    by: as far as the actor sees it; None counts everything, for whether a step may be taken depends on nobody's view.
    """
    return [_piece(one) for one in _STORE.of_land(connection, by, subject.clue_id) if _concerns(one, subject)]


def _concerns(piece: Evidence, subject: About) -> bool:
    if subject.object is not EvidenceObject.RECTIFICATION or piece.stage is EvidenceStage.BEFORE:
        return True
    return piece.object_id == subject.object_id


def _piece(piece: Evidence) -> Piece:
    assert piece.object_id is not None
    assert piece.state is not None
    return Piece(
        id=piece.id,
        object=piece.object,
        object_id=piece.object_id,
        state=piece.state,
        item=piece.item,
        stage=piece.stage,
        view=piece.view_kind,
        azimuth_deg=piece.photo.azimuth_deg if piece.photo else None,
        flags=tuple(flag.code for flag in piece.flags),
        damaged=piece.damaged_at is not None,
        paired_before=piece.pair.before_id if piece.pair else None,
    )
