"""Segments against figures that others published, and against a computation that shares no code with ours."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from measuring import ORDERS, mill

from gristmill import segments
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
RETAIL = Path(__file__).parents[2] / "shared" / "data" / "online_retail"

SEGMENTS = (
    *ORDERS, "segment/rfm", "segment/rfm_r_cuts", "segment/rfm_r",
    "segment/rfm_cuts", "segment/rfm_fixed", "segment/rfm_bounds", "segment/rfm_named",
)  # fmt: skip


@pytest.fixture(scope="module")
def r_data() -> Iterator[DuckDBEngine]:
    """The orders of the R package rfm, scored and named as its vignette does, on its analysis date."""
    with DuckDBEngine() as engine:
        engine.make(
            "unify.orders",
            f"""select cast(row_number() over () as varchar) as order_id, customer_id,
                  cast(order_date as timestamp) as ordered_at, 'completed' as status,
                  cast(revenue as decimal(18, 4)) as amount, cast(null as varchar) as currency
                from read_csv('{DATA / "rfm_r" / "orders.csv.gz"}', all_varchar = true)""",
        )
        mill(engine, SEGMENTS, as_of=dt.date(2006, 12, 31), method="r")
        yield engine


def test_cut_points_are_those_of_the_r_package(r_data: DuckDBEngine) -> None:
    found = r_data.rows(
        "select value_name, list(threshold order by cut) from segment.rfm_r_cuts group by value_name"
    )
    assert {name: pytest.approx(cuts, abs=1e-9) for name, cuts in found} == {
        "recency_days": [115, 181, 297.4, 482],
        "frequency": [4, 5, 6, 8],
        "monetary": [255.8, 382, 506.4, 666],
    }


def test_customers_have_the_scores_of_the_r_package(r_data: DuckDBEngine) -> None:
    found = r_data.rows(
        "select customer_id, recency_days, frequency, monetary, rfm from segment.rfm_r"
        " where customer_id in ('Abbey O''Reilly', 'Add Senger', 'Aden Murphy') order by 1"
    )
    assert found == [
        ("Abbey O'Reilly", 205, 6, Decimal(472), "343"),
        ("Add Senger", 140, 3, Decimal(340), "412"),
        ("Aden Murphy", 98, 7, Decimal(596), "544"),
    ]


def test_segments_have_the_customers_orders_and_revenue_of_the_r_package(r_data: DuckDBEngine) -> None:
    found = r_data.rows(
        "select segment, count(*), sum(frequency), sum(monetary)"
        " from segment.rfm_named join segment.rfm using (customer_id) where segment <> 'Others' group by 1"
    )
    assert {
        segment: (customers, int(orders), int(revenue)) for segment, customers, orders, revenue in found
    } == {
        "About To Sleep": (102, 283, 23449),
        "At Risk": (28, 216, 22227),
        "Can't Lose Them": (47, 274, 32446),
        "Champions": (35, 316, 31646),
        "Lost": (148, 393, 35324),
        "Loyal Customers": (170, 799, 76562),
        "Need Attention": (10, 57, 4562),
        "New Customers": (104, 329, 28837),
        "Potential Loyalist": (342, 2211, 204856),
        "Promising": (9, 28, 4249),
    }
    assert r_data.scalar("select count(*) from segment.rfm_named") == 995


def test_rank_scores_follow_their_definition(r_data: DuckDBEngine) -> None:
    """A score is 1 + floor(5 × share of customers strictly worse), counted pair by pair."""
    wrong = r_data.scalar(
        """
        with worse as (
          select a.customer_id, any_value(a.r) as r, any_value(a.f) as f, any_value(a.m) as m, count(*) as n,
            count(*) filter (b.recency_days > a.recency_days) as w_r,
            count(*) filter (b.frequency < a.frequency) as w_f, count(*) filter (b.monetary < a.monetary) as w_m
          from segment.rfm as a cross join segment.rfm as b group by a.customer_id
        )
        select count(*) from worse
        where r <> 1 + 5 * w_r // n or f <> 1 + 5 * w_f // n or m <> 1 + 5 * w_m // n
        """
    )
    assert wrong == 0


def load_retail(engine: DuckDBEngine, files: str) -> None:
    """Online Retail as the cleaning stage leaves it: exact duplicates out, orders derived from their lines."""
    engine.execute("create schema clean; create schema unify")
    engine.execute("create table clean.contacts (contact_id varchar, email varchar)")
    engine.make(
        "clean.order_lines",
        f"""select 'shop' as _source, InvoiceNo as order_id, CustomerID as contact_id,
              cast(InvoiceDate as timestamp) as ordered_at, cast(Quantity as decimal(18, 4)) as quantity,
              cast(UnitPrice as decimal(18, 4)) as unit_price, cast(null as decimal(18, 4)) as amount,
              cast(null as varchar) as currency,
              case when InvoiceNo like 'C%' then 'cancelled' else 'completed' end as status
            from (select distinct * from read_csv('{files}', all_varchar = true))""",
    )
    engine.make(
        "clean.orders",
        """select 'shop' as _source, order_id, min(contact_id) as contact_id, cast(null as varchar) as email,
             cast(null as varchar) as phone, min(ordered_at) as ordered_at, min(status) as status,
             cast(sum(quantity * unit_price) as decimal(18, 4)) as amount, cast(null as varchar) as currency,
             cast(null as varchar) as channel
           from clean.order_lines group by order_id""",
    )
    engine.make(
        "unify.members",
        "select distinct contact_id, contact_id as customer_id from clean.orders where contact_id is not null",
    )
    engine.make("unify.customers", "select distinct customer_id from unify.members")


def retail_by_pandas(file: Path, *, drop: bool) -> dict[str, tuple[int, int, Decimal]]:
    """Recency, frequency and monetary value of every customer, computed by pandas alone."""
    rows = pd.read_csv(file, dtype=str).drop_duplicates()
    rows = rows[rows["CustomerID"].notna()]
    rows["value"] = rows["Quantity"].map(Decimal) * rows["UnitPrice"].map(Decimal)
    rows["day"] = pd.to_datetime(rows["InvoiceDate"]).dt.normalize()
    if drop:
        rows = rows[(rows["Quantity"].astype(int) > 0) & (rows["UnitPrice"].astype(float) > 0)]
    cancelled = rows["InvoiceNo"].str.startswith("C")
    bought = rows[~cancelled].groupby("CustomerID")
    recency = (pd.Timestamp("2011-12-09") - bought["day"].max()).dt.days.to_dict()
    frequency = bought["InvoiceNo"].nunique().to_dict()
    monetary = (rows[~cancelled] if drop else rows).groupby("CustomerID")["value"].sum().to_dict()
    return {str(key): (days, frequency[key], monetary[key]) for key, days in recency.items()}


def retail_by_templates(engine: DuckDBEngine, returns: str) -> dict[str, tuple[int, int, Decimal]]:
    mill(
        engine,
        ("unify/email_owners", "unify/orders", "unify/order_lines", *SEGMENTS),
        as_of=dt.date(2011, 12, 9),
        returns=returns,
    )
    found = engine.rows("select customer_id, recency_days, frequency, monetary from segment.rfm")
    return {customer: (recency, frequency, monetary) for customer, recency, frequency, monetary in found}


@pytest.mark.parametrize("returns", ["net", "drop"])
def test_a_part_of_online_retail_scores_as_pandas_computes_it(returns: str) -> None:
    file = DATA / "online_retail" / "part.csv.gz"
    with DuckDBEngine() as engine:
        load_retail(engine, str(file))
        found = retail_by_templates(engine, returns)
    assert found == retail_by_pandas(file, drop=returns == "drop")
    assert len(found) > 50


@pytest.mark.parametrize("returns", ["net", "drop"])
def test_orders_lines_and_months_of_online_retail_add_up_to_the_same_revenue(returns: str) -> None:
    with DuckDBEngine() as engine:
        load_retail(engine, str(DATA / "online_retail" / "part.csv.gz"))
        retail_by_templates(engine, returns)
        schemes = ("segment/silences", "segment/lifecycle", "segment/value")
        day = dt.date(2011, 12, 9)
        mill(engine, (*schemes, "segment/names"), as_of=day)
        found = [parse(ROOT / "sql" / f"{name}_v1.sql") for name in (*schemes, "segment/rfm_named")]
        segments.gather(segments.schemes(found), engine, {})
        segments.recall(engine)
        mill(
            engine,
            (
                "segment/days",
                "segment/history",
                "segment/members",
                "segment/summary",
                "measure/kpi_monthly",
                "measure/cohort_buyers",
                "measure/cohort_sums",
                "measure/cohorts",
            ),
            as_of=day,
        )
        orders = engine.scalar("select sum(amount) from unify.orders")
        assert engine.scalar("select sum(amount) from unify.order_lines") == orders
        assert engine.scalar("select sum(revenue) from measure.kpi_monthly") == orders
        scored = engine.scalar("select sum(monetary) from segment.rfm")
        assert engine.rows("select scheme, sum(revenue) from segment.summary group by 1 order by 1") == [
            ("lifecycle", scored), ("rfm", scored), ("value", scored),
        ]  # fmt: skip
        assert engine.rows("select scheme, sum(share_customers), count(*) from segment.summary group by 1 order by 1") == [
            ("lifecycle", pytest.approx(1), 7), ("rfm", pytest.approx(1), 11), ("value", pytest.approx(1), 5),
        ]  # fmt: skip
        scored_customers = engine.scalar("select count(*) from segment.rfm")
        assert engine.scalar("select sum(n_new_customers) from measure.kpi_monthly") == scored_customers
        assert (
            engine.scalar("select sum(n_cohort) from measure.cohorts where dimension = 'all' and n_since = 0")
            == scored_customers
        )


@pytest.mark.skipif(not RETAIL.is_dir(), reason="the whole of Online Retail is not beside the project")
def test_online_retail_has_the_published_customers_and_monetary_total() -> None:
    with DuckDBEngine() as engine:
        load_retail(engine, str(RETAIL / "*.csv.gz"))
        retail_by_templates(engine, "drop")
        found = engine.rows(
            "select count(*), round(sum(monetary), 2), count(*) filter (frequency < 1) from segment.rfm"
        )
        assert found == [(4338, Decimal("8887208.89"), 0)]
        assert engine.scalar("select sum(frequency) from segment.rfm") == engine.scalar(
            "select count(distinct order_id) from clean.order_lines"
            " where order_id not like 'C%' and contact_id is not null and quantity > 0 and unit_price > 0"
        )
