"""The one table of what cases does: every command and query, its handler, who may call it.

Who may command is said once, in the transition tables of the domain.
"""

from typing import Any

from services.cases.domain import action_proposal, case, clue, custody, evidence, joint_action, rectification
from services.cases.domain.transitions import COORDINATOR, DECIDERS, TOWNSHIP
from services.cases.handlers import assistance as on_assistance
from services.cases.handlers import case_imports as on_case_import
from services.cases.handlers import case_paths as on_path
from services.cases.handlers import cases as on_case
from services.cases.handlers import clue_imports as on_import
from services.cases.handlers import clue_steps as on_step
from services.cases.handlers import clues as on_clue
from services.cases.handlers import duplicates as on_duplicate
from services.cases.handlers import evidence as on_evidence
from services.cases.handlers import evidence_copies as on_copy
from services.cases.handlers import joint_actions as on_action
from services.cases.handlers import land as on_land
from services.cases.handlers import listings as on_listing
from services.cases.handlers import overlays as on_overlay
from services.cases.handlers import parties as on_party
from services.cases.handlers import police_transfers as on_transfer
from services.cases.handlers import proof_bundles as on_bundle
from services.cases.handlers import proposals as on_proposal
from services.cases.handlers import rectification_paths as on_item_path
from services.cases.handlers import rectifications as on_item
from services.cases.handlers import reporters as on_reporter
from services.cases.handlers import rules as on_rule
from services.cases.handlers import sealed_records as on_sealed
from services.cases.queries import deadlines as on_clock
from services.cases.queries.assistance import get_assistance, list_assistance
from services.cases.queries.case_imports import get_case_import, list_case_import_rows
from services.cases.queries.cases import get_case, list_cases
from services.cases.queries.clue_exports import export_clues
from services.cases.queries.clue_imports import get_clue_import, list_import_rows
from services.cases.queries.clues import get_clue, list_clues
from services.cases.queries.custody import get_custody
from services.cases.queries.disclosures import list_disclosures
from services.cases.queries.duplicates import get_duplicate, list_duplicates
from services.cases.queries.evidence import (
    get_bundle,
    get_copy,
    get_evidence,
    get_pairs,
    get_requirements,
    list_copies,
    list_evidence,
    may_add_evidence,
)
from services.cases.queries.joint_actions import get_joint_action, list_joint_actions
from services.cases.queries.land import (
    get_case_overlay,
    get_land_layer,
    get_overlay,
    get_plot,
    get_rectification_overlay,
    list_land_layers,
    list_land_rows,
)
from services.cases.queries.listings import get_listing, list_listings
from services.cases.queries.overlays_again import list_overlay_changes, list_overlays
from services.cases.queries.parties import get_party
from services.cases.queries.police_transfers import get_police_transfer, list_police_transfers
from services.cases.queries.proposals import get_action_proposal, list_proposals
from services.cases.queries.rectifications import get_rectification, list_rectifications
from services.cases.queries.rules import (
    get_calendar_year,
    get_rule,
    get_rule_changes,
    list_registers,
    list_rules,
)
from services.cases.queries.search import search
from services.cases.queries.statistic_items import list_statistic_items
from services.cases.queries.statistics import get_statistic_table, get_statistics
from services.cases.queries.timeline import get_timeline
from services.cases.queries.work import get_stuck, list_work
from services.cases.queries.work_export import export_work
from shared.contracts import action_proposals as ap
from shared.contracts import assistance as asst
from shared.contracts import case_imports as im
from shared.contracts import case_paths as cp
from shared.contracts import cases as c
from shared.contracts import clue_duplicates as cd
from shared.contracts import clue_exports as ce
from shared.contracts import clue_imports as ci
from shared.contracts import clue_steps as st
from shared.contracts import clues as cl
from shared.contracts import custody as cu
from shared.contracts import deadlines as dl
from shared.contracts import evidence as ev
from shared.contracts import joint_actions as ja
from shared.contracts import land as la
from shared.contracts import listings as li
from shared.contracts import overlays as ov
from shared.contracts import party_identities as pi
from shared.contracts import plots as pl
from shared.contracts import police_transfers as pt
from shared.contracts import proof_bundles as pb
from shared.contracts import rectifications as ri
from shared.contracts import rules as ru
from shared.contracts import sealed_records as sr
from shared.contracts import statistics as sa
from shared.contracts import work as wk
from shared.contracts import work_exports as we
from shared.contracts.codes import Role
from shared.contracts.disclosure import ListDisclosures
from shared.operations import CommandOperation, Operation, QueryOperation

# Everybody may ask; scope.py shows nothing to those whom cases do not concern: 404, never 403.
_EVERYBODY = frozenset(Role)
# Not who runs cases: he would be changing the clocks that bind him.
_RULE_EDITORS = frozenset({Role.ADMINISTRATOR})


def _beside(handlers: dict[type[Any], Any]) -> tuple[CommandOperation, ...]:
    """Steps of the paths: the tables refuse who may not take them, and name the rule; the scope hides the rest."""
    return tuple(CommandOperation(contract, handler, _EVERYBODY) for contract, handler in handlers.items())


OPERATIONS: tuple[Operation, ...] = (
    CommandOperation(cl.ReportClue, on_clue.report_clue, clue.TABLE.who("report")),
    CommandOperation(cl.AssignClue, on_clue.assign_clue, clue.TABLE.who("assign")),
    CommandOperation(cl.SignClue, on_clue.sign_clue, clue.TABLE.who("sign")),
    CommandOperation(cl.ReturnClue, on_clue.return_clue, clue.TABLE.who("return")),
    CommandOperation(cl.RejectClue, on_clue.reject_clue, clue.TABLE.who("reject")),
    CommandOperation(cl.StartVerification, on_clue.start_verification, clue.TABLE.who("start-verification")),
    CommandOperation(cl.SubmitOpinion, on_clue.submit_opinion, clue.TABLE.who("submit-opinion")),
    CommandOperation(cl.CloseClue, on_clue.close_clue, clue.TABLE.who("close")),
    CommandOperation(cl.FileCase, on_clue.file_case, clue.TABLE.who("file-case")),
    CommandOperation(im.StartCaseImport, on_case_import.start_case_import, COORDINATOR),
    CommandOperation(st.ConfirmUnique, on_step.confirm_unique, clue.TABLE.who("deduplicate")),
    CommandOperation(st.AddAliases, on_step.add_aliases, clue.TABLE.who("add-aliases")),
    CommandOperation(st.StartReview, on_step.start_review, clue.TABLE.who("start-review")),
    CommandOperation(st.PassReview, on_step.pass_review, clue.TABLE.who("pass-review")),
    CommandOperation(st.SendBack, on_step.send_back, clue.TABLE.who("send-back")),
    CommandOperation(st.TransferOut, on_step.transfer_out, clue.TABLE.who("transfer-out")),
    CommandOperation(st.AnswerTransfer, on_step.answer_transfer, clue.TABLE.who("answer-transfer")),
    CommandOperation(st.ExtendFiling, on_step.extend_filing, clue.TABLE.who("extend-filing")),
    CommandOperation(st.RuleDuty, on_clue.rule_duty, clue.TABLE.who("rule-duty")),
    CommandOperation(st.ArchiveClue, on_step.archive_clue, clue.TABLE.who("archive")),
    CommandOperation(st.SplitClue, on_step.split_clue, clue.TABLE.who("split")),
    CommandOperation(st.TellReporter, on_reporter.tell_reporter, _EVERYBODY),
    CommandOperation(
        st.ViewReporter,
        on_reporter.view_reporter,
        _EVERYBODY,
        unkept=frozenset({"name", "phone", "address", "note", "replies"}),
    ),
    CommandOperation(pi.RecordParty, on_party.record_party, _EVERYBODY),
    CommandOperation(
        pi.UnmaskParty, on_party.unmask_party, _EVERYBODY, unkept=frozenset({"id_no", "phone", "address"})
    ),
    QueryOperation(pi.GetParty, get_party, _EVERYBODY),
    CommandOperation(cd.DecideDuplicate, on_duplicate.decide_duplicate, clue.TABLE.who("link")),
    CommandOperation(ci.StartClueImport, on_import.start_clue_import, COORDINATOR),
    CommandOperation(la.LoadLandLayer, on_land.load_land_layer, COORDINATOR),
    CommandOperation(ov.OverlayClue, on_overlay.overlay_clue, TOWNSHIP),
    CommandOperation(c.StartInvestigation, on_case.start_investigation, case.TABLE.who("investigate")),
    CommandOperation(c.ConcludeInvestigation, on_case.conclude_investigation, case.TABLE.who("conclude")),
    CommandOperation(c.ReviewCase, on_case.review_case, case.TABLE.who("review")),
    CommandOperation(c.NotifyParty, on_case.notify_party, case.TABLE.who("notice")),
    CommandOperation(c.DecideCase, on_case.decide_case, case.TABLE.who("decide")),
    CommandOperation(c.ServeDecision, on_case.serve_decision, case.TABLE.who("serve")),
    CommandOperation(c.StartPerformance, on_case.start_performance, case.TABLE.who("perform")),
    CommandOperation(c.CompleteExecution, on_case.complete_execution, case.TABLE.who("execute")),
    CommandOperation(c.CloseCase, on_case.close_case, case.TABLE.who("close")),
    CommandOperation(ri.OrderRectification, on_case.order_rectification, case.TABLE.who("order-rectification")),
    CommandOperation(ja.ConveneJointAction, on_case.convene_joint_action, case.TABLE.who("convene-joint-action")),
    CommandOperation(ri.ReportRectification, on_item.report_rectification, rectification.TABLE.who("report")),
    CommandOperation(ri.CheckRectification, on_item.check_rectification, rectification.TABLE.who("check")),
    CommandOperation(ri.AcceptRectification, on_item.accept_rectification, rectification.TABLE.who("accept")),
    CommandOperation(ri.RequestReview, on_item.request_review, rectification.TABLE.who("request-review")),
    CommandOperation(ri.StrikeOff, on_item.strike_off, rectification.TABLE.who("strike-off")),
    *(CommandOperation(kind, step, joint_action.TABLE.who(kind.verb)) for kind, step in on_action.HANDLERS.items()),
    CommandOperation(ru.SetRule, on_rule.set_rule, _RULE_EDITORS),
    CommandOperation(ru.WithdrawRule, on_rule.withdraw_rule, _RULE_EDITORS),
    CommandOperation(ru.LoadCalendarYear, on_rule.load_calendar_year, _RULE_EDITORS),
    CommandOperation(ru.SetCalendarDay, on_rule.set_calendar_day, _RULE_EDITORS),
    CommandOperation(ev.AddEvidence, on_evidence.add_evidence, evidence.TABLE.who("add")),
    CommandOperation(ev.PairEvidence, on_evidence.pair_evidence, evidence.TABLE.who("pair")),
    CommandOperation(ev.UnpairEvidence, on_evidence.unpair_evidence, evidence.TABLE.who("unpair")),
    CommandOperation(ev.ExcludeEvidence, on_evidence.exclude_evidence, evidence.TABLE.who("exclude")),
    CommandOperation(ev.DisposeEvidence, on_evidence.dispose_evidence, evidence.TABLE.who("dispose")),
    # Whoever may see a piece may look at its content, and the log tells it.
    CommandOperation(ev.ReadEvidence, on_evidence.read_evidence, _EVERYBODY),
    CommandOperation(ev.VerifyEvidence, on_evidence.verify_evidence, _EVERYBODY),
    CommandOperation(cu.ShareEvidence, on_copy.share_evidence, custody.TABLE.who("share")),
    CommandOperation(cu.ReadCopy, on_copy.read_copy, custody.TABLE.who("read")),
    CommandOperation(cu.RevokeCopy, on_copy.revoke_copy, custody.TABLE.who("revoke")),
    CommandOperation(pb.MakeProofBundle, on_bundle.make_proof_bundle, TOWNSHIP),
    CommandOperation(pb.ReadBundle, on_bundle.read_bundle, _EVERYBODY),
    QueryOperation(ev.MayAddEvidence, may_add_evidence, evidence.TABLE.who("add")),
    QueryOperation(ev.GetEvidence, get_evidence, _EVERYBODY),
    QueryOperation(ev.ListEvidence, list_evidence, _EVERYBODY),
    QueryOperation(ev.GetRequirements, get_requirements, _EVERYBODY),
    QueryOperation(ev.GetPairs, get_pairs, _EVERYBODY),
    QueryOperation(cu.GetCustody, get_custody, _EVERYBODY),
    QueryOperation(cu.GetCopy, get_copy, _EVERYBODY),
    QueryOperation(cu.ListCopies, list_copies, _EVERYBODY),
    QueryOperation(pb.GetBundle, get_bundle, _EVERYBODY),
    CommandOperation(cp.StopAct, on_clue.stop_act, clue.TABLE.who("stop")),
    CommandOperation(cp.DeclineFiling, on_clue.decline_filing, clue.TABLE.who("decline-filing")),
    CommandOperation(ri.OpenRectification, on_case.open_rectification, case.TABLE.who("open-rectification")),
    CommandOperation(li.ProposeListing, on_listing.propose_listing, _EVERYBODY),
    CommandOperation(ap.ProposeJointAction, on_proposal.propose_action, action_proposal.TABLE.who("propose")),
    CommandOperation(ap.ApproveProposal, on_proposal.approve_proposal, _EVERYBODY),
    CommandOperation(ap.DeclineProposal, on_proposal.decline_proposal, _EVERYBODY),
    CommandOperation(asst.RequestAssistance, on_assistance.request_assistance, _EVERYBODY),
    CommandOperation(pt.SuspectCrime, on_transfer.suspect_crime, _EVERYBODY),
    # To everybody but its named readers a sealed record does not exist: 404, never 403.
    CommandOperation(sr.SealClue, on_sealed.seal_clue, _EVERYBODY),
    CommandOperation(sr.OpenSealed, on_sealed.open_sealed, _EVERYBODY, frozenset({"content", "openings"})),
    *_beside(on_path.HANDLERS),
    *_beside(on_item_path.HANDLERS),
    *_beside(on_transfer.HANDLERS),
    *_beside(on_listing.HANDLERS),
    *_beside(on_assistance.HANDLERS),
    *_beside(on_sealed.HANDLERS),
    QueryOperation(pt.GetPoliceTransfer, get_police_transfer, _EVERYBODY),
    QueryOperation(pt.ListPoliceTransfers, list_police_transfers, _EVERYBODY),
    QueryOperation(li.GetListing, get_listing, _EVERYBODY),
    QueryOperation(li.ListListings, list_listings, _EVERYBODY),
    QueryOperation(asst.GetAssistance, get_assistance, _EVERYBODY),
    QueryOperation(asst.ListAssistance, list_assistance, _EVERYBODY),
    QueryOperation(ap.GetProposal, get_action_proposal, _EVERYBODY),
    QueryOperation(ap.ListProposals, list_proposals, _EVERYBODY),
    QueryOperation(cl.GetClue, get_clue, _EVERYBODY),
    QueryOperation(cl.ListClues, list_clues, _EVERYBODY),
    QueryOperation(im.GetCaseImport, get_case_import, COORDINATOR),
    QueryOperation(im.ListCaseImportRows, list_case_import_rows, COORDINATOR),
    QueryOperation(ce.ExportClues, export_clues, _EVERYBODY),
    QueryOperation(cd.GetDuplicate, get_duplicate, _EVERYBODY),
    QueryOperation(cd.ListDuplicates, list_duplicates, _EVERYBODY),
    QueryOperation(ci.GetClueImport, get_clue_import, _EVERYBODY),
    QueryOperation(ci.ListImportRows, list_import_rows, _EVERYBODY),
    QueryOperation(la.ListLandLayers, list_land_layers, _EVERYBODY),
    QueryOperation(la.GetLandLayer, get_land_layer, _EVERYBODY),
    QueryOperation(la.ListLandRows, list_land_rows, _EVERYBODY),
    QueryOperation(ov.GetOverlay, get_overlay, _EVERYBODY),
    QueryOperation(ov.ListOverlays, list_overlays, _EVERYBODY),
    QueryOperation(ov.ListOverlayChanges, list_overlay_changes, COORDINATOR),
    QueryOperation(ov.GetCaseOverlay, get_case_overlay, _EVERYBODY),
    QueryOperation(ov.GetRectificationOverlay, get_rectification_overlay, _EVERYBODY),
    QueryOperation(pl.GetPlot, get_plot, _EVERYBODY),
    QueryOperation(c.GetCase, get_case, _EVERYBODY),
    QueryOperation(c.ListCases, list_cases, _EVERYBODY),
    QueryOperation(c.GetTimeline, get_timeline, _EVERYBODY),
    QueryOperation(ListDisclosures, list_disclosures, DECIDERS),
    QueryOperation(dl.GetDeadlines, on_clock.get_case_deadlines, _EVERYBODY, timed=True),
    QueryOperation(dl.GetClueDeadlines, on_clock.get_clue_deadlines, _EVERYBODY, timed=True),
    QueryOperation(dl.GetRectificationDeadlines, on_clock.get_rectification_deadlines, _EVERYBODY, timed=True),
    QueryOperation(dl.GetJointActionDeadlines, on_clock.get_joint_action_deadlines, _EVERYBODY, timed=True),
    QueryOperation(dl.ListMyDeadlines, on_clock.list_my_deadlines, _EVERYBODY),
    QueryOperation(c.GetStatistics, get_statistics, _EVERYBODY),
    QueryOperation(sa.GetStatisticTable, get_statistic_table, _EVERYBODY, timed=True),
    QueryOperation(sa.ListStatisticItems, list_statistic_items, _EVERYBODY),
    QueryOperation(wk.ListWork, list_work, _EVERYBODY, timed=True),
    QueryOperation(we.ExportWork, export_work, _EVERYBODY, timed=True),
    QueryOperation(wk.GetStuck, get_stuck, _EVERYBODY, timed=True),
    QueryOperation(wk.Search, search, _EVERYBODY, timed=True),
    QueryOperation(ri.GetRectification, get_rectification, _EVERYBODY),
    QueryOperation(ri.ListRectifications, list_rectifications, _EVERYBODY),
    QueryOperation(ja.GetJointAction, get_joint_action, _EVERYBODY),
    QueryOperation(ja.ListJointActions, list_joint_actions, _EVERYBODY),
    QueryOperation(ru.ListRegisters, list_registers, _EVERYBODY),
    QueryOperation(ru.ListRules, list_rules, _EVERYBODY),
    QueryOperation(ru.GetRule, get_rule, _EVERYBODY),
    QueryOperation(ru.GetRuleChanges, get_rule_changes, _EVERYBODY),
    QueryOperation(ru.GetCalendarYear, get_calendar_year, _EVERYBODY),
)
