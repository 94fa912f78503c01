"""Cases (案件), their timeline and deadlines; what a case opens: rectification items and joint actions."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from gateway.routers.tasks import tasks_of
from gateway.schemas.evidence import ToldEvidenceRow, told_page
from gateway.shaping import Expansion
from shared.contracts.base import Page
from shared.contracts.case_paths import CASE_PATH_COMMANDS
from shared.contracts.cases import (
    CASE_COMMANDS,
    CaseRow,
    CaseView,
    GetCase,
    GetTimeline,
    ListCases,
    Timeline,
)
from shared.contracts.clues import ClueView, GetClue
from shared.contracts.codes import EvidenceObject
from shared.contracts.deadlines import Deadlines, GetDeadlines
from shared.contracts.disclosure import DisclosureView, ListDisclosures
from shared.contracts.evidence import ListEvidence
from shared.contracts.joint_actions import ConveneJointAction, JointActionRow, JointActionView, ListJointActions
from shared.contracts.notify import ListNotices, NoticeRow
from shared.contracts.rectifications import (
    ListRectifications,
    OpenRectification,
    OrderRectification,
    RectificationRow,
    RectificationView,
)

_TAG = "cases"
_BELONGS_TO = (
    Expansion("clue", "cases", GetClue, ClueView, lambda case: {"id": case["clue_id"]} if case["clue_id"] else None),
    tasks_of("case_id"),
    Expansion("joint_actions", "cases", ListJointActions, Page[JointActionRow], lambda case: {"case_id": case["id"]}),
    Expansion(
        "rectifications", "cases", ListRectifications, Page[RectificationRow], lambda case: {"case_id": case["id"]}
    ),
    Expansion("notices", "notify", ListNotices, Page[NoticeRow], lambda case: {"case_id": case["id"]}),
    Expansion(
        "evidence",
        "cases",
        ListEvidence,
        Page[ToldEvidenceRow],
        lambda case: {"object": EvidenceObject.CASE.value, "id": case["id"]},
        told=told_page,
    ),
)


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListCases, "/cases", Page[CaseRow]), _TAG)
    api.query(QueryRoute("cases", GetCase, "/cases/{id}", CaseView, single=True, expansions=_BELONGS_TO), _TAG)
    api.query(QueryRoute("cases", ListDisclosures, "/cases/{id}/disclosures", Page[DisclosureView]), _TAG)
    api.query(QueryRoute("cases", GetTimeline, "/cases/{id}/timeline", Timeline), _TAG)
    api.query(QueryRoute("cases", GetDeadlines, "/cases/{id}/deadlines", Deadlines), _TAG)
    api.commands("cases", [c for c in CASE_COMMANDS if c is not OrderRectification], "/cases", CaseView, _TAG)
    api.commands("cases", CASE_PATH_COMMANDS, "/cases", CaseView, _TAG)
    api.command(
        CommandRoute(
            "cases",
            OpenRectification,
            "/cases/{id}/open-rectification",
            RectificationView,
            location="/rectifications/{id}",
        ),
        _TAG,
    )
    api.command(
        CommandRoute(
            "cases",
            OrderRectification,
            "/cases/{id}/order-rectification",
            RectificationView,
            location="/rectifications/{id}",
        ),
        _TAG,
    )
    api.command(
        CommandRoute(
            "cases", ConveneJointAction, "/cases/{id}/joint-actions", JointActionView, location="/joint-actions/{id}"
        ),
        _TAG,
    )
