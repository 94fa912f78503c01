"""What a provider, a network or a page of another site may try: each attempt, and that it opens nothing."""

import base64
import hmac
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gateway.auth.oidc_providers import Provider
from shared.contracts.codes import Role
from tests.integration.gateway.sign_on_house import SignOnHouse, begun, serving, trusted, unix_now
from tests.support.hostile_provider import HostileProvider
from tests.support.oidc_nodes import Browser, new_key

Scene = tuple[SignOnHouse, HostileProvider, HostileProvider]


@pytest.fixture(scope="module")
def both(engine: sa.Engine) -> Iterator[Scene]:
    with HostileProvider() as one, HostileProvider() as other:
        providers = [_trusted("one", one), _trusted("other", other)]
        with serving(engine, providers) as house:
            account = house.account("wang", Role.AGENCY_OFFICER, "agriculture")
            for provider in providers:
                house.linked(account, provider, "wang")
            yield house, one, other


@pytest.fixture
def scene(both: Scene) -> Scene:
    house, one, other = both
    for provider in (one, other):
        provider.asked.clear()
        provider.paths.clear()
        provider.metadata = {}
    return house, one, other


def _trusted(code: str, provider: HostileProvider) -> Provider:
    return trusted(code, provider.issuer, None)


def _answered(house: SignOnHouse, code: str, provider: HostileProvider, **changes: Any) -> httpx.Response:
    """A whole login at which the provider gives an id token with these claims changed."""
    browser = Browser()
    asked = begun(browser, house, code)
    provider.gives(provider.signed(provider.claims(**{"nonce": asked["nonce"], **changes})))
    return browser.go(f"{house.callback(code)}?code=c&state={asked['state']}")


def _given(house: SignOnHouse, provider: HostileProvider, make: Any) -> httpx.Response:
    """The same with a token that is made of the good claims."""
    browser = Browser()
    asked = begun(browser, house, "one")
    provider.gives(make(provider.claims(nonce=asked["nonce"])))
    return browser.go(f"{house.callback('one')}?code=c&state={asked['state']}")


def _refused(house: SignOnHouse, before: int, answer: httpx.Response) -> None:
    assert answer.status_code == 403, answer.text
    assert "未通过校验" in answer.text
    assert len(house.sessions()) == before


def test_a_good_token_gets_in(scene: Scene) -> None:
    """So that what follows is refused for its own fault."""
    house, one, other = scene
    assert _answered(house, "one", one).status_code == 303
    assert _answered(house, "other", other, aud=["tianwei"], azp="tianwei").status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-client"},
        {"aud": ["tianwei", "another-client"]},
        {"azp": "another-client"},
        {"iss": "https://id.other.example"},
        {"exp": unix_now() - 60},
        {"iat": unix_now() + 3600},
        {"iat": unix_now() - 7200},
        {"nonce": "of another login"},
        {"nonce": None},
        {"sub": None},
        {"exp": None},
        {"iat": None},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_opens_nothing(scene: Scene, changes: dict[str, Any]) -> None:
    house, one, _ = scene
    before = len(house.sessions())
    _refused(house, before, _answered(house, "one", one, **changes))


def test_a_token_without_signature_opens_nothing(scene: Scene) -> None:
    house, one, _ = scene
    before = len(house.sessions())

    def unsigned(claims: dict[str, Any]) -> str:
        head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        return f"{head}.{one.signed(claims).split('.')[1]}."

    _refused(house, before, _given(house, one, unsigned))


def test_a_token_keyed_with_the_public_key_opens_nothing(scene: Scene) -> None:
    house, one, _ = scene
    before = len(house.sessions())

    def keyed(claims: dict[str, Any]) -> str:
        head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": one.key.kid}).encode()).rstrip(b"=").decode()
        signing = f"{head}.{one.signed(claims).split('.')[1]}"
        mac = hmac.digest(one.key.as_pem(private=False), signing.encode(), "sha256")
        return f"{signing}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    _refused(house, before, _given(house, one, keyed))


def test_a_token_signed_by_another_key_opens_nothing(scene: Scene) -> None:
    house, one, _ = scene
    before, thief = len(house.sessions()), new_key(str(one.key.kid))
    _refused(house, before, _given(house, one, lambda claims: one.signed(claims, key=thief)))


def test_a_token_that_brings_its_own_key_opens_nothing(scene: Scene) -> None:
    house, one, _ = scene
    before, thief = len(house.sessions()), new_key(str(one.key.kid))
    header = {"jwk": thief.as_dict(private=False)}
    _refused(house, before, _given(house, one, lambda claims: one.signed(claims, header, thief)))


def test_the_token_of_a_former_login_opens_nothing(scene: Scene) -> None:
    """A nonce is of one login: the token is genuine and fresh, its login is over."""
    house, one, _ = scene
    browser = Browser()
    first = begun(browser, house, "one")
    one.gives(one.signed(one.claims(nonce=first["nonce"])))
    assert browser.go(f"{house.callback('one')}?code=c&state={first['state']}").status_code == 303
    before = len(house.sessions())
    second = begun(browser, house, "one")
    _refused(house, before, browser.go(f"{house.callback('one')}?code=c&state={second['state']}"))


def test_a_state_of_nobody_is_shown_to_no_provider(scene: Scene) -> None:
    house, one, _ = scene
    browser = Browser()
    begun(browser, house, "one")
    for query in ("code=c&state=" + "x" * 43, "code=c&state=", "code=c", "state=" + "x" * 43, ""):
        assert browser.go(f"{house.callback('one')}?{query}").status_code == 422
    assert one.asked == []


def test_an_answer_said_twice_is_no_answer(scene: Scene) -> None:
    house, one, _ = scene
    browser = Browser()
    asked = begun(browser, house, "one")
    answer = browser.go(f"{house.callback('one')}?code=a&code=b&state={asked['state']}")
    assert (answer.status_code, one.asked) == (422, [])


# ---- mix-up: RFC 9700 4.4 --------------------------------------------------------------------------------------------


def test_the_answer_of_one_provider_is_never_shown_to_another(scene: Scene) -> None:
    """The login was begun at `one`, the answer comes to the address of `other`: no code goes anywhere."""
    house, one, other = scene
    browser = Browser()
    asked = begun(browser, house, "one")
    assert browser.go(f"{house.callback('other')}?code=c&state={asked['state']}").status_code == 422
    assert (one.asked, other.asked) == ([], [])
    one.gives(one.signed(one.claims(nonce=asked["nonce"])))
    assert browser.go(f"{house.callback('one')}?code=c&state={asked['state']}").status_code == 303


def test_an_answer_that_names_another_issuer_is_refused_before_its_code_is_shown(scene: Scene) -> None:
    house, one, other = scene
    browser = Browser()
    asked = begun(browser, house, "one")
    answer = browser.go(f"{house.callback('one')}?code=c&state={asked['state']}&iss={other.issuer}")
    assert answer.status_code == 403
    assert (one.asked, other.asked) == ([], [])


def test_the_token_of_one_provider_proves_nothing_at_another(scene: Scene) -> None:
    """`one` hands on a genuine token of `other`, of the same subject, made for the same client."""
    house, one, other = scene
    before = len(house.sessions())
    _refused(house, before, _given(house, one, lambda claims: other.signed({**claims, "iss": other.issuer})))
    _refused(house, before, _given(house, one, lambda claims: other.signed(claims)))


# ---- open redirects --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/%5C../" + "x" * 600,
        "javascript:alert(1)",
        "evil.example",
        "",
        "/a\r\nSet-Cookie: a=b",
        "/\t/evil.example",
        " /docs",
        "/文",
        "\\\\evil.example",
        "/a\\b",
    ],
    ids=str,
)
def test_a_return_path_that_leads_elsewhere_is_refused_at_the_door(scene: Scene, return_to: str) -> None:
    house, _, _ = scene
    answer = httpx.get(f"{house.url}/auth/oidc/one/login", params={"return_to": return_to})
    assert answer.status_code == 422
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_a_host_that_the_request_names_is_not_where_the_provider_sends_people_back(scene: Scene) -> None:
    house, _, _ = scene
    answer = httpx.get(house.login("one"), headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    assert "evil.example" not in answer.headers["location"]


# ---- what a page tells -----------------------------------------------------------------------------------------------


def test_nothing_of_an_answer_is_repeated_as_markup(scene: Scene) -> None:
    house, _, _ = scene
    browser = Browser()
    asked = begun(browser, house, "one")
    evil = "%3Cscript%3Ealert(1)%3C/script%3E"
    answer = browser.go(f"{house.callback('one')}?error={evil}&error_description={evil}&state={asked['state']}")
    assert answer.status_code == 403
    assert "<script" not in answer.text
    assert browser.go(f"{house.url}/auth/oidc/{evil}/login").status_code == 404


def test_the_cookie_is_closed_to_scripts_and_to_other_sites(scene: Scene) -> None:
    house, _, _ = scene
    told = httpx.get(house.login("one")).headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=lax" in told
    assert "max-age=600" in told


def test_only_a_token_of_the_provider_ends_sessions(scene: Scene) -> None:
    house, one, other = scene
    assert _answered(house, "one", one).status_code == 303
    mine = house.sessions()[-1]
    event: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    good = one.claims(events=event, jti="1")

    def told(token: str | None) -> int:
        form = {} if token is None else {"logout_token": token}
        return httpx.post(f"{house.url}/auth/oidc/one/backchannel-logout", data=form).status_code

    assert told(None) == 400
    assert told("nonsense") == 400
    assert told(other.signed(good)) == 400
    assert told(other.signed({**good, "iss": other.issuer})) == 400
    assert told(one.signed({**good, "aud": "another-client"})) == 400
    assert told(one.signed(one.claims(nonce="n"))) == 400
    assert house.sessions()[-1] == mine
    assert told(one.signed(good)) == 200
    assert house.sessions()[-1].revoked_at is not None


def test_a_notice_of_logout_shown_again_ends_nobody_who_came_later(scene: Scene) -> None:
    house, one, _ = scene
    event: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    old = one.signed(one.claims(events=event, jti="1", iat=unix_now() - 60))
    assert _answered(house, "one", one).status_code == 303
    answer = httpx.post(f"{house.url}/auth/oidc/one/backchannel-logout", data={"logout_token": old})
    assert answer.status_code == 200
    assert house.sessions()[-1].revoked_at is None


# ---- houses of their own: each begins with empty tables, so they come last -------------------------------------------


def test_the_same_subject_at_two_providers_is_two_people(engine: sa.Engine) -> None:
    with HostileProvider() as one, HostileProvider() as other:
        providers = [_trusted("one", one), _trusted("other", other)]
        with serving(engine, providers) as house:
            account = house.account("wang", Role.AGENCY_OFFICER, "agriculture")
            house.linked(account, providers[0], "wang")
            assert _answered(house, "one", one).status_code == 303
            refused = _answered(house, "other", other)
            assert (refused.status_code, "没有与您对应的账号" in refused.text) == (403, True)


def test_a_provider_that_promises_its_name_in_answers_must_say_it(engine: sa.Engine) -> None:
    with HostileProvider() as one:
        one.metadata = {"authorization_response_iss_parameter_supported": True}
        with serving(engine, [_trusted("one", one)]) as house:
            browser = Browser()
            asked = begun(browser, house, "one")
            assert browser.go(f"{house.callback('one')}?code=c&state={asked['state']}").status_code == 403
            assert one.asked == []


def test_the_door_is_counted_by_address(engine: sa.Engine) -> None:
    with HostileProvider() as one, serving(engine, [_trusted("one", one)], most=5) as house:
        answers = [httpx.get(house.login("one")) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429] * 2
    assert answers[-1].headers["retry-after"]
