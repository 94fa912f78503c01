"""What can be wrong with an order to a task, by its stable code."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.contracts.codes import Agency, TaskState
from shared.contracts.hand_over import holder_of
from shared.errors import Conflict, InvalidInput


class TaskTransitionNotAllowed(Conflict):
    """The task's state has no row for this command: late, twice or too early. The facts tell what it is by now.

    law: the rule of the steps of joint work.
    """

    def __init__(self, verb: str, state: TaskState, version: int, allowed: Sequence[str]) -> None:
        super().__init__(
            "agencies.task-transition-not-allowed",
            None,
            object="task",
            law="HOUSE.joint-action",
            verb=verb,
            state=state.value,
            version=version,
            holder=holder_of(state).value,
            allowed=list(allowed),
        )


class ReceiptWrong(InvalidInput):
    """A paper receipt that cannot be of this task. rule: which of its data."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__("agencies.receipt-wrong", field, rule=rule)


class ProposesItself(InvalidInput):
    """Who returns a task says whose it should be; its own it cannot be."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("agencies.proposes-itself", "proposed_agency", agency=agency.value)


class ResultKindWrong(InvalidInput):
    """Each agency reports in its own trade. expected: the kinds that it may report."""

    def __init__(self, agency: Agency, expected: Iterable[str], given: str) -> None:
        super().__init__(
            "agencies.result-kind-wrong", "result.kind", agency=agency.value, expected=list(expected), given=given
        )


class ResultImplausible(InvalidInput):
    """Something is missing in the result, or its figures contradict each other. faults: every (field, reason)."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        told = [{"field": f"result.{field}", "reason": reason} for field, reason in faults]
        super().__init__("agencies.result-implausible", told[0]["field"], reason=told[0]["reason"], faults=told)


class CodeUnknown(InvalidInput):
    """Codes of a result that are not in their list. fields: of the result; allowed: the list."""

    def __init__(self, fields: Sequence[str], allowed: Sequence[str]) -> None:
        told: list[dict[str, Any]] = [
            {"field": f"result.{field}", "reason": "code_unknown", "allowed": list(allowed)} for field in fields
        ]
        super().__init__("agencies.code-unknown", told[0]["field"], allowed=list(allowed), faults=told)


class FormRefused(InvalidInput):
    """A form of an agency that does not parse. faults: {field, reason, facts}, each in the agency's own field names.

    version: of the vocabulary it was read by. faults_found: how many there are; at most the first 100 are listed.
    """

    MOST = 100

    def __init__(self, agency: Agency, version: str, faults: Sequence[Mapping[str, Any]]) -> None:
        told = [{**fault, "field": f"form.{fault['field']}"} for fault in faults[: self.MOST]]
        super().__init__(
            "agencies.form-refused",
            told[0]["field"],
            agency=agency.value,
            version=version,
            faults_found=len(faults),
            faults=told,
        )


class EndpointNotConfigured(Conflict):
    """Nobody has said yet how this agency is reached."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("agencies.endpoint-not-configured", "agency", agency=agency.value)


class EndpointNotPaused(Conflict):
    """Only a paused endpoint can be tried with one letter, or resumed."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("agencies.endpoint-not-paused", "agency", agency=agency.value)


class NothingToTry(Conflict):
    """No letter waits for this agency, or not that one."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("agencies.nothing-to-try", "agency", agency=agency.value)


class NotResendable(Conflict):
    """What cannot go out again. rule: comes-for-it (nothing is pushed), cancelled (it ended first), being-sent."""

    def __init__(self, agency: Agency, rule: str) -> None:
        super().__init__("agencies.not-resendable", "subject_id", agency=agency.value, rule=rule)


class NotCertified(Conflict):
    """No system of the agency holds a certificate for this protocol and the present contract; or it ran out."""

    def __init__(self, agency: Agency, protocol: str, contract: str) -> None:
        super().__init__(
            "agencies.not-certified", "protocol", agency=agency.value, protocol=protocol, contract=contract
        )


class NotActivated(Conflict):
    """A system of an agency asks or answers before its integration was put into use."""

    def __init__(self, agency: str) -> None:
        super().__init__("agencies.not-activated", None, agency=agency)


class NothingToCertify(Conflict):
    """Who opens the console's inbox has no system that could be certified."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("agencies.nothing-to-certify", "protocol", agency=agency.value)


class CertificateRefused(InvalidInput):
    """A certificate that proves nothing here. rule: what is wrong with it; checks: which ones."""

    def __init__(self, rule: str, field: str, checks: Sequence[str] = (), **facts: Any) -> None:
        super().__init__("agencies.certificate-refused", field, rule=rule, checks=list(checks), **facts)
