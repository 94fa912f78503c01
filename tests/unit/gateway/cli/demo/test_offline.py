"""A system of the demonstration that can call nobody: from its letter to its report, by messages alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.cli.demo.offline import OfflineSystem
from services.agencies.adapters.integrations.comprehensive_enforcement import ComprehensiveEnforcement
from services.agencies.adapters.integrations.public_security import PublicSecurity
from services.agencies.adapters.integrations.trade import Trade
from services.agencies.domain import answers
from services.agencies.domain.results import check_result
from shared.clock import local_day
from shared.contracts.codes import Agency
from tests.unit.services.agencies.builders import issued_event, letter

TRADES: dict[Agency, Trade] = {
    Agency.PUBLIC_SECURITY: PublicSecurity("file_exchange"),
    Agency.COMPREHENSIVE_ENFORCEMENT: ComprehensiveEnforcement("bus_queue"),
}


class Correspondence:
    """The system and the house, which takes every answer that parses."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.taken: list[answers.Answer] = []
        self._sent: list[dict[str, Any]] = []
        self._system = OfflineSystem(agency, self._sent.append)

    def begin(self, matter: str) -> None:
        """With the letter; until the system says no more."""
        order = issued_event(self.agency, letter=letter(self.agency).model_copy(update={"matter": matter}))
        task, form = str(order.task_id), TRADES[self.agency].outgoing(order)
        event = {"id": task, "type": "tianwei.task.issued.v1", "subject": task, "data": {"letter": form}}
        self._system.take(event)
        while self._sent:
            answer = answers.parse(self._sent.pop(0), self.agency)
            self.taken.append(answer)
            data = {"status": "taken", "task_id": task, "verb": answer.verb}
            self._system.take({"id": answer.answer_id, "type": "tianwei.answer.receipt.v1", "data": data})


@pytest.mark.parametrize("agency", TRADES)
def test_it_signs_takes_on_and_reports_what_the_house_takes(agency: Agency) -> None:
    letters = Correspondence(agency)
    letters.begin("清理现场，道路宽六米。")
    assert [answer.verb for answer in letters.taken] == ["sign", "accept", "report-typed"]
    check_result(agency, letters.taken[-1].data.result, local_day(datetime.now(UTC)))


def test_a_letter_without_the_road_is_sent_back() -> None:
    letters = Correspondence(Agency.COMPREHENSIVE_ENFORCEMENT)
    letters.begin("清理现场。")
    assert [answer.verb for answer in letters.taken] == ["sign", "decline"]
