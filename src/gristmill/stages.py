"""The stages of a project: notebooks by number, and the parameters each declares, strictly checked.

Papermill only warns of a parameter it does not know and checks no type; here both are refused before
a kernel starts. The parameters cell is read from its syntax tree, never executed.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gristmill.errors import ConfigError, ParameterError, Problem, did_you_mean, listed
from gristmill.project import Project
from gristmill.scalars import typed

STAGE = re.compile(r"(?P<order>\d+)_(?P<stage>[^\W\d]\w*)\.ipynb")
OWN = {
    "run": "the driver names the run itself",
    "as_of": "give the day with --as-of, or as as_of under [project]",
}
"""Parameters nobody gives by name, and what to do instead."""
KINDS = {"str": "text", "int": "integer", "float": "double", "bool": "boolean", "list[str]": "list"}
"""Annotations a parameters cell may use, and the type of a template's parameter that is checked the same."""
EXPECTED = 'Expected a code cell with at least two lines: run: str = "" and as_of: str = ""'


@dataclass(frozen=True)
class NotebookParam:
    """One line of the parameters cell: ``bins: int = 5  # what it means``."""

    name: str
    kind: str
    default: Any
    meaning: str
    line: int


@dataclass(frozen=True)
class Stage:
    """A notebook ``notebooks/<NN>_<stage>.ipynb``; stages run in the order of their numbers."""

    path: Path
    shown: str

    @property
    def name(self) -> str:
        """``clean`` for ``20_clean.ipynb``."""
        return self.path.stem.partition("_")[2]

    @property
    def order(self) -> int:
        """20 for ``20_clean.ipynb``."""
        return int(self.path.stem.partition("_")[0])

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        """The cells as stored. Raises ConfigError when the file is no notebook."""
        try:
            cells = json.loads(self.path.read_text(encoding="utf-8"))["cells"]
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise ConfigError(
                Problem(
                    "cannot be read as a notebook.",
                    where=self.shown,
                    hint="bring it back from version control, or copy it from a project that 'gristmill init' makes",
                )
            ) from error
        return list(cells)

    @cached_property
    def title(self) -> str:
        """Its first heading, else the stage's name."""
        for cell in self.cells:
            found = re.search(r"^#\s+(.+)$", _source(cell), re.MULTILINE)
            if cell["cell_type"] == "markdown" and found:
                return found[1].strip()
        return self.name.capitalize()

    @cached_property
    def params(self) -> dict[str, NotebookParam]:
        """What the cell tagged ``parameters`` declares, read from its syntax tree.

        Raises ConfigError when there is no such cell or a line of it is no annotated assignment.
        """
        for number, cell in enumerate(self.cells, 1):
            if "parameters" in cell.get("metadata", {}).get("tags", []):
                return self._read(_source(cell), f"{self.shown} cell {number}")
        raise ConfigError(
            Problem(
                "has no cell tagged 'parameters'.",
                where=self.shown,
                expected=EXPECTED,
                hint="in JupyterLab: Property Inspector → Common Tools → Cell Tags → parameters",
            )
        )

    def _read(self, source: str, where: str) -> dict[str, NotebookParam]:
        try:
            tree = ast.parse(source)
        except SyntaxError as error:
            raise ConfigError(
                Problem(f"is no valid Python: {error.msg}.", where=f"{where} line {error.lineno}")
            ) from error
        lines = source.splitlines()
        found, problems = {}, []
        for node in tree.body:
            place = f"{where} line {node.lineno}"
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or not node.value:
                problems.append(
                    Problem(
                        "is no parameter.", where=place, expected="Expected 'name: type = value  # meaning'."
                    )
                )
                continue
            kind = ast.unparse(node.annotation).removesuffix(" | None")
            try:
                default = ast.literal_eval(node.value)
            except ValueError:
                default = ...
            if kind not in KINDS or default is ...:
                problems.append(
                    Problem(
                        f"declares {node.target.id} in a way that cannot be checked.",
                        where=place,
                        expected=f"Types: {', '.join(KINDS)}; the value must be a literal.",
                    )
                )
                continue
            _, _, comment = lines[node.lineno - 1].partition("#")
            found[node.target.id] = NotebookParam(node.target.id, kind, default, comment.strip(), node.lineno)
        if problems:
            raise ConfigError(problems)
        if "run" not in found:
            raise ConfigError(
                Problem(
                    "does not declare the parameter run.",
                    where=where,
                    expected=EXPECTED,
                )
            )
        if len(source.strip().splitlines()) == 1:
            # IPython reads a cell that is the one line `run: …` as its own command %run.
            raise ConfigError(Problem("holds one line only.", where=where, expected=EXPECTED))
        return found


def stages(project: Project) -> list[Stage]:
    """The stages of a project in running order.

    They come from one layer, the nearest that has any: a project that deletes or renames a notebook
    of its own has changed its stages. Raises ConfigError when two notebooks name one stage.
    """
    found: list[Stage] = []
    for layer in project.layers:
        paths = sorted((layer.root / "notebooks").glob("*.ipynb"))
        found = [Stage(path, project.show(path)) for path in paths if STAGE.fullmatch(path.name)]
        if found:
            break
    found.sort(key=lambda stage: (stage.order, stage.path.name))
    first: dict[str, Stage] = {}
    problems = [
        Problem(
            f"is the stage {stage.name!r} too.",
            where=stage.shown,
            expected=f"{first[stage.name].shown} has that name already.",
            hint="rename one of them",
        )
        for stage in found
        if first.setdefault(stage.name, stage) is not stage
    ]
    if problems:
        raise ConfigError(problems)
    return found


def choose(known: Sequence[Stage], only: Iterable[str]) -> list[Stage]:
    """The stages named, in running order. Raises ParameterError for names that are no stage."""
    names = {stage.name: stage for stage in known}
    asked = list(only)
    problems = [
        Problem(
            f"There is no stage {name!r}.",
            expected=f"Stages: {', '.join(names)}.",
            hint=did_you_mean(name, names),
        )
        for name in asked
        if name not in names
    ]
    if problems:
        raise ParameterError(problems)
    return [stage for stage in known if stage.name in asked]


def check_params(
    known: Sequence[Stage],
    template_params: Mapping[str, Any],
    given: Mapping[str, Any],
    *,
    where: str | None = None,
) -> dict[str, Any]:
    """Values given by name, typed; every unknown or mistyped one is told at once.

    ``template_params`` maps the name of each parameter of a template to its ``Param``; ``where`` names
    the file the values come from, None for the command line. Raises ParameterError.
    """
    declared = {name: param for stage in known for name, param in stage.params.items()}
    names = sorted({*declared, *template_params} - set(OWN))
    checked: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        if name in OWN:
            problems.append(Problem(f"The parameter {name} is not given by name.", where, hint=OWN[name]))
            continue
        if name not in names:
            problems.append(
                Problem(
                    f"There is no parameter {name!r}.",
                    where,
                    expected=f"Known: {listed(names)}.",
                    hint=did_you_mean(name, names),
                )
            )
            continue
        try:
            if name in template_params:
                checked[name] = plain(template_params[name].value(value))
            else:
                checked[name] = _as_kind(declared[name].kind, value)
        except ValueError as error:
            hint = template_params[name].hint(value) if name in template_params else None
            told = f"The parameter {name} cannot be {value!r}."
            problems.append(Problem(told, where, expected=str(error), hint=hint))
    if problems:
        raise ParameterError(problems)
    return checked


def plain(value: Any) -> Any:
    """A value as JSON holds it: dates and decimals become text, which parameters accept back."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return (
        value.isoformat(*([" "] if isinstance(value, dt.datetime) else []))
        if isinstance(value, dt.date)
        else str(value)
    )


def _as_kind(kind: str, value: Any) -> Any:
    if kind == "list[str]":
        items = value.split(",") if isinstance(value, str) else list(value)
        return [typed("text", item).strip() for item in items]
    return typed(KINDS[kind], value)


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
