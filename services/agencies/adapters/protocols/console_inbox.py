"""For who has no system: nothing leaves the house, its officers read and answer in the console."""

from services.agencies.adapters.protocols.passive import Passive

NAME = "console_inbox"


class ConsoleInbox(Passive):
    name = NAME
