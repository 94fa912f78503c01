"""`python -m services.notify.rebuild TABLE`: computes a table of PROJECTIONS again from the logs."""

from services.notify.domain.assistance_notice import AssistanceNotice
from services.notify.domain.bulletin import Bulletin
from services.notify.domain.document import Document
from services.notify.domain.outage_notice import OutageNotice
from services.notify.domain.receipt_proof import ReceiptProof
from services.notify.handlers import counting, on_dossiers
from services.notify.handlers.on_cases import CASE_BRIEF, RECTIFICATION_BRIEF
from services.notify.settings import NotifySettings
from services.notify.storage import bulletin_tables, tables
from services.notify.storage.assistance import AssistanceNoticeStore
from services.notify.storage.bulletins import BulletinStore
from services.notify.storage.documents import DocumentStore
from services.notify.storage.outages import OutageStore
from services.notify.storage.receipt_proofs import ReceiptProofStore
from services.notify.wiring import NAME
from shared.rebuild.comparison import FeedProjection, OwnProjection
from shared.rebuild.program import Rebuilder
from shared.rebuild.shadow import Computed

# Not here: deliveries, and which service each is, are the sender's progress, document_press is the press's; of
# endpoints the log keeps no secret, numbers are given out; bulletin_group is frozen: its digest stands in the log.
PROJECTIONS = (
    OwnProjection(
        "接口中断提醒",
        OutageNotice,
        OutageNotice.TYPE,
        OutageStore(),
        [Computed(tables.outage_notice)],
    ),
    OwnProjection(
        "协助函提醒",
        AssistanceNotice,
        AssistanceNotice.TYPE,
        AssistanceNoticeStore(),
        [Computed(tables.assistance_notice)],
    ),
    OwnProjection(
        "公文和签收",
        Document,
        Document.TYPE,
        DocumentStore(),
        [Computed(tables.document), Computed(tables.document_receipt, owner="document_id")],
        former_type="notice",
    ),
    OwnProjection(
        "回证",
        ReceiptProof,
        ReceiptProof.TYPE,
        ReceiptProofStore(),
        [Computed(tables.receipt_proof)],
    ),
    OwnProjection(
        "通报",
        Bulletin,
        Bulletin.TYPE,
        BulletinStore(),
        [Computed(bulletin_tables.bulletin)],
    ),
    FeedProjection(
        "通报计数",
        "cases",
        counting.COUNTING,
        [
            Computed(bulletin_tables.standing, owner="object_id"),
            Computed(bulletin_tables.counted_object),
            Computed(bulletin_tables.counting_gap),
        ],
    ),
    FeedProjection("催办级别", "cases", counting.LADDER, [Computed(bulletin_tables.climbed_step, owner="object_id")]),
    FeedProjection("通报周期", "cases", counting.RHYTHM, [Computed(bulletin_tables.bulletin_setting, owner="rule_id")]),
    FeedProjection("公文可用的事实", "cases", on_dossiers.REACTIONS, [Computed(tables.dossier)]),
    FeedProjection("案件简况", "cases", CASE_BRIEF, [Computed(tables.case_brief, owner="case_id")]),
    FeedProjection("整改简况", "cases", RECTIFICATION_BRIEF, [Computed(tables.rectification_brief, owner="item_id")]),
)


def main() -> None:
    settings = NotifySettings()
    Rebuilder(NAME, PROJECTIONS, settings.notify_dsn, settings).main()


if __name__ == "__main__":
    main()
