"""Entry point of `tianwei`: imports every command module, then runs the one asked for."""

import importlib
import pkgutil
import sys
from importlib.util import find_spec
from typing import NoReturn

import typer

from gateway import cli
from gateway.cli.app import app, fail
from gateway.cli.usage import NoArgsIsHelpError, UsageError, in_chinese


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
    """Ends with 0, with the status a command chose, or with 2 for a command line that cannot be understood."""
    load_commands()
    try:
        sys.exit(app(prog_name="tianwei", standalone_mode=False))
    except UsageError as error:
        _explain(error)
    except typer.Abort:
        sys.exit(1)


def _explain(error: UsageError) -> NoReturn:
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        sys.exit(error.exit_code)
    command = error.ctx.command_path if error.ctx else "tianwei"
    try:
        fail(in_chinese(error), f"{command} --help 列出用法", code=error.exit_code)
    except typer.Exit as ended:
        sys.exit(ended.exit_code)


if __name__ == "__main__":
    main()
