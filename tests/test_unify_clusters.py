"""Components and the mending of contradictions, against a plain union-find in Python."""

from __future__ import annotations

import itertools
import random

import pyarrow as pa
import pytest

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.unify.clusters import cluster
from gristmill.unify.holding import Component, Tie, grow, is_slip

Edge = tuple[str, str, float, str, str]
Born = dict[str, tuple[str, str]]
"""Record → source and birth date."""


def clustered(
    nodes: list[str], edges: list[Edge], decided: list[tuple[str, str, str]] = (), born: Born | None = None
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    found, cuts = held(nodes, edges, decided, born)
    return found, [cut[:2] for cut in cuts]


def held(
    nodes: list[str], edges: list[Edge], decided: list[tuple[str, str, str]] = (), born: Born | None = None
) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    engine = DuckDBEngine(threads=2)
    said = [(born or {}).get(node, (None, None)) for node in nodes]
    engine.register(
        "nodes",
        pa.table(
            {
                "contact_id": pa.array(nodes, pa.string()),
                "_source": pa.array([one[0] for one in said], pa.string()),
                "birth": pa.array([one[1] for one in said], pa.string()),
            }
        ),
    )
    engine.make("unify.records", "select * from nodes")
    engine.register(
        "decided",
        pa.table(
            {
                name: pa.array([one[i] for one in decided], pa.string())
                for i, name in enumerate(("left_id", "right_id", "decision"))
            }
        ),
    )
    engine.make("unify.decided", "select * from decided")
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
    cuts = engine.rows("select left_id, right_id, reason from unify.cuts order by all")
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


def apart(a: str, b: str, weight: float, reason: str = "weight of evidence") -> Edge:
    return (a, b, weight, "apart", reason)


PAIRS = [merge("a", "b", 20.0), merge("c", "d", 20.0), merge("b", "c", 6.0)]
"""Two pairs that are sure, and a doubtful bridge between them."""


def test_a_doubtful_bridge_is_cut_when_the_other_pairs_speak_against_it() -> None:
    edges = [*PAIRS, apart("a", "c", -8.0), apart("a", "d", -7.0)]
    found, cuts = held(["a", "b", "c", "d"], edges)
    assert found == {"a": "a", "b": "a", "c": "c", "d": "c"}
    assert cuts == [("b", "c", "a doubtful pair, and others speak against it")]


def test_a_doubtful_bridge_holds_when_nothing_or_little_speaks_against_it() -> None:
    assert set(clustered(["a", "b", "c", "d"], PAIRS)[0].values()) == {"a"}
    assert set(clustered(["a", "b", "c", "d"], [*PAIRS, apart("a", "d", -7.0)])[0].values()) == {"a"}


def test_one_record_is_no_side_of_a_bridge() -> None:
    edges = [merge("a", "b", 20.0), merge("b", "c", 6.0), apart("a", "c", -60.0)]
    assert set(clustered(["a", "b", "c"], edges)[0].values()) == {"a"}


def test_two_birth_dates_that_two_sources_each_confirm_are_two_people() -> None:
    edges = [merge("a", "b", 20.0), merge("c", "d", 20.0), merge("b", "c", 12.0)]
    born = {
        "a": ("crm", "19700501"),
        "b": ("web", "19700501"),
        "c": ("crm", "19991224"),
        "d": ("web", "19991224"),
    }
    found, cuts = held(["a", "b", "c", "d"], edges, born=born)
    assert found == {"a": "a", "b": "a", "c": "c", "d": "c"}
    assert cuts == [("b", "c", "two birth dates, each in several sources")]
    unconfirmed = born | {"d": ("crm", "19991224")}
    assert set(clustered(["a", "b", "c", "d"], edges, born=unconfirmed)[0].values()) == {"a"}


@pytest.mark.parametrize("other", ["19700501", "19700502", "19700105", "19710501", "19700511", "19700520"])
def test_a_slip_of_the_pen_is_no_second_birth_date(other: str) -> None:
    assert is_slip("19700501", other)
    assert not is_slip("19700501", "19991224")


def test_what_people_merged_is_one_whatever_the_evidence_says() -> None:
    against = [
        apart("a", "b", -50.0, "given name and birth date both differ"),
        apart("a", "c", -50.0, "given name and birth date both differ"),
    ]
    decided = [("a", "b", "merge"), ("b", "c", "merge")]
    assert clustered(["a", "b", "c"], against, decided) == ({"a": "a", "b": "a", "c": "a"}, [])
    member = [("a", "b", -3.0, "apart", "given name and birth date both differ")]
    assert set(clustered(["a", "b"], member, [("a", "b", "merge")])[0].values()) == {"a"}


def test_what_people_split_stays_apart_also_through_others() -> None:
    nodes = ["a", "b", "c"]
    edges = [merge("a", "b", 30.0), merge("b", "c", 20.0), merge("a", "c", 25.0)]
    found, cuts = held(nodes, edges, [("a", "c", "split")])
    assert found == {"a": "a", "b": "a", "c": "c"}
    assert cuts == [("a", "c", "decided to split"), ("b", "c", "decided to split")]
    member = [("a", "b", 1.0, "merge", "same member number")]
    assert clustered(["a", "b"], member, [("a", "b", "split")]) == ({"a": "a", "b": "b"}, [("a", "b")])


def test_a_split_reaches_everything_merged_by_decision() -> None:
    edges = [merge("b", "c", 30.0), merge("a", "d", 30.0)]
    decided = [("a", "b", "merge"), ("c", "d", "split")]
    found, _ = held(["a", "b", "c", "d"], edges, decided)
    assert found["a"] == found["b"]
    assert found["c"] != found["d"]


def test_the_order_in_which_rows_come_changes_no_cluster() -> None:
    chance = random.Random(5)
    nodes = [f"n{n:02}" for n in range(40)]
    edges = [
        (*sorted(chance.sample(nodes, 2)), chance.choice((-9.0, -4.0, 5.0, 6.0, 12.0, 20.0)))
        for _ in range(90)
    ]
    told = {
        (a, b): (merge(a, b, weight) if weight > 0 else apart(a, b, weight)) for a, b, weight in sorted(edges)
    }
    one = list(told.values())
    other = chance.sample(one, len(one))
    assert held(nodes, one) == held(nodes[::-1], other)


def test_a_crowd_that_contradicts_itself_is_taken_apart_in_seconds() -> None:
    nodes = [f"n{n:04}" for n in range(3000)]
    edges = [merge(nodes[0], node, 6.0) for node in nodes[1:]]
    edges += [
        apart(a, b, -20.0, "given name and birth date both differ") for a, b in itertools.pairwise(nodes[1:])
    ]
    found, _ = clustered(nodes, edges)
    assert all(found[a] != found[b] for a, b in itertools.pairwise(nodes[1:]))
    assert 1000 < len(set(found.values())) < 2000


def test_growing_takes_the_strongest_ties_first() -> None:
    component = Component(ties=[Tie("b", "c", 20.0), Tie("a", "b", 10.0)])
    component.part("a", "c", "because")
    assert grow(component) == ({"a": "a", "b": "b", "c": "b"}, [(Tie("a", "b", 10.0), "because")])
    free = Component(ties=[Tie("a", "b", 20.0), Tie("b", "c", 10.0)])
    assert grow(free) == ({"a": "a", "b": "a", "c": "a"}, [])
