"""Ids of customers over several runs: who keeps which, what is told of it, and that old ids still lead somewhere."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import DAY, House

from gristmill import carried, runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import parse
from gristmill.unify import ids

SQL = Path(__file__).parents[1] / "sql" / "unify"
CHAIN = ("fingerprints", "recognised", "id_claims", "members", "id_records", "id_events", "resolved_ids")
TEXTS = (
    "contact_id", "_source", "member_no", "full_name", "given_name", "family_name", "company", "email", "phone",
    "birth_date", "gender", "postcode", "address", "city", "region", "country",
)  # fmt: skip

Rows = Iterable[Mapping[str, Any]]


class Story:
    """Runs one after another, each over records and the clusters they fall into, each in a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.last: Path | None = None
        self.n = 0

    def run(self, *clusters: Rows, threads: int = 2) -> dict[str, str]:
        """Contact_id → customer_id of a new run, which is published."""
        self.n += 1
        path = self.folder / f"r{self.n}.duckdb"
        with DuckDBEngine(path, threads=threads) as engine:
            rows = [(dict(row), min(one["contact_id"] for one in rows)) for rows in clusters for row in rows]
            columns = {name: pa.array([row.get(name) for row, _ in rows], pa.string()) for name in TEXTS}
            engine.register("given", pa.table(columns))
            engine.make(
                "unify.persons", "select * replace (cast(birth_date as date) as birth_date) from given"
            )
            engine.register(
                "grouped",
                pa.table(
                    {
                        "contact_id": columns["contact_id"],
                        "cluster_id": pa.array([one for _, one in rows], pa.string()),
                    }
                ),
            )
            engine.make("unify.clusters", "select * from grouped")
            run = {"run": f"r{self.n}"}
            if self.last:
                with carried.attached(engine, self.last) as before:
                    ids.recall(engine, run, before=before)
            else:
                ids.recall(engine, run)
            for what in CHAIN:
                template = parse(SQL / f"{what}_v1.sql")
                engine.make(template.relation, template.sql)
            found = dict(engine.rows("select contact_id, customer_id from unify.members"))
            assert len(found) == len(rows)
        self.last = path
        return found

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with DuckDBEngine(self.last, read_only=True) as engine:
            return engine.rows(sql)

    @property
    def news(self) -> list[tuple[Any, ...]]:
        """Events of the last run: event, customer, other, records."""
        return self.ask(
            "select event, customer_id, other_id, n_records from unify.id_events"
            f" where run_id = 'r{self.n}' order by all"
        )

    def now(self, customer_id: str) -> str | None:
        """What an id leads to."""
        return self.ask(f"select current_id from unify.resolved_ids where customer_id = '{customer_id}'")[0][
            0
        ]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def crm(key: int | str, **values: str) -> dict[str, str]:
    return {"contact_id": f"crm:{key}", "_source": "crm", **values}


def listed(row: int, name: str, file: str = "list.csv", **values: str) -> dict[str, str]:
    """A row of a list without keys: its id is its place."""
    return {"contact_id": f"list:{file}#{row}", "_source": "list", "full_name": name, **values}


def test_nothing_changed_and_no_id_did(story: Story) -> None:
    rows = [[crm(1, full_name="A"), crm(2, full_name="B")], [listed(1, "C")]]
    first = story.run(*rows)
    assert story.run(*rows) == first
    assert story.news == []
    assert story.run(*rows) == first


def test_a_smaller_record_that_joins_takes_no_id_away(story: Story) -> None:
    first = story.run([crm(5, full_name="Kim Minsu")])
    then = story.run([crm(1, full_name="Minsu Kim"), crm(5, full_name="Kim Minsu")])
    assert then == {"crm:1": first["crm:5"], "crm:5": first["crm:5"]}


def test_merged_customers_live_on_under_the_larger_ones_id_and_the_other_leads_there(story: Story) -> None:
    first = story.run([crm(1)], [crm(2), crm(3)])
    then = story.run([crm(1), crm(2), crm(3)])
    assert set(then.values()) == {first["crm:2"]}
    assert story.now(first["crm:1"]) == first["crm:2"]
    assert story.news == [("merged", first["crm:1"], first["crm:2"], 1)]


def test_a_split_leaves_the_id_with_the_larger_part_and_never_gives_it_twice(story: Story) -> None:
    # The part with the smallest record would draw the very id that the larger part keeps.
    first = story.run([crm(1), crm(2), crm(3)])
    then = story.run([crm(1)], [crm(2), crm(3)])
    assert then["crm:2"] == then["crm:3"] == first["crm:1"]
    assert then["crm:1"] != first["crm:1"]
    assert story.news == [("split", then["crm:1"], first["crm:1"], 1)]
    assert story.run([crm(1)], [crm(2), crm(3)]) == then


def test_merges_over_several_runs_lead_from_the_first_id_to_the_last(story: Story) -> None:
    first = story.run([crm(1)], [crm(2), crm(3)], [crm(4), crm(5), crm(6), crm(7)])
    story.run([crm(1), crm(2), crm(3)], [crm(4), crm(5), crm(6), crm(7)])
    story.run([crm(n) for n in range(1, 8)])
    assert story.now(first["crm:1"]) == story.now(first["crm:2"]) == first["crm:4"]


def test_who_is_gone_leads_nowhere_and_returns_under_the_old_id(story: Story) -> None:
    first = story.run([crm(1, full_name="A")], [crm(2, full_name="B")])
    story.run([crm(1, full_name="A")])
    assert story.news == [("gone", first["crm:2"], None, 1)]
    assert story.now(first["crm:2"]) is None
    story.run([crm(1, full_name="A")])
    back = story.run([crm(1, full_name="A")], [crm(2, full_name="B", email="b@x.kr")])
    assert back["crm:2"] == first["crm:2"]
    assert story.news == [("returned", first["crm:2"], None, 1)]


def test_a_merged_id_still_leads_to_its_customer_after_that_was_gone_for_a_while(story: Story) -> None:
    first = story.run(
        [crm(1, full_name="A")], [crm(2, full_name="B"), crm(3, full_name="B")], [crm(9, full_name="Z")]
    )
    story.run([crm(n, full_name="A") for n in (1, 2, 3)], [crm(9, full_name="Z")])
    story.run([crm(9, full_name="Z")])
    assert story.now(first["crm:1"]) is None
    back = story.run([crm(1, full_name="A")], [crm(9, full_name="Z")])
    assert back["crm:1"] == first["crm:2"] == story.now(first["crm:1"])


def test_a_list_sorted_anew_in_another_file_keeps_every_id(story: Story) -> None:
    names = [f"Person {n}" for n in range(200)]
    first = story.run(*([listed(n, name)] for n, name in enumerate(names, 1)))
    chance = random.Random(1)
    mixed = chance.sample([*names, "Somebody New"], 201)
    then = story.run(*([listed(n, name, file="november.csv")] for n, name in enumerate(mixed, 1)))
    for n, name in enumerate(names, 1):
        assert then[f"list:november.csv#{mixed.index(name) + 1}"] == first[f"list:list.csv#{n}"]
    assert [event[0] for event in story.news] == ["new"]


def test_a_row_put_in_first_moves_no_id_to_its_neighbour(story: Story) -> None:
    rows = ["A One", "B Two", "C Three"]
    first = story.run(*([listed(n, name, phone=f"+82{n}0000")] for n, name in enumerate(rows, 1)))
    then = story.run(
        [listed(1, "New Person", phone="+829999")],
        *([listed(n + 1, name, phone=f"+82{n}0000")] for n, name in enumerate(rows, 1)),
    )
    for n in (1, 2, 3):
        assert then[f"list:list.csv#{n + 1}"] == first[f"list:list.csv#{n}"]
    assert then["list:list.csv#1"] not in first.values()


def test_a_row_that_moved_and_changed_is_known_by_what_stayed(story: Story) -> None:
    first = story.run([listed(1, "Ann Lee", email="ann@x.kr", phone="+821")], [listed(2, "Bob Roe")])
    then = story.run(
        [listed(1, "Bob Roe")], [listed(2, "Ann Lee", email="ann@x.kr", phone="+822", city="Seoul")]
    )
    assert then["list:list.csv#2"] == first["list:list.csv#1"]
    assert then["list:list.csv#1"] == first["list:list.csv#2"]


def test_a_source_that_numbers_its_rows_anew_does_not_swap_people(story: Story) -> None:
    people = [{"full_name": f"Name {n}", "email": f"n{n}@x.kr"} for n in range(5)]
    first = story.run(*([crm(n, **one)] for n, one in enumerate(people)))
    then = story.run(*([crm(4 - n, **one)] for n, one in enumerate(people)))
    assert [then[f"crm:{4 - n}"] for n in range(5)] == [first[f"crm:{n}"] for n in range(5)]


def test_a_thousand_records_that_say_nothing_keep_their_ids_each(story: Story) -> None:
    rows = [[{"contact_id": f"list:list.csv#{n}", "_source": "list"}] for n in range(1000)]
    first = story.run(*rows)
    assert len(set(first.values())) == 1000
    assert story.run(*rows) == first


def test_row_order_and_threads_change_no_id(tmp_path: Path) -> None:
    chance = random.Random(3)
    before = [[crm(n, full_name=f"P{n // 2}")] for n in range(60)]
    after = [[crm(n, full_name=f"P{n // 2}"), crm(n + 1, full_name=f"P{n // 2}")] for n in range(0, 60, 2)]
    found = []
    for name, threads in (("one", 1), ("four", 4)):
        (tmp_path / name).mkdir()
        story = Story(tmp_path / name)
        story.run(*chance.sample(before, 60), threads=threads)
        story.run(*chance.sample(after, 30), threads=threads)
        told = (
            story.ask("select * from unify.id_events order by all"),
            story.ask("select * from unify.resolved_ids order by all"),
        )
        found.append((story.ask("select * from unify.members order by all"), told))
    assert found[0] == found[1]


def test_every_id_ever_given_resolves_to_one_that_is_in_use_or_to_none(story: Story) -> None:
    chance = random.Random(7)
    given: set[str] = set()
    for _ in range(6):
        keys = chance.sample(range(60), 45)
        groups: dict[int, list[dict[str, str]]] = {}
        for key in keys:
            groups.setdefault(chance.randrange(25), []).append(crm(key, full_name=f"N{key}"))
        now = story.run(*groups.values())
        assert len(set(now.values())) == len(groups)
        given |= set(now.values())
        resolved = dict(story.ask("select customer_id, current_id from unify.resolved_ids"))
        assert set(resolved) == given
        assert {one for one in resolved.values() if one} == set(now.values())
        assert all(resolved[one] == one for one in now.values())


def test_a_run_from_before_ids_were_kept_hands_its_ids_on(story: Story, tmp_path: Path) -> None:
    story.last = tmp_path / "old.duckdb"
    with DuckDBEngine(story.last) as engine:
        engine.make("unify.members", "select 'crm:1' as contact_id, 'Cold' as customer_id")
    assert story.run([crm(1, full_name="A"), crm(2, full_name="B")]) == {"crm:1": "Cold", "crm:2": "Cold"}


# -- in a project -----------------------------------------------------------------------------------

TEXT_COLUMNS = ", ".join(f"cast(null as varchar) as {name}" for name in TEXTS[6:] if name != "birth_date")
PEOPLE = f"""
select 'crm:' || key as contact_id, 'crm' as _source, cast(null as varchar) as member_no, name as full_name,
  cast(null as varchar) as given_name, cast(null as varchar) as family_name, cast(null as date) as birth_date,
  {TEXT_COLUMNS}
"""


def unify(house: House, people: Mapping[int, str], *after: str) -> int:
    """Run a stage in which people of one name are one customer; returns the exit code."""
    rows = ", ".join(f"({key}, '{name}')" for key, name in people.items())
    house.stage(
        "10_one",
        "import gristmill as gm\nmill = gm.open(run=run, as_of=as_of or None)",
        f'given = "from (values {rows}) as v (key, name)"',
        f'mill.engine.make("unify.persons", """{PEOPLE}""" + given)',
        """mill.engine.make("unify.clusters", "select 'crm:' || key as contact_id,"
            " 'crm:' || min(key) over (partition by name) as cluster_id " + given)""",
        f"for what in {CHAIN}:\n    mill.run(f'unify/{{what}}')",
        "mill.close()",
        *after,
    )
    return house("run", "--as-of", DAY.isoformat()).exit_code


def members(house: House) -> dict[str, str]:
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        return dict(engine.rows("select contact_id, customer_id from unify.members"))


def test_ids_follow_the_published_run_and_a_failed_run_changes_nothing(tiny: House) -> None:
    assert unify(tiny, {1: "Ann", 2: "Bob"}) == 0
    first, began = members(tiny), tiny.published
    assert unify(tiny, {1: "Ann", 2: "Bob", 0: "Ann"}) == 0
    joined = members(tiny)
    assert joined == first | {"crm:0": first["crm:1"]}
    assert unify(tiny, {9: "Zoe"}, "raise RuntimeError('broke after the ids were made')") == 3
    assert members(tiny) == joined
    assert tiny("rollback").exit_code == 0
    assert tiny.published == began
    assert unify(tiny, {2: "Bob", 5: "Cyd", 0: "Dan"}) == 0
    last = members(tiny)
    assert last["crm:2"] == first["crm:2"]
    assert last["crm:0"] not in first.values(), "the run that was rolled back gave no ids"


def test_a_session_that_makes_the_stage_again_is_the_same_run(tiny: House) -> None:
    import gristmill as gm

    assert unify(tiny, {1: "Ann", 2: "Bob"}) == 0
    assert unify(tiny, {1: "Ann", 3: "Cyd"}) == 0
    with gm.open(tiny.root) as mill:
        stored = mill.sql("select * from unify.id_events order by all").rows()
        node = mill.plan.node("unify.id_records_before")
        node.step(mill.engine, {"run": ""})
        for what in CHAIN:
            mill.run(f"unify/{what}")
        assert mill.sql("select * from unify.id_events order by all").rows() == stored
        assert dict(mill.sql("select * from unify.members").rows()) == members(tiny)
