"""What the integrations have in common: letters and forms by the agency's mapping table, on whatever protocol."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from services.agencies.adapters.integrations import reading, writing
from services.agencies.adapters.integrations.mapping import Table, table_of
from services.agencies.domain.results import RESULT_KINDS, check_result
from shared.contracts.agencies import TaskIssuedV1
from shared.contracts.codes import Agency, TaskResultKind
from shared.contracts.task_results import TaskResult


class Trade:
    """Base of an Integration (ports.py)."""

    agency: ClassVar[Agency]

    def __init__(self, protocol: str) -> None:
        self._protocol = protocol

    @property
    def protocol(self) -> str:
        return self._protocol

    @property
    def result_kinds(self) -> tuple[TaskResultKind, ...]:
        return RESULT_KINDS[self.agency]

    @cached_property
    def table(self) -> Table:
        return table_of(self.agency)

    def outgoing(self, order: TaskIssuedV1) -> dict[str, Any]:
        return writing.letter_of(order, self.table)

    def incoming(self, form: Mapping[str, Any], today: date) -> TaskResult:
        return reading.read(form, self.table, today)

    def result_form(self, result: TaskResult) -> dict[str, Any]:
        return writing.form_of(result, self.table)

    def check_result(self, result: TaskResult, today: date) -> None:
        check_result(self.agency, result, today)
