"""What people accepted: ``clean.value_merges``, read from ``reviews/values.csv`` of the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gristmill.cluster.reviews import ACCEPT, Line, read
from gristmill.engine import Engine
from gristmill.errors import Problem, SourceError, did_you_mean
from gristmill.project import Project

FILE = "reviews/values.csv"
MERGED = {
    "contacts": ("company", "address", "city", "region", "acquired_via"),
    "orders": ("channel", "campaign"),
    "order_lines": ("product_name", "category"),
    "events": ("campaign", "channel", "variant"),
    "tickets": ("channel", "topic", "status"),
}
"""The columns in which the templates of ``sql/clean`` merge values. Left out are those whose values are brought to one
spelling by a list (country, gender, currency) and those whose values each name one person or record."""


def mergeable() -> dict[str, str]:
    """Column as people name it → key as the templates join it: ``clean.contacts.company`` → ``contacts.company``."""
    return {
        f"clean.{entity}.{column}": f"{entity}.{column}"
        for entity, columns in MERGED.items()
        for column in columns
    }


def check(project: Project) -> None:
    """Look through ``reviews/values.csv`` before a run starts, so that it does not break half-way.

    Raises SourceError with every line that cannot be read or followed; a project without the file is fine.
    """
    accepted(read(project.root / FILE, FILE))


def write_merges(project: Project, engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """Accepted merges of values, chains followed to their end: one row per column and value.

    Raises SourceError with every line that cannot be followed.
    """
    path: Path = project.root / FILE
    rows = [
        (column, before, after)
        for column, found in accepted(read(path, FILE)).items()
        for before, after in found.items()
    ]
    engine.make(
        "clean.value_merges",
        "select unnest(cast($columns as varchar[])) as column_key, unnest(cast($before as varchar[])) as before,"
        " unnest(cast($after as varchar[])) as after",
        {
            "columns": [row[0] for row in rows],
            "before": [row[1] for row in rows],
            "after": [row[2] for row in rows],
        },
    )


def accepted(lines: Sequence[Line], shown: str = FILE) -> dict[str, dict[str, str]]:
    """Column key → value → the value that survives, from the accepted lines.

    A merge into a value that is itself merged goes to the end of the chain. Raises SourceError with all problems:
    columns that nothing is merged in, empty values, two survivors for one value, circles. They name lines and no
    values: a report may show them.
    """
    known = mergeable()
    problems: list[Problem] = []
    first: dict[tuple[str, str], Line] = {}
    for line in lines:
        if line.decision != ACCEPT:
            continue
        where = f"{shown}:{line.line}"
        if line.column not in known:
            hint = did_you_mean(line.column, known, otherwise="write it as clean.contacts.company")
            problems.append(
                Problem(
                    f"accepts a merge in {line.column!r}, where values are not merged.",
                    where=where,
                    hint=hint,
                )
            )
            continue
        if not line.before or not line.after:
            empty = "before" if not line.before else "after"
            problems.append(
                Problem(
                    f"accepts a merge whose {empty} is empty.",
                    where=where,
                    hint="a merge needs a value and the value it becomes",
                )
            )
            continue
        if line.before == line.after:
            problems.append(Problem("merges a value with itself.", where=where, hint="take the line out"))
            continue
        same = first.setdefault((known[line.column], line.before), line)
        if same.after != line.after:
            problems.append(
                Problem(
                    f"merges a value into another one than line {same.line} does.",
                    where=where,
                    hint="accept one of the two and reject the other",
                )
            )
    problems += _circles(first, shown)
    if problems:
        raise SourceError(problems)
    found: dict[str, dict[str, str]] = {}
    for column, before in first:
        found.setdefault(column, {})[before] = _path(first, column, before)[-1]
    return found


def _path(first: Mapping[tuple[str, str], Line], column: str, before: str) -> list[str]:
    """The values from ``before`` on, to the survivor, or to the first that comes again."""
    path = [before]
    seen = {before}
    while (column, path[-1]) in first:
        path.append(first[column, path[-1]].after)
        if path[-1] in seen:
            break
        seen.add(path[-1])
    return path


def _circles(first: Mapping[tuple[str, str], Line], shown: str) -> list[Problem]:
    problems = []
    told: set[tuple[str, str]] = set()
    for (column, before), line in first.items():
        path = _path(first, column, before)
        if path[-1] != before or (column, before) in told:
            continue
        told |= {(column, value) for value in path}
        lines = ", ".join(str(first[column, value].line) for value in path[1:-1])
        problems.append(
            Problem(
                f"merges values in a circle, together with line {lines}.",
                where=f"{shown}:{line.line}",
                hint="reject one of these lines",
            )
        )
    return problems
