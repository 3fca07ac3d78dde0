"""Guard and drive Papermill: parameters checked before a kernel starts, progress, failures kept.

Measured traps this module works around: an import that costs 2 s a process (blocked below); default
ipc connection files that collide (unique paths); Papermill warning of unknown parameters and going
on (refused here); a dead kernel or a time-out leaving a notebook that says "completed" (the failure
record is made from the exception, never from the file).
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import os
import re
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gristmill.errors import ConfigError, NotebookError, ParameterError, Problem, did_you_mean, listed
from gristmill.project import Project

STAGE = re.compile(r"(?P<order>\d+)_(?P<stage>[^\W\d]\w*)\.ipynb")
OWN = ("run",)
"""Parameters the driver itself sets; nobody gives them by hand."""
KINDS: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool, "list[str]": list}
CELL_TIMEOUT_S = 24 * 3600


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
        found = STAGE.fullmatch(self.path.name)
        return found["stage"] if found else self.path.stem

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
                    hint="bring it back from version control, or delete it to use the package's own",
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
                expected='Expected a first code cell with at least: run: str = ""',
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
                    expected='Expected: run: str = ""  # the run to work in',
                )
            )
        return found


def stages(project: Project) -> list[Stage]:
    """The stages of a project in running order: its own notebooks, else those of the next layer.

    A file of the nearest layer shadows one of the same name further away.
    """
    found: dict[str, Stage] = {}
    for _, path in project.files("notebooks", "*.ipynb"):
        if STAGE.fullmatch(path.name):
            found.setdefault(path.name, Stage(path, project.show(path)))
    return [found[name] for name in sorted(found)]


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
    known: Sequence[Stage], template_params: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Values given on the command line, typed; every unknown or mistyped one is told at once.

    ``template_params`` maps the name of each parameter of a template to its ``Param``.
    Raises ParameterError.
    """
    declared = {name: param for stage in known for name, param in stage.params.items() if name not in OWN}
    names = [*declared, *(name for name in template_params if name not in declared)]
    typed: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        if name not in names:
            problems.append(
                Problem(
                    f"There is no parameter {name!r}.",
                    expected=f"Known: {listed(sorted(names))}.",
                    hint=did_you_mean(name, names),
                )
            )
            continue
        try:
            if name in template_params:
                typed[name] = plain(template_params[name].value(value))
            else:
                typed[name] = _as_kind(declared[name].kind, value)
        except ValueError as error:
            problems.append(Problem(f"The parameter {name} cannot be {value!r}.", expected=str(error)))
    if problems:
        raise ParameterError(problems)
    return typed


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
    if kind == "bool":
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if str(value).lower() not in words:
            raise ValueError("Expected true or false.")
        return words[str(value).lower()]
    if kind == "list[str]":
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else list(value)
    try:
        return KINDS[kind](value)
    except (ValueError, TypeError) as error:
        expected = {"int": "a whole number", "float": "a number"}.get(kind, kind)
        raise ValueError(f"Expected {expected}, got {value!r}.") from error


@dataclass(frozen=True)
class Failure:
    """Why a notebook stopped. ``cell`` is its position from 0 as executed; None when no cell is to blame."""

    cell: int | None
    ename: str
    evalue: str
    traceback: str


Progress = Callable[[int, int], None]
"""Called with (code cells done, code cells there are)."""


def execute(
    stage: Stage, out: Path, *, params: Mapping[str, Any], project: Project, progress: Progress
) -> Failure | None:
    """Run one notebook to ``out``; None when it succeeded, else why it stopped (``out`` is kept then).

    ``params`` may hold more than the notebook declares; what it does not declare is left out.
    Raises NotebookError when not even a kernel could be started.
    """
    block_slow_import()
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    given = {name: value for name, value in params.items() if name in stage.params}
    total = sum(1 for cell in stage.cells if cell["cell_type"] == "code") + 1
    done = 0

    def on_cell_executed(**_: Any) -> None:
        nonlocal done
        done += 1
        progress(done, total)

    with tempfile.TemporaryDirectory(prefix="gm-") as sockets:
        try:
            papermill.execute_notebook(
                str(stage.path),
                str(out),
                parameters=given,
                progress_bar=False,
                log_output=False,
                kernel_manager_class=_kernel_manager(Path(sockets), project),
                shutdown_kernel="immediate",
                execution_timeout=CELL_TIMEOUT_S,
                resources={"metadata": {"path": str(project.root)}},
                on_cell_executed=on_cell_executed,
            )
        except PapermillExecutionError as error:
            return Failure(_stored_cell(out), error.ename, error.evalue, "\n".join(error.traceback))
        except (DeadKernelError, CellTimeoutError) as error:
            return Failure(None, type(error).__name__, str(error).strip(), "")
        except RuntimeError as error:
            raise NotebookError(f"No kernel could be started for {stage.shown}: {error}") from error
    return None


def _stored_cell(out: Path) -> int | None:
    """Position of the failed cell as stored, not counting the two banners Papermill inserts."""
    cells = json.loads(out.read_text(encoding="utf-8"))["cells"]
    own = [c for c in cells if "papermill-error-cell-tag" not in c.get("metadata", {}).get("tags", [])]
    failed = (i for i, c in enumerate(own) if c.get("metadata", {}).get("papermill", {}).get("exception"))
    return next(failed, None)


def _kernel_manager(sockets: Path, project: Project) -> type:
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    spec = KernelSpec(
        # This interpreter, whatever kernel of that name is installed for the user.
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        display_name="gristmill",
        language="python",
        env={"GRISTMILL_PROJECT": str(project.root), "GRISTMILL_CONFIG": str(project.config)},
    )

    class IpcKernelManager(AsyncKernelManager):  # type: ignore[misc]
        """A kernel on unix sockets with paths of its own: faster, and nothing listens on a port."""

        def __init__(self, **kwargs: Any) -> None:
            kwargs["transport"] = "ipc"
            kwargs["connection_file"] = str(sockets / f"{uuid.uuid4().hex[:8]}.json")
            super().__init__(**kwargs)

        @property
        def kernel_spec(self) -> KernelSpec:
            return spec

    return IpcKernelManager


def block_slow_import() -> None:
    """Keep jsonschema from compiling 35 grammars for formats that no notebook uses: 2 s a process.

    It asks for this module and does without when there is none.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
