"""The gateway's signing key is changed while people work: nobody notices, and the old key ends."""

import json
import threading
from collections.abc import Callable

import httpx
import jwt

from tests.system.running_house import RunningHouse


def test_nobody_notices_a_new_signing_key(house: RunningHouse) -> None:
    township = f"township-{house.townships[0]}"
    grant = {"grant_type": "password", "username": township, "password": str(house.logins[township]["password"])}
    with httpx.Client(base_url=f"{house.address}/api/v1", timeout=30.0, trust_env=False) as client:

        def token() -> str:
            return str(client.post("/auth/token", json=grant).raise_for_status().json()["access_token"])

        def status(bearer: str, path: str) -> int:
            return client.get(path, headers={"Authorization": f"Bearer {bearer}"}).status_code

        old, answers, done = token(), list[int](), threading.Event()

        def work() -> None:
            """Through the gateway to two services, all the while."""
            while not done.is_set():
                answers.extend(status(old, path) for path in ("/clues", "/notices"))

        working = threading.Thread(target=work)
        working.start()
        try:
            before = _keys(house, "list")
            after = _keys(house, "rotate")
            new = _signed_by_a_new_key(token, before[0])
        finally:
            done.set()
            working.join()
        assert set(answers) == {200}
        assert len(answers) > 20
        assert (after[0], after[1]) == (_kid(new), before[0])
        for bearer in (old, new):
            assert [status(bearer, path) for path in ("/clues", "/notices", "/me")] == [200] * 3


def _signed_by_a_new_key(token: Callable[[], str], old: str) -> str:
    """The first token of the new key; the gateway looks once a second."""
    for _ in range(200):
        made = token()
        if _kid(made) != old:
            return made
    raise AssertionError("the old key still signs")


def _keys(house: RunningHouse, verb: str) -> list[str]:
    done = house.tianwei("keys", verb, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return [row["key_id"] for row in json.loads(done.stdout)]


def _kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])
