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
select h.v, coalesce(n.p, h.p) as p
from unify.cluster_hooks as h
left join unify.cluster_hooks as n on n.v = h.p
"""

LABELS = """
select l.contact_id, coalesce(h.p, l.cluster_id) as cluster_id
from unify.cluster_labels as l
left join unify.cluster_hooks as h on h.v = l.cluster_id
"""

CONTRACTED = """
select distinct least(x.p, y.p) as a, greatest(x.p, y.p) as b
from unify.cluster_edges as e
join unify.cluster_hooks as x on x.v = e.a
join unify.cluster_hooks as y on y.v = e.b
where x.p <> y.p
"""

SCRATCH = (
    "cluster_merges",
    "cluster_edges",
    "cluster_hooks",
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
    engine.make("unify.cluster_labels", "select contact_id, contact_id as cluster_id from unify.records")
    connect(engine)
    n_moved = hold(engine)
    engine.make("unify.clusters", MENDED if n_moved else UNCUT)
    for name in SCRATCH:
        engine.drop(f"unify.{name}")


def connect(engine: Engine) -> int:
    """Follow ``unify.cluster_edges`` until ``unify.cluster_labels`` names components; return the rounds."""
    rounds = 0
    while engine.scalar("select count(*) from unify.cluster_edges"):
        rounds += 1
        engine.make("unify.cluster_hooks", HOOKS)
        while _jump(engine):
            pass
        _replace(engine, "unify.cluster_labels", LABELS)
        _replace(engine, "unify.cluster_edges", CONTRACTED)
    return rounds


def _jump(engine: Engine) -> bool:
    """Let every pointer skip one; True while any moved."""
    engine.make("unify.cluster_next", JUMPS)
    moved = engine.scalar(
        "select count(*) from unify.cluster_hooks as h join unify.cluster_next as n on n.v = h.v where n.p <> h.p"
    )
    engine.make("unify.cluster_hooks", "select v, p from unify.cluster_next")
    return bool(moved)


def _replace(engine: Engine, relation: str, select: str) -> None:
    # A SELECT that reads the relation it replaces needs a place of its own first.
    engine.make("unify.cluster_next", select)
    engine.make(relation, "select * from unify.cluster_next")
