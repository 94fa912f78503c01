"""Creates the accounts of a list that are missing: `python -m gateway.seed_accounts --file accounts.json`.

The file: a JSON list of {login, name, roles, org_code, jurisdiction, password}. Existing accounts stay as they are.
"""

import argparse
import json
from pathlib import Path

from gateway.auth import passwords
from gateway.auth.accounts import Accounts
from gateway.schemas.accounts import CreateAccount
from gateway.settings import SeedSettings
from shared.database import open_engine
from shared.ids import new_id


def seed(accounts: Accounts, wanted: list[CreateAccount]) -> int:
    """How many were missing and are made now."""
    there = accounts.existing(account.login for account in wanted)
    missing = [account for account in wanted if account.login not in there]
    for account in missing:
        accounts.create(account.new(), passwords.digest(account.password.get_secret_value()), new_id())
    return len(missing)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True)
    listed = json.loads(parser.parse_args().file.read_text(encoding="utf-8"))
    engine = open_engine(
        SeedSettings().gateway_dsn.get_secret_value(), pool_size=1, application="seed-accounts", walls=False
    )
    try:
        made = seed(Accounts(engine), [CreateAccount.model_validate(account) for account in listed])
    finally:
        engine.dispose()
    print(f"{made} accounts made, {len(listed) - made} were there")


if __name__ == "__main__":
    main()
