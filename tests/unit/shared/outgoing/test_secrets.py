"""Secrets at rest and the signatures made with them."""

import base64
import os
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from shared.outgoing.secret_box import SecretBox, SecretUnreadable, new_webhook_secret
from shared.outgoing.webhook import signed_headers


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_a_sealed_secret_opens_only_with_its_key_and_purpose() -> None:
    box = SecretBox(key())
    sealed = box.seal("whsec_abc", "endpoint-1")
    assert "whsec_abc" not in sealed
    assert box.open(sealed, "endpoint-1") == "whsec_abc"
    with pytest.raises(SecretUnreadable):
        box.open(sealed, "endpoint-2")
    with pytest.raises(SecretUnreadable):
        SecretBox(key()).open(sealed, "endpoint-1")


@pytest.mark.parametrize("sealed", ["", "v1.", "v1.AAAA", "nonsense!", "v1." + "A" * 60])
def test_what_was_never_sealed_is_unreadable(sealed: str) -> None:
    with pytest.raises(SecretUnreadable):
        SecretBox(key()).open(sealed, "endpoint-1")


@pytest.mark.parametrize("bad", ["", "c2hvcnQ=", "not base64"])
def test_a_key_that_is_not_32_bytes_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"base64|key"):
        SecretBox(bad)


def test_while_rotating_both_secrets_verify_the_call() -> None:
    secrets = [new_webhook_secret(), new_webhook_secret()]
    body = '{"type":"task.issued","matter":"勘测"}'.encode()
    id_ = uuid4()
    headers = signed_headers(id_, secrets, body, datetime.now(UTC))
    assert headers["webhook-id"] == str(id_)
    for secret in secrets:
        assert Webhook(secret).verify(body, headers) == {"type": "task.issued", "matter": "勘测"}
