"""Entry point of `tianwei`: imports every command module, then runs the one asked for."""

import importlib
import pkgutil
from importlib.util import find_spec

from gateway import cli
from gateway.cli.app import app


def load_commands() -> None:
    """Import `gateway/cli/*.py` and `gateway/cli/*/commands.py`, so that each adds its commands."""
    for module in pkgutil.iter_modules(cli.__path__):
        name = f"{cli.__name__}.{module.name}"
        if module.ispkg:
            name += ".commands"
            if find_spec(name) is None:
                continue
        if module.name != "__main__":
            importlib.import_module(name)


def main() -> None:
    load_commands()
    app(prog_name="tianwei")


if __name__ == "__main__":
    main()
