"""A run that takes up the run before: the same customers as if everything had been compared again, from a part of the work."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from conftest import DAY, House

from gristmill import making, runs, steps, template
from gristmill.carried import attached
from gristmill.catalog import Catalog
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.lineage import Meanings
from gristmill.plan import Plan
from gristmill.renewal import Renewal, obstacle

TIGHT = {"max_block": 4, "min_pairs": 40, "pairs_per_record": 0.1, "weak_pairs_per_record": 0.05}
"""Blocks are split and budgets end even in a small table, and so they flip when records come and go."""


def plan_of(house: House) -> Plan:
    return steps.plan(house.project, Catalog(house.project), Meanings())


def unify(
    plan: Plan, path: Path, *, given: Mapping[str, Any], before: Path | None = None, renewed: bool = False
) -> None:
    """Make the stage in a database: all of it; with ``before`` all but what is learnt; or, renewed, from what that left."""
    with (
        DuckDBEngine(path) as engine,
        attached(engine, before) if before else nullcontext() as name,
        Renewal(engine, name, "now") if renewed else nullcontext() as renewal,
    ):
        for node in plan.order():
            if not node.name.startswith("unify.") or (before and node.renewed == "when learning"):
                continue
            values = template.values(node.template, given) if node.template else given
            if not (renewal and renewal.make(node, values)):
                making.run(engine, node, values)
            if renewal:
                renewal.made(node)


def differing(one: Path, other: Path) -> dict[str, tuple[int, int]]:
    """Relation → rows that only one side has, of all that are not the same in two databases."""
    found = {}
    with DuckDBEngine(one) as engine:
        engine.attach(other, "other")
        names = [name for name in engine.relations() if name.startswith("unify.") and name != "unify.renewal"]
        assert len(names) > 50
        for name in names:
            sides = [f"select * from {name}", f"select * from other.{name}"]
            n = [
                engine.scalar(f"select count(*) from ({a} except all {b})")
                for a, b in (sides, reversed(sides))
            ]
            if any(n):
                found[name] = (n[0], n[1])
    return found


def changed(path: Path, seed: int) -> None:
    """Somebody worked on the sources: records came as new people and as copies, changed, went, and traces of people came and went."""
    with DuckDBEngine(path) as engine:
        engine.execute(
            "create temp table dice as select contact_id, _source, _row,"
            " md5_number(contact_id || cast(_row as varchar) || $seed) % 100 as h from clean.contacts",
            {"seed": str(seed)},
        )
        engine.execute(
            "insert into clean.contacts select c.* replace (c.contact_id || '-' || $seed as contact_id, c._row + 100000 * $seed as _row,"
            " case when h = 0 then 'neu' || c._row || '@daum.net' when h = 1 then null else c.email end as email,"
            " case when h in (1, 2) then null else c.phone end as phone,"
            " case when h = 3 then '김' || left(c.full_name, 2) when h = 0 then '독고새봄' else c.full_name end as full_name,"
            " case when h in (2, 4) then c.birth_date + 1 else c.birth_date end as birth_date)"
            " from clean.contacts as c join dice using (contact_id, _source, _row) where h < 6",
            {"seed": seed},
        )
        pick = "contact_id in (select contact_id from dice where h {})"
        engine.execute(
            f"update clean.contacts set email = 'moved-' || _row || '@naver.com' where {pick.format('in (50, 51)')}"
        )
        engine.execute(
            f"update clean.contacts set full_name = null, given_name = null, family_name = null where {pick.format('= 60')}"
        )
        engine.execute(
            f"update clean.contacts set postcode = '04524' where {pick.format('between 62 and 64')}"
        )
        engine.execute(f"delete from clean.contacts where {pick.format('in (70, 71)')}")
        engine.execute(
            "insert into clean.orders select * replace (order_id || '-' || $seed as order_id, cast(null as varchar) as contact_id,"
            " 'only' || _row || '@an-order.kr' as email) from clean.orders where md5_number(order_id || $seed) % 40 = 0",
            {"seed": str(seed)},
        )
        engine.execute(
            "delete from clean.orders where md5_number(order_id || $seed) % 40 = 1", {"seed": str(seed)}
        )


def test_what_is_taken_up_and_what_is_compared_again_give_the_same(acme: House, tmp_path: Path) -> None:
    plan = plan_of(acme)
    given = {**TIGHT, "as_of": DAY.isoformat(), "run": ""}
    before, whole, renewed = (tmp_path / f"{name}.duckdb" for name in ("before", "whole", "renewed"))
    shutil.copy(runs.current(acme.project).database(acme.project), before)
    unify(plan, before, given=given)
    for seed in (1, 2):
        start = tmp_path / "start.duckdb"
        shutil.copy(before, start)
        changed(start, seed)
        if seed == 2:
            with DuckDBEngine(start) as engine:
                apart = engine.rows(
                    "select left_id, right_id from unify.scores where verdict = 'merge' order by all"
                )
                alike = engine.rows(
                    "select left_id, right_id from unify.scores where verdict = 'review' order by all"
                )
            said = [f"{a},{b},split" for a, b in apart[::9]] + [f"{a},{b},merge" for a, b in alike[::3]]
            acme.write("reviews/decisions.csv", "left_id,right_id,decision\n" + "\n".join(said) + "\n")
        for target, is_renewed in ((whole, False), (renewed, True)):
            shutil.copy(start, target)
            unify(plan, target, given=given, before=before, renewed=is_renewed)
        assert differing(whole, renewed) == {}
        with DuckDBEngine(renewed) as engine:
            n_records, n_compared = engine.rows("select n_records, n_compared from unify.renewal")[0]
            assert 0 < n_compared < n_records / 3
            # What was given up or found anew is a part too, or the test would prove little.
            engine.attach(before, "old")
            assert (
                engine.scalar("select count(*) from (from unify.clusters except from old.unify.clusters)") > 0
            )
        shutil.copy(renewed, before)


def test_a_run_takes_up_the_run_before_and_its_page_says_so(acme: House) -> None:
    first = acme.published
    path = next((acme.root / "data").glob("newsletter.csv"))
    head, *lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, *lines[3:], lines[5].replace(".", "")]) + "\n", "utf-8")
    done = acme("run", "--as-of", DAY.isoformat(), "--param", "learn_anew=false")
    assert done.exit_code in (0, 1), done.output
    database = runs.current(acme.project).database(acme.project)
    with DuckDBEngine(database, read_only=True) as engine:
        told = engine.rows("select learnt_in, n_compared, n_records, reason from unify.renewal")[0]
        assert told[0] == first and 0 < told[1] < told[2] / 2 and told[3] is None
        assert engine.rows(
            "select count(*) from unify.members anti join unify.customers using (customer_id)"
        ) == [(0,)]
    page = (acme.project.reports / str(acme.published) / "unify.html").read_text("utf-8")
    assert f"learnt by the run {first}" in page

    # Another threshold weighs every pair otherwise: nothing can be taken up, and the page says why.
    done = acme("run", "--only", "unify", "--param", "merge_above=0.9")
    assert done.exit_code in (0, 1), done.output
    with DuckDBEngine(runs.current(acme.project).database(acme.project), read_only=True) as engine:
        assert engine.rows("select learnt_in = run_id, reason from unify.renewal") == [
            (True, "merge_above is 0.9 now, and was 0.95")
        ]
    page = (acme.project.reports / str(acme.published) / "unify.html").read_text("utf-8")
    assert "although" in page and "merge_above is 0.9 now" in page


def test_nothing_is_taken_up_that_would_come_out_otherwise(acme: House, tmp_path: Path) -> None:
    before, plan = runs.current(acme.project), plan_of(acme)
    nodes = [node for node in plan.order() if node.name.startswith("unify.")]
    given = {"as_of": DAY.isoformat()}
    with (
        DuckDBEngine(Path(shutil.copy(before.database(acme.project), tmp_path / "copy.duckdb"))) as engine,
        attached(engine, before.database(acme.project)) as name,
    ):

        def said(**more: Any) -> str | None:
            return obstacle(acme.project, before, engine, name, nodes, {**given, **more})

        assert said() is None
        assert said(max_block=77) == "max_block is 77 now, and was 200"
        assert said(survivor_rules=["longest"]).startswith("survivor_rules is ['longest'] now")
        other = replace(next(node for node in nodes if node.name == "unify.words"), fingerprint="edited")
        assert (
            obstacle(acme.project, before, engine, name, [other], given)
            == "unify.words is made in another way now"
        )
        check = acme.write("checks/unify/members.py", "# a quarantine is spoken of here")
        assert said() is None, "members are made whole every time"
        check.rename(acme.root / "checks/unify/customers.py")
        assert said() == "checks may set rows of unify.customers apart"
        (acme.root / "checks/unify/customers.py").unlink()
        assert acme("review", "model").exit_code == 0
        assert said() is None, "what was pinned is what was learnt"
        path = acme.root / "reviews/model.toml"
        path.write_text(path.read_text("utf-8").replace("match = ", "match = 0.5 #"), "utf-8")
        assert said() == "reviews/model.toml says something else now"
        engine.execute("insert into unify.extras (contact_id, text_1) values ('a', 'b')")
        assert said() == "unify.extras holds columns of your own"
        engine.execute("update unify.renewal set run_id = 'another'")
        assert said() == "what the run before made is not at hand"
