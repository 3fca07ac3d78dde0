"""``%%sql``: a cell of plain SQL against the project, parameters taken from the notebook's variables.

``%%sql top`` also binds the result to the name ``top``. ``$name`` is bound by the database, never
pasted; a variable of the notebook wins over the run's parameter of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gristmill import project
from gristmill.errors import EngineError, ParameterError, Problem, did_you_mean
from gristmill.lineage import parameters
from gristmill.mill import Mill
from gristmill.result import Result


def register(shell: Any) -> None:
    """Make ``%%sql`` known to an IPython shell."""

    def sql(line: str, cell: str) -> Result:
        name = line.strip()
        if name and not name.isidentifier():
            raise ParameterError(
                Problem(f"{name!r} cannot name a result.", expected="Expected '%%sql' or '%%sql name'.")
            )
        mill = _mill(shell.user_ns)
        variables = {key: value for key, value in shell.user_ns.items() if not key.startswith("_")}
        used = {token.text for _, token in parameters(cell)}
        try:
            result = mill.sql(cell, **{key: variables[key] for key in used if key in variables})
            result.columns  # noqa: B018 - asks the database now, so that an error points at this cell
        except ParameterError as error:
            raise ParameterError([_with_variables(one, used, variables) for one in error.problems]) from None
        except EngineError as error:
            raise _in_cell(cell, error) from None
        if name:
            shell.user_ns[name] = result
        return result

    shell.register_magic_function(sql, magic_kind="cell", magic_name="sql")


def _with_variables(problem: Problem, used: set[str], variables: Mapping[str, Any]) -> Problem:
    """The nearest variable of the notebook, where no parameter of the run is near."""
    missing = next((name for name in used if name not in variables and f"${name}," in problem.what), None)
    return replace(problem, hint=problem.hint or (did_you_mean(missing, variables) if missing else None))


def _in_cell(cell: str, error: EngineError) -> EngineError:
    """The database's complaint with the line of the cell, ``%%sql`` being its first."""
    message, _, rest = str(error).partition("\n\nLINE ")
    what, _, more = message.partition("\n")
    digits = rest.partition(":")[0]
    if not digits.isdigit():
        return error
    # The engine counts a line of its own, ``describe``; blank lines at the start are not sent.
    line = int(digits) - 1 + cell[: len(cell) - len(cell.lstrip())].count("\n")
    text = cell.splitlines()[line - 1].strip()
    return EngineError(
        Problem(f"line {line + 1} of this cell: {what}", expected=text, hint=" ".join(more.split()) or None)
    )


def register_here() -> None:
    """Make ``%%sql`` known to the notebook this runs in; nothing happens outside of one."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None and "sql" not in shell.magics_manager.magics["cell"]:
        register(shell)


def _mill(namespace: dict[str, Any]) -> Mill:
    """The notebook's own mill, else one opened on the project around it."""
    found = namespace.get("mill")
    if not isinstance(found, Mill):
        found = namespace["mill"] = Mill(project.load())
    return found
