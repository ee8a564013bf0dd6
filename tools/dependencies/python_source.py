"""Python read as Python: what stands in its strings is data, not code."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

Found = tuple[int, str]  # line, and what stands there


def parsed(text: str) -> ast.Module | None:
    """None where it is no Python that this interpreter reads, or nested too deeply."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of a stranger's escapes in strings
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def required_variables(tree: ast.Module) -> Iterator[Found]:
    """`os.environ["X"]` and `os.getenv("X")`, in the order of the lines, where nothing else is taken instead."""
    excused = {id(node.values[0]) for node in ast.walk(tree) if isinstance(node, ast.BoolOp)}
    found = [
        (node.lineno, name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript | ast.Call) and id(node) not in excused and (name := _variable(node))
    ]
    yield from sorted(found)


def _variable(node: ast.Subscript | ast.Call) -> str:
    if isinstance(node, ast.Subscript):
        is_read = isinstance(node.ctx, ast.Load) and _is_of_os(node.value, "environ")
        key = node.slice
    else:
        is_read = _is_of_os(node.func, "getenv") and len(node.args) == 1 and not node.keywords
        key = node.args[0] if node.args else node.func
    return key.value if is_read and isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _is_of_os(node: ast.expr, name: str) -> bool:
    called = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return called == name


def words_in_strings(tree: ast.Module) -> Iterator[Found]:
    """Strings of one word, as addresses are; a longer one is a text, a file or a message."""
    found = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not any(map(str.isspace, node.value))
    ]
    yield from sorted(found)
