"""Accounts, their rights and their log as the API shows them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, Secret, StringConstraints

from gateway.auth.account_log import Entry
from gateway.auth.accounts import Account, NewAccount
from gateway.auth.codes import AccountAct, GrantState, LargeGround, LoginMethod
from gateway.auth.grants import Grant
from gateway.auth.rights import Rights
from gateway.auth.sessions import Session
from shared.contracts.base import Contract, Instant, ListQuery, ShortText, View
from shared.contracts.codes import Role, title

Login = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$", strip_whitespace=True, to_lower=True),
    Field(description="lower-case letters, digits, dot, dash and underscore"),
]
Password = Annotated[
    Secret[Annotated[str, StringConstraints(min_length=12, max_length=200)]],
    Field(
        description="12 characters or more; none that guessers try first, none with the login in it; never shown again",
        json_schema_extra={"format": "password", "writeOnly": True},
    ),
]
Roles = Annotated[list[Role], Field(max_length=6)]
Jurisdiction = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}(\d{2}(\d{2}(\d{3})?)?)?$"),
    Field(description="prefix of the division codes it may see: 2 digits a region, 4 a city, 6 a county, 9 a township"),
]
OrgCode = Annotated[ShortText, Field(description="agency code, recipient code or division code, by role")]


class CreateAccount(Contract):
    """Make an account and propose its rights. An administrator or an agency's system has this one role only."""

    login: Login
    name: ShortText
    roles: Annotated[Roles, Field(min_length=1)]
    org_code: OrgCode
    jurisdiction: Jurisdiction
    password: Password
    reason: ShortText = Field("新建账号", description="what it is for, to be read by who grants it")

    def new(self) -> NewAccount:
        return NewAccount(self.login, self.name, frozenset(self.roles), self.org_code, self.jurisdiction)


class SeedAccount(CreateAccount):
    """As the owner of the machine seeds it, with its roles. must_change: the password is a first one."""

    must_change: bool = True


class EnableAccount(Contract):
    """Let a disabled account log in again, and propose the rights it had."""

    reason: ShortText = Field("恢复账号", description="why, to be read by who grants it")


class ProposeGrant(Contract):
    """Give an account these rights in place of all it has; no roles takes them all away."""

    roles: Roles
    org_code: OrgCode
    jurisdiction: Jurisdiction
    reason: ShortText

    def rights(self) -> Rights:
        return Rights(frozenset(self.roles), self.org_code, self.jurisdiction)


class RejectGrant(Contract):
    """Decline a proposed grant, or take back one's own."""

    reason: ShortText


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
    must_change_password: bool = Field(description="its password is known to somebody else")
    second_factor: bool = Field(description="it shows a code of a device beside its password")

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
            must_change_password=account.must_change,
            second_factor=account.second_factor,
        )


class PasswordView(View):
    """A password that the house made."""

    account: AccountView
    password: str = Field(description="shown in this answer only; its owner changes it first")


class GrantView(View):
    id: UUID
    account_id: UUID
    login: str
    account_name: str
    roles: list[Role]
    org_code: str
    jurisdiction: str
    grounds: list[LargeGround] = Field(description="why it needs two persons; empty when one may give it")
    reason: str
    state: GrantState
    proposed_by: UUID
    proposer_name: str
    proposed_at: Instant
    expires_at: Instant = Field(description="until when it waits for the second person")
    decided_by: UUID | None
    decider_name: str | None
    decided_at: Instant | None
    decision_reason: str | None

    @classmethod
    def of(cls, grant: Grant) -> "GrantView":
        plain = {name: value for name, value in vars(grant).items() if name in cls.model_fields}
        rights = grant.rights
        return cls(
            **{**plain, "grounds": list(grant.grounds)},
            roles=sorted(rights.roles),
            org_code=rights.org_code,
            jurisdiction=rights.jurisdiction,
        )


class AccountWithGrant(View):
    """An account, and the grant that waits to give it its rights."""

    account: AccountView
    grant: GrantView | None = Field(description="null where nothing was to be granted")


class SessionView(View):
    """One login that is still good."""

    id: UUID
    method: LoginMethod
    by_cookie: bool = Field(description="of the console, in a browser")
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant = Field(description="when it ends at the latest")
    address: str = Field(description="of the network it was opened from")
    client: str = Field(description="what the program said of itself")
    current: bool = Field(description="the one that asks")

    @classmethod
    def of(cls, session: Session, current: UUID | None) -> "SessionView":
        return cls(**vars(session), current=session.id == current)


class SessionsView(View):
    """An account's open sessions, last used first."""

    items: list[SessionView]


class RevokedView(View):
    ended: int = Field(description="how many sessions were open")


class AccountEntryView(View):
    """One entry of the log of accounts."""

    id: int
    at: Instant
    act: AccountAct
    act_title: str = Field(description="Chinese")
    account_id: UUID
    login: str
    by_id: UUID | None = Field(description="null: nobody had logged in, or the owner of the machine did it")
    by_name: str | None
    facts: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> "AccountEntryView":
        act = AccountAct(entry.act)
        return cls(**{**vars(entry), "act": act}, act_title=title(act))


class ListAccounts(ListQuery, operation="account.list"):
    """Accounts by login."""


class ListGrants(ListQuery, operation="grant.list"):
    """Grants of rights, newest first."""

    state: GrantState | None = None
    account_id: UUID | None = None


class ListAccountLog(ListQuery, operation="account-log.list"):
    """Who did what to which account, newest first."""

    account_id: UUID | None = None
