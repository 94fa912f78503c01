"""Logging in and what a person does with their own login, as the API shows it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from gateway.auth.codes import AccountDuty
from gateway.schemas.accounts import AccountView, Password
from shared.contracts.base import Contract, Instant, View

_Word = Annotated[str, StringConstraints(max_length=200)]
_Given = Annotated[SecretStr, Field(max_length=200)]
Otp = Annotated[
    str,
    StringConstraints(max_length=40),
    Field(description="where the account has a second factor: the six digits of the device, or a recovery code"),
]
_DUTIES = Field(description="what the account does before anything else: everything else answers 403")


class TokenRequest(Contract):
    """RFC 6749 names; as JSON or as a form. `login` may be said instead of `username`."""

    grant_type: Literal["password", "refresh_token", "client_credentials"]
    username: _Word | None = None
    login: _Word | None = None
    password: _Given | None = None
    otp: Otp | None = None
    refresh_token: _Given | None = None
    client_id: _Word | None = None
    client_secret: _Given | None = None
    scope: _Word | None = Field(None, description="taken and ignored")


class TokenAnswer(View):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = Field(description="seconds")
    refresh_token: str | None = Field(description="good for one use; null for systems, which ask again by their secret")
    refresh_until: datetime | None = Field(description="when to log in anew at the latest")
    duties: list[AccountDuty] = _DUTIES


class OpenSession(Contract):
    """Log in for a browser: the answer sets the cookie of the session."""

    username: Annotated[_Word, StringConstraints(min_length=1)]
    password: _Given
    otp: Otp | None = None


class ConsoleSession(View):
    """The session that asks."""

    account: AccountView
    duties: list[AccountDuty] = _DUTIES
    csrf_token: str | None = Field(
        description="to be sent as X-CSRF-Token with every change that comes by the cookie; null for a bearer"
    )
    until: Instant = Field(description="when it ends at the latest; by bearer, the access token")
    idle_s: int = Field(description="seconds without use after which it ends earlier")


class ChangePassword(Contract):
    """Change one's own password: all other sessions end."""

    password: _Given = Field(description="the present one")
    new_password: Password


class BeginSecondFactor(Contract):
    """Begin to use a second factor; it is in force when a first code of it is shown."""

    password: _Given = Field(description="the present one")


class SecondFactorView(View):
    """What the device is told, in this answer only."""

    secret: str = Field(description="base32, to type where the picture cannot be read")
    address: str = Field(description="otpauth://, RFC 6238: SHA-1, six digits, thirty seconds")
    qr_code: str = Field(description="the address as a picture: a data URL of SVG")


class ShowCode(Contract):
    code: Annotated[str, StringConstraints(min_length=6, max_length=10)] = Field(
        description="the six digits that the device shows now"
    )


class RecoveryCodes(View):
    """For who has lost the device, each good once; shown in this answer only."""

    codes: list[str]
