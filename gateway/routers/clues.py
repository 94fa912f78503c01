"""Clues (线索)."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from gateway.routers import clue_exports
from shared.contracts.base import Page
from shared.contracts.case_paths import DeclineFiling, StopAct
from shared.contracts.cases import CaseView
from shared.contracts.clue_duplicates import DecideDuplicate, DuplicateRow, GetDuplicate, ListDuplicates
from shared.contracts.clue_steps import CLUE_STEPS, ReporterTold, ReporterView, TellReporter, ViewReporter
from shared.contracts.clues import CLUE_COMMANDS, ClueRow, ClueView, FileCase, GetClue, ListClues, ReportClue
from shared.contracts.deadlines import Deadlines, GetClueDeadlines

_TAG = "clues"


def add_to(api: Api) -> None:
    api.command(
        CommandRoute("cases", ReportClue, "/clues", ClueView, target=None, location="/clues/{id}"),
        _TAG,
    )
    api.query(QueryRoute("cases", ListClues, "/clues", Page[ClueRow]), _TAG)
    clue_exports.add_to(api)  # before `/clues/{id}`, which would take its address for an id
    api.query(QueryRoute("cases", GetClue, "/clues/{id}", ClueView, single=True), _TAG)
    api.query(QueryRoute("cases", GetClueDeadlines, "/clues/{id}/deadlines", Deadlines), _TAG)
    api.command(
        CommandRoute("cases", FileCase, "/clues/{id}/file-case", CaseView, location="/cases/{id}"),
        _TAG,
    )
    for command in (StopAct, DeclineFiling):
        path = f"/clues/{{id}}/{command.verb}"
        api.command(CommandRoute("cases", command, path, CaseView, location="/cases/{id}"), _TAG)
    api.commands("cases", CLUE_STEPS, "/clues", ClueView, _TAG)
    api.commands("cases", [ViewReporter], "/clues", ReporterView, _TAG, guarded=False)
    api.commands("cases", [TellReporter], "/clues", ReporterTold, _TAG, guarded=False)
    api.query(QueryRoute("cases", ListDuplicates, "/clue-duplicates", Page[DuplicateRow]), _TAG)
    api.query(QueryRoute("cases", GetDuplicate, "/clue-duplicates/{id}", DuplicateRow, single=True), _TAG)
    api.commands("cases", [DecideDuplicate], "/clue-duplicates", DuplicateRow, _TAG)
    api.commands("cases", [c for c in CLUE_COMMANDS if c is not FileCase], "/clues", ClueView, _TAG)
