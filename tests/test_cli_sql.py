"""The commands about templates: list, show, where, lint, lock, diff, lineage, eject."""

from __future__ import annotations

import json
import re

import pytest
from conftest import House

import gristmill as gm
from gristmill import lock, runs
from gristmill.engine.duckdb import DuckDBEngine

OWN = "sql/measure/own_v1.sql"
HEAD = "-- Count customers.\n--\n-- grain    one row\n"


def test_the_list_names_every_template_a_run_uses(whole: House) -> None:
    listed = json.loads(whole("sql", "list", "--json").stdout)
    refs = {entry["template"]: entry for entry in listed}
    assert refs["segment/rfm@1"]["layer"] == "base" and "bins" in refs["segment/rfm@1"]["parameters"]
    assert refs["source/crm__contacts@1"]["layer"] == "project"
    assert all(entry["summary"] for entry in listed)
    made = {entry.ref for entry in _relations(whole) if entry.ref != "python"}
    # What is looked for on demand alone is in no run.
    on_demand = ("cluster/", "draft/", "repair/")
    assert made == {ref for ref in refs if not ref.startswith(on_demand)}


def _relations(house: House):
    from gristmill.mill import Made

    return [Made(**entry) for entry in runs.current(house.project).relations]


def test_the_list_of_one_schema_and_of_none(whole: House) -> None:
    table = whole("sql", "list", "segment").stdout.splitlines()
    assert table[0].split() == ["template", "layer", "parameters", "summary"]
    assert all(line.startswith("segment/") for line in table[1:]) and len(table) > 5
    none = whole("sql", "list", "segmnt")
    assert none.exit_code == 2 and "did you mean segment?" in none.stderr


def test_what_show_prints_runs_as_it_stands_and_says_the_same(whole: House) -> None:
    database = runs.current(whole.project).database(whole.project)
    with gm.open(whole.root) as mill, DuckDBEngine(database, read_only=True) as plain:
        for template in mill.catalog.winners().values():
            shown = mill.show(template.name)
            assert "$" not in re.sub(r"'[^']*'|--.*", "", shown), template.ref
            stored = set(plain.relations())
            if template.relation in stored and set(mill.meanings.of(template).reads) <= stored:
                n = plain.scalar(f"select count(*) from ({shown}\n)")
                assert n == plain.scalar(f'select count(*) from "{template.schema}"."{template.what}"'), (
                    template.ref
                )


def test_show_takes_parameters_and_refuses_what_the_template_does_not_take(whole: House) -> None:
    shown = whole("sql", "show", "segment/rfm", "--param", "bins=3").stdout
    assert "greatest(3, 1)" in shown and "cast('2026-11-01' as date)" in shown
    wrong = whole("sql", "show", "segment/rfm", "--param", "bin=3")
    assert wrong.exit_code == 2 and "did you mean bins?" in wrong.stderr
    mistyped = whole("sql", "show", "segment/rfm", "--param", "bins=x")
    assert mistyped.exit_code == 2 and "whole number" in mistyped.stderr


def test_eject_copies_a_template_that_then_wins_and_the_first_stays_in_reach(acme: House) -> None:
    done = acme("eject", "segment/rfm_bounds")
    own = acme.root / "sql" / "segment" / "rfm_bounds_v1.sql"
    assert (
        done.exit_code == 0 and done.stdout.strip() == str(own) and "base:segment/rfm_bounds" in done.stderr
    )
    for words in (("sql", "where"), ("where",)):
        lines = acme(*words, "segment/rfm_bounds").stdout.splitlines()
        assert lines[0].split() == ["*", "segment/rfm_bounds@1", "project", "sql/segment/rfm_bounds_v1.sql"]
        assert lines[1].split() == ["segment/rfm_bounds@1", "base", "base:sql/segment/rfm_bounds_v1.sql"]
    again = acme("eject", "segment/rfm_bounds")
    assert again.exit_code == 2 and "is there already" in again.stderr
    own.write_text(own.read_text(encoding="utf-8").replace("'Champions'", "'Best'"), encoding="utf-8")
    assert "'Best'" in acme("sql", "show", "segment/rfm_bounds").stdout
    assert "'Champions'" in acme("sql", "show", "base:segment/rfm_bounds").stdout
    assert acme("sql", "lint").exit_code == 0


def test_diff_shows_meaning_effect_and_who_moves(acme: House) -> None:
    acme("eject", "segment/rfm_bounds")
    own = acme.root / "sql" / "segment" / "rfm_bounds_v1.sql"
    same = acme("sql", "diff", "base:segment/rfm_bounds", "segment/rfm_bounds")
    assert same.stdout == "base:segment/rfm_bounds@1 and project:segment/rfm_bounds@1 mean the same.\n"
    own.write_text(
        own.read_text(encoding="utf-8").replace("('Lost', 1, 1,", "('Gone', 1, 2,"), encoding="utf-8"
    )
    before = acme.published
    changed = acme("sql", "diff", "base:segment/rfm_bounds", "segment/rfm_bounds").stdout
    assert re.search(r"^- .*'Lost'", changed, re.MULTILINE) and re.search(
        r"^\+ .*'Gone'", changed, re.MULTILINE
    )
    assert f"Effect on the data of {before}, as of 2026-11-01:" in changed
    moved = re.search(r"segment changes for (\d+) customer_id:\n((?:    .+ → .+: \d+\n)+)", changed)
    assert moved and "Lost → Gone" in moved[2]
    assert sum(int(n) for n in re.findall(r": (\d+)\n", moved[2])) == int(moved[1])
    assert acme.published == before


def test_diff_of_two_versions_and_of_parameters(acme: House) -> None:
    acme.write(
        OWN,
        HEAD
        + "-- param    least   integer = 0   orders\n-- returns  n\nselect count(*) as n\nfrom segment.rfm\nwhere frequency > $least\n",
    )
    acme.write(
        OWN.replace("_v1", "_v2"),
        HEAD
        + "-- param    least   integer = 0   orders\n-- returns  n, most\nselect count(*) as n, max(frequency) as most\nfrom segment.rfm\nwhere frequency >= $least\n",
    )
    text = acme("sql", "diff", "measure/own@1", "measure/own@2", "--param", "least=2").stdout
    assert "columns added: most" in text and "1 rows only with measure/own@1" in text
    for words, said in (
        (("measure/own@1", "measure/own@3"), "There is no template"),
        (("measure/own@1", "measure/own@2", "--param", "leest=2"), "did you mean least?"),
    ):
        wrong = acme("sql", "diff", *words)
        assert wrong.exit_code == 2 and said in wrong.stderr, wrong.output


def test_diff_before_the_first_run_shows_the_meaning_alone(tiny: House) -> None:
    text = tiny("sql", "diff", "segment/rfm", "segment/rfm_r").stdout
    assert text.startswith("--- segment/rfm@1\n+++ segment/rfm_r@1") and "Nothing is published yet" in text


def test_lineage_draws_both_ways_and_answers_for_a_column(whole: House) -> None:
    drawn = whole("sql", "lineage", "segment.rfm").stdout.splitlines()
    assert drawn[0].startswith("segment.rfm   Score every customer")
    reads, read_by = drawn.index("reads"), drawn.index("is read by")
    above, below = drawn[reads:read_by], drawn[read_by:]
    assert any(line.strip().startswith("raw.shop_orders") for line in above)
    assert any(line.strip().startswith("segment.rfm_named") for line in below)
    column = whole("sql", "lineage", "segment/rfm", "monetary").stdout.splitlines()
    assert column[0] == "segment.rfm.monetary   segment/rfm@1"
    assert any("unify.orders.amount" in line for line in column) and len(column) < 160
    assert any(line.strip().startswith("raw.shop_orders: ") for line in column)


def test_lineage_of_what_is_not_there_gets_the_nearest_name(whole: House) -> None:
    for words, near in ((("segment.rmf",), "segment.rfm"), (("segment.rfm", "monetry"), "monetary")):
        wrong = whole("sql", "lineage", *words)
        assert wrong.exit_code == 2 and f"did you mean {near}?" in wrong.stderr


def test_lineage_works_before_the_first_run(tiny: House) -> None:
    assert "segment.rfm_named" in tiny("sql", "lineage", "segment.rfm").stdout
    assert "unify.orders.amount" in tiny("sql", "lineage", "segment.rfm", "monetary").stdout


# -- lint and lock --------------------------------------------------------------------------------


def test_all_templates_of_the_package_are_good(tiny: House) -> None:
    done = tiny("sql", "lint")
    assert done.exit_code == 0, done.output
    assert re.fullmatch(r"\d+ templates are good\.\n", done.stderr)
    assert tiny("sql", "lint", "segment/rfm").stderr == "1 template is good.\n"


WRITTEN = [
    ("select count(* as n from segment.rfm", ":5", "cannot be read as SQL"),
    ("select 1 as n; select 2 as n", ":5", "exactly one SELECT"),
    ("drop table segment.rfm", ":5", "exactly one SELECT"),
    ("select $bins as n from segment.rfm", ":5", "uses $bins, which its header does not declare"),
    ("select 1 / count(*) as n from segment.rfm", "", "division"),
    ("select row_number() over () as n from segment.rfm", "", "without an order"),
]
FITTING = [
    (
        "select count(nothing) as n from segment.rfm",
        ":5",
        'does not fit the data: Referenced column "nothing"',
    ),
    ("select sum(customer_id) as n from segment.rfm", ":5", "does not fit the data: No function matches"),
]


@pytest.mark.parametrize("cases", [WRITTEN, FITTING], ids=["as written", "on its inputs"])
def test_lint_names_file_and_line_of_every_problem_at_once(
    tiny: House, cases: list[tuple[str, str, str]]
) -> None:
    for i, (sql, _, _) in enumerate(cases):
        tiny.write(f"sql/measure/own{i}_v1.sql", HEAD + "-- returns  n\n" + sql + "\n")
    done = tiny("sql", "lint")
    assert done.exit_code == 2
    for i, (_, line, words) in enumerate(cases):
        said = [one for one in done.stderr.split("\n\n") if f"sql/measure/own{i}_v1.sql{line}" in one]
        assert said and words in said[0], (i, done.stderr)


def test_an_override_that_breaks_its_contract_is_refused(tiny: House) -> None:
    def override(name: str, old: str, new: str) -> None:
        tiny("eject", f"segment/{name}")
        own = tiny.root / "sql" / "segment" / f"{name}_v1.sql"
        text = own.read_text(encoding="utf-8")
        assert old in text
        own.write_text(text.replace(old, new), encoding="utf-8")

    override("rfm_bounds", "select *\nfrom (", "select segment, r_lo\nfrom (")
    override("rfm_named", "method  one of rank, r, fixed = 'rank'", "method  integer = 1")
    tiny.write(
        "sql/segment/rfm_v2.sql",
        "-- Score nobody.\n--\n-- grain    one row per customer_id\n-- param    other   text   wanted\n-- returns  r\n"
        "select customer_id, $other as r\nfrom unify.customers\n",
    )
    done = tiny("sql", "lint")
    assert done.exit_code == 2
    for words in (
        "sql/segment/rfm_bounds_v1.sql overrides segment/rfm_bounds@1 but does not return r_hi, f_lo",
        "sql/segment/rfm_named_v1.sql overrides segment/rfm_named@1 but does not take $method (one of rank, r, fixed)",
        "sql/segment/rfm_v2.sql overrides segment/rfm@1 but does not take $as_of (date)",
        "sql/segment/rfm_v2.sql:4 overrides segment/rfm@1 but wants $other, which nobody gives it",
    ):
        assert words in done.stderr, done.stderr


def test_a_locked_template_that_changes_is_refused_by_lint_and_by_run(tiny_run: House) -> None:
    own = tiny_run.write(OWN, HEAD + "-- returns  n\nselect count(*) as n\nfrom segment.rfm\n")
    first = tiny_run("sql", "lock")
    assert first.exit_code == 0 and first.stderr == "1 locked now, 1 in all.\n"
    assert lock.read(tiny_run.root / "sql" / "versions.lock").keys() == {"measure/own@1"}
    own.write_text(own.read_text().replace("select count(*) as n", "SELECT\n  count(*)   as n -- layout"))
    assert tiny_run("sql", "lint").exit_code == 0
    own.write_text(own.read_text().replace("count(*)", "count(*) + 1"))
    before = tiny_run.published
    for words in (("sql", "lint"), ("run",), ("sql", "lock")):
        done = tiny_run(*words)
        assert done.exit_code == 2
        assert f"{OWN} changes what measure/own@1 means, and that version is locked" in done.stderr
        assert "own_v2.sql" in done.stderr
    assert tiny_run.published == before
    own.rename(own.with_name("own_v2.sql"))
    gone = tiny_run("sql", "lint")
    assert gone.exit_code == 2 and "measure/own@1 is locked, but its file is gone" in gone.stderr


def test_a_pin_holds_a_template_at_its_version(tiny: House) -> None:
    tiny.write(OWN, HEAD + "-- returns  n\nselect 1 as n\nfrom segment.rfm\n")
    tiny.write(OWN.replace("_v1", "_v2"), HEAD + "-- returns  n\nselect 2 as n\nfrom segment.rfm\n")
    assert "select 2" in tiny("sql", "show", "measure/own").stdout
    tiny.write("gristmill.toml", '[project]\nname = "tiny"\n[pins]\n"measure/own" = 1\n')
    assert "select 1" in tiny("sql", "show", "measure/own").stdout
    assert "select 2" in tiny("sql", "show", "measure/own@2").stdout
    tiny.write("gristmill.toml", '[project]\nname = "tiny"\n[pins]\n"measure/own" = 3\n')
    wrong = tiny("sql", "list")
    assert wrong.exit_code == 2 and "pins measure/own@3, which does not exist" in wrong.stderr
