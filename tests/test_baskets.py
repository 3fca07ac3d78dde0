"""Baskets against a computation that shares no code with ours, and against what the definitions promise."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[1]
RETAIL = Path(__file__).parents[2] / "shared" / "data" / "online_retail"
AS_OF = dt.date(2026, 11, 1)
TEMPLATES = (
    "segment/rates", "segment/currencies", "segment/orders", "measure/basket_numbers", "measure/baskets", "measure/basket_products",
    "measure/basket_pairs", "measure/basket_next", "measure/basket_customers", "measure/basket_segments", "measure/next_products",
    "measure/basket_next_segments", "measure/basket_summary",
)  # fmt: skip
"""In the order in which each finds what it reads; segment.rfm_named is given."""
LIMITS = {"basket_min_both": 3, "basket_min_orders": 8, "basket_max_products": 12, "basket_max_items": 6}
ORDERS = """select cast(null as varchar) as order_id, cast(null as varchar) as customer_id, cast(null as timestamp) as ordered_at,
  cast(null as varchar) as status, cast(null as decimal(18, 4)) as amount, cast(null as varchar) as currency where false"""
LINES = """select cast(null as varchar) as order_id, cast(null as varchar) as product_key, cast(null as varchar) as product_name,
  cast(null as varchar) as category, cast(null as double) as quantity, cast(null as decimal(18, 4)) as amount,
  cast(null as varchar) as status where false"""

Order = tuple[str, str | None, dt.datetime, str, float | None, str]
Line = tuple[str, str | None, str | None, str | None, float | None, float | None, str]


def insert(engine: DuckDBEngine, relation: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Add rows to a table, one statement for all."""
    rows = list(rows)
    if not rows:
        return
    names = [f"v{i}" for i in range(len(rows[0]))]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    selected = ", ".join(f"unnest(${name})" for name in names)
    engine.execute(f"insert into {relation} select {selected}", columns)


def mill(orders: list[Order], lines: list[Line], **params: Any) -> DuckDBEngine:
    """An engine in which all basket relations are made of these orders and lines."""
    engine = DuckDBEngine(threads=2)
    engine.make("unify.orders", ORDERS)
    engine.make("unify.order_lines", LINES)
    insert(engine, "unify.orders", orders)
    insert(engine, "unify.order_lines", lines)
    run(engine, **params)
    return engine


def run(engine: DuckDBEngine, *, until: str = TEMPLATES[-1], **params: Any) -> None:
    """Make the basket relations, up to one of them; a customer's segment is the last letter of the id."""
    engine.make(
        "segment.rfm_named",
        "select distinct customer_id, right(customer_id, 1) as segment from unify.orders where customer_id is not null",
    )
    for name in TEMPLATES[: TEMPLATES.index(until) + 1]:
        template = parse(ROOT / "sql" / f"{name}_v1.sql")
        given = {"as_of": AS_OF, **params}
        values = {key: given.get(key, param.default) for key, param in template.params.items()}
        engine.make(template.relation, template.sql, values)


def made_up(seed: int, n: int = 900) -> tuple[list[Order], list[Line]]:
    """Orders of 60 customers with everything in them that is not to count, and products that go together."""
    rng = random.Random(seed)
    orders: list[Order] = []
    lines: list[Line] = []
    for i in range(n):
        key = f"o{i:04}"
        customer = None if rng.random() < 0.1 else f"c{rng.randrange(60):02}"
        # Few days, so that several orders of a customer share a moment.
        at = dt.datetime(2026, 1, 1) + dt.timedelta(days=rng.randrange(330))
        status = rng.choice(["completed"] * 9 + ["cancelled"])
        currency = "EUR" if rng.random() < 0.03 else "KRW"
        bought = {min(int(rng.expovariate(0.15)), 29) for _ in range(rng.choice([0, 1, 1, 2, 3, 5, 12]))}
        if 3 in bought and rng.random() < 0.8:
            bought.add(7)
        orders.append((key, customer, at, status, None if rng.random() < 0.05 else 10.0, currency))
        for product in bought:
            name = f"상품 {product}" if rng.random() < 0.9 else None
            code = f"P{product:02}"
            for _ in range(rng.choice([1, 1, 1, 2])):
                line_status = rng.choice(["completed"] * 12 + ["returned"])
                quantity = rng.choice([1.0, 2.0, None, 1.0, 1.0, -1.0, 0.0, 3.0, 1.0])
                lines.append(
                    (key, code, name, "x", quantity, rng.choice([5.0, None, 0.0, -5.0, 5.0]), line_status)
                )
        if rng.random() < 0.05:
            lines.append((key, None, None, None, 1.0, 1.0, "completed"))
    return orders, lines


class Plain:
    """What the definitions say, by dictionaries and loops."""

    def __init__(self, orders: list[Order], lines: list[Line]) -> None:
        kept: dict[str, set[str]] = defaultdict(set)
        for order, code, name, _, quantity, amount, status in lines:
            product = code if code is not None else name
            fine = status == "completed" and (quantity is None or quantity > 0) and (amount or 0) >= 0
            if product is not None and fine:
                kept[order].add(product)
        purchases = [
            one
            for one in orders
            if one[2].date() <= AS_OF and one[3] == "completed" and (one[4] or 0) >= 0 and one[5] == "KRW"
        ]
        self.n_purchases = len(purchases)
        self.baskets = [(key, who, at, kept[key]) for key, who, at, *_ in purchases if kept.get(key)]
        self.counted = [one for one in self.baskets if len(one[3]) <= LIMITS["basket_max_items"]]
        self.n_with = Counter(product for one in self.counted for product in one[3])
        frequent = sorted(
            (p for p, n in self.n_with.items() if n >= LIMITS["basket_min_orders"]),
            key=lambda p: (-self.n_with[p], p),
        )
        self.paired = set(frequent[: LIMITS["basket_max_products"]])

    def pairs(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """Pair → n_both, support, confidences, lift, whether it is beyond chance."""
        both = Counter(pair for one in self.counted for pair in combinations(sorted(one[3] & self.paired), 2))
        n, tried = len(self.counted), math.comb(len(self.paired), 2)
        made = {}
        for (left, right), k in both.items():
            if k >= LIMITS["basket_min_both"]:
                a, b = self.n_with[left], self.n_with[right]
                beyond = bound(k, a * b / n) * tried < 0.05
                made[left, right] = (k, k / n, k / a, k / b, k / (a * b / n), beyond)
        return made

    def nexts(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """Product and next product → n_after, n_next, confidence, lift, whether it is beyond chance."""
        of: dict[str, list[tuple[dt.datetime, str, set[str]]]] = defaultdict(list)
        for key, who, at, products in self.baskets:
            if who is not None:
                of[who].append((at, key, products))
        most = LIMITS["basket_max_items"]
        steps = [
            (one[2], other[2])
            for history in of.values()
            for one, other in zip(sorted(history), sorted(history)[1:], strict=False)
            if len(one[2]) <= most and len(other[2]) <= most
        ]
        before = Counter(p for one, _ in steps for p in one)
        after = Counter(p for _, other in steps for p in other)
        seen = Counter((p, q) for one, other in steps for p in one & self.paired for q in other & self.paired)
        made = {}
        for (p, q), k in seen.items():
            if k >= LIMITS["basket_min_both"]:
                share, rate = k / before[p], after[q] / len(steps)
                beyond = bound(k, before[p] * rate) * len(self.paired) ** 2 < 0.05
                made[p, q] = (before[p], k, share, share / rate, beyond)
        return made


def bound(n: int, expected: float) -> float:
    """Chernoff's bound of the chance that a Poisson number of this mean is n or more."""
    return (expected / n) ** n * math.exp(n - expected) if n > expected else 1.0


@pytest.fixture(scope="module", params=[1, 2, 3])
def both(request: pytest.FixtureRequest) -> Iterator[tuple[DuckDBEngine, Plain]]:
    """Made-up orders in our relations, and by plain Python."""
    orders, lines = made_up(request.param)
    with mill(orders, lines, **LIMITS) as engine:
        yield engine, Plain(orders, lines)


def test_baskets_hold_what_plain_python_puts_in_them(both: tuple[DuckDBEngine, Plain]) -> None:
    engine, plain = both
    found = engine.rows(
        "select b.order_id, b.customer_id, b.ordered_at, list(n.product_key order by n.product_key)"
        " from (select *, unnest(products) as product_no from measure.baskets) as b"
        " join measure.basket_numbers as n using (product_no) group by all"
    )
    wanted = [(key, who, at, sorted(products)) for key, who, at, products in plain.baskets]
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert len(plain.counted) < len(plain.baskets), "no basket was too large: the case tests too little"


def test_pairs_are_those_of_plain_python(both: tuple[DuckDBEngine, Plain]) -> None:
    engine, plain = both
    found = {
        row[:2]: row[2:]
        for row in engine.rows(
            "select left_key, right_key, n_both, support, confidence_right, confidence_left, lift, is_beyond_chance"
            " from measure.basket_pairs"
        )
    }
    wanted = plain.pairs()
    assert len(wanted) > 20
    assert found == {pair: pytest.approx(figures, rel=1e-12) for pair, figures in wanted.items()}
    assert found["P03", "P07"][-1], "what was made to go together is not found"


def test_what_is_bought_next_is_that_of_plain_python(both: tuple[DuckDBEngine, Plain]) -> None:
    engine, plain = both
    found = {
        row[:2]: row[2:]
        for row in engine.rows(
            "select product_key, next_key, n_after, n_next, confidence, lift, is_beyond_chance from measure.basket_next"
        )
    }
    wanted = plain.nexts()
    assert len(wanted) > 20
    assert found == {pair: pytest.approx(figures, rel=1e-12) for pair, figures in wanted.items()}


def test_nothing_is_offered_that_was_bought_and_places_have_no_gaps(
    both: tuple[DuckDBEngine, Plain],
) -> None:
    engine, plain = both
    bought: dict[str, set[str]] = defaultdict(set)
    for _, who, _, products in plain.baskets:
        if who is not None:
            bought[who] |= products
    offers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for who, place, product in engine.rows(
        "select customer_id, place, product_key from measure.next_products"
    ):
        offers[who].append((place, product))
    assert set(offers) <= set(bought)
    assert len(offers) > 30
    for who, offered in offers.items():
        assert not bought[who] & {product for _, product in offered}
        assert sorted(place for place, _ in offered) == list(range(1, len(offered) + 1))
        assert len({product for _, product in offered}) == len(offered) <= 5


def test_the_summary_adds_up(both: tuple[DuckDBEngine, Plain]) -> None:
    engine, plain = both
    told = engine.fetch("select * from measure.basket_summary").to_pylist()[0]
    assert told["n_purchases"] == plain.n_purchases
    assert told["n_baskets"] + told["n_without_products"] == told["n_purchases"]
    assert told["n_counted"] + told["n_too_large"] == told["n_baskets"]
    assert told["n_counted"] == len(plain.counted)
    assert told["n_paired_products"] == len(plain.paired) == LIMITS["basket_max_products"]
    assert (
        told["n_paired_products"] + told["n_rare_products"] + told["n_products_beyond_cap"]
        == told["n_products"]
    )
    assert told["n_pairs"] == len(plain.pairs())
    assert told["mean_products"] == pytest.approx(sum(plain.n_with.values()) / len(plain.counted))


def test_the_same_rows_in_another_order_give_the_same_relations() -> None:
    orders, lines = made_up(4, n=400)
    made = []
    for seed in (1, 2):
        random.Random(seed).shuffle(orders)
        random.Random(seed).shuffle(lines)
        with mill(orders, lines, **LIMITS) as engine:
            names = [name.replace("/", ".") for name in TEMPLATES[3:]]
            made.append({name: sorted(map(repr, engine.rows(f"select * from {name}"))) for name in names})
    assert made[0] == made[1]
    assert all(made[0].values())


def test_products_of_pure_chance_have_no_pair_beyond_chance() -> None:
    rng = random.Random(5)
    orders: list[Order] = []
    lines: list[Line] = []
    for i in range(3000):
        orders.append((f"o{i}", f"c{i % 700}", dt.datetime(2026, 1, 1), "completed", 1.0, "KRW"))
        lines += [(f"o{i}", f"P{p}", None, None, 1.0, 1.0, "completed") for p in rng.sample(range(80), 3)]
    with mill(orders, lines, basket_min_both=2, basket_min_orders=1) as engine:
        told = engine.fetch("select * from measure.basket_summary").to_pylist()[0]
        largest = engine.scalar("select max(lift) from measure.basket_pairs")
    assert told["n_pairs"] > 2000
    assert largest > 2, "chance alone makes a lift that looks like something"
    assert (told["n_pairs_beyond_chance"], told["n_next_beyond_chance"]) == (0, 0)


@pytest.mark.parametrize(
    ("orders", "lines", "n_baskets"),
    [
        pytest.param([], [], 0, id="no orders at all"),
        pytest.param([("o1", "c1", dt.datetime(2026, 1, 1), "completed", 5.0, "KRW")], [], 0, id="no lines"),
        pytest.param(
            [("o1", "c1", dt.datetime(2026, 1, 1), "completed", 5.0, "KRW")],
            [("o1", "P1", "우산", None, 1.0, 5.0, "completed")],
            1,
            id="a single customer with one product",
        ),
        pytest.param(
            [("o1", None, dt.datetime(2026, 1, 1), "completed", None, "KRW")],
            [("o1", None, "우산", None, None, None, "completed"), ("gone", "P1", None, None, 1.0, 1.0, "completed")],
            1,
            id="nobody known and nothing but a name",
        ),
        pytest.param(
            [("o1", "c1", dt.datetime(2026, 11, 2), "completed", 5.0, "KRW"), ("o2", "c1", dt.datetime(2026, 1, 2), "completed", -5.0, "KRW")],
            [("o1", "P1", None, None, 1.0, 5.0, "completed"), ("o2", "P1", None, None, 1.0, 5.0, "completed")],
            0,
            id="only an order of tomorrow and a refund",
        ),
    ],
)  # fmt: skip
def test_there_is_always_a_summary_and_never_an_error(
    orders: list[Order], lines: list[Line], n_baskets: int
) -> None:
    with mill(orders, lines) as engine:
        told = engine.fetch("select * from measure.basket_summary").to_pylist()
        offers = engine.scalar("select count(*) from measure.next_products")
    assert len(told) == 1
    assert (told[0]["n_baskets"], told[0]["n_pairs"], offers) == (n_baskets, 0, 0)


def test_when_all_products_tie_the_first_keys_are_paired_and_offered() -> None:
    orders: list[Order] = []
    lines: list[Line] = []
    for i in range(20):
        orders.append((f"o{i}", f"c{i:02}A", dt.datetime(2026, 1, 1), "completed", 1.0, "KRW"))
        for p in range(5):
            if p != i % 5:
                lines.append((f"o{i}", f"P{p}", None, None, 1.0, 1.0, "completed"))
    with mill(orders, lines, basket_max_products=2, basket_min_orders=1) as engine:
        paired = engine.rows(
            "select product_key, rank_no from measure.basket_products where is_paired order by 2"
        )
        offers = engine.rows(
            "select distinct product_key, reason, place from measure.next_products order by 1"
        )
        places = engine.rows(
            "select product_key, place, n_offered from measure.basket_next_segments order by 2"
        )
    assert paired == [("P0", 1), ("P1", 2)]
    assert offers == [(f"P{p}", "popular", 1) for p in range(5)]
    assert places == [(f"P{p}", p + 1, 4) for p in range(5)]


@pytest.mark.skipif(not RETAIL.is_dir(), reason="the Online Retail files are not beside the repository")
def test_pairs_of_online_retail_are_those_of_mlxtend() -> None:
    """Its fpgrowth and association_rules were given the same baskets: all 266 pairs of a support of 1 % or more are equal."""
    with DuckDBEngine(threads=2) as engine:
        engine.make(
            "unify.order_lines",
            f"""select "InvoiceNo" as order_id, "StockCode" as product_key, trim("Description") as product_name,
                  cast(null as varchar) as category, cast("Quantity" as double) as quantity, "CustomerID" as customer_id,
                  cast(cast("Quantity" as double) * cast("UnitPrice" as double) as decimal(18, 4)) as amount,
                  case when "InvoiceNo" like 'C%' then 'cancelled' else 'completed' end as status,
                  cast("InvoiceDate" as timestamp) as ordered_at
                from read_csv('{RETAIL}/*.csv.gz', all_varchar = true)""",
        )
        engine.make(
            "unify.orders",
            """select order_id, min(customer_id) as customer_id, min(ordered_at) as ordered_at, min(status) as status,
                  cast(sum(amount) as decimal(18, 4)) as amount, 'GBP' as currency
                from unify.order_lines group by order_id""",
        )
        run(engine, until="measure/basket_pairs")
        sizes = engine.rows("select is_counted, count(*) from measure.baskets group by 1 order by 1")
        n_common = engine.scalar("select count(*) from measure.basket_pairs where support >= 0.01")
        teacups = engine.rows(
            "select n_both, confidence_right, confidence_left, lift from measure.basket_pairs"
            " where left_name = 'GREEN REGENCY TEACUP AND SAUCER' and right_name = 'ROSES REGENCY TEACUP AND SAUCER'"
        )
    assert sizes == [(False, 628), (True, 20_098)]
    assert n_common == 266
    assert teacups == [
        (
            553,
            pytest.approx(553 / 729),
            pytest.approx(0.6827160494, abs=1e-10),
            pytest.approx(18.821985131, abs=1e-9),
        )
    ]
