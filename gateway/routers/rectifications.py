"""Rectification items (整改事项)."""

from gateway.forwarding import Api, QueryRoute
from shared.contracts.base import Page
from shared.contracts.deadlines import Deadlines, GetRectificationDeadlines
from shared.contracts.rectifications import (
    RECTIFICATION_COMMANDS,
    GetRectification,
    ListRectifications,
    RectificationRow,
    RectificationView,
)

_TAG = "rectifications"


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListRectifications, "/rectifications", Page[RectificationRow]), _TAG)
    api.query(QueryRoute("cases", GetRectification, "/rectifications/{id}", RectificationView, single=True), _TAG)
    api.query(QueryRoute("cases", GetRectificationDeadlines, "/rectifications/{id}/deadlines", Deadlines), _TAG)
    api.commands("cases", RECTIFICATION_COMMANDS, "/rectifications", RectificationView, _TAG)
