"""Parts of a question as the types that a tool needs. A screen sends them right; a script, or an old page, may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gristmill.errors import ParameterError, Problem

MOST = 2**53
"""Beyond it a number of a screen is no exact one."""


def number(asked: Mapping[str, Any], name: str, otherwise: float = 0) -> float:
    """A number; ``otherwise`` where there is none. Raises ParameterError for what is no number."""
    given = asked.get(name)
    if given is None or given == "" or given is False:
        return otherwise
    try:
        found = float(given)
    except (TypeError, ValueError, OverflowError):
        found = float("nan")
    if not abs(found) <= MOST:
        raise ParameterError(Problem(f"{name} is {_short(given)}.", expected="Expected a number."))
    return found


def whole(asked: Mapping[str, Any], name: str, otherwise: int = 0) -> int:
    """A whole number, as ``number``."""
    return int(number(asked, name, otherwise))


def place(asked: Mapping[str, Any], name: str, n: int) -> int:
    """A place in a list of ``n``. Raises ParameterError for one that is not there."""
    found = whole(asked, name, -1)
    if not 0 <= found < n:
        raise ParameterError("That is not on the screen any more: look again.")
    return found


def named(asked: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Values by name; none where there are none. Raises ParameterError for what has no names."""
    given = asked.get(name) or {}
    if not isinstance(given, Mapping):
        raise ParameterError(Problem(f"{name} is {_short(given)}.", expected="Expected values by name."))
    return {str(key): value for key, value in given.items()}


def several(asked: Mapping[str, Any], name: str) -> list[Any]:
    """A list; an empty one where there is none. Raises ParameterError for what is no list."""
    given = asked.get(name) or []
    if not isinstance(given, (list, tuple)):
        raise ParameterError(Problem(f"{name} is {_short(given)}.", expected="Expected a list."))
    return list(given)


def clean(given: Any) -> Any:
    """A question without halves of characters, which no database and no file takes: a text cut within an emoji has one."""
    if isinstance(given, str):
        return given.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(given, Mapping):
        return {clean(key): clean(value) for key, value in given.items()}
    if isinstance(given, (list, tuple)):
        return [clean(one) for one in given]
    return given


def _short(given: Any) -> str:
    said = repr(given)
    return said if len(said) <= 80 else f"{said[:80]}…"
