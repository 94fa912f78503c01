"""Nameko 2.14.1 set up for our bus: its config dict, and the module defaults it reads where it reads no config."""

from typing import Any

import kombu.pools
from nameko import constants
from nameko.amqp.publish import Publisher

from shared.bus import serializer
from shared.bus.connection import HEARTBEAT_S, kombu_url, tls, transport_options

DEFAULT_MAX_WORKERS = 16
BUS_URL_CONFIG_KEY = "TIANWEI_BUS_URL"


def nameko_config(url: str, max_workers: int = DEFAULT_MAX_WORKERS) -> dict[str, Any]:
    """The config of a nameko ServiceContainer or ServiceRunner. url: TIANWEI_BUS_URL."""
    config: dict[str, Any] = {
        BUS_URL_CONFIG_KEY: url,
        constants.AMQP_URI_CONFIG_KEY: kombu_url(url),
        constants.SERIALIZER_CONFIG_KEY: serializer.JSON,
        constants.ACCEPT_CONFIG_KEY: list(serializer.ACCEPTED),
        constants.HEARTBEAT_CONFIG_KEY: HEARTBEAT_S,
        constants.TRANSPORT_OPTIONS_CONFIG_KEY: _consuming_options(url),
        constants.MAX_WORKERS_CONFIG_KEY: max_workers,
    }
    if tls(url):
        config[constants.AMQP_SSL_CONFIG_KEY] = tls(url)
    return config


def _consuming_options(url: str) -> dict[str, Any]:
    """No unacknowledged-message store on Valkey: it costs a third of all calls per second and gives nothing back.

    A call redelivered after VISIBILITY_TIMEOUT_S is past its deadline; an event lost with a crashed consumer comes by
    catch-up when it starts (reliability.md, sections 5 and 6).
    """
    return transport_options(url, acks=False)


def prepare_nameko(url: str, max_workers: int = DEFAULT_MAX_WORKERS) -> None:
    """Once at process start: nameko's Publisher and connections take transport options only from module defaults."""
    options = _consuming_options(url)
    constants.DEFAULT_TRANSPORT_OPTIONS.clear()
    constants.DEFAULT_TRANSPORT_OPTIONS.update(options)
    Publisher.transport_options = dict(options)
    kombu.pools.set_limit(max(max_workers, kombu.pools.get_limit()))
