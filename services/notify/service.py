"""The nameko class of `notify`: what the bus calls. Everything it does is in operations.py and wiring.py."""

from services.notify.wiring import wire
from shared.host.kernel import Kernel
from shared.host.service import Hosted


class NotifyService(Hosted):
    name = "notify"
    kernel = Kernel(wire)
