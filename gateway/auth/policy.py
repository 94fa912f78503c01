"""What the house demands of whoever is logged in, as its settings say. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from gateway.auth.codes import AccountDuty, LoginMethod
from gateway.auth.errors import EnrolmentNeeded, PasswordChangeNeeded
from shared.contracts.codes import Role

_REFUSALS = {
    AccountDuty.CHANGE_PASSWORD: PasswordChangeNeeded,
    AccountDuty.ENROL_SECOND_FACTOR: EnrolmentNeeded,
}


@dataclass(frozen=True)
class Policy:
    """session_for: how long a session lasts at most. idle_for: how long unused. second_factor_roles: who shows a code.

    cookie_secure: whether the console's cookie travels by https alone.
    """

    session_for: timedelta = timedelta(hours=12)
    idle_for: timedelta = timedelta(minutes=30)
    second_factor_roles: frozenset[Role] = frozenset()
    cookie_secure: bool = True

    def duties(
        self, roles: frozenset[Role], method: LoginMethod, *, must_change: bool, second_factor: bool
    ) -> tuple[AccountDuty, ...]:
        """What comes before anything else, in order. Only a password is ours to judge: a provider judges its own."""
        if method is not LoginMethod.PASSWORD:
            return ()
        needed = not second_factor and not roles.isdisjoint(self.second_factor_roles)
        duties = {AccountDuty.CHANGE_PASSWORD: must_change, AccountDuty.ENROL_SECOND_FACTOR: needed}
        return tuple(duty for duty, due in duties.items() if due)


def require_none(duties: tuple[AccountDuty, ...]) -> None:
    """Raises PasswordChangeNeeded, EnrolmentNeeded."""
    for duty in duties:
        raise _REFUSALS[duty]()
