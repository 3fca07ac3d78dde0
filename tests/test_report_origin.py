"""Where a number comes from: query, relation, template as it ran, rows and source files, on every page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from report_browser import Visit, launched
from report_pages import HOSTILE, PAGE, cell, notebook, segments, text, usual, write

from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.provenance import Provenance
from gristmill.report import bars, table
from gristmill.report.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conftest import House

MADE = Origin(
    relation="segment.summary", ref="segment/summary@1", fingerprint="30ef8b8c7f01dba7", n_rows=17, seconds=0.02,
    reads=("segment.rfm",), files=[(f"data/{i}.csv", 1000 + i, f"{i:012d}") for i in range(15)], sql="select 1 < 2 as yes",
)  # fmt: skip


def trace(sql: str) -> Sequence[Origin]:
    return (MADE,) if sql == "select *" else ()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


def test_a_table_leads_to_what_made_its_relation_and_the_sql_is_copied(browser: Any, tmp_path: Path) -> None:
    path = write(tmp_path, usual(), replace(PAGE, trace=trace))
    with Visit(browser, path) as visit:
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        fold = visit.page.locator("details.origin")
        assert fold.count() == 1
        assert fold.get_attribute("open") is None
        links = visit.page.locator("a[href='#from:segment.summary']")
        assert links.count() == 2, "a chart and a table have this query"
        links.first.click()
        assert fold.get_attribute("open") is not None
        said = fold.inner_text()
        for words in (
            "segment/summary@1",
            "17 rows",
            "30ef8b8c7f01dba7",
            "segment.rfm",
            "data/0.csv (1,000 rows,",
            "and 3 more",
        ):
            assert words in said
        fold.locator(".copy").click()
        assert visit.js("navigator.clipboard.readText()") == "select 1 < 2 as yes"
        visit.js("document.querySelector('details.origin').open = false")
        links.first.click()
        assert fold.get_attribute("open") is not None, "also when the address is the same as before"
        assert visit.complaints == []


def test_a_page_without_a_trace_has_no_origins(tmp_path: Path) -> None:
    html = write(tmp_path, usual()).read_text(encoding="utf-8")
    assert 'class="origins"' not in html
    assert "#from:" not in html


def test_hostile_names_of_relations_and_files_stay_words(browser: Any, tmp_path: Path) -> None:
    def hostile(_sql: str) -> Sequence[Origin]:
        return [
            Origin(bad, bad, bad, 1, 1.0, [bad], [(bad, None, bad)], sql=bad)
            for bad in HOSTILE
            if "\ud800" not in bad
        ]

    content = notebook(cell(table(segments(), title="One"), bars(segments(), "segment", "n_customers")))
    path = write(tmp_path, content, replace(PAGE, trace=hostile))
    with Visit(browser, path, viewport={"width": 390, "height": 800}) as visit:
        visit.js("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert visit.js("window.hacked") is None
        assert visit.complaints == []
        assert visit.js("document.documentElement.scrollWidth") <= 390
        assert visit.page.locator("details.origin").count() == len(HOSTILE) - 1


def test_the_foot_names_the_run_and_the_fingerprints(tmp_path: Path) -> None:
    page = replace(PAGE, fingerprints={"templates": "eb45c310a6cc3eca", "files": "69296359c7fe0827"})
    html = write(tmp_path, notebook(text("## One")), page).read_text(encoding="utf-8")
    foot = html[html.index('<footer class="foot">') :]
    for words in ("r1", "2026-11-01", "eb45c310a6cc3eca", "69296359c7fe0827", "segment/rfm"):
        assert words in foot


@pytest.fixture(scope="module")
def known(whole: House) -> Provenance:
    return Provenance(whole.project, runs.current(whole.project))


def test_every_relation_a_query_reads_is_told_with_what_the_run_recorded(
    whole: House, known: Provenance
) -> None:
    sql = (
        "with a as (select * from segment.rfm), raw as (select 1) select * from a cross join raw"
        " inner join unify.customers as segment on true where 'measure.clv' <> ''"
    )
    found = {one.relation: one for one in known.of(sql)}
    assert list(found) == ["segment.rfm", "unify.customers"]
    with DuckDBEngine(known.run.database(whole.project), read_only=True) as engine:
        for name, one in found.items():
            assert one.n_rows == engine.scalar(f"select count(*) from {name}")
            assert one.fingerprint
            assert one.sql.lower().count("select") >= 1
            assert "$" not in one.sql
        files = {row[0] for row in engine.rows("select file from raw.files where source like '%orders%'")}
    rfm = found["segment.rfm"]
    assert rfm.ref == "segment/rfm@1"
    assert files <= {name for name, _, _ in rfm.files}
    assert all(len(digest) == 12 and rows is not None for _, rows, digest in rfm.files)


def test_what_is_read_from_one_source_names_only_its_file(known: Provenance) -> None:
    (one,) = known.of("select * from source.shop_orders__orders")
    assert [name.rpartition("/")[2].partition(".")[0] for name, _, _ in one.files] == ["shop_orders"]


@pytest.mark.parametrize("sql", ["", "select 1", "no sql at all (", "select * from elsewhere.of_somebody"])
def test_what_reads_nothing_of_the_run_has_no_origins(known: Provenance, sql: str) -> None:
    assert known.of(sql) == ()


def test_a_template_changed_after_the_run_is_said_and_its_sql_not_shown(
    known: Provenance, whole: House
) -> None:
    changed = [{**one, "fingerprint": "0" * 16} for one in known.run.relations]
    (one,) = Provenance(whole.project, replace(known.run, relations=changed)).of("select * from segment.rfm")
    assert one.is_changed
    assert one.sql == ""
    assert one.reads == ()
    assert one.fingerprint == "0" * 16


def test_fingerprints_change_with_a_template_and_with_a_file(known: Provenance, whole: House) -> None:
    def of(**changes: Any) -> dict[str, str]:
        return Provenance(whole.project, replace(known.run, **changes)).fingerprints()

    first, again = known.fingerprints(), of(relations=known.run.relations[::-1])
    assert first == again
    other = [{**known.run.inputs[0], "sha256": "x"}, *known.run.inputs[1:]]
    assert of(inputs=other)["files"] != first["files"]
    assert of(inputs=other)["templates"] == first["templates"]
    assert of(inputs=[], relations=[]) == {}


def test_the_pages_of_a_real_run_tell_where_their_tables_come_from(whole: House) -> None:
    folder = whole.root / "reports" / str(whole.published)
    for path in folder.glob("*.html"):
        html = path.read_text(encoding="utf-8")
        linked = html.count('href="#from:')
        assert linked >= 1, path.name
        assert html.count('class="origin"') >= 1
    assert (folder / "index.html").stat().st_size < 1_000_000
