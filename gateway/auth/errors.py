"""What can be wrong with an identity, by its stable code."""

from shared.errors import Conflict, InvalidInput, Unauthenticated


class LoginRefused(Unauthenticated):
    """Unknown, wrong, locked or disabled: one answer for all, so that it tells nobody which accounts exist."""

    def __init__(self) -> None:
        super().__init__("auth.login-refused")


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, spent, expired or revoked."""

    def __init__(self) -> None:
        super().__init__("auth.refresh-refused")


class TokenMissing(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("auth.token-missing", "Authorization")


class TokenInvalid(Unauthenticated):
    """Not ours, expired, or of an account or session that has ended."""

    def __init__(self) -> None:
        super().__init__("auth.token-invalid", "Authorization")


class LoginTaken(Conflict):
    def __init__(self, login: str) -> None:
        super().__init__("auth.login-taken", "login", login=login)


class OwnAccount(Conflict):
    """Nobody disables the account by which they act."""

    def __init__(self) -> None:
        super().__init__("auth.own-account", "id")


class AccountDisabled(Conflict):
    """An account that was ended gets no new password."""

    def __init__(self, login: str) -> None:
        super().__init__("auth.account-disabled", "id", login=login)


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
