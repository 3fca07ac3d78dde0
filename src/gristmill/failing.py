"""All failing rows of one check of the published run, found when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gristmill.checking import kinds_of, module_of, published
from gristmill.engine import Engine
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import CheckError, Problem, did_you_mean, listed
from gristmill.mill import Mill
from gristmill.personal import MIXED, NONE
from gristmill.project import Project
from gristmill.report import mask
from gristmill.scalars import typed

if TYPE_CHECKING:
    from gristmill.checks import CheckModule
    from gristmill.checks.rules import Plan, Rule

GROUPS = 20
"""Groups that a dependency does not hold for that are shown."""


@dataclass(frozen=True)
class Failing:
    """All failing rows of the checks of one name, found when they are asked for."""

    engine: DuckDBEngine
    select: str
    """Columns of ``rows.COLUMNS`` and ``relation``; runs when it is read."""
    checks: list[tuple[str, str | None, str]]
    """Relation, column and check of each check that was meant."""
    kind: Callable[[str, str | None], str]
    """pii kind of a relation's column; of keys where the column is ""."""
    notes: tuple[str, ...]

    @property
    def listed(self) -> str:
        """The rows in the order they are shown: relation, row, key, column, check, value, reason."""
        return (
            f'select relation, _row, "key", column_name, check_name, "value", reason from ({self.select})'
            " order by relation, check_name, column_name, _row, _file, 3, 6"
        )

    @property
    def exported(self) -> str:
        """All of them as a file gets them."""
        return (
            'select relation, _row as "row", "key", column_name as "column", check_name as "check", "value",'
            f" reason, _source as source, _file as file from ({self.select}) order by all"
        )


@contextmanager
def failing(
    project: Project, check: str, *, relation: str | None = None, show: bool = False
) -> Iterator[Failing]:
    """The failing rows of a check of the published run, by running its condition again.

    ``check`` is a name as ``gristmill check`` and ``audit.results`` have it, alone or after its column,
    or relation and column. ``show`` lets ``kind`` and ``notes`` hide nothing. Views ``audit.failing_…`` hold each check's rows while the block is open.
    Raises ConfigError when nothing is published, CheckError when no check has the name.
    """
    with published(project) as mill:
        yield of(mill, meant(mill.engine, check, relation), show=show)


def of(mill: Mill, wanted: Sequence[tuple[str, str | None, str]], *, show: bool = False) -> Failing:
    """The failing rows of checks of an open run, each by its relation, column and name."""
    from gristmill.checks import rows

    engine, project = mill.engine, mill.project
    rows.prepare(engine)
    parts: list[str] = []
    notes: list[str] = []
    kinds: dict[str, Callable[[str | None], str]] = {}
    for name in dict.fromkeys(one[0] for one in wanted):
        here = [(column, one) for rel, column, one in wanted if rel == name]
        module = module_of(project, name, needed=False)
        plan = plan_of(mill, module) if module else None
        if module:
            kinds[name] = kinds_of(mill, name, module, show=show)
        rules, queries = _rules(plan, here), _queries(engine, here)
        if plan and rules:
            rows.find_in_python(engine, plan, rules)
            for rule in rules:
                parts.append(
                    f"select {rows.literal(name)} as relation, * from {rows.view(engine, plan, rule)}"
                )
                notes += _notes(engine, plan, rule, kinds[name])
        parts += queries
        if not rules and not queries:
            notes.append(f"{name} has this check no more: its check module was changed since the run.")
    select = "\nunion all\n".join(parts) or f"select '' as relation, * from ({rows.nothing()})"
    hidden = NONE if show or not project.mask else MIXED

    def kind(name: str, column: str | None) -> str:
        return kinds[name](column) if name in kinds else hidden

    return Failing(engine, select, list(wanted), kind, tuple(notes))


def meant(engine: Engine, check: str, relation: str | None) -> list[tuple[str, str | None, str]]:
    """Relation, column and name of every check of the run that ``check`` names. Raises CheckError when it names none."""
    known = (
        engine.rows("select relation, column_name, check_name from audit.results order by all")
        if "audit.results" in engine.relations()
        else []
    )
    if relation is not None and relation not in {one[0] for one in known}:
        names = sorted({one[0] for one in known})
        raise CheckError(
            Problem(
                f"Nothing was checked in {relation!r}.",
                expected=f"Checked: {listed(names)}.",
                hint=did_you_mean(relation, names),
            )
        )
    known = [one for one in known if relation in (None, one[0])]
    named = [one for one in known if check in _names(*one)]
    if not named:
        every = sorted({name for one in known for name in _names(*one)})
        raise CheckError(
            Problem(
                f"The last run has no check {check!r}.",
                hint=did_you_mean(
                    check, every, otherwise="'gristmill check RELATION' lists the checks of a relation"
                ),
            )
        )
    return [(str(rel), column, str(name)) for rel, column, name in named]


def _names(relation: str, column: str | None, check: str) -> set[str]:
    short = {check, check.partition("(")[0]}
    full = {f"{column}.{one}" for one in short} if column else short
    return short | full | {f"{relation}.{one}" for one in full}


def _rules(plan: Plan | None, wanted: Sequence[tuple[str | None, str]]) -> list[Rule]:
    return [rule for rule in plan.rules if (rule.column, rule.check) in wanted] if plan else []


def _queries(engine: Engine, wanted: Sequence[tuple[str | None, str]]) -> list[str]:
    """Checks that are queries of ``sql/audit``: their relation holds all the rows already."""
    there = set(engine.relations())
    return [
        f'select relation, \'{check}\' as check_name, "key", column_name, cast("value" as varchar) as "value", reason,'
        f" null as _source, null as _file, null as _row from audit.{check}"
        for column, check in wanted
        if column is None and check.isidentifier() and f"audit.{check}" in there
    ]


def _notes(engine: Engine, plan: Plan, rule: Rule, kind: Callable[[str | None], str]) -> list[str]:
    """The groups a dependency does not hold for, the largest first; that a rule has no rows."""
    from gristmill.checks import passes
    from gristmill.checks.rules import DependencyRule, PythonRule, RowRule

    if isinstance(rule, DependencyRule):
        told: dict[str, list[str]] = {}
        for group, value, n in passes.groups(engine, plan, rule, GROUPS):
            shown = ", ".join(str(mask(one, kind(name))) for one, name in zip(group, rule.about, strict=True))
            told.setdefault(shown, []).append(f"{mask(value, kind(rule.column))} ×{n:,}")
        return [f"{group}: {', '.join(values)}" for group, values in told.items()]
    if isinstance(rule, (RowRule, PythonRule, *passes.PASSES)):
        return []
    return [f"{rule.wording.sentence}: speaks of the relation as a whole, so there are no rows to show."]


def plan_of(mill: Mill, module: CheckModule) -> Plan:
    """The rules of a check module for the relation as the run has it."""
    from gristmill.checks import compile_schema

    run = mill.published
    assert run is not None
    columns = mill.engine.columns(module.relation)
    return compile_schema(module.relation, module.schema, columns, as_of=typed("date", run.as_of))
