"""Telling a service that its agency or recipient has been shown something: the first showing proves the delivery."""

import logging
from uuid import UUID

from gateway.forwarding import Asked
from shared.contracts.base import Command
from shared.errors import TianweiError

log = logging.getLogger(__name__)


async def record_reading(call: Asked, service: str, command: Command, target_id: str | None = None) -> None:
    """Runs after the answer was sent. A failure is only logged: the next showing is proof just as well."""
    try:
        await call.parts.services.command(
            service,
            command.operation,
            command.model_dump(mode="json"),
            principal=call.caller.principal(),
            correlation_id=call.correlation_id,
            target_id=None if target_id is None else UUID(target_id),
        )
    except TianweiError as error:
        log.warning("a reading was not recorded: %s", error)
