"""Commands of the paths of a case, as people may give them: mostly right, sometimes not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.cases.domain import case_court as court
from services.cases.domain import case_ending as ending
from services.cases.domain import case_enforcement as enforcement
from services.cases.domain import case_filing as filing
from services.cases.domain import case_inquiry as inquiry
from services.cases.domain import case_publication as publication
from services.cases.domain import case_review as review
from services.cases.domain.assistance import AssistanceRequest
from services.cases.domain.case import Case
from services.cases.domain.listing import Listing
from services.cases.domain.police_transfer import PoliceTransfer
from shared.clock import local_day
from shared.contracts import assistance as asst
from shared.contracts import case_paths as cp
from shared.contracts import cases as c
from shared.contracts import listings as li
from shared.contracts import police_transfers as pt
from shared.contracts.codes import (
    Agency,
    AssistanceMatter,
    AssistanceRefusal,
    AssistanceResult,
    ClosingGround,
    CountyAgency,
    DelayReason,
    Measure,
    NoPenaltyReason,
    ReopenGround,
    TerminateReason,
)
from shared.contracts.parts import DocumentRef

Papers = list[DocumentRef]
OFFICERS = ["甲", "乙"]
# Of other objects, of two cases at once, or tried in tests of their own.
_ELSEWHERE = {
    "order-rectification",
    "close",
    "decline-filing",
    "report-large",
    "sign-survey-record",
    "review-threshold",
    "publish",
    "report-conflict",
    "settle-jurisdiction",
}
FINE = Decimal(4000)


def case_step(verb: str, papers: Papers, now: datetime, good: bool, fined: bool) -> tuple[Callable[..., Any], Any]:
    """The decision and its command. good: whom and what the law wants; else something near it."""
    today, day = local_day(now), {"documents": papers}
    taken = [Measure.DEMOLISH, Measure.CONFISCATE_BUILDINGS]
    penalty: dict[str, Any] = {"measures": [Measure.FINE], "fine_yuan": FINE} if fined else {"measures": taken}
    chair = "主持人" if good else "甲"
    ago = timedelta(days=0 if good else 40)
    steps: dict[str, tuple[Callable[..., Any], Any]] = {
        "investigate": (Case.investigate, c.StartInvestigation(officers=OFFICERS, **day)),
        "conclude": (Case.conclude, c.ConcludeInvestigation(conclusion="清楚", **day)),
        "review": (
            Case.review,
            c.ReviewCase(reviewers=["审一"] if good else ["乙"], major=not fined, reason="复核", **day),
        ),
        "supplement": (inquiry.supplement, cp.SupplementInvestigation(reason="补充", **day)),
        "suspend": (inquiry.suspend, cp.SuspendInvestigation(reason="不可抗力", **day)),
        "resume": (inquiry.resume, cp.ResumeInvestigation(reason="恢复", **day)),
        "tell-party": (inquiry.tell_party, cp.TellParty(told_at=now, **day)),
        "terminate": (inquiry.terminate, cp.TerminateInvestigation(ground=TerminateReason.OTHER, reason="其他", **day)),
        "extend": (inquiry.extend, cp.ExtendTerm(days=30 if good else 31, approved_by="局长", reason="复杂", **day)),
        "commission-appraisal": (
            inquiry.commission_appraisal,
            cp.CommissionAppraisal(
                appraiser="院", qualification="甲级", commissioned_on=today - ago, questions="毁坏否", **day
            ),
        ),
        "record-appraisal": (
            inquiry.record_appraisal,
            cp.RecordAppraisal(
                opinion_on=today - ago,
                opinion_no="鉴1",
                destroyed=good,
                destroyed_area_m2=Decimal(7000) if good else Decimal(0),
                destroyed_pbf_area_m2=Decimal(4200) if good else Decimal(0),
                recoverability="可",
                **day,
            ),
        ),
        "request-recusal": (
            inquiry.request_recusal,
            cp.RequestRecusal(officer="甲" if good else "丁", reason="亲属", **day),
        ),
        "decide-recusal": (
            inquiry.decide_recusal,
            cp.DecideRecusal(officer="甲", granted=True, replaced_by="丙" if good else None, reason="属实", **day),
        ),
        "legal-review": (review.submit_legal_review, cp.SubmitLegalReview(**day)),
        "legal-opinion": (review.give_legal_opinion, cp.GiveLegalOpinion(agrees=good, opinion="意见", **day)),
        "deliberate": (review.deliberate, cp.Deliberate(members=["长一", "长二"], outcome="同意", **day)),
        "no-penalty": (review.waive, cp.WaivePenalty(ground=NoPenaltyReason.NO_FAULT, reason="无过错", **day)),
        "notice": (
            Case.notice,
            c.NotifyParty(intended_penalty="罚", served_at=now - ago, hearing_offered=good, **penalty, **day),
        ),
        "request-hearing": (review.request_hearing, cp.RequestHearing(asked_on=today - ago, **day)),
        "announce-hearing": (
            review.announce_hearing,
            cp.AnnounceHearing(
                announced_on=today,
                hearing_at=now + timedelta(days=15 if good else 3),
                place="会议室",
                chair=chair,
                **day,
            ),
        ),
        "hold-hearing": (review.hold_hearing, cp.HoldHearing(held_at=now, chair=chair, **day)),
        "decide": (Case.decide, c.DecideCase(decision="罚", decision_no="1", **penalty, **day)),
        "serve": (Case.serve, c.ServeDecision(service_method="direct", served_at=now - ago, **day)),
        "perform": (Case.perform, c.StartPerformance(**day)),
        "publish-decision": (
            publication.publish_decision,
            cp.PublishDecision(published_on=today - ago, address="局网站", **day),
        ),
        "withdraw-publication": (
            publication.withdraw_publication,
            cp.WithdrawPublication(withdrawn_on=today, reason="决定被撤销", **day),
        ),
        "record-payment": (
            enforcement.record_payment,
            cp.RecordPayment(paid_on=today, amount_yuan=FINE / 4, collected_by="银行" if good else "自然资源局", **day),
        ),
        "hand-building": (
            enforcement.hand_building,
            cp.HandBuilding(handed_on=today - ago, received_by="县政府办", **day),
        ),
        "record-remedy": (enforcement.record_remedy, cp.RecordRemedy(kind="suit", since=today - ago, **day)),
        "end-remedy": (enforcement.end_remedy, cp.EndRemedy(upheld=good, ended_on=today, document_no="判1", **day)),
        "demand": (enforcement.demand, cp.DemandPerformance(served_at=now - ago, **day)),
        "apply-to-court": (enforcement.apply_to_court, cp.ApplyToCourt(court="法院", applied_on=today - ago, **day)),
        "court-accept": (enforcement.record_court_acceptance, cp.RecordCourtAcceptance(accepted_on=today, **day)),
        "court-refuse": (court.record_refusal, cp.RecordCourtRefusal(refused_on=today, ruling_no="裁0", **day)),
        "ask-higher-court": (court.ask_higher_court, cp.AskHigherCourt(court="中院", asked_on=today - ago, **day)),
        "court-rule": (
            enforcement.record_ruling,
            cp.RecordRuling(granted=good, ruled_on=today, ruling_no="裁1", **day),
        ),
        "execute": (Case.execute, c.CompleteExecution(**day)),
        "archive": (ending.archive, cp.ArchiveCase(archive_no="档1", **day)),
        "reopen": (
            ending.reopen,
            cp.ReopenCase(
                ground=ReopenGround.COURT_DECISION, order_no="判1", reason="撤销", revokes_penalty=good, **day
            ),
        ),
        "report-stop": (filing.report_stop, cp.ReportStop(continues=not good, **day)),
        "report-defiance": (filing.report_defiance, cp.ReportDefiance(**day)),
    }
    return steps[verb]


CASE_STEPS = sorted({command.verb for command in (*c.CASE_COMMANDS, *cp.CASE_PATH_COMMANDS)} - _ELSEWHERE)


def close(ground: ClosingGround, papers: Papers) -> c.CloseCase:
    whom = "另案" if ground is ClosingGround.JURISDICTION_TRANSFERRED else None
    return c.CloseCase(ground=ground, transferred_to=whom, documents=papers)


def transfer_step(verb: str, papers: Papers, now: datetime, good: bool) -> tuple[Callable[..., Any], Any]:
    on = local_day(now - timedelta(days=0 if good else 20))
    said: dict[str, Any] = {"documents": papers, "reason": "理由"}
    reply: dict[str, Any] = {"document_no": "1", "received_on": on, **said}
    team = {"suspected_crime": "342", "report": "报告", "team": OFFICERS}
    steps: dict[str, tuple[Callable[..., Any], Any]] = {
        "report": (PoliceTransfer.report, pt.ReportTransfer(**team, **said)),
        "approve": (PoliceTransfer.approve, pt.ApproveTransfer(**said)),
        "refuse-approval": (PoliceTransfer.refuse_approval, pt.RefuseTransfer(**said)),
        "hand-over": (
            PoliceTransfer.hand_over,
            pt.HandOver(
                police_organ="公安局",
                received_at=now,
                received_by="警",
                receipt_no="1",
                copied_to_procuratorate_on=on,
                **said,
            ),
        ),
        "pass-on": (PoliceTransfer.pass_on, pt.PassOn(police_organ="另局", received_at=now, **said)),
        "ask-supplement": (PoliceTransfer.ask_supplement, pt.AskSupplement(asked_at=now, missing="光盘", **said)),
        "supplement": (PoliceTransfer.supplement, pt.Supplement(received_at=now, **said)),
        "police-file": (PoliceTransfer.police_file, pt.PoliceFile(**reply)),
        "police-refuse": (PoliceTransfer.police_refuse, pt.PoliceRefuse(**reply)),
        "reconsider": (PoliceTransfer.reconsider, pt.AskReconsideration(asked_on=on, **said)),
        "suggest-supervision": (PoliceTransfer.suggest_supervision, pt.SuggestSupervision(asked_on=on, **said)),
        "procuratorate-asks": (PoliceTransfer.procuratorate_asks, pt.ProcuratorateAsks(asked_on=on, **said)),
        "police-explain": (PoliceTransfer.police_explain, pt.PoliceExplain(**reply)),
        "order-filing": (PoliceTransfer.order_filing, pt.OrderFiling(**reply)),
        "hand-material": (PoliceTransfer.hand_material, pt.HandMaterial(handed_on=on, **said)),
        "close-admin": (PoliceTransfer.close_admin, pt.CloseAdmin(back_on=on, **said)),
        "record-judgment": (PoliceTransfer.end, pt.EndTransfer(outcome="有罪", **reply)),
    }
    return steps[verb]


TRANSFER_STEPS = sorted({command.verb for command in pt.TRANSFER_COMMANDS})


def listing_step(verb: str, papers: Papers, now: datetime, good: bool) -> tuple[Callable[..., Any], Any]:
    today, said = local_day(now), {"documents": papers, "reason": "理由"}
    steps: dict[str, tuple[Callable[..., Any], Any]] = {
        "approve": (Listing.approve, li.ApproveListing(approved_by="县长", term_days=60 if good else 45, **said)),
        "decline": (Listing.decline, li.DeclineListing(**said)),
        "notify": (Listing.notify, li.NotifyListing(notice_no="1", sent_on=today, **said)),
        "sign": (Listing.sign, li.SignListing(signed_by="镇长", **said)),
        "begin": (Listing.begin, li.BeginListing(plan="拆", **said)),
        "request-extension": (
            Listing.request_extension,
            li.RequestListingExtension(days=15, delay_reason=DelayReason.SEASON, **said),
        ),
        "grant-extension": (Listing.grant_extension, li.GrantListingExtension(days=15, approved_by="县长", **said)),
        "refuse-extension": (Listing.refuse_extension, li.RefuseListingExtension(**said)),
        "report-done": (Listing.report_done, li.ReportListingDone(account="完成", **said)),
        "verify": (Listing.verify, li.VerifyListing(passed=good, account="核", **said)),
        "publish": (Listing.publish, li.PublishListing(published_on=today, place="网站", **said)),
        "mark-overdue": (Listing.mark_overdue, li.MarkListingOverdue(**said)),
        "talk": (Listing.talk, li.TalkListing(with_whom="镇长", talked_on=today, **said)),
    }
    return steps[verb]


LISTING_STEPS = sorted({command.verb for command in li.LISTING_COMMANDS} - {"delist"})


def request_assistance(papers: Papers, to: CountyAgency | None, urgent: bool) -> asst.RequestAssistance:
    """to: None for a body that has no account."""
    return asst.RequestAssistance(
        to_agency=to,
        to_body=None if to else "不动产登记中心",
        matters=[AssistanceMatter.LAND_INFORMATION if to else AssistanceMatter.STOP_PROCEDURES],
        details="查询地类",
        contact="张",
        urgent=urgent,
        documents=papers,
    )


def assistance_step(verb: str, papers: Papers, now: datetime, good: bool) -> tuple[Callable[..., Any], Any]:
    said: dict[str, Any] = {"documents": papers, "reason": "理由"}
    # Of the day before: not before the request, and only where a paper of that day is recorded.
    on = None if good else local_day(now - timedelta(days=1))
    steps: dict[str, tuple[Callable[..., Any], Any]] = {
        "extend": (AssistanceRequest.extend, asst.ExtendAssistance(days=5 if good else 6, noticed_on=on, **said)),
        "answer": (
            AssistanceRequest.answer,
            asst.AnswerAssistance(
                result=AssistanceResult.DONE, account="属农用地", answered_by="科长", answered_on=on, **said
            ),
        ),
        "refuse": (
            AssistanceRequest.refuse,
            asst.RefuseAssistance(
                ground=AssistanceRefusal.LAW_FORBIDS,
                law="《档案法》第二十七条",
                refused_by="科长",
                refused_on=on,
                **said,
            ),
        ),
        "withdraw": (AssistanceRequest.withdraw, asst.WithdrawAssistance(**said)),
    }
    return steps[verb]


ASSISTANCE_STEPS = sorted({command.verb for command in asst.ASSISTANCE_COMMANDS})
ASKED: tuple[CountyAgency | None, ...] = (Agency.AGRICULTURE, Agency.PUBLIC_SECURITY, None)
