"""`python -m services.cases.rebuild clue|case|…`: computes a table again from the log."""

from services.cases.domain.action_proposal import ActionProposal
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.joint_action import JointAction
from services.cases.domain.listing import Listing
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.rectification import Rectification
from services.cases.domain.sealed_record import SealedRecord
from services.cases.settings import CasesSettings
from services.cases.storage import path_tables, tables
from services.cases.storage.path_repository import (
    ActionProposalStore,
    ListingStore,
    PoliceTransferStore,
    SealedRecordStore,
)
from services.cases.storage.repository import CaseStore, ClueStore, JointActionStore, RectificationStore
from services.cases.wiring import NAME
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.program import Rebuilder
from shared.rebuild.shadow import Computed

# Not here: imports and numbers in use are no consequence of events; what is sealed lies in no event, only its digest.
PROJECTIONS = (
    OwnProjection("线索", lambda id_, _: Clue(id=id_), Clue.TYPE, ClueStore(), [Computed(tables.clue)]),
    OwnProjection("案件", lambda id_, _: Case(id=id_), Case.TYPE, CaseStore(), [Computed(tables.case)]),
    OwnProjection(
        "整改事项",
        lambda id_, _: Rectification(id=id_),
        Rectification.TYPE,
        RectificationStore(),
        [Computed(tables.rectification)],
    ),
    OwnProjection(
        "联合执法",
        lambda id_, _: JointAction(id=id_),
        JointAction.TYPE,
        JointActionStore(),
        [Computed(tables.joint_action)],
    ),
    OwnProjection(
        "移送公安",
        lambda id_, _: PoliceTransfer(id=id_),
        PoliceTransfer.TYPE,
        PoliceTransferStore(),
        [Computed(path_tables.police_transfer)],
    ),
    OwnProjection(
        "挂牌督办", lambda id_, _: Listing(id=id_), Listing.TYPE, ListingStore(), [Computed(path_tables.listing)]
    ),
    OwnProjection(
        "联合执法建议",
        lambda id_, _: ActionProposal(id=id_),
        ActionProposal.TYPE,
        ActionProposalStore(),
        [Computed(path_tables.action_proposal)],
    ),
    OwnProjection(
        "密封移送",
        lambda id_, county: SealedRecord(id=id_, jurisdiction=county),
        SealedRecord.TYPE,
        SealedRecordStore(),
        [Computed(path_tables.sealed_record)],
    ),
)


def main() -> None:
    settings = CasesSettings()
    Rebuilder(NAME, PROJECTIONS, settings.cases_dsn, settings).main()


if __name__ == "__main__":
    main()
