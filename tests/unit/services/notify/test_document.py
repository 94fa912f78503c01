"""A document: its table walked completely, and anything in any order."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace as changed
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.notify.adapters.registers import read_document_types, read_offices, read_receipt_terms
from services.notify.domain import document_table as table
from services.notify.domain.addressed import Dues
from services.notify.domain.document import Document, Frozen, Number, Origin
from services.notify.domain.document_table import TABLE, permit
from services.notify.domain.document_types import Approver
from services.notify.domain.errors import (
    CorrectionOfAnotherType,
    DocumentRoleMissing,
    DocumentSignedFor,
    DocumentTransitionNotAllowed,
    DrafterChecks,
    GlyphMissing,
    ReasonMissing,
)
from services.notify.domain.verify_codes import CODE_SIGNS, code_of
from shared.aggregate import replay
from shared.citations import known
from shared.contracts.base import Event
from shared.contracts.codes import ChannelKind, DocumentState, Role
from shared.contracts.document_events import DocumentIssuedV1, DocumentSignedForV1
from shared.contracts.documents import DOCUMENT_COMMANDS, DocumentContent, DocumentFile, DocumentSignature
from shared.errors import TianweiError
from shared.principal import Actor

ID = UUID("0190a000-0000-7000-8000-00000000000d")
OTHER_ID = UUID("0190a000-0000-7000-8000-00000000000e")
START = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)
VERSION = read_document_types().on("supervise_letter", date(2026, 4, 24))
DRAFTER = Actor("drafter", "拟稿人", frozenset({Role.COORDINATOR}), "640521", "640521")
DIRECTOR = Actor("director", "主任", frozenset({Role.OFFICE_DIRECTOR}), "640521", "640521")
NOBODY = Actor("nobody", "某", frozenset({Role.ADMINISTRATOR}), "640521", "640521")
CONTENT = DocumentContent(to=["甲"], copies=["乙"], facts={"matter": "某事"})
FILES = tuple(
    DocumentFile(format=kind, sha256=sign * 64, sm3=sign * 64, size=1) for kind, sign in (("pdf", "a"), ("docx", "b"))
)
SIGNATURE = DocumentSignature(alg="ed25519", key_id="k", public_key="p", value="v", statement="{}")
FROZEN = Frozen("办公室", VERSION.template, "c" * 64, FILES, SIGNATURE)
NUMBER = Number("中宁耕保督", 2026, 1, "中宁耕保督〔2026〕1号")
S = DocumentState
TERMS = read_receipt_terms()
LADDER = TERMS.ladder(date(2026, 4, 24))
# The term lies in the past, so that urging is a step of every state that has it.
DUES = Dues(START - timedelta(days=9), START - timedelta(days=8))

Step = Callable[[Document], list[Any]]
STEPS: dict[str, Step] = {
    "draft": lambda one: one.draft(VERSION, "题", CONTENT, Origin("coordination", "0" * 16, "c", DRAFTER), START),
    "revise": lambda one: one.revise("题二", CONTENT, DRAFTER, START),
    "fill": lambda one: one.fill(CONTENT, START),
    "discard": lambda one: one.discard("重复", DRAFTER, START),
    "check": lambda one: one.check(DIRECTOR, START),
    "return": lambda one: one.send_back("有误", DIRECTOR, START),
    "issue": lambda one: one.approve(VERSION, DIRECTOR, START),
    "issue-by-rule": lambda one: one.approve_by_rule("办公室（按抄告规则N01自动签发）", "N01", START),
    "serve": lambda one: one.serve("甲", ChannelKind.INBOX, None, DUES, START),
    "re-serve": lambda one: one.re_serve("甲", ChannelKind.PAPER, "未签收", DUES, DRAFTER, START),
    "accept": lambda one: one.accept("甲", 1, ChannelKind.EMAIL, "r", START),
    "exhaust": lambda one: one.exhaust("甲", "HTTP 500", START),
    "resume": lambda one: one.resume("甲", START),
    "urge": lambda one: one.urge("甲", LADDER, TERMS.days, START),
    "open": lambda one: one.open("甲", START),
    "print": lambda one: one.seal("题", NUMBER, FROZEN, None, START),
    "print-refused": lambda one: one.refuse_print(GlyphMissing("matter", "𓀀"), START),
    "deliver": lambda one: one.deliver("甲", "专人", START, DRAFTER, START),
    "sign-for": lambda one: one.sign_for("甲", "王五", START, DRAFTER, START),
    "close": lambda one: one.close("已口头确认", DIRECTOR, START),
    "withdraw": lambda one: one.withdraw(VERSION, "有误", DIRECTOR, START),
    "replace": lambda one: one.replace(Document(OTHER_ID, "640521000000"), START),
}
ISSUED: tuple[str, ...] = ("draft", "check", "issue", "print")
PATHS: dict[DocumentState | None, tuple[str, ...]] = {
    None: (),
    S.DRAFTED: ("draft",),
    S.CHECKED: ("draft", "check"),
    S.APPROVED: ("draft", "check", "issue"),
    S.ISSUED: ISSUED,
    S.DELIVERED: (*ISSUED, "deliver", "deliver-other"),
    S.SIGNED_FOR: (*ISSUED, "sign-for", "sign-other"),
    S.CLOSED: (*ISSUED, "close"),
    S.WITHDRAWN: (*ISSUED, "withdraw"),
    S.REPLACED: (*ISSUED, "replace"),
    S.DISCARDED: ("draft", "discard"),
}
MORE: dict[str, Step] = {
    "deliver-other": lambda one: one.deliver("乙", "专人", START, DRAFTER, START),
    "sign-other": lambda one: one.sign_for("乙", "赵六", START, DRAFTER, START),
}


# What has arrived arrives no more and tells nothing; what is signed for is not signed for again.
NOTHING_NEW = {(S.DELIVERED, "deliver"), (S.SIGNED_FOR, "deliver"), (S.SIGNED_FOR, "sign-for")}


def document_in(state: DocumentState | None) -> Document:
    made = Document(ID, "640521000000")
    for verb in PATHS[state]:
        replay(made, {**STEPS, **MORE}[verb](made))
    assert made.state is state
    return made


def test_every_verb_and_state_of_the_table_is_walked() -> None:
    assert {row.verb for row in TABLE} == set(STEPS)
    assert set(PATHS) == {None, *DocumentState}
    assert {command.verb for command in DOCUMENT_COMMANDS} == {row.verb for row in TABLE if row.who} - {"draft"}


@pytest.mark.parametrize("state", [None, *DocumentState])
@pytest.mark.parametrize("verb", sorted(STEPS))
def test_a_step_moves_a_document_only_as_the_table_says(state: DocumentState | None, verb: str) -> None:
    made = document_in(state)
    to = {row.to for row in TABLE if (row.at, row.verb) == (state, verb)}
    if to and (state, verb) not in NOTHING_NEW:
        replay(made, STEPS[verb](made))
        assert made.state in to
        return
    before = deepcopy(made)
    if (state, verb) in NOTHING_NEW and verb == "deliver":
        assert STEPS[verb](made) == []
    elif (state, verb) in NOTHING_NEW:
        with pytest.raises(DocumentSignedFor):
            STEPS[verb](made)
    else:
        with pytest.raises(DocumentTransitionNotAllowed) as refused:
            STEPS[verb](made)
        assert refused.value.code == "notify.document-transition-not-allowed"
        assert refused.value.facts["allowed"] == table.verbs(state)
        assert known(refused.value.facts["law"])
    assert made == before


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.at}-{row.verb}-{row.outcome}")
def test_a_row_is_its_roles_alone_and_stands_under_a_known_law(row: table.Row) -> None:
    for role in Role:
        by = changed(NOBODY, roles=frozenset({role}))
        if role in row.who:
            assert permit(row.at, row.verb, by, row.outcome) is row
        else:
            with pytest.raises((DocumentRoleMissing, DocumentTransitionNotAllowed)) as refused:
                permit(row.at, row.verb, by, row.outcome)
            assert refused.value.facts["law"] == row.law
    assert known(row.law)


def test_what_the_press_does_is_no_persons_step() -> None:
    everybody = changed(NOBODY, roles=frozenset(Role))
    for verb, state in (("print", S.APPROVED), ("print-refused", S.APPROVED), ("replace", S.ISSUED)):
        with pytest.raises(DocumentTransitionNotAllowed):
            permit(state, verb, everybody)
        assert verb not in table.verbs(state)


@pytest.mark.parametrize("version", list(read_document_types().versions()), ids=lambda version: version.template)
def test_who_may_issue_a_type_can_take_the_step(version: Any) -> None:
    for role in table.APPROVERS[version.approver]:
        by = changed(NOBODY, roles=frozenset({role}), org_code="natural_resources")
        permit(S.CHECKED, "issue", by)
        office = table.office_of(by)
        assert (office == "natural_resources") == (version.approver is Approver.AGENCY_HEAD)
        assert read_offices("640521000000").of("640521104000").issuer(office).mark


def test_who_drafted_neither_checks_nor_issues_though_he_could() -> None:
    both = changed(DRAFTER, roles=frozenset({Role.COORDINATOR, Role.OFFICE_DIRECTOR}))
    with pytest.raises(DrafterChecks):
        document_in(S.DRAFTED).check(both, START)
    with pytest.raises(DrafterChecks):
        document_in(S.CHECKED).approve(VERSION, both, START)


def test_who_revised_is_who_drafted() -> None:
    made = document_in(S.DRAFTED)
    replay(made, made.revise("题", CONTENT, DIRECTOR, START))
    with pytest.raises(DrafterChecks):
        made.check(DIRECTOR, START)
    replay(made, made.check(DRAFTER, START))


def test_closing_unsigned_says_why() -> None:
    with pytest.raises(ReasonMissing) as refused:
        document_in(S.ISSUED).close("", DIRECTOR, START)
    assert refused.value.facts["waiting"] == ["甲", "乙"]
    with pytest.raises(DocumentRoleMissing):
        document_in(S.ISSUED).close("忘了", DRAFTER, START)


def test_correction_of_a_correction_names_the_first_and_the_chain() -> None:
    first = document_in(S.ISSUED)
    second = Document(OTHER_ID, "640521000000", state=S.ISSUED, type=VERSION.type, title="二", chain=(first.named,))
    origin = Origin("coordination", "1" * 16, "c", DRAFTER, corrects=second)
    third = Document(UUID(int=3), "640521000000")
    replay(third, third.draft(VERSION, "三", CONTENT, origin, START))
    assert third.chain == (first.named, second.named)
    assert third.corrects == second.named


def test_correction_is_of_the_same_type() -> None:
    other = Document(OTHER_ID, "640521000000", state=S.ISSUED, type="talk_notice")
    with pytest.raises(CorrectionOfAnotherType):
        Document(ID, "640521000000").draft(
            VERSION, "题", CONTENT, Origin("coordination", "1" * 16, "c", DRAFTER, corrects=other), START
        )


def test_a_code_has_80_bits_and_no_sign_that_is_mistaken() -> None:
    assert code_of(bytes(10)) == "0" * 16
    assert code_of(b"\xff" * 10) == "Z" * 16
    assert set(code_of(bytes(range(10)))) <= set(CODE_SIGNS)
    assert len({code_of(bytes([*range(9), last])) for last in range(256)}) == 256
    assert not set("ILOU") & set(CODE_SIGNS)


class DocumentLife(RuleBasedStateMachine):
    """Anything in any order: the log alone gives the state; what is issued has its number and files and keeps them."""

    verbs = st.sampled_from(sorted({**STEPS, **MORE}))

    @initialize()
    def begin(self) -> None:
        self.document = Document(ID, "640521000000")
        self.events: list[Event] = []
        self.now = START

    @rule(verb=verbs)
    def step(self, verb: str) -> None:
        self.now += timedelta(minutes=1)
        before = deepcopy(self.document)
        try:
            told = {**STEPS, **MORE}[verb](self.document)
        except TianweiError:
            assert self.document == before
            return
        replay(self.document, told)
        self.events.extend(told)

    @invariant()
    def replaying_gives_the_same_state(self) -> None:
        again = Document(ID, "640521000000")
        replay(again, list(self.events))
        assert again == self.document

    @invariant()
    def a_number_comes_with_the_files_once_and_for_good(self) -> None:
        issued = [event for event in self.events if isinstance(event, DocumentIssuedV1)]
        assert len(issued) <= 1
        assert (self.document.number is not None) == (self.document.frozen is not None) == bool(issued)
        if issued:
            assert self.document.frozen == FROZEN
            assert self.document.number == NUMBER

    @invariant()
    def nobody_signs_twice_and_what_is_signed_has_arrived(self) -> None:
        signed = [event.recipient for event in self.events if isinstance(event, DocumentSignedForV1)]
        assert len(signed) == len(set(signed))
        assert all(receipt.delivered_at for receipt in self.document.receipts if receipt.signed_at)

    @invariant()
    def withdrawn_only_while_nobody_has_signed(self) -> None:
        if self.document.state is S.WITHDRAWN:
            assert not any(receipt.signed_at for receipt in self.document.receipts)


TestDocumentLife = DocumentLife.TestCase
TestDocumentLife.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
