"""Conditions as plain dictionaries, as the screen sends them and functions take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gristmill.errors import ParameterError, Problem
from gristmill.workbench.asked import several
from gristmill.written.conditions import Group, Part, Raw, Test

DEPTH = 20
EXPECTED = "Expected column, op and values; or how and parts; or sql."


def plain(found: Part) -> dict[str, Any]:
    """A condition as a dictionary."""
    if isinstance(found, Group):
        return {"how": found.how, "parts": [plain(one) for one in found.parts]}
    if isinstance(found, Raw):
        return {"sql": found.sql}
    return {"column": found.column, "op": found.op, "values": list(found.values)}


def part(given: Mapping[str, Any], depth: int = 0) -> Part:
    """A dictionary as a condition. Raises ParameterError for one that is none."""
    if depth > DEPTH:
        raise ParameterError(Problem(f"Conditions stand in more than {DEPTH} groups."))
    if not isinstance(given, Mapping):
        raise ParameterError(Problem(f"{str(given)[:80]!r} is no condition.", expected=EXPECTED))
    if "parts" in given:
        parts = tuple(part(one, depth + 1) for one in several(given, "parts"))
        return Group(str(given.get("how", "and")), parts)
    if "sql" in given:
        return Raw(str(given["sql"]))
    if "column" not in given or "op" not in given:
        raise ParameterError(
            Problem(
                f"A condition has {', '.join(map(repr, given)) or 'nothing'}.",
                expected=EXPECTED,
            )
        )
    return Test(str(given["column"]), str(given["op"]), tuple(map(str, several(given, "values"))))
