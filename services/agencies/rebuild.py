"""`python -m services.agencies.rebuild agency_task`: computes a table again from the log."""

from services.agencies.domain.task import Task
from services.agencies.settings import AgenciesSettings
from services.agencies.storage.repository import TaskStore
from services.agencies.storage.tables import agency_task
from services.agencies.wiring import NAME
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.program import Rebuilder
from shared.rebuild.shadow import Computed

# Not here: deliveries are the sender's progress, and of endpoints the log keeps no secret.
PROJECTIONS = (
    OwnProjection(
        "部门任务",
        lambda id_, _: Task(id_),
        Task.TYPE,
        TaskStore(),
        # A row that was lost gets a new place in the mailbox: whoever reads on from the last one it saw will see it.
        [Computed(agency_task, unkept=frozenset({"position"}))],
    ),
)


def main() -> None:
    settings = AgenciesSettings()
    Rebuilder(NAME, PROJECTIONS, settings.agencies_dsn, settings).main()


if __name__ == "__main__":
    main()
