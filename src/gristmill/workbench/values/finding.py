"""What each method takes for one value, found once for a column of the published run and kept until another is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from gristmill import cluster, project
from gristmill.errors import ConfigError, ParameterError, Problem, did_you_mean, listed
from gristmill.mill import Mill
from gristmill.report import Col, Data, mask, table
from gristmill.workbench import opened

if TYPE_CHECKING:
    from gristmill.engine import Engine
    from gristmill.project import Project
    from gristmill.report.display import Display

PROPOSED, NEAREST = "proposed", "nearest"
KEYS = {"fingerprint": "fingerprint", "ngrams": "ngrams", "sound": "sound"}
"""Methods that take values of one key for one → the column of ``cluster.keys``."""
METHODS = (PROPOSED, *KEYS, NEAREST)
MOST_GROUPS = 2000
"""Groups of one key that are kept, those with the most rows; counts are of all, and so are proposals."""

PAIRS = """
select p.before, p.after, k.n, a.n as after_n, p.method, p.confidence,
    k.fingerprint = a.fingerprint and k.fingerprint <> '', k.ngrams = a.ngrams and k.ngrams <> '',
    coalesce(k.sound = a.sound and k.sound <> '', false), contains(coalesce(p.method, ''), 'nearest')
from ({pairs}) as p
join cluster.keys as k on k.value = p.before
join cluster.keys as a on a.value = p.after
order by sum(k.n) over (partition by p.after) desc, p.after, k.n desc, p.before
"""
GROUPED = """
select {key} as code, count(*) as n_values, sum(n) as n_rows, max(n) as most, min(place) as place
from cluster.keys where {key} <> '' group by {key} having count(*) > 1
"""
KEYED = """
select k.value as before, b.value as after, p.method, p.confidence
from (select * from ({grouped}) order by n_rows - most desc, place limit {most}) as g
join cluster.keys as k on k.{key} = g.code and k.place <> g.place
join cluster.keys as b on b.place = g.place
left join cluster.proposals as p on p.before = k.value and p.after = b.value
"""
COUNTED = "select count(*), coalesce(sum(n_values - 1), 0), coalesce(sum(n_rows - most), 0) from ({grouped})"


class Member(NamedTuple):
    """A value that may become the one that survives."""

    value: str
    n: int
    method: str
    confidence: float | None
    """Of the templates' proposal; None where they propose nothing."""
    agrees: tuple[str, ...]
    """The methods that take it for the survivor: fingerprint, ngrams, sound, nearest."""


@dataclass(frozen=True)
class Group:
    """Values that may mean the same as one of them."""

    after: str
    """The most frequent, which is proposed to survive."""
    after_n: int
    members: tuple[Member, ...]

    @property
    def n_rows(self) -> int:
        """Rows that would change."""
        return sum(one.n for one in self.members)


@dataclass(frozen=True)
class Found:
    """All that was found for a column, whatever is decided."""

    run: str
    groups: Mapping[str, tuple[Group, ...]]
    counts: Mapping[str, tuple[int, int, int]]
    """Method → groups, values that would become another, rows of those; of all groups, also those not kept."""
    n_values: int
    left_out: tuple[str, ...]
    kind: str
    """pii kind of the column."""
    label: str
    """``clean.contacts.city``"""


@dataclass(frozen=True)
class Clusters(Sequence[Group]):
    """The groups that are left to decide, by one method."""

    found: Found
    method: str
    groups: tuple[Group, ...]
    is_clear: bool

    def __len__(self) -> int:
        return len(self.groups)

    @overload
    def __getitem__(self, place: int) -> Group: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Group, ...]: ...
    def __getitem__(self, place: int | slice) -> Group | tuple[Group, ...]:
        return self.groups[place]

    def shown(self, value: str) -> str:
        """A value as it may be shown."""
        return str(value if self.is_clear else mask(value, self.found.kind))

    def display(self, most: int = 200) -> Display:
        """As a table of ``gm.report``: one row a value that would become another, the first ``most``."""
        rows = [
            (
                self.shown(one.value),
                self.shown(group.after),
                one.n,
                group.after_n,
                ", ".join(one.agrees),
                one.confidence,
            )
            for group in self.groups
            for one in group.members
        ]
        # What is masked is masked already; what is clear is counted by the report that it ends up in.
        kind = self.found.kind if self.is_clear and self.found.kind != "none" else None
        columns = [
            Col("before", "VARCHAR", pii=kind),
            Col("after", "VARCHAR", pii=kind),
            Col("n", "BIGINT"),
            Col("after_n", "BIGINT"),
            Col("methods", "VARCHAR"),
            Col("confidence", "DOUBLE"),
        ]
        return table(
            Data(columns=columns, rows=rows[:most], n_total=len(rows)),
            title=f"{self.found.label}: {len(rows):,} of {self.found.n_values:,} values may mean another",
            masked=not self.is_clear,
            note=" ".join(self.found.left_out),
        )

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        return self.display()._repr_mimebundle_()


_FOUND: dict[tuple[Path, str, str, float], Found] = {}
"""By project, run, column and least confidence: finding takes seconds in a large column."""


def columns() -> list[str]:
    """The columns whose values are merged in a run, of those that the published run has and that hold text."""
    mill = opened.mill()
    return [target for target in cluster.mergeable() if _is_text(mill.engine, target)]


def _is_text(engine: Engine, target: str) -> bool:
    relation, _, name = target.rpartition(".")
    there = engine.columns(relation) if relation in engine.relations() else []
    return any(one.name == name and one.type == "VARCHAR" for one in there)


def clusters(
    relation: str, column: str, *, method: str = PROPOSED, least: float = 0.6, show: bool = False
) -> Clusters:
    """The groups of a column that are left to decide."""
    at = project.load()
    if method not in METHODS:
        raise ParameterError(
            Problem(
                f"There is no method {method!r}.",
                expected=f"Methods: {listed(METHODS)}.",
                hint=did_you_mean(method, METHODS),
            )
        )
    found = found_for(at, relation, column, least)
    left = tuple(undecided(at, found, found.groups[method]))
    return Clusters(found, method, left, show or not at.mask or found.kind == "none")


def found_for(at: Project, relation: str, column: str, least: float = 0.6) -> Found:
    """What the templates find in a column of the published run; found once."""
    held = opened.mill(at.root)
    run = held.published
    assert run is not None
    _check(held.engine, relation, column)
    key = (at.root, run.run, f"{relation}.{column}", least)
    if key not in _FOUND:
        for old in [one for one in _FOUND if one[0] == at.root and one[1] != run.run]:
            del _FOUND[old]
        _FOUND[key] = _find(at, relation, column, least)
    return _FOUND[key]


def is_found(at: Project, relation: str, column: str, least: float = 0.6) -> bool:
    """Whether the column of the published run was searched already."""
    run = opened.mill(at.root).published
    return run is not None and (at.root, run.run, f"{relation}.{column}", least) in _FOUND


def undecided(at: Project, found: Found, groups: Sequence[Group]) -> Iterator[Group]:
    """The groups without what the file decides; those with nothing left are passed over."""
    lines = [one for one in cluster.read(at.root / cluster.FILE, cluster.FILE) if one.column == found.label]
    gone = {one.before for one in lines if one.decision == "accept"}
    apart = {frozenset((one.before, one.after)) for one in lines if one.decision == "reject"}
    for group in groups:
        if not gone and not apart:
            yield group
            continue
        if group.after in gone:
            continue
        left = tuple(
            one
            for one in group.members
            if one.value not in gone and frozenset((one.value, group.after)) not in apart
        )
        if left:
            yield group if len(left) == len(group.members) else replace(group, members=left)


def _check(engine: Engine, relation: str, column: str) -> None:
    if relation not in engine.relations():
        hint = did_you_mean(relation, engine.relations(), otherwise="gm.values.columns() lists columns")
        raise ParameterError(Problem(f"The published run has no {relation!r}.", hint=hint))
    types = {one.name: one.type for one in engine.columns(relation) if not one.name.startswith("_")}
    if column not in types:
        expected = f"Columns: {listed(list(types))}."
        raise ParameterError(
            Problem(
                f"{relation} has no column {column!r}.", expected=expected, hint=did_you_mean(column, types)
            )
        )
    if types[column] != "VARCHAR":
        hint = "only texts can be spelled in several ways"
        raise ParameterError(Problem(f"{relation}: {column} holds {types[column]}, no text.", hint=hint))


def _find(at: Project, relation: str, column: str, least: float) -> Found:
    label = f"{relation}.{column}"
    known = cluster.mergeable()
    lines = cluster.read(at.root / cluster.FILE, cluster.FILE) if label in known else []
    # Rows of the run follow what it knew. What was decided since is left out when it is listed, so that it can come back.
    cluster.accepted(lines)
    with Mill(at, params=cluster.params_for(column, least=least)) as mill:
        if mill.published is None:
            raise ConfigError(Problem("Nothing is published yet.", hint="gristmill run"))
        done = cluster.find(mill.engine, relation, column, mill.run)
        proposed = "select before, after, method, confidence from cluster.proposals"
        groups = {PROPOSED: _groups(mill.engine, proposed)}
        groups[NEAREST] = _groups(mill.engine, f"{proposed} where contains(method, 'nearest')")
        counts = {name: _counted(found) for name, found in groups.items()}
        for method, key in KEYS.items():
            grouped = GROUPED.format(key=key)
            counts[method] = tuple(map(int, mill.engine.rows(COUNTED.format(grouped=grouped))[0]))  # type: ignore[assignment]
            groups[method] = _groups(mill.engine, KEYED.format(key=key, grouped=grouped, most=MOST_GROUPS))
        kind = mill.personal.of(relation).get(column) or mill.personal.of_name(column)
        run = mill.published.run
    return Found(
        run,
        groups,
        counts,
        done.n_values,
        tuple(done.left_out()),
        kind,
        label,
    )


def _groups(engine: Engine, pairs: str) -> tuple[Group, ...]:
    found: dict[str, tuple[int, list[Member]]] = {}
    for before, after, n, after_n, method, confidence, *agree in engine.rows(PAIRS.format(pairs=pairs)):
        agrees = tuple(name for name, does in zip((*KEYS, NEAREST), agree, strict=True) if does)
        member = Member(before, int(n), method or "", confidence, agrees)
        found.setdefault(after, (int(after_n), []))[1].append(member)
    return tuple(Group(after, n, tuple(members)) for after, (n, members) in found.items())


def _counted(groups: Sequence[Group]) -> tuple[int, int, int]:
    return len(groups), sum(len(one.members) for one in groups), sum(one.n_rows for one in groups)
