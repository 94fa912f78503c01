"""Keeps today's API as the released contract: `PYTHONPATH=. python -m tests.contract.release`, at a release only."""

import json

from gateway import openapi
from tests.contract.breaking import contract_of
from tests.contract.test_breaking import RELEASED


def main() -> None:
    RELEASED.parent.mkdir(exist_ok=True)
    kept = contract_of(json.loads(openapi.text()))
    RELEASED.write_text(json.dumps(kept, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
