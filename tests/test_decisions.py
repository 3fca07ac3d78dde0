"""Decisions of stewards: the file they are kept in, what contradicts, and the commands that list and decide."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path

import pytest
from conftest import DAY, House

from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import SourceError
from gristmill.unify.decisions import FILE, Decision, append, contradictions, read

HEAD = "left_id,right_id,decision\n"


def kept(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "decisions.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(SourceError) as caught:
        read(kept(tmp_path, text), FILE)
    return str(caught.value)


def test_no_file_and_an_empty_file_decide_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "none.csv") == []
    assert read(kept(tmp_path, "")) == []
    assert read(kept(tmp_path, "\ufeff\n\n")) == []
    assert read(kept(tmp_path, HEAD)) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_that_a_spreadsheet_saved_is_read_as_it_is_meant(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["why", "decision", "Right_ID", "left_id"],
        ["'=sure", " Merge ", "crm:2", "crm:1"],
        [""] * 4,
        ["", "SPLIT", "b", "a"],
    ]
    text = "\ufeffsep=" + delimiter + "\r\n" + "".join(delimiter.join(row) + "\r\n" for row in rows)
    found = read(kept(tmp_path, text))
    assert [(one.left_id, one.right_id, one.decision, one.why, one.line) for one in found] == [
        ("crm:1", "crm:2", "merge", "=sure", 3),
        ("a", "b", "split", "", 5),
    ]


def test_the_same_pair_both_ways_is_refused_with_both_lines_named(tmp_path: Path) -> None:
    text = refused(tmp_path, f"{HEAD}a,b,merge\nc,d,merge\nb,a,split\n")
    assert f"{FILE}:4 keeps apart records that {FILE}:2 decides otherwise." in text
    assert f"{FILE}:2 says merge; {FILE}:4 says split." in text


def test_a_contradiction_through_others_names_every_line_of_it(tmp_path: Path) -> None:
    text = refused(tmp_path, f"{HEAD}a,c,split\na,b,merge\nx,y,merge\nb,c,merge\n")
    assert f"{FILE}:5 merges records that {FILE}:2, {FILE}:3 decide otherwise." in text
    assert f"{FILE}:4" not in text


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = refused(tmp_path, f"{HEAD}a,b,marge\na,,merge\nc,c,split\na,b,merge,more\n,,\n")
    for said in (
        f"{FILE}:2 decides 'marge'.",
        "did you mean merge?",
        f"{FILE}:3 has no right_id.",
        f"{FILE}:4 names one record twice.",
        f"{FILE}:5 has 4 cells, the header has 3.",
    ):
        assert said in text
    both = refused(tmp_path, f"{HEAD}a,b,merge\na,b,split\nc,d,merge\nd,c,split\n")
    assert f"{FILE}:3" in both and f"{FILE}:5" in both


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("left,right_id,decision\na,b,merge\n", "has no column left_id"),
        ("left_id,right_id,decision,decision\n", "has the column decision twice"),
        (HEAD.encode() + "왼쪽,b,merge\n".encode("cp949"), f"{FILE}:2 is not UTF-8."),
        (f"{HEAD}a,b,merge\n".encode("utf-16"), "is not UTF-8"),
        (f"{HEAD}a,b\0,merge\n", "zero bytes"),
        (f'{HEAD}a,"b,merge\n', "cannot be read as CSV"),
        (b"PK\x03\x04\xff\xfe", "is not UTF-8"),
        ("{}\n", "has no column left_id"),
    ],
)
def test_hostile_files_are_refused_in_words(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_a_folder_in_place_of_the_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "decisions.csv").mkdir()
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path / "decisions.csv")


def test_a_record_and_its_short_name_are_one_record() -> None:
    lines = [Decision("crm:1", "2", "merge", line=2), Decision("~c81e728d9d4c", "crm:1", "split", line=3)]
    assert len(contradictions(lines)) == 1


def test_a_decision_is_added_in_the_way_the_file_is_written(tmp_path: Path) -> None:
    path, lock = tmp_path / "reviews" / "decisions.csv", tmp_path / "lock"
    assert append(path, Decision("a", "b", "merge", who="Kim", why="=1+1\nsure"), lock=lock) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbfleft_id,right_id,decision,who,at,why")
    assert append(path, Decision("b", "a", "merge"), lock=lock) == 2, "it says so already"
    assert append(path, Decision("b", "c", "merge"), lock=lock) == 3
    assert [one.why for one in read(path)] == ["=1+1 sure", ""]
    other = kept(tmp_path, "\ufeffdecision;right_id;left_id\r\nmerge;b;a")
    assert append(other, Decision("c", "d", "split"), lock=lock) == 3
    assert other.read_bytes().decode("utf-8-sig") == "decision;right_id;left_id\r\nmerge;b;a\r\nsplit;d;c\r\n"


def test_a_contradicting_decision_is_not_added(tmp_path: Path) -> None:
    path, lock = kept(tmp_path, f"{HEAD}a,b,merge\nb,c,merge\n"), tmp_path / "lock"
    before = path.read_bytes()
    with pytest.raises(SourceError, match="the new decision says split"):
        append(path, Decision("a", "c", "split"), lock=lock)
    assert path.read_bytes() == before


def test_decisions_made_at_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    path, lock = tmp_path / "decisions.csv", tmp_path / "lock"
    many = [
        threading.Thread(
            target=append, args=(path, Decision(f"a{n}", f"b{n}", "merge")), kwargs={"lock": lock}
        )
        for n in range(20)
    ]
    for one in many:
        one.start()
    for one in many:
        one.join()
    assert {one.left_id for one in read(path)} == {f"a{n}" for n in range(20)}
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 21


# -- in a project -----------------------------------------------------------------------------------


def customers(house: House) -> dict[str, str]:
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        return dict(engine.rows("select contact_id, customer_id from unify.members"))


def listed(house: House, *words: str) -> dict:
    done = house("review", "--json", "--most", "500", *words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_doubts_are_listed_most_valuable_first_with_reasons_and_without_names(whole: House) -> None:
    found = listed(whole)["doubts"]
    assert len(found) > 3
    values = [one["value"] for one in found]
    assert values == sorted(values, reverse=True) and values[0] > 0
    assert all(one["weights"] for one in found)
    text = whole("review", "--most", "500").stdout
    assert "before looking" in text and "may be one customer" in text
    with DuckDBEngine(runs.current(whole.project).database(whole.project), read_only=True) as engine:
        rows = engine.rows("select email, phone, full_name from unify.persons")
    for value in {value for row in rows for value in row if value and len(value) > 3}:
        assert value not in text
    shown = listed(whole, "--show")["doubts"]
    assert any("@" in str(one["left"]["values"].get("email", "•")) for one in shown)
    assert any("•" not in str(one["left"]["values"]) for one in shown)


def test_all_doubts_go_into_a_csv(whole: House, tmp_path: Path) -> None:
    out = tmp_path / "doubts.csv"
    assert whole("review", "--out", str(out), "--most", "0").exit_code == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == listed(whole)["n_doubts"]
    assert whole("review", "--out", str(tmp_path / "no" / "x.csv")).exit_code == 2


def test_decisions_hold_in_the_next_run_and_judge_the_thresholds(acme: House) -> None:
    doubts = [one for one in listed(acme)["doubts"] if one["doubt"] == "review"]
    one, other = doubts[0], doubts[1]
    pair = [one["left"]["record_id"], one["right"]["record_id"]]
    assert acme("review", "merge", *pair, "--why", "the same phone").exit_code == 0
    again = acme("review", "split", *pair[::-1])
    assert again.exit_code == 2 and f"{FILE}:2 says merge" in again.stderr
    assert acme("review", "split", other["left"]["record_id"], other["right"]["record_id"]).exit_code == 0
    lost = acme("review", "merge", pair[0], "crm:nobody")
    assert lost.exit_code == 2 and "There is no record crm:nobody" in lost.stderr
    before = customers(acme)
    listing = listed(acme)
    assert listing["agreement"]["n_compared"] == 2 and listing["agreement"]["recall"] == 0
    assert listing["agreement"]["suggested"] is not None
    left = {(each["customer_id"], each["other_id"]) for each in listing["doubts"]}
    assert (one["customer_id"], one["other_id"]) not in left

    with (acme.root / FILE).open("a", encoding="utf-8") as file:
        file.write("crm:gone,crm:away,merge\n")
    assert acme("run", "--only", "unify").exit_code in (0, 1)
    after = customers(acme)
    assert len(set(after.values())) == len(set(before.values())) - 1
    merged = {one["customer_id"], one["other_id"]} - set(after.values())
    assert len(merged) == 1
    noted = acme("review", "--most", "0")
    assert f"! {FILE}:4 names a record that is not in the published run" in noted.stderr
    (old,) = merged
    said = acme("review", "id", old)
    assert said.exit_code == 0 and f"{old}: now C" in said.stdout and "merged" in said.stdout
    known = json.loads(acme("review", "id", old, "--json").stdout)
    assert known["current"] in after.values() and len(known["records"]) >= 2
    wrong = acme("review", "id", old[:-1] + "x")
    assert wrong.exit_code == 2 and f"did you mean {old}?" in wrong.stderr


def test_contradictions_are_refused_before_a_run_does_any_work(tiny_run: House) -> None:
    before = tiny_run.records()
    tiny_run.write(FILE, f"{HEAD}a,b,merge\nb,a,split\n")
    done = tiny_run("run", "--as-of", DAY.isoformat())
    assert done.exit_code == 2
    assert f"{FILE}:3" in done.stderr and f"{FILE}:2" in done.stderr
    assert tiny_run.records() == before


def test_reviewing_needs_a_run(tiny: House) -> None:
    done = tiny("review")
    assert done.exit_code == 2 and "Nothing is published yet." in done.stderr
