"""Tasks for a trial: the order of the published vectors, new each time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.agencies.adapters.integrations.material import vectors
from services.agencies.adapters.integrations.trade import Trade
from services.agencies.domain.task import Task
from shared.aggregate import replay
from shared.clock import local_day
from shared.contracts.agencies import TaskIssuedV1
from shared.contracts.codes import Agency
from shared.ids import new_id

# Says what a real letter of this agency must say for it not to be returned as incomplete.
_MATTER = "到场履行职责（现场道路和用电情况已查明：乡道直达，已停水停电）"
_TERM = timedelta(days=7)


def trade_of(agency: Agency, protocol: str) -> Trade:
    """The agency's integration, of which a kit has the one table alone."""
    made: type[Trade] = type("KitTrade", (Trade,), {"agency": agency})
    return made(protocol)


@dataclass
class Orders:
    """Numbers its tasks, so that two are told apart by eye."""

    agency: Agency
    protocol: str
    made: int = 0

    def next(self) -> Task:
        """An offered task."""
        self.made += 1
        now = datetime.now(UTC)
        order = vectors(self.agency)["letters"][0]["order"]
        event = TaskIssuedV1.model_validate(
            {
                **order,
                "at": now,
                "task_id": new_id(),
                "action_id": new_id(),
                "case_id": new_id(),
                "action_no": f"ZW-JA-{order['brief']['division_code'][:6]}-{now.year}-9{self.made:04d}",
                "title": f"符合性检查第 {self.made} 项",
                "acting_at": now + _TERM,
                "letter": {**order["letter"], "matter": _MATTER},
                "sign_due_on": local_day(now + timedelta(days=1)),
                "feedback_due_on": local_day(now + _TERM),
                "protocol": self.protocol,
            }
        )
        task = Task(event.task_id)
        replay(task, [event])
        return task
