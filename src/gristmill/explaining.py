"""Why two records are one customer, and what ties the records of a customer together, as stewards ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from gristmill.engine import Engine
from gristmill.mill import Mill
from gristmill.reviewing import Known, Record, customer, pair_of, records_of
from gristmill.unify import waterfall


@dataclass(frozen=True)
class Explained:
    """Why two records are, or are not, one customer."""

    left: Record
    right: Record
    customer_id: str
    other_id: str
    """The same as ``customer_id`` where they are one customer."""
    weights: tuple[tuple[str, float], ...]
    """The waterfall of the pair, the sum last; empty when it was never compared."""
    probability: float | None
    overruled: str | None
    """What counts beside the weights: a decision of people, or why a merge by weight was not followed."""


@dataclass(frozen=True)
class Tie:
    """A compared or decided pair of which one record at least is in a customer."""

    left_id: str
    right_id: str
    other_id: str | None
    """The other customer, None when both records are in this one."""
    weight: float | None
    """In bits; None when people decided and nothing was compared."""
    verdict: str
    reason: str


@dataclass(frozen=True)
class Cluster:
    """A customer as a graph: its records, and what ties them to each other and to others."""

    known: Known
    ties: tuple[Tie, ...]
    """Inside first, then to others (doubtful, cut or decided ones); each part the strongest first."""
    n_ties: int
    """All there are; ``ties`` may hold fewer."""


TIES = """
with pairs as (
  select s.left_id, s.right_id, s.match_weight, s.verdict, s.reason from unify.scores as s
  union all
  select d.left_id, d.right_id, null, 'apart', 'never compared'
  from (select distinct left_id, right_id from unify.decided) as d
  left join unify.scores as s on s.left_id = d.left_id and s.right_id = d.right_id where s.left_id is null
),
said as (
  select left_id, right_id, max(line) as line, arg_max(decision, line) as decision from unify.decided group by left_id, right_id
),
cut as (
  select left_id, right_id, min(reason) as reason from unify.cuts group by left_id, right_id
)
select p.left_id, p.right_id, case when l.customer_id = r.customer_id then null when l.customer_id = $id then r.customer_id else l.customer_id end as other_id,
  p.match_weight, case when d.decision is not null then d.decision when c.reason is not null then 'cut' else p.verdict end as verdict,
  case when d.decision is not null then 'decided by people' else coalesce(c.reason, p.reason) end as reason
from pairs as p
join unify.members as l on l.contact_id = p.left_id
join unify.members as r on r.contact_id = p.right_id
left join said as d on d.left_id = p.left_id and d.right_id = p.right_id
left join cut as c on c.left_id = p.left_id and c.right_id = p.right_id
where (l.customer_id = $id and r.customer_id = $id)
  or ((l.customer_id = $id or r.customer_id = $id) and (p.verdict <> 'apart' or c.reason is not null or d.decision is not null))
order by other_id is not null, p.match_weight desc nulls first, p.left_id, p.right_id
"""
"""Pairs of one customer ($id); what people decided and what was cut goes before the verdict of the weights."""


def explain(mill: Mill, left: str, right: str, *, show: bool = False) -> Explained:
    """Why two records of the published run are, or are not, one customer. Raises ParameterError for unknown ones."""
    mill.run("unify/decided")
    one, other = sorted(pair_of(mill.engine, left, right), key=lambda row: row[0])
    return explained(mill.engine, one[0], other[0], show=show or not mill.project.mask)


def explained(engine: Engine, left_id: str, right_id: str, *, show: bool) -> Explained:
    """Two records by their contact ids, by what ``engine`` has of the relations of a run."""
    ids = (left_id, right_id)
    first, second = sorted(ids)
    given = {"left": first, "right": second}
    records = records_of(engine, ids, show=show)
    customers = dict(
        engine.rows(
            "select contact_id, customer_id from unify.members where contact_id in ($left, $right)", given
        )
    )
    said = engine.rows(
        "select 'decided to ' || decision from unify.decided where left_id = $left and right_id = $right"
        " union all select 'merged by weight, kept apart: ' || reason from unify.cuts"
        " where left_id in ($left, $right) and right_id in ($left, $right) order by 1 limit 1",
        given,
    )
    return Explained(
        records[left_id],
        records[right_id],
        customers[left_id],
        customers[right_id],
        tuple(waterfall(engine, *ids)),
        engine.scalar(
            "select max(match_probability) from unify.scores where left_id = $left and right_id = $right",
            given,
        ),
        said[0][0] if said else None,
    )


def cluster(mill: Mill, asked: str, *, most: int = 100, show: bool = False) -> Cluster:
    """A customer as a graph, by a present or old id. Raises ParameterError for an id that was never given."""
    known = customer(mill, asked, show=show)
    engine = mill.engine
    mill.run("unify/decided")
    rows = engine.rows(TIES, {"id": known.current or ""})
    shown = records_of(
        engine, [key for row in rows[:most] for key in row[:2]], show=show or not mill.project.mask
    )
    ties = tuple(Tie(shown[row[0]].record_id, shown[row[1]].record_id, *row[2:]) for row in rows[:most])
    return Cluster(known, ties, len(rows))
