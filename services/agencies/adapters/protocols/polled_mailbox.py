"""Fetched by the agency: its system asks for what lies above a position, waits for news, acknowledges what it has.

Positions rise in the order of commit and stay, so it may begin again from any. The mailbox itself are task.list,
task.messages and task.read of operations.py; showing is delivery.
"""

from services.agencies.adapters.protocols.passive import Passive

NAME = "polled_mailbox"


class PolledMailbox(Passive):
    name = NAME
