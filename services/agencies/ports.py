"""What lies outside: how an agency speaks (Integration) and how it is reached (Transport)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from shared.contracts.agencies import TaskIssuedV1, TaskResult
from shared.contracts.codes import Agency


class Integration(Protocol):
    """One agency's vocabulary: field names and code lists of its trade, both ways."""

    @property
    def agency(self) -> Agency: ...

    @property
    def protocol(self) -> str:
        """Name of the transport it stands on."""
        ...

    @property
    def result_kinds(self) -> Sequence[str]:
        """What this agency reports, see shared/contracts/task_results.py."""
        ...

    def outgoing(self, order: TaskIssuedV1) -> dict[str, Any]:
        """The task letter (任务书) as this agency's system writes it; JSON-safe."""
        ...

    def incoming(self, form: Mapping[str, Any], today: date) -> TaskResult:
        """The typed result in a form this agency filled in, checked as check_result does.

        Raises FormRefused with every fault by `form.<field>` in the agency's own field names.
        """
        ...

    def result_form(self, result: TaskResult) -> dict[str, Any]:
        """The inverse of incoming. Raises TypeError for another trade's result."""
        ...

    def check_result(self, result: TaskResult, today: date) -> None:
        """Raise InvalidInput for another trade's result, for what is missing or contradicts itself."""
        ...


class Transport(Protocol):
    """A way to an agency's system."""

    @property
    def name(self) -> str: ...

    @property
    def pushes(self) -> bool:
        """True when a sender carries the letter, false when the agency fetches it."""
        ...

    def body(self, task_id: UUID, order: TaskIssuedV1, form: dict[str, Any]) -> bytes | None:
        """What is pushed, None when nothing is."""
        ...


@dataclass(frozen=True)
class Registry:
    """Every agency's integration and every transport, by name."""

    integrations: Mapping[Agency, Integration]
    transports: Mapping[str, Transport]

    def integration(self, agency: Agency) -> Integration:
        return self.integrations[agency]

    def transport_of(self, agency: Agency) -> Transport:
        return self.transports[self.integrations[agency].protocol]
