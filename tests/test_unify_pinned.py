"""A project's model of who is who: learnt, pinned as a file, and edited."""

from __future__ import annotations

import re

from conftest import DAY, House

from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine


def rows(house: House, sql: str) -> list[tuple[object, ...]]:
    """Rows of the published run."""
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        return engine.rows(sql)


def test_a_pinned_model_weighs_every_run_as_it_is_and_as_it_is_edited(acme: House) -> None:
    learnt = rows(acme, "select column_name, level, m, u, h from unify.model order by all")
    people = rows(acme, "select contact_id, customer_id from unify.members order by all")
    assert rows(acme, "select is_pinned from unify.training") == [(False,)]
    done = acme("review", "model")
    assert done.exit_code == 0 and done.stdout.strip() == "reviews/model.toml", done.output
    again = acme("review", "model")
    assert again.exit_code == 2 and "pinned already" in again.stderr
    assert acme("run", "--only", "unify").exit_code in (0, 1)
    assert rows(acme, "select column_name, level, m, u, h from unify.model order by all") == learnt
    assert rows(acme, "select contact_id, customer_id from unify.members order by all") == people
    assert rows(acme, "select is_pinned, n_rounds from unify.training") == [(True, None)]
    assert "pinned" in (acme.project.reports / str(acme.published) / "unify.html").read_text("utf-8")
    # As if an e-mail told nothing: fewer records belong together.
    path = acme.root / "reviews/model.toml"
    text = path.read_text("utf-8")
    head, _, rest = text.partition("[levels.email]")
    block, gap, tail = rest.partition("\n[levels.")
    same = re.search(r"^m = (\[.*?\])", block, re.MULTILINE)[1]
    path.write_text(
        head
        + "[levels.email]"
        + re.sub(r"^([uh]) = \[.*?\]", rf"\1 = {same}", block, flags=re.MULTILINE)
        + gap
        + tail,
        "utf-8",
    )
    assert acme("run", "--only", "unify").exit_code in (0, 1)
    assert rows(acme, "select max(abs(weight)) from unify.model where column_name = 'email'") == [(0.0,)]
    n_then, n_now = len({who for _, who in people}), rows(acme, "select count(*) from unify.customers")[0][0]
    assert n_now > n_then


def test_a_wrong_model_stops_the_run_and_says_all_that_is_wrong(acme: House) -> None:
    before = acme.published
    acme.write("reviews/model.toml", "[prior]\nmatch = 2\nhousehold = 0.1\n[levels.email]\nm = [0.5]\n")
    done = acme("run", "--only", "unify", "--as-of", DAY.isoformat())
    assert done.exit_code == 3, done.output
    assert (
        "prior.match is 2" in done.output and "levels.email.m" in done.output and "model.toml" in done.output
    )
    assert acme.published == before
    acme.write("reviews/model.toml", "[prior\n")
    assert "cannot be read" in acme("run", "--only", "unify").output


def test_without_a_published_run_there_is_nothing_to_pin(tiny: House) -> None:
    done = tiny("review", "model")
    assert done.exit_code == 2 and "gristmill run" in done.stderr
