"""Notices (抄告) and their recipients."""

from typing import Any

from starlette.background import BackgroundTask

from gateway.forwarding import Api, Asked, CommandRoute, QueryRoute
from gateway.reading import record_reading
from gateway.routers.documents import add_file
from gateway.schemas.endpoint import ChannelLaidDown, ChannelNamed, RecipientChannel
from shared.contracts.assistance_notices import (
    AcknowledgeAssistanceNotice,
    AssistanceNoticeView,
    ListAssistanceNotices,
)
from shared.contracts.base import Command, Contract, Page, View
from shared.contracts.channels import (
    ConfigureRecipientEndpoint,
    DisableRecipientEndpoint,
    EndpointTestView,
    RecipientEndpointView,
    TestRecipientEndpoint,
)
from shared.contracts.codes import Role
from shared.contracts.documents import DocumentFileView
from shared.contracts.notify import (
    NOTICE_COMMANDS,
    GetNotice,
    GetNoticeFile,
    IssueNotice,
    ListNotices,
    ListRecipients,
    NoticeRow,
    NoticeView,
    ReadNotice,
    RecipientList,
)
from shared.contracts.outage_notices import AcknowledgeOutage, ListOutageNotices, OutageNoticeView

_TAG = "notices"
_IN_AGENCY = (Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM, Role.CHIEF, Role.ACTING_CHIEF, Role.LEADER, Role.LEGAL_REVIEWER)


def add_to(api: Api) -> None:
    api.command(
        CommandRoute("notify", IssueNotice, "/notices", NoticeView, target=None, location="/notices/{id}"), _TAG
    )
    api.query(QueryRoute("notify", ListNotices, "/notices", Page[NoticeRow]), _TAG)
    api.query(QueryRoute("notify", GetNotice, "/notices/{id}", NoticeView, single=True, after=_opened), _TAG)
    route = QueryRoute("notify", GetNoticeFile, "/notices/{id}/files/{format}", DocumentFileView)
    add_file(api, route, _TAG)
    # A receipt is its recipient's own, given once over a digest; and the very showing of a notice moves its version.
    signing = [c for c in NOTICE_COMMANDS if c is not ReadNotice]
    api.commands("notify", signing, "/notices", NoticeView, _TAG, guarded=False)
    api.query(QueryRoute("notify", ListOutageNotices, "/outage-notices", Page[OutageNoticeView]), _TAG)
    api.commands("notify", [AcknowledgeOutage], "/outage-notices", OutageNoticeView, _TAG, guarded=False)
    letters = QueryRoute("notify", ListAssistanceNotices, "/assistance-notices", Page[AssistanceNoticeView])
    api.query(letters, _TAG)
    acknowledging = [AcknowledgeAssistanceNotice]
    api.commands("notify", acknowledging, "/assistance-notices", AssistanceNoticeView, _TAG, guarded=False)
    api.query(QueryRoute("notify", ListRecipients, "/recipients", RecipientList), _TAG)
    for command in (
        _of_recipient(ConfigureRecipientEndpoint, RecipientEndpointView, RecipientChannel, "endpoint", "PUT"),
        _of_recipient(TestRecipientEndpoint, EndpointTestView, ChannelNamed, "test-endpoint"),
        _of_recipient(DisableRecipientEndpoint, RecipientEndpointView, ChannelLaidDown, "disable-endpoint"),
    ):
        api.command(command, _TAG)


def _of_recipient(
    command: type[Command], view: type[View], body: type[Contract], path: str, method: str = "POST"
) -> CommandRoute:
    return CommandRoute(
        "notify",
        command,
        f"/recipients/{{code}}/{path}",
        view,
        target=None,
        method=method,
        from_path={"code": "recipient"},
        body=body,
    )


def _opened(call: Asked, notice: Any) -> BackgroundTask | None:
    """Who is addressed sees its own receipt only: while that was not opened, this reading is it."""
    if not call.caller.actor.has(Role.RECIPIENT_CLERK, *_IN_AGENCY):
        return None
    if all(receipt["opened_at"] for receipt in notice["receipts"]):
        return None
    return BackgroundTask(record_reading, call, "notify", ReadNotice(), notice["id"])
