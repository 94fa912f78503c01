"""Clues (线索)."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from shared.contracts.base import Page
from shared.contracts.case_paths import DeclineFiling, StopAct
from shared.contracts.cases import CaseView
from shared.contracts.clues import CLUE_COMMANDS, ClueRow, ClueView, FileCase, GetClue, ListClues, ReportClue
from shared.contracts.deadlines import Deadlines, GetClueDeadlines

_TAG = "clues"


def add_to(api: Api) -> None:
    api.command(
        CommandRoute("cases", ReportClue, "/clues", ClueView, target=None, location="/clues/{id}"),
        _TAG,
    )
    api.query(QueryRoute("cases", ListClues, "/clues", Page[ClueRow]), _TAG)
    api.query(QueryRoute("cases", GetClue, "/clues/{id}", ClueView, single=True), _TAG)
    api.query(QueryRoute("cases", GetClueDeadlines, "/clues/{id}/deadlines", Deadlines), _TAG)
    api.command(
        CommandRoute("cases", FileCase, "/clues/{id}/file-case", CaseView, location="/cases/{id}"),
        _TAG,
    )
    for command in (StopAct, DeclineFiling):
        path = f"/clues/{{id}}/{command.verb}"
        api.command(CommandRoute("cases", command, path, CaseView, location="/cases/{id}"), _TAG)
    api.commands("cases", [c for c in CLUE_COMMANDS if c is not FileCase], "/clues", ClueView, _TAG)
