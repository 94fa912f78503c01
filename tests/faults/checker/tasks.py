"""Every task of a joint action is at its agency's door, and nowhere else; both sides picture it alike (R3, R5, R9)."""

import json
from collections.abc import Collection
from typing import Any

from tests.faults.checker.database import Database
from tests.faults.checker.report import Findings

_ORDERED = """
SELECT a.id, a.case_id, a.action_no, a.title, a.place, a.division_code, t
FROM joint_action a CROSS JOIN jsonb_array_elements(a.tasks) t
"""
_GIVEN = """
SELECT id, action_id, case_id, action_no, title, place, division_code, agency, state, letter, signed_by,
       return_reason, decline_reason, result, sign_due_on::text, feedback_due_on::text
FROM agency_task
"""
_HEAD = ("case_id", "action_no", "title", "place", "division_code")
_FACTS = (
    *("state", "letter", "signed_by", "return_reason", "decline_reason", "result", "sign_due_on", "feedback_due_on"),
)
_JSON = ("letter", "result")


def check_tasks(cases: Database, agencies: Database, findings: Findings, poisoned: Collection[str]) -> None:
    """poisoned: actions and tasks whose events may be parked."""
    ordered = {row[-1]["id"]: row for row in map(_decoded, cases.rows(_ORDERED))}
    given = {row["id"]: row for row in map(_named, agencies.rows(_GIVEN))}
    for id_ in ordered.keys() - given.keys():
        action, task = ordered[id_][0], ordered[id_][-1]
        if not {id_, action} & set(poisoned):
            findings.add("lost", f"task {id_} of action {action} for {task['letter']['agency']} is not in agencies")
    for id_ in given.keys() - ordered.keys():
        findings.add("phantom", f"agencies: task {id_} of action {given[id_]['action_id']} which does not know it")
    for id_ in ordered.keys() & given.keys():
        if not {id_, given[id_]["action_id"]} & set(poisoned):
            _compare(ordered[id_], given[id_], findings)
    findings.looked_at("tasks", len(given))


def _compare(ordered: tuple[Any, ...], given: dict[str, Any], findings: Findings) -> None:
    action, *head, task = ordered
    label = f"task {task['id']} of action {action}"
    if given["agency"] != task["letter"]["agency"]:
        findings.add("wrong_receiver", f"{label}: for {task['letter']['agency']}, is at {given['agency']}")
    if given["action_id"] != action:
        findings.add("wrong_receiver", f"{label}: agencies has it in action {given['action_id']}")
    names = [name for name, value in zip(_HEAD, head, strict=True) if given[name] != value]
    # What is withdrawn has been declined or reassigned before, and the coordinator keeps that.
    if given["state"] != "withdrawn":
        names += [name for name in _FACTS if given[name] != task[name]]
    if names:
        findings.add("disagree", f"{label}: cases and agencies have different {names}")


def _decoded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:-1], json.loads(row[-1]))


def _named(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("id", "action_id", *_HEAD, "agency", *_FACTS)
    found = dict(zip(names, row, strict=True))
    return {**found, **{name: found[name] and json.loads(found[name]) for name in _JSON}}
