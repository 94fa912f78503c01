"""Whether the bus itself is at fault, seen over a connection that nobody has used before."""

from shared.bus import serializer
from shared.bus.connection import BUS_ERRORS
from shared.bus.names import rpc_exchange
from shared.bus.sender import TRANSIENT, Sender, Unroutable

_NOBODY = "nobody.listens-here"


def takes_messages(url: str) -> bool:
    """Whether the bus lets us in and takes a message, within some 6 s.

    False for a broker that is away or frozen, and for one in alarm, which lets in and then takes nothing.
    """
    sender = Sender(url, rpc_exchange())
    try:
        sender.send("{}", serializer.JSON_TYPE, _NOBODY, {"delivery_mode": TRANSIENT})
    except Unroutable:
        return True
    except BUS_ERRORS:
        return False
    finally:
        sender.drop()
    return True
