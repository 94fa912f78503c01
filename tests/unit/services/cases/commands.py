"""Ready commands, people and registers for tests of the domain of cases."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gateway.cli.demo.acceptance import ACCEPTED
from services.cases.domain import case, clue, rectification
from services.cases.domain.progress import Moment
from services.cases.wiring import read_deadlines, shipped_path_rules
from shared.contracts import cases as c
from shared.contracts import clue_steps as st
from shared.contracts import clues as cl
from shared.contracts import rectifications as ri
from shared.contracts.action_steps import (
    ActionStep,
    HandedItem,
    MusterEntry,
    RecordActing,
    RecordEvidence,
    RecordMeeting,
    RecordOnSite,
    SummariseAction,
)
from shared.contracts.codes import (
    COUNTY_AGENCIES,
    ActionForm,
    Agency,
    ClosingGround,
    ClueSource,
    DocumentKind,
    Measure,
    RectificationMethod,
    ReturnReason,
    Role,
    SentBackReason,
    TransferReply,
    VerificationOpinion,
    ViolationType,
)
from shared.contracts.joint_actions import ConveneJointAction, TaskLetter
from shared.contracts.parts import DocumentRef
from shared.principal import Actor

REGISTER = read_deadlines()
RULES = shipped_path_rules()
COORDINATOR = Actor("c", "王协调", frozenset({Role.COORDINATOR}), "640521000000", "640521")
OFFICER = Actor("o", "李乡镇", frozenset({Role.TOWNSHIP_OFFICER}), "640521104", "640521104")
AGENCY = Actor("a", "周部门", frozenset({Role.AGENCY_OFFICER}), "agriculture", "640521")
CITY = Actor("s", "吴市级", frozenset({Role.SUPERIOR_REVIEWER}), "640500000000", "6405")
PROVINCE = Actor("p", "郑自治区", frozenset({Role.SUPERIOR_REVIEWER}), "640000000000", "64")
STRANGER = Actor("r", "冯收文", frozenset({Role.RECIPIENT_CLERK}), "party_committee", "640521")
START = datetime(2026, 4, 20, 1, 12, tzinfo=UTC)
TOWNSHIP = "640521104000"
OFFICERS = ["甲", "乙"]
# Every paper that a step of these objects asks for: a command carries fifty at most.
ALL_PAPERS = [
    DocumentRef(kind=kind, title=kind.value)
    for kind in DocumentKind
    if any(kind in row.needs for table in (clue.TABLE, case.TABLE, rectification.TABLE) for row in table)
]


def moment(by: Actor = COORDINATOR, now: datetime = START) -> Moment:
    return Moment(by, now, REGISTER, RULES)


def report(**changes: Any) -> cl.ReportClue:
    values: dict[str, Any] = {
        "source": ClueSource.PATROL,
        "division_code": TOWNSHIP,
        "place": "恩和镇",
        "description": "堆砂",
        "area_m2": Decimal(8400),
    }
    return cl.ReportClue(**{**values, **changes})


def opinion(value: VerificationOpinion, documents: list[DocumentRef]) -> cl.SubmitOpinion:
    return cl.SubmitOpinion(
        opinion=value,
        facts="现场属实",
        area_m2=Decimal("8400.25"),
        farmland_area_m2=Decimal(7000),
        pbf_area_m2=Decimal(4200),
        documents=documents,
    )


def filing(documents: list[DocumentRef]) -> cl.FileCase:
    return cl.FileCase(
        title="违法占地案",
        violation_types=[ViolationType.VT01],
        party_name="某砂场",
        party_kind="firm",
        lead_agency=Agency.NATURAL_RESOURCES,
        officers=OFFICERS,
        reason="符合立案条件",
        documents=documents,
    )


def clue_command(
    verb: str, documents: list[DocumentRef], value: VerificationOpinion = VerificationOpinion.NON_AGRI_ILLEGAL
) -> Any:
    return {
        "report": report(),
        "assign": cl.AssignClue(township_code=TOWNSHIP, reason="分派"),
        "sign": cl.SignClue(),
        "return": cl.ReturnClue(return_reason=ReturnReason.PLACE_OUTSIDE, reason="在邻镇"),
        "reject": cl.RejectClue(reason="非耕地"),
        "start-verification": cl.StartVerification(officers=OFFICERS),
        "submit-opinion": opinion(value, documents),
        "close": cl.CloseClue(reason="有批文"),
        "deduplicate": st.ConfirmUnique(),
        "start-review": st.StartReview(),
        "pass-review": st.PassReview(),
        "send-back": st.SendBack(reasons=[SentBackReason.NO_AZIMUTH], note="两张照片无方位角"),
        "transfer-out": st.TransferOut(body="林草局", reason="属林地"),
        "answer-transfer": st.AnswerTransfer(reply=TransferReply.RETURNED, replied_on=START.date()),
        "archive": st.ArchiveClue(),
        "file-case": filing(documents),
    }[verb]


def case_command(
    verb: str, documents: list[DocumentRef], now: datetime, ground: ClosingGround = ClosingGround.EXECUTED
) -> Any:
    return {
        "investigate": c.StartInvestigation(officers=OFFICERS, documents=documents),
        "conclude": c.ConcludeInvestigation(conclusion="事实清楚", documents=documents),
        "review": c.ReviewCase(documents=documents),
        "notice": c.NotifyParty(
            intended_penalty="恢复", measures=[Measure.RESTORE], served_at=now, documents=documents
        ),
        "decide": c.DecideCase(decision="恢复", decision_no="1号", measures=[Measure.RESTORE], documents=documents),
        "serve": c.ServeDecision(service_method="direct", served_at=now, documents=documents),
        "perform": c.StartPerformance(documents=documents),
        "execute": c.CompleteExecution(documents=documents),
        "close": c.CloseCase(ground=ground, documents=documents),
    }[verb]


def order(documents: list[DocumentRef]) -> ri.OrderRectification:
    return ri.OrderRectification(
        title="整改",
        method=RectificationMethod.DEMOLISH_AND_RESTORE,
        area_m2=Decimal(8400),
        farmland_area_m2=Decimal(7000),
        term_days=15,
        responsible_person="镇长",
        requirement="拆除复耕",
        documents=documents,
    )


def item_command(
    verb: str, documents: list[DocumentRef], area_m2: Decimal = Decimal(8400), *, passed: bool = True
) -> Any:
    return {
        "report": ri.ReportRectification(rectified_area_m2=area_m2, account="完成", documents=documents),
        "check": ri.CheckRectification(passed=passed, account="核查", documents=documents),
        "accept": ri.AcceptRectification.model_validate(
            {**ACCEPTED, "rectified_area_m2": area_m2, "account": "现场实测", "documents": documents}
        ),
        "request-review": ri.RequestReview(documents=documents),
        "strike-off": ri.StrikeOff(documents=documents),
    }[verb]


def invitation(
    *agencies: Agency,
    acting_at: datetime = START,
    urgent: bool = False,
    form: ActionForm = ActionForm.CONSULTATION,
) -> ConveneJointAction:
    return ConveneJointAction(
        title="联合执法",
        reason="拒不停止",
        place="恩和镇",
        acting_at=acting_at,
        urgent=urgent,
        lead_agency=next((agency for agency in agencies if agency in COUNTY_AGENCIES), COUNTY_AGENCIES[0]),
        form=form,
        tasks=[TaskLetter(agency=agency, matter="到场") for agency in agencies],
    )


def action_step(verb: str, agencies: list[Agency], at: datetime, documents: list[DocumentRef]) -> ActionStep:
    """A step on site of all these agencies, the first of which hands over its evidence."""
    return {
        "record-meeting": RecordMeeting(met_at=at, attended=agencies, account="明确分工", documents=documents),
        "record-acting": RecordActing(
            started_at=at,
            muster=[MusterEntry(agency=agency, persons=["某甲"]) for agency in agencies],
            account="停工",
            documents=documents,
        ),
        "record-on-site": RecordOnSite(signed_by=["某甲"], documents=documents),
        "record-evidence": RecordEvidence(
            agency=agencies[0],
            handed_at=at,
            received_by="某乙",
            items=[HandedItem(title="照片", sha256="a" * 64)],
            documents=documents,
        ),
        "summarise": SummariseAction(account="办结", documents=documents),
    }[verb]
