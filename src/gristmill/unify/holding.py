"""Components that do not hold: two people tied by a decision against it, a contradiction, or one doubtful pair.

SQL finds the few suspicious components. Each is built up again from its strongest pair on, leaving out every
pair that would bring together what must stay apart:

- records that a person decided to split, or whose given names and birth dates both differ;
- two birth dates, each confirmed by a second source, that are no slip of the pen;
- two parts tied by a doubtful pair while the other pairs compared between them speak against it.

What people merged is joined first, whatever the evidence says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from gristmill.engine import Engine

SURE = 10.0
"""A pair of at least so many bits is no doubtful bridge: the odds are a thousand to one."""
AGAINST = -8.0
"""Two parts are not joined by a doubtful pair when all pairs between them add up to less than this, in bits."""
SMALLEST = 2
"""A part of fewer records is no side of a bridge: one record may well look unlike most others of its customer."""
MOST = 10.0
"""One pair counts at most so many bits for or against joining two parts."""
MEMBER = "same member number"
DECIDED = "decided"
SPLIT = "decided to split"
CONTRADICTED = "given name and birth date both differ"
BIRTHS = "two birth dates, each in several sources"
BRIDGE = "a doubtful pair, and others speak against it"

SUSPECTS = """
with within as (
  select l.cluster_id, s.match_weight, s.reason
  from (select left_id, right_id, match_weight, reason from unify.scores
    where verdict = 'apart' and (reason <> 'weight of evidence' or match_weight < 0)) as s
  join unify.cluster_labels as l on l.contact_id = s.left_id
  join unify.cluster_labels as r on r.contact_id = s.right_id and r.cluster_id = l.cluster_id
),
conflicts as (
  select cluster_id from within where reason <> 'weight of evidence'
),
doubts as (
  select cluster_id
  from within
  where match_weight < 0
  group by cluster_id
  having sum(greatest(match_weight, -cast($most as double))) < $against
),
splits as (
  select l.cluster_id
  from unify.decided as d
  join unify.cluster_labels as l on l.contact_id = d.left_id
  join unify.cluster_labels as r on r.contact_id = d.right_id and r.cluster_id = l.cluster_id
  where d.decision = 'split'
),
births as (
  select cluster_id
  from (
    select l.cluster_id, e.birth
    from unify.cluster_labels as l
    join unify.records as e on e.contact_id = l.contact_id
    where e.birth is not null
    group by l.cluster_id, e.birth
    having count(distinct e._source) > 1
  )
  group by cluster_id
  having count(*) > 1
)
select cluster_id from conflicts union select cluster_id from doubts union select cluster_id from splits
union select cluster_id from births
"""

TIES = """
select l.cluster_id, m.a, m.b, m.match_weight, m.reason, 'tie' as kind
from unify.cluster_merges as m
join unify.cluster_labels as l on l.contact_id = m.a
join unify.cluster_suspects as u on u.cluster_id = l.cluster_id
union all
select l.cluster_id, s.left_id, s.right_id, s.match_weight, s.reason, s.verdict
from unify.scores as s
join unify.cluster_labels as l on l.contact_id = s.left_id
join unify.cluster_labels as r on r.contact_id = s.right_id and r.cluster_id = l.cluster_id
join unify.cluster_suspects as u on u.cluster_id = l.cluster_id
where s.verdict <> 'merge'
union all
select l.cluster_id, d.left_id, d.right_id, null, 'decided', 'split'
from unify.decided as d
join unify.cluster_labels as l on l.contact_id = d.left_id
join unify.cluster_labels as r on r.contact_id = d.right_id and r.cluster_id = l.cluster_id
join unify.cluster_suspects as u on u.cluster_id = l.cluster_id
where d.decision = 'split'
union all
select l.cluster_id, e.contact_id, e.birth, null, e._source, 'birth'
from unify.records as e
join unify.cluster_labels as l on l.contact_id = e.contact_id
join unify.cluster_suspects as u on u.cluster_id = l.cluster_id
where e.birth is not null
order by 1, 2, 3, 6
"""


@dataclass(frozen=True)
class Tie:
    """A pair of records that a verdict or a decision would make one."""

    a: str
    b: str
    weight: float = MOST
    """In bits."""
    reason: str = "weight of evidence"

    @property
    def rank(self) -> tuple[int, float, str, str]:
        """The order in which ties are followed: decisions, member numbers, then the strongest."""
        first = {DECIDED: 0, MEMBER: 1}.get(self.reason, 2)
        return (first, -self.weight, self.a, self.b)

    @property
    def is_doubtful(self) -> bool:
        """Weak enough that other pairs may overrule it."""
        return self.weight < SURE and self.reason not in (DECIDED, MEMBER)


@dataclass
class Bond:
    """What is known between two records, or between all records of two parts."""

    bits: float = 0.0
    """The sum of what the pairs between them say; below zero it speaks against joining them."""
    reason: str | None = None
    """Why they must stay apart; None when nothing forbids to join them."""

    def add(self, other: Bond) -> None:
        """Take in what is known between one part and another that joins it."""
        self.bits += other.bits
        self.reason = min(filter(None, (self.reason, other.reason)), default=None)


@dataclass
class Component:
    """Records that follow from each other, with all that is known of their pairs."""

    ties: list[Tie] = field(default_factory=list)
    bonds: dict[str, dict[str, Bond]] = field(default_factory=dict)
    """Both ways; the two ways share one object."""
    births: dict[str, str] = field(default_factory=dict)
    """Record → birth date, where several sources of the component have it."""
    foreign: set[tuple[str, str]] = field(default_factory=set)
    """Birth dates that are no slip of each other, both ways."""

    def part(self, a: str, b: str, reason: str) -> None:
        """Keep two records apart."""
        self._bond(a, b).add(Bond(reason=reason))

    def weigh(self, a: str, b: str, bits: float) -> None:
        """Note what a pair says."""
        self._bond(a, b).add(Bond(max(-MOST, min(MOST, bits))))

    def _bond(self, a: str, b: str) -> Bond:
        bond = self.bonds.setdefault(a, {}).setdefault(b, Bond())
        self.bonds.setdefault(b, {})[a] = bond
        return bond


class Parts:
    """The parts of a component while it is built up; each goes by the name of one of its records.

    What is known between parts is kept by part, so that a tie is judged at once however large they are. A
    component is used up by this.
    """

    def __init__(self, component: Component) -> None:
        self._bonds = component.bonds
        self._foreign = component.foreign
        nodes = {node: None for tie in component.ties for node in (tie.a, tie.b)}
        self._above = {node: node for node in nodes}
        self._size = dict.fromkeys(nodes, 1)
        self._smallest = {node: node for node in nodes}
        births = component.births
        self._births = {node: {births[node]} if node in births else set() for node in nodes}

    def find(self, node: str) -> str:
        """The name of the part a record is in."""
        while self._above[node] != node:
            self._above[node] = self._above[self._above[node]]
            node = self._above[node]
        return node

    def against(self, tie: Tie, a: str, b: str) -> str | None:
        """Why two parts must not be joined by this tie; None when they may."""
        if tie.reason == DECIDED:
            return None
        bond = self._bonds.get(a, {}).get(b, Bond())
        if bond.reason:
            return bond.reason
        if any((one, other) in self._foreign for one in self._births[a] for other in self._births[b]):
            return BIRTHS
        is_bridge = tie.is_doubtful and min(self._size[a], self._size[b]) >= SMALLEST
        return BRIDGE if is_bridge and bond.bits < AGAINST else None

    def join(self, a: str, b: str) -> None:
        """Make one part of two; the one of which less is known goes into the other."""
        a, b = sorted((a, b), key=lambda part: (len(self._bonds.get(part, ())), part))
        into = self._bonds.setdefault(b, {})
        into.pop(a, None)
        for other, bond in self._bonds.pop(a, {}).items():
            if other == b:
                continue
            back = self._bonds[other]
            back.pop(a)
            if other in into:
                into[other].add(bond)
            else:
                into[other] = back[b] = bond
        self._above[a] = b
        self._size[b] += self._size.pop(a)
        self._smallest[b] = min(self._smallest[b], self._smallest.pop(a))
        self._births[b] |= self._births.pop(a)

    def labels(self) -> dict[str, str]:
        """Record → the smallest record of its part."""
        return {node: self._smallest[self.find(node)] for node in self._above}


def hold(engine: Engine) -> int:
    """Take apart the components of ``unify.cluster_labels`` that do not hold; returns how many records they have.

    Writes ``unify.cuts`` and ``unify.cluster_moved`` (contact_id, cluster_id: the smallest record of its part).
    """
    moved: dict[str, str] = {}
    cuts: list[tuple[str, str, str, str]] = []
    if engine.make("unify.cluster_suspects", SUSPECTS, {"most": MOST, "against": AGAINST}):
        for component, rows in groupby(_rows(engine), key=itemgetter(0)):
            labels, left_out = grow(_component(rows))
            moved.update(labels)
            cuts.extend((tie.a, tie.b, component, reason) for tie, reason in left_out)
    _cut_decided(engine, moved, cuts)
    return len(moved)


def grow(component: Component) -> tuple[dict[str, str], list[tuple[Tie, str]]]:
    """Join records along their ties, the strongest first, as far as nothing speaks against it.

    Returns the smallest record of its part for every record of a tie, and the ties left out with the reason.
    """
    parts = Parts(component)
    refused: dict[Tie, str] = {}
    for tie in sorted(component.ties, key=lambda one: one.rank):
        a, b = parts.find(tie.a), parts.find(tie.b)
        if a == b:
            continue
        reason = parts.against(tie, a, b)
        if reason:
            refused[tie] = reason
        else:
            parts.join(a, b)
    labels = parts.labels()
    # A tie refused at first may have come true through others.
    return labels, [(tie, reason) for tie, reason in refused.items() if labels[tie.a] != labels[tie.b]]


def _component(rows: Iterable[Sequence[Any]]) -> Component:
    """One component from its rows: (component, a, b, weight, reason, kind); of a birth: (…, record, birth, None, source, kind)."""
    found = Component()
    born: dict[str, list[str]] = {}
    sources: dict[str, set[str]] = {}
    for _, a, b, weight, reason, kind in rows:
        if kind == "birth":
            born.setdefault(b, []).append(a)
            sources.setdefault(b, set()).add(reason)
            continue
        if kind == "split":
            found.part(a, b, SPLIT)
            continue
        if kind == "tie":
            tie = Tie(a, b, MOST if weight is None else weight, reason)
            found.ties.append(tie)
            found.weigh(a, b, tie.weight if reason not in (DECIDED, MEMBER) else MOST)
            continue
        if reason == CONTRADICTED:
            found.part(a, b, CONTRADICTED)
        found.weigh(a, b, weight)
    confirmed = sorted(birth for birth, found_in in sources.items() if len(found_in) > 1)
    found.births = {node: birth for birth in confirmed for node in born[birth]}
    found.foreign = {(one, other) for one in confirmed for other in confirmed if not is_slip(one, other)}
    return found


def is_slip(one: str, other: str) -> bool:
    """True when two dates (yyyymmdd) may be one written wrongly.

    That is: at most two digits differ, the digits are the same in another order, or only the year or only the day differs.
    """
    differing = sum(a != b for a, b in zip(one, other, strict=False))
    return differing <= 2 or sorted(one) == sorted(other) or one[4:] == other[4:] or one[:6] == other[:6]


def _rows(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """All that is known of the suspicious components, in their order, a batch at a time."""
    for batch in engine.batches(TIES):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _cut_decided(engine: Engine, moved: Mapping[str, str], cuts: Sequence[tuple[str, str, str, str]]) -> None:
    """Write what was found, with the merge verdicts that a decision to split overrules."""
    engine.make(
        "unify.cluster_moved",
        "select unnest(cast($ids as varchar[])) as contact_id, unnest(cast($to as varchar[])) as cluster_id",
        {"ids": list(moved), "to": list(moved.values())},
    )
    engine.make(
        "unify.cuts",
        "select unnest(cast($a as varchar[])) as left_id, unnest(cast($b as varchar[])) as right_id,"
        " unnest(cast($c as varchar[])) as cluster_id, unnest(cast($r as varchar[])) as reason"
        " union all select s.left_id, s.right_id, l.cluster_id, cast($split as varchar) from unify.scores as s"
        " join unify.decided as d on d.left_id = s.left_id and d.right_id = s.right_id and d.decision = 'split'"
        " join unify.cluster_labels as l on l.contact_id = s.left_id where s.verdict = 'merge'",
        {
            "a": [cut[0] for cut in cuts],
            "b": [cut[1] for cut in cuts],
            "c": [cut[2] for cut in cuts],
            "r": [cut[3] for cut in cuts],
            "split": SPLIT,
        },
    )
