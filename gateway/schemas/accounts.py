"""Accounts and tokens as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, Secret, SecretStr, StringConstraints

from gateway.auth.accounts import Account, NewAccount
from shared.contracts.base import Contract, Instant, ListQuery, ShortText, View
from shared.contracts.codes import Role

Login = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$", strip_whitespace=True, to_lower=True),
    Field(description="lower-case letters, digits, dot, dash and underscore"),
]
Password = Annotated[
    Secret[Annotated[str, StringConstraints(min_length=12, max_length=200)]],
    Field(description="never shown again", json_schema_extra={"format": "password", "writeOnly": True}),
]


class CreateAccount(Contract):
    """Make an account. An administrator or an agency's system has this one role only."""

    login: Login
    name: ShortText
    roles: Annotated[list[Role], Field(min_length=1, max_length=6)]
    org_code: ShortText = Field(description="agency code, recipient code or division code, by role")
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^\d{2}(\d{2}(\d{2}(\d{3})?)?)?$")] = Field(
        description="prefix of the division codes it may see: 2 digits a region, 4 a city, 6 a county, 9 a township"
    )
    password: Password

    def new(self) -> NewAccount:
        return NewAccount(self.login, self.name, frozenset(self.roles), self.org_code, self.jurisdiction)


class AccountView(View):
    id: UUID
    version: int
    login: str
    name: str
    roles: list[Role]
    org_code: str
    jurisdiction: str
    created_at: Instant
    disabled_at: Instant | None

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        return cls(
            id=account.id,
            version=account.version,
            login=account.login,
            name=account.name,
            roles=sorted(account.roles),
            org_code=account.org_code,
            jurisdiction=account.jurisdiction,
            created_at=account.created_at,
            disabled_at=account.disabled_at,
        )


class PasswordView(View):
    """A password that the house made."""

    account: AccountView
    password: str = Field(description="shown in this answer only")


class TokenRequest(Contract):
    """RFC 6749 names; as JSON or as a form. `login` may be said instead of `username`."""

    grant_type: Literal["password", "refresh_token", "client_credentials"]
    username: Annotated[str, StringConstraints(max_length=200)] | None = None
    login: Annotated[str, StringConstraints(max_length=200)] | None = None
    password: Annotated[SecretStr, Field(max_length=200)] | None = None
    refresh_token: Annotated[SecretStr, Field(max_length=200)] | None = None
    client_id: Annotated[str, StringConstraints(max_length=200)] | None = None
    client_secret: Annotated[SecretStr, Field(max_length=200)] | None = None
    scope: Annotated[str, StringConstraints(max_length=200)] | None = Field(None, description="taken and ignored")


class TokenAnswer(View):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = Field(description="seconds")
    refresh_token: str | None = Field(description="good for one use; null for systems, which ask again by their secret")
    refresh_until: datetime | None = Field(description="when to log in anew at the latest")


class ListAccounts(ListQuery, operation="account.list"):
    """Accounts by login."""
