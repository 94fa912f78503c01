"""Which OpenID providers the county trusts: TIANWEI_OIDC_PROVIDERS, a TOML text, best given as a file.

[[provider]]
code = "county"                      # in addresses; never changed once people are linked
title = "中宁县统一身份认证平台"
issuer = "https://id.zhongning.example"
client_id = "tianwei"
client_secret = "…"                  # left out for a public client
[provider.systems]                   # left out when agencies' systems do not come by this provider
audience = "https://tianwei.zhongning.example/api/v1"
"""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from shared.outgoing.urls import AddressRefused, AllowedHosts, check_url

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
_MOST_PROVIDERS = 20


class ProvidersUnreadable(ValueError):
    """The setting is not what it must be; the text says where."""


def _bare(issuer: str) -> str:
    """An issuer is compared letter by letter, so it is kept as written; it may have no query and no fragment."""
    parts = urlsplit(issuer)
    if parts.query or parts.fragment or "?" in issuer or "#" in issuer or not parts.hostname:
        raise ValueError("an issuer is an address without query and fragment")
    return issuer


_Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Systems(_Told):
    """How access tokens of agencies' systems are known (RFC 9068).

    audience: what they must be made for. token_types: of their header; "JWT" for providers older than RFC 9068.
    subject: "client" demands that sub is the client itself, so that no person's token acts as a system; "any" for
    providers that name a service account there, and only where linked clients sign in nobody.
    """

    audience: _Text
    token_types: Annotated[list[Literal["at+jwt", "JWT"]], Field(min_length=1)] = ["at+jwt"]
    subject: Literal["client", "any"] = "client"


class Provider(_Told):
    """One trusted provider.

    title: as people read it. people: whether persons sign in by it. acr_values: if any, the provider is asked for one
    of these ways of proving who it is (a second factor, say) and its answer must name one. allowed_hosts: comma list as
    of webhooks, for endpoints on private addresses other than the issuer's own, and for plain http on one machine.
    ca_file: certificates that https is checked by, default the system's.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    title: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    issuer: Annotated[_Text, AfterValidator(_bare)]
    client_id: _Text
    client_secret: SecretStr | None = None
    people: bool = True
    scopes: Annotated[list[_Text], Field(max_length=20)] = ["openid", "profile"]
    algorithms: Annotated[list[Algorithm], Field(min_length=1)] = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
    acr_values: Annotated[list[_Text], Field(max_length=10)] = []
    allowed_hosts: str = ""
    ca_file: Path | None = None
    systems: Systems | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Provider":
        if "openid" not in self.scopes:
            raise ValueError("scopes must name openid")
        if any(re.search(r"\s", word) for word in (*self.scopes, *self.acr_values)):
            raise ValueError("scopes and acr_values are single words")
        if self.systems is not None and self.systems.audience == self.client_id:
            # Else an id token of a person would pass as a system's access token where both are of type JWT.
            raise ValueError("systems.audience must not be client_id")
        try:
            check_url(self.issuer, self.allowed)
        except AddressRefused as error:
            raise ValueError(f"issuer: {error}") from error
        return self

    @property
    def allowed(self) -> AllowedHosts:
        """Where the house may ask: by naming an https issuer the operator has named its host, private or not."""
        parts = urlsplit(self.issuer)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        # With its port: the bare name would allow plain http as well.
        own = f"{host}:{parts.port or 443}," if parts.scheme == "https" else ""
        return AllowedHosts(own + self.allowed_hosts)


def read_providers(text: str) -> tuple[Provider, ...]:
    """The providers in order; none for an empty text. Raises ProvidersUnreadable."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProvidersUnreadable(f"TIANWEI_OIDC_PROVIDERS is not TOML: {error}") from None
    rows = told.pop("provider", [])
    if told or not isinstance(rows, list) or len(rows) > _MOST_PROVIDERS:
        raise ProvidersUnreadable(f"TIANWEI_OIDC_PROVIDERS holds [[provider]] tables, {_MOST_PROVIDERS} at most")
    try:
        found = tuple(Provider.model_validate(row) for row in rows)
    except ValidationError as error:
        # Not the error itself: it repeats what was given, a secret too.
        faults = (f"{'.'.join(map(str, one['loc'])) or 'provider'}: {one['msg']}" for one in error.errors())
        raise ProvidersUnreadable("TIANWEI_OIDC_PROVIDERS: " + "; ".join(faults)) from None
    for name in ("code", "issuer"):
        if len({getattr(one, name) for one in found}) < len(found):
            raise ProvidersUnreadable(f"TIANWEI_OIDC_PROVIDERS: two providers have the same {name}")
    return found
