"""Writes docs/openapi.json: `python -m gateway.openapi`. The same code, the same bytes."""

import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from gateway.app import create_app
from gateway.parts import Parts

FILE = Path(__file__).parent.parent / "docs" / "openapi.json"


def text() -> str:
    """The document as committed."""
    return json.dumps(create_app(never).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def never() -> AbstractAsyncContextManager[Parts]:
    """Parts of an application that serves nobody."""
    raise RuntimeError("this application only describes itself")


def main() -> None:
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
