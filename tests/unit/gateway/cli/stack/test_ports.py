"""Which port the gateway gets."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gateway.cli.stack import ports


@pytest.fixture(autouse=True)
def _claims_end_with_the_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As they end with a process."""
    claims: dict[int, socket.socket] = {}
    monkeypatch.setattr(ports, "_claims", claims)
    yield
    for claim in claims.values():
        claim.close()


def _taken() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def test_a_taken_usual_port_gives_the_next_free_one() -> None:
    with _taken() as listener:
        usual = listener.getsockname()[1]
        chosen = ports.choose("127.0.0.1", usual=usual)
        assert chosen != usual
        assert ports.is_free("127.0.0.1", chosen)


def test_a_taken_port_is_told_with_who_has_it() -> None:
    with _taken() as listener:
        port = listener.getsockname()[1]
        told = ports.taken(port)
    assert f"端口 {port} 已被占用" in told
    assert f"（进程号 {os.getpid()}）" in told


def test_the_port_used_last_is_kept_while_it_is_free() -> None:
    with _taken() as listener:
        last = listener.getsockname()[1]
    assert ports.choose("127.0.0.1", remembered=last) == last


def test_the_port_used_last_is_left_when_it_is_taken() -> None:
    with _taken() as listener:
        assert ports.choose("127.0.0.1", remembered=listener.getsockname()[1]) != listener.getsockname()[1]


def test_with_all_usual_ports_taken_any_free_one_is_found() -> None:
    with _taken() as listener:
        usual = listener.getsockname()[1]
        assert ports.is_free("127.0.0.1", ports.choose("127.0.0.1", usual=usual, tries=1))


def test_a_port_one_process_has_chosen_is_not_given_to_another_before_it_listens() -> None:
    with _taken() as listener:
        free = listener.getsockname()[1]
    order = f"from gateway.cli.stack import ports; print(ports.choose('127.0.0.1', {free}), flush=True); input()"
    command = [sys.executable, "-c", order]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert int(other.stdout.readline()) == free
        assert ports.choose("127.0.0.1", remembered=free) != free
        other.communicate("\n")
    assert ports.choose("127.0.0.1", remembered=free) == free
