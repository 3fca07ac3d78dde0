"""What a condition says of the published run: exact counts, revenue, overlap with other segments, who comes and goes.

The profile is a view over a dozen relations. It is stored once a run, with the segments of every customer beside it as
numbers, so that any condition is one scan.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from gristmill import project as projects
from gristmill import segmenting
from gristmill.engine import quote
from gristmill.errors import ParameterError, Problem
from gristmill.mill import Mill
from gristmill.project import Project
from gristmill.workbench import kept, opened
from gristmill.written.conditions import OPERATORS, TEXT, Group, Part, kind_of, tree, where
from gristmill.written.segments import PROFILE, Own, own, owned

MEMBERS = "segment.members"
TABLE = "scratch.segment_profile"
KEPT = "kept_segment"
"""What was gathered of a run before, as a database."""
_SAYS = "profile, code of each scheme, said as a list: 1"
"""How it is gathered; another text where that changes, so that what was kept otherwise is not read."""
MOST_VALUES = 300
"""Values of a text column that are offered; rarer ones can be typed."""
ALL = "true"


@dataclass(frozen=True)
class Asked:
    """A column of the profile and what can be asked of it."""

    name: str
    kind: str
    """number, text, truth, date or timestamp."""
    operators: tuple[str, ...]
    values: tuple[tuple[str, int], ...]
    """Values of a text column with their customers, the most frequent first; none where they may be somebody's own."""
    n_values: int
    """How many there are in all."""
    lowest: str
    highest: str
    """Of a number or a day; empty for other kinds, or where nobody has one."""


class Overlap(NamedTuple):
    """Customers of the condition who are in another segment too."""

    scheme: str
    segment: str
    n_both: int
    share: float
    """Of the customers of the condition."""
    lift: float
    """How many times more than among all customers."""


class Change(NamedTuple):
    """The condition beside the members of the saved segment in the published run."""

    n_before: int
    n_joining: int
    n_leaving: int


@dataclass(frozen=True)
class Size:
    """What a condition comes to in the published run."""

    where: str
    n_customers: int
    n_all: int
    revenue: float
    """Net, in the currency of segment.currencies."""
    revenue_all: float
    currency: str
    overlaps: tuple[Overlap, ...]
    """By lift, then by customers."""
    change: Change | None
    """None for a condition without a segment that the run knows."""

    @property
    def share(self) -> float:
        """Of all customers."""
        return self.n_customers / self.n_all if self.n_all else 0.0

    @property
    def share_revenue(self) -> float | None:
        """Of all revenue; None when that is not above 0."""
        return self.revenue / self.revenue_all if self.revenue_all > 0 else None


class Counts:
    """The profile of one published run, ready to be counted."""

    def __init__(self, mill: Mill) -> None:
        self.mill = mill
        mill.relation(PROFILE)
        engine = mill.engine
        is_of_run = kept.is_of_run(engine, PROFILE, MEMBERS)
        path = kept.path_of(mill, "segment", _SAYS) if is_of_run else None
        if kept.attached(engine, path, KEPT):
            self._learn(engine.rows(f"select said from {KEPT}.said")[0][0])
            engine.view(TABLE, f"select * from {KEPT}.segment_profile")
            self._write_codes()
        else:
            self._gather()
            tables = {
                "segment_profile": (f"select * from {TABLE}", {}),
                "said": ("select $said as said", {"said": self._said()}),
            }
            if kept.keep(engine, path, KEPT, tables):
                engine.drop(TABLE)
                engine.view(TABLE, f"select * from {KEPT}.segment_profile")
        self.kinds = {one.name: one.kind for one in self.columns}
        used = engine.rows("select currency from segment.currencies where is_used")
        self.currency = str(used[0][0] or "") if used else ""

    def _gather(self) -> None:
        engine = self.mill.engine
        codes = engine.rows(
            f"select scheme, segment, count(*) from {MEMBERS} group by scheme, segment order by scheme, segment"
        )
        self.codes = [(str(scheme), str(segment), int(n)) for scheme, segment, n in codes]
        self.schemes = list(dict.fromkeys(scheme for scheme, _, _ in self.codes))
        self._make()
        _, self.n_all, _, self.revenue_all = segmenting.counted(engine, TABLE, ALL)
        self.columns = tuple(self._columns())

    def _said(self) -> str:
        """What was gathered besides the table, as text."""
        about = [self.n_all, self.revenue_all, self.codes, self.doubled, [vars(one) for one in self.columns]]
        return json.dumps(about, ensure_ascii=False)

    def _learn(self, said: str) -> None:
        """``_said``, read again."""
        self.n_all, self.revenue_all, codes, self.doubled, columns = json.loads(said)
        self.codes = [(scheme, segment, n) for scheme, segment, n in codes]
        self.schemes = list(dict.fromkeys(scheme for scheme, _, _ in self.codes))
        self.columns = tuple(
            Asked(
                **{
                    **one,
                    "operators": tuple(one["operators"]),
                    "values": tuple((value, n) for value, n in one["values"]),
                }
            )
            for one in columns
        )

    def _write_codes(self) -> None:
        self.mill.engine.make(
            "scratch.segment_codes",
            "select unnest(cast($schemes as varchar[])) as scheme, unnest(cast($segments as varchar[])) as segment,"
            " unnest(cast($places as usmallint[])) as place, unnest(cast($codes as usmallint[])) as code",
            {
                "schemes": [one[0] for one in self.codes],
                "segments": [one[1] for one in self.codes],
                "places": [self.schemes.index(one[0]) for one in self.codes],
                "codes": list(range(len(self.codes))),
            },
        )

    def _make(self) -> None:
        """Store the profile with a number a scheme, and find schemes that have a customer in two segments."""
        engine = self.mill.engine
        self._write_codes()
        cells = "".join(
            f", min(case when c.place = {place} then c.code end) as code_{place}"
            for place in range(len(self.schemes))
        )
        engine.make(
            "scratch.segment_wide",
            f"select m.customer_id{cells} from segment.members as m join scratch.segment_codes as c"
            " on c.scheme = m.scheme and c.segment = m.segment group by m.customer_id",
        )
        numbers = "".join(f", w.code_{place} as {self._code(place)}" for place in range(len(self.schemes)))
        engine.make(
            TABLE,
            f"select p.*{numbers} from {PROFILE} as p left join scratch.segment_wide as w"
            " on w.customer_id = p.customer_id",
        )
        # Fewer customers than rows: somebody is in two segments of the scheme, and a number holds one.
        kept = ", ".join(f"count(code_{place})" for place in range(len(self.schemes)))
        n_kept = engine.rows(f"select {kept} from scratch.segment_wide")[0] if kept else ()
        n_rows = [sum(n for scheme, _, n in self.codes if scheme == name) for name in self.schemes]
        self.doubled = [name for name, n, all_ in zip(self.schemes, n_kept, n_rows, strict=True) if n < all_]
        engine.drop("scratch.segment_wide")

    @staticmethod
    def _code(place: int) -> str:
        # No column of a profile is called so.
        return quote(f"segment of scheme {place}")

    def _columns(self) -> list[Asked]:
        engine = self.mill.engine
        stored = engine.columns(PROFILE)
        personal = self.mill.kinds(f"select * from {PROFILE}", stored)
        found = []
        for column in stored:
            kind = kind_of(column.type)
            if kind is None or column.name == "customer_id":
                continue
            # A scheme's segments are labels, whatever they were made of; a company may be one person.
            is_open = personal[column.name] == "none" or column.name in self.schemes
            name, n_values = quote(column.name), 0
            values: tuple[tuple[str, int], ...] = ()
            ends = ["", ""]
            if kind == TEXT and is_open:
                rows = engine.rows(
                    f"select {name}, count(*) as n from {TABLE} where {name} is not null"
                    f" group by {name} order by n desc, {name}"
                )
                n_values = len(rows)
                values = tuple((str(value), int(n)) for value, n in rows[:MOST_VALUES])
            elif kind not in (TEXT, "truth"):
                cast = "date" if kind in ("date", "timestamp") else "varchar"
                row = engine.rows(f"select min({name}), max({name}) from {TABLE}")[0]
                ends = [_shown(one, cast) for one in row]
            found.append(Asked(column.name, kind, OPERATORS[kind], values, n_values, ends[0], ends[1]))
        return found

    def size(self, condition: str, *, segment: str | None = None) -> Size:
        """Count who fits. ``segment`` is the template's name of a saved one to compare with.

        Raises ParameterError for a condition that does not fit the profile.
        """
        asked = condition.strip() or ALL
        segmenting.check(self.mill.engine, PROFILE, asked)
        n, revenue, rows = self._grouped(asked, segment)
        return Size(
            condition.strip(),
            n,
            self.n_all,
            revenue,
            self.revenue_all,
            self.currency,
            tuple(self._overlaps(rows, n, segment)),
            self._change(asked, segment),
        )

    def _grouped(self, condition: str, but: str | None) -> tuple[int, float, list[tuple[Any, ...]]]:
        """Customers, their revenue, and how many of them each segment has, by its number; in one scan."""
        kept = [
            self._code(place)
            for place, name in enumerate(self.schemes)
            if name != but and name not in self.doubled
        ]
        sets = ", ".join(["()", *(f"({code})" for code in kept)])
        code = f"coalesce({', '.join(kept)}, null)" if kept else "null"
        rows = self.mill.engine.rows(
            f"select grouping_id({', '.join(kept)}) = {2 ** len(kept) - 1} as is_all, {code} as code, count(*), sum(monetary)"
            f" from {TABLE} where ({condition}\n) group by grouping sets ({sets})"
            if kept
            else f"select true, null, count(*), sum(monetary) from {TABLE} where ({condition}\n)"
        )
        whole = next(row for row in rows if row[0])
        found = [(row[1], row[2]) for row in rows if not row[0] and row[1] is not None]
        for name in self.doubled:
            found += self.mill.engine.rows(
                "select c.code, count(distinct m.customer_id) from segment.members as m join scratch.segment_codes as c"
                " on c.scheme = m.scheme and c.segment = m.segment where m.scheme = $scheme and m.customer_id in"
                f" (select customer_id from {TABLE} where ({condition}\n)) group by c.code",
                {"scheme": name},
            )
        return int(whole[2]), float(whole[3] or 0), found

    def _overlaps(self, rows: list[tuple[Any, ...]], n: int, but: str | None) -> list[Overlap]:
        found = [
            Overlap(scheme, label, int(both), both / n, round(both / n / (of / self.n_all), 4))
            for number, both in rows
            for scheme, label, of in [self.codes[int(number)]]
            if scheme != but
        ]
        return sorted(found, key=lambda one: (-one.lift, -one.n_both, one.scheme, one.segment))

    def _change(self, condition: str, segment: str | None) -> Change | None:
        if segment is None or segment not in self.schemes:
            return None
        member = f"{self._code(self.schemes.index(segment))} is not null"
        row = self.mill.engine.rows(
            f"select count(*) filter ({member}), count(*) filter (is_in and not {member}),"
            f" count(*) filter (not is_in and {member})"
            f" from (select *, coalesce(({condition}\n), false) as is_in from {TABLE})"
        )[0]
        return Change(*(int(one) for one in row))

    # -- conditions -----------------------------------------------------------------------------

    def text(self, part: Part) -> str:
        """The SQL of controls."""
        return where(part, self.kinds)

    def tree(self, text: str) -> Group:
        """The controls of an SQL text."""
        return tree(text, self.kinds)

    def saved(self) -> list[Own]:
        """The project's own segments that controls can open, as their files say now."""
        return owned(self.mill.project)

    def open(self, name: str) -> Own:
        """One of them."""
        return own(self.mill.project, name)

    def save(self, name: str, condition: str, *, label: str | None, seen: Own | None) -> segmenting.Sized:
        """Write the template. Raises as ``segmenting.save`` does."""
        if not condition.strip():
            raise ParameterError(Problem("The condition is empty.", hint="choose at least one condition"))
        return segmenting.save(self.mill, name, condition, label=label, seen=seen, profile=TABLE)


_HELD: dict[Path, Counts] = {}


def is_ready(start: Project) -> bool:
    """Whether the counts of the published run are there at once."""
    held = _HELD.get(start.root)
    return held is not None and held.mill is opened.mill(start.root) and TABLE in held.mill.engine.relations()


def counts(start: Project | None = None) -> Counts:
    """The counts of the published run, stored anew when another one is published."""
    root = (start or projects.load()).root
    mill = opened.mill(root)
    held = _HELD.get(root)
    if held is None or held.mill is not mill or TABLE not in mill.engine.relations():
        held = _HELD[root] = Counts(mill)
    return held


def _shown(value: Any, cast: str) -> str:
    if value is None:
        return ""
    return (
        str(value)[:10]
        if cast == "date"
        else f"{value:f}".rstrip("0").rstrip(".")
        if "." in f"{value:f}"
        else str(value)
    )
