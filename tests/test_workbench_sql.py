"""``gm.sql``: pages of a result, cells that become templates, templates looked at and compared; and in JupyterLab."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import DAY, House
from lab_server import screen, until

import gristmill as gm
from gristmill.errors import ConfigError, GristmillError, ParameterError, TemplateError
from gristmill.report.words import Words
from gristmill.workbench import opened
from gristmill.workbench.panel import words_of
from gristmill.workbench.sql import pages as paging
from gristmill.workbench.sql.paged import Paged, Table
from gristmill.workbench.sql.pages import Pages

WIDGET = "application/vnd.jupyter.widget-view+json"
PEOPLE = "select customer_id, full_name, email, country from unify.customers"


@pytest.fixture(scope="module")
def once(whole: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(Path(shutil.copytree(whole.root, tmp_path_factory.mktemp("sql") / "acme")))


@pytest.fixture
def house(once: House, monkeypatch: pytest.MonkeyPatch):
    """A project that the tests of this file share; what they write into sql/ is taken out again."""
    monkeypatch.setenv("GRISTMILL_PROJECT", str(once.root))
    before = {path: path.read_bytes() for path in (once.root / "sql").rglob("*") if path.is_file()}
    yield once
    paging.let_go_of_all()
    opened.close()
    for path in (once.root / "sql").rglob("*"):
        if path.is_file() and path not in before:
            path.unlink()
    for path, content in before.items():
        path.write_bytes(content)


@pytest.fixture
def made():
    """A relation of 500 rows with ties, nulls, Korean and a column name of quotes and blanks."""
    rows = [(i, None if i % 7 == 0 else i % 5, None if i % 3 else f"값{i % 11}", i / 8) for i in range(500)]
    mill = opened.mill()
    values = ", ".join(
        f"({i}, {'null' if n is None else n}, {'null' if t is None else repr(t)}, {x})" for i, n, t, x in rows
    )
    mill.engine.execute("create schema if not exists own")
    mill.engine.make("own.rows", f'select * from (values {values}) as t(i, n, "a ""b"" c", x)')
    return mill, rows


# -- pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("held", "near"), [(1_000_000, 1000), (1_000_000, 60), (100, 0)])
def test_pages_hold_every_row_once_in_a_total_order(
    house: House, made, held: int, near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against Python's own sort; a result too large to be kept gives the same pages."""
    monkeypatch.setattr(paging, "HELD_ROWS", held)
    monkeypatch.setattr(paging, "NEAR", near)
    mill, rows = made
    pages = Pages(mill, "select * from own.rows where i >= $least", {"least": 0})
    assert pages.n_rows == 500
    for place, name in enumerate(["i", "n", 'a "b" c', "x"]):
        for down in (False, True):
            found = [
                row for start in range(0, 500, 20) for row in pages.page(start, by=name, down=down).data.rows
            ]
            assert sorted(row[0] for row in found) == list(range(500))
            filled = [row[place] for row in rows if row[place] is not None]
            expected = sorted(filled, reverse=down)
            assert [row[place] for row in found if row[place] is not None] == expected
            assert all(row[place] is None for row in found[len(filled) :]), "nulls come last either way"
            if held > 500:
                ties = [(row[place], row[0]) for row in found]
                assert all(a[1] < b[1] for a, b in pairwise(ties) if a[0] == b[0]), "ties stay"


def test_types_and_shares_of_nulls_are_exact(house: House, made) -> None:
    mill, rows = made
    fields = {one.name: one for one in Pages(mill, "select * from own.rows", {}).fields}
    for place, name in enumerate(["i", "n", 'a "b" c', "x"]):
        n_null = sum(row[place] is None for row in rows)
        assert (fields[name].n_null, fields[name].share_null) == (n_null, n_null / 500)
    assert fields["i"].type == "INTEGER" and fields['a "b" c'].type == "VARCHAR"


def test_a_page_beyond_the_end_an_empty_result_and_an_unknown_column(house: House, made) -> None:
    mill, _ = made
    pages = Pages(mill, "select * from own.rows order by i", {})
    assert [row[0] for row in pages.page(10_000).data.rows] == [499]
    empty = Pages(mill, "select * from own.rows where false", {})
    assert not empty.page().data.rows and empty.n_rows == 0 and empty.fields[0].share_null == 0
    with pytest.raises(ParameterError, match="did you mean x"):
        pages.page(by="xx")


def test_what_is_kept_comes_back_after_it_was_let_go_or_the_mill_was_closed(house: House) -> None:
    mill = opened.mill()
    first = Pages(mill, PEOPLE, {})
    before = first.page(20, by="customer_id").data.rows
    for n in range(paging.HELD_TABLES + 1):
        Pages(mill, f"select {n} as n", {}).page()
    kept = mill.engine.rows(
        "select count(*) from duckdb_tables() where temporary and table_name like 'gristmill_page%'"
    )
    assert kept == [(paging.HELD_TABLES,)]
    assert first.page(20, by="customer_id").data.rows == before
    mill.close()
    assert first.page(20, by="customer_id").data.rows == before


def test_what_is_personal_is_masked_on_screen_and_in_csv_unless_shown(house: House) -> None:
    mill = opened.mill()
    table = Table(mill, mill.sql(PEOPLE), {})
    emails = {row[0] for row in mill.sql("select email from unify.customers where email is not null").rows()}
    ready = table.answer({"do": "ready"})
    assert (
        ready["personal"]
        and not ready["clear"]
        and ready["n_rows"] == mill.relation("unify.customers").n_rows
    )
    hidden = json.dumps(ready, ensure_ascii=False) + table.answer({"do": "csv"})["csv"]
    assert not [one for one in emails if one in hidden]
    clear = table.answer({"do": "show"})
    assert clear["clear"] and [one for one in emails if one in json.dumps(clear, ensure_ascii=False)]
    assert [one for one in emails if one in table.answer({"do": "csv"})["csv"]]
    state = {name: value for name, value in table.get_state().items() if name != "_esm"}
    assert not [one for one in emails if one in json.dumps(state, ensure_ascii=False, default=str)]


def test_a_heading_sorts_up_down_and_back(house: House, made) -> None:
    mill, _ = made
    table = Table(mill, mill.sql("select * from own.rows order by i"), {})
    turns = [table.answer({"do": "sort", "column": 3}) for _ in range(3)]
    assert [said["columns"][3]["sorted"] for said in turns] == ["up", "down", ""]
    assert [said["rows"][0][0] for said in turns] == ["0", "499", "0"]
    other = table.answer({"do": "sort", "column": 1})
    assert [one["sorted"] for one in other["columns"]] == ["", "up", "", ""]


def test_a_notebook_without_a_screen_keeps_the_first_rows_masked(house: House) -> None:
    mill = opened.mill()
    shown = Paged(mill, PEOPLE, {})._repr_mimebundle_()
    data = shown[0] if isinstance(shown, tuple) else shown
    assert WIDGET in data and data["application/vnd.gristmill.report+json"]["kind"] == "table"
    names = {row[0] for row in mill.sql("select email from unify.customers where email is not null").rows()}
    assert not [one for one in names if one in json.dumps(data, ensure_ascii=False)]


# -- saving -----------------------------------------------------------------------------------------


def test_the_head_is_drafted_from_what_the_query_takes_and_returns(house: House) -> None:
    saved = gm.sql.save(
        "segment/vips",
        "-- Customers that spend\n-- a lot of money.\nselect r.customer_id, p.country, r.m\nfrom segment.rfm as r\n"
        "join segment.profile as p on p.customer_id = r.customer_id\n"
        "where r.m >= $least_score and p.country = any($where_from) and r.last_order_at <= $as_of and $word <> 'O''x';",
        least_score=4,
        where_from=["KR", "US"],
        word="김 'a'",
    )
    text = saved.path.read_text(encoding="utf-8")
    assert text.startswith(
        "-- Customers that spend a lot of money.\n--\n-- grain    one row per customer_id\n"
    )
    assert "-- param    least_score  integer = 4\n-- param    where_from  list of text = [KR, US]\n" in text
    assert "-- param    as_of  date  the day" in text and "-- param    word  text = '김 ''a'''\n" in text
    assert "-- returns  customer_id, country, m\n" in text
    assert house("sql", "lint", "segment/vips").exit_code == 0
    made = opened.mill().run("segment/vips")
    plain = opened.mill().sql(
        "select customer_id from segment.rfm join segment.profile using (customer_id) where rfm.m >= 4 and country in ('KR', 'US')"
    )
    assert sorted(row[0] for row in made.rows()) == sorted(row[0] for row in plain.rows())
    assert opened.mill().run("segment/vips", least_score=9).n_rows == 0


def test_nothing_is_overwritten_silently(house: House) -> None:
    first = gm.sql.save("segment/vips", "select customer_id from segment.rfm where m >= 4")
    before = first.path.read_bytes()
    again = gm.sql.save("segment/vips", "SELECT customer_id\nFROM segment.rfm WHERE m >= 4")
    assert not again.is_new and first.path.read_bytes() == before, "the same meaning is left alone"
    with pytest.raises(ConfigError, match="is there already, and it is not locked"):
        gm.sql.save("segment/vips", "select customer_id from segment.rfm where m >= 5")
    assert first.path.read_bytes() == before
    assert house("sql", "lock").exit_code == 0
    second = gm.sql.save("segment/vips", "select customer_id from segment.rfm where m >= 5")
    assert second.ref == "segment/vips@2" and first.path.read_bytes() == before
    assert opened.mill().run("segment/vips").n_rows <= opened.mill().run("segment/vips@1").n_rows
    mended = second.path.read_text(encoding="utf-8").replace(
        "-- Hold customer_id of segment.rfm.", "-- Our best."
    )
    second.path.write_text(mended, encoding="utf-8")
    third = gm.sql.save("segment/vips", "select customer_id from segment.rfm where m >= 3", over=True)
    assert third.ref == "segment/vips@2" and third.path.read_text(encoding="utf-8").startswith(
        "-- Our best.\n"
    )


@pytest.mark.parametrize(
    ("ref", "text", "words"),
    [
        ("vips", "select 1 as a", "cannot name a template"),
        ("Segment/VIPs", "select 1 as a", "did you mean segment/vips"),
        ("../x/y", "select 1 as a", "cannot name a template"),
        ("source/mine", "select 1 as a", "not saved from a cell"),
        ("segmnt/vips", "select 1 as a", "did you mean segment"),
        ("segment/rfm", "select 1 as a", "comes with base"),
        ("segment/mine", "select nothing from segment.rfm", "nothing"),
        (
            "segment/mine",
            "select customer_id from segment.rfm where m > $leest",
            r"\$leest, which has no value",
        ),
        ("segment/mine", "select * from own.rows", "reads own.rows, which nothing makes"),
        ("segment/mine", "select m / r as a from segment.rfm", "division"),
        ("segment/mine", "select 1 as a; drop table segment.rfm", "several statements"),
        ("segment/mine", "drop table segment.rfm", "syntax error"),
    ],
)
def test_what_cannot_be_a_template_is_refused_and_nothing_is_written(
    house: House, made, ref: str, text: str, words: str
) -> None:
    before = sorted(house.root.rglob("*.sql"))
    with pytest.raises(GristmillError, match=words):
        gm.sql.save(ref, text)
    assert sorted(house.root.rglob("*.sql")) == before
    assert opened.mill().relation("segment.rfm").n_rows > 0


def test_a_query_of_one_engine_says_so_in_its_head(house: House) -> None:
    saved = gm.sql.save("segment/mine", "select customer_id, hash(customer_id) as h from segment.rfm")
    assert "-- engine   duckdb\n" in saved.path.read_text(encoding="utf-8")


def test_the_grain_is_the_fewest_columns_that_tell_rows_apart(house: House) -> None:
    for text, grain in [
        ("select segment, count(*) as n from segment.rfm_named group by segment", "one row per segment"),
        ("select r, f, count(*) as n from segment.rfm group by r, f", "one row per r and f"),
        ("select m from segment.rfm", "one row per row found"),
    ]:
        saved = gm.sql.save("segment/mine", text, over=True)
        assert f"-- grain    {grain}" in saved.path.read_text(encoding="utf-8")


# -- templates --------------------------------------------------------------------------------------


def test_a_sheet_says_what_the_plan_says(house: House) -> None:
    sheet, plan = gm.sql.template("segment/rfm"), opened.mill().plan
    assert {one.relation for one in sheet.reads} == set(plan.node("segment.rfm").reads)
    assert {one.relation for one in sheet.read_by} == set(plan.readers("segment.rfm"))
    assert (sheet.n_upstream, sheet.n_downstream) == (
        len(plan.upstream("segment.rfm")),
        len(plan.downstream("segment.rfm")),
    )
    assert sheet.values["bins"] == 5 and "segment/rfm@1" in sheet._repr_mimebundle_()["text/html"]
    with pytest.raises(TemplateError, match="did you mean segment/rfm"):
        gm.sql.template("segment/rfmm")


def test_a_run_with_other_parameters_leaves_everything_as_it_was(house: House) -> None:
    before = opened.mill().relation("segment.rfm").rows()
    published = house.prints()
    found = gm.sql.run("segment/rfm", bins=2)
    assert max(row["r"] for row in found.records()) == 2
    assert opened.mill().relation("segment.rfm").rows() == before and house.prints() == published
    with pytest.raises(ParameterError, match="did you mean bins"):
        gm.sql.run("segment/rfm", bin=2)


def test_a_comparison_counts_the_rows_that_differ_and_goes_downstream(house: House) -> None:
    def rows(ref: str, **params) -> Counter:
        return Counter(gm.sql.run(ref, **params).rows())

    old, new = rows("segment/rfm"), rows("segment/rfm", bins=4)
    told = gm.sql.compare("segment/rfm", bins=4)
    text = str(told)
    assert f"{(old - new).total():,} rows only with" in text and not told.meaning
    moved = sum(1 for one in old if {r[0]: r for r in new}[one[0]][6] != one[6])
    assert f"r changes for {moved:,} customer_id" in text
    assert "segment.rfm_named:" in text
    with pytest.raises(ParameterError, match="Nothing differs"):
        gm.sql.compare("segment/rfm", bins=5)
    with pytest.raises(ParameterError, match="bins"):
        gm.sql.compare("segment/rfm", bins="many")


def test_two_versions_are_compared_in_meaning_and_effect(house: House) -> None:
    gm.sql.save("segment/vips", "select customer_id from segment.rfm where m >= 4")
    house("sql", "lock")
    gm.sql.save("segment/vips", "select customer_id from segment.rfm where m >= 5")
    told = gm.sql.compare("segment/vips@1", "segment/vips@2")
    n = opened.mill().sql("select count(*) from segment.rfm where m = 4").scalar()
    assert any("m >= 5" in line for line in told.meaning) and f"{n:,} rows only with" in str(told)


# -- the panel --------------------------------------------------------------------------------------


def test_the_panel_chooses_runs_and_compares_and_mistakes_are_messages(house: House) -> None:
    panel = gm.sql.panel()
    ready = panel.answered({"do": "ready"})
    assert "segment/rfm" in ready["names"] and ready["sheet"]["name"] == "segment/rfm"
    controls = {one["name"]: one["control"] for one in ready["sheet"]["params"]}
    assert controls["as_of"] == "date" and controls["bins"] == "integer" and controls["r_weight"] == "number"
    ran = panel.answered({"do": "run", "params": {"bins": "3"}})
    assert ran["table"]["n_rows"] == len(gm.sql.run("segment/rfm").rows())
    assert panel.answered({"do": "page", "start": 20})["table"]["start"] == 20
    wrong = panel.answered({"do": "run", "params": {"bins": "x", "as_of": "gestern"}})
    assert wrong["bad"] and "whole number" in wrong["message"] and "2026-11-01" in wrong["message"]
    same = panel.answered({"do": "compare", "params": {}, "other": ""})
    assert same["bad"] and "Nothing differs" in same["message"]
    told = panel.answered({"do": "compare", "params": {"bins": "3"}, "other": ""})
    assert told["difference"]["effect"]
    other = panel.answered({"do": "choose", "ref": "segment/rfm_bounds"})
    assert other["fresh"] and other["sheet"]["ref"] == "segment/rfm_bounds@1"
    assert panel.answered({"do": "page", "start": 0}).get("table") is None, (
        "rows of another template are gone"
    )
    lost = panel.answered({"do": "choose", "ref": "segment/nobody"})
    assert lost["bad"] and "There is no template" in lost["message"]
    # Drafts and repairs read what no run makes; they can be looked at all the same.
    assert not [
        name for name in ready["names"] if "sheet" not in panel.answered({"do": "choose", "ref": name})
    ]


def test_a_file_edited_by_hand_is_read_at_once_and_a_broken_one_is_a_message(house: House) -> None:
    saved = gm.sql.save("segment/vips", "select customer_id from segment.rfm where m >= 4")
    panel = gm.sql.panel("segment/vips")
    text = saved.path.read_text(encoding="utf-8")
    saved.path.write_text(text.replace("m >= 4", "m >= 5"), encoding="utf-8")
    assert "m >= 5" in panel.answered({"do": "choose", "ref": "segment/vips"})["sheet"]["sql"]
    saved.path.write_text(text.replace("-- grain", "-- grian"), encoding="utf-8")
    broken = panel.answered({"do": "run", "params": {}})
    assert broken["bad"] and "grian" in broken["message"]
    saved.path.write_text(text, encoding="utf-8")
    assert not panel.answered({"do": "run", "params": {}})["bad"]


def test_a_run_that_publishes_meanwhile_is_told_and_the_next_rows_are_its_own(
    acme: House, monkeypatch
) -> None:
    monkeypatch.setenv("GRISTMILL_PROJECT", str(acme.root))
    try:
        panel = gm.sql.panel()
        assert not panel.answered({"do": "run", "params": {}})["table"]["old"]
        assert acme("run", "--quiet", "--only", "summary", "--as-of", DAY.isoformat()).exit_code in (0, 1)
        assert panel.answered({"do": "page", "start": 20})["table"]["old"]
        assert not panel.answered({"do": "run", "params": {}})["table"]["old"]
    finally:
        paging.let_go_of_all()
        opened.close()


def test_no_picture_or_state_holds_anybody(house: House) -> None:
    panel = gm.sql.panel("clean/contacts")
    panel.answered({"do": "run", "params": {}})
    panel.answered({"do": "show"})
    shown = panel._repr_mimebundle_()
    state = {name: value for name, value in panel.get_state().items() if name != "_esm"}
    kept = json.dumps([shown, state], ensure_ascii=False, default=str)
    emails = {
        row[0] for row in opened.mill().sql("select email from clean.contacts where email is not null").rows()
    }
    assert "clean/contacts@1" in kept and not [one for one in emails if one in kept]


def test_what_the_screens_say_is_in_korean() -> None:
    folder = Path(paging.__file__).parent
    said = {text for path in folder.glob("*.js") for text in words_of(path.read_text(encoding="utf-8"))}
    assert len(said) > 25
    korean = Words("ko").catalogue
    assert not [text for text in said if korean.say(text) == text]


def test_looking_at_templates_imports_no_pandas(house: House) -> None:
    code = "import sys, gristmill as gm; gm.sql.template('segment/rfm'); assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=house.root)


# -- a real JupyterLab ------------------------------------------------------------------------------


def test_an_analyst_writes_sql_and_looks_at_templates_in_jupyterlab(acme: House, tmp_path: Path) -> None:
    query = f"%%sql people\n{PEOPLE} order by customer_id"
    cells = ("mill = gm.open()", query, "gm.sql.panel()", "%%sql --save segment/vips")
    with screen(acme, tmp_path, *cells[:3], "1", cells[3]) as lab:
        lab.run_all(".gmp-params label")
        table = lab.tool("gmt")
        assert "VARCHAR · null" in table.inner_text() and "Masked" in table.inner_text()
        table.locator(".gmq-next").click()
        until(lambda: table.locator(".gmq-pager").get_attribute("data-start") == "20", "the next page")
        heading = table.locator("th", has_text="country")
        heading.locator("button").click()
        until(
            lambda: table.locator("th", has_text="country").get_attribute("aria-sort") == "ascending",
            "sorted",
        )
        assert table.locator(".gmq-pager").get_attribute("data-start") == "0"
        table.locator(".gmq-toggle").click()
        until(lambda: "Personal data in the clear" in table.inner_text(), "shown")
        table.locator(".gmq-toggle").click()
        until(lambda: "Masked" in table.inner_text(), "hidden again")

        panel = lab.tool("gmp")
        panel.locator("[data-name=bins]").fill("3")
        panel.locator(".gmp-run").click()
        lab.tool("gmp").locator(".gmq-rows tbody tr").first.wait_for()
        panel.locator(".gmp-compare").click()
        panel.locator(".gmp-told").wait_for(timeout=60_000)
        assert "rows only with" in panel.locator(".gmp-told").inner_text()
        panel.locator('[data-ref="segment/orders"]').focus()
        lab.page.keyboard.press("Enter")
        until(lambda: panel.get_attribute("data-ref") == "segment/orders@1", "a box leads to its template")
        panel.locator(".gmp-choose").fill("segment/rfm_bounds")
        panel.locator(".gmp-choose").press("Enter")
        until(lambda: panel.get_attribute("data-ref") == "segment/rfm_bounds@1", "typed and chosen")

        editor = lab.page.locator(".jp-Notebook .jp-CodeCell").last.locator(".cm-content")
        editor.click()
        lab.page.keyboard.press("Control+End")
        lab.page.keyboard.type("\nselect r.")
        lab.page.keyboard.press("End")
        lab.page.keyboard.type("customer_id, r.m from segment.rfm")
        lab.page.keyboard.press("Tab")
        lab.page.locator(".jp-Completer-item", has_text="rfm_named").wait_for(timeout=60_000)
        lab.page.keyboard.press("Escape")
        lab.page.keyboard.type(" as r where r.m >= 4 and r.")
        lab.page.keyboard.press("Tab")
        lab.page.locator(".jp-Completer-item", has_text="recency_days").wait_for(timeout=60_000)
        lab.page.keyboard.press("Escape")
        lab.page.keyboard.type("f > 0")
        lab.page.keyboard.press("Shift+Enter")
        path = acme.root / "sql/segment/vips_v1.sql"
        until(path.exists, "the cell is saved as a template")
        assert "where r.m >= 4 and r.f > 0" in path.read_text(encoding="utf-8")
        assert not lab.elsewhere
    assert acme("sql", "lint", "segment/vips").exit_code == 0
