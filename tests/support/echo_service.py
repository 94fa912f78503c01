"""A nameko service process for tests of the bus: python -m tests.support.echo_service BUS_URL."""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402
from typing import Any  # noqa: E402

from nameko.runners import ServiceRunner  # noqa: E402

from shared.host.nameko_settings import nameko_config, prepare_nameko  # noqa: E402
from shared.host.rpc_entrypoint import rpc  # noqa: E402


class EchoService:
    name = "echo"

    @rpc
    def echo(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"ok": request}

    @rpc
    def slow(self, request: dict[str, Any]) -> dict[str, Any]:
        eventlet.sleep(request["seconds"])
        return {"ok": None}

    @rpc
    def raises(self, request: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError(request["text"])

    @rpc
    def nan(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {"ok": float("nan")}


def main(url: str) -> None:
    prepare_nameko(url)
    runner = ServiceRunner(nameko_config(url))
    runner.add_service(EchoService)
    runner.start()
    print("ready", flush=True)
    runner.wait()


if __name__ == "__main__":
    main(sys.argv[1])
