"""Taking over existing cases: asked for by a coordinator, carried out by the worker batch by batch.

A row is known by its old number in the county, whether a case has it or, in a dry run, only a row before it. The same
number with the same party and filing day was taken over before and makes nothing new; the same number with others is
refused, for a person to look at.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.cases.domain.case import Case
from services.cases.domain.case_import import CaseImportRow, CaseRowOutcome
from services.cases.domain.clue import Clue
from services.cases.domain.file_import import CountyMissing
from services.cases.domain.taken_row import Fault, Surroundings, TakenRow, read_row
from services.cases.domain.taking_over import clue_of, same_case, taken_over
from services.cases.storage import case_import_jobs as jobs
from services.cases.storage.job_queue import ImportJob
from services.cases.storage.numbers import NumberKind
from services.cases.storage.unit import CasesUnit, Stored
from shared.contracts.case_imports import CaseImportView, StartCaseImport
from shared.contracts.case_table import OLD_NO
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import TianweiError
from shared.ids import new_id
from shared.operations import Call

Raw = tuple[int, Mapping[str, str]]
"""Number of a row as the spreadsheet counts it, and its cells by the heading of COLUMNS."""


def start_case_import(cmd: StartCaseImport, call: Call, unit: CasesUnit) -> CaseImportView:
    """Queue the file for the caller's county. The same file again is a new job whose rows are all known."""
    county = call.by.jurisdiction[:COUNTY_DIGITS]
    if len(county) < COUNTY_DIGITS:
        raise CountyMissing(call.by.jurisdiction)
    return jobs.view_of(jobs.enqueue(unit, new_id(), cmd, full_code(county)))


def take_over_batch(job: ImportJob, start: int, batch: Sequence[Raw], unit: CasesUnit) -> None:
    """Cases, their clues and events, the rows' outcomes and the job's progress, in one unit.

    start: rows before this batch, in file order. A batch that is in already is passed over. Raises LeaseLost.
    """
    held = jobs.lock(unit.connection, job)
    done = held["rows_done"]
    if done >= start + len(batch):
        return  # committed by a try whose answer was lost
    if done != start:
        raise ValueError(f"batch starts at {start}, the job is at {done}")
    rows = _Batch(job, unit, dry_run=held["dry_run"]).outcomes(batch)
    jobs.add_rows(unit.connection, job.id, rows)
    counts = {outcome: sum(row.outcome is outcome for row in rows) for outcome in CaseRowOutcome}
    jobs.QUEUE.advance(
        unit.connection,
        job,
        done=len(rows),
        created=counts[CaseRowOutcome.CREATED] + counts[CaseRowOutcome.ACCEPTABLE],
        known=counts[CaseRowOutcome.KNOWN],
        rejected=counts[CaseRowOutcome.REJECTED],
    )


def finish_case_import(job: ImportJob, unit: CasesUnit) -> None:
    """Every row has its outcome. Raises LeaseLost."""
    ending = jobs.STORE.from_row(jobs.lock(unit.connection, job))
    unit.record(ending, jobs.STORE, ending.finish(unit.now))


def refuse_case_import(job: ImportJob, problem: TianweiError, unit: CasesUnit) -> None:
    """The file as a whole cannot be taken. Raises LeaseLost."""
    ending = jobs.STORE.from_row(jobs.lock(unit.connection, job))
    unit.record(ending, jobs.STORE, ending.refuse(problem, unit.now))
    stated = {"code": problem.code, "field": problem.field, "facts": problem.facts}
    jobs.QUEUE.note_problem(unit.connection, job.id, stated)


class _Batch:
    """known: old number -> the case that has it; seen: good rows of this file, of which a dry run makes no case."""

    def __init__(self, job: ImportJob, unit: CasesUnit, *, dry_run: bool) -> None:
        self._job, self._unit, self._dry_run = job, unit, dry_run
        desk = unit.desk
        self._here = Surroundings(job.county_code, unit.moment.today, desk.divisions, desk.boxes)
        self._known: dict[str, tuple[Any, str, Any, str]] = {}
        self._seen: dict[str, dict[str, Any]] = {}
        self._clues: list[Clue] = []
        self._cases: list[Case] = []

    def outcomes(self, batch: Sequence[Raw]) -> list[CaseImportRow]:
        read = [(row_no, raw, self._read(raw)) for row_no, raw in batch]
        numbers = {row.old_no for _, _, row in read if isinstance(row, TakenRow)}
        connection = self._unit.connection
        for old_no, one in jobs.taken_over(connection, self._job.county_code, numbers).items():
            self._known[old_no] = (one["id"], one["case_no"], one["filed_at"], one["party_name"])
        self._seen = jobs.rows_before(connection, self._job.id, numbers)
        rows = [self._outcome(row_no, raw, row) for row_no, raw, row in read]
        self._unit.clues.insert_many(connection, self._clues)
        self._unit.cases.insert_many(connection, self._cases)
        return rows

    def _read(self, raw: Mapping[str, str]) -> TakenRow | Fault:
        try:
            return read_row(raw, self._here)
        except Fault as fault:
            return fault

    def _outcome(self, row_no: int, raw: Mapping[str, str], row: TakenRow | Fault) -> CaseImportRow:
        if isinstance(row, Fault):
            return _rejected(row_no, raw, row)
        known = self._known.get(row.old_no)
        if known is not None:
            id_, case_no, filed_at, party_name = known
            if same_case(row, filed_at, party_name):
                return CaseImportRow(row_no, CaseRowOutcome.KNOWN, row.old_no, id_, case_no)
            if row.old_no not in self._seen:
                fault = Fault(OLD_NO, "case-row.number-conflict", value=row.old_no, case_no=case_no)
                return _rejected(row_no, raw, fault)
        facts = {"filed_on": row.filed_on.isoformat(), "party_name": row.party_name}
        if (before := self._seen.get(row.old_no)) is not None:
            if before == facts:
                return CaseImportRow(row_no, CaseRowOutcome.KNOWN, row.old_no)
            return _rejected(row_no, raw, Fault(OLD_NO, "case-row.repeated", value=row.old_no))
        self._seen[row.old_no] = facts
        if self._dry_run:
            return CaseImportRow(row_no, CaseRowOutcome.ACCEPTABLE, row.old_no, facts=facts)
        case = self._take_over(row)
        self._known[row.old_no] = (case.id, case.case_no, case.filed_at, case.party_name)
        return CaseImportRow(row_no, CaseRowOutcome.CREATED, row.old_no, case.id, case.case_no, facts=facts)

    def _take_over(self, row: TakenRow) -> Case:
        unit, moment = self._unit, self._unit.moment
        clue, case = Clue(id=new_id()), Case(id=new_id())
        clue_no = unit.number(NumberKind.CLUE, row.division_code)
        case_no = unit.number(NumberKind.CASE, row.division_code)
        unit.record(clue, Stored(), [clue_of(row, clue, clue_no, case, case_no, moment)])
        unit.record(case, Stored(), [taken_over(row, case, case_no, clue, self._job.id, moment)])
        self._clues.append(clue)
        self._cases.append(case)
        return case


def _rejected(row_no: int, raw: Mapping[str, str], fault: Fault) -> CaseImportRow:
    old_no = raw.get(OLD_NO, "").strip()[:200] or None
    return CaseImportRow(
        row_no,
        CaseRowOutcome.REJECTED,
        old_no,
        field=fault.field,
        code=fault.code,
        facts=fault.facts,
        raw=dict(raw),
    )
