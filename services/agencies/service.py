"""The nameko class of `agencies`: what the bus calls. Everything it does is in operations.py and wiring.py."""

from services.agencies.wiring import wire
from shared.host.kernel import Kernel
from shared.host.service import Hosted


class AgenciesService(Hosted):
    name = "agencies"
    kernel = Kernel(wire)
