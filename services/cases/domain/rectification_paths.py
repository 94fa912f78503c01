"""An item beside its straight path: plan, more time, sent back, looked at again (domain.md 3.7, R05, R06)."""

from uuid import UUID

from services.cases.domain.case import Case
from services.cases.domain.clocks import ExtensionNotAllowed, ExtensionTooLate, ExtensionTooLong
from services.cases.domain.clue import Clue
from services.cases.domain.progress import Moment
from services.cases.domain.rectification import Rectification
from services.cases.domain.rectification_facts import (
    Room,
    check_decided,
    check_method,
    check_pbf,
    checked_pbf,
)
from services.cases.domain.rectification_table import TABLE
from services.cases.domain.standstill import asked_day, extension, proof
from services.cases.domain.transitions import Forbidden
from shared.contracts.codes import DocumentKind, RectificationMethod
from shared.contracts.rectification_events import (
    RectificationEvent,
    RectificationExtendedV1,
    RectificationExtensionRefusedV1,
    RectificationExtensionRequestedV1,
    RectificationOpenedV1,
    RectificationPbfDecidedV1,
    RectificationPbfFoundV1,
    RectificationPlanSetV1,
    RectificationReboundV1,
    RectificationRecheckedV1,
    RectificationResubmittedV1,
    RectificationReviewEndedV1,
    RectificationSentBackV1,
    RectificationStartedV1,
)
from shared.contracts.rectifications import (
    DecidePbf,
    EndReview,
    GrantMoreTime,
    OpenRectification,
    Recheck,
    RefuseMoreTime,
    RequestMoreTime,
    Resubmit,
    SendBack,
    SetPlan,
    StartRectification,
)
from shared.errors import InvalidInput

_EXTENDS = DocumentKind.EXTENSION_APPROVAL


def open_item(
    item: Rectification, cmd: OpenRectification, moment: Moment, case: Case, item_no: str, room: Room
) -> list[RectificationEvent]:
    """An item that waits for its plan. room: together the items are no larger than the case."""
    case.may_open(cmd.verb, moment)
    row = TABLE.permit(item.state, cmd.verb, moment.by)
    pbf_m2 = checked_pbf(cmd, room)
    return [
        RectificationOpenedV1(
            item_id=item.id,
            item_no=item_no,
            case_id=case.id,
            case_no=case.case_no,
            title=cmd.title,
            area_m2=cmd.area_m2,
            farmland_area_m2=cmd.farmland_area_m2,
            pbf_area_m2=pbf_m2,
            division_code=case.division_code,
            division_name=case.division_name,
            place=case.place,
            **item.step(row, moment, reason=cmd.reason, documents=cmd.documents),
        )
    ]


def set_plan(item: Rectification, cmd: SetPlan, moment: Moment) -> list[RectificationEvent]:
    """Method, term and person; the term R01 is the one the order gives. Raises Forbidden for papers on PBF."""
    term = moment.deadlines.start("R01", moment.now, cmd.term_days)
    told = item.take(cmd, moment, starts=[term])
    held = item.held(cmd.documents)
    if cmd.method is RectificationMethod.COMPLETE_FORMALITIES:
        check_decided(item.facts, held)
    check_method(cmd.method, item.facts.pbf_area_m2, held)
    return [
        RectificationPlanSetV1(
            method=cmd.method,
            term_on=term.due_on,
            responsible_person=cmd.responsible_person,
            requirement=cmd.requirement,
            **told,
        )
    ]


def start(item: Rectification, cmd: StartRectification, moment: Moment) -> list[RectificationEvent]:
    return [RectificationStartedV1(**item.take(cmd, moment))]


def request_extension(item: Rectification, cmd: RequestMoreTime, moment: Moment) -> list[RectificationEvent]:
    """Refused at once when it could not be granted: too late, too long, or once already (R06).

    Whoever asks for himself asks today; the day of a letter is proved by it. Raises InvalidInput.
    """
    told = item.take(cmd, moment)
    term = item.clock("R01")
    on = asked_day(cmd.asked_on, cmd.documents, term, moment)
    if term is None:
        raise Forbidden("cases.no-term", None, "HOUSE.rectification-terms")
    bounds = moment.deadlines.bounds(term)
    if bounds.extend_times is not None and len(term.extensions) >= bounds.extend_times:
        raise ExtensionNotAllowed("R01", bounds.extend_times)
    if bounds.extend_most is not None and cmd.days > bounds.extend_most:
        raise ExtensionTooLong("R01", bounds.extend_most, bounds.extend_unit or term.unit)
    last = moment.deadlines.last_to_ask(term, moment.today)
    if last is not None and on > last:
        raise ExtensionTooLate("R01", last)
    return [RectificationExtensionRequestedV1(days=cmd.days, delay_reason=cmd.delay_reason, asked_on=on, **told)]


def grant_extension(item: Rectification, cmd: GrantMoreTime, moment: Moment) -> list[RectificationEvent]:
    """What was asked for, as of the day it was asked."""
    paper, facts = proof((*item.documents, *cmd.documents), _EXTENDS), item.facts
    extends = extension(
        paper if facts.extension_asked_on is not None else None,
        rule_id="R01",
        amount=facts.extension_days or 1,
        unit="calendar_day",
        reason=facts.extension_reason or "other",
        approved_by=cmd.approved_by,
        asked_on=facts.extension_asked_on,
    )
    told = item.take(cmd, moment, extends=extends)
    _check_asked(item)
    return [RectificationExtendedV1(approved_by=cmd.approved_by, **told)]


def refuse_extension(item: Rectification, cmd: RefuseMoreTime, moment: Moment) -> list[RectificationEvent]:
    told = item.take(cmd, moment)
    _check_asked(item)
    return [RectificationExtensionRefusedV1(**told)]


def send_back(item: Rectification, cmd: SendBack, moment: Moment) -> list[RectificationEvent]:
    """The term of the order was never met and goes on as it was."""
    told = item.take(cmd, moment, starts=item.term_again(moment))
    return [RectificationSentBackV1(sent_back_reason=cmd.sent_back_reason, **told)]


def resubmit(item: Rectification, cmd: Resubmit, moment: Moment) -> list[RectificationEvent]:
    """Only what the county has accepted goes up again. Raises Forbidden."""
    told = item.take(cmd, moment)
    if not item.accepted_area_m2:
        raise Forbidden("cases.not-accepted", None, "HOUSE.rectification")
    return [RectificationResubmittedV1(**told)]


def end_review(item: Rectification, cmd: EndReview, moment: Moment) -> list[RectificationEvent]:
    return [RectificationReviewEndedV1(**item.take(cmd, moment))]


def recheck(item: Rectification, cmd: Recheck, moment: Moment, clue: Clue | None = None) -> list[RectificationEvent]:
    """clue: the new one about land that has come back, where the check failed. Raises InvalidInput."""
    told = item.take(cmd, moment, "passed" if cmd.passed else "failed")
    check_rebound(item, cmd)
    if clue is None:
        return [RectificationRecheckedV1(account=cmd.account, **told)]
    return [
        RectificationReboundV1(
            account=cmd.account,
            rebound_area_m2=cmd.rebound_area_m2,
            clue_id=clue.id,
            clue_no=clue.clue_no,
            **told,
        )
    ]


def find_pbf(item: Rectification, overlay_id: UUID, room: Room, moment: Moment) -> list[RectificationEvent]:
    """More permanent basic farmland was found in the case than the item was ordered with: a person must decide.

    What was done stays as it is.
    """
    least, most = room.pbf_of(item.area_m2)
    if most <= item.facts.pbf_area_m2:
        return []
    row = TABLE.permit(item.state, "find-pbf", moment.by)
    return [RectificationPbfFoundV1(overlay_id=overlay_id, least_m2=least, most_m2=most, **item.told(row, moment))]


def decide_pbf(item: Rectification, cmd: DecidePbf, moment: Moment) -> list[RectificationEvent]:
    """Raises Forbidden where nothing was found, and for papers on what is now known to be PBF; InvalidInput."""
    told = item.take(cmd, moment)
    found = item.facts.pbf_found
    if found is None:
        raise Forbidden("cases.no-pbf-found", None, "LAL 44")
    check_pbf(cmd.pbf_area_m2, found.least_m2, found.most_m2)
    method = cmd.method or item.method
    check_method(method, cmd.pbf_area_m2, item.held(cmd.documents))
    return [RectificationPbfDecidedV1(pbf_area_m2=cmd.pbf_area_m2, method=method, **told)]


def check_rebound(item: Rectification, cmd: Recheck) -> None:
    """A failed check says how much has come back; a passed one nothing. Raises InvalidInput."""
    area_m2 = cmd.rebound_area_m2
    if cmd.passed != (area_m2 is None) or (area_m2 is not None and not 0 < area_m2 <= item.area_m2):
        raise InvalidInput(
            "cases.rebound-area", "rebound_area_m2", law="HOUSE.rectification-terms", most_m2=float(item.area_m2)
        )


def _check_asked(item: Rectification) -> None:
    if item.facts.extension_asked_on is None:
        raise Forbidden("cases.extension-not-asked", None, "HOUSE.rectification-terms")
