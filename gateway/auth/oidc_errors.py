"""What can be wrong with signing in at an OpenID provider, by its stable code.

What exactly was wrong with a token stands in the log: whoever forges one is not told how far it came.
"""

from shared.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable


class ProviderUnknown(NotFound):
    """No provider of this code is configured."""

    def __init__(self, code: str) -> None:
        super().__init__("auth.oidc-provider-unknown", "provider", named=code[:40])


class ProviderDown(Unavailable):
    """The provider does not answer, or not as its standard says. provider: its title."""

    def __init__(self, provider: str, retry_after_s: int = 5) -> None:
        super().__init__("auth.oidc-provider-down", None, retry_after_s=retry_after_s, provider=provider)


class ReturnPathRefused(InvalidInput):
    """return_to is no path of this site."""

    def __init__(self) -> None:
        super().__init__("auth.oidc-return-path", "return_to")


class LoginStale(InvalidInput):
    """The answer belongs to no login that this browser has begun: too old, used already, or of another browser."""

    def __init__(self) -> None:
        super().__init__("auth.oidc-login-stale", "state")


class LoginDenied(NotAllowed):
    """The provider says no. error: its code of RFC 6749 or OpenID Connect, when it has the form of one."""

    def __init__(self, provider: str, error: str) -> None:
        super().__init__("auth.oidc-denied", None, provider=provider, error=error)


class LoginRefusedByUs(NotAllowed):
    """What the provider has sent does not prove who this is."""

    def __init__(self, provider: str) -> None:
        super().__init__("auth.oidc-refused", None, provider=provider)


class NoAccount(NotAllowed):
    """The provider knows this person, the house does not; subject: what an administrator would link."""

    def __init__(self, provider: str, subject: str) -> None:
        super().__init__("auth.oidc-no-account", None, provider=provider, subject=subject)


class AccountUnfit(NotAllowed):
    """The account has ended, or is a system's."""

    def __init__(self, provider: str) -> None:
        super().__init__("auth.oidc-account-unfit", None, provider=provider)


class LogoutTokenRefused(InvalidInput):
    """A notice of logout that is not of this provider for us, or not fresh."""

    def __init__(self) -> None:
        super().__init__("auth.oidc-logout-token", "logout_token")


class IdentityTaken(Conflict):
    """This identity belongs to another account, or waits to."""

    def __init__(self) -> None:
        super().__init__("auth.identity-taken", "subject")


class IdentitiesFull(Conflict):
    def __init__(self, most: int) -> None:
        super().__init__("auth.identities-full", "id", most=most)


class OtherPersonNeeded(Conflict):
    """Who asked for the link does not let it in."""

    def __init__(self) -> None:
        super().__init__("auth.identity-second-person", "identity_id")


class SystemsNotTaken(InvalidInput):
    """The provider is not configured to vouch for accounts of this kind. kind: person or system."""

    def __init__(self, provider: str) -> None:
        super().__init__("auth.oidc-kind", "provider", provider=provider)
