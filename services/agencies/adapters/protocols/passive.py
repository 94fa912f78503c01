"""What the protocols have in common by which nothing leaves the house."""

from services.agencies.adapters.protocols.cloud_event import cloud_event
from services.agencies.ports import Dispatch
from shared.errors import InvalidInput
from shared.outgoing.secret_box import new_webhook_secret


class Passive:
    """The agency comes and looks: nothing is pushed, nothing is signed; who it is its credentials say."""

    name: str
    pushes = False
    numbered = False

    def check(self, url: str, host_key: str | None) -> None:  # noqa: ARG002
        if url:
            raise InvalidInput("agencies.endpoint-address-wrong", "url", protocol=self.name)

    def new_secret(self, signature: str | None) -> str:  # noqa: ARG002
        return new_webhook_secret()

    def public_key(self, secret: str) -> str | None:  # noqa: ARG002
        return None

    def body(self, dispatch: Dispatch, body: str | None) -> bytes:  # noqa: ARG002
        return cloud_event(dispatch, full=True)
