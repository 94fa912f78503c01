"""Short messages through a gateway that speaks HTTP, as its template says (domain/sms_template.py).

Telephone numbers are masked in whatever is said of them, and so is what the gateway says.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from services.notify.domain.channel import Parcel
from services.notify.domain.channel_wording import chinese_time, one_line, short_text
from services.notify.domain.route_secret import secret_of
from services.notify.domain.sms_template import parse_path, success_of, template_of, value_at, without
from services.notify.ports import Route
from shared.contracts.channels import SmsSettings
from shared.contracts.codes import ChannelKind
from shared.outgoing.courier import Delivered, Failed, Outcome
from shared.outgoing.http_client import GuardedClient, Unanswered
from shared.outgoing.urls import AllowedHosts
from shared.outgoing.webhook import outcome_of


class SmsChannel:
    kind = ChannelKind.SMS

    def __init__(self, allowed: AllowedHosts) -> None:
        self._client = GuardedClient(allowed)

    async def send(self, parcel: Parcel, route: Route) -> Outcome:
        """options: SmsSettings. secret: `secret`, what stands for ${secret}."""
        settings = SmsSettings.model_validate(route.options)
        secret = secret_of(route.secrets).get("secret", "")
        request = template_of(route.address, settings).request(values_of(parcel, settings.phone, secret))
        hidden = (settings.phone, secret)
        try:
            answer = await self._client.call(settings.method, request.url, request.headers, request.body)
        except Unanswered as error:
            return Failed(without(str(error), *hidden))
        if success_of(settings).holds(answer.status, answer.body):
            path = parse_path(settings.reference_path)
            return Delivered(answer.status, one_line((value_at(path, answer.body) if path else "") or "", 100))
        outcome = outcome_of(answer.status, answer.headers.get("retry-after"), datetime.now(UTC))
        if not isinstance(outcome, Delivered):
            return outcome
        told = answer.body[:300].decode("utf-8", "replace")
        # It took the request and says no: whether for this message or for all, its own words tell a person.
        return Failed(without(f"HTTP {answer.status}, not taken: {one_line(told, 200)}", *hidden))

    async def aclose(self) -> None:
        await self._client.aclose()


def values_of(parcel: Parcel, phone: str, secret: str) -> Mapping[str, str]:
    return {
        "phone": phone,
        "text": short_text(parcel),
        "number": one_line(parcel.number),
        "title": one_line(parcel.title),
        "recipient": one_line(parcel.recipient_name),
        "link": parcel.link,
        "due": chinese_time(parcel.due_at) if parcel.due_at else "",
        "id": str(parcel.delivery_id),
        "secret": secret,
    }
