"""The tables themselves: every state and verb has a row or is refused; rows name only what exists."""

from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest

from services.cases.domain import (
    action_proposal,
    assistance,
    case,
    clue,
    clue_table,
    joint_action,
    listing,
    police_transfer,
    rectification,
    sealed_record,
)
from services.cases.domain.transitions import (
    ALL_CLOCKS,
    DocumentMissing,
    OutcomeNotAllowed,
    Row,
    TransitionNotAllowed,
    Transitions,
)
from shared.citations import known
from shared.contracts.action_proposals import PROPOSAL_COMMANDS, ApproveProposal
from shared.contracts.assistance import ASSISTANCE_COMMANDS, RequestAssistance
from shared.contracts.base import Command
from shared.contracts.case_paths import CASE_PATH_COMMANDS, DeclineFiling, StopAct
from shared.contracts.cases import CASE_COMMANDS
from shared.contracts.clue_steps import CLUE_STEPS
from shared.contracts.clues import CLUE_COMMANDS
from shared.contracts.codes import (
    AssistanceState,
    CaseState,
    ClueState,
    DocumentKind,
    JointActionState,
    ListingState,
    ProposalState,
    RectificationState,
    ReviewState,
    Role,
    SealedState,
    TransferState,
)
from shared.contracts.joint_actions import JOINT_ACTION_COMMANDS, ConveneJointAction
from shared.contracts.listings import LISTING_COMMANDS, ProposeListing
from shared.contracts.police_transfers import TRANSFER_COMMANDS, SuspectCrime
from shared.contracts.rectifications import RECTIFICATION_COMMANDS, OpenRectification
from shared.contracts.sealed_records import SEALED_COMMANDS, OpenSealed, SealClue
from shared.errors import NotAllowed
from tests.unit.services.cases.commands import COORDINATOR, OFFICER, REGISTER

TABLES: list[tuple[Transitions[Any], type[StrEnum]]] = [
    (clue.TABLE, ClueState),
    (clue_table.REVIEW, ReviewState),
    (case.TABLE, CaseState),
    (rectification.TABLE, RectificationState),
    (joint_action.TABLE, JointActionState),
    (police_transfer.TABLE, TransferState),
    (listing.TABLE, ListingState),
    (action_proposal.TABLE, ProposalState),
    (assistance.TABLE, AssistanceState),
    (sealed_record.TABLE, SealedState),
]
# Somebody with every part in the office, and somebody with none.
ALL_ROLES = replace(COORDINATOR, roles=frozenset(Role))
NOBODY = replace(COORDINATOR, roles=frozenset({Role.ADMINISTRATOR}))
STEPS = [
    pytest.param(table, state, verb, id=f"{table.name}-{state and state.value}-{verb}")
    for table, states in TABLES
    for state in (None, *states)
    for verb in sorted({row.verb for row in table})
]


@pytest.mark.parametrize(("table", "state", "verb"), STEPS)
def test_every_state_and_verb_has_a_row_or_is_refused(table: Transitions[Any], state: Any, verb: str) -> None:
    rows = [row for row in table if (row.at, row.verb) == (state, verb)]
    if not rows:
        with pytest.raises(TransitionNotAllowed) as caught:
            table.permit(state, verb, ALL_ROLES, DocumentKind)
        assert caught.value.facts["allowed"] == table.verbs(state)
        assert caught.value.facts["law"] == table.law(verb)
    for row in rows:
        assert table.permit(state, verb, ALL_ROLES, DocumentKind, row.outcome) is row
        with pytest.raises(OutcomeNotAllowed):
            table.permit(state, verb, ALL_ROLES, DocumentKind, "no such outcome")
        if row.who:
            with pytest.raises(NotAllowed) as refused:
                table.permit(state, verb, NOBODY, DocumentKind, row.outcome)
            assert refused.value.facts["law"] == table.law(verb)
        for missing in row.needs:
            with pytest.raises(DocumentMissing) as lacking:
                table.permit(state, verb, ALL_ROLES, set(DocumentKind) - {missing}, row.outcome)
            assert lacking.value.facts["missing"] == [missing]


ROWS = [
    pytest.param(row, id=f"{table.name}-{row.at and row.at.value}-{row.verb}-{row.outcome}")
    for table, _ in TABLES
    for row in table
]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_starts_and_stops_only_clocks_of_the_register(row: Row[Any]) -> None:
    assert all(rule_id in REGISTER for rule_id in row.starts)
    assert row.stops == ALL_CLOCKS or all(rule_id in REGISTER for rule_id in row.stops)


@pytest.mark.parametrize(("table", "states"), TABLES, ids=[table.name for table, _ in TABLES])
def test_every_state_can_be_reached(table: Transitions[Any], states: type[StrEnum]) -> None:
    # The review begins where the clue's verification does.
    reached: set[Any] = {None} if table.name != "clue-review" else {None, ReviewState.VERIFYING}
    while True:
        further = reached | {row.to for row in table if row.at in reached}
        if further == reached:
            break
        reached = further
    assert reached == {None, *states}


@pytest.mark.parametrize(
    ("table", "ends"),
    [
        (clue.TABLE, {"to_case", "linked_to_existing", "split", "rejected", "archived"}),
        (case.TABLE, {"not_filed"}),
        (rectification.TABLE, set()),
        (joint_action.TABLE, {"closed", "cancelled"}),
        (police_transfer.TABLE, {"closed_admin", "ended"}),
        (listing.TABLE, {"declined", "published"}),
        (action_proposal.TABLE, {"approved", "declined"}),
        (assistance.TABLE, {"answered", "refused", "withdrawn"}),
        (sealed_record.TABLE, {"answered", "declined"}),
    ],
    ids=lambda given: given.name if isinstance(given, Transitions) else "",
)
def test_only_the_ends_have_no_way_on(table: Transitions[Any], ends: set[str]) -> None:
    states = {row.to for row in table}
    assert {state.value for state in states if all(row.to == state for row in table if row.at == state)} == ends


def test_every_command_of_the_contracts_has_rows() -> None:
    asked: list[tuple[Transitions[Any], tuple[type[Command], ...]]] = [
        (clue.TABLE, (*CLUE_COMMANDS, *CLUE_STEPS, StopAct, DeclineFiling)),
        (case.TABLE, (*CASE_COMMANDS, *CASE_PATH_COMMANDS, ConveneJointAction, OpenRectification, SuspectCrime)),
        (police_transfer.TABLE, TRANSFER_COMMANDS),
        (listing.TABLE, (*LISTING_COMMANDS, ProposeListing)),
        (assistance.TABLE, (*ASSISTANCE_COMMANDS, RequestAssistance)),
        (action_proposal.TABLE, (*PROPOSAL_COMMANDS, ApproveProposal)),
        (sealed_record.TABLE, (*SEALED_COMMANDS, SealClue, OpenSealed)),
        (rectification.TABLE, RECTIFICATION_COMMANDS),
        (joint_action.TABLE, JOINT_ACTION_COMMANDS),
    ]
    for table, commands in asked:
        assert {command.verb for command in commands} <= {row.verb for row in table}


def test_townships_verify_and_put_right_but_do_not_decide() -> None:
    theirs = {(table.name, row.verb) for table, _ in TABLES for row in table if OFFICER.roles & row.who}
    assert theirs == {
        ("clue", "report"),
        ("clue", "sign"),
        ("clue", "return"),
        ("clue", "start-verification"),
        ("clue", "split"),
        ("clue", "split-off"),
        ("clue", "submit-opinion"),
        ("clue", "stop"),
        ("case", "stop"),
        ("case", "report-stop"),
        ("case", "report-defiance"),
        ("case", "request-recusal"),
        ("rectification", "start"),
        ("rectification", "request-extension"),
        ("clue-review", "start-verification"),
        ("clue-review", "submit-opinion"),
        ("rectification", "report"),
        ("rectification", "check"),
        ("rectification", "recheck"),
        ("listing", "sign"),
        ("listing", "begin"),
        ("listing", "request-extension"),
        ("listing", "report-done"),
        ("action_proposal", "propose"),
    }


def test_only_the_chief_or_who_stands_in_approves_a_hand_over() -> None:
    for row in police_transfer.TABLE:
        if row.verb in ("approve", "refuse-approval"):
            assert row.who == {Role.CHIEF, Role.ACTING_CHIEF}


@pytest.mark.parametrize("table", [table for table, _ in TABLES], ids=lambda table: table.name)
def test_every_law_that_a_table_cites_is_in_the_register(table: Transitions[Any]) -> None:
    cited = {table.law(row.verb) for row in table} - {""}
    assert [law for law in cited if not known(law)] == []


def test_two_rows_for_one_step_are_a_mistake_of_the_table() -> None:
    row = Row("sign", ClueState.ASSIGNED, ClueState.SIGNED)
    with pytest.raises(ValueError, match="two rows"):
        Transitions("clue", row, row)
