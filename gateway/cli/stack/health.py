"""A container's health check: `python -m gateway.cli.stack.health` (young heartbeat) or `… --http` (gateway lives)."""

import http.client
import os
import sys
import time
from pathlib import Path

_OLDEST_S = 60.0


def heartbeat_is_young(file: Path, now: float) -> bool:
    """Whether the process whose heartbeat file this is still turns. now: unix seconds."""
    try:
        return now - file.stat().st_mtime < _OLDEST_S
    except FileNotFoundError:
        return False


def gateway_lives(port: int) -> bool:
    """Whether /healthz of this container answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    if "--http" in sys.argv:
        return 0 if gateway_lives(int(os.environ.get("TIANWEI_HTTP_PORT", "8600"))) else 1
    return 0 if heartbeat_is_young(Path(os.environ["TIANWEI_HEARTBEAT_FILE"]), time.time()) else 1


if __name__ == "__main__":
    sys.exit(main())
