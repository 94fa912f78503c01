"""The unit of work of a service that sends."""

from typing import ClassVar

from shared.delivery.dead_letters import DeadLetterBook
from shared.delivery.unit import Unit


class SendingUnit(Unit):
    """dead_letters: the service's register, where deliveries given up are entered and ended."""

    dead_letters: ClassVar[DeadLetterBook]
