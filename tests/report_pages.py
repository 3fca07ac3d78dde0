"""Pages for the report's tests: a usual notebook, hostile values, and how a page gets written."""

from __future__ import annotations

import datetime as dt
import json
import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gristmill.report import (
    Col,
    Data,
    Display,
    Page,
    bars,
    finding,
    findings,
    heatmap,
    lines,
    metric,
    metrics,
    note,
    render,
    stacked,
    table,
    verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror='window.hacked=1'>",
    "</details></table></figure></main>",
    '"><svg onload=window.hacked=1>',
    "' onmouseover='window.hacked=1",
    "\u202egnp.exe\u202c",
    "NUL\x00 and \x1b[31m",
    "W" * 10_000,
    "{{ 7 * 7 }} {% raw %}",
    "=HYPERLINK(1)",
    "]]><!-- <!DOCTYPE",
    "\ud800 half a pair",
    "👩‍👩‍👧 مرحبا",
]


def cell(
    *shown: Display, source: str = "gm.report.table(rows)", tags: tuple[str, ...] = ()
) -> dict[str, Any]:
    outputs = [
        {"output_type": "display_data", "data": json.loads(json.dumps(d._repr_mimebundle_())), "metadata": {}}
        for d in shown
    ]
    return {
        "cell_type": "code",
        "source": source,
        "outputs": outputs,
        "execution_count": 1,
        "metadata": {"tags": [*tags]},
    }


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def people(n: int) -> Data:
    roll = random.Random(5)
    columns = [
        Col("customer_id"),
        Col("full_name", pii="name"),
        Col("email", pii="email"),
        Col("frequency", "BIGINT", meaning="Orders until the as-of day", unit="orders"),
        Col("monetary", "DECIMAL(18,4)", unit="KRW"),
        Col("seen_on", "DATE"),
    ]
    rows = [
        (
            f"c{i:05d}",
            f"김민수{i}" if i % 2 else f"Secretname{i} Hidden",
            f"secret{i}@naver.com",
            roll.randint(0, 2000),
            Decimal(roll.randint(0, 10**8)) / 100 if i % 7 else None,
            dt.date(2026, 1 + i % 12, 1),
        )
        for i in range(n)
    ]
    return Data(
        columns,
        rows,
        n_total=max(n, 12_345 if n > 1000 else n),
        sql="select 1 < 2 as yes",
        relation="unify.customers",
    )


def monthly() -> Data:
    columns = [Col("month", "DATE"), Col("channel"), Col("n_orders", "BIGINT")]
    rows = [(dt.date(2026, m, 1), c, 100 * m + k) for m in range(1, 10) for k, c in enumerate(("web", "app"))]
    return Data(columns, rows)


def segments() -> Data:
    columns = [Col("segment"), Col("n_customers", "BIGINT"), Col("share_sales", "DOUBLE")]
    return Data(
        columns, [("Champions", 182, 0.5), ("Loyal", 265, 0.3), ("Hibernating", 390, 0.2)], sql="select *"
    )


def usual() -> dict[str, Any]:
    return notebook(
        text("# Segments\n\nWho **buys**, who is leaving."),
        cell(verdict("warn", "2 of 48 checks failed.")),
        cell(
            metrics(
                [
                    metric("Customers", 12_345, change=-812, good=True),
                    metric("Repeat rate", 0.314, unit="share"),
                ]
            )
        ),
        cell(findings([finding("info", "later"), finding("critical", "87 rows", action="`gristmill add`")])),
        text("## Segments\n\ntext\n\n### Detail"),
        cell(
            bars(segments(), "segment", "n_customers", title="Three segments"),
            source="%%sql\nselect 1 -- one",
        ),
        cell(table(people(200), title="The best", bars=["monetary"])),
        text("## Over time"),
        cell(lines(monthly(), "month", "n_orders", color="channel", title="Orders grow")),
        cell(stacked(monthly(), "month", "n_orders", "channel", title="By channel")),
        cell(heatmap(monthly(), "month", "channel", "n_orders", title="Where")),
        cell(table(segments(), title="Small"), note("That is all.")),
    )


PAGE = Page(title="Segments", project="Acme 상점", stage="Segments", run_id="r1", as_of=dt.date(2026, 11, 1),
            parameters={"bins": 5, "returns": None}, versions={"segment/rfm": "v1"},
            nav=[("Summary", "index.html", False), ("Segments", "segments.html", True)])  # fmt: skip


def write(folder: Path, content: dict[str, Any], page: Page = PAGE) -> Path:
    (folder / "n.ipynb").write_text(json.dumps(content), encoding="utf-8")
    return render(folder / "n.ipynb", folder / "n.html", page)
