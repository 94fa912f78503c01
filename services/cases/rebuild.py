"""`python -m services.cases.rebuild clue|case|rectification|joint_action|…`: computes a table again from the log."""

from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.duplicates import DuplicateProposal
from services.cases.domain.joint_action import JointAction
from services.cases.domain.rectification import Rectification
from services.cases.domain.reporter import ReporterRecord
from services.cases.settings import CasesSettings
from services.cases.storage import tables
from services.cases.storage.clue_tables import clue_duplicate, clue_reporter
from services.cases.storage.duplicates import DuplicateStore
from services.cases.storage.reporters import ReporterStore
from services.cases.storage.repository import CaseStore, ClueStore, JointActionStore, RectificationStore
from services.cases.wiring import NAME
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.program import Rebuilder
from shared.rebuild.shadow import Computed

# Not here: imports and numbers in use are no consequence of events.
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
)


def main() -> None:
    settings = CasesSettings()
    Rebuilder(NAME, PROJECTIONS, settings.cases_dsn, settings).main()


if __name__ == "__main__":
    main()
