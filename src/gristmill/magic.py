"""``%%sql``: a cell of plain SQL against the project, parameters taken from the notebook's variables.

``%%sql top`` also binds the result to the name ``top``. ``$name`` is bound by the database, never
pasted; a variable of the notebook wins over the run's parameter of that name.
"""

from __future__ import annotations

from typing import Any

from gristmill import project
from gristmill.errors import ParameterError, Problem
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
        used = {token.text for _, token in parameters(cell)}
        given = {key: shell.user_ns[key] for key in used if key in shell.user_ns}
        result = mill.sql(cell, **given)
        result.columns  # noqa: B018 - asks the database now, so that an error points at this cell
        if name:
            shell.user_ns[name] = result
        return result

    shell.register_magic_function(sql, magic_kind="cell", magic_name="sql")


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
