"""Creates the accounts of a list that are missing: `python -m gateway.seed_accounts --file accounts.json`.

The file: a JSON list of {login, name, roles, org_code, jurisdiction, password, must_change}. Existing accounts stay as
they are. Whoever owns the machine needs no second person: somebody must be the first administrators. must_change, true
unless said otherwise: the password is a first one, which its owner changes.
"""

import argparse
import json
from pathlib import Path

from gateway.auth import password_rules, passwords
from gateway.auth.accounts import Accounts
from gateway.schemas.accounts import SeedAccount
from gateway.settings import SeedSettings
from shared.clock import SystemClock
from shared.database import open_engine
from shared.ids import new_id


def seed(accounts: Accounts, wanted: list[SeedAccount]) -> int:
    """How many were missing and are made now."""
    there = accounts.existing(account.login for account in wanted)
    missing = [account for account in wanted if account.login not in there]
    for account in missing:
        password = account.password.get_secret_value()
        if account.must_change:  # what the house has made needs no looking at
            password_rules.check(password, account.login, [])
        accounts.create(account.new(), passwords.digest(password), new_id(), must_change=account.must_change)
    return len(missing)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True)
    listed = json.loads(parser.parse_args().file.read_text(encoding="utf-8"))
    engine = open_engine(
        SeedSettings().gateway_dsn.get_secret_value(), pool_size=1, application="seed-accounts", walls=False
    )
    try:
        made = seed(Accounts(engine, SystemClock()), [SeedAccount.model_validate(account) for account in listed])
    finally:
        engine.dispose()
    print(f"{made} accounts made, {len(listed) - made} were there")


if __name__ == "__main__":
    main()
