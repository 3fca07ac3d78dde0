"""The checks of the published run with their severity and trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from gristmill import failing
from gristmill.errors import CheckError, Problem, did_you_mean, listed
from gristmill.report import Col, Data, table
from gristmill.workbench import opened

if TYPE_CHECKING:
    from gristmill.mill import Mill
    from gristmill.report.display import Display

RESULTS = """
select r.relation, r.column_name, r.check_name, r.sentence, r.severity, r.verdict, r.n, r.n_failed, r.share_failed,
    r.max_share, r.max_growth, r.owner, r.note, {trend}
from audit.results as r {joined}
order by case r.verdict when 'error' then 0 when 'fail' then 1 when 'warn' then 2 else 3 end,
    case r.severity when 'critical' then 0 when 'warning' then 1 else 2 end,
    r.share_failed desc, r.relation, r.column_name, r.check_name
"""
TREND = "coalesce(t.change, 'first'), t.growth, t.shares, coalesce(t.n_bad_runs, 0)"
NO_TREND = "'first', cast(null as double), [r.share_failed], 0"
JOINED = (
    "left join audit.trends as t on t.relation = r.relation and t.check_name = r.check_name"
    " and coalesce(t.column_name, '') = coalesce(r.column_name, '')"
)


@dataclass(frozen=True)
class Finding:
    """One check of the published run."""

    relation: str
    column: str | None
    """None where the check speaks of several columns or of the whole relation."""
    check: str
    sentence: str
    severity: str
    verdict: str
    """pass, warn, fail or error."""
    n: int
    n_failed: int
    share_failed: float
    max_share: float
    max_growth: float | None
    owner: str | None
    note: str
    change: str
    """Against the run before: first, new, broke, mended, worse, better, same."""
    growth: float | None
    shares: tuple[float | None, ...]
    """Share that failed by run, oldest first, this one last."""
    n_bad_runs: int
    """Runs in a row that did not pass, this one included."""

    @property
    def name(self) -> str:
        """What ``gm.findings`` and ``gristmill check`` call it."""
        return ".".join(one for one in (self.relation, self.column, self.check) if one)

    @property
    def key(self) -> tuple[str, str | None, str]:
        """Relation, column and check."""
        return (self.relation, self.column, self.check)


@dataclass(frozen=True)
class Findings(Sequence[Finding]):
    """Checks of a run."""

    run: str
    found: tuple[Finding, ...]
    n_checks: int

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, place: int) -> Finding: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, place: int | slice) -> Finding | tuple[Finding, ...]:
        return self.found[place]

    def display(self, most: int = 50) -> Display:
        """As a table of ``gm.report``: no values of rows, so nothing in it is personal."""
        rows = [
            (
                one.verdict,
                one.severity,
                one.name,
                one.sentence,
                one.n_failed,
                one.share_failed,
                one.shares,
                one.change,
            )
            for one in self.found[:most]
        ]
        columns = [
            Col("verdict", "VARCHAR"),
            Col("severity", "VARCHAR"),
            Col("check_name", "VARCHAR"),
            Col("sentence", "VARCHAR"),
            Col("n_failed", "BIGINT"),
            Col("share_failed", "DOUBLE", unit="share"),
            Col("shares", "DOUBLE[]"),
            Col("change", "VARCHAR"),
        ]
        n = sum(one.verdict != "pass" for one in self.found)
        return table(
            Data(columns=columns, rows=rows, n_total=len(self.found)),
            title=f"{n:,} of {self.n_checks:,} checks do not pass",
            trends=("shares",) if rows else (),
        )

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        return self.display()._repr_mimebundle_()


def findings(relation: str = "", *, passed: bool = False, mill: Mill | None = None) -> Findings:
    """The checks of a relation, or of all; those that passed only when they are asked for."""
    mill = mill or opened.mill()
    every = every_finding(mill)
    known = {one.relation for one in every}
    if relation and relation not in known:
        expected = f"Checked: {listed(sorted(known))}."
        raise CheckError(
            Problem(
                f"Nothing was checked in {relation!r}.", expected=expected, hint=did_you_mean(relation, known)
            )
        )
    wanted = [one for one in every if relation in ("", one.relation) and (passed or one.verdict != "pass")]
    n_checks = sum(relation in ("", one.relation) for one in every)
    return Findings(mill.published.run if mill.published else "", tuple(wanted), n_checks)


def every_finding(mill: Mill) -> list[Finding]:
    """All checks of the published run, the gravest first."""
    there = set(mill.engine.relations())
    if "audit.results" not in there:
        return []
    has_trend = "audit.trends" in there
    rows = mill.engine.rows(
        RESULTS.format(trend=TREND if has_trend else NO_TREND, joined=JOINED if has_trend else "")
    )
    return [Finding(*(*row[:15], tuple(row[15] or ()), int(row[16]))) for row in rows]


def named(mill: Mill, check: str) -> Finding:
    """The one check of that name. Raises CheckError when there is none, or several."""
    keys = failing.meant(mill.engine, check, None)
    if len(keys) > 1:
        names = [".".join(one for one in key if one) for key in keys]
        raise CheckError(
            Problem(f"{check!r} names {len(keys)} checks.", expected=f"They are: {listed(names)}.")
        )
    return next(one for one in every_finding(mill) if one.key == keys[0])
