"""``%%sql``: a cell of plain SQL against the project, parameters taken from the notebook's variables.

``%%sql top`` also binds the result to the name ``top``. ``%%sql --save segment/vips`` also writes the cell as a
template of the project. ``$name`` is bound by the database, never pasted; a variable of the notebook wins over the
run's parameter of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gristmill import project
from gristmill.errors import EngineError, GristmillError, ParameterError, Problem, did_you_mean
from gristmill.lineage import named, parameters
from gristmill.mill import Mill
from gristmill.result import Result

SYNTAX = "Expected '%%sql', '%%sql name', and '--save schema/name' (with '--over' to replace it)."
MARK = "%%sql"


@dataclass(frozen=True)
class Asked:
    """The first line of a cell."""

    name: str | None = None
    """What the result is bound to."""
    save: str | None = None
    """The template that the cell becomes."""
    over: bool = False
    """Whether it may replace one that is not locked."""


def asked(line: str) -> Asked:
    """Read the first line of a cell. Raises ParameterError for what it cannot hold."""
    words = line.split()
    found: dict[str, Any] = {}
    while words:
        word = words.pop(0)
        if word == "--save" and words and "save" not in found:
            found["save"] = words.pop(0)
        elif word == "--over":
            found["over"] = True
        elif word.startswith("-"):
            hint = did_you_mean(word, ("--save", "--over")) if word != "--save" else None
            raise ParameterError(Problem(f"%%sql does not understand {word!r}.", expected=SYNTAX, hint=hint))
        elif word.isidentifier() and "name" not in found:
            found["name"] = word
        else:
            raise ParameterError(Problem(f"{line.strip()!r} cannot name a result.", expected=SYNTAX))
    if found.get("over") and not found.get("save"):
        raise ParameterError(Problem("--over says nothing without --save.", expected=SYNTAX))
    return Asked(**found)


def register(shell: Any) -> None:
    """Make ``%%sql`` known to an IPython shell, and what may be written in such cells to its completer."""

    def sql(line: str, cell: str) -> Result:
        wanted = asked(line)
        mill = _mill(shell.user_ns)
        variables = {key: value for key, value in shell.user_ns.items() if not key.startswith("_")}
        used = {token.text for _, token in parameters(cell)}
        given = {key: variables[key] for key in used if key in variables}
        _make_missing(mill, cell)
        try:
            result = mill.sql(cell, **given)
            result.columns  # noqa: B018 - asks the database now, so that an error points at this cell
        except ParameterError as error:
            raise ParameterError([_with_variables(one, used, variables) for one in error.problems]) from None
        except EngineError as error:
            raise _in_cell(cell, error) from None
        if wanted.save and not mill.in_run:
            # A run that executes the cell again leaves the project's files as they are.
            from gristmill.workbench.sql.saving import save

            print(save(mill, wanted.save, cell, given, over=wanted.over))  # noqa: T201 - for who runs the cell
        if not mill.in_run:
            from gristmill.workbench.sql.paged import Paged

            result = Paged(mill, result.sql, result.params)
        if wanted.name:
            shell.user_ns[wanted.name] = result
        return result

    shell.register_magic_function(sql, magic_kind="cell", magic_name="sql")
    _complete(shell)


def _make_missing(mill: Mill, cell: str) -> None:
    """Relations that the cell reads and the project knows how to make; what else it names, the database judges."""
    have = set(mill.engine.relations())
    for relation in named(cell):
        if relation not in have and relation in mill.plan.by_relation:
            mill.relation(relation)


def _complete(shell: Any) -> None:
    """Offer relations, columns and parameters in ``%%sql`` cells; all other cells are left to IPython."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher(identifier="gristmill.sql", priority=1000)  # type: ignore[untyped-decorator]
    def matcher(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")
        is_ours = lines[0].strip() == MARK or lines[0].startswith(f"{MARK} ")
        if not is_ours:
            return {"completions": [], "suppress": False}
        word, found = _offered(shell, lines, context.cursor_line, context.cursor_position)
        return {
            "completions": [SimpleCompletion(one.text, type=one.kind) for one in found],
            "matched_fragment": word,
            "ordered": True,
            "suppress": True,
        }

    matchers = shell.Completer.custom_matchers
    matchers[:] = [one for one in matchers if getattr(one, "matcher_identifier", "") != "gristmill.sql"]
    matchers.append(matcher)


def _offered(shell: Any, lines: list[str], line: int, column: int) -> tuple[str, list[Any]]:
    from gristmill.workbench.sql.completing import Item, items

    if line == 0:
        words = lines[0][:column].split(" ")
        options = [one for one in ("--save", "--over") if one.startswith(words[-1]) and one not in words[:-1]]
        return words[-1], [Item(one, "keyword") for one in options] if len(words) > 1 else []
    body = "\n".join(lines[1:])
    at = sum(len(one) + 1 for one in lines[1:line]) + column
    own = {name: value for name, value in shell.user_ns.items() if name not in shell.user_ns_hidden}
    try:
        return items(_mill(shell.user_ns), body, at, own)
    except GristmillError:
        # No project, or a template that cannot be read: running the cell says so, typing in it does not.
        return "", []


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
