"""From pairs to people: records joined by merge verdicts, directly or through others, are one customer.

Components are found by min-hooking and pointer jumping: every record points to the smallest neighbour,
pointers are followed to their end, the graph shrinks to those ends, and again until no edge is left. Each
step is a plain SELECT into a named relation, so it runs wherever SQL runs, in four or five rounds.

What people decided goes before what was weighed; components that do not hold are taken apart in ``holding``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gristmill.engine import Engine
from gristmill.unify.holding import hold

MERGES = """
select s.left_id as a, s.right_id as b, s.match_weight, s.reason
from unify.scores as s
left join unify.decided as d on d.left_id = s.left_id and d.right_id = s.right_id
where s.verdict = 'merge' and d.left_id is null
union all
select distinct left_id, right_id, cast(null as double), 'decided' from unify.decided where decision = 'merge'
"""

HOOKS = """
select v, min(w) as p
from (select a as v, b as w from unify.cluster_edges union all select b, a from unify.cluster_edges
  union all select a, a from unify.cluster_edges union all select b, b from unify.cluster_edges)
group by v
"""

JUMPS = """
select h.v, coalesce(n.p, h.p) as p, coalesce(n.p <> h.p, false) as is_moved
from {hooks} as h
left join {hooks} as n on n.v = h.p
"""

COMPOSED = """
select h.v, coalesce(n.p, h.p) as p
from {hooks} as h
left join {later} as n on n.v = h.p
"""

LABELS = """
select r.contact_id, coalesce(h.p, r.contact_id) as cluster_id
from unify.records as r
left join {hooks} as h on h.v = r.contact_id
"""

CONTRACTED = """
select distinct least(x.p, y.p) as a, greatest(x.p, y.p) as b
from unify.cluster_edges as e
join {hooks} as x on x.v = e.a
join {hooks} as y on y.v = e.b
where x.p <> y.p
"""

SCRATCH = (
    "cluster_merges",
    "cluster_edges",
    "cluster_labels",
    "cluster_next",
    "cluster_suspects",
    "cluster_moved",
)

UNCUT = "select l.contact_id, l.cluster_id from unify.cluster_labels as l"

MENDED = """
select l.contact_id, coalesce(m.cluster_id, l.cluster_id) as cluster_id
from unify.cluster_labels as l
left join unify.cluster_moved as m on m.contact_id = l.contact_id
"""


def cluster(engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """Write ``unify.clusters`` (contact_id, cluster_id: its smallest contact_id) and ``unify.cuts``.

    Every record is in exactly one cluster. ``unify.cuts`` holds the merge verdicts that were not
    followed (left_id, right_id, cluster_id before, reason); it is empty when nothing contradicts itself.
    """
    engine.make("unify.cluster_merges", MERGES)
    engine.make("unify.cluster_edges", "select distinct a, b from unify.cluster_merges where a <> b")
    connect(engine)
    n_moved = hold(engine)
    engine.make("unify.clusters", MENDED if n_moved else UNCUT)
    for name in SCRATCH:
        engine.drop(f"unify.{name}")


def connect(engine: Engine) -> int:
    """Follow ``unify.cluster_edges`` until no two records are apart; write ``unify.cluster_labels``, return the rounds.

    Each round's pointers lead into those of the next, smaller one, so all records are labelled once, at the end.
    """
    rounds: list[str] = []
    while engine.scalar("select count(*) from unify.cluster_edges"):
        hooks = _hooks(engine, f"unify.cluster_hooks_{len(rounds)}")
        rounds.append(hooks)
        # A SELECT that reads the relation it replaces needs a place of its own first.
        engine.make("unify.cluster_next", CONTRACTED.format(hooks=hooks))
        engine.make("unify.cluster_edges", "select a, b from unify.cluster_next")
    found = ""
    for at, hooks in reversed(list(enumerate(rounds))):
        if found:
            engine.make(f"unify.cluster_all_{at}", COMPOSED.format(hooks=hooks, later=found))
            engine.drop(found)
            engine.drop(hooks)
            found = f"unify.cluster_all_{at}"
        else:
            found = hooks
    engine.make(
        "unify.cluster_labels",
        LABELS.format(hooks=found)
        if found
        else "select contact_id, contact_id as cluster_id from unify.records",
    )
    if found:
        engine.drop(found)
    return len(rounds)


def _hooks(engine: Engine, relation: str) -> str:
    """Every record of an edge with the record its pointers end at; returns the name of the relation."""
    engine.make(relation, HOOKS)
    spare = f"{relation}_next"
    is_moved = True
    while is_moved:
        engine.make(spare, JUMPS.format(hooks=relation))
        is_moved = bool(engine.scalar(f"select count(*) from {spare} where is_moved"))
        relation, spare = spare, relation
    engine.drop(spare)
    return relation
