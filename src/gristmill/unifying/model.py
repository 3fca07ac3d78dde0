"""The model of a file as TOML that people can read, edit and use again: columns, thresholds, chances of every level."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gristmill.engine import Engine
from gristmill.errors import ConfigError, Problem, did_you_mean, listed
from gristmill.unify.em import COLUMNS, DEFAULTS, write_model
from gristmill.unify.explain import LEVELS
from gristmill.unifying.roles import KINDS, Role

THRESHOLDS = ("merge_above", "review_above")
Row = tuple[str, int | None, float, float, float, float, float]


@dataclass(frozen=True)
class Model:
    """What was read from a model file."""

    columns: Mapping[str, str]
    """Column of the file → kind."""
    thresholds: Mapping[str, float]
    rows: tuple[Row, ...]
    """Rows of ``unify.model``."""


def as_text(engine: Engine, roles: Sequence[Role], thresholds: Mapping[str, float]) -> str:
    """The model in ``unify.model`` as TOML; chances of columns that no pair shows are left out."""
    rows = engine.rows(
        "select column_name, level, m, u, h from unify.model order by column_name, level nulls first"
    )
    prior = next(row for row in rows if row[0] == "prior")
    shown = {place for role in roles if role.place for place in [_compared(role.place)] if place}
    lines = [
        "# What gristmill unify found out about a file. Edit it and give it back with --use-model.",
        "",
        "[thresholds]",
        "# pairs at least this probable are merged, or are doubtful",
        *(f"{name} = {thresholds[name]!r}" for name in THRESHOLDS),
        "",
        "[prior]",
        "# share of all pairs of rows that are one person or thing, and that are two of one household",
        f"match = {float(prior[2])!r}",
        f"household = {float(prior[4])!r}",
        "",
        "[columns]",
        f"# kinds: {', '.join(KINDS)}",
    ]
    lines += [
        f"{json.dumps(role.column, ensure_ascii=False)} = {json.dumps(role.kind)}  # {_plain(role)}"
        for role in roles
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
                lines.append(f"{key} = [{chances}]  # chance of each level when rows are {what}")
    return "\n".join(lines) + "\n"


def _plain(role: Role) -> str:
    return " ".join((f"{role.place}: {role.reason}" if role.place else role.reason).split())


def _compared(place: str) -> str | None:
    """The column of ``unify.comparisons`` that a place is compared under."""
    names = {
        "full_name": "given",
        "given_name": "given",
        "family_name": "family",
        "postcode": "place",
        "city": "place",
    }
    found = "birth" if place.startswith("birth") else names.get(place, place)
    return found if found in COLUMNS else None


def read(path: Path) -> Model:
    """Read a model file. Raises ConfigError with all that is wrong in it."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            Problem(
                f"This model cannot be read: {error}.", where=str(path), hint="write a new one with --model"
            )
        ) from error
    problems: list[Problem] = []
    columns = _table(content, "columns", path, problems)
    for name, kind in columns.items():
        if kind not in KINDS:
            problems.append(
                Problem(
                    f"Column {name!r} is of no known kind: {kind!r}.",
                    where=str(path),
                    expected=f"Kinds: {listed(KINDS)}.",
                    hint=did_you_mean(str(kind), KINDS),
                )
            )
    thresholds = {
        name: _share(value, f"thresholds.{name}", path, problems)
        for name, value in _table(content, "thresholds", path, problems).items()
        if name in THRESHOLDS
    }
    prior = _table(content, "prior", path, problems)
    match, household = (
        _share(prior.get(key), f"prior.{key}", path, problems) for key in ("match", "household")
    )
    rows: list[Row] = [_row("prior", None, match, max(1 - match - household, 1e-12), household)]
    levels = _table(content, "levels", path, problems)
    for column in COLUMNS:
        rows += _levels(column, levels.get(column), path, problems)
    if problems:
        raise ConfigError(problems)
    return Model({str(k): str(v) for k, v in columns.items()}, thresholds, tuple(rows))


def use(engine: Engine, model: Model) -> None:
    """Write ``unify.model`` from a file instead of from the data."""
    write_model(engine, model.rows)


def _table(content: Mapping[str, Any], name: str, path: Path, problems: list[Problem]) -> Mapping[str, Any]:
    found = content.get(name, {})
    if isinstance(found, dict):
        return found
    problems.append(
        Problem(f"{name} is no table.", where=str(path), hint=f"write [{name}] on a line of its own")
    )
    return {}


def _share(value: Any, name: str, path: Path, problems: list[Problem]) -> float:
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
        chances[key] = [_share(value, f"levels.{column}.{key}", path, problems) for value in values]
    return [_row(column, i, *(chances[key][i] for key in ("m", "u", "h"))) for i in range(n)]


def _row(column: str, level: int | None, m: float, u: float, h: float) -> Row:
    return column, level, m, u, h, round(math.log2(m / u), 4), round(math.log2(m / h), 4)
