"""The named segments of RFM: ranges of scores, moved one by one in the project's own table of bounds.

What a move comes to is counted on the scores of the published run, a few hundred rows at most; the file is changed in
place, so that git shows the one number that moved.
"""

from __future__ import annotations

import fcntl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from gristmill import lock, runs, template
from gristmill.errors import ConfigError, ParameterError, Problem, TemplateError, did_you_mean
from gristmill.mill import Mill
from gristmill.project import Project
from gristmill.template import Template, parse
from gristmill.written.rows import edited, values_list

NAME = "segment/rfm_bounds"
EDGES = ("r_lo", "r_hi", "f_lo", "f_hi", "m_lo", "m_hi")
NUMBERS = (*EDGES, "priority")
OTHERS = "Others"


@dataclass(frozen=True)
class Bound:
    """One row of segment.rfm_bounds, and what it comes to among the customers of the published run."""

    segment: str
    r_lo: int
    r_hi: int
    f_lo: int
    f_hi: int
    m_lo: int
    m_hi: int
    priority: int
    """The lowest is tried first."""
    advice: str = ""
    n_fit: int = 0
    """Customers whose scores lie in the bounds."""
    n_won: int = 0
    """Of them, those who get this name."""
    revenue: float = 0.0
    """Of those who get this name."""
    overlaps_with: tuple[str, ...] = ()
    """Segments that fit some of the same customers."""

    @property
    def is_empty(self) -> bool:
        """Nobody's scores lie in the bounds."""
        return self.n_fit == 0

    @property
    def is_shadowed(self) -> bool:
        """Some fit, and all of them get the name of a row tried before."""
        return self.n_fit > 0 and self.n_won == 0

    def fits(self, score: Score) -> bool:
        """True when these scores lie in the bounds."""
        return (
            self.r_lo <= score.r <= self.r_hi
            and self.f_lo <= score.f <= self.f_hi
            and self.m_lo <= score.m <= self.m_hi
        )


class Score(NamedTuple):
    """Customers of the same three scores."""

    r: int
    f: int
    m: int
    n: int
    revenue: float


class Named(NamedTuple):
    """Scores and the segment they are called; Others when none fits."""

    score: Score
    segment: str


def scores(mill: Mill) -> list[Score]:
    """The scores that are named, as the published run has them."""
    mill.relation("segment.rfm_named")
    rows = mill.engine.rows(
        "select n.r, n.f, n.m, count(*), coalesce(sum(r.monetary), 0) from segment.rfm_named as n"
        " left join segment.rfm as r on r.customer_id = n.customer_id group by n.r, n.f, n.m order by n.r, n.f, n.m"
    )
    return [Score(int(r), int(f), int(m), int(n), float(revenue)) for r, f, m, n, revenue in rows]


def table(mill: Mill) -> tuple[Template, list[Bound]]:
    """The template of the bounds as its file is now, and its rows, uncounted, in the order they are tried."""
    found = _template(mill.project)
    cells = ", ".join(("segment", *NUMBERS, "advice"))
    rows = mill.engine.rows(f"select {cells} from ({found.sql}\n) order by priority, segment")
    return found, [_bound(row) for row in rows]


def _template(project: Project) -> Template:
    """The one that wins, read alone: the nearest layer's highest version, or the one that is pinned."""
    order = [layer.name for layer in project.layers]
    files = [
        parse(path, layer=layer.name, shown=project.show(path))
        for layer, path in project.files("sql", f"{NAME}_v*.sql")
    ]
    files.sort(key=lambda one: (order.index(one.layer), -one.version))
    return next((one for one in files if one.version == project.pins.get(NAME)), files[0])


def _bound(row: Sequence[Any]) -> Bound:
    name, r_lo, r_hi, f_lo, f_hi, m_lo, m_hi, priority, advice = row
    numbers = (int(r_lo), int(r_hi), int(f_lo), int(f_hi), int(m_lo), int(m_hi), int(priority))
    return Bound(str(name), *numbers, str(advice or ""))


def counted(found: Sequence[Bound], known: Sequence[Score]) -> tuple[list[Bound], list[Named]]:
    """What bounds come to: each with its counts, and what every score is called.

    As segment/rfm_named does it: of those that fit, the lowest priority wins, then the first name.
    """
    order = sorted(found, key=lambda one: (one.priority, one.segment))
    named, fit = [], {place: [0, 0, 0.0] for place in range(len(order))}
    shared: dict[int, set[int]] = {place: set() for place in fit}
    for score in known:
        fits = [place for place, one in enumerate(order) if one.fits(score)]
        for place in fits:
            fit[place][0] += score.n
            shared[place].update(other for other in fits if other != place)
        if fits:
            fit[fits[0]][1] += score.n
            fit[fits[0]][2] += score.revenue
        named.append(Named(score, order[fits[0]].segment if fits else OTHERS))
    return [
        replace(
            one,
            n_fit=int(fit[place][0]),
            n_won=int(fit[place][1]),
            revenue=float(fit[place][2]),
            overlaps_with=tuple(order[other].segment for other in sorted(shared[place])),
        )
        for place, one in enumerate(order)
    ], named


def most(found: Sequence[Bound], known: Sequence[Score]) -> int:
    """The highest score there is: the bins of the run, 5 at least, and what bounds speak of."""
    seen = [max(score.r, score.f, score.m) for score in known]
    return max([5, *seen, *(max(one.r_hi, one.f_hi, one.m_hi) for one in found)])


def moved(found: Sequence[Bound], segment: str, edges: Mapping[str, int], most: int) -> list[Bound]:
    """The bounds with edges of one segment (or its priority) elsewhere; an edge never passes its opposite.

    Raises ParameterError for a segment or an edge there is not, and for scores outside 1 to ``most``.
    """
    names = [one.segment for one in found]
    problems = []
    if names.count(segment) != 1:
        what = "There is no segment" if segment not in names else "More than one row is called"
        problems.append(Problem(f"{what} {segment!r}.", hint=did_you_mean(segment, names)))
    for name, to in edges.items():
        if name not in NUMBERS:
            problems.append(Problem(f"There is no edge {name!r}.", hint=did_you_mean(name, EDGES)))
        elif name in EDGES and not 1 <= to <= most:
            problems.append(
                Problem(f"{name} cannot be {to}.", expected=f"Expected a score from 1 to {most}.")
            )
    if problems:
        raise ParameterError(problems)
    old = found[names.index(segment)]
    new = replace(old, **edges)  # type: ignore[arg-type]  # the names were looked at
    crossed = [axis for axis in "rfm" if getattr(new, f"{axis}_lo") > getattr(new, f"{axis}_hi")]
    if crossed:
        raise ParameterError(
            Problem(
                f"The lower bound of {' and '.join(crossed)} of {segment!r} would be above the upper one.",
                hint="move both",
            )
        )
    return [new if one is old else one for one in found]


def write(mill: Mill, seen: Template, found: Sequence[Bound]) -> tuple[Template, list[Bound]]:
    """Put these bounds into the project's own template, which is made of ``seen`` when there is none.

    Only numbers that differ are replaced. Raises ConfigError when the file is another one than was seen, TemplateError when
    its rows are no list of plain values, RunError when it cannot be written.
    """
    project = mill.project
    project.state.mkdir(parents=True, exist_ok=True)
    with (project.state / "bounds.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        now, old = table(mill)
        if (now.path, now.text) != (seen.path, seen.text):
            raise ConfigError(
                Problem(f"{now.shown} was changed meanwhile; here is what it says now.", hint="move again")
            )
        text = _edited(now, old, found)
        if text == now.text:
            return now, old
        target = project.root / "sql" / now.schema / now.path.name
        if now.path == target and now.ref in lock.read(project.root / "sql" / lock.LOCK_NAME):
            target = target.with_name(f"{now.what}_v{now.version + 1}.sql")
        # What is written must be a template whose rows the database can read.
        mill.engine.describe(template.of_text(target, text).sql)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise runs.unwritable(target.parent, error) from error
        runs.write_atomically(target, text)
        return table(mill)


def _edited(now: Template, old: Sequence[Bound], found: Sequence[Bound]) -> str:
    rows = values_list(now.text)
    changes = {}
    for before, after in zip(old, found, strict=True):
        for name in NUMBERS:
            if getattr(before, name) == getattr(after, name):
                continue
            cells = [row[name] for row in rows if name in row and row["segment"].value == before.segment]
            if len(cells) != 1 or cells[0].value != str(getattr(before, name)):
                raise TemplateError(
                    Problem(
                        f"says {name} of {before.segment!r} in another way than as one row of numbers.",
                        where=now.shown,
                        hint="change that file in an editor; bounds are shown as it says them",
                    )
                )
            changes[cells[0]] = str(getattr(after, name))
    return edited(now.text, changes)
