"""What a fresh stack makes for itself: accounts and secrets, once, private."""

import base64
import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.cli.stack import accounts, secrets
from gateway.cli.stack.layout import Home
from shared.contracts.codes import COUNTY_AGENCIES, Recipient, Role
from shared.sealing import SecretBox, SecretUnreadable

COUNTY = "640521000000"
TOWNSHIPS = {"640521104000": "恩和镇", "640521100000": "宁安镇"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.prepare()
    return home


def test_every_role_agency_recipient_and_township_has_an_account(home: Home) -> None:
    accounts.make(home, COUNTY, TOWNSHIPS)
    made = accounts.read(home)
    assert {role for account in made for role in account["roles"]} == set(Role)
    organisations = {account["org_code"] for account in made}
    assert {*COUNTY_AGENCIES, *Recipient, "640521104", "640521100"} <= organisations
    assert len({account["login"] for account in made}) == len(made)


def test_a_township_officer_sees_the_township_and_the_coordinator_the_county(home: Home) -> None:
    accounts.make(home, COUNTY, TOWNSHIPS)
    scope = {account["login"]: account["jurisdiction"] for account in accounts.read(home)}
    assert scope["township-640521104"] == "640521104"
    assert scope["coordinator"] == "640521"


def test_no_two_stacks_and_no_two_accounts_share_a_password(home: Home, tmp_path: Path) -> None:
    other = Home.at(tmp_path / "other")
    other.prepare()
    for place in (home, other):
        accounts.make(place, COUNTY, TOWNSHIPS)
    passwords = [account["password"] for place in (home, other) for account in accounts.read(place)]
    assert len(set(passwords)) == len(passwords)
    assert min(map(len, passwords)) >= 16


def test_accounts_and_secrets_are_private_files(home: Home) -> None:
    accounts.make(home, COUNTY, TOWNSHIPS)
    secrets.load_or_make(home)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (home.accounts_file, home.secrets_file)}
    assert modes == {0o600}


def test_secrets_stay_the_same_and_the_keys_belong_together(home: Home) -> None:
    made = secrets.load_or_make(home)
    assert secrets.load_or_make(home) == made
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(made.signing_key))
    assert base64.b64encode(private.public_key().public_bytes_raw()).decode() == made.public_key


def test_a_secret_added_by_a_later_version_is_made_and_the_others_stay(home: Home) -> None:
    made = secrets.load_or_make(home)
    older = json.loads(home.secrets_file.read_text())
    del older["sealing_keys"]
    home.secrets_file.write_text(json.dumps(older))
    renewed = secrets.load_or_make(home)
    assert renewed.signing_key == made.signing_key
    assert renewed.sealing_keys.keys() == made.sealing_keys.keys()


def test_a_sealing_key_of_a_later_version_is_added_and_the_others_stay(home: Home) -> None:
    made = secrets.load_or_make(home)
    older = json.loads(home.secrets_file.read_text())
    del older["sealing_keys"]["cases"]
    home.secrets_file.write_text(json.dumps(older))
    renewed = secrets.load_or_make(home)
    assert renewed.sealing_keys["cases"]
    assert renewed.sealing_keys["notify"] == made.sealing_keys["notify"]
    assert secrets.load_or_make(home) == renewed


def test_secrets_are_not_shown_by_printing_them(home: Home) -> None:
    made = secrets.load_or_make(home)
    assert made.signing_key not in f"{made} {made!r}"


def test_sealing_keys_follow_each_other_and_what_was_sealed_opens(home: Home) -> None:
    old = secrets.load_or_make(home)
    sealed = SecretBox(old.sealing_keys["cases"]).seal("旧", "a")
    secrets.keep(home, secrets.rotated(old, "sm4"))
    new = secrets.load_or_make(home)
    assert (new.signing_key, new.office_key) == (old.signing_key, old.office_key)
    box = SecretBox(new.sealing_keys["cases"])
    assert box.open(sealed, "a") == "旧"
    with pytest.raises(SecretUnreadable):
        SecretBox(old.sealing_keys["cases"]).open(box.seal("新", "a"), "a")
