"""Decisions about values: what ``reviews/values.csv`` says when the call returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gristmill import cluster, project, reviewing
from gristmill.cluster import Proposal
from gristmill.errors import ParameterError, Problem, did_you_mean
from gristmill.workbench.values.finding import PROPOSED, found_for, undecided

if TYPE_CHECKING:
    from gristmill.project import Project

ACCEPT = "accept"


@dataclass(frozen=True)
class Done:
    """What deciding did."""

    decision: str
    """accept, reject, or undo."""
    column: str
    n_values: int
    """Values that lines of the file are new or changed for; 0: it said so already."""

    def __str__(self) -> str:
        n = f"{self.n_values:,}"
        if not self.n_values:
            return f"{cluster.FILE} says so already."
        if self.decision == "undo":
            return f"Taken back: decisions about values of {self.column}: {n}."
        if self.decision == ACCEPT:
            return (
                f"{cluster.FILE}: values of {self.column} that become another one from the next run on: {n}."
            )
        return f"{cluster.FILE}: values of {self.column} that stay apart: {n}."


def decide(
    relation: str, column: str, values: Sequence[str], into: str, decision: str, note: str = ""
) -> Done:
    """Enter one line a value, with what was found about it."""
    at = project.load()
    label = checked(relation, column)
    wanted = [one for one in dict.fromkeys([values] if isinstance(values, str) else values) if one != into]
    if not wanted or not into or not all(wanted):
        raise ParameterError(
            Problem(
                "No value is chosen that would become another."
                if into
                else "The value that survives is empty.",
                expected="Expected values, and another one that they become.",
            )
        )
    return _write(at, label, pairs(at, relation, column, wanted, into), decision, note)


def decide_all(relation: str, column: str, above: float) -> Done:
    """Accept every open proposal that is at least so sure."""
    at = project.load()
    label = checked(relation, column)
    if not 0 <= above <= 1:
        raise ParameterError(Problem(f"above is {above}.", expected="Expected a confidence from 0 to 1."))
    found = found_for(at, relation, column)
    sure = [
        Proposal(one.value, group.after, one.n, group.after_n, one.method, one.confidence)
        for group in undecided(at, found, found.groups[PROPOSED])
        for one in group.members
        if one.confidence is not None and one.confidence >= above
    ]
    return _write(at, label, sure, ACCEPT, "") if sure else Done(ACCEPT, label, 0)


def undo() -> Done:
    """Take back what this person decided last."""
    at = project.load()
    gone = cluster.take_back(at.root / cluster.FILE, lock=at.state / "values.lock", who=reviewing.who(at))
    return Done("undo", ", ".join(dict.fromkeys(one.column for one in gone)), len(gone))


def checked(relation: str, column: str) -> str:
    """The column as the file names it. Raises ParameterError where runs do not merge values."""
    label, known = f"{relation}.{column}", cluster.mergeable()
    if label not in known:
        hint = did_you_mean(label, known, otherwise="gm.values.columns() lists the columns")
        raise ParameterError(Problem(f"Values of {label} are not merged in a run.", hint=hint))
    return label


def pairs(at: Project, relation: str, column: str, values: Sequence[str], into: str) -> list[Proposal]:
    """The values with what is known of them: how many rows, and by which method and how surely they are proposed."""
    known = {
        (one.value, group.after): one
        for group in found_for(at, relation, column).groups[PROPOSED]
        for one in group.members
    }
    counts = _counts(at, relation, column, [*values, into])
    made = []
    for value in values:
        one = known.get((value, into))
        method, sure = (one.method, one.confidence or 0.0) if one else (cluster.BY_HAND, 0.0)
        made.append(Proposal(value, into, counts.get(value, 0), counts.get(into, 0), method, sure))
    return made


def _counts(at: Project, relation: str, column: str, values: Sequence[str]) -> dict[str, int]:
    from gristmill.engine import quote, quote_relation
    from gristmill.workbench import opened

    name = quote(column)
    rows = opened.mill(at.root).engine.rows(
        f"select {name}, count(*) from {quote_relation(relation)}"
        f" where {name} in (select unnest(cast($values as varchar[]))) group by {name}",
        {"values": list(values)},
    )
    return {value: int(n) for value, n in rows}


def _write(at: Project, label: str, found: Sequence[Proposal], decision: str, note: str) -> Done:
    n = cluster.decide(
        at.root / cluster.FILE,
        label,
        found,
        decision,
        lock=at.state / "values.lock",
        who=reviewing.who(at),
        # To the thousandth, so that two decisions of one second can be taken back one by one.
        when=dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
        note=note,
    )
    return Done(decision, label, n)
