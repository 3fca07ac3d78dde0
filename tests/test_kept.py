"""What the tools open with, kept beside the run: it says what gathering says, and nothing of another run; names of bounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import House
from report_sources import HOME

import gristmill as gm
from gristmill import project, runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.workbench import kept, opened, review
from gristmill.workbench.review.desk import Desk
from gristmill.workbench.segment import counting

BOUNDS = "sql/segment/rfm_bounds_v1.sql"
CONDITIONS = ("", "r >= 4 and city is not null", "monetary > 100 or lifecycle = 'new'")


@pytest.fixture
def house(acme: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRISTMILL_PROJECT", str(acme.root))
    monkeypatch.setattr(kept, "WORTH", 1)
    yield acme
    review.close()
    opened.close()
    counting._HELD.clear()


def folder(house: House) -> Path:
    found = project.load(house.root)
    here = runs.current(found)
    assert here is not None
    return here.folder(found)


def anew() -> counting.Counts:
    opened.close()
    counting._HELD.clear()
    return counting.counts()


def test_what_was_kept_is_what_is_gathered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "WORTH", 10**9)
    gathered = anew()
    doubts = Desk(project.load(house.root)).rows
    assert not list(folder(house).glob("workbench-*")), "a small run is gathered in a moment"
    monkeypatch.setattr(kept, "WORTH", 1)
    kept.prepare(project.load(house.root))
    assert len(list(folder(house).glob("workbench-*.duckdb"))) == 2
    monkeypatch.setattr(counting.Counts, "_gather", lambda _: pytest.fail("it is there"))
    monkeypatch.setattr(Desk, "_is_undecided", lambda _: pytest.fail("it is there"))
    found = anew()
    assert found.columns == gathered.columns and found.codes == gathered.codes
    assert (found.n_all, found.revenue_all, found.doubled) == (
        gathered.n_all,
        gathered.revenue_all,
        gathered.doubled,
    )
    again = [found.size(one) for one in CONDITIONS]
    monkeypatch.undo()
    monkeypatch.setenv("GRISTMILL_PROJECT", str(house.root))
    monkeypatch.setattr(kept, "WORTH", 10**9)
    fresh = anew()
    assert again == [fresh.size(one) for one in CONDITIONS] and len(again[0].overlaps) > 5
    assert doubts == Desk(project.load(house.root)).rows


def test_doubts_are_those_without_decisions_however_they_were_gathered(house: House) -> None:
    desk = Desk(project.load(house.root))
    assert desk.rows and len(list(folder(house).glob("workbench-review-*"))) == 1
    first = desk.rows[0]
    assert desk.is_near(first.left_id, first.right_id), "the first pairs come with it"
    pair = desk.pair(first.left_id, first.right_id, show=False)
    desk.decide(first.left_id, first.right_id, "split")
    desk.close()
    late = Desk(project.load(house.root))
    assert late.rows == desk.rows and late.progress().n_done == 1
    assert late.pair(first.left_id, first.right_id, show=False).fields == pair.fields
    engine = late._mill.engine
    late._mill.run("unify/decided")
    late._mill.run("unify/doubts")
    assert engine.scalar("select count(*) from unify.doubts") == len(late.rows), "as the template makes them"
    late.undo()
    late.close()


def test_what_the_analyst_made_in_the_session_is_counted_and_not_what_was_kept(house: House) -> None:
    n = anew().size("r is not null").n_customers
    assert list(folder(house).glob("workbench-segment-*"))
    opened.close()
    counting._HELD.clear()
    mill = opened.mill()
    mill.engine.make("segment.profile", "select * from published.segment.profile where r is null or r > 1")
    assert counting.counts().size("r is not null").n_customers < n
    assert anew().size("r is not null").n_customers == n


def test_a_file_that_is_broken_or_cannot_be_written_is_done_without(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = anew().size("r >= 4")
    (path,) = folder(house).glob("workbench-segment-*.duckdb")
    opened.close()
    path.write_bytes(b"no database at all")
    assert anew().size("r >= 4") == wanted
    with DuckDBEngine() as engine:
        assert not kept.keep(engine, Path("/proc/nowhere/x-1.duckdb"), "x", {"a": ("select 1 as a", {})})
        assert not kept.attached(engine, Path("/proc/nowhere/x-1.duckdb"), "x")
        assert not kept.keep(engine, folder(house) / "workbench-x-1.duckdb", "x", {"a": ("select oops", {})})
    assert not list(folder(house).glob("workbench-x-*")), "nothing half made is left"


def test_a_files_name_says_which_kind_is_replaced(house: House) -> None:
    at = folder(house)
    with DuckDBEngine() as engine:
        for digest in ("1", "2"):
            assert kept.keep(engine, at / f"workbench-y-{digest}.duckdb", "y", {"a": ("select 1 as a", {})})
        assert [one.name for one in at.glob("workbench-y-*")] == ["workbench-y-2.duckdb"]
        assert engine.scalar("select a from y.a") == 1


# -- names of bounds ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["O'Neil", 'a, "b"', "x'); drop table y; --", "one\ntwo", "u\u2028v", "a\x0bb\x85", "/* c */", "$as_of", "{n}", "😀 ", "ends \\"],
)  # fmt: skip
def test_a_segment_of_any_name_is_read_back_exactly_and_moved(house: House, name: str) -> None:
    literal = name.replace("'", "''")
    house.write(BOUNDS, (HOME / BOUNDS).read_text(encoding="utf-8").replace("'Lost', 1", f"'{literal}', 1"))
    before = (house.root / BOUNDS).read_bytes()
    assert [one.r_hi for one in gm.segment.bounds() if one.segment == name] == [1]
    moved = gm.segment.move_bound(name, r_hi=2)
    assert [one.r_hi for one in moved if one.segment == name] == [2]
    after = (house.root / BOUNDS).read_bytes()
    assert after == before.replace(f"'{literal}', 1, 1".encode(), f"'{literal}', 1, 2".encode())
