"""`python -m services.cases.rebuild clue|case|…`: computes a table again from the log."""

from sqlalchemy import Table

from services.cases.domain.action_proposal import ActionProposal
from services.cases.domain.assistance import AssistanceRequest
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.custody import Copy, Custody
from services.cases.domain.disclosure import Disclosure
from services.cases.domain.duplicates import DuplicateProposal
from services.cases.domain.evidence import Evidence
from services.cases.domain.joint_action import JointAction
from services.cases.domain.listing import Listing
from services.cases.domain.overlay import Overlay
from services.cases.domain.party_identity import PartyIdentity
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.rectification import Rectification
from services.cases.domain.reporter import ReporterRecord
from services.cases.domain.rule import Rule
from services.cases.domain.sealed_record import SealedRecord
from services.cases.settings import CasesSettings
from services.cases.storage import evidence_tables, path_tables, rule_tables, tables
from services.cases.storage.clue_tables import clue_duplicate, clue_reporter
from services.cases.storage.deadline_tables import deadline
from services.cases.storage.deadlines import HOLD_SWEEP
from services.cases.storage.disclosures import DisclosureStore, disclosure
from services.cases.storage.duplicates import DuplicateStore
from services.cases.storage.evidence_stores import CopyStore, CustodyStore, EvidenceStore
from services.cases.storage.land import OverlayStore
from services.cases.storage.land_tables import overlay
from services.cases.storage.parties import PartyStore
from services.cases.storage.party_tables import UNTOLD, party_identity
from services.cases.storage.path_repository import (
    ActionProposalStore,
    AssistanceStore,
    ListingStore,
    PoliceTransferStore,
    SealedRecordStore,
)
from services.cases.storage.reporters import ReporterStore
from services.cases.storage.repository import CaseStore, ClueStore, JointActionStore, RectificationStore
from services.cases.storage.rules import RuleStore
from services.cases.storage.work_tables import work_item, work_text
from services.cases.wiring import NAME
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.program import Rebuilder
from shared.rebuild.shadow import Computed


def _with_clocks(table: Table, kind: str) -> list[Computed]:
    """The table of the objects, and their rows of the table of clocks; beside their objects only the sweep writes it.

    A lock on both tables would meet those who have written a clock and go on to another object.
    """
    return [Computed(table), Computed(deadline, owner="object_id", only=("object_type", kind), hold=HOLD_SWEEP)]


def _with_work(table: Table, kind: str) -> list[Computed]:
    """As _with_clocks, and their rows of working lists and search; the sums follow from those by themselves."""
    mine = ("kind", kind)
    return [
        *_with_clocks(table, kind),
        Computed(work_item, unkept=frozenset({"due_key", "beside_at"}), only=mine, hold=HOLD_SWEEP),
        Computed(work_text, unkept=frozenset({"serial", "block"}), only=mine, hold=HOLD_SWEEP),
    ]


# Not here: imports, proof bundles, examinations that wait, numbers in use and shipped rules follow from no event; what
# is sealed lies in no event, only its digest. Base layers and whole shapes are source data: the log has the digest of
# their file, which the blob store keeps, and what was measured with them. What plots lie on follows from the layers.
PROJECTIONS = (
    OwnProjection("线索", lambda id_, _: Clue(id=id_), Clue.TYPE, ClueStore(), _with_work(tables.clue, Clue.TYPE)),
    OwnProjection("案件", lambda id_, _: Case(id=id_), Case.TYPE, CaseStore(), _with_work(tables.case, Case.TYPE)),
    OwnProjection(
        "整改事项",
        lambda id_, _: Rectification(id=id_),
        Rectification.TYPE,
        RectificationStore(),
        _with_work(tables.rectification, Rectification.TYPE),
    ),
    OwnProjection(
        "联合执法",
        lambda id_, _: JointAction(id=id_),
        JointAction.TYPE,
        JointActionStore(),
        _with_work(tables.joint_action, JointAction.TYPE),
    ),
    OwnProjection(
        "改过的规则",
        lambda id_, jurisdiction: Rule(id=id_, jurisdiction=jurisdiction),
        Rule.TYPE,
        RuleStore(),
        [Computed(rule_tables.rule), Computed(rule_tables.rule_row, owner="rule_id")],
    ),
    OwnProjection(
        "证据",
        lambda id_, _: Evidence(id=id_),
        Evidence.TYPE,
        EvidenceStore(),
        _with_clocks(evidence_tables.evidence, Evidence.TYPE),
    ),
    OwnProjection(
        "证据保管",
        lambda id_, where: Custody(id=id_, jurisdiction=where),
        Custody.TYPE,
        CustodyStore(),
        [Computed(evidence_tables.evidence_custody)],
    ),
    OwnProjection(
        "证据副本", lambda id_, _: Copy(id=id_), Copy.TYPE, CopyStore(), [Computed(evidence_tables.evidence_copy)]
    ),
    OwnProjection(
        "披露台账",
        lambda id_, where: Disclosure(id=id_, jurisdiction=where),
        Disclosure.TYPE,
        DisclosureStore(),
        [Computed(disclosure)],
    ),
    OwnProjection(
        "移送公安",
        lambda id_, _: PoliceTransfer(id=id_),
        PoliceTransfer.TYPE,
        PoliceTransferStore(),
        _with_work(path_tables.police_transfer, PoliceTransfer.TYPE),
    ),
    OwnProjection(
        "挂牌督办",
        lambda id_, _: Listing(id=id_),
        Listing.TYPE,
        ListingStore(),
        _with_work(path_tables.listing, Listing.TYPE),
    ),
    OwnProjection(
        "联合执法建议",
        lambda id_, _: ActionProposal(id=id_),
        ActionProposal.TYPE,
        ActionProposalStore(),
        _with_work(path_tables.action_proposal, ActionProposal.TYPE),
    ),
    OwnProjection(
        "协助函",
        lambda id_, _: AssistanceRequest(id=id_),
        AssistanceRequest.TYPE,
        AssistanceStore(),
        _with_work(path_tables.assistance_request, AssistanceRequest.TYPE),
    ),
    OwnProjection(
        "密封移送",
        lambda id_, county: SealedRecord(id=id_, jurisdiction=county),
        SealedRecord.TYPE,
        SealedRecordStore(),
        [Computed(path_tables.sealed_record)],
    ),
    OwnProjection(
        "套合",
        lambda id_, division: Overlay(id=id_, jurisdiction=division),
        Overlay.TYPE,
        OverlayStore(),
        [Computed(overlay, unkept=frozenset({"changed"}))],
    ),
    OwnProjection(
        "线索查重",
        lambda id_, _: DuplicateProposal(id=id_),
        DuplicateProposal.TYPE,
        DuplicateStore(),
        [Computed(clue_duplicate)],
    ),
    # Who reported is sealed in columns of which the log says nothing; they stay what they are.
    OwnProjection(
        "举报记录",
        lambda id_, _: ReporterRecord(id=id_),
        ReporterRecord.TYPE,
        ReporterStore(),
        [Computed(clue_reporter, unkept=frozenset({"sealed", "replies"}))],
    ),
    OwnProjection(
        "当事人身份",
        lambda id_, _: PartyIdentity(id=id_),
        PartyIdentity.TYPE,
        PartyStore(),
        [Computed(party_identity, unkept=UNTOLD)],
    ),
)


def main() -> None:
    settings = CasesSettings()
    Rebuilder(NAME, PROJECTIONS, settings.cases_dsn, settings).main()


if __name__ == "__main__":
    main()
