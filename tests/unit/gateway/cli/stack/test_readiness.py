"""Whose word counts when a stack asks whether it is ready."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import psutil
import pytest

from gateway.cli.stack.layout import Running, State
from gateway.cli.stack.readiness import readiness


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    """Of a gateway that says it is ready, in this very process."""
    with HTTPServer(("127.0.0.1", 0), _Ready) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def _state(port: int, pid: int) -> State:
    return State(http_port=port, processes={"gateway": Running(pid, psutil.Process(pid).create_time())})


def test_our_own_gateway_is_believed(port: int) -> None:
    assert readiness(_state(port, os.getpid())) == (True, "{}")


def test_another_stack_that_answers_on_our_port_is_not_believed(port: int) -> None:
    assert readiness(_state(port, os.getppid())) == (False, "")


def test_without_a_gateway_nothing_is_ready(port: int) -> None:
    assert readiness(State(http_port=port)) == (False, "")
