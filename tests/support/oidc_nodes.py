"""Independent OpenID providers on loopback, each a process of its own, and a browser that signs in at them."""

import json
import os
import shutil
import sys
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin

import httpx
from joserfc.jwk import RSAKey

from tests.support.nodes import Node, free_port, wait_until
from tests.support.wanting import Wanting

_FOLDER = Path(__file__).with_name("oidc_node")
_MOST_STEPS = 12


class NodeProviderMissing(Wanting):
    """No Node here, or not the packages of the lock file; `make test` installs them where it may."""

    what = "oidc-provider on Node"
    # Packages of npm are further away than others: a run without them says so, and has the other provider.
    required = False


class OidcProvider(Node):
    """issuer: as in its tokens. client_id, client_secret: of the house."""

    client_id = "tianwei"
    client_secret = "of-one-test-run"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.port = free_port()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serves(self) -> bool:
        self._alive()
        try:
            urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=1).close()
        except OSError:
            return False
        return True


class MockProvider(OidcProvider):
    """PyPI's oidc-provider-mock: takes any client, knows no PKCE and no client credentials."""

    def __init__(self) -> None:
        super().__init__("oidc-mock")

    def start(self) -> Self:
        self._spawn([sys.executable, "-m", "oidc_provider_mock", "-p", str(self.port), "--require-nonce", "true"])
        wait_until(self._serves, what="the mock provider")
        return self


class NodeProvider(OidcProvider):
    """npm's oidc-provider: demands PKCE, knows its clients and their redirect URIs, client credentials as RFC 9068.

    redirect_uris, backchannel: of the house. audience: of the house's API. system: a client of an agency's system.
    """

    system, system_secret = "agriculture-erp", "of-its-own-test-run"

    def __init__(self, house: str, code: str, audience: str) -> None:
        if shutil.which("node") is None or not _installed():
            raise NodeProviderMissing("run .ci/oidc-provider")
        super().__init__("oidc-node")
        self._house, self._code, self.audience = house, code, audience
        self.keys = [new_key("first")]

    def start(self) -> Self:
        """With the keys as they are: the first that fits signs."""
        config = self.folder / "config.json"
        config.write_text(json.dumps(self._config()))
        self._spawn(["node", str(_FOLDER / "server.mjs"), str(config)], {"PATH": os.environ["PATH"]})
        wait_until(self._serves, what="the provider on Node")
        return self

    def client_token(self, secret: str | None = None) -> str:
        """An access token by client credentials."""
        answer = httpx.post(
            f"{self.issuer}/token",
            data={"grant_type": "client_credentials", "scope": "api", "resource": self.audience},
            auth=(self.system, secret or self.system_secret),
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def _config(self) -> dict[str, Any]:
        people = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uris": [f"{self._house}/auth/oidc/{self._code}/callback"],
            "post_logout_redirect_uris": [f"{self._house}/"],
            "backchannel_logout_uri": f"{self._house}/auth/oidc/{self._code}/backchannel-logout",
            "backchannel_logout_session_required": True,
        }
        system = {
            "client_id": self.system,
            "client_secret": self.system_secret,
            "grant_types": ["client_credentials"],
            "response_types": [],
            "redirect_uris": [],
        }
        jwks = {"keys": [key.as_dict(private=True) for key in self.keys]}
        return {"port": self.port, "jwks": jwks, "clients": [people, system], "audience": self.audience}


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}, private=True)


def _installed() -> bool:
    mark, lock = _FOLDER / "node_modules" / ".of-lock", _FOLDER / "package-lock.json"
    return mark.exists() and mark.read_bytes() == lock.read_bytes()


class Browser:
    """Cookies and redirects as a browser has them; fills in the one form that a provider shows."""

    def __init__(self) -> None:
        self.cookies = httpx.Cookies()

    def go(self, url: str) -> httpx.Response:
        """One page, no redirect followed."""
        return self.send("GET", url)

    def send(self, method: str, url: str, **more: Any) -> httpx.Response:
        with httpx.Client(timeout=20.0, cookies=self.cookies) as client:
            answer = client.request(method, url, **more)
            self.cookies = client.cookies
        return answer

    def sign_in(self, url: str, login: str, until: str) -> httpx.Response:
        """Follow redirects and fill in forms until an address begins with `until`; the answer that names it."""
        answer = self.go(url)
        for _ in range(_MOST_STEPS):
            if answer.is_redirect:
                target = urljoin(str(answer.request.url), answer.headers["location"])
                if target.startswith(until):
                    return answer
                answer = self.go(target)
            else:
                answer = self._submit(answer, login)
        raise AssertionError(f"no end of redirects: {answer.request.url} {answer.text[:500]}")

    def log_out(self, url: str) -> httpx.Response:
        """At the provider, answering yes."""
        page = self.go(url)
        return page if page.is_redirect else self._submit(page, "", {"logout": "yes"})

    def _submit(self, page: httpx.Response, login: str, more: dict[str, str] | None = None) -> httpx.Response:
        form = _Form(page.text)
        assert form.found, f"no form: {page.status_code} {page.text[:500]}"
        filled = {**form.fields, **(more or {})}
        for name, value in (("login", login), ("sub", login), ("password", "any")):
            if name in form.names:
                filled[name] = value
        return self.send("POST", urljoin(str(page.request.url), form.action), data=filled)


class _Form(HTMLParser):
    """The first form of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found, self.action = False, ""
        self.fields: dict[str, str] = {}
        self.names: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.found:
            self.found, self.action = True, told.get("action", "")
        elif tag in ("input", "button") and "name" in told:
            self.names.add(told["name"])
            if told.get("type") == "hidden":
                self.fields[told["name"]] = told.get("value", "")
