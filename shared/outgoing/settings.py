"""What a service that sends and its sender process are both told."""

from pydantic import SecretStr

from shared.settings import ProcessSettings


class OutgoingSettings(ProcessSettings):
    """secrets_key: base64 of 32 bytes; seals webhook secrets at rest; the same for both processes.

    webhook_allowed_hosts: comma list of host or host:port that may be plain http, loopback or private.
    public_url: where receivers reach the gateway, for links; without it links are paths.
    """

    secrets_key: SecretStr
    webhook_allowed_hosts: str = ""
    public_url: str = ""
