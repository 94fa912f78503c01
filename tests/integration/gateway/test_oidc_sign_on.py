"""People sign in at two independent providers: there and back, who gets in, who does not, and out again."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import sqlalchemy as sa

from gateway.auth.oidc_providers import Provider
from shared.contracts.codes import Role
from tests.integration.gateway.sign_on_house import AUDIENCE, SignOnHouse, begun, parameters, serving, trusted
from tests.support.nodes import free_port, wait_until
from tests.support.oidc_nodes import Browser, MockProvider, NodeProvider, OidcProvider, new_key


@dataclass
class Scene:
    house: SignOnHouse
    node: OidcProvider
    provider: Provider


@pytest.fixture(scope="module", params=["mock", "node"])
def scene(request: pytest.FixtureRequest, engine: sa.Engine) -> Iterator[Scene]:
    """One house and one provider for all tests of this file, one after the other provider."""
    port, code = free_port(), str(request.param)
    url = f"http://127.0.0.1:{port}"
    made = MockProvider() if code == "mock" else NodeProvider(url, code, AUDIENCE)
    with made as node:
        provider = trusted(code, node.issuer)
        with serving(engine, [provider], port) as house:
            yield Scene(house, node, provider)


@pytest.fixture(scope="module")
def node_scene(engine: sa.Engine) -> Iterator[Scene]:
    port = free_port()
    with NodeProvider(f"http://127.0.0.1:{port}", "node", AUDIENCE) as node:
        provider = trusted("node", node.issuer)
        with serving(engine, [provider], port) as house:
            yield Scene(house, node, provider)


def _officer(scene: Scene, login: str, subject: str) -> str:
    account = scene.house.account(login, Role.AGENCY_OFFICER, "agriculture")
    scene.house.linked(account, scene.provider, subject)
    return str(account.id)


def test_a_linked_person_gets_in_and_comes_to_the_page_that_was_asked_for(scene: Scene) -> None:
    account_id = _officer(scene, "wang", "wang@id")
    browser = Browser()
    answer = scene.house.sign_in(browser, scene.provider.code, "wang@id", "/docs?page=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs?page=2")
    assert answer.headers["cache-control"] == "no-store"
    [mine] = [row for row in scene.house.sessions() if str(row.account_id) == account_id]
    assert (mine.provider, mine.revoked_at) == (scene.provider.code, None)
    assert browser.go(f"{scene.house.url}/api/v1/me").json()["login"] == "wang"
    changing = browser.send("POST", f"{scene.house.url}/api/v1/auth/oidc/logout")
    assert (changing.status_code, changing.json()["code"]) == (403, "auth.csrf-token-wrong")


def test_who_is_not_linked_gets_a_clear_no_and_no_session(scene: Scene) -> None:
    before = len(scene.house.sessions())
    answer = scene.house.sign_in(Browser(), scene.provider.code, "stranger@id")
    assert answer.status_code == 403
    assert "没有与您对应的账号" in answer.text
    assert "stranger@id" in answer.text
    assert len(scene.house.sessions()) == before


def test_an_account_of_the_same_name_or_address_is_not_taken_for_the_same_person(scene: Scene) -> None:
    """The mock's e-mail is the subject; a login here is the same word: nothing but (issuer, subject) counts."""
    scene.house.account("li", Role.COORDINATOR)
    assert scene.house.sign_in(Browser(), scene.provider.code, "li").status_code == 403


def test_a_link_that_one_administrator_alone_proposed_lets_nobody_in(scene: Scene) -> None:
    account = scene.house.account("zhao", Role.AGENCY_OFFICER, "agriculture")
    admin = scene.house.account("admin-alone", Role.ADMINISTRATOR)
    scene.house.identities.propose(account.id, scene.provider, "zhao@id", admin.actor, account.created_at)
    assert scene.house.sign_in(Browser(), scene.provider.code, "zhao@id").status_code == 403


def test_an_account_that_has_ended_lets_nobody_in(scene: Scene) -> None:
    account_id = _officer(scene, "gone", "gone@id")
    admin = scene.house.account("admin-ends", Role.ADMINISTRATOR)
    ended = scene.house.ask("POST", f"/accounts/{account_id}/disable", by=admin.login)
    assert ended.status_code == 200
    answer = scene.house.sign_in(Browser(), scene.provider.code, "gone@id")
    assert answer.status_code == 403
    assert "已停用" in answer.text


def test_two_tabs_of_one_browser_both_come_back(scene: Scene) -> None:
    _officer(scene, "tabs", "tabs@id")
    browser, code = Browser(), scene.provider.code
    first = browser.sign_in(scene.house.login(code), "tabs@id", scene.house.callback(code))
    second = browser.sign_in(scene.house.login(code), "tabs@id", scene.house.callback(code))
    assert browser.go(first.headers["location"]).status_code == 303
    assert browser.go(second.headers["location"]).status_code == 303


def test_what_the_provider_is_asked_holds_nothing_that_was_used_before(scene: Scene) -> None:
    browser, code = Browser(), scene.provider.code
    one, other = (begun(browser, scene.house, code) for _ in range(2))
    assert one["redirect_uri"] == scene.house.callback(code)
    assert (one["response_type"], one["code_challenge_method"], one["scope"]) == ("code", "S256", "openid profile")
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name]) == 43
        assert one[name] != other[name]


def test_a_callback_shown_again_opens_nothing(scene: Scene) -> None:
    _officer(scene, "again", "again@id")
    browser, code = Browser(), scene.provider.code
    back = browser.sign_in(scene.house.login(code), "again@id", scene.house.callback(code)).headers["location"]
    assert browser.go(back).status_code == 303
    opened = len(scene.house.sessions())
    answer = browser.go(back)
    assert (answer.status_code, len(scene.house.sessions())) == (422, opened)
    assert "已用过" in answer.text


def test_a_code_that_was_used_is_refused_by_the_provider(scene: Scene) -> None:
    """A fresh login of one's own with the code of another: state and cookie are right, the code is spent."""
    _officer(scene, "thief", "thief@id")
    browser, code = Browser(), scene.provider.code
    back = browser.sign_in(scene.house.login(code), "thief@id", scene.house.callback(code)).headers["location"]
    assert browser.go(back).status_code == 303
    opened = len(scene.house.sessions())
    fresh = begun(browser, scene.house, code)
    answer = browser.go(f"{scene.house.callback(code)}?code={parameters(back)['code']}&state={fresh['state']}")
    assert answer.status_code == 403
    assert len(scene.house.sessions()) == opened


def test_a_stolen_code_is_of_no_use_in_another_browser(scene: Scene) -> None:
    """Injection: the victim's unused code in the attacker's own login. PKCE or the nonce ends it."""
    _officer(scene, "victim", "victim@id")
    code = scene.provider.code
    stolen = Browser().sign_in(scene.house.login(code), "victim@id", scene.house.callback(code)).headers["location"]
    attacker = Browser()
    fresh = begun(attacker, scene.house, code)
    opened = len(scene.house.sessions())
    answer = attacker.go(f"{scene.house.callback(code)}?code={parameters(stolen)['code']}&state={fresh['state']}")
    assert answer.status_code == 403
    assert len(scene.house.sessions()) == opened


def test_an_answer_in_another_browser_opens_nothing_there_and_still_here(scene: Scene) -> None:
    """Login CSRF: the attacker's answer in the victim's browser."""
    _officer(scene, "forced", "forced@id")
    browser, code = Browser(), scene.provider.code
    back = browser.sign_in(scene.house.login(code), "forced@id", scene.house.callback(code)).headers["location"]
    other = Browser()
    assert other.go(back).status_code == 422
    begun(other, scene.house, code)  # with a cookie of its own it is no other
    assert other.go(back).status_code == 422
    assert browser.go(back).status_code == 303


def test_the_way_off_leads_to_the_provider_and_back(scene: Scene) -> None:
    account_id = _officer(scene, "leaves", "leaves@id")
    browser = Browser()
    scene.house.sign_in(browser, scene.provider.code, "leaves@id")
    left = scene.house.leave(browser)
    assert left.status_code == 200
    go_to = left.json()["go_to"]
    assert go_to.startswith(scene.node.issuer)
    asked = parameters(go_to)
    assert asked["post_logout_redirect_uri"] == f"{scene.house.url}/"
    assert "id_token_hint" in asked
    assert browser.log_out(go_to).headers["location"].startswith(f"{scene.house.url}/")
    [mine] = [row for row in scene.house.sessions() if str(row.account_id) == account_id]
    assert mine.revoked_at is not None
    assert browser.go(f"{scene.house.url}/api/v1/me").status_code == 401


# ---- only a provider that does more than the mock --------------------------------------------------------------------


def test_the_provider_demands_pkce(node_scene: Scene) -> None:
    """So that the tests above say something: without a challenge this provider answers no."""
    asked = begun(Browser(), node_scene.house, "node")
    bare = {name: value for name, value in asked.items() if not name.startswith("code_challenge")}
    answer = httpx.get(f"{node_scene.node.issuer}/auth", params=bare)
    assert "error=invalid_request" in answer.headers["location"]


def test_a_person_who_says_no_is_told_so(node_scene: Scene) -> None:
    browser, house = Browser(), node_scene.house
    page = browser.go(house.login("node"))
    while page.is_redirect:
        page = browser.go(str(page.next_request.url) if page.next_request else "")
    answer = browser.go(f"{page.request.url}/abort")
    while answer.is_redirect and not answer.headers["location"].startswith(house.callback("node")):
        answer = browser.go(str(answer.next_request.url) if answer.next_request else "")
    refused = browser.go(answer.headers["location"])
    assert refused.status_code == 403
    assert "access_denied" in refused.text


def test_the_provider_ends_a_session_here_by_its_own_word(node_scene: Scene) -> None:
    """Back-channel logout: somebody signs out at the provider, not here."""
    account_id = _officer(node_scene, "elsewhere", "elsewhere@id")
    browser, house = Browser(), node_scene.house
    assert house.sign_in(browser, "node", "elsewhere@id").status_code == 303
    browser.log_out(f"{node_scene.node.issuer}/session/end?client_id=tianwei")

    def ended() -> bool:
        return all(row.revoked_at for row in house.sessions() if str(row.account_id) == account_id)

    wait_until(ended, 10.0, "the end of the session")


def test_new_keys_of_the_provider_are_found_while_it_runs(engine: sa.Engine) -> None:
    port = free_port()
    with NodeProvider(f"http://127.0.0.1:{port}", "node", AUDIENCE) as node:
        provider = trusted("node", node.issuer)
        with serving(engine, [provider], port) as house:
            scene = Scene(house, node, provider)
            _officer(scene, "wang", "wang@id")
            assert house.sign_in(Browser(), "node", "wang@id").status_code == 303
            node.stop()
            node.keys = [new_key("second"), *node.keys]
            node.start()
            house.later(31.0)
            assert house.sign_in(Browser(), "node", "wang@id").status_code == 303


def test_a_provider_that_is_down_is_said_to_be_and_local_accounts_still_get_in(engine: sa.Engine) -> None:
    port = free_port()
    with MockProvider() as node:
        provider = trusted("mock", node.issuer)
        with serving(engine, [provider], port) as house:
            house.account("local", Role.COORDINATOR)
            node.stop()
            answer = Browser().go(house.login("mock"))
            assert answer.status_code == 503
            assert "暂时连接不上" in answer.text
            assert answer.headers["retry-after"]
            assert house.ask("GET", "/me", by="local").json()["login"] == "local"
            node.start()
            house.later(6.0)
            assert Browser().go(house.login("mock")).status_code == 303
