"""A command line that cannot be understood, said in Chinese."""

# Typer carries its own Click and does not export its errors.
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)

__all__ = ["NoArgsIsHelpError", "UsageError", "in_chinese"]

_BEFORE_COMMAND = "No such command "
_TOO_MANY = "extra argument"
_QUOTE = "'"


def in_chinese(error: UsageError) -> str:
    """What is wrong with the command line; rare faults keep their English words in brackets."""
    match error:
        case NoSuchOption():
            meant = f"，是不是 {'、'.join(sorted(error.possibilities))}" if error.possibilities else ""
            return f"没有选项 {error.option_name}{meant}"
        case MissingParameter():
            return f"缺少{_name(error)}"
        case BadParameter():
            return f"{_name(error) or '参数'} 的值不对（{error.message}）"
        case BadOptionUsage():
            return f"选项 {error.option_name} 的用法不对（{error.message}）"
    if error.message.startswith(_BEFORE_COMMAND):
        return f"没有命令 {error.message.removeprefix(_BEFORE_COMMAND).split('.')[0].strip(_QUOTE)}"
    if _TOO_MANY in error.message:
        return f"多余的参数：{error.message.rpartition('(')[2].rstrip(')')}"
    return f"命令的用法不对（{error.message}）"


def _name(error: BadParameter) -> str:
    """The option or argument as it is typed."""
    if error.param is None:
        return str(error.param_hint or "")
    if error.param.param_type_name == "option":
        return f"选项 {' / '.join(error.param.opts)}"
    hint = error.param.get_error_hint()
    return f"参数 {hint.strip(_QUOTE) if isinstance(hint, str) else ' / '.join(hint)}"
