"""An account of the demonstration: it does not give up on a house that is away, and never repeats wrong credentials."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gateway.cli.demo.person import CredentialsRefused, Person


class _Strangers(ThreadingHTTPServer):
    """Another county's house: it knows none of our accounts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Refuse(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        super().__init__(("127.0.0.1", 0), Refuse)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def strangers() -> Iterator[_Strangers]:
    with _Strangers() as house:
        thread = threading.Thread(target=house.serve_forever)
        thread.start()
        yield house
        house.shutdown()
        thread.join()


def test_wrong_credentials_are_shown_once(strangers: _Strangers) -> None:
    with Person(strangers.address, "agriculture-system", "of yesterday", system=True) as person:
        for _ in range(3):
            with pytest.raises(CredentialsRefused):
                person.get("/tasks")
    assert strangers.asked == ["/api/v1/auth/token"]
