"""Joint actions (联合执法)."""

from gateway.forwarding import Api, QueryRoute
from gateway.routers.tasks import tasks_of
from shared.contracts.base import Page
from shared.contracts.deadlines import Deadlines, GetJointActionDeadlines
from shared.contracts.joint_actions import (
    JOINT_ACTION_COMMANDS,
    GetJointAction,
    JointActionRow,
    JointActionView,
    ListJointActions,
)

_TAG = "joint-actions"


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListJointActions, "/joint-actions", Page[JointActionRow]), _TAG)
    api.query(
        QueryRoute(
            "cases",
            GetJointAction,
            "/joint-actions/{id}",
            JointActionView,
            single=True,
            expansions=(tasks_of("action_id"),),
        ),
        _TAG,
    )
    api.query(QueryRoute("cases", GetJointActionDeadlines, "/joint-actions/{id}/deadlines", Deadlines), _TAG)
    api.commands("cases", JOINT_ACTION_COMMANDS, "/joint-actions", JointActionView, _TAG)
