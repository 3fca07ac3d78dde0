"""What the customers page tells of merging: its relations agree with each other and with the truth, masked for a reader."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import House

import gristmill as gm
from gristmill import scaffold
from gristmill.engine.duckdb import DuckDBEngine

MERGES = (
    "attributes",
    "events",
    "keys",
    "lost",
    "moves",
    "scores",
    "segments",
    "shared",
    "sizes",
    "sources",
    "suspects",
)


@pytest.fixture(scope="module")
def db(whole):
    """The database of the whole project's published run."""
    from gristmill import runs

    with DuckDBEngine(runs.current(whole.project).database(whole.project), read_only=True) as engine:
        yield engine


@pytest.fixture(scope="module")
def page(whole):
    return (whole.root / "reports" / whole.published / "unify.html").read_text(encoding="utf-8")


def one(db, query):
    return db.rows(query)[0]


def test_every_relation_of_the_section_is_made_by_the_stage(db):
    assert {f"unify.merge_{name}" for name in MERGES} <= set(db.relations())


def test_sizes_hold_every_record_and_every_customer_once(db):
    assert one(db, "select sum(n_customers), sum(n_records) from unify.merge_sizes") == one(
        db, "select count(distinct customer_id), count(*) from unify.members"
    )


def test_after_merging_fewer_share_an_e_mail_than_before(db):
    before, after, n = one(
        db, "select share_before, share_after, n_values_after from unify.merge_keys where kind = 'e-mail'"
    )
    assert 0 <= after < before <= 1
    assert n == db.scalar("select count(*) from unify.merge_shared where kind = 'e-mail'")


def test_the_reasons_why_values_are_still_shared_add_up(db):
    assert (
        db.scalar(
            "select count(*) from unify.merge_keys"
            " where n_values_after <> n_decided + n_cut + n_doubtful + n_common + n_not_compared + n_different"
        )
        == 0
    )


def test_segments_by_customer_are_those_of_the_segments_page(db):
    assert db.rows(
        "select segment, n_after, revenue_after from unify.merge_segments where segment <> 'Others' order by place"
    ) == db.rows(
        "select segment, n_customers, revenue from segment.summary where scheme = 'rfm' and segment <> 'Others' order by place"
    )


def test_no_revenue_is_lost_or_gained_between_records_and_customers(db):
    # A record of nothing but refunds is no shopper, its customer may be one.
    before, after, moved = one(
        db,
        "select sum(revenue_before), sum(revenue_after), (select sum(revenue) from unify.merge_moves) from unify.merge_segments",
    )
    refunds = db.scalar(
        "select coalesce(sum(o.amount), 0) from unify.orders as o"
        " join unify.merge_scores as c on c.unit = 'customer' and c.unit_id = o.customer_id"
        " left join unify.merge_scores as r on r.unit = 'record'"
        " and r.unit_id = coalesce(o.contact_id, o._source || ':' || coalesce(lower(o.email), o.phone))"
        " join segment.currencies as u on u.is_used and coalesce(u.currency, '') = coalesce(o.currency, '')"
        " where r.unit_id is null and o.ordered_at < date '2026-11-02'"
    )
    assert before == moved
    assert after == before + refunds


def test_moves_and_segments_count_the_same_records(db):
    assert db.rows(
        "select segment_before, sum(n_records) from unify.merge_moves group by 1 order by 1"
    ) == db.rows("select segment, n_before from unify.merge_segments where n_before > 0 order by segment")


def test_overlap_of_sources_is_the_same_both_ways_and_its_diagonal_the_whole(db):
    assert (
        db.scalar(
            "select count(*) from unify.merge_sources as a join unify.merge_sources as b"
            " on b.source = a.other and b.other = a.source where a.n_customers <> b.n_customers"
        )
        == 0
    )
    assert db.rows("select distinct share from unify.merge_sources where source = other") == [(1.0,)]


def test_a_customer_knows_at_least_what_its_records_knew(db):
    assert (
        db.scalar("select count(*) from unify.merge_attributes where share_customers < share_records - 0.05")
        == 0
    )


def test_in_a_first_run_every_id_is_new(db):
    assert db.rows("select reason, n from unify.merge_events where what = 'id'") == [
        ("new", db.scalar("select count(*) from unify.customers"))
    ]


def test_the_page_states_its_findings_in_sentences(page):
    for sentence in (
        r"\d+% of those who bought stood in the wrong segment",
        r"\d+% of the records with an e-mail shared it with another; of the customers \d+% still do",
        r"customers? came from [\d,]+ records; the largest had \d+",
        r"This is the first run: every customer id is new",
        r"An estimated [\d.]+% of the matching pairs were never compared",
        r"may be one person \(\d+%\)",
    ):
        assert re.search(sentence, page), sentence


def pair(house):
    """Two contacts of one customer that were compared."""
    with gm.open(house.root) as mill:
        return mill.sql("""
            select s.left_id, s.right_id, l.customer_id from unify.scores as s
            join unify.members as l on l.contact_id = s.left_id join unify.members as r on r.contact_id = s.right_id
            join unify.persons as p on p.contact_id = s.left_id and p.is_contact
            join unify.persons as q on q.contact_id = s.right_id and q.is_contact
            where l.customer_id = r.customer_id and s.match_weight > 0 and p.email is not null
            order by s.left_id, s.right_id limit 1
        """).rows()[0]


def test_review_explains_any_compared_pair_whichever_comes_first(whole):
    left, right, customer = pair(whole)
    said = whole("review", "explain", right, left)
    assert said.exit_code == 0, said.output
    assert said.stdout == whole("review", "explain", left, right).stdout
    assert f"One customer: {customer}." in said.stdout
    assert "before looking" in said.stdout and "with a probability of" in said.stdout
    found = json.loads(whole("review", "explain", left, right, "--json").stdout)
    assert found["customer_id"] == found["other_id"] == customer
    parts = [bits for _, bits in found["weights"]]
    assert abs(sum(parts[:-1]) - parts[-1]) < 0.01


def test_review_explain_masks_values_unless_told_otherwise(whole):
    left, right, _ = pair(whole)
    with gm.open(whole.root) as mill:
        email = mill.engine.scalar("select email from unify.persons where contact_id = $left", {"left": left})
    assert email not in whole("review", "explain", left, right).output
    assert email in whole("review", "explain", left, right, "--show").output


def test_review_explain_says_when_a_pair_was_never_compared(whole):
    with gm.open(whole.root) as mill:
        left, right = mill.sql("""
            select l.contact_id, r.contact_id from unify.persons as l join unify.persons as r on r.contact_id > l.contact_id and r.is_contact
            left join unify.scores as s on s.left_id = l.contact_id and s.right_id = r.contact_id
            where l.is_contact and s.left_id is null order by 1, 2 limit 1
        """).rows()[0]
    said = whole("review", "explain", left, right)
    assert "This pair was never compared" in said.stdout
    assert "Two customers" in said.stdout


def test_review_explain_names_every_record_it_does_not_know(whole):
    said = whole("review", "explain", "nobody:1", "nobody:2")
    assert said.exit_code == 2
    assert "nobody:1" in said.output and "nobody:2" in said.output


def test_review_cluster_shows_records_and_every_compared_pair(whole):
    with gm.open(whole.root) as mill:
        customer, n = mill.sql(
            "select customer_id, count(*) from unify.members group by 1 order by 2 desc, 1 limit 1"
        ).rows()[0]
        n_pairs = mill.engine.scalar(
            "select count(*) from unify.scores as s join unify.members as l on l.contact_id = s.left_id"
            " join unify.members as r on r.contact_id = s.right_id where l.customer_id = $c and r.customer_id = $c",
            {"c": customer},
        )
    found = json.loads(whole("review", "cluster", customer, "--json").stdout)
    assert len(found["known"]["records"]) == n
    assert sum(tie["other_id"] is None for tie in found["ties"]) == n_pairs
    told = whole("review", "cluster", customer).stdout
    assert f"{customer}: in use, {n} records." in told and "1 – 2" in told


@pytest.fixture(scope="module")
def parted(whole, tmp_path_factory):
    """A copy of the project in which two records of one customer were split and the stage was made again."""
    house = House(Path(shutil.copytree(whole.root, tmp_path_factory.mktemp("parted") / "acme")))
    left, right, _ = pair(house)
    assert house("review", "split", left, right).exit_code == 0
    assert "What counts: decided to split." in house("review", "explain", left, right).stdout
    assert house("run", "--only", "unify").exit_code in (0, 1)
    return house, left, right


def test_a_second_run_tells_what_became_of_ids_and_decisions(parted):
    house, _, _ = parted
    with gm.open(house.root) as mill:
        events = {(what, reason): n for what, reason, n, _ in mill.relation("unify.merge_events").rows()}
    assert events["decided", "split"] == 1
    assert events["id", "split"] == 1
    told = (house.root / "reports" / house.published / "unify.html").read_text(encoding="utf-8")
    assert "Since the last run: 0 customers new, 0 merged into others, 1 split off, 0 gone" in told
    assert "decided by people: split" in told


def test_review_cluster_follows_a_decision_and_names_the_other_customer(parted):
    house, left, right = parted
    with gm.open(house.root) as mill:
        mine, other = (
            mill.engine.scalar("select customer_id from unify.members where contact_id = $c", {"c": key})
            for key in (left, right)
        )
    assert mine != other
    ties = json.loads(house("review", "cluster", mine, "--json").stdout)["ties"]
    found = [tie for tie in ties if {left, right} == {tie["left_id"], tie["right_id"]}]
    assert [(tie["other_id"], tie["verdict"], tie["reason"]) for tie in found] == [
        (other, "split", "decided by people")
    ]


def test_review_cluster_refuses_an_id_that_was_never_given(whole):
    said = whole("review", "cluster", "C000000000000")
    assert said.exit_code == 2
    assert "was never given to a customer" in said.output


ROW = "{n},{name},{email},{phone},1990-02-{day:02},Seoul\n"
HEAD = "customer no,full name,email,phone,birth date,city\n"
FILES = {
    "one row": HEAD + ROW.format(n=1, name="Ann Lee", email="ann@lee.org", phone="010-1234-5678", day=3),
    "no row": HEAD,
    "one phone for all": HEAD
    + "".join(
        ROW.format(
            n=n,
            name=f"{chr(65 + n % 26)}na L{'aeiou'[n % 5]}e",
            email="noreply@shop.com",
            phone="010-1234-5678",
            day=n % 28 + 1,
        )
        for n in range(300)
    ),
    "all rows identical but for the number": HEAD
    + "".join(
        ROW.format(n=n, name="Ann Lee", email="ann@lee.org", phone="010-1234-5678", day=3) for n in range(60)
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_the_page_stands_on_whatever_there_is(case, tmp_path, monkeypatch):
    house = House(tmp_path / "house")
    scaffold.init(house.root)
    house.write("data/people.csv", FILES[case])
    added = house("add", "data/people.csv")
    if case != "no row":
        assert added.exit_code == 0, added.output
    monkeypatch.chdir(house.root)
    shown = []
    cells = {"display": shown.append, "__name__": "page"}
    notebook = json.loads((house.root / "notebooks" / "30_unify.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), cells)
            if "parameters" in cell["metadata"].get("tags", []):
                cells["as_of"] = "2026-11-01"
    assert shown
    assert cells["facts"]["n_records"] == FILES[case].count("\n") - 1
