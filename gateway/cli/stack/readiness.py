"""Asks the gateway whether it and all behind it are ready."""

import http.client

import psutil

from gateway.cli.stack.layout import State
from gateway.cli.stack.leftovers import find


def is_ready(state: State, timeout_s: float = 2.0) -> bool:
    """Whether the gateway says that it and all services behind it are ready."""
    return readiness(state, timeout_s)[0]


def readiness(state: State, timeout_s: float = 2.0) -> tuple[bool, str]:
    """(ready, body of /readyz); the body is empty when nothing of this stack answers."""
    if not _has_the_port(state):
        return False, ""
    host = state.address.removeprefix("http://").rpartition(":")[0].strip("[]")
    connection = http.client.HTTPConnection(host, state.http_port, timeout=timeout_s)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status == 200, answer.read(65_536).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return False, ""
    finally:
        connection.close()


def _has_the_port(state: State) -> bool:
    """Whether it is our own gateway that listens: another stack on our port would say that it is ready, too."""
    record = state.processes.get("gateway")
    process = find(record) if record else None
    if process is None:
        return False
    try:
        listening = [one for one in process.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
    return any(one.laddr.port == state.http_port for one in listening)
