"""Proposals of joint actions (联合执法建议)."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from shared.contracts.action_proposals import (
    PROPOSAL_COMMANDS,
    ApproveProposal,
    GetProposal,
    ListProposals,
    ProposalRow,
    ProposalView,
    ProposeJointAction,
)
from shared.contracts.base import Page
from shared.contracts.joint_actions import JointActionView

_TAG = "joint-actions"
_PATH = "/action-proposals"


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListProposals, _PATH, Page[ProposalRow]), _TAG)
    api.query(QueryRoute("cases", GetProposal, f"{_PATH}/{{id}}", ProposalView, single=True), _TAG)
    api.command(
        CommandRoute(
            "cases", ProposeJointAction, "/cases/{id}/action-proposals", ProposalView, location=f"{_PATH}/{{id}}"
        ),
        _TAG,
    )
    api.command(
        CommandRoute(
            "cases", ApproveProposal, f"{_PATH}/{{id}}/approve", JointActionView, location="/joint-actions/{id}"
        ),
        _TAG,
    )
    api.commands("cases", PROPOSAL_COMMANDS, _PATH, ProposalView, _TAG)
