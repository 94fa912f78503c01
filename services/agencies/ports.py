"""What lies outside: how an agency speaks (Integration) and how it is reached (Transport)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from shared.contracts.agencies import TaskIssuedV1, TaskResult
from shared.contracts.codes import Agency, TaskResultKind


class Integration(Protocol):
    """One agency's vocabulary: field names and code lists of its trade, both ways."""

    @property
    def agency(self) -> Agency: ...

    @property
    def protocol(self) -> str:
        """Name of the transport it stands on."""
        ...

    @property
    def result_kinds(self) -> Sequence[TaskResultKind]:
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


@dataclass(frozen=True)
class Dispatch:
    """What an agency is owed, before a protocol gives it a form.

    id: of the delivery, the same at every try; subject_id: of what it is about. kind: issued, withdrawn, …, receipt.
    data: what every protocol says; letter: the task in the agency's own vocabulary, of `issued` alone.
    """

    id: UUID
    kind: str
    subject_id: UUID
    agency: Agency
    at: datetime
    data: Mapping[str, Any]
    letter: Mapping[str, Any] | None = None


class Transport(Protocol):
    """A protocol: a way to an agency's system."""

    @property
    def name(self) -> str: ...

    @property
    def pushes(self) -> bool:
        """True when a sender carries what is owed, false when the agency comes for it."""
        ...

    @property
    def numbered(self) -> bool:
        """Whether what is carried is counted, so that a gap shows."""
        ...

    def check(self, url: str, host_key: str | None) -> None:
        """Raise InvalidInput for an address that this protocol cannot use or may not."""
        ...

    def new_secret(self, signature: str | None) -> str:
        """A fresh key of ours (or of both), as text."""
        ...

    def public_key(self, secret: str) -> str | None:
        """What the agency verifies us by; None when both sides share the secret."""
        ...

    def body(self, dispatch: Dispatch, body: str | None) -> bytes:
        """A CloudEvent (JSON). body: letter or link, None for the protocol's own."""
        ...


class Seals(Protocol):
    """Ed25519, for the certificates of conformance kits; keys as text."""

    def new_key(self) -> tuple[str, str]:
        """A fresh private key and its public one."""
        ...

    def verifies(self, public: str, key_id: str, value: str, content: bytes) -> bool:
        """Whether the holder of the private key has signed it."""
        ...


@dataclass(frozen=True)
class Registry:
    """Every agency's integration and every protocol by name. is_public_key: whether a text is a key we can use."""

    integrations: Mapping[Agency, Integration]
    transports: Mapping[str, Transport]
    is_public_key: Callable[[str], bool]
    seals: Seals

    def integration(self, agency: Agency) -> Integration:
        return self.integrations[agency]

    def transport(self, name: str) -> Transport:
        return self.transports[name]

    def transport_of(self, agency: Agency) -> Transport:
        """The one of the settings, for an agency whose endpoint names none."""
        return self.transports[self.integrations[agency].protocol]
