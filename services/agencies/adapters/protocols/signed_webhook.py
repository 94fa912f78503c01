"""Pushed over HTTPS, signed as Standard Webhooks; carried by the sender process. Answers come by API call."""

from services.agencies.adapters.protocols.cloud_event import LETTER, cloud_event
from services.agencies.ports import Dispatch
from shared.errors import InvalidInput
from shared.outgoing.endpoints import Safeguards
from shared.outgoing.secret_box import new_webhook_secret

NAME = "signed_webhook"


class SignedWebhook:
    """usual: whether a body is the whole letter or its link, for an endpoint that does not say."""

    name = NAME
    pushes = True
    numbered = False

    def __init__(self, usual: str, safeguards: Safeguards) -> None:
        self._usual = usual
        self._safeguards = safeguards

    def check(self, url: str, host_key: str | None) -> None:  # noqa: ARG002
        """Raises EndpointUrlRefused."""
        if not url.startswith(("http://", "https://")):
            raise InvalidInput("agencies.endpoint-address-wrong", "url", protocol=NAME)
        self._safeguards.check(url)

    def new_secret(self, signature: str | None) -> str:  # noqa: ARG002
        return new_webhook_secret()

    def public_key(self, secret: str) -> str | None:  # noqa: ARG002
        return None

    def body(self, dispatch: Dispatch, body: str | None) -> bytes:
        return cloud_event(dispatch, full=(body or self._usual) == LETTER)
