"""Cases (案件), their timeline and deadlines; what a case opens: rectification items and joint actions."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
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
from shared.contracts.deadlines import Deadlines, GetDeadlines
from shared.contracts.disclosure import DisclosureView, ListDisclosures
from shared.contracts.joint_actions import ConveneJointAction, JointActionView
from shared.contracts.party_identities import GetParty, PartyView, RecordParty, UnmaskedParty, UnmaskParty
from shared.contracts.rectifications import OpenRectification, OrderRectification, RectificationView

_TAG = "cases"


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListCases, "/cases", Page[CaseRow]), _TAG)
    api.query(QueryRoute("cases", GetCase, "/cases/{id}", CaseView, single=True), _TAG)
    api.query(QueryRoute("cases", ListDisclosures, "/cases/{id}/disclosures", Page[DisclosureView]), _TAG)
    api.query(QueryRoute("cases", GetTimeline, "/cases/{id}/timeline", Timeline), _TAG)
    api.query(QueryRoute("cases", GetDeadlines, "/cases/{id}/deadlines", Deadlines), _TAG)
    api.commands("cases", [c for c in CASE_COMMANDS if c is not OrderRectification], "/cases", CaseView, _TAG)
    api.query(QueryRoute("cases", GetParty, "/cases/{id}/party", PartyView, single=True), _TAG)
    api.commands("cases", [RecordParty], "/cases", PartyView, _TAG)
    api.commands("cases", [UnmaskParty], "/cases", UnmaskedParty, _TAG)
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
