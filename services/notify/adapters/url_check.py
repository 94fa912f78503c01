"""Judges an endpoint's address when it is configured; the sender judges it again at every connection."""

from services.notify.domain.errors import EndpointUrlRefused
from shared.outgoing.urls import AddressRefused, AllowedHosts, check_url


class AllowedUrl:
    def __init__(self, allowed: AllowedHosts) -> None:
        self._allowed = allowed

    def __call__(self, url: str) -> None:
        try:
            check_url(url, self._allowed)
        except AddressRefused as error:
            raise EndpointUrlRefused(error.reason) from error
