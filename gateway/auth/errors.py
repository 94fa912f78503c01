"""What can be wrong with an identity, by its stable code."""

from shared.errors import Conflict, InvalidInput, NotAllowed, Unauthenticated


class LoginRefused(Unauthenticated):
    """Unknown, wrong, locked or disabled: one answer for all, so that it tells nobody which accounts exist."""

    def __init__(self) -> None:
        super().__init__("auth.login-refused")


class SecondFactorNeeded(Unauthenticated):
    """The password was right, and this account shows a code as well."""

    def __init__(self) -> None:
        super().__init__("auth.second-factor-needed", "otp")


class SecondFactorRefused(Unauthenticated):
    """Not the code of this moment, one that was shown before, or a recovery code that was used."""

    def __init__(self) -> None:
        super().__init__("auth.second-factor-refused", "otp")


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, spent, expired, idle too long or revoked."""

    def __init__(self) -> None:
        super().__init__("auth.refresh-refused")


class TokenMissing(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("auth.token-missing", "Authorization")


class TokenInvalid(Unauthenticated):
    """Not ours, expired, or of an account or session that has ended."""

    def __init__(self) -> None:
        super().__init__("auth.token-invalid", "Authorization")


class CsrfTokenWrong(NotAllowed):
    """Came by cookie, would change something, and does not show that a page of ours sent it."""

    def __init__(self) -> None:
        super().__init__("auth.csrf-token-wrong", "X-CSRF-Token")


class PasswordChangeNeeded(NotAllowed):
    """Somebody else knows this password: nothing else before it is changed."""

    def __init__(self) -> None:
        super().__init__("auth.password-change-needed")


class EnrolmentNeeded(NotAllowed):
    """This role works with a second factor: nothing else before there is one."""

    def __init__(self) -> None:
        super().__init__("auth.second-factor-enrolment-needed")


class PasswordWrong(InvalidInput):
    """The present password, asked again before something that matters."""

    def __init__(self) -> None:
        super().__init__("auth.password-wrong", "password")


class PasswordWeak(InvalidInput):
    """reason: what is wrong with it, a reason of words.toml."""

    def __init__(self, reason: str, field: str) -> None:
        super().__init__("auth.password-weak", field, reason=reason)


class CodeWrong(InvalidInput):
    """Not the code that the device shows now."""

    def __init__(self) -> None:
        super().__init__("auth.code-wrong", "code")


class SecondFactorEnrolled(Conflict):
    """There is one already; only a security administrator takes it away."""

    def __init__(self) -> None:
        super().__init__("auth.second-factor-enrolled")


class SecondFactorAbsent(Conflict):
    """None was begun, or none is in force."""

    def __init__(self) -> None:
        super().__init__("auth.second-factor-absent")


class LoginTaken(Conflict):
    def __init__(self, login: str) -> None:
        super().__init__("auth.login-taken", "login", login=login)


class OwnAccount(Conflict):
    """Nobody acts on the account by which they act: not its rights, not its end, not its password."""

    def __init__(self) -> None:
        super().__init__("auth.own-account", "id")


class AccountDisabled(Conflict):
    """An account that was ended gets no new password and no rights."""

    def __init__(self, login: str) -> None:
        super().__init__("auth.account-disabled", "id", login=login)


class LastAdministrator(Conflict):
    """Without it nobody would be left to do what this administrator does."""

    def __init__(self, role: str) -> None:
        super().__init__("auth.last-administrator", "id", role=role)


class GrantOpen(Conflict):
    """One proposal an account at a time: two would be approved in an order nobody has seen."""

    def __init__(self) -> None:
        super().__init__("auth.grant-open", "id")


class GrantDecided(Conflict):
    """state: what became of it."""

    def __init__(self, state: str) -> None:
        super().__init__("auth.grant-decided", "id", object="grant", state=state)


class SecondPersonNeeded(Conflict):
    """Whoever proposes a grant does not approve it."""

    def __init__(self) -> None:
        super().__init__("auth.second-person-needed", "id")


class ResetByAnother(Conflict):
    """Who has reset the one secret of an account with large rights does not reset the other: that would be its key."""

    def __init__(self, hours: int) -> None:
        super().__init__("auth.reset-by-another", "id", hours=hours)


class RolesIncompatible(InvalidInput):
    """Administrators read no cases, so they hold no other role; systems are no persons."""

    def __init__(self, role: str) -> None:
        super().__init__("auth.roles-incompatible", "roles", role=role)


class OrganisationWrong(InvalidInput):
    """expected: what org_code must be for this role."""

    def __init__(self, role: str, expected: list[str]) -> None:
        super().__init__("auth.organisation-wrong", "org_code", role=role, expected=expected)


class LeaderUnfit(InvalidInput):
    """The account named as leader is none of an agency's leaders of this county, or has ended."""

    def __init__(self, field: str) -> None:
        super().__init__("auth.leader-unfit", field, law="SUP 37")


class ReceiverUnfit(InvalidInput):
    """The account named as receiver is none of the county's discipline commission, or has ended."""

    def __init__(self, field: str) -> None:
        super().__init__("auth.receiver-unfit", field, law="SUP 37")


class JurisdictionWrong(InvalidInput):
    """digits: how long the prefix must be for this role."""

    def __init__(self, role: str, digits: int) -> None:
        super().__init__("auth.jurisdiction-wrong", "jurisdiction", role=role, digits=digits)
