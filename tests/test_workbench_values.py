"""Values that mean the same: groups by each method, decisions in the file, and an hour with the studio in JupyterLab."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from conftest import House
from lab_server import screen, until

import gristmill as gm
from gristmill import cluster, runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import GristmillError, ParameterError, SourceError
from gristmill.workbench import opened
from gristmill.workbench.values import finding

WIDGET = "application/vnd.jupyter.widget-view+json"
CITY = ("clean.contacts", "city")
TOWNS = ["Seoul"] * 12 + ["Busan"] * 7 + ["SEOUL", "seoul", "Seuol", "Pusan", "수원시", "수원 시"]


@pytest.fixture
def house(acme: House, monkeypatch: pytest.MonkeyPatch):
    with DuckDBEngine(runs.current(acme.project).database(acme.project)) as engine:
        listed = ", ".join(f"'{one}'" for one in TOWNS)
        engine.execute(f"update clean.contacts set city = ([{listed}])[1 + _row % {len(TOWNS)}]")
    monkeypatch.setenv("GRISTMILL_PROJECT", str(acme.root))
    yield acme
    opened.close()
    finding._FOUND.clear()


def towns(house: House) -> Counter[str]:
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        return Counter(row[0] for row in engine.rows("select city from clean.contacts"))


def lines(house: House) -> list[cluster.Line]:
    return cluster.read(house.root / cluster.FILE)


def accepted(house: House) -> dict[str, str]:
    return {one.before: one.after for one in lines(house) if one.decision == "accept"}


def test_each_method_takes_the_values_of_one_key_for_one_and_counts_their_rows(house: House) -> None:
    counted = towns(house)
    same = {}
    for value in counted:
        same.setdefault(" ".join(sorted(set(value.lower().split()))), []).append(value)
    expected = {frozenset(values) for values in same.values() if len(values) > 1}
    found = gm.values.clusters(*CITY, method="fingerprint")
    assert {frozenset((one.after, *(m.value for m in one.members))) for one in found} == expected
    assert [one.after for one in found] == ["Seoul"]
    assert {m.value: m.n for m in found[0].members} == {name: counted[name] for name in ("SEOUL", "seoul")}
    assert found.found.counts["fingerprint"] == (1, 2, counted["SEOUL"] + counted["seoul"])
    assert found.found.n_values == len(counted)
    everything = gm.values.clusters(*CITY)
    proposed = {m.value: one.after for one in everything for m in one.members}
    assert {"SEOUL", "seoul", "Seuol"} <= {value for value, after in proposed.items() if after == "Seoul"}
    assert "nearest" in next(m for one in everything for m in one.members if m.value == "Seuol").agrees


def test_a_merge_is_in_the_file_at_once_and_undo_takes_back_what_was_decided_at_once(house: House) -> None:
    path = house.root / cluster.FILE
    before = lines(house)
    done = gm.values.merge(*CITY, ["SEOUL", "Seuol"], into="Seoul", note="one town")
    assert done.n_values == 2 and str(done).endswith(": 2.")
    assert accepted(house) == {"SEOUL": "Seoul", "Seuol": "Seoul"}
    assert {one.note for one in lines(house) if one.decision} == {"one town"}
    assert gm.values.merge(*CITY, ["SEOUL"], into="Seoul").n_values == 0
    assert not {"SEOUL", "Seuol"} & {m.value for one in gm.values.clusters(*CITY) for m in one.members}
    gm.values.merge(*CITY, ["Pusan"], into="Busan")
    assert gm.values.undo().n_values == 1 and "Pusan" not in accepted(house)
    assert gm.values.undo().n_values == 2 and not accepted(house)
    assert "SEOUL" in {m.value for one in gm.values.clusters(*CITY) for m in one.members}
    with pytest.raises(SourceError, match="nothing here"):
        gm.values.undo()
    assert len(lines(house)) >= len(before) and path.exists()


def test_what_is_kept_apart_is_not_proposed_again_and_all_that_is_sure_is_accepted_at_once(
    house: House,
) -> None:
    gm.values.keep_apart(*CITY, ["Seuol"], into="Seoul")
    left = {m.value: m.confidence for one in gm.values.clusters(*CITY) for m in one.members}
    assert "Seuol" not in left and "SEOUL" in left
    sure = {value for value, confidence in left.items() if confidence >= 0.9}
    assert gm.values.merge_all(*CITY, above=0.9).n_values == len(sure) > 0
    assert set(accepted(house)) == sure
    assert gm.values.merge_all(*CITY, above=0.9).n_values == 0


def test_the_next_run_follows_a_merge_by_hand_and_a_circle_is_refused(house: House) -> None:
    with gm.open() as mill:
        mill.make("clean.value_merges")
        mill.make("clean.contacts")
        known = [
            row[0]
            for row in mill.sql(
                "select city, count(*) as n from clean.contacts where city is not null group by city order by n desc, city limit 2"
            ).rows()
        ]
    many, few = known
    gm.values.merge(*CITY, [few], into=many)
    with gm.open() as mill:
        before = dict(mill.sql("select 1, count(*) from source.contacts").rows())[1]
        mill.make("clean.value_merges")
        mill.make("clean.contacts")
        after = dict(mill.sql("select city, count(*) from clean.contacts group by city").rows())
    assert few not in after and after[many] > 0 and sum(after.values()) <= before
    kept = (house.root / cluster.FILE).read_bytes()
    gm.values.merge(*CITY, ["Pusan"], into=few)
    with pytest.raises(SourceError, match="circle"):
        gm.values.merge(*CITY, [many], into="Pusan")
    with pytest.raises(SourceError, match="another one"):
        gm.values.merge(*CITY, [few], into="Seoul")
    assert (house.root / cluster.FILE).read_bytes().startswith(kept.rstrip(b"\n"))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: gm.values.clusters("clean.contacts", "citty"), "city"),
        (lambda: gm.values.clusters("clean.contacts", "birth_date"), "no text"),
        (lambda: gm.values.clusters("clean.contact", "city"), "clean.contacts"),
        (lambda: gm.values.clusters(*CITY, method="soundd"), "sound"),
        (lambda: gm.values.merge("clean.contacts", "email", ["a"], into="b"), "not merged"),
        (lambda: gm.values.merge(*CITY, ["Seoul"], into="Seoul"), "No value is chosen"),
        (lambda: gm.values.merge(*CITY, ["Seoul"], into=""), "empty"),
        (lambda: gm.values.merge_all(*CITY, above=7), "0 to 1"),
    ],
)
def test_what_cannot_be_decided_is_said(house: House, call, says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        call()
    assert not accepted(house)


def test_two_screens_at_once_a_broken_file_and_a_stale_list_lose_nothing(house: House) -> None:
    one, other = gm.values.studio(*CITY), gm.values.studio(*CITY)
    first, second = one.answer({"do": "ready"}), other.answer({"do": "ready"})
    place = next(i for i, group in enumerate(first["groups"]) if group["values"][0]["value"] == "Seoul")
    asked = {"do": "merge", "group": place, "take": [1], "into": 0}
    done = one.answer({**asked, "serial": first["serial"]})
    assert not done["bad"] and len(accepted(house)) == 1
    again = one.answer({**asked, "serial": first["serial"]})
    assert "changed meanwhile" in again["message"] and len(accepted(house)) == 1
    other.answer({**asked, "serial": second["serial"], "take": [2]})
    assert len(accepted(house)) == 2, "the other screen decided about another value"
    good = (house.root / cluster.FILE).read_bytes()
    house.write(cluster.FILE, good + b"clean.contacts.city,a,b,1,x,0.9,acept,,,\n")
    with pytest.raises(GristmillError, match="accept"):
        one.answer({"do": "ready"})
    said = one.answered({"do": "undo", "n": 4})
    assert said["bad"] and "did you mean accept" in said["message"] and said["n"] == 4
    house.write(cluster.FILE, good)
    assert not one.answer({"do": "undo"})["bad"] and len(accepted(house)) == 1


def test_personal_values_are_masked_in_the_picture_and_kept_out_of_the_state(house: House) -> None:
    with DuckDBEngine(runs.current(house.project).database(house.project)) as engine:
        engine.execute(
            "update clean.contacts set company = case _row % 3 when 0 then 'Zebulon Quarries' when 1 then 'Quarries Zebulon' else 'Zebulon  Quarries' end"
        )
    studio = gm.values.studio("clean.contacts", "company")
    clear = json.dumps(studio.answer({"do": "ready"}), ensure_ascii=False)
    assert "Zebulon" in clear
    assert "Zebulon" not in json.dumps(studio.answer({"do": "hide"}), ensure_ascii=False)
    bundle = studio._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    state = {name: value for name, value in studio.get_state().items() if name != "_esm"}
    assert WIDGET in data and "Zebulon" not in json.dumps([data, state], ensure_ascii=False, default=str)
    assert "may mean another" in data["text/html"]
    assert "Zebulon" in str(gm.values.clusters("clean.contacts", "company", show=True).display().payload)


# -- a real JupyterLab ------------------------------------------------------------------------------


def test_an_analyst_merges_values_in_jupyterlab(house: House, tmp_path: Path) -> None:
    with screen(house, tmp_path, 'gm.values.studio("clean.contacts", "city")') as lab:
        lab.run_all(".gmv-group")
        studio = lab.tool("gmv")
        left = int(studio.get_attribute("data-n-left"))
        seoul = studio.locator(".gmv-group").filter(has_text="Seuol")
        # The row of Seuol is left out, the others become what is typed.
        seoul.locator("tr", has_text="Seuol").locator("input[type=checkbox]").uncheck()
        seoul.locator(".gmv-text").fill("Seoul City")
        seoul.locator(".gmv-merge").click()
        until(
            lambda: accepted(house) == dict.fromkeys(["Seoul", "SEOUL", "seoul"], "Seoul City"),
            "merged as typed",
        )
        lab.tool("gmv").locator(".gmv-undo").click()
        until(lambda: not accepted(house), "Undo takes back all of it")
        until(lambda: int(studio.get_attribute("data-n-left")) == left, "the group is there again")
        lab.tool("gmv").locator("tr[data-method=fingerprint] input").check()
        until(lambda: "Seuol" not in studio.inner_text(), "by words alone a typo is another value")
        lab.tool("gmv").locator(".gmv-group").filter(has_text="SEOUL").locator(".gmv-merge").press("Enter")
        until(lambda: accepted(house) == {"SEOUL": "Seoul", "seoul": "Seoul"}, "a key merges")
        until(lambda: studio.locator(".gmv-group").count() == 0, "nothing is left by this method")
        assert not lab.elsewhere
