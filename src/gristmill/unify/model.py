"""A model of who is who as TOML that people can read, edit and use again: chances of every level of agreement.

In a project the file ``reviews/model.toml`` pins the model: as long as it is there, nothing is learnt from the data, and the same
two records weigh the same in every run. ``gristmill unify FILE`` adds what it guessed of the file's columns.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gristmill.engine import Engine
from gristmill.errors import ConfigError, Problem
from gristmill.unify.em import COLUMNS, DEFAULTS, Row, write_model, write_training
from gristmill.unify.explain import LEVELS

FILE = "reviews/model.toml"
"""Where a project pins its model."""


@dataclass(frozen=True)
class Model:
    """What was read from a model file."""

    rows: tuple[Row, ...]
    """Rows of ``unify.model``."""


def as_text(
    engine: Engine, head: Sequence[str], between: Sequence[str], shown: Collection[str] = COLUMNS
) -> str:
    """The model in ``unify.model`` as TOML, with lines of the caller before it and between prior and levels.

    Chances of columns that are not ``shown`` are left out.
    """
    rows = engine.rows(
        "select column_name, level, m, u, h from unify.model order by column_name, level nulls first"
    )
    prior = next(row for row in rows if row[0] == "prior")
    lines = [
        *head,
        "[prior]",
        "# share of all pairs of records that are one person or thing, and that are two of one household",
        f"match = {float(prior[2])!r}",
        f"household = {float(prior[4])!r}",
        *between,
    ]
    for column in COLUMNS:
        if column in shown:
            lines += [
                "",
                f"[levels.{column}]",
                f"# {'; '.join(f'{i} {word}' for i, word in enumerate(LEVELS[column]))}",
            ]
            for key, place, what in (("m", 2, "one"), ("u", 3, "two"), ("h", 4, "two of a household")):
                chances = ", ".join(repr(float(row[place])) for row in rows if row[0] == column)
                lines.append(f"{key} = [{chances}]  # chance of each level when records are {what}")
    return "\n".join(lines) + "\n"


def content(path: Path) -> Mapping[str, Any]:
    """All that a model file holds. Raises ConfigError for one that is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            Problem(
                f"This model cannot be read: {error}.", where=str(path), hint="delete it, and write a new one"
            )
        ) from error


def read(path: Path, problems: list[Problem] | None = None) -> Model:
    """Read a model file. Raises ConfigError with all that is wrong in it, after what the caller found (``problems``)."""
    found = content(path)
    problems = [] if problems is None else problems
    prior = table(found, "prior", path, problems)
    match, household = (
        share(prior.get(key), f"prior.{key}", path, problems) for key in ("match", "household")
    )
    rows: list[Row] = [_row("prior", None, match, max(round(1 - match - household, 6), 1e-12), household)]
    levels = table(found, "levels", path, problems)
    for column in COLUMNS:
        rows += _levels(column, levels.get(column), path, problems)
    if problems:
        raise ConfigError(problems)
    return Model(tuple(rows))


def use(engine: Engine, model: Model) -> None:
    """Write ``unify.model`` from a file instead of from the data, and ``unify.training`` that says so."""
    write_model(engine, model.rows)
    write_training(engine)


def table(found: Mapping[str, Any], name: str, path: Path, problems: list[Problem]) -> Mapping[str, Any]:
    """A section of a model file; a problem where it is none."""
    section = found.get(name, {})
    if isinstance(section, dict):
        return section
    problems.append(
        Problem(f"{name} is no table.", where=str(path), hint=f"write [{name}] on a line of its own")
    )
    return {}


def share(value: Any, name: str, path: Path, problems: list[Problem]) -> float:
    """A number between 0 and 1; a problem where it is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1:
        return float(value)
    problems.append(Problem(f"{name} is {value!r}.", where=str(path), expected="A number between 0 and 1."))
    return 0.5


def _levels(column: str, given: Any, path: Path, problems: list[Problem]) -> list[Row]:
    """Rows of a column; one that the file leaves out says nothing."""
    n = len(DEFAULTS[column])
    if given is None:
        return [_row(column, level, 0.5, 0.5, 0.5) for level in range(n)]
    chances = {}
    for key in ("m", "u", "h"):
        values = given.get(key, given.get("u")) if isinstance(given, dict) else None
        if not isinstance(values, list) or len(values) != n:
            problems.append(
                Problem(
                    f"levels.{column}.{key} is {values!r}.",
                    where=str(path),
                    expected=f"A list of {n} chances: {', '.join(LEVELS[column])}.",
                )
            )
            return []
        chances[key] = [share(value, f"levels.{column}.{key}", path, problems) for value in values]
    return [_row(column, i, *(chances[key][i] for key in ("m", "u", "h"))) for i in range(n)]


def _row(column: str, level: int | None, m: float, u: float, h: float) -> Row:
    return column, level, m, u, h, round(math.log2(m / u), 4), round(math.log2(m / h), 4)
