"""Every scheme of segments on hostile customers, and against computations that share no code with the templates."""

from __future__ import annotations

import datetime as dt
import random
import statistics
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gristmill import behaviour, segments
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SQL = Path(__file__).parents[1] / "sql"
DAY = dt.date(2024, 3, 1)
FULL = (
    "rfm", "lifecycle", "value", "behaviour", "age_band", "gender", "region", "district", "affinity", "channel", "satisfaction", "journey",
)  # fmt: skip
"""All schemes of the base layer."""
ORDER = """
segment/rates segment/currencies segment/orders segment/rfm segment/rfm_r_cuts segment/rfm_r segment/rfm_cuts segment/rfm_fixed
segment/rfm_bounds segment/names segment/rfm_named segment/silences segment/lifecycle segment/value segment/age_band segment/gender
clean/districts clean/province_words segment/places segment/region segment/district segment/spends segment/affinity segment/channel
segment/satisfaction_scales segment/satisfaction segment/journey segment/behaviour_settings segment/behaviour_categories
segment/behaviour_features segment/behaviour_sample
""".split()  # noqa: SIM905 - thirty lines would say no more
AFTER = ("segment/days", "segment/history", "segment/members", "segment/summary", "segment/profile")
TABLES = {
    "clean.address_parts": "address varchar, province varchar, district varchar, region varchar",
    "unify.customers": "customer_id varchar, gender varchar, birth_date date, country varchar, region varchar, city varchar, company varchar, address varchar,"
    " email varchar, phone varchar, consent_email boolean, consent_sms boolean, consent_phone boolean, consent_post boolean,"
    " n_contacts bigint, n_sources bigint, first_seen_at timestamp",
    "unify.orders": "order_id varchar, customer_id varchar, ordered_at timestamp, status varchar, amount decimal(18, 4), currency varchar, channel varchar",
    "unify.order_lines": "order_id varchar, category varchar, quantity decimal(18, 4), amount decimal(18, 4), status varchar",
    "unify.events": "customer_id varchar, kind varchar, occurred_at timestamp",
    "unify.tickets": "_source varchar, customer_id varchar, opened_at timestamp, satisfaction double",
}


class Shop:
    """The tables that segments are made of, filled row by row, and the schemes made of them."""

    def __init__(self, engine: DuckDBEngine) -> None:
        self.engine = engine
        engine.execute("create schema if not exists unify; create schema if not exists clean")
        for name, columns in TABLES.items():
            engine.execute(f"create or replace table {name} ({columns})")

    def add(self, table: str, **row: Any) -> None:
        cells = ", ".join(f"${name}" for name in row)
        self.engine.execute(f"insert into unify.{table} ({', '.join(row)}) values ({cells})", row)

    def customer(self, name: str, **row: Any) -> None:
        self.add("customers", customer_id=name, **row)

    def order(self, name: str | None, at: str, amount: float | None = 10, **row: Any) -> None:
        n = self.engine.scalar("select count(*) from unify.orders")
        known = {"status": "completed", "currency": "KRW", "order_id": f"o{n}", **row}
        self.add("orders", customer_id=name, ordered_at=dt.datetime.fromisoformat(at), amount=amount, **known)

    def make(self, names: Sequence[str], **params: Any) -> None:
        for name in names:
            template = parse(SQL / f"{name}_v1.sql")
            values = {key: params.get(key, param.default) for key, param in template.params.items()}
            self.engine.make(template.relation, template.sql, values)

    def segments(self, *, rates: str | None = None, **params: Any) -> dict[str, dict[str, str]]:
        """Customer → scheme → segment, of all customers."""
        given = {"as_of": DAY, **params}
        self.make(ORDER[:1])
        if rates:
            self.engine.make("segment.rates", rates)
        self.make(ORDER[1:], **given)
        behaviour.recall(self.engine)
        behaviour.find_clusters(self.engine)
        self.make(["segment/behaviour"], **given)
        found = segments.schemes([parse(path) for path in sorted((SQL / "segment").glob("*_v1.sql"))])
        segments.gather(found, self.engine, {})
        segments.recall(self.engine)
        self.make(AFTER, **given)
        told: dict[str, dict[str, str]] = defaultdict(dict)
        for customer, scheme, segment in self.engine.rows(
            "select customer_id, scheme, segment from segment.members"
        ):
            told[customer][scheme] = segment
        return told


@pytest.fixture
def shop() -> Iterator[Shop]:
    with DuckDBEngine() as engine:
        yield Shop(engine)


def test_every_scheme_is_gathered_and_covers_all_customers_but_rfm(shop: Shop) -> None:
    for name in "ABC":
        shop.customer(name)
    shop.order("A", "2024-02-01")
    found = shop.segments()
    assert set(found["A"]) == set(FULL)
    assert set(found["B"]) == set(FULL) - {"rfm"}
    assert shop.engine.rows("select scheme from segment.schemes where not is_own order by 1") == [
        (name,) for name in sorted(FULL)
    ]
    undefined = shop.engine.rows("select scheme, segment from segment.summary where not is_defined")
    assert undefined == [], "segment.names knows every segment that the templates give"


def test_customers_without_orders_are_in_a_segment_that_says_so(shop: Shop) -> None:
    shop.customer("A")
    shop.customer("B")
    found = shop.segments()
    assert found["A"] == {
        "lifecycle": "never bought", "value": "never bought", "behaviour": "never bought", "affinity": "never bought", "channel": "never bought",
        "age_band": "unknown", "gender": "unknown", "region": "unknown", "district": "unknown", "satisfaction": "no score", "journey": "aware",
    }  # fmt: skip


def test_a_single_customer_has_a_segment_in_every_scheme(shop: Shop) -> None:
    # Nobody is worse than a single customer, so all scores by rank are 1; fixed cut points tell more.
    shop.customer(
        "김철수", gender="male", birth_date=dt.date(2000, 2, 29), country="KR", city="서울특별시 중구"
    )
    shop.order("김철수", "2024-02-29 23:59", channel="app", order_id="first")
    shop.add("order_lines", order_id="first", category="식품", quantity=1, amount=10)
    shop.engine.execute("update unify.order_lines set status = 'completed'")
    shop.add("tickets", _source="t", customer_id="김철수", opened_at=dt.datetime(2024, 2, 1), satisfaction=5)
    assert shop.segments()["김철수"] == {
        "rfm": "Lost", "lifecycle": "new", "value": "A", "behaviour": "all buyers", "age_band": "20s", "gender": "male", "region": "서울특별시",
        "district": "서울특별시 중구", "affinity": "식품", "channel": "app", "satisfaction": "satisfied", "journey": "first purchase",
    }  # fmt: skip
    assert shop.segments(method="fixed")["김철수"]["rfm"] == "New Customers"


def test_customers_who_are_all_alike_stay_together(shop: Shop) -> None:
    for i in range(40):
        shop.customer(f"C{i}")
        shop.order(f"C{i}", "2024-01-15", 100)
    found = shop.segments()
    for scheme in FULL:
        assert len({one[scheme] for one in found.values()}) == 1, scheme
    assert found["C0"]["value"] == "A" and found["C0"]["behaviour"] == "all buyers"


def test_zero_and_negative_revenue_and_refunds_larger_than_the_order(shop: Shop) -> None:
    for name in ("zero", "refunded", "only refund", "good"):
        shop.customer(name)
    shop.order("zero", "2024-02-01", 0)
    shop.order("refunded", "2024-02-01", 50)
    shop.order("refunded", "2024-02-02", -80)
    shop.order("only refund", "2024-02-02", -80)
    shop.order("good", "2024-02-02", 20)
    shop.order("good", "2024-02-03", 500, status="cancelled")
    # A cancelled order of a positive amount is worth nothing by unify.orders, and that is how it comes here.
    shop.engine.execute("update unify.orders set amount = 0 where status = 'cancelled'")
    found = shop.segments()
    assert {name: one["value"] for name, one in found.items()} == {
        "zero": "no net revenue", "refunded": "no net revenue", "only refund": "never bought", "good": "A",
    }  # fmt: skip
    assert found["only refund"]["lifecycle"] == "never bought" and found["only refund"]["journey"] == "aware"
    assert found["good"]["journey"] == "first purchase"
    rows = shop.engine.rows(
        "select customer_id, share_revenue, value_decile from segment.value where monetary is not null order by 1"
    )
    assert rows == [("good", 1.0, 7), ("refunded", 0.0, 1), ("zero", 0.0, 4)]


def test_currencies_are_never_added_up_without_rates_and_converted_with_them(shop: Shop) -> None:
    for name in ("korean", "american", "both"):
        shop.customer(name)
    for at in ("2024-02-01", "2024-02-02", "2024-02-03"):
        shop.order("korean", at, 10_000)
    shop.order("american", "2024-02-01", 1_000_000, currency="USD")
    shop.order("both", "2024-02-01", 20_000)
    shop.order("both", "2024-02-02", 1000, currency="USD")
    found = shop.segments()
    assert found["american"]["value"] == "never bought", "its currency is not the one in use"
    assert (
        shop.engine.rows("select n_left_out from segment.currencies where currency = 'USD'") == [(2,)]
    ), "and that is said"  # fmt: skip
    assert shop.engine.scalar("select monetary from segment.rfm where customer_id = 'both'") == 20_000
    rates = "select 'USD' as currency, 'KRW' as to_currency, date '2024-01-01' as valid_from, cast(1300 as double) as rate"
    found = shop.segments(rates=rates)
    assert found["american"]["value"] == "A" and found["both"]["journey"] == "repeat"
    assert shop.engine.scalar("select monetary from segment.rfm where customer_id = 'both'") == 1_320_000


def test_what_comes_after_the_day_is_not_seen_and_its_last_second_is(shop: Shop) -> None:
    for name in ("tonight", "tomorrow"):
        shop.customer(name)
    shop.order("tonight", "2024-03-01 23:59:59.999999")
    shop.order("tomorrow", "2024-03-02 00:00:00")
    shop.add("events", customer_id="tomorrow", kind="cart", occurred_at=dt.datetime(2024, 3, 2))
    shop.add(
        "tickets", _source="t", customer_id="tomorrow", opened_at=dt.datetime(2024, 3, 2), satisfaction=1
    )
    found = shop.segments()
    assert found["tonight"]["lifecycle"] == "new"
    assert found["tomorrow"]["lifecycle"] == "never bought"
    assert found["tomorrow"]["journey"] == "aware" and found["tomorrow"]["satisfaction"] == "no score"


def test_days_are_days_of_the_calendar_over_a_leap_day_and_not_hours(shop: Shop) -> None:
    shop.customer("late")
    shop.customer("early")
    shop.order("late", "2024-01-31 23:59")
    shop.order("early", "2024-01-30 00:01")
    found = shop.segments(new_days=30)
    assert found["late"]["lifecycle"] == "new" and found["early"]["lifecycle"] == "active"
    assert shop.engine.rows("select customer_id, recency_days from segment.lifecycle order by 1") == [
        ("early", 31), ("late", 30),
    ]  # fmt: skip


def test_orders_of_nobody_change_nothing(shop: Shop) -> None:
    shop.customer("A")
    shop.order("A", "2024-02-01", 10)
    shop.order(None, "2024-02-01", 1_000_000)
    assert shop.segments()["A"]["value"] == "A"
    assert shop.engine.scalar("select share_revenue from segment.value") == 1


def test_without_customers_nothing_breaks(shop: Shop) -> None:
    assert shop.segments() == {}
    assert shop.engine.scalar("select count(*) from segment.profile") == 0
    assert shop.engine.scalar("select sum(n_customers) from segment.summary") == 0


def busy(shop: Shop, seed: int) -> dict[str, list[tuple[dt.datetime, Decimal, str | None]]]:
    """Orders of many customers, drawn by chance: customer → when, amount, channel."""
    chance = random.Random(seed)
    drawn: dict[str, list[tuple[dt.datetime, Decimal, str | None]]] = {}
    rows = []
    for i in range(150):
        name = f"C{i:03}"
        start = dt.datetime(2022, 1, 1) + dt.timedelta(days=chance.randrange(700), hours=chance.randrange(24))
        drawn[name] = []
        gap = chance.choice([1, 5, 20, 60, 200])
        for _ in range(chance.choice([0, 1, 1, 2, 4, 9])):
            amount = Decimal(chance.choice([0, 5, 10, 10, 99, 1000])) / chance.choice([1, 3, 7])
            drawn[name].append((start, amount.quantize(Decimal("0.0001")), chance.choice(["app", "web", "store", None])))  # fmt: skip
            start += dt.timedelta(days=chance.choice([0, gap, gap, gap * 5]), hours=chance.randrange(20))
        rows += [(name, *one) for one in drawn[name]]
        shop.customer(name)
    chance.shuffle(rows)
    for n, (name, at, amount, channel) in enumerate(rows):
        shop.add("orders", order_id=f"o{n}", customer_id=name, ordered_at=at, amount=amount, status="completed", currency="KRW", channel=channel)  # fmt: skip
    return {name: [one for one in orders if one[0].date() <= DAY] for name, orders in drawn.items()}


def stage(orders: list[tuple[dt.datetime, Decimal, str | None]]) -> str:
    """The life cycle in words of its own: parameters as they come, days in Python."""
    days = sorted({at.date() for at, _, _ in orders})
    if not days:
        return "never bought"
    gaps = [(b - a).days for a, b in pairwise(days)]
    active, cooling, dormant = 90, 180, 365
    if len(gaps) >= 3:
        usual = max(statistics.median(gaps), 7)
        active, cooling, dormant = (int(-(-factor * usual // 1)) for factor in (2, 4, 8))
    silent = (DAY - days[-1]).days
    came_back = [day for day, gap in zip(days[1:], gaps, strict=True) if gap > cooling]
    if (DAY - days[0]).days <= 30:
        return "new"
    if silent <= active:
        return "won back" if came_back and (DAY - came_back[-1]).days <= 90 else "active"
    return "cooling" if silent <= cooling else "dormant" if silent <= dormant else "lost"


def pareto(totals: dict[str, Decimal]) -> dict[str, str]:
    """A, B and C counted customer by customer."""
    whole = sum(max(value, Decimal(0)) for value in totals.values())
    told = {}
    for name, value in totals.items():
        above = sum(max(other, Decimal(0)) for other in totals.values() if other > value)
        told[name] = "no net revenue" if value <= 0 else "A" if above < whole * Decimal("0.8") else "B" if above < whole * Decimal("0.95") else "C"  # fmt: skip
    return told


def favourite(orders: list[tuple[dt.datetime, Decimal, str | None]]) -> str:
    named = [channel for _, _, channel in orders if channel]
    if not orders or not named:
        return "unknown" if orders else "never bought"
    best = max(set(named), key=named.count)
    return best if named.count(best) / len(named) >= 0.6 else "several"


@pytest.mark.parametrize("seed", [1, 2])
def test_life_cycle_value_channel_and_journey_are_what_python_counts(shop: Shop, seed: int) -> None:
    orders = busy(shop, seed)
    found = shop.segments()
    assert {name: one["lifecycle"] for name, one in found.items()} == {n: stage(o) for n, o in orders.items()}
    bought = {name: sum((amount for _, amount, _ in o), Decimal(0)) for name, o in orders.items() if o}
    worth = dict.fromkeys(orders, "never bought") | pareto(bought)
    assert {name: one["value"] for name, one in found.items()} == worth
    assert {name: one["channel"] for name, one in found.items()} == {
        n: favourite(o) for n, o in orders.items()
    }
    steps = {0: "aware", 1: "first purchase", 2: "repeat", 3: "repeat"}
    assert {name: one["journey"] for name, one in found.items()} == {
        name: steps.get(len(o), "loyal") for name, o in orders.items()
    }
    assert {"won back", "active", "cooling", "dormant", "lost"} <= {
        one["lifecycle"] for one in found.values()
    }


def test_the_same_customers_in_another_order_of_rows_give_the_same_segments(shop: Shop) -> None:
    busy(shop, 3)
    first = shop.segments()
    for table in TABLES:
        shop.engine.execute(f"create or replace table {table} as select * from {table} order by all desc")
    assert shop.segments() == first


def test_the_profile_is_one_row_a_customer_with_a_column_a_scheme(shop: Shop) -> None:
    busy(shop, 4)
    found = shop.segments()
    columns = {column.name for column in shop.engine.columns("segment.profile")}
    assert columns >= set(FULL) - {"rfm"} | {"rfm_segment"}
    for scheme in set(FULL) - {"rfm"}:
        told = dict(shop.engine.rows(f"select customer_id, {scheme} from segment.profile"))
        assert len(told) == 150
        assert all(told[n] in (one[scheme], None) for n, one in found.items()), scheme
    assert shop.engine.scalar("select count(*) from segment.profile where lifecycle is null or value is null") == 0  # fmt: skip
