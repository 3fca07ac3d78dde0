"""Clusters by behaviour: found without chance, counted by the silhouette, kept from run to run, named after what they are."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gristmill import behaviour
from gristmill.behaviour import kmeans, naming, steps
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

SQL = Path(__file__).parents[1] / "sql"
TEMPLATES = ("behaviour_settings", "behaviour_categories", "behaviour_features", "behaviour_sample")
SCHEMES = ("behaviour", "behaviour_clusters")


def blobs(k: int, each: int, seed: int, spread: float = 0.3) -> tuple[NDArray[Any], NDArray[Any]]:
    """Points around k places that lie far apart, and whose place each is."""
    chance = np.random.default_rng(seed)
    places = np.array([[10.0 * math.cos(i), 10.0 * math.sin(i), 3.0 * i] for i in range(k)])
    truth = np.repeat(np.arange(k), each)
    return places[truth] + chance.normal(0, spread, (k * each, 3)), truth


def slow_silhouette(points: Sequence[Sequence[float]], labels: Sequence[int]) -> float:
    """The silhouette as its definition reads, one point and one pair at a time."""
    scores = []
    for i, point in enumerate(points):
        away: dict[int, list[float]] = {}
        for j, other in enumerate(points):
            if i != j:
                away.setdefault(labels[j], []).append(math.dist(point, other))
        own = away.pop(labels[i], [])
        if not own:
            scores.append(0.0)
            continue
        a = sum(own) / len(own)
        b = min(sum(far) / len(far) for far in away.values())
        scores.append((b - a) / max(a, b) if max(a, b) else 0.0)
    return sum(scores) / len(scores)


@pytest.mark.parametrize("seed", range(4))
def test_the_silhouette_is_what_its_definition_gives(seed: int) -> None:
    chance = np.random.default_rng(seed)
    points = chance.normal(size=(60, 4)).round(1)
    labels = chance.integers(0, 5, 60)
    labels[labels == 4] = 3
    labels[0] = 4  # alone in its cluster
    found = kmeans.silhouette(points, labels)
    assert found == pytest.approx(slow_silhouette(points.tolist(), labels.tolist()), abs=1e-12)


@pytest.mark.parametrize("k", [2, 3, 5, 7])
def test_clusters_that_lie_apart_are_found(k: int) -> None:
    points, truth = blobs(k, 40, seed=k)
    found = kmeans.lloyd(points, kmeans.split(points, k))
    pairs = set(zip(truth.tolist(), found.labels.tolist(), strict=True))
    assert len(pairs) == k, "each place is one cluster and each cluster one place"


def test_no_move_of_a_single_point_makes_clusters_tighter() -> None:
    points = np.random.default_rng(5).normal(size=(300, 4))
    found = kmeans.lloyd(points, kmeans.split(points, 6))
    assert found.sizes.min() > 0
    assert np.array_equal(kmeans.squares(points, found.centres).argmin(axis=1), found.labels)
    for c in range(6):
        assert found.centres[c] == pytest.approx(points[found.labels == c].mean(axis=0), abs=1e-12)


def test_an_empty_cluster_takes_a_point_instead_of_failing() -> None:
    points, _ = blobs(3, 10, seed=1)
    start = np.vstack([points[:2], np.full((1, 3), 1e6)])
    found = kmeans.lloyd(points, start)
    assert found.sizes.min() > 0 and found.sizes.sum() == 30


def test_points_that_are_all_one_are_one_cluster() -> None:
    points = np.ones((50, 3))
    assert kmeans.distinct(points) == 1
    assert kmeans.silhouette(points, np.zeros(50, dtype=np.int64)) == 0


@pytest.mark.parametrize(
    ("recency", "frequency", "monetary", "n", "shares", "told"),
    [
        (-1, 1, 1, 9, {}, "recent, frequent big spenders"),
        (1, -0.9, -1, 1, {}, "lapsed, one-time small spenders"),
        (0, -0.9, 0, 2, {}, "rare buyers"),
        (0, 0, 0, 3, {}, "average buyers"),
        (0, 0, 0, 3, {"식품": 0.7}, "buyers, mostly 식품"),
        (0, 0, 0, 3, {"식품": 0.3}, "average buyers"),
    ],
)  # fmt: skip
def test_a_name_says_what_a_cluster_is_like(
    recency: float, frequency: float, monetary: float, n: int, shares: dict[str, float], told: str
) -> None:
    traits = naming.Traits(recency, frequency, monetary, math.log(1 + n), shares, {"식품": 0.2})
    assert naming.name(traits) == told


def test_names_are_all_different_and_those_kept_stay() -> None:
    alike = [naming.Traits(0, 0, 0, math.log(4), {"a": s, "b": 1 - s}, {"a": 0.5, "b": 0.5}) for s in (0.55, 0.5, 0.5, 0.45)]  # fmt: skip
    told = naming.names(alike, {1: "average buyers", 3: "my old name"})
    assert len(set(told)) == 4
    assert told[1] == "average buyers" and told[3] == "my old name"


def customers(engine: DuckDBEngine, n: int, *, moved: float = 0.0, places: int = 3) -> None:
    """Buyers of some kinds, drawn by the md5 of their number: often or once, lately or long ago, food or clothes."""
    engine.make(
        "unify.customers",
        f"""select 'C' || i as customer_id, i % {places} as kind,
              (('0x' || substr(md5(cast(i as varchar)), 1, 4))::bigint % 100) / 100.0 as x from range({n + 5}) as t(i)""",
    )
    engine.make(
        "segment.rfm",
        f"""select customer_id,
              cast(case kind when 0 then 5 + 10 * x when 1 then 200 + 100 * x else 600 + 60 * x end * (1 + {moved}) as bigint) as recency_days,
              cast(case kind when 0 then 20 + 8 * x when 1 then 4 + x else 1 end as bigint) as frequency,
              cast(case kind when 0 then 5000 + 900 * x when 1 then 500 + 90 * x else 20 + 5 * x end as decimal(18, 4)) as monetary
            from unify.customers where cast(substr(customer_id, 2) as bigint) < {n}""",
    )
    engine.make(
        "segment.spends",
        "select customer_id, case when kind = 1 then '의류' else '식품' end as category,"
        " cast(100 as decimal(18, 4)) as spend from unify.customers",
    )


def make(engine: DuckDBEngine, names: Sequence[str], **params: Any) -> None:
    for name in names:
        template = parse(SQL / "segment" / f"{name}_v1.sql")
        values = {key: params.get(key, param.default) for key, param in template.params.items()}
        engine.make(template.relation, template.sql, values)


def cluster(engine: DuckDBEngine, before: str | None = None, **params: Any) -> None:
    make(engine, TEMPLATES, **params)
    behaviour.recall(engine, before=before)
    behaviour.find_clusters(engine)
    make(engine, SCHEMES)


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as one:
        yield one


def test_kinds_of_buyers_are_found_counted_and_named(engine: DuckDBEngine) -> None:
    customers(engine, 900)
    cluster(engine)
    chosen = engine.rows("select k, silhouette > 0.6, reason from segment.behaviour_choice where is_chosen")
    assert [row[:2] for row in chosen] == [(3, True)] and "best silhouette" in chosen[0][2]
    assert engine.rows(
        "select segment, count(*), count(distinct kind) from segment.behaviour join unify.customers using (customer_id)"
        " group by 1 order by min(cluster) nulls last"
    ) == [
        ("recent, frequent big spenders, mostly 식품", 300, 1),
        ("lapsed buyers, mostly 의류", 300, 1),
        ("lapsed, one-time small spenders, mostly 식품", 300, 1),
        ("never bought", 5, 3),
    ]  # fmt: skip
    assert engine.rows("select cluster, n_customers from segment.behaviour_clusters order by 1") == [
        (1, 300), (2, 300), (3, 300),
    ]  # fmt: skip


def test_rows_in_another_order_give_the_same_centres(engine: DuckDBEngine) -> None:
    told = []
    for order in ("customer_id", "md5(customer_id || 'x')"):
        customers(engine, 700)
        for relation in ("segment.rfm", "segment.spends", "unify.customers"):
            engine.execute(f"create or replace table {relation} as select * from {relation} order by {order}")
        cluster(engine, behaviour_sample=400)
        told.append(
            [engine.rows(f"select * from segment.{name} order by all") for name in ("behaviour", "behaviour_centres", "behaviour_choice")]
        )  # fmt: skip
    assert told[0] == told[1]
    assert len(told[0][0]) == 705


def test_clusters_keep_their_numbers_and_names_when_customers_move_a_little(engine: DuckDBEngine) -> None:
    customers(engine, 600)
    cluster(engine)
    first = dict(engine.rows("select customer_id, segment from segment.behaviour"))
    # The run before called them otherwise, and numbered them the other way round.
    engine.execute("attach ':memory:' as run_before; create schema run_before.segment")
    engine.execute(
        "create table run_before.segment.behaviour_centres as select * replace (4 - cluster as cluster, 'kind ' || (4 - cluster) as segment)"
        " from segment.behaviour_centres"
    )
    customers(engine, 600, moved=0.1)
    cluster(engine, before="run_before")
    found = engine.rows(
        "select distinct segment, cluster from segment.behaviour where cluster is not null order by all"
    )
    assert found == [("kind 1", 1), ("kind 2", 2), ("kind 3", 3)]
    assert engine.rows("select distinct is_kept from segment.behaviour_centres") == [(True,)]
    assert engine.rows("select is_from_before from segment.behaviour_choice where is_chosen") == [(True,)]
    second = dict(engine.rows("select customer_id, segment from segment.behaviour"))
    together = {(first[one], second[one]) for one in first}
    assert len(together) == 4, "the same customers are together as before"


def test_a_cluster_that_moved_far_gets_a_name_that_fits(engine: DuckDBEngine) -> None:
    customers(engine, 600)
    cluster(engine)
    engine.execute("attach ':memory:' as run_before; create schema run_before.segment")
    engine.execute(
        "create table run_before.segment.behaviour_centres as select * replace ('old name ' || cluster as segment,"
        " case when cluster = 1 and feature = 'recency' then centre + 3 else centre end as centre) from segment.behaviour_centres"
    )
    cluster(engine, before="run_before")
    told = engine.rows(
        "select distinct cluster, segment, is_kept from segment.behaviour_centres order by cluster"
    )
    assert told == [
        (1, "recent, frequent big spenders, mostly 식품", False), (2, "old name 2", True), (3, "old name 3", True),
    ]  # fmt: skip


def test_as_many_clusters_as_asked_for(engine: DuckDBEngine) -> None:
    customers(engine, 300)
    cluster(engine, behaviour_k=2)
    assert engine.rows("select k, reason from segment.behaviour_choice") == [(2, "2 were asked for")]
    cluster(engine, behaviour_k=1)
    assert engine.rows("select distinct segment from segment.behaviour order by 1") == [
        ("all buyers",), ("never bought",),
    ]  # fmt: skip


def test_few_customers_or_customers_who_are_all_alike_are_one_cluster(engine: DuckDBEngine) -> None:
    customers(engine, 1)
    cluster(engine)
    assert engine.rows("select segment, count(*) from segment.behaviour group by 1 order by 1") == [
        ("all buyers", 1), ("never bought", 5),
    ]  # fmt: skip
    assert "only 1 customers bought" in engine.scalar("select reason from segment.behaviour_choice")
    customers(engine, 200, places=1)
    engine.execute("update segment.rfm set recency_days = 9, frequency = 1, monetary = -5")
    cluster(engine)
    assert engine.rows("select distinct segment from segment.behaviour order by 1") == [
        ("all buyers",), ("never bought",),
    ]  # fmt: skip


def test_without_customers_there_are_no_clusters(engine: DuckDBEngine) -> None:
    customers(engine, 0)
    engine.execute("delete from unify.customers; delete from segment.spends")
    cluster(engine)
    for name in ("behaviour", "behaviour_centres", "behaviour_choice", "behaviour_clusters"):
        assert engine.scalar(f"select count(*) from segment.{name}") == 0


def test_the_number_of_the_run_before_holds_until_another_is_clearly_better() -> None:
    points, _ = blobs(4, 25, seed=2)

    def tried(k: int, silhouette: float) -> steps.Tried:
        return steps.Tried(kmeans.lloyd(points, kmeans.split(points, k)), silhouette, is_from_before=False)

    every = [tried(3, 0.50), tried(4, 0.51), tried(5, 0.60)]
    assert steps.choose(every[:2], 3, None)[0] is every[0]
    assert steps.choose(every[:2], 0, None)[0] is every[1]
    assert steps.choose(every, 3, None)[0] is every[2]
    assert steps.choose([], 3, None)[0] is None
    assert all(a.clusters.k < b.clusters.k for a, b in pairwise(every))
