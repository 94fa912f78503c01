"""Bulletins (通报): drafting, figures and what is behind them, what came late, what is due."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from shared.contracts.base import Page
from shared.contracts.bulletins import (
    BulletinDifference,
    BulletinPreview,
    BulletinRow,
    BulletinView,
    DraftBulletin,
    ExplainBulletin,
    FigureMember,
    GetBulletin,
    ListBulletins,
    ListFigureMembers,
    PreviewBulletin,
)

_TAG = "bulletins"
_PATH = "/bulletins"


def add_to(api: Api) -> None:
    draft = CommandRoute("notify", DraftBulletin, _PATH, BulletinView, target=None, location=f"{_PATH}/{{id}}")
    api.command(draft, _TAG)
    api.query(QueryRoute("notify", ListBulletins, _PATH, Page[BulletinRow]), _TAG)
    api.query(QueryRoute("notify", PreviewBulletin, f"{_PATH}/preview", BulletinPreview), _TAG)
    api.query(QueryRoute("notify", GetBulletin, f"{_PATH}/{{id}}", BulletinView, single=True), _TAG)
    figure = f"{_PATH}/{{id}}/figures/{{township}}/{{column}}"
    api.query(QueryRoute("notify", ListFigureMembers, figure, Page[FigureMember]), _TAG)
    api.query(QueryRoute("notify", ExplainBulletin, f"{_PATH}/{{id}}/difference", BulletinDifference), _TAG)
