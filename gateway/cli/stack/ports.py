"""A free port for the gateway: the one asked for, the one used last, the usual one, or the next free."""

import socket
import sys
from collections.abc import Iterable
from itertools import chain

import psutil

USUAL_HTTP_PORT = 8600

# Kept until this process ends, and given back by the kernel then.
_claims: dict[int, socket.socket] = {}


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


def taken(port: int) -> str:
    """That a port is taken, and by what as far as it may be seen."""
    try:
        listening = [one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
        pid = next((one.pid for one in listening if one.laddr and one.laddr.port == port and one.pid), None)
        by = "" if pid is None else f"，占用它的是 {psutil.Process(pid).name()}（进程号 {pid}）"
    except (psutil.Error, OSError):
        by = ""
    return f"端口 {port} 已被占用{by}"


def choose(host: str, remembered: int = 0, usual: int = USUAL_HTTP_PORT, tries: int = 100) -> int:
    """First free port: remembered, usual, the ones after it, any. Raises OSError when the host has none."""
    candidates: Iterable[int] = chain([remembered] if remembered else [], range(usual, usual + tries))
    for port in candidates:
        if is_free(host, port) and _claim(port):
            return port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _claim(port: int) -> bool:
    """Whether no other of our processes has chosen this port and not come to listen there yet.

    Starting takes seconds: stacks started at the same time would all find the same port free.
    """
    if port in _claims or sys.platform != "linux":
        return True
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0tianwei-port-{port}")
    except OSError:
        claim.close()
        return False
    _claims[port] = claim
    return True
