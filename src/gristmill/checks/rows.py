"""All failing rows of checks, uncapped: a SELECT that may stand in a view or be written to a file.

Parameters become literals here, because neither a view nor COPY takes any; they stay values, quoted by
their type. Rows that only Python can find are put into a table first, as they are found.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gristmill.checks import batches, scan
from gristmill.checks.rules import Plan, PythonRule, Rule
from gristmill.engine import Engine
from gristmill.errors import RunError

IN_PYTHON = "checks.in_python"
"""Failing rows that Python found, in the columns of a Failing."""
COLUMNS = ("check_name", "key", "column_name", "value", "reason", "_source", "_file", "_row")
_TYPES = (*["varchar"] * 7, "bigint")
_TOKEN = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|\$(\w+)""")


def prepare(engine: Engine) -> None:
    """Make IN_PYTHON anew, empty."""
    engine.make(IN_PYTHON, nothing())


def sink(engine: Engine) -> batches.Sink:
    """What takes failing rows from Python and puts them into IN_PYTHON."""
    prepare(engine)

    def put(found: list[batches.Failure]) -> None:
        lists = ", ".join(f"unnest(cast($p{i} as {type_}[]))" for i, type_ in enumerate(_TYPES))
        params = {f"p{i}": list(column) for i, column in enumerate(zip(*found, strict=True))}
        engine.execute(f"insert into {IN_PYTHON} select {lists}", params)

    return put


def failing_select(plan: Plan, rules: Sequence[Rule], *, lasting: bool = False) -> str:
    """The SELECT of all rows that fail any of the rules, in the columns of COLUMNS and in no order.

    What Python finds is read from IN_PYTHON. It is empty for rules that are not about rows. One that is
    ``lasting`` reads nothing that goes when the engine closes, such as what counting kept for uniqueness.
    """
    parts = []
    for rule in rules:
        twice = "" if lasting else scan.known_twice(plan, rule)
        found = scan.failing(plan, rule, None, about=True, twice=twice)
        if found:
            parts.append(inlined(found.sql, found.params))
        elif isinstance(rule, PythonRule):
            here = f"check_name = {literal(rule.check)} and column_name is not distinct from {literal(rule.column)}"
            parts.append(f"(select {', '.join(_quoted())} from {IN_PYTHON} where {here})")
    return "\nunion all\n".join(parts) or nothing()


def nothing() -> str:
    """A SELECT of no failing rows."""
    return f"select {_typed('null')} where false"


def view(engine: Engine, plan: Plan, rule: Rule) -> str:
    """Make a view of all rows that fail one rule, found when it is read; return its name in ``audit``."""
    words = f"{plan.relation}_{rule.column or ''}_{rule.check}"
    name = "audit.failing_" + re.sub(r"\W+", "_", words).strip("_").lower()
    if not re.fullmatch(r"[\w.]+", words):
        # a < b and a <= b are the same without their signs.
        name += "_" + hashlib.md5(words.encode(), usedforsecurity=False).hexdigest()[:6]
    engine.view(name, failing_select(plan, [rule], lasting=True))
    return name


def find_in_python(engine: Engine, plan: Plan, rules: Sequence[Rule]) -> None:
    """Put the failing rows of those rules that need Python into IN_PYTHON."""
    put = sink(engine)
    wanted = [rule for rule in rules if isinstance(rule, PythonRule)]
    if wanted:
        only = Plan(plan.relation, tuple(wanted), plan.key, plan.lineage, plan.stored)
        batches.judge(engine, only, cap=0, sink=put)


def inlined(sql: str, params: Mapping[str, Any]) -> str:
    """SQL with its parameters as literals; names and texts that look like parameters stay as they are."""
    return _TOKEN.sub(lambda found: found[1] or literal(params[found[2]]), sql)


def literal(value: Any) -> str:
    """A value as SQL of its own type. Raises RunError for a type that no rule binds."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"cast('{value!r}' as double)"
    if isinstance(value, dt.datetime):
        return f"cast('{value.isoformat(sep=' ')}' as timestamp)"
    if isinstance(value, str):
        # A text of SQL cannot hold the character 0.
        parts = ["'" + part.replace("'", "''") + "'" for part in value.split("\0")]
        return parts[0] if len(parts) == 1 else f"concat({', chr(0), '.join(parts)})"
    raise RunError(f"A rule holds a value of type {type(value).__name__}, which cannot be written as SQL.")


def _quoted() -> list[str]:
    return [f'"{name}"' for name in COLUMNS]


def _typed(value: str) -> str:
    return ", ".join(
        f"cast({value} as {type_}) as {name}" for name, type_ in zip(_quoted(), _TYPES, strict=True)
    )


def exported(select: str, *, place: bool) -> str:
    """The failing rows as a file gets them, in the order of the rows; ``place`` adds key, source and file."""
    more = ', "key", _source as source, _file as file' if place else ""
    return (
        f'select _row as "row", column_name as "column", check_name as "check", "value", reason{more}'
        f"\nfrom ({select})\norder by all"
    )
