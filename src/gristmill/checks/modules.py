"""Find check modules, import them without leaving a trace, and read what they say of columns.

``checks/<schema>/<relation>.py`` speaks of relation ``<schema>.<relation>``; a YAML file that pandera.io wrote
does so too. Folders given first win, so a project's own module replaces the one that gristmill brings.
"""

from __future__ import annotations

import copy
import importlib.util
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from gristmill.checks.column import Words
from gristmill.errors import CheckError, GristmillError, Problem, listed

ENDINGS = (".py", ".yaml", ".yml")


@dataclass(frozen=True)
class CheckModule:
    """One check module: the schema of a relation."""

    relation: str
    path: Path
    schema: Any
    """A pandera DataFrameSchema."""
    meaning: str
    """What the relation is: the model's docstring; empty when it has none."""


def load(project_dirs: Sequence[Path]) -> list[CheckModule]:
    """The check modules of the folders (each with a ``checks/`` inside), sorted by relation.

    A folder without ``checks/`` is passed over. Raises CheckError with every module that does not
    import or does not hold exactly one schema, as ``file:line``.
    """
    found: list[CheckModule] = []
    problems: list[Problem] = []
    for relation, path in module_files(project_dirs).items():
        try:
            found.append(load_file(path, relation))
        except CheckError as error:
            problems.extend(error.problems)
    if problems:
        raise CheckError(problems)
    return found


def module_files(project_dirs: Sequence[Path]) -> dict[str, Path]:
    """Relation → the file that speaks of it, sorted by relation; nothing is read.

    Raises CheckError for two files of one folder that speak of the same relation.
    """
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    for folder in project_dirs:
        here: dict[str, Path] = {}
        for path in sorted((Path(folder) / "checks").glob("*/*")):
            if path.suffix.lower() not in ENDINGS or path.name.startswith(("_", ".")) or not path.is_file():
                continue
            other = here.setdefault(f"{path.parent.name}.{path.stem}", path)
            if other is not path:
                problems.append(
                    Problem(
                        f"speaks of the same relation as {other.name}.",
                        where=str(path),
                        hint="keep one of them",
                    )
                )
        found = {**here, **found}
    if problems:
        raise CheckError(problems)
    return dict(sorted(found.items()))


def load_file(path: Path, relation: str) -> CheckModule:
    """One module, for the relation it is to judge; raises CheckError as ``load`` does."""
    from gristmill.checks import methods

    methods.register()
    if path.suffix.lower() in ENDINGS[1:]:
        return _load_yaml(path, relation)
    name = f"gristmill.checks._module_of.{relation.replace('.', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CheckError(Problem("is not a Python file", where=str(path)))
    module = importlib.util.module_from_spec(spec)
    # Pandera looks postponed annotations up in sys.modules, so the name stands there, but only as
    # long as the schema is made. No bytecode is left beside the analyst's files.
    keep = sys.dont_write_bytecode
    sys.modules[name], sys.dont_write_bytecode = module, True
    try:
        spec.loader.exec_module(module)
        return _read(module, path, relation)
    except GristmillError as error:
        raise CheckError(_placed(path, error, error.problems)) from error
    except Exception as error:  # a module is the analyst's own code: it may raise anything
        kind = type(error)
        name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
        problem = Problem(f"{name}: {error}".splitlines()[0])
        raise CheckError(_placed(path, error, [problem])) from error
    finally:
        sys.modules.pop(name, None)
        sys.dont_write_bytecode = keep


def _load_yaml(path: Path, relation: str) -> CheckModule:
    """A schema that pandera.io wrote."""
    from pandera.io import pandas_io

    try:
        schema = pandas_io.from_yaml(path.read_text(encoding="utf-8"))
    except Exception as error:
        told = f"is no schema that pandera.io can read: {type(error).__name__}: {error}".splitlines()[0]
        raise CheckError(Problem(told, where=str(path))) from error
    return CheckModule(relation, path, schema, (getattr(schema, "description", "") or "").strip())


def _placed(path: Path, error: BaseException, problems: Iterable[Problem]) -> list[Problem]:
    """The problems with the line of the module where the error came from, unless they have a place."""
    here = {str(path), str(path.absolute())}
    line = error.lineno if isinstance(error, SyntaxError) and error.filename in here else None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename in here:
            line = frame.lineno
    where = f"{path}:{line}" if line else str(path)
    return [p if p.where else Problem(p.what, where, p.expected, p.hint) for p in problems]


def _read(module: ModuleType, path: Path, relation: str) -> CheckModule:
    import pandera.pandas as pa

    own = {
        name: value
        for name, value in vars(module).items()
        if (
            isinstance(value, type)
            and issubclass(value, pa.DataFrameModel)
            and value.__module__ == module.__name__
        )
        or isinstance(value, pa.DataFrameSchema)
    }
    # A model that another one of the module builds on is not the schema itself.
    bases = [base for value in own.values() if isinstance(value, type) for base in value.__mro__[1:]]
    schemas = {name: value for name, value in own.items() if not any(value is base for base in bases)}
    if len(schemas) != 1:
        raise CheckError(
            Problem(
                f"holds {len(schemas)} schemas: {listed(list(schemas))}.",
                where=str(path),
                expected=f"exactly one DataFrameModel or DataFrameSchema, the one of {relation}",
            )
        )
    made: Any = next(iter(schemas.values()))
    if isinstance(made, pa.DataFrameSchema):
        return CheckModule(relation, path, made, (made.description or "").strip())
    return CheckModule(relation, path, schema_of(made), _first_paragraph(made.__doc__))


def schema_of(made: Any) -> Any:
    """The schema of a Pandera model, or the schema itself."""
    if not hasattr(made, "to_schema"):
        return made
    schema = copy.copy(made.to_schema())
    # Pandera leaves a model's own metadata behind when it makes the schema.
    schema.metadata = getattr(made.Config, "metadata", None)
    return schema


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _column_words(modules: Iterable[CheckModule]) -> dict[str, dict[str, Words]]:
    return {
        module.relation: {
            str(name): Words.read(column.metadata, column.description)
            for name, column in module.schema.columns.items()
        }
        for module in modules
    }


def pii_columns(modules: Iterable[CheckModule]) -> dict[str, dict[str, str]]:
    """For each relation the kind of personal data in each column that holds any."""
    return {
        relation: {name: words.pii for name, words in columns.items() if words.pii != "none"}
        for relation, columns in _column_words(modules).items()
    }


def meanings(modules: Iterable[CheckModule]) -> dict[str, dict[str, str]]:
    """For each relation what each column means; columns nobody explained are left out."""
    return {
        relation: {name: words.meaning for name, words in columns.items() if words.meaning}
        for relation, columns in _column_words(modules).items()
    }
