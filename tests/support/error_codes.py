"""Which error codes the code can raise, found by reading its syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "services", "gateway")
# A code, and the place of the code among a row's fault arguments: Fault(field, code), ShapeFault(code), Warned(code).
_ROW_FAULTS = {"Fault": 1, "ShapeFault": 0, "Warned": 0}


def raised_codes() -> dict[str, str]:
    """Code -> file and line of one place that raises it."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _sources()}
    takes_code = _error_classes(list(trees.values()))
    found: dict[str, str] = {}
    for path, tree in trees.items():
        for code, line in _codes(tree, takes_code):
            found.setdefault(code, f"{path.relative_to(ROOT)}:{line}")
    return found


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def _error_classes(trees: list[ast.Module]) -> dict[str, bool]:
    """Names of all classes below TianweiError -> whether a code is their first argument."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    known = {"TianweiError": True}
    while True:
        more = {
            node.name: _takes_code(node, known[base])
            for node in classes
            for base in map(_name, node.bases)
            if base in known and node.name not in known
        }
        if not more:
            return known
        known |= more


def _takes_code(node: ast.ClassDef, inherited: bool) -> bool:
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return [argument.arg for argument in part.args.args][1:2] == ["code"]
    return inherited


def _codes(tree: ast.Module, errors: dict[str, bool]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            position = 0 if errors.get(_name(node.func)) else _ROW_FAULTS.get(_name(node.func))
            if position is not None and len(node.args) > position:
                yield from _constant(node.args[position])
        elif isinstance(node, ast.ClassDef) and node.name in errors:
            yield from _codes_of_class(node)


def _codes_of_class(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """Codes in `super().__init__("…")`, in the default of __init__'s `code`, in a class variable named for it."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and ast.unparse(part.func) in ("super().__init__", "TianweiError.__init__"):
            yield from (pair for argument in part.args[:1] for pair in _constant(argument))
        elif isinstance(part, ast.AnnAssign | ast.Assign):
            target = part.target if isinstance(part, ast.AnnAssign) else part.targets[0]
            if _name(target) in ("code", "refusal") and part.value is not None:
                yield from _constant(part.value)
        elif isinstance(part, ast.FunctionDef) and part.name == "__init__":
            named = [argument.arg for argument in part.args.args]
            if part.args.defaults and "code" in named:
                yield from _constant(part.args.defaults[0])


def _constant(node: ast.expr) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, node.lineno
    elif isinstance(node, ast.IfExp):
        yield from _constant(node.body)
        yield from _constant(node.orelse)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
