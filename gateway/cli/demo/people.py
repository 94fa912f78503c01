"""The people of the demonstration county, signed in with the accounts the first start made."""

from contextlib import ExitStack
from functools import cached_property
from typing import Any

import httpx

from gateway.cli.demo.person import Person
from gateway.cli.stack import accounts
from gateway.cli.stack.layout import Home, read_state


class People:
    """Everyone who acts in the story. Use as a context manager."""

    def __init__(self, home: Home) -> None:
        self.base_url = str(read_state(home).address)
        self._accounts = {account["login"]: account for account in accounts.read(home)}
        self._stack = ExitStack()
        self._signed_in: dict[str, Person] = {}
        self._http = self._stack.enter_context(httpx.Client(base_url=self.base_url, timeout=10.0, trust_env=False))

    def __enter__(self) -> "People":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def county_code(self) -> str:
        """6 digits."""
        return str(self._accounts["coordinator"]["jurisdiction"])

    @property
    def coordinator(self) -> Person:
        return self._person("coordinator")

    @property
    def administrator(self) -> Person:
        return self._person("admin")

    def township(self, division_code: str) -> Person:
        """The officer of the township in which a place lies."""
        return self._person(f"township-{division_code[:9]}")

    @property
    def reviewers(self) -> tuple[Person, Person]:
        """Of the city and of the region."""
        return self._person("city-reviewer"), self._person("region-reviewer")

    @property
    def chief(self) -> Person:
        """Of natural resources, who approves a hand-over to public security."""
        return self._person("natural-resources-chief")

    @property
    def lead_agency(self) -> Person:
        """Natural resources, which leads the cases of the story."""
        return self._person("natural-resources")

    @cached_property
    def lead_agency_types(self) -> frozenset[str]:
        """Types of documents that the lead agency issues itself; the others are the leading group's."""
        return frozenset(one["type"] for one in self.lead_agency.get("/document-types")["items"])

    @property
    def office_director(self) -> Person:
        return self._person("office-director")

    @property
    def group_head(self) -> Person:
        return self._person("group-head")

    @property
    def police(self) -> Person:
        return self._person("public-security")

    def clerk(self, recipient: str) -> Person:
        return self._person(recipient.replace("_", "-"))

    def credentials_of_system(self, agency: str) -> tuple[str, str]:
        """Client id and secret of an agency's own system."""
        login = f"{agency.replace('_', '-')}-system"
        return login, str(self._accounts[login]["password"])

    def readiness(self) -> dict[str, dict[str, Any]]:
        """What each service that answers says of itself (/readyz)."""
        try:
            answer = self._http.get("/readyz").json()
        except (httpx.TransportError, ValueError):
            return {}
        services: dict[str, dict[str, Any]] = answer["services"]
        return {name: facts for name, facts in services.items() if "head" in facts}

    def description(self) -> Any:
        """What the gateway says of itself (OpenAPI)."""
        return self._http.get("/openapi.json", timeout=60.0).json()  # made when it is first asked for

    def _person(self, login: str) -> Person:
        if login not in self._signed_in:
            person = Person(self.base_url, login, str(self._accounts[login]["password"]))
            self._signed_in[login] = self._stack.enter_context(person)
        return self._signed_in[login]
