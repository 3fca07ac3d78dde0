"""What a model file of ``gristmill unify FILE`` says besides chances: the columns of the file and the thresholds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gristmill.engine import Engine
from gristmill.errors import Problem, did_you_mean, listed
from gristmill.unify import model
from gristmill.unify.em import COLUMNS
from gristmill.unifying.roles import KINDS, Role

THRESHOLDS = ("merge_above", "review_above")


@dataclass(frozen=True)
class FileModel:
    """What was read from a model file."""

    columns: Mapping[str, str]
    """Column of the file → kind."""
    thresholds: Mapping[str, float]
    chances: model.Model


def as_text(engine: Engine, roles: Sequence[Role], thresholds: Mapping[str, float]) -> str:
    """The model in ``unify.model`` as TOML; chances of columns that no pair shows are left out."""
    shown = {place for role in roles if role.place for place in [_compared(role.place)] if place}
    head = [
        "# What gristmill unify found out about a file. Edit it and give it back with --use-model.",
        "",
        "[thresholds]",
        "# pairs at least this probable are merged, or are doubtful",
        *(f"{name} = {thresholds[name]!r}" for name in THRESHOLDS),
        "",
    ]
    between = ["", "[columns]", f"# kinds: {', '.join(KINDS)}"]
    between += [
        f"{json.dumps(role.column, ensure_ascii=False)} = {json.dumps(role.kind)}  # {_plain(role)}"
        for role in roles
    ]
    return model.as_text(engine, head, between, shown)


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


def read(path: Path) -> FileModel:
    """Read a model file. Raises ConfigError with all that is wrong in it."""
    problems: list[Problem] = []
    content = model.content(path)
    columns = model.table(content, "columns", path, problems)
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
        name: model.share(value, f"thresholds.{name}", path, problems)
        for name, value in model.table(content, "thresholds", path, problems).items()
        if name in THRESHOLDS
    }
    return FileModel({str(k): str(v) for k, v in columns.items()}, thresholds, model.read(path, problems))
