"""From pairs to people: records joined by merge verdicts, directly or through others, are one customer.

Components are found by min-hooking and pointer jumping: every record points to the smallest neighbour,
pointers are followed to their end, the graph shrinks to those ends, and again until no edge is left. Each
step is a plain SELECT into a named relation, so it runs wherever SQL runs, in four or five rounds.

A component that holds a contradiction (two given names and two birth dates that both differ) is then
built up again from its strongest edge on, leaving out each edge that would bring the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gristmill.engine import Engine

MERGES = """
select left_id as a, right_id as b, match_weight, reason from unify.scores where verdict = 'merge'
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

CONFLICTS = """
select l.cluster_id, s.left_id, s.right_id
from unify.scores as s
join unify.cluster_labels as l on l.contact_id = s.left_id
join unify.cluster_labels as r on r.contact_id = s.right_id and r.cluster_id = l.cluster_id
where s.verdict = 'apart' and s.reason <> 'weight of evidence'
order by all
"""

SUSPECT_EDGES = """
select l.cluster_id, m.a, m.b
from unify.cluster_merges as m
join unify.cluster_labels as l on l.contact_id = m.a
where l.cluster_id in (select unnest(cast($suspects as varchar[])))
order by m.reason = 'same member number' desc, m.match_weight desc, m.a, m.b
"""

SCRATCH = ("cluster_merges", "cluster_edges", "cluster_hooks", "cluster_labels", "cluster_next")

Pair = tuple[str, str]


def cluster(engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """Write ``unify.clusters`` (contact_id, cluster_id: its smallest contact_id) and ``unify.cuts``.

    Every record is in exactly one cluster. ``unify.cuts`` holds the merge verdicts that were not
    followed (left_id, right_id, cluster_id before, reason); it is empty when nothing contradicts itself.
    """
    engine.make("unify.cluster_merges", MERGES)
    engine.make("unify.cluster_edges", "select distinct a, b from unify.cluster_merges where a <> b")
    engine.make("unify.cluster_labels", "select contact_id, contact_id as cluster_id from unify.records")
    connect(engine)
    moved, cuts = mend(engine)
    engine.make(
        "unify.clusters",
        "with moved as (select unnest(cast($ids as varchar[])) as contact_id,"
        " unnest(cast($to as varchar[])) as cluster_id)"
        " select l.contact_id, coalesce(m.cluster_id, l.cluster_id) as cluster_id"
        " from unify.cluster_labels as l left join moved as m on m.contact_id = l.contact_id",
        {"ids": list(moved), "to": list(moved.values())},
    )
    engine.make(
        "unify.cuts",
        "select unnest(cast($a as varchar[])) as left_id, unnest(cast($b as varchar[])) as right_id,"
        " unnest(cast($c as varchar[])) as cluster_id, 'given name and birth date both differ' as reason",
        {"a": [cut[0] for cut in cuts], "b": [cut[1] for cut in cuts], "c": [cut[2] for cut in cuts]},
    )
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


def mend(engine: Engine) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Rebuild the components that contradict themselves.

    Returns the records with their new cluster, and the edges left out as (left, right, component before).
    """
    conflicts: dict[str, list[Pair]] = {}
    for component, left, right in engine.rows(CONFLICTS):
        conflicts.setdefault(component, []).append((left, right))
    if not conflicts:
        return {}, []
    edges: dict[str, list[Pair]] = {}
    for component, left, right in engine.rows(SUSPECT_EDGES, {"suspects": sorted(conflicts)}):
        edges.setdefault(component, []).append((left, right))
    moved: dict[str, str] = {}
    cuts: list[tuple[str, str, str]] = []
    for component in sorted(conflicts):
        labels = grow(edges[component], conflicts[component])
        moved.update(labels)
        cuts.extend((a, b, component) for a, b in edges[component] if labels[a] != labels[b])
    return moved, cuts


def grow(edges: Iterable[Pair], apart: Iterable[Pair]) -> dict[str, str]:
    """Join records along ``edges``, strongest first, never bringing a pair of ``apart`` together.

    Returns the smallest record of its part for every record of an edge.
    """
    parts: dict[str, set[str]] = {}
    for edge in edges:
        for node in edge:
            parts.setdefault(node, {node})
    enemies: dict[str, set[str]] = {}
    for left, right in apart:
        enemies.setdefault(left, set()).add(right)
        enemies.setdefault(right, set()).add(left)
    for left, right in edges:
        small, large = sorted((parts[left], parts[right]), key=len)
        if small is large or any(not large.isdisjoint(enemies.get(node, ())) for node in small):
            continue
        large |= small
        for node in small:
            parts[node] = large
    smallest = {id(part): min(part) for part in parts.values()}
    return {node: smallest[id(part)] for node, part in parts.items()}


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
