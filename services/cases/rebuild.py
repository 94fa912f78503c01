"""`python -m services.cases.rebuild clue|case|rectification|joint_action`: computes a table again from the log."""

from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.custody import Copy, Custody
from services.cases.domain.evidence import Evidence
from services.cases.domain.joint_action import JointAction
from services.cases.domain.rectification import Rectification
from services.cases.settings import CasesSettings
from services.cases.storage import evidence_tables, tables
from services.cases.storage.evidence_stores import CopyStore, CustodyStore, EvidenceStore
from services.cases.storage.repository import CaseStore, ClueStore, JointActionStore, RectificationStore
from services.cases.wiring import NAME
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.program import Rebuilder
from shared.rebuild.shadow import Computed

# Not here: imports, proof bundles, examinations that wait and numbers in use are no consequence of events.
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
        "证据", lambda id_, _: Evidence(id=id_), Evidence.TYPE, EvidenceStore(), [Computed(evidence_tables.evidence)]
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
)


def main() -> None:
    settings = CasesSettings()
    Rebuilder(NAME, PROJECTIONS, settings.cases_dsn, settings).main()


if __name__ == "__main__":
    main()
