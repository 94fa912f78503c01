"""A private S3-compatible server: moto's, as a process of its own. What is stored lies in its memory."""

import sys
import urllib.request
from typing import Self

from tests.support.nodes import Node, free_port, wait_until

BUCKET = "tianwei"


class S3Node(Node):
    def __init__(self) -> None:
        super().__init__("s3")
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        self._spawn([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)])
        wait_until(self._serves, what="the S3 server")
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/{BUCKET}", method="PUT"), timeout=5).close()
        return self

    def _serves(self) -> bool:
        self._alive()
        try:
            urllib.request.urlopen(f"{self.url}/moto-api/", timeout=1).close()
        except OSError:
            return False
        return True
