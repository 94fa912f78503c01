"""Letters asking another body for help (协助函)."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from shared.contracts.assistance import (
    ASSISTANCE_COMMANDS,
    AssistanceRow,
    AssistanceView,
    GetAssistance,
    ListAssistance,
    RequestAssistance,
)
from shared.contracts.base import Page

_TAG = "assistance-requests"
_PATH = "/assistance-requests"


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListAssistance, _PATH, Page[AssistanceRow]), _TAG)
    api.query(QueryRoute("cases", GetAssistance, f"{_PATH}/{{id}}", AssistanceView, single=True), _TAG)
    api.command(
        CommandRoute(
            "cases",
            RequestAssistance,
            "/cases/{id}/assistance-requests",
            AssistanceView,
            location=f"{_PATH}/{{id}}",
        ),
        _TAG,
    )
    api.commands("cases", ASSISTANCE_COMMANDS, _PATH, AssistanceView, _TAG)
