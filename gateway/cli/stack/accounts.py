"""The accounts of a fresh stack, with random first passwords, in one file that only its owner may read."""

import json
from collections.abc import Mapping
from typing import Any

from gateway.cli.stack.layout import Home, write_private
from gateway.fresh_password import fresh_password
from shared.contracts.codes import COUNTY_AGENCIES, Agency, Recipient, Role, title

# The agency whose leaders the demonstration has (domain.md 2.1).
_LEAD = Agency.NATURAL_RESOURCES

Account = dict[str, Any]


def read(home: Home) -> list[Account]:
    """The accounts in `accounts.json`. Raises FileNotFoundError before the first start."""
    kept: list[Account] = json.loads(home.accounts_file.read_text(encoding="utf-8"))
    return kept


def make(home: Home, county_code: str, townships: Mapping[str, str]) -> None:
    """Write `accounts.json`, at the first start.

    county_code: 12 digits; townships: 12-digit code -> name. Each account has
    login, name, roles, org_code, jurisdiction (division prefix) and password.
    """
    made = [{**account, "password": fresh_password()} for account in _people(county_code[:6], townships)]
    write_private(home.accounts_file, json.dumps(made, ensure_ascii=False, indent=1))


def _people(county: str, townships: Mapping[str, str]) -> list[Account]:
    return [
        _account("admin", title(Role.ADMINISTRATOR), Role.ADMINISTRATOR, county, county),
        _account("auditor", title(Role.AUDIT_ADMINISTRATOR), Role.AUDIT_ADMINISTRATOR, county, county),
        _account("coordinator", title(Role.COORDINATOR), Role.COORDINATOR, county, county),
        _account("office-director", title(Role.OFFICE_DIRECTOR), Role.OFFICE_DIRECTOR, county, county),
        _account("group-head", title(Role.GROUP_HEAD), Role.GROUP_HEAD, county, county),
        _account("city-reviewer", "市级审核人员", Role.SUPERIOR_REVIEWER, county[:4], county[:4]),
        _account("region-reviewer", "自治区审核人员", Role.SUPERIOR_REVIEWER, county[:2], county[:2]),
        *(
            _account(f"township-{code[:9]}", f"{name}工作人员", Role.TOWNSHIP_OFFICER, code[:9], code[:9])
            for code, name in townships.items()
        ),
        *(_of_agency(agency, Role.AGENCY_OFFICER, "", "工作人员", county) for agency in COUNTY_AGENCIES),
        *(_of_agency(agency, Role.AGENCY_SYSTEM, "-system", "业务系统", county) for agency in COUNTY_AGENCIES),
        *(
            _of_agency(_LEAD, role, f"-{_login(role)}", title(role), county)
            for role in (Role.CHIEF, Role.ACTING_CHIEF, Role.LEADER, Role.LEGAL_REVIEWER)
        ),
        *(
            _account(_login(clerk), f"{title(clerk)}收文人员", Role.RECIPIENT_CLERK, clerk, county)
            for clerk in Recipient
        ),
    ]


def _of_agency(agency: Agency, role: Role, suffix: str, suffix_title: str, county: str) -> Account:
    return _account(_login(agency) + suffix, f"{title(agency)}{suffix_title}", role, agency, county)


def _account(login: str, name: str, role: Role, org_code: str, jurisdiction: str) -> Account:
    return {
        "login": login,
        "name": name,
        "roles": [str(role)],
        "org_code": str(org_code),
        "jurisdiction": jurisdiction,
    }


def _login(code: str) -> str:
    return str(code).replace("_", "-")
