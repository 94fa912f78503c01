"""Asks the gateway whether it and all behind it are ready."""

import http.client

from gateway.cli.stack.layout import State


def is_ready(state: State, timeout_s: float = 2.0) -> bool:
    """Whether the gateway says that it and all services behind it are ready."""
    return readiness(state, timeout_s)[0]


def readiness(state: State, timeout_s: float = 2.0) -> tuple[bool, str]:
    """(ready, body of /readyz); the body is empty when nothing answers."""
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
