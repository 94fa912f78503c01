"""The nameko class of `cases`: what the bus calls. Everything it does is in operations.py and wiring.py."""

from services.cases.wiring import wire
from shared.host.kernel import Kernel
from shared.host.service import Hosted


class CasesService(Hosted):
    name = "cases"
    kernel = Kernel(wire)
