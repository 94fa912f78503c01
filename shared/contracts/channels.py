"""How a recipient is reached beside the console inbox: the settings of each channel, and the commands that set them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Command, Contract, Instant, Int, ShortText, View
from shared.contracts.codes import ChannelKind, Recipient

MailAddress = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._%+-]{0,62}@[A-Za-z0-9]([A-Za-z0-9.-]{0,188}[A-Za-z0-9])$"),
    Field(description="ASCII, without a name"),
]
Address = Annotated[
    str,
    Field(
        max_length=1000,
        pattern=r"^(|https?://[!-~]+|smtps?://[!-~]+|smtp\+plain://[!-~]+|sftp://[!-~]+|folder:[a-z0-9_-]+)$",
        description="https:// of a webhook, robot or short-message gateway; of a mail server smtps://user@host:465, "
        "smtp://user@host:587 (STARTTLS) or smtp+plain://host:25; of an exchange sftp://user@host/path or folder:name",
    ),
]


class EmailSettings(Contract):
    """secret of the command: password of the account at the mail server."""

    to: Annotated[list[MailAddress], Field(min_length=1, max_length=10)]
    sender: MailAddress


class RobotSettings(Contract):
    """secret of the command: that by which the robot has its texts signed (加签), where it asks for it."""

    keyword: Annotated[str, StringConstraints(max_length=20)] = Field(
        "", description="what the robot asks every text to hold"
    )


class SmsSettings(Contract):
    """A request with `${phone}`, `${text}`, `${number}`, `${title}`, `${recipient}`, `${link}`, `${due}`, `${id}` and
    `${secret}` in address, headers and body; each is escaped for its place. secret of the command: for `${secret}`.
    """

    phone: Annotated[str, StringConstraints(max_length=30)]
    method: Literal["POST", "GET", "PUT"] = "POST"
    encoding: Literal["json", "form", "text"] = "json"
    headers: Annotated[dict[str, Annotated[str, StringConstraints(max_length=500)]], Field(max_length=20)] = Field(
        default_factory=dict
    )
    body: Annotated[str, StringConstraints(max_length=4000)] = ""
    success_status: Annotated[list[Annotated[Int, Field(ge=200, le=299)]], Field(min_length=1, max_length=10)] = Field(
        default_factory=lambda: [200]
    )
    success_path: Annotated[str, StringConstraints(max_length=200)] = Field(
        "", description="where in the JSON answer it says so, like code or data.0.status; empty: the status says it"
    )
    success_values: Annotated[list[Annotated[str, StringConstraints(max_length=100)]], Field(max_length=10)] = Field(
        default_factory=list
    )
    reference_path: Annotated[str, StringConstraints(max_length=200)] = Field(
        "", description="where the gateway's own number of the message stands"
    )


class ExchangeSettings(Contract):
    """secret of the command: password of the SFTP account. Our signing key is made here and never shown."""

    signature: Literal["ed25519", "sm2"] = Field("ed25519", description="of our packages")
    partner_key: Annotated[str, StringConstraints(max_length=400)] | None = Field(
        None, description="public key by which receipt packages are verified; without it none is taken"
    )
    host_key: Annotated[str, StringConstraints(max_length=800)] | None = Field(
        None, description="of the SFTP server, as in known_hosts: `ssh-ed25519 AAAA…`"
    )


class ChannelSettings(Contract):
    """What an endpoint is beside whose it is. Of the four settings only that of the channel is given.

    secret: the channel's password, signing secret or key; left out at a change of the same address it stays; not shown.
    """

    channel: ChannelKind = ChannelKind.WEBHOOK
    url: Address = ""
    place: Annotated[Int, Field(ge=1, le=9)] = Field(1, description="1 is taken first, the others when it fails")
    secret: Annotated[str, StringConstraints(max_length=1000)] | None = None
    email: EmailSettings | None = None
    robot: RobotSettings | None = None
    sms: SmsSettings | None = None
    exchange: ExchangeSettings | None = None


class ConfigureRecipientEndpoint(ChannelSettings, Command, on="recipient", verb="configure-endpoint"):
    """By which way, and where, this recipient is told and served. Each channel has one endpoint.

    Of a webhook the answer shows the signing secret once, of an exchange our public key. Concerns what is issued from
    now on; what is owed by this channel already goes to the new address. The inbox stays the truth.
    """

    recipient: Recipient


class TestRecipientEndpoint(Command, on="recipient", verb="test-endpoint"):
    """Send a probe that says what it is; what came of it stands in the list of recipients (tested_at, test_error)."""

    __test__ = False

    recipient: Recipient
    channel: ChannelKind


class DisableRecipientEndpoint(Command, on="recipient", verb="disable-endpoint"):
    """Use this way no more until it is configured again; what it still owes goes by the next one, or by the inbox."""

    recipient: Recipient
    channel: ChannelKind
    reason: ShortText


class RecipientEndpointView(View):
    recipient: Recipient
    channel: ChannelKind
    place: int
    url: str = Field(description="of a robot without the part that holds its key")
    secret: str | None = Field(description="of a webhook: Standard Webhooks secret (whsec_…), shown once")
    public_key: str | None = Field(description="of an exchange: by which our packages are verified")
    active: bool


class RecipientChannelView(View):
    """One way to a recipient. settings: as configured, without secrets, telephone numbers masked."""

    channel: ChannelKind
    place: int
    url: str
    settings: dict[str, object]
    public_key: str | None
    active: bool
    disabled_reason: str | None
    failing_since: Instant | None
    last_error: str | None
    last_delivered_at: Instant | None
    pending: int
    exhausted: int
    tested_at: Instant | None
    test_error: str | None = Field(description="null of a probe that arrived")


class EndpointTestView(View):
    recipient: Recipient
    channel: ChannelKind
