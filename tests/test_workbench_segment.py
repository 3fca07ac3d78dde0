"""Segments on the workbench: conditions and SQL each from the other, exact counts, bounds moved in the project's file."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import House
from lab_server import screen, until
from report_sources import HOME, PACKAGE

import gristmill as gm
from gristmill import lock, runs, template
from gristmill.errors import ConfigError, ParameterError, TemplateError
from gristmill.lineage import meaning
from gristmill.mill import Mill
from gristmill.report.catalogue import Catalogue
from gristmill.workbench import opened
from gristmill.workbench.segment import bounding
from gristmill.workbench.segment.counting import Counts, counts
from gristmill.workbench.segment.parts import part, plain
from gristmill.written.conditions import OPERATORS, Group, Raw, Test, tree, where
from gristmill.written.rows import edited, values_list

KINDS = {"a": "number", "b": "text", "c": "truth", "d": "date", "t": "timestamp"}
BOUNDS = "sql/segment/rfm_bounds_v1.sql"
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def once(whole: House, tmp_path_factory: pytest.TempPathFactory):
    yield House(Path(shutil.copytree(whole.root, tmp_path_factory.mktemp("segments") / "acme")))
    opened.close()


@pytest.fixture
def house(once: House, monkeypatch: pytest.MonkeyPatch):
    """The project with its one run; templates of segments that a test wrote are taken away again."""
    monkeypatch.setenv("GRISTMILL_PROJECT", str(once.root))
    yield once
    shutil.rmtree(once.root / "sql/segment", ignore_errors=True)
    (once.root / "sql/versions.lock").unlink(missing_ok=True)


# -- conditions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a >= 5 and b in ('x', 'it''s')", [("a", ">=", "5"), ("b", "in", "x", "it's")]),
        ("5 < a and b <> 'x' and not b = 'y'", [("a", ">", "5"), ("b", "not in", "x"), ("b", "not in", "y")]),
        ("c and not c and c = false and c is true", [("c", "true"), ("c", "false"), ("c", "false"), ("c", "true")]),
        ("a is null and not b is null and B is not null", [("a", "null"), ("b", "not null"), ("b", "not null")]),
        ("contains(lower(b), lower('서울')) and a between -1 and 2.50", [("b", "contains", "서울"), ("a", "between", "-1", "2.50")]),
        ("cast(t as date) <= date '2026-02-01' and t >= '2026-01-01'", [("t", "<=", "2026-02-01"), ("t", ">=", "2026-01-01")]),
        ("d = date '2024-02-29'", [("d", "=", "2024-02-29")]),
    ],
)  # fmt: skip
def test_sql_of_the_shape_of_controls_becomes_controls(text: str, found: list[tuple[str, ...]]) -> None:
    wanted = tuple(Test(column, op, tuple(values)) for column, op, *values in found)
    assert tree(text, KINDS) == Group("and", wanted)


@pytest.mark.parametrize(
    "text",
    [
        "c is not true",  # holds for what is unknown too
        "not (a = 1)",
        "a not between 1 and 2",
        "t <= date '2026-01-01'",  # midnight, not the day
        "t >= '2026-01-01 12:00'",
        "a > a * 2",
        "length(b) > 3",
        "b = null",
        "b in ('x', null)",
        "a = '5'",
        "b like 'x%'",
        "case when c then a end > 3",
        "e > 1",
    ],
)
def test_what_no_control_shows_stays_as_it_is(text: str) -> None:
    assert [type(one) for one in tree(text, KINDS).parts] == [Raw]
    both = tree(f"a >= 1 and ({text})", KINDS)
    assert [type(one) for one in both.parts] == [Test, Raw]
    assert tree(where(both, KINDS), KINDS) == both


@pytest.mark.parametrize("text", ["a >", "a = 1 group by b", "a = 1; select 1", "a) or (a", "a = 1 limit 1", "1 = 1 union select 2"])  # fmt: skip
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ParameterError):
        tree(text, KINDS)


def test_controls_that_cannot_be_are_all_told_at_once() -> None:
    wrong = Group("and", (Test("a", ">=", ("x",)), Test("z", "=", ("1",)), Test("a", "contains", ("1",)), Test("d", "=", ("2026-02-30",)), Test("a", "between", ("1",)), Test("a", ">", ("nan",))))  # fmt: skip
    with pytest.raises(ParameterError) as raised:
        where(wrong, KINDS)
    assert len(raised.value.problems) == 6
    assert where(Group("or", (Group("and"), Group("or", (Group("and"),)))), KINDS) == "", (
        "groups without conditions ask nothing"
    )


def some_tree(random_: random.Random, columns, depth: int = 0) -> Group:
    def one():
        if depth < 2 and random_.random() < 0.3:
            return some_tree(random_, columns, depth + 1)
        column = random_.choice(columns)
        op = random_.choice(OPERATORS[column.kind])
        if column.kind == "text":
            pool = [value for value, _ in column.values] or ["it's", "가 나", 'x"y', "%"]
            n = random_.randint(1, 3) if op.endswith("in") else 1
            values = tuple(dict.fromkeys(random_.choice(pool) for _ in range(n)))
            values = values if op.endswith("in") else (values[0][:2].upper(),)
        elif column.kind == "number":
            values = tuple(sorted((random_.choice(["0", "1", "2.5", "-3", "40", "500", column.highest or "7"]) for _ in range(2)), key=Decimal))  # fmt: skip
        else:
            values = tuple(sorted(f"20{random_.randint(24, 26)}-{random_.randint(1, 12):02}-{random_.randint(1, 28):02}" for _ in range(2)))  # fmt: skip
        if op in ("null", "not null", "true", "false"):
            return Test(column.name, op)
        return Test(column.name, op, values if op == "between" or op.endswith("in") else values[:1])

    return Group(random_.choice(["and", "or"]), tuple(one() for _ in range(random_.randint(1, 4))))


def holds(found, row: dict, kinds: dict) -> bool:
    """The same condition in Python; what is unknown holds nothing."""
    if isinstance(found, Group):
        each = [holds(one, row, kinds) for one in found.parts]
        return all(each) if found.how == "and" else any(each)
    value, kind = row[found.column], kinds[found.column]
    if found.op in ("null", "not null"):
        return (value is None) == (found.op == "null")
    if value is None:
        return False
    if kind == "truth":
        return value == (found.op == "true")
    if kind == "text":
        if found.op.endswith("in"):
            return (value in found.values) == (found.op == "in")
        return (found.values[0].lower() in value.lower()) == (found.op == "contains")
    if kind == "number":
        value, given = Decimal(str(value)), [Decimal(one) for one in found.values]
    else:
        value = value.date() if isinstance(value, dt.datetime) else value
        given = [dt.date.fromisoformat(one) for one in found.values]
    low, high = given[0], given[-1]
    return {"between": low <= value <= high, ">=": value >= low, "<=": value <= low, ">": value > low, "<": value < low, "=": value == low, "<>": value != low}[found.op]  # fmt: skip


def test_any_conditions_count_as_they_do_in_python_and_come_back_from_their_sql(house: House) -> None:
    at = counts()
    rows = opened.mill().sql("select * from segment.profile").records()
    random_ = random.Random(8)
    seen = set()
    for _ in range(150):
        chosen = some_tree(random_, at.columns)
        text = at.text(chosen)
        again = at.tree(text)
        assert at.text(again) == at.text(at.tree(at.text(again))), text
        assert part(plain(again)) == again
        expected = [row for row in rows if holds(chosen, row, at.kinds)]
        assert [row for row in rows if holds(again, row, at.kinds)] == expected, text
        found = at.size(text)
        assert (found.n_customers, found.n_all) == (len(expected), len(rows)), text
        assert found.revenue == pytest.approx(float(sum(row["monetary"] or 0 for row in expected)))
        seen.add(found.n_customers)
    assert len(seen) > 40, "the conditions are worth asking"


# -- sizes --------------------------------------------------------------------------------------------


def test_overlaps_are_those_of_the_members_and_a_segment_does_not_overlap_with_itself(house: House) -> None:
    mill = opened.mill()
    found = gm.segment.size("rfm_segment = 'Champions'")
    rows = mill.sql(
        "select other_scheme, other_segment, n_both, share, lift from segment.overlaps where scheme = 'rfm' and segment = 'Champions'"
    ).rows()
    got = {
        one[:3]: (round(one.share, 4), round(one.lift, 3)) for one in found.overlaps if one.scheme != "rfm"
    }
    assert got == {(s, g, n): (round(share, 4), round(lift, 3)) for s, g, n, share, lift in rows}
    assert [one.n_both for one in found.overlaps if one.scheme == "rfm"] == [found.n_customers]
    assert found.share == found.n_customers / found.n_all and found.currency
    nobody = gm.segment.size("r = 99")
    assert (nobody.n_customers, nobody.overlaps, nobody.revenue) == (0, (), 0.0)
    assert gm.segment.size("").n_customers == found.n_all


def test_a_customer_in_two_segments_of_a_scheme_is_counted_in_both(house: House) -> None:
    with Mill(house.project) as mill:
        members = mill.engine.fetch("select customer_id, scheme, segment from segment.members")
        mill.engine.register("kept", members)
        mill.engine.make(
            "segment.members",
            "select * from kept union all select customer_id, 'value', 'Z' from kept where scheme = 'value'",
        )
        found = Counts(mill).size("r >= 4")
        both = {one.segment: one.n_both for one in found.overlaps if one.scheme == "value"}
        assert both["Z"] == found.n_customers == sum(n for name, n in both.items() if name != "Z")


def test_values_that_may_be_somebodys_own_are_not_listed(house: House) -> None:
    asked = {one.name: one for one in gm.segment.columns()}
    assert "customer_id" not in asked
    assert asked["company"].values == () and asked["company"].operators == OPERATORS["text"]
    assert {value for value, _ in asked["lifecycle"].values} and asked["monetary"].highest
    assert (
        sum(n for _, n in asked["lifecycle"].values) == gm.segment.size("lifecycle is not null").n_customers
    )


def rows_of(name: str) -> int:
    """Customers of a segment as its template makes them."""
    with gm.open() as mill:
        return mill.run(f"segment/{name}").n_rows


# -- saving -------------------------------------------------------------------------------------------


def test_a_saved_segment_runs_and_a_change_keeps_the_head_that_people_wrote(house: House) -> None:
    n = gm.segment.size("r >= 4").n_customers
    done = gm.segment.save("vips", "r >= 4", label="VIPs")
    assert done.n_customers == n == rows_of("vips")
    mine = (
        done.path.read_text(encoding="utf-8")
        .replace("-- grain", "-- owner    Kim\n-- grain")
        .replace("Customers with r >= 4.", "우리 VIP.")
    )
    done.path.write_text(mine, encoding="utf-8")
    again = gm.segment.save("vips", "r >= 5\nand f >= 2", replace=True)
    assert again.path == done.path
    assert again.path.read_text(encoding="utf-8") == mine.replace(
        "where r >= 4", "where r >= 5\n  and f >= 2"
    )
    assert rows_of("vips") == again.n_customers == gm.segment.size("r >= 5 and f >= 2").n_customers
    with pytest.raises(ConfigError, match="is there already"):
        gm.segment.save("vips", "r >= 1")
    with pytest.raises(ConfigError, match="no segment of the project's own"):
        gm.segment.save("others", "r >= 1", replace=True)
    with pytest.raises(ParameterError, match="condition is empty"):
        gm.segment.save("empty", " ")
    with pytest.raises(ParameterError, match="segment of scheme"):
        gm.segment.save("inner", '"segment of scheme 0" = 1')
    assert [path.name for path in (house.root / "sql/segment").iterdir()] == ["vips_v1.sql"]


def test_a_locked_version_stays_and_the_next_one_is_written(house: House) -> None:
    first = gm.segment.save("vips", "r >= 4").path
    kept = first.read_text(encoding="utf-8")
    house.write(
        "sql/versions.lock", f"{lock.HEAD}segment/vips@1 {meaning(template.parse(first)).fingerprint}\n"
    )
    assert gm.segment.save("vips", "r  >=  4", label="New name", replace=True).path == first, (
        "a label means nothing else"
    )
    done = gm.segment.save("vips", "r >= 5", replace=True)
    assert done.path.name == "vips_v2.sql" and "r  >=  4" in first.read_text(encoding="utf-8") != kept
    assert counts().open("vips").where == "r >= 5"


def test_a_file_that_changed_meanwhile_is_left_alone(house: House) -> None:
    gm.segment.save("vips", "r >= 4")
    one, other = gm.segment.builder(), gm.segment.builder()
    assert one.answer({"do": "open", "name": "vips"})["sql"] == "r >= 4"
    other.answer({"do": "open", "name": "vips"})
    assert other.answered({"do": "save", "name": "vips", "text": "r >= 3"})["bad"] is False
    said = one.answered({"do": "save", "name": "vips", "text": "r >= 2"})
    assert said["bad"] and "changed meanwhile" in said["message"]
    assert counts().open("vips").where == "r >= 3"
    house.write(
        "sql/segment/vips_v1.sql",
        "-- By hand.\n--\n-- segment  VIPs\n-- grain    one row per customer_id\nselect customer_id\nfrom segment.rfm\n",
    )
    said = one.answered({"do": "open", "name": "vips"})
    assert said["bad"] and "more than a condition" in said["message"]
    assert one.answer({"do": "ready"})["saved"] == []


# -- bounds -------------------------------------------------------------------------------------------


def some_bounds(random_: random.Random) -> list[bounding.Bound]:
    def pair() -> list[int]:
        return sorted(random_.randint(1, 5) for _ in range(2))

    return [
        bounding.Bound(name, *pair(), *pair(), *pair(), random_.randint(1, 3))
        for name in ("A", "B", "it's", "라")
    ]


def test_counts_of_any_bounds_are_those_of_the_templates(house: House) -> None:
    random_ = random.Random(9)
    with Mill(house.project) as mill:
        known = bounding.scores(mill)
        for _ in range(6):
            drawn = some_bounds(random_)
            rows = ", ".join(
                f"('{one.segment.replace(chr(39), chr(39) * 2)}', {', '.join(str(getattr(one, name)) for name in bounding.NUMBERS)}, '')" for one in drawn
            )  # fmt: skip
            mill.engine.make(
                "segment.rfm_bounds",
                f"select * from (values {rows}) as b (segment, {', '.join(bounding.NUMBERS)}, advice)",
            )
            mill.run("segment/rfm_named")
            gaps = mill.run("segment/rfm_gaps").records()
            found, named = bounding.counted(drawn, known)
            told = {
                one.segment: (
                    one.n_fit,
                    one.n_won,
                    ", ".join(one.overlaps_with) or None,
                    one.is_empty,
                    one.is_shadowed,
                )
                for one in found
            }
            assert told == {
                row["segment"]: (
                    row["n_fit"],
                    row["n_won"],
                    row["overlaps_with"],
                    row["is_empty"],
                    row["is_shadowed"],
                )
                for row in gaps
            }
            others = sum(one.score.n for one in named if one.segment == bounding.OTHERS)
            assert (
                others == mill.sql("select count(*) from segment.rfm_named where segment = 'Others'").scalar()
            )
            revenue = dict(
                mill.sql(
                    "select n.segment, sum(r.monetary) from segment.rfm_named as n join segment.rfm as r using (customer_id) group by 1"
                ).rows()
            )
            assert {one.segment: one.revenue for one in found if one.n_won} == pytest.approx(
                {name: float(sum_) for name, sum_ in revenue.items() if name != "Others"}
            )


def test_a_bound_that_moves_changes_one_number_of_the_projects_own_file(house: House) -> None:
    before = {one.segment: one for one in gm.segment.bounds()}
    after = {one.segment: one for one in gm.segment.move_bound("Champions", r_lo=4)}
    text = (house.root / BOUNDS).read_text(encoding="utf-8")
    base = (HOME / BOUNDS).read_text(encoding="utf-8")
    assert text == base.replace("('Champions', 5, 5,", "('Champions', 4, 5,")
    assert after["Champions"].n_fit >= before["Champions"].n_fit and after["Champions"].r_lo == 4
    house.write(
        BOUNDS,
        text.replace("select *", "-- 우리 것\nselect *").replace("('Lost', 1,", "('Lost',  /* x */ 1,"),
    )
    gm.segment.move_bound("Lost", r_hi=2, priority=11)
    kept = (house.root / BOUNDS).read_text(encoding="utf-8")
    assert "-- 우리 것" in kept and "('Lost',  /* x */ 1, 2, 1, 5, 1, 5, 11," in kept
    for wrong in ({"r_lo": 3}, {"r_hi": 6}, {"r_lo": 0}, {"x_lo": 1}):
        with pytest.raises(ParameterError):
            gm.segment.move_bound("Lost", **wrong)
    with pytest.raises(ParameterError, match="Champions"):
        gm.segment.move_bound("Champion", r_lo=1)
    assert (house.root / BOUNDS).read_text(encoding="utf-8") == kept


def test_bounds_that_are_no_plain_list_or_are_locked_are_not_overwritten(house: House) -> None:
    gm.segment.move_bound("Champions", r_lo=4)
    path = house.root / BOUNDS
    text = path.read_text(encoding="utf-8")
    by_hand = text.replace("('Champions', 4, 5,", "('Champions', 2 + 2, 5,")
    path.write_text(by_hand, encoding="utf-8")
    with pytest.raises(TemplateError, match="in another way"):
        gm.segment.move_bound("Champions", r_lo=3)
    assert path.read_text(encoding="utf-8") == by_hand
    path.write_text(text, encoding="utf-8")
    house.write(
        "sql/versions.lock", f"{lock.HEAD}segment/rfm_bounds@1 {meaning(template.parse(path)).fingerprint}\n"
    )
    gm.segment.move_bound("Champions", r_lo=3)
    assert path.read_text(encoding="utf-8") == text
    assert "('Champions', 3, 5," in path.with_name("rfm_bounds_v2.sql").read_text(encoding="utf-8")
    assert next(one.r_lo for one in gm.segment.bounds() if one.segment == "Champions") == 3


def test_values_are_found_and_replaced_where_they_stand() -> None:
    text = (
        "-- 한글\nselect * from (values ('챔피언', -5, 1.5), /* (1, 2) */ ('b', 2, 3)) as b (a, n, c) -- end"
    )
    rows = values_list(text)
    assert [{name: cell.value for name, cell in row.items()} for row in rows] == [
        {"a": "챔피언", "n": "-5", "c": "1.5"},
        {"a": "b", "n": "2", "c": "3"},
    ]
    assert edited(text, {rows[0]["n"]: "77", rows[1]["c"]: "88"}) == text.replace("-5", "77").replace(
        " 3)", " 88)"
    )
    for none in (
        "select 1",
        "select * from (values (1, 2), (3)) as b (a, n)",
        "select * from (values (1 + 1)) as b (a)",
        "select * from (values (1",
        "select 'values (1)",
    ):
        assert values_list(none) == []


# -- the screens --------------------------------------------------------------------------------------


def test_the_builder_writes_sql_of_controls_and_controls_of_sql(house: House) -> None:
    builder = gm.segment.builder("r >= 4")
    first = builder.answer({"do": "ready"})
    assert first["parts"] == {"how": "and", "parts": [{"column": "r", "op": ">=", "values": ["4"]}]}
    said = builder.answer(
        {
            "do": "parts",
            "parts": {
                "how": "or",
                "parts": [*first["parts"]["parts"], {"column": "country", "op": "in", "values": ["KR"]}],
            },
        }
    )
    assert said["sql"] == "r >= 4\nor country = 'KR'" and "parts" not in said
    assert said["size"]["n"] == gm.segment.size("r >= 4 or country = 'KR'").n_customers
    said = builder.answer({"do": "text", "text": "mean_order > monetary / 2 and has_email"})
    assert said["parts"]["parts"] == [
        {"sql": "mean_order > monetary / 2"},
        {"column": "has_email", "op": "true", "values": []},
    ]
    wrong = builder.answered({"do": "text", "text": "r >= ", "n": 7})
    assert wrong["bad"] and wrong["n"] == 7 and "size" not in wrong
    wrong = builder.answered({"do": "parts", "parts": {"how": "and", "parts": [{"nothing": 1}]}})
    assert wrong["bad"] and "Expected column" in wrong["message"]
    saved = builder.answered({"do": "save", "name": "mailable", "label": "메일", "text": "has_email"})
    assert (
        not saved["bad"]
        and "mailable_v1.sql is written" in saved["message"]
        and saved["opened"] == ["mailable", "메일"]
    )
    assert "-- segment  메일" in (house.root / "sql/segment/mailable_v1.sql").read_text(encoding="utf-8")


def test_change_is_against_the_members_that_the_run_found(house: House) -> None:
    with Mill(house.project) as mill:
        mill.engine.register(
            "own",
            mill.engine.fetch(
                "select customer_id, 'mine' as scheme, 'Mine' as segment from segment.rfm where r >= 4"
            ),
        )
        mill.engine.make("segment.members", "select * from own")
        at = Counts(mill)
        n = at.size("r >= 4").n_customers
        fewer = at.size("r >= 5", segment="mine")
        assert fewer.change == (n, 0, n - fewer.n_customers) and fewer.n_customers < n
        more = at.size("r >= 3", segment="mine")
        assert more.change == (n, more.n_customers - n, 0)
        assert at.size("r >= 3", segment="unknown").change is None


def test_trying_writes_nothing_moving_writes_and_undo_takes_back(house: House) -> None:
    grid = gm.segment.grid()
    first = grid.answer({"do": "ready"})
    assert sum(one["n_won"] for one in first["bounds"]) + first["others"]["n"] == first["n_all"]
    tried = grid.answer({"do": "try", "segment": "Lost", "edges": {"r_lo": 1, "r_hi": 5}})
    assert tried["tried"] and not (house.root / BOUNDS).exists()
    moved = grid.answered({"do": "move", "segment": "Lost", "edges": {"r_lo": 1, "r_hi": 5}})
    assert not moved["bad"] and "r_hi 1 → 5" in moved["message"] and moved["bounds"] == tried["bounds"]
    assert "('Lost', 1, 5, 1, 5, 1, 5, 10," in (house.root / BOUNDS).read_text(encoding="utf-8")
    back = grid.answered({"do": "undo"})
    assert back["bounds"] == first["bounds"] and not back["can_undo"]
    assert "('Lost', 1, 1, 1, 5, 1, 5, 10," in (house.root / BOUNDS).read_text(encoding="utf-8")
    assert grid.answered({"do": "undo"})["bad"]


def test_a_file_edited_by_hand_is_shown_before_anything_moves_on(house: House) -> None:
    grid, other = gm.segment.grid(), gm.segment.grid()
    grid.answer({"do": "ready"})
    other.answer({"do": "move", "segment": "Lost", "edges": {"r_hi": 2}})
    refused = grid.answered({"do": "move", "segment": "Lost", "edges": {"r_hi": 3}})
    assert refused["bad"] and "meanwhile" in refused["message"]
    assert next(one["r_hi"] for one in refused["bounds"] if one["segment"] == "Lost") == 2
    done = grid.answered({"do": "move", "segment": "Lost", "edges": {"r_hi": 3}})
    assert not done["bad"] and "r_hi 2 → 3" in done["message"]
    house.write(BOUNDS, (house.root / BOUNDS).read_text(encoding="utf-8").replace("select *", "selct *"))
    broken = grid.answered({"do": "move", "segment": "Lost", "edges": {"r_hi": 4}})
    assert broken["bad"] and "selct" in (house.root / BOUNDS).read_text(encoding="utf-8")


def test_a_run_that_is_published_meanwhile_is_what_counts_from_then_on(
    acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRISTMILL_PROJECT", str(acme.root))
    builder, grid = gm.segment.builder("r >= 4"), gm.segment.grid()
    before = builder.answer({"do": "ready"})
    was = runs.current(acme.project)
    later = was.run + "b"
    shutil.copytree(was.folder(acme.project), acme.project.state / "runs" / later)
    record = acme.project.state / "runs" / later / "run.json"
    record.write_text(record.read_text(encoding="utf-8").replace(was.run, later), encoding="utf-8")
    runs.write_atomically(acme.project.state / "current", later + "\n")
    after = builder.answer({"do": "parts", "parts": before["parts"]})
    assert (before["run"], after["run"]) == (was.run, later) and after["size"] == before["size"]
    assert not grid.answered({"do": "move", "segment": "Lost", "edges": {"r_hi": 2}})["bad"]
    opened.close()


def test_neither_state_nor_picture_holds_anybody_and_korean_is_spoken(house: House) -> None:
    own = Catalogue(PACKAGE / "report" / "languages" / "ko.toml")
    said = tomllib.loads((PACKAGE / "report" / "languages" / "ko.toml").read_text(encoding="utf-8"))["said"]
    names = [
        value
        for row in opened.mill().sql("select email, phone, full_name, company from unify.customers").rows()
        for value in row
        if value and len(value) > 3
    ]
    for made in (gm.segment.builder("company is not null"), gm.segment.grid()):
        first = made.answer({"do": "ready"})
        bundle = made._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        assert WIDGET in data and "<table" in data["text/html"]
        state = {name: value for name, value in made.get_state().items() if name != "_esm"}
        kept = json.dumps([data, state, first], ensure_ascii=False, default=str)
        assert not [name for name in names if name in kept]
    for text in (
        "The condition is empty.",
        "sql/segment/vips_v1.sql is written: 12 customers. The next run makes it.",
        "Named segments and who fits their bounds",
        "12 of 150 customers, 8.0%.",
        "Lost: r_hi 1 → 5. sql/segment/rfm_bounds_v1.sql is written; the next run follows it.",
        "Nothing was moved here that could be taken back.",
    ):
        assert own.say(text) != text, text
    assert said["Segment builder"]


# -- a real JupyterLab --------------------------------------------------------------------------------


def takes_a_box(house: House, grid, mouse) -> None:
    # Lost, r 1 and all of f: taken as a whole it goes to the right and cannot leave the grid upwards.
    grid.locator(".gmg-pick", has_text="Lost").click()
    until(lambda: grid.get_attribute("data-chosen") == "Lost", "another box")
    at, cell = (
        grid.locator(".gmg-box").bounding_box(),
        grid.locator(".gmg-cell").first.bounding_box(),
    )
    x, y = at["x"] + at["width"] * 0.3, at["y"] + at["height"] * 0.3
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + cell["width"], y - cell["height"], steps=5)
    until(
        lambda: grid.locator(".gmg-r_hi").get_attribute("aria-valuenow") == "2",
        "the box follows the mouse",
    )
    mouse.up()
    until(
        lambda: "('Lost', 2, 2, 1, 5, 1, 5," in (house.root / BOUNDS).read_text(encoding="utf-8"),
        "both edges move, and f stays",
    )
    until(lambda: grid.get_attribute("aria-busy") == "false", "it is written and counted")
    mouse.move(x, y)
    mouse.down()
    mouse.up()
    assert grid.get_attribute("data-chosen") != "Lost", "a click is one on the cell below"


def test_an_analyst_builds_a_segment_and_drags_bounds_in_jupyterlab(house: House, tmp_path: Path) -> None:
    wanted = gm.segment.size("r >= 4").n_customers
    both = gm.segment.size("r >= 4 and (country = 'KR' or length(city) > 5)").n_customers
    opened.close()
    # One cell: JupyterLab draws the outputs of another one only when it is scrolled to.
    both_tools = "from IPython.display import display\ndisplay(gm.segment.builder(), gm.segment.grid())"
    with screen(house, tmp_path, both_tools) as lab:
        lab.run_all(".gmg-cell b")
        builder = lab.tool("gms")
        builder.locator(".gms-add").click()
        builder.get_by_label("Column").select_option("r")
        builder.get_by_label("What is asked of it").select_option(">=")
        builder.get_by_label("Value", exact=True).press_sequentially("4")
        until(lambda: builder.get_attribute("data-n") == str(wanted), "controls are counted")
        assert builder.locator(".gms-sql").input_value() == "r >= 4"

        builder.locator(".gms-sql").fill("r >= 4 and (country = 'KR' or length(city) > 5)")
        until(lambda: builder.get_attribute("data-n") == str(both), "SQL is counted")
        until(lambda: builder.locator(".gms-raw").count() == 1, "what no control shows is shown as SQL")
        assert builder.locator(".gms-chip").inner_text().startswith("KR")
        builder.locator(".gms-group .gms-group .gms-remove").first.click()
        until(lambda: builder.get_attribute("data-n") == str(wanted), "a group is taken out")
        assert builder.locator(".gms-sql").input_value() == "r >= 4"
        builder.locator(".gms-name").fill("vips")
        builder.locator(".gms-label").fill("VIPs 우수")
        builder.locator(".gms-save").click()
        path = house.root / "sql/segment/vips_v1.sql"
        until(path.exists, "Save writes the template")
        assert path.read_text(encoding="utf-8").endswith("where r >= 4\n")
        until(lambda: builder.get_attribute("data-opened") == "vips", "what was saved is open")

        grid = lab.tool("gmg")
        grid.locator(".gmg-pick", has_text="Champions").click()
        handle = grid.locator(".gmg-r_lo")
        handle.scroll_into_view_if_needed()
        at, cell = handle.bounding_box(), grid.locator(".gmg-cell").first.bounding_box()
        mouse = lab.page.mouse
        mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        mouse.down()
        mouse.move(at["x"] - cell["width"] * 0.5, at["y"], steps=4)
        mouse.move(at["x"] - cell["width"] * 1.0, at["y"], steps=4)
        until(lambda: handle.get_attribute("aria-valuenow") == "4", "the edge follows the mouse")
        assert not (house.root / BOUNDS).exists(), "nothing is written before it is let go"
        mouse.up()
        until((house.root / BOUNDS).exists, "letting go writes the file")
        assert not lab.elsewhere and "('Champions', 4, 5, 5, 5, 5, 5, 1," in (house.root / BOUNDS).read_text(
            encoding="utf-8"
        )
        won = next(one.n_won for one in gm.segment.bounds() if one.segment == "Champions")
        row = grid.locator('tr[data-segment="Champions"]')
        until(lambda: row.get_attribute("data-won") == str(won), "counts are exact")
        lab.tool("gmg").locator(".gmg-f_lo").press("ArrowDown")
        until(
            lambda: "('Champions', 4, 5, 4, 5," in (house.root / BOUNDS).read_text(encoding="utf-8"),
            "keys move too",
        )
        lab.tool("gmg").locator(".gmg-undo").click()
        until(
            lambda: "('Champions', 4, 5, 5, 5," in (house.root / BOUNDS).read_text(encoding="utf-8"),
            "and are taken back",
        )
        takes_a_box(house, grid, mouse)
