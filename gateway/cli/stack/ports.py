"""A free port for the gateway: the one asked for, the one used last, the usual one, or the next free."""

import socket
from collections.abc import Iterable
from itertools import chain

USUAL_HTTP_PORT = 8600


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose(host: str, remembered: int = 0, usual: int = USUAL_HTTP_PORT, tries: int = 100) -> int:
    """First free port: remembered, usual, the ones after it, any. Raises OSError when the host has none."""
    candidates: Iterable[int] = chain([remembered] if remembered else [], range(usual, usual + tries))
    for port in candidates:
        if is_free(host, port):
            return port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
