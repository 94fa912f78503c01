"""The one shape of a nameko service here, and how its process runs."""

import logging
import signal
from typing import Any, ClassVar

import eventlet
from nameko.containers import ServiceContainer

from shared import telemetry
from shared.host.kernel import SETTINGS, Kernel
from shared.host.nameko_settings import nameko_config, prepare_nameko
from shared.host.rpc_entrypoint import rpc
from shared.settings import BusSettings

log = logging.getLogger(__name__)


class Hosted:
    """Base of every service: decode nothing, decide nothing, hand over to the kernel, answer with its dict."""

    name: ClassVar[str]
    kernel: Kernel

    @rpc
    def command(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.kernel.command(request)

    @rpc
    def query(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.kernel.query(request)

    @rpc
    def read_log(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.kernel.read_log(request)

    @rpc
    def health(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.kernel.health(request)


def run(service: type[Hosted], settings: BusSettings) -> None:
    """Host the service until SIGTERM or SIGINT."""
    telemetry.configure(service.name, settings.log_level)
    bus_url = settings.bus_url.get_secret_value()
    prepare_nameko(bus_url, settings.max_workers)
    container = ServiceContainer(service, {**nameko_config(bus_url, settings.max_workers), SETTINGS: settings})

    def stop(*_: object) -> None:
        # A signal handler may not switch greenlets itself.
        eventlet.spawn_n(container.stop)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    container.start()
    log.info("ready")
    container.wait()
