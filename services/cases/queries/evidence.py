"""Evidence as the office reads it: pieces, check-lists, pairs, copies, custody."""

from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection

from services.cases.domain.evidence import Evidence
from services.cases.domain.evidence_needs import Answered, asked, sent_back_reasons
from services.cases.domain.photo_pairs import Shot, propose
from services.cases.storage.evidence_jobs import bundle_view
from services.cases.storage.evidence_land import about, known_conditions, violation_types
from services.cases.storage.evidence_pieces import pieces_for
from services.cases.storage.evidence_rules import evidence_rules
from services.cases.storage.evidence_stores import CopyStore, EvidenceStore
from services.cases.storage.evidence_tables import evidence, evidence_copy, proof_bundle
from services.cases.storage.scope import visible, visible_copies
from shared.clock import local_day
from shared.contracts.base import Page
from shared.contracts.codes import EvidenceObject, EvidenceStage, EvidenceState, EvidenceStep
from shared.contracts.custody import CopyView, GetCopy, ListCopies
from shared.contracts.evidence import (
    EvidenceRow,
    EvidenceView,
    GetEvidence,
    GetPairs,
    GetRequirements,
    ListEvidence,
    MayAdd,
    MayAddEvidence,
    Pairs,
    PairView,
    Requirements,
    RequirementView,
    Spoiled,
)
from shared.contracts.proof_bundles import BundleView, GetBundle
from shared.errors import InvalidInput, NotFound
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = EvidenceStore()
_COPIES = CopyStore()
_e = evidence.c
_c = evidence_copy.c
_ROWS = TypeAdapter(list[EvidenceRow])
_COPY_ROWS = TypeAdapter(list[CopyView])
_LISTING = Listing(
    columns=(
        *(_e[name] for name in EvidenceRow.model_fields if name != "view"),
        _e.view_kind.label("view"),
    ),
    keys=(_e.added_at, _e.id),
)
_COPY_LISTING = Listing(columns=tuple(_c[name] for name in CopyView.model_fields), keys=(_c.granted_at, _c.id))
# Which check-list an object has when none is named.
_STEP = {
    EvidenceObject.CLUE: EvidenceStep.START_REVIEW,
    EvidenceObject.CASE: EvidenceStep.CONCLUDE,
    EvidenceObject.RECTIFICATION: EvidenceStep.STRIKE_OFF,
}


def may_add_evidence(q: MayAddEvidence, by: Actor, connection: Connection) -> MayAdd:
    """NotFound for what the caller may not see: no byte is taken in for it."""
    return MayAdd(division_code=about(connection, by, q.object, q.object_id).division_code)


def get_evidence(q: GetEvidence, by: Actor, connection: Connection) -> EvidenceView:
    return _STORE.get_seen(connection, by, q.id).view()


def list_evidence(q: ListEvidence, by: Actor, connection: Connection) -> Page[EvidenceRow]:
    subject = about(connection, by, q.object, q.id)
    own: ColumnElement[bool] = _e.object_id == q.id if q.own else _e.clue_id == subject.clue_id
    where = [visible(evidence, by), own]
    if q.stage is not None:
        where.append(_e.stage == q.stage.value)
    if q.item is not None:
        where.append(_e.item == q.item)
    if q.flag is not None:
        where.append(_e.flags.contains([{"code": q.flag.value}]))
    return page(_LISTING, where, q, connection, _ROWS.validate_python)


def get_requirements(q: GetRequirements, by: Actor, connection: Connection) -> Requirements:
    """The check-list of a step as it stands."""
    subject = about(connection, by, q.object, q.id)
    rules = evidence_rules(connection)
    step = _step_of(q)
    on = local_day(connection.execute(sa.select(sa.func.now())).scalar_one())
    types = violation_types(connection, subject)
    conditions = [*known_conditions(connection, subject), *(word.strip() for word in q.conditions.split(","))]
    # A joint action has no check-list of its own: nothing is missing.
    answers = [] if step is None else asked(rules, step, on, types, pieces_for(connection, by, subject), conditions)
    return Requirements(
        rules_from=rules.photo_since(on).isoformat(),
        refuses=step is not None and rules.is_asked_at(step, on),
        violation_types=[type_.value for type_ in types],
        complete=not any(answer.blocks for answer in answers),
        items=[_requirement(answer) for answer in answers],
        sent_back_reasons=sent_back_reasons(answers),
    )


def _step_of(q: GetRequirements) -> EvidenceStep | None:
    if q.step is None:
        return _STEP.get(q.object)
    try:
        return EvidenceStep(q.step)
    except ValueError:
        raise StepUnknown(q.step, sorted(EvidenceStep)) from None


class StepUnknown(InvalidInput):
    """No check-list of this name."""

    def __init__(self, step: str, known: list[str]) -> None:
        super().__init__("evidence.step-unknown", "step", step=step, steps=known)


def _requirement(answer: Answered) -> RequirementView:
    need = answer.need
    return RequirementView(
        id=need.id,
        step=need.step,
        title=need.title,
        basis=need.basis,
        any_of=sorted(need.any_of),
        stage=need.stage,
        view=need.view,
        azimuth_gap_deg=need.azimuth_gap_deg,
        paired=need.paired is not None,
        condition=need.condition,
        applies=answer.applies,
        needed=answer.needed,
        counted=list(answer.counted),
        missing=answer.missing,
        spoiled=[Spoiled(evidence_id=id_, flags=list(flags)) for id_, flags in answer.spoiled],
    )


def get_pairs(q: GetPairs, by: Actor, connection: Connection) -> Pairs:
    """Of all photographs of the land that are good enough to be compared."""
    subject = about(connection, by, q.object, q.id)
    rules = evidence_rules(connection)
    rule = rules.photo(local_day(connection.execute(sa.select(sa.func.now())).scalar_one()))
    photos = [
        one
        for one in _STORE.of_land(connection, by, subject.clue_id)
        if one.photo is not None and one.state is EvidenceState.KEPT and one.stage is not None
    ]
    before = [one for one in photos if one.stage is EvidenceStage.BEFORE]
    after = [one for one in photos if one.stage is not EvidenceStage.BEFORE]
    confirmed = [
        PairView(after_id=one.id, after_no=one.evidence_no, **one.pair.model_dump()) for one in after if one.pair
    ]
    shown = {pair.before_id for pair in confirmed} | {pair.after_id for pair in confirmed}
    proposed = propose(_shots(before, shown), _shots(after, shown), rule)
    shown |= {id_ for pair in proposed for id_ in (pair.before_id, pair.after_id)}
    return Pairs(
        confirmed=confirmed,
        proposed=proposed,
        before_alone=[one.id for one in before if one.id not in shown],
        after_alone=[one.id for one in after if one.id not in shown],
    )


def _shots(photos: list[Evidence], shown: set[UUID]) -> list[Shot]:
    return [Shot(one.id, one.evidence_no, one.photo) for one in photos if one.photo and one.id not in shown]


def get_copy(q: GetCopy, by: Actor, connection: Connection) -> CopyView:
    return _COPIES.get_seen(connection, by, q.id).view()


def list_copies(q: ListCopies, by: Actor, connection: Connection) -> Page[CopyView]:
    where = [visible_copies(evidence_copy, by)]
    if q.evidence_id is not None:
        where.append(_c.evidence_id == q.evidence_id)
    return page(_COPY_LISTING, where, q, connection, _COPY_ROWS.validate_python)


def get_bundle(q: GetBundle, by: Actor, connection: Connection) -> BundleView:
    statement = sa.select(proof_bundle).where(proof_bundle.c.id == q.id, visible(proof_bundle, by))
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    return bundle_view(row)
