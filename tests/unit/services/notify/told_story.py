"""The worked example (domain.md 8.1) as cases tells it to its end, and the dossiers that come of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.notify.domain.dossier import Dossier, DossierKind, merged
from services.notify.domain.known import Family
from services.notify.handlers.on_dossiers import TELLERS
from shared.contracts import assistance as a
from shared.contracts import case_path_events as path
from shared.contracts import cases_events as c
from shared.contracts import joint_action_events as j
from shared.contracts import listings as ls
from shared.contracts import police_transfer_events as t
from shared.contracts import rectification_events as r
from shared.contracts.base import Event
from tests.unit.services.notify.facts import (
    ACTION_ID,
    CASE_ID,
    CASE_NO,
    CLUE_ID,
    ENHE,
    ITEM_ID,
    LETTER_ID,
    LISTING_ID,
    TASK_ID,
    TRANSFER_ID,
    at,
    case_filed,
    investigation_started,
)
from tests.unit.services.notify.facts import rectification_ordered as ordered
from tests.unit.services.notify.facts import rectification_struck_off as struck_off
from tests.unit.services.notify.told_steps import action_steps, evidence, procedure, proposals


def paper(kind: str, title: str, number: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "title": title, "document_no": number}


def clue() -> list[Event]:
    head = {"clue_id": CLUE_ID, "clue_no": "ZW-CL-640521-2026-00001"}
    received = c.ClueReceivedV1(
        **head,
        at=at(4, 20),
        from_state=None,
        to_state="received",
        clue_source="satellite_patch",
        division_code=ENHE,
        division_name="恩和镇",
        place="恩和镇某村三队",
        description="疑似建设砂场",
        longitude=None,
        latitude=None,
        area_m2=Decimal("8400.00"),
        farmland_area_m2=None,
        pbf_area_m2=None,
        suspected_type="VT03",
        found_at=at(4, 18),
        patch={"patch_no": "640521WP26000037"},
    )
    assigned = c.ClueAssignedV1(
        **head, at=at(4, 20), from_state="received", to_state="assigned", township_code=ENHE, agency=None
    )
    started = c.ClueVerificationStartedV1(
        **head, at=at(4, 21), from_state="signed", to_state="verifying", officers=["马建国", "李晓燕"], visited_at=None
    )
    opinion = c.ClueOpinionSubmittedV1(
        **head,
        at=at(4, 22),
        from_state="verifying",
        to_state="opinion_submitted",
        opinion="non_agri_illegal",
        facts="现场硬化地面、堆放砂石。",
        area_m2=Decimal("8400.00"),
        farmland_area_m2=Decimal("7000.00"),
        pbf_area_m2=Decimal("4200.00"),
        suspected_type="VT03",
        proof={"facility_filing_no": "宁设农备1号"},
        documents=[paper("verification_report", "核查报告")],
    )
    photo = evidence()
    return [received, assigned, started, opinion, photo]


def case() -> list[Event]:
    head = {"case_id": CASE_ID, "case_no": CASE_NO}
    concluded = c.CaseInvestigationConcludedV1(
        **head,
        at=at(5, 20),
        from_state="investigating",
        to_state="report_done",
        conclusion="未经批准占用耕地建设砂场，事实清楚。",
        documents=[paper("investigation_report", "调查报告", "中宁自然资调〔2026〕1号")],
    )
    appraised = path.CaseAppraisedV1(
        **head,
        at=at(5, 10),
        from_state="investigating",
        to_state="investigating",
        opinion_on=date(2026, 5, 10),
        opinion_no="鉴〔2026〕1号",
        destroyed=True,
        destroyed_area_m2=Decimal("7000.00"),
        destroyed_pbf_area_m2=Decimal("4200.00"),
        recoverability="可恢复",
        transfer_due=True,
        near_threshold=False,
    )
    penalty = {"measures": ["return_land", "demolish", "fine"], "fine_yuan": Decimal("126000.00")}
    notified = c.CasePartyNotifiedV1(
        **head,
        **penalty,
        at=at(6, 1),
        from_state="under_review",
        to_state="noticed",
        intended_penalty="退还土地，限期拆除，罚款。",
        served_at=at(6, 1),
        hearing_offered=True,
    )
    decided = c.CaseDecidedV1(
        **head,
        **penalty,
        at=at(6, 15),
        from_state="noticed",
        to_state="decided",
        decision="退还非法占用的土地，限期拆除，罚款126000元。",
        decision_no="中宁自然资罚〔2026〕7号",
    )
    served = c.CaseServedV1(
        **head, at=at(6, 16), from_state="decided", to_state="served", service_method="direct", served_at=at(6, 16)
    )
    demanded = path.CasePerformanceDemandedV1(
        **head,
        at=at(7, 20),
        from_state="performing",
        to_state="demanded",
        service_method="direct",
        served_at=at(7, 20),
        added_yuan=Decimal(0),
    )
    executed = c.CaseExecutedV1(**head, at=at(7, 25), from_state="performing", to_state="executed")
    closed = c.CaseClosedV1(**head, at=at(7, 26), from_state="executed", to_state="closed", ground="executed")
    filed = case_filed(clue_id=CLUE_ID, party_kind="individual_business", reason="符合立案条件，建议立案。")
    return [filed, investigation_started(), appraised, concluded, notified, decided, served, demanded, executed, closed]


def item() -> list[Event]:
    head = {"item_id": ITEM_ID, "item_no": "ZW-RI-640521-2026-00001", "case_id": CASE_ID}
    alarm = c.DeadlineAlarmRaisedV1(
        at=at(7, 14),
        object_type="rectification",
        object_id=ITEM_ID,
        object_no=head["item_no"],
        division_code=ENHE,
        rule_id="R01",
        title="整改期限",
        step="E2",
        action="urge",
        colour="orange",
        to=[],
        holder="township",
        agencies=[],
        township_code=None,
        due_on=date(2026, 7, 7),
        due_at=None,
        planned_at=at(7, 14),
        days_over=5,
    )
    asked = r.RectificationExtensionRequestedV1(
        **head,
        at=at(7, 1),
        from_state="rectifying",
        to_state="rectifying",
        days=10,
        delay_reason="season",
        asked_on=date(2026, 7, 1),
        reason="作物未收",
    )
    extended = r.RectificationExtendedV1(
        **head,
        at=at(7, 2),
        from_state="rectifying",
        to_state="rectifying",
        approved_by="主任",
        recounts=[{"rule_id": "R01", "due_on": date(2026, 7, 17), "provisional": False}],
    )
    reported = r.RectificationReportedV1(
        **head,
        at=at(7, 15),
        from_state="rectifying",
        to_state="reported",
        rectified_area_m2=Decimal("8400.00"),
        account="已拆除复耕。",
    )
    checked = r.RectificationTownshipCheckedV1(
        **head, at=at(7, 16), from_state="reported", to_state="township_checked", passed=True, account="属实。"
    )
    accepted = r.RectificationAcceptedV1(
        **head,
        at=at(7, 17),
        from_state="township_checked",
        to_state="accepted_county",
        rectified_area_m2=Decimal("8400.00"),
        tillage_state="ready_to_sow",
        members=["李四", "王五"],
        on_site=[{"name": "李四", "agency": "natural_resources"}, {"name": "王五", "agency": "agriculture"}],
        documents=[paper("acceptance_sheet", "验收单")],
    )
    return [ordered(), asked, extended, alarm, reported, checked, accepted, struck_off()]


def joint_work() -> list[Event]:
    brief = j.ActionBrief(
        case_no=CASE_NO,
        case_title=None,
        party_name=None,
        violation_types=[],
        division_code=ENHE,
        division_name="恩和镇",
        place=None,
        longitude=None,
        latitude=None,
        area_m2=None,
        farmland_area_m2=None,
        pbf_area_m2=None,
    )
    letter = {
        "agency": "agriculture",
        "matter": "鉴定毁坏程度",
        "legal_basis": "土地管理法第七十五条",
        "output": "鉴定意见",
    }
    task = {"task_id": TASK_ID, "letter": letter, "sign_due_on": "2026-05-06", "feedback_due_on": "2026-05-13"}
    action = {"action_id": ACTION_ID, "action_no": "ZW-JA-640521-2026-00001", "case_id": CASE_ID}
    convened = j.JointActionConvenedV1(
        **action,
        at=at(4, 30),
        from_state=None,
        to_state="notified",
        title="砂场联合执法",
        place="恩和镇某村三队",
        acting_at=at(5, 8),
        urgent=False,
        lead_agency="natural_resources",
        brief=brief,
        tasks=[task],
    )
    done = j.JointActionTaskReportedV1(
        **action,
        at=at(5, 12),
        from_state="acting",
        to_state="acting",
        task_id=TASK_ID,
        agency="agriculture",
        result={"kind": "damage_appraisal", "conclusion": "种植条件严重毁坏。"},
    )
    head = {
        "assistance_id": LETTER_ID,
        "letter_no": "ZW-AS-640521-2026-00001",
        "case_id": CASE_ID,
        "from_agency": "natural_resources",
        "to_agency": "public_security",
        "to_body": None,
    }
    due = {"rule_id": "J08", "title": "协助函复", "limit": 5, "unit": "working_day", "started_at": at(5, 6)}
    asked = a.AssistanceRequestedV1(
        **head,
        at=at(5, 6),
        from_state=None,
        to_state="requested",
        case_no=CASE_NO,
        division_code=ENHE,
        matters=["identity_check"],
        details="核对当事人身份",
        basis="APL 26",
        answer_form="written_reply",
        contact="张三",
        urgent=False,
        requested_by="张三",
        refuse_by_on=None,
        starts=[{**due, "due_on": "2026-05-13", "provisional": False}],
    )
    answered = a.AssistanceAnsweredV1(
        **head,
        at=at(5, 11),
        from_state="requested",
        to_state="answered",
        result="done",
        account="身份属实。",
        answered_by="民警",
        answered_on=date(2026, 5, 11),
        channel="system",
        documents=[paper("feedback_letter", "反馈函")],
    )
    return [*proposals(), convened, *action_steps(), done, asked, answered]


def measures() -> list[Event]:
    head = {"listing_id": LISTING_ID, "listing_no": "ZW-LS-640521-2026-00001", "case_id": CASE_ID}
    proposed = ls.ListingProposedV1(
        **head,
        at=at(5, 15),
        from_state=None,
        to_state="proposed",
        case_no=CASE_NO,
        division_code=ENHE,
        level="county",
        level_title="县级",
        basis="SEED 8",
        target_unit="恩和镇人民政府",
        requirements=["拆除复耕"],
        term_days=60,
        contact="李四",
        is_open=True,
        proposed_by="system",
        reason="占用永久基本农田超过五亩。",
    )
    approved = ls.ListingApprovedV1(
        **head,
        at=at(5, 16),
        from_state="proposed",
        to_state="approved",
        approved_by="组长",
        target_unit="恩和镇人民政府",
        term_days=60,
        contact="李四",
        requirements=["拆除复耕"],
        term_on=date(2026, 7, 15),
    )
    told = ls.ListingNotifiedV1(
        **head, at=at(5, 17), from_state="approved", to_state="notified", notice_no="挂1号", sent_on=date(2026, 5, 17)
    )
    verified = ls.ListingVerifiedV1(
        **head, at=at(7, 18), from_state="done_reported", to_state="verified", passed=True, account="已整改到位。"
    )
    transfer = {"transfer_id": TRANSFER_ID, "transfer_no": "ZW-TR-640521-2026-00001", "case_id": CASE_ID}
    reported = t.PoliceTransferReportedV1(
        **transfer,
        at=at(5, 21),
        from_state="due",
        to_state="reported",
        case_no=CASE_NO,
        lead_agency="natural_resources",
        division_code=ENHE,
        mandatory=True,
        suspected_crime="非法占用农用地罪",
        report="达到追诉标准。",
        team=["张三", "李四"],
    )
    handed = t.PoliceTransferHandedOverV1(
        **transfer,
        at=at(5, 22),
        from_state="approved",
        to_state="receipted",
        police_organ="县公安局",
        received_at=at(5, 22),
        received_by="民警",
        receipt_no="收1号",
        channel="paper",
        copied_to_procuratorate_on=date(2026, 5, 22),
        documents=[paper("appraisal_opinion", "鉴定意见")],
    )
    refused = t.PoliceTransferRefusedV1(
        **transfer,
        at=at(6, 1),
        from_state="receipted",
        to_state="refused",
        document_no="不立1号",
        received_on=date(2026, 6, 1),
        reason="证据不足",
    )
    return [proposed, approved, told, verified, reported, handed, refused]


def whole() -> list[Event]:
    return [*clue(), *case(), *procedure(), *item(), *joint_work(), *measures()]


def dossiers(events: Iterable[Any]) -> Mapping[UUID, Dossier]:
    """As storage/dossiers.py keeps them."""
    kept: dict[UUID, Dossier] = {}
    for event in events:
        for told in TELLERS[type(event)](event):
            before = kept.get(told.id)
            parent = (before.parent_id if before else None) or told.parent_id
            kept[told.id] = Dossier(told.id, told.kind, parent, ENHE, merged(before.facts if before else {}, told))
    return kept


def family(events: Iterable[Any], id_: UUID) -> Family:
    kept = dossiers(events)
    above, one = [], kept[id_]
    while one.parent_id is not None and one.parent_id in kept:
        one = kept[one.parent_id]
        above.append(one)
    ids = {id_, *(parent.id for parent in above)}
    below = [other for other in kept.values() if other.parent_id in ids and other.id not in ids]
    return Family(kept[id_], tuple(above), tuple(below))


SUBJECTS: Mapping[DossierKind, UUID] = {
    DossierKind.CLUE: CLUE_ID,
    DossierKind.CASE: CASE_ID,
    DossierKind.ITEM: ITEM_ID,
    DossierKind.ACTION: ACTION_ID,
    DossierKind.TASK: TASK_ID,
    DossierKind.LISTING: LISTING_ID,
    DossierKind.TRANSFER: TRANSFER_ID,
    DossierKind.LETTER: LETTER_ID,
}
