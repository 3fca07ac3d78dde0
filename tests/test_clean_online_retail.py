"""The clean stage on half a million real order lines: the published counts of the Online Retail data come out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_clean_stage import ENTITIES, clean, fill

from gristmill.engine.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "online_retail"
NAMES = {
    "order_key": "InvoiceNo",
    "contact_key": "CustomerID",
    "ordered_at": "InvoiceDate",
    "product_key": "StockCode",
    "product_name": "Description",
    "quantity": "Quantity",
    "unit_price": "UnitPrice",
    "country": "Country",
}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the Online Retail files are not here")


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    cells = ", ".join(f"{NAMES.get(c, 'cast(null as varchar)')} as {c}" for c in ENTITIES["order_lines"])
    with DuckDBEngine(threads=2) as opened:
        opened.make(
            "source.order_lines",
            "select 'retail' as _source, 'retail' as _system, parse_filename(filename) as _file,"
            f" row_number() over () as _row, {cells}"
            f" from read_csv('{FOLDER}/*.csv.gz', all_varchar = true, filename = true)",
        )
        fill(opened, "contacts", [])
        clean(opened)
        yield opened


def test_5268_exact_duplicates_are_set_aside_of_541909_lines(engine: DuckDBEngine) -> None:
    assert engine.scalar("select count(*) from source.order_lines") == 541_909
    assert engine.rows("select relation, count(*) from clean.set_aside group by relation") == [
        ("clean.order_lines", 5_268)
    ]
    assert engine.scalar("select count(*) from clean.order_lines") == 541_909 - 5_268


def test_lines_without_customer_keep_none(engine: DuckDBEngine) -> None:
    assert engine.scalar("select count(*) from source.order_lines where contact_key is null") == 135_080
    assert engine.scalar("select count(*) from clean.order_lines where contact_id is null") == 135_037


def test_25900_orders_are_made_of_the_lines_and_those_with_c_are_cancelled(engine: DuckDBEngine) -> None:
    assert engine.scalar("select count(*) from clean.orders") == 25_900
    assert engine.scalar("select count(distinct order_id) from clean.orders") == 25_900
    assert engine.rows("select distinct status from clean.orders where order_key like 'C%'") == [
        ("cancelled",)
    ]
    assert engine.scalar("select count(*) from clean.orders where order_key like 'C%'") == 3_836


def test_customers_and_their_turnover_are_the_published_ones(engine: DuckDBEngine) -> None:
    bought = engine.rows(
        "select count(distinct contact_id), sum(amount) from clean.order_lines"
        " where status = 'completed' and unit_price > 0 and contact_id is not null"
    )
    assert bought == [(4_338, Decimal("8887208.8940"))]
    assert engine.scalar("select count(distinct contact_id) from clean.order_lines") == 4_372


def test_customer_keys_lose_the_point_of_a_float(engine: DuckDBEngine) -> None:
    assert engine.scalar("select count(*) from clean.order_lines where contact_key like '%.%'") == 0


def test_every_country_is_a_code_or_has_a_rule(engine: DuckDBEngine) -> None:
    countries = dict(
        engine.rows(
            "select before, coalesce(after, rule) from clean.changes where column_name = 'country' group by 1, 2"
        )
    )
    assert countries["EIRE"] == "IE"
    assert countries["RSA"] == "ZA"
    assert countries["United Kingdom"] == "GB"
    assert countries["Unspecified"] == "placeholder word"
    assert countries["Channel Islands"] == countries["European Community"] == "country not known"
    assert engine.scalar("select count(*) from clean.order_lines where length(country) <> 2") == 0
