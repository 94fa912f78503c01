"""What an item is beside its state, and what may be said of it: PBF, papers in place of demolition, signers (3.7)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.cases.domain.areas import check_land, check_part
from services.cases.domain.path_rules import PathRules
from services.cases.domain.transitions import Forbidden
from shared.areas import Areas
from shared.contracts import rectification_events as e
from shared.contracts.clue_parts import ClueWarning
from shared.contracts.codes import DocumentKind, RectificationMethod
from shared.contracts.rectifications import (
    AcceptRectification,
    OpenRectification,
    OrderRectification,
    PbfFound,
    RectificationFacts,
)
from shared.errors import InvalidInput

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Room:
    """What a case has as it is known now, and what its other items take of it; m2."""

    whole: Areas
    area_m2: Decimal = _NOTHING
    pbf_m2: Decimal = _NOTHING

    def pbf_of(self, area_m2: Decimal) -> tuple[Decimal, Decimal]:
        """The least and the most permanent basic farmland that an item of this area may have.

        Least: what does not fit into the rest of the case, and no other item has taken.
        """
        other_m2 = self.whole.area_m2 - self.whole.pbf_m2 - (self.area_m2 - self.pbf_m2)
        most = max(min(self.whole.pbf_m2 - self.pbf_m2, area_m2), _NOTHING)
        return min(max(area_m2 - other_m2, _NOTHING), most), most


def checked_pbf(cmd: OrderRectification | OpenRectification, room: Room) -> Decimal:
    """How much of the item is permanent basic farmland; together the items are no larger than the case.

    Not said: as much as there can be. Said: no less than what the rest of the case leaves over. Raises InvalidInput.
    """
    check_land(cmd.area_m2, cmd.farmland_area_m2, cmd.pbf_area_m2)
    check_part("area_m2", room.area_m2 + cmd.area_m2, room.whole.area_m2)
    least, most = room.pbf_of(cmd.area_m2)
    if cmd.pbf_area_m2 is None:
        return most
    check_pbf(cmd.pbf_area_m2, least, most)
    return cmd.pbf_area_m2


def check_pbf(pbf_m2: Decimal, least_m2: Decimal, most_m2: Decimal) -> None:
    """Raises InvalidInput."""
    check_part("pbf_area_m2", pbf_m2, most_m2)
    if pbf_m2 < least_m2:
        raise InvalidInput("cases.pbf-understated", "pbf_area_m2", law="LAL 44", least_m2=float(least_m2))


def check_decided(facts: RectificationFacts, held: Collection[DocumentKind]) -> None:
    """No papers are completed while nobody has said how much of it is PBF. Raises Forbidden (LAL 44)."""
    if facts.pbf_found is not None and DocumentKind.STATE_COUNCIL_APPROVAL not in held:
        raise Forbidden("cases.pbf-undecided", None, "LAL 44", most_m2=float(facts.pbf_found.most_m2))


def warnings_of(facts: RectificationFacts, method: RectificationMethod) -> list[ClueWarning]:
    found = facts.pbf_found
    if found is None:
        return []
    told = {"least_m2": float(found.least_m2), "most_m2": float(found.most_m2), "method": method.value}
    return [ClueWarning(code="cases.pbf-found-later", facts=told)]


def check_method(method: RectificationMethod, pbf_m2: Decimal, held: Collection[DocumentKind]) -> None:
    """补办手续 never for PBF without the State Council's approval. Raises Forbidden (LAL 44)."""
    approved = DocumentKind.STATE_COUNCIL_APPROVAL in held
    if method is RectificationMethod.COMPLETE_FORMALITIES and pbf_m2 > 0 and not approved:
        raise Forbidden("cases.formalities-on-pbf", "method", "LAL 44", pbf_area_m2=float(pbf_m2))


def check_acceptance(cmd: AcceptRectification, reported_m2: Decimal, rules: PathRules, on: date) -> None:
    """On site, and on the sheet, is everybody that the rules of the day name; more than was reported is explained.

    reported_m2: as the township reported it. Raises Forbidden, InvalidInput.
    """
    if absent := rules.acceptance_members(on) - {member.agency for member in cmd.members}:
        raise Forbidden("cases.acceptance-members-missing", "members", "HOUSE.rectification", missing=sorted(absent))
    if missing := rules.acceptance_signers(on) - {signer.part for signer in cmd.signers}:
        raise Forbidden("cases.signers-missing", "signers", "HOUSE.rectification", missing=sorted(missing))
    if cmd.rectified_area_m2 > reported_m2 and cmd.account is None:
        facts = {"given_m2": float(cmd.rectified_area_m2), "reported_m2": float(reported_m2)}
        raise InvalidInput("cases.more-than-reported", "account", law="HOUSE.rectification", **facts)


def noted(facts: RectificationFacts, event: e.RectificationEvent) -> RectificationFacts:
    """The facts after an event."""
    update = dict(_CHANGES.get(type(event), _same)(facts, event))
    if any(document.kind is DocumentKind.REVIEW_RESULT for document in event.documents):
        update.setdefault("review_ended", True)
    return facts.model_copy(update=update) if update else facts


def _same(_facts: RectificationFacts, _event: Any) -> dict[str, Any]:
    return {}


def _pbf(_facts: RectificationFacts, event: Any) -> dict[str, Any]:
    return {"pbf_area_m2": event.pbf_area_m2 or _NOTHING}


def _accepted(_facts: RectificationFacts, event: Any) -> dict[str, Any]:
    return {"formalities_area_m2": event.formalities_area_m2 or _NOTHING, "signers": event.signers}


def _asked(_facts: RectificationFacts, event: Any) -> dict[str, Any]:
    return {
        "extension_asked_on": event.asked_on,
        "extension_days": event.days,
        "extension_reason": event.delay_reason,
    }


def _sent_back(facts: RectificationFacts, event: Any) -> dict[str, Any]:
    return {
        "sent_back_reason": event.sent_back_reason,
        "sent_back_times": facts.sent_back_times + 1,
        "review_ended": False,
    }


def _rebound(facts: RectificationFacts, event: Any) -> dict[str, Any]:
    clues = [*facts.rebound_clue_ids, event.clue_id]
    return {"rechecked_at": event.at, "review_ended": False, "rebound_clue_ids": clues}


def _pbf_found(_facts: RectificationFacts, event: Any) -> dict[str, Any]:
    found = PbfFound(overlay_id=event.overlay_id, least_m2=event.least_m2, most_m2=event.most_m2)
    return {"pbf_found": found}


def _pbf_decided(_facts: RectificationFacts, event: Any) -> dict[str, Any]:
    return {"pbf_area_m2": event.pbf_area_m2, "pbf_found": None}


_CHANGES: dict[type[e.RectificationEvent], Callable[[RectificationFacts, Any], dict[str, Any]]] = {
    e.RectificationOrderedV1: _pbf,
    e.RectificationOpenedV1: _pbf,
    e.RectificationReportedV1: lambda _facts, _event: {"review_ended": False},
    e.RectificationAcceptedV1: _accepted,
    e.RectificationExtensionRequestedV1: _asked,
    e.RectificationExtendedV1: lambda _facts, _event: {"extension_asked_on": None},
    e.RectificationExtensionRefusedV1: lambda _facts, _event: {"extension_asked_on": None},
    e.RectificationSentBackV1: _sent_back,
    e.RectificationReviewEndedV1: lambda _facts, _event: {"review_ended": True},
    e.RectificationRecheckedV1: lambda _facts, event: {"rechecked_at": event.at},
    e.RectificationReboundV1: _rebound,
    e.RectificationPbfFoundV1: _pbf_found,
    e.RectificationPbfDecidedV1: _pbf_decided,
}
