"""Identities at OpenID providers as the API shows them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from gateway.auth.oidc_identities import Identity
from gateway.auth.oidc_providers import Provider
from shared.contracts.base import Contract, Instant, View


class ProviderView(View):
    """A provider at which a person may sign in."""

    code: str
    title: str
    login_path: str = Field(description="where the browser goes; `return_to`, a path of this site, may be added")

    @classmethod
    def of(cls, provider: Provider) -> "ProviderView":
        return cls(code=provider.code, title=provider.title, login_path=f"/auth/oidc/{provider.code}/login")


class LogoutView(View):
    go_to: str | None = Field(description="where the browser ends its session at the provider; null: nowhere")


class LinkIdentity(Contract):
    """Propose that an identity at a provider is this account's; a security administrator lets it in.

    Of a person the subject is `sub` of the provider's id tokens, of an agency's system the client's id.
    """

    provider: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    subject: Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,253}[!-~])?$")] = Field(
        description="as the provider writes it, letter by letter"
    )


class IdentityView(View):
    id: UUID
    account_id: UUID
    provider: str | None = Field(description="null when it is configured no more")
    issuer: str
    kind: Literal["person", "system"]
    subject: str
    proposed_by: UUID
    proposed_at: Instant
    confirmed_by: UUID | None
    confirmed_at: Instant | None = Field(description="since when it lets in; null while it waits for a second person")

    @classmethod
    def of(cls, identity: Identity, providers: list[Provider]) -> "IdentityView":
        code = next((one.code for one in providers if one.issuer == identity.issuer), None)
        return cls.model_validate({**vars(identity), "provider": code})
