"""Follow doubtful pairs where all that is known of their two clusters agrees.

A doubtful pair is more likely one than two, but a cluster of many rows meets many others, and one of its pairs is
soon doubtful by chance. So clusters are joined, the best pair first, only if the weights of all pairs between them are above
nothing on average; pairs that no key proposed count against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from gristmill.engine import Engine

MOST_BITS = 10
"""The weight of one pair counts for no more than this, for or against, so that the others are heard too."""

MICRO = 1_000_000
"""Weights are added up as whole millionths of a bit: the same in every order."""

EDGES = """
select l.cluster_id, r.cluster_id, cast(round(s.match_weight * 1000000) as bigint) as weight
from unify.scores as s
join unify.clusters as l on l.contact_id = s.left_id
join unify.clusters as r on r.contact_id = s.right_id
where s.verdict in ('review', 'merge') and s.reason = 'weight of evidence' and l.cluster_id <> r.cluster_id
order by weight desc, s.left_id, s.right_id
"""

TOUCHED = f"select distinct unnest([a, b]) as cluster_id from ({EDGES.replace('l.cluster_id, r.cluster_id', 'l.cluster_id as a, r.cluster_id as b', 1)})"

CROSSING = f"""
with weighed as (
  select least(l.cluster_id, r.cluster_id) as a, greatest(l.cluster_id, r.cluster_id) as b,
    least(greatest(s.match_weight, -{MOST_BITS}), {MOST_BITS}) as weight
  from unify.scores as s
  join unify.clusters as l on l.contact_id = s.left_id
  join unify.clusters as r on r.contact_id = s.right_id
  where l.cluster_id <> r.cluster_id
    and l.cluster_id in (select cluster_id from unifying.touched) and r.cluster_id in (select cluster_id from unifying.touched)
)
select a, b, cast(sum(cast(round(weight * {MICRO}) as bigint)) as bigint), count(*) from weighed group by a, b order by a, b
"""

SIZES = """
select c.cluster_id, count(*) from unify.clusters as c
join unify.records as r on r.contact_id = c.contact_id and r.twin_id = r.contact_id
where c.cluster_id in (select cluster_id from unifying.touched)
group by c.cluster_id
"""

JOINED = """
select unnest(cast($cluster_id as varchar[])) as cluster_id, unnest(cast($joined_id as varchar[])) as joined_id
"""


def join_doubtful(engine: Engine) -> int:
    """Write ``unifying.joined`` (cluster_id, joined_id of clusters that became part of another); return how many."""
    engine.make("unifying.touched", TOUCHED)
    joined = agree(engine.rows(EDGES), engine.rows(CROSSING), dict(engine.rows(SIZES)))
    pairs = sorted(joined.items())
    engine.make(
        "unifying.joined", JOINED, {"cluster_id": [a for a, _ in pairs], "joined_id": [b for _, b in pairs]}
    )
    return len(pairs)


def agree(
    edges: Iterable[tuple[str, str, int]],
    crossing: Iterable[tuple[str, str, int, int]],
    sizes: dict[str, int],
) -> dict[str, str]:
    """Cluster → the cluster it is part of now, of those that moved.

    ``edges`` are doubtful pairs of clusters, best first; ``crossing`` the sum of weights (in millionths of a
    bit) and the number of compared pairs between two clusters.
    """
    between: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for a, b, weight, n in crossing:
        between[a][b] = between[b][a] = (weight, n)
    parent: dict[str, str] = {}

    def top(one: str) -> str:
        while one in parent:
            one = parent[one]
        return one

    for left, right, _ in edges:
        a, b = top(left), top(right)
        if a == b:
            continue
        weight, n = between[a].get(b, (0, 0))
        n_silent = sizes.get(a, 1) * sizes.get(b, 1) - n
        if weight - n_silent * MOST_BITS * MICRO <= 0:
            continue
        keeper, gone = sorted((a, b), key=lambda one: (-sizes.get(one, 1), one))
        parent[gone] = keeper
        sizes[keeper] = sizes.get(keeper, 1) + sizes.get(gone, 1)
        for other, (more, k) in between.pop(gone).items():
            between[other].pop(gone, None)
            if other != keeper:
                have, m = between[keeper].get(other, (0, 0))
                between[keeper][other] = between[other][keeper] = (have + more, m + k)
    return {one: top(one) for one in parent}
