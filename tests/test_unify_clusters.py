"""Components and the mending of contradictions, against a plain union-find in Python."""

from __future__ import annotations

import itertools
import random

import pyarrow as pa
import pytest

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.unify.clusters import cluster, grow

Edge = tuple[str, str, float, str, str]


def clustered(nodes: list[str], edges: list[Edge]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    engine = DuckDBEngine(threads=2)
    engine.register("nodes", pa.table({"contact_id": pa.array(nodes, pa.string())}))
    engine.make("unify.records", "select * from nodes")
    columns = ("left_id", "right_id", "match_weight", "verdict", "reason")
    kinds = (pa.string(), pa.string(), pa.float64(), pa.string(), pa.string())
    engine.register(
        "edges",
        pa.table(
            {
                c: pa.array([edge[i] for edge in edges], k)
                for i, (c, k) in enumerate(zip(columns, kinds, strict=True))
            }
        ),
    )
    engine.make("unify.scores", "select * from edges")
    cluster(engine, {})
    assert [name for name in engine.relations() if name.startswith("unify.cluster_")] == []
    cuts = engine.rows("select left_id, right_id from unify.cuts order by all")
    return dict(engine.rows("select contact_id, cluster_id from unify.clusters")), cuts


def merge(a: str, b: str, weight: float = 9.0) -> Edge:
    return (a, b, weight, "merge", "weight of evidence")


def components(nodes: list[str], edges: list[Edge]) -> dict[str, str]:
    root = {node: node for node in nodes}

    def find(node: str) -> str:
        while root[node] != node:
            node = root[node]
        return node

    for a, b, *_ in edges:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    return {node: find(node) for node in nodes}


@pytest.mark.parametrize("seed", range(6))
def test_components_equal_those_of_a_union_find(seed: int) -> None:
    chance = random.Random(seed)
    nodes = [f"n{n:03}" for n in range(200)]
    edges = [merge(*sorted(chance.sample(nodes, 2))) for _ in range(chance.choice((30, 100, 180)))]
    assert clustered(nodes, edges) == (components(nodes, edges), [])


def test_a_long_chain_is_one_component() -> None:
    nodes = [f"n{n:04}" for n in range(1000)]
    found, _ = clustered(nodes, [merge(a, b) for a, b in itertools.pairwise(nodes)])
    assert set(found.values()) == {"n0000"}


def test_only_merge_verdicts_join_and_nobody_is_lost() -> None:
    found, cuts = clustered(["a", "b", "c"], [("a", "b", 3.0, "review", "weight of evidence")])
    assert found == {"a": "a", "b": "b", "c": "c"}
    assert cuts == []


def test_no_records_make_no_clusters() -> None:
    assert clustered([], []) == ({}, [])


def test_a_doubtful_bridge_between_two_people_is_cut() -> None:
    edges = [
        merge("a", "b", 20.0),
        merge("c", "d", 18.0),
        merge("b", "c", 5.0),
        ("a", "d", -3.0, "apart", "given name and birth date both differ"),
    ]
    found, cuts = clustered(["a", "b", "c", "d"], edges)
    assert found == {"a": "a", "b": "a", "c": "c", "d": "c"}
    assert cuts == [("b", "c")]


def test_growing_takes_the_strongest_edges_first() -> None:
    assert grow([("b", "c"), ("a", "b")], [("a", "c")]) == {"a": "a", "b": "b", "c": "b"}
    assert grow([("a", "b"), ("b", "c")], []) == {"a": "a", "b": "a", "c": "a"}
