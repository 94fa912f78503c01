"""`python -m services.cases.rebuild clue|case|rectification|joint_action|rule`: computes a table again from the log."""

from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.joint_action import JointAction
from services.cases.domain.rectification import Rectification
from services.cases.domain.rule import Rule
from services.cases.settings import CasesSettings
from services.cases.storage import rule_tables, tables
from services.cases.storage.repository import CaseStore, ClueStore, JointActionStore, RectificationStore
from services.cases.storage.rules import RuleStore
from services.cases.wiring import NAME
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.program import Rebuilder
from shared.rebuild.shadow import Computed

# Not here: imports, numbers in use and shipped rules are no consequence of events.
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
        "改过的规则",
        lambda id_, jurisdiction: Rule(id=id_, jurisdiction=jurisdiction),
        Rule.TYPE,
        RuleStore(),
        [Computed(rule_tables.rule), Computed(rule_tables.rule_row, owner="rule_id")],
    ),
)


def main() -> None:
    settings = CasesSettings()
    Rebuilder(NAME, PROJECTIONS, settings.cases_dsn, settings).main()


if __name__ == "__main__":
    main()
