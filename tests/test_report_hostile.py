"""A project whose every field holds markup, endless words, right-to-left text, emoji, NULs and formulas: its pages stay pages."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from conftest import OPEN, House
from report_browser import launched
from test_report_looks import wrong

from gristmill import scaffold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BAD = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror='window.hacked=1'>",
    "</details></table></figure></main>",
    '"><svg onload=window.hacked=1>',
    "\u202egnp.exe\u202c",
    "W" * 400,
    "한글" * 200,
    "{{ 7 * 7 }} {% raw %}",
    "=HYPERLINK(1)",
    "a`b`c **d** [e](javascript:alert(1)) | f",
    "👩‍👩‍👧 مرحبا بالعالم",
    "'; drop table x; --",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


def save(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def bad(n: int) -> str:
    return BAD[n % len(BAD)]


def fill(folder: Path) -> None:
    """People, orders and lines with a hostile text in each field that takes one."""
    people = [
        {"contact_id": f"c{i}", "full_name": f"{bad(i)} {i}", "email": f"p{i}@ex.com", "phone": f"010-1234-{i:04d}",
         "address": bad(i + 1), "city": bad(i + 2), "company": bad(i + 3), "country": bad(i // 3), "created_at": "2024-01-05"}
        for i in range(60)
    ]  # fmt: skip
    orders, lines = [], []
    for n in range(400):
        day = dt.date(2024, 1, 1) + dt.timedelta(days=n * 2)
        orders.append({"order_id": f"o{n}", "contact_id": f"c{n * 7 % 60}", "ordered_at": day.isoformat(), "amount": 1000 + n * 37 % 5000,
                       "currency": "KRW", "channel": bad(n % 5), "status": "paid"})  # fmt: skip
        lines += [
            {"line_id": f"l{n}-{k}", "order_id": f"o{n}", "product_id": f"p{(n + k) % 6}", "product_name": bad((n + k) % 6),
             "category": bad((n + k) % 3), "quantity": 1, "amount": 500}
            for k in range(2)
        ]  # fmt: skip
    save(folder / "contacts.csv", people)
    save(folder / "orders.csv", orders)
    save(folder / "order_lines.csv", lines)


def test_pages_of_a_hostile_project_run_nothing_and_keep_their_layout(browser: Any, tmp_path: Path) -> None:
    root = tmp_path / "acme"
    scaffold.init(root)
    house = House(root)
    fill(root / "data")
    added = house("add", "data/contacts.csv", "data/orders.csv", "data/order_lines.csv")
    assert added.exit_code == 0, added.output
    label = "<script>window.hacked=1</script> " + "W" * 200
    house.write(
        "sql/segment/odd_v1.sql",
        f"-- One row per customer.\n--\n-- grain    customer of unify.customers\n-- scheme   odd {label}\n\n"
        "select\n  customer_id,\n  case when n_contacts > 0 then '</td><img src=x onerror=window.hacked=1>' else 'other' end as segment,\n"
        "from unify.customers\n",
    )
    shown = f"import json\nodd = json.loads({json.dumps(BAD)!a})\n"
    house.stage(
        "70_odd",
        OPEN + "\n" + shown,
        "gm.report.findings([gm.report.finding('info', one, detail=one, action=one) for one in odd])",
        "rows = gm.report.Data([gm.report.Col(odd[0]), gm.report.Col('n', 'BIGINT', unit=odd[1], meaning=odd[3])], [(one, n) for n, one in enumerate(odd)])\n"
        "gm.report.table(rows, title=odd[0], note=odd[1], filters=[odd[0]])",
        "gm.report.table(rows, title=odd[2], note=odd[2], fold=True)",
        "gm.report.bars(rows, odd[0], 'n', title=odd[3], unit=odd[0])",
        "mill.close()",
    )
    ran = house("run", "--as-of", "2026-11-01")
    assert ran.exit_code in (0, 1), ran.output
    folder = root / "reports" / str(house.published)
    found = []
    for page in [*sorted(folder.glob("*.html")), root / "reports" / "index.html"]:
        html = page.read_text(encoding="utf-8")
        assert html.count("<script") == 1, page.name
        assert "\x00" not in html
        assert "\u202e" not in html, "text that turns the direction around reaches no page"
        assert not re.search(r"<[a-z]+[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', html)), page.name
        found += wrong(browser, page, (390, 1280))
    assert found == []
