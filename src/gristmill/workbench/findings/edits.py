"""Change one setting of a check module as a person would: everything else of the file stays as it is, byte for byte."""

from __future__ import annotations

import ast
from typing import Any

from gristmill.errors import CheckError, Problem

FUNCTIONS = ("column", "Field")


def setting(text: str, shown: str, column: str, name: str) -> Any:
    """The value that a column's call gives a keyword, None when it does not. Raises CheckError when it is no literal."""
    known = _keyword(_call(text, shown, column), name)
    if known is None:
        return None
    try:
        return ast.literal_eval(known.value)
    except ValueError as error:
        raise CheckError(
            Problem(
                f"{name} of {column} is computed, so it is not changed here.",
                where=f"{shown}:{known.value.lineno}",
                hint="change it in an editor",
            )
        ) from error


def with_setting(text: str, shown: str, column: str, name: str, value: Any) -> str:
    """The text with the keyword of the column's call set. Raises CheckError when the column has no call in the file."""
    call = _call(text, shown, column)
    data = text.encode()
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(line: int | None, at: int | None) -> int:
        # The tree counts bytes within a line.
        return starts[(line or 1) - 1] + (at or 0)

    known = _keyword(call, name)
    if known is not None:
        begin = place(known.value.lineno, known.value.col_offset)
        end = place(known.value.end_lineno, known.value.end_col_offset)
        new = written(value)
    else:
        parts: list[ast.expr] = [*call.args, *(one.value for one in call.keywords)]
        after = max(place(one.end_lineno, one.end_col_offset) for one in parts) if parts else 0
        begin = end = after or place(call.end_lineno, call.end_col_offset) - 1
        new = f"{', ' if parts else ''}{name}={written(value)}"
    return (data[:begin] + new.encode() + data[end:]).decode()


def line_of(text: str, shown: str, column: str) -> int:
    """Where the column's call begins, from 1."""
    return _call(text, shown, column).lineno


def written(value: Any) -> str:
    """A literal as the check modules write it: texts in double quotes."""
    if isinstance(value, str):
        plain = repr(value)
        inner = plain[1:-1]
        return f'"{inner}"' if plain[0] == "'" and '"' not in inner else plain
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(one) for one in value) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(written(one) for one in value) + ("," if len(value) == 1 else "") + ")"
    return repr(value)


def _call(text: str, shown: str, column: str) -> ast.Call:
    if not shown.endswith(".py"):
        raise CheckError(Problem("is no Python module, so it is not changed here.", where=shown))
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise CheckError(Problem(f"cannot be read: {error.msg}.", where=f"{shown}:{error.lineno}")) from error
    for found in ast.walk(tree):
        if not isinstance(found, ast.AnnAssign) or not isinstance(found.target, ast.Name):
            continue
        if found.target.id == column and isinstance(found.value, ast.Call):
            called = found.value.func
            if getattr(called, "attr", getattr(called, "id", "")) in FUNCTIONS:
                return found.value
    raise CheckError(
        Problem(
            f"does not say {column}: … = column(…), so it is not changed here.",
            where=shown,
            hint="change the check in an editor",
        )
    )


def _keyword(call: ast.Call, name: str) -> ast.keyword | None:
    return next((one for one in call.keywords if one.arg == name), None)
