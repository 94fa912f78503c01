"""The sender process: `python -m services.notify.sender`. Plain asyncio, no eventlet."""

import asyncio

from services.notify.settings import SenderSettings
from services.notify.wiring import wire_sender
from shared import telemetry


async def _run(settings: SenderSettings) -> None:
    await wire_sender(settings).run()


def main() -> None:
    settings = SenderSettings()
    telemetry.configure("notify-sender", settings.log_level)
    asyncio.run(_run(settings))


if __name__ == "__main__":
    main()
