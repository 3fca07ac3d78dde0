"""`gm.review`: the queue, a pair side by side, decisions that are on disk at once, and what takes them back."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import House

import gristmill as gm
from gristmill import reviewing, runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ParameterError, SourceError
from gristmill.unify.decisions import FILE, Decision, append, read, withdraw
from gristmill.workbench.review.counting import wilson
from gristmill.workbench.review.desk import Desk
from gristmill.workbench.review.drawing import card
from gristmill.workbench.review.pairs import compare


@pytest.fixture
def house(acme: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRISTMILL_PROJECT", str(acme.root))
    yield acme
    gm.review.close()


def lines(house: House) -> list[dict[str, str]]:
    path = house.root / FILE
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def listed(house: House) -> dict:
    done = house("review", "--json", "--most", "500")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def ids(entry) -> tuple[str, str]:
    return entry.left.record_id, entry.right.record_id


def personal(house: House) -> set[str]:
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        rows = engine.rows("select email, phone, full_name, address from unify.persons")
    return {value for row in rows for value in row if value and len(value) > 3}


def test_the_queue_is_the_one_of_the_command_the_most_valuable_first_and_masked(house: House) -> None:
    there = listed(house)
    queue = gm.review.queue(500)
    assert queue.n_left == len(queue) == there["n_doubts"] > 3
    assert [ids(one) for one in queue] == [
        (one["left"]["record_id"], one["right"]["record_id"]) for one in there["doubts"]
    ]
    shown = str(queue._repr_mimebundle_())
    assert not [value for value in personal(house) if value in shown]
    clear = gm.review.queue(500, show=True)._repr_mimebundle_()
    assert any(value in str(clear) for value in personal(house))
    assert "Personal data in the clear" in clear["text/html"]
    assert clear["application/vnd.gristmill.report+json"]["unmasked"], "a report would say so"


def test_a_pair_stands_side_by_side_with_its_differences_weights_and_neighbours(house: House) -> None:
    for entry in gm.review.queue(500):
        pair = gm.review.pair(*ids(entry), show=True)
        sizes = dict(zip((pair.why.customer_id, pair.why.other_id), pair.n_records, strict=True))
        assert pair.is_clear and pair.n_neighbours == sum(sizes.values()) - 2
        assert pair.why.weights[-1][1] == pytest.approx(
            sum(bits for _, bits in pair.why.weights[:-1]), abs=0.01
        )
        for field in pair.fields:
            left, right = pair.left.values.get(field.name, ""), pair.right.values.get(field.name, "")
            assert (field.left, field.right) == (left, right)
            assert (field.how == "same") == (left == right)
            assert (field.how == "one side") == (not left or not right)
            if field.left_spans:
                assert "".join(text for text, _ in field.left_spans) == left
                assert "".join(text for text, _ in field.right_spans) == right
        masked = card(gm.review.pair(*ids(entry)))
        assert "Masked" in masked and not [value for value in personal(house) if value in masked]
    assert "Personal data in the clear" in card(pair)


def test_a_decision_is_on_disk_when_the_call_returns_and_says_who_when_and_why(house: House) -> None:
    subprocess.run(["git", "init", "-q", str(house.root)], check=True)
    subprocess.run(["git", "-C", str(house.root), "config", "user.name", "김 담당"], check=True)
    queue = gm.review.queue(500)
    first, second = queue[0], queue[1]
    done = gm.review.decide(*ids(first), "merge", why='=HYPERLINK("x"), the same phone')
    assert (
        done.line == 2
        and str(done) == f"{FILE}:2 says merge of {first.left.record_id} and {first.right.record_id}."
    )
    (line,) = lines(house)
    assert (line["decision"], line["who"]) == ("merge", "김 담당") and line["at"].startswith("20")
    assert line["why"] == '\'=HYPERLINK("x"), the same phone'
    assert ids(gm.review.queue(1)[0]) == ids(second)
    progress = gm.review.progress()
    assert (progress.n_done, progress.n_left, progress.n_mine) == (1, len(queue) - 1, 1)
    assert listed(house)["n_doubts"] == progress.n_left
    pair = gm.review.pair(*ids(first))
    assert (pair.decision, pair.why.overruled) == ("merge", "decided to merge")
    apart = gm.review.pair(first.left.record_id, queue[-1].right.record_id)
    assert (apart.decision, apart.why.weights, apart.value) == ("", (), 0.0), (
        "any two records can be looked at"
    )
    assert "never compared" in apart._repr_html_()


def test_counts_and_precision_equal_those_of_the_command_after_many_decisions(house: House) -> None:
    queue = gm.review.queue(500)
    for n, one in enumerate(queue):
        if n % 3 < 2:
            gm.review.decide(*ids(one), "merge" if n % 3 else "split")
    there, here = listed(house), gm.review.progress()
    assert here.n_left == there["n_doubts"] and here.n_done + here.n_left == len(queue)
    assert here.n_labels == there["agreement"]["n_compared"] > 2
    assert here.precision == there["agreement"]["precision"]
    decided = [one for n, one in enumerate(queue) if n % 3 < 2]
    assert here.seen == pytest.approx(sum(n % 3 == 1 for n in range(len(queue))) / len(decided))
    assert here.expected == pytest.approx(sum(one.probability for one in decided) / len(decided))
    fresh = Desk(house.project)
    assert fresh.progress() == here, "a new kernel counts the same"
    fresh.close()


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert wilson(0, 0) == (None, None)
    # Brown, Cai and DasGupta (2001): 8 of 10 gives 0.490 to 0.943.
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)


def test_a_skipped_doubt_comes_last_for_a_new_kernel_too_and_is_no_decision(house: House) -> None:
    queue = gm.review.queue(500)
    for one in queue[:2]:
        gm.review.decide(*ids(one), "skip")
    assert not (house.root / FILE).exists()
    fresh = Desk(house.project)
    order = [(row.left_id, row.right_id) for row in fresh.open_rows()]
    fresh.close()
    again = gm.review.queue(500)
    assert [ids(one) for one in again] == [ids(one) for one in (*queue[2:], *queue[:2])]
    assert len(order) == len(queue)
    assert gm.review.progress().n_skipped == 2
    gm.review.decide(*ids(queue[0]), "split")
    progress = gm.review.progress()
    assert (progress.n_skipped, progress.n_left) == (1, len(queue) - 1)


def test_undo_takes_back_the_last_thing_done_step_by_step(house: House) -> None:
    queue = gm.review.queue(500)
    before = gm.review.progress()
    gm.review.decide(*ids(queue[0]), "merge")
    kept = (house.root / FILE).read_bytes()
    gm.review.decide(*ids(queue[1]), "skip")
    gm.review.decide(*ids(queue[2]), "split", "two brothers")
    fresh = Desk(house.project)
    assert [fresh.undo().undone, fresh.undo().undone] == ["split", "skip"]
    fresh.close()
    assert (house.root / FILE).read_bytes() == kept, "other lines stay byte for byte"
    assert gm.review.undo().undone == "merge"
    assert gm.review.progress() == before
    assert [ids(one) for one in gm.review.queue(500)] == [ids(one) for one in queue]
    with pytest.raises(ParameterError, match="has decided nothing that could be taken back"):
        gm.review.undo()


def test_undo_leaves_other_people_and_what_a_run_follows_alone(house: House) -> None:
    left, right = ids(gm.review.queue(1)[0])
    mine = reviewing.who(house.project)
    house.write(FILE, f"left_id,right_id,decision,who,at\n{left},{right},merge,somebody else,2999-01-01\n")
    with pytest.raises(ParameterError, match="decided nothing"):
        gm.review.undo()
    house.write(
        FILE, f"left_id,right_id,decision,who,at\n{left},{right},merge,{mine},2020-01-01T00:00:00+00:00\n"
    )
    with pytest.raises(ParameterError, match=r"decisions\.csv:2 The run \S+ follows the last decision"):
        gm.review.undo()
    assert len(lines(house)) == 1


def test_what_others_decide_meanwhile_is_seen_at_once(house: House) -> None:
    queue = gm.review.queue(500)
    other = house("review", "merge", *ids(queue[0]))
    assert other.exit_code == 0
    assert ids(gm.review.queue(1)[0]) == ids(queue[1])
    assert gm.review.progress().n_left == len(queue) - 1
    with pytest.raises(SourceError, match="the new decision says split"):
        gm.review.decide(*ids(queue[0]), "split")
    (house.root / FILE).unlink()
    assert gm.review.progress().n_left == len(queue)


def test_a_file_that_somebody_broke_is_told_and_left_alone(house: House) -> None:
    queue = gm.review.queue(2)
    broken = house.write(FILE, "left_id,right_id,decision\na,b,marge\n").read_bytes()
    for ask in (gm.review.progress, lambda: gm.review.decide(*ids(queue[0]), "merge"), gm.review.undo):
        with pytest.raises(SourceError, match="did you mean merge"):
            ask()
    assert (house.root / FILE).read_bytes() == broken


def test_wrong_words_are_refused_with_the_nearest(house: House) -> None:
    left, right = ids(gm.review.queue(1)[0])
    with pytest.raises(ParameterError, match="did you mean merge"):
        gm.review.decide(left, right, "marge")
    with pytest.raises(ParameterError, match="There is no record crm:nobody"):
        gm.review.decide(left, "crm:nobody", "merge")
    with pytest.raises(ParameterError, match="are one record"):
        gm.review.pair(left, left)
    assert not (house.root / FILE).exists()


def test_a_kernel_that_is_killed_loses_no_decision(house: House) -> None:
    code = (
        "import os, signal, gristmill as gm\n"
        "for one in gm.review.queue(3):\n"
        "    gm.review.decide(one.left.record_id, one.right.record_id, 'merge')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    died = subprocess.run([sys.executable, "-c", code], cwd=house.root, env={**os.environ}, timeout=120)
    assert died.returncode == -signal.SIGKILL
    assert [one["decision"] for one in lines(house)] == ["merge"] * 3
    assert gm.review.progress().n_done == 3


def test_a_run_that_publishes_meanwhile_is_followed_and_nothing_is_lost(house: House) -> None:
    first = gm.review.queue(500)
    gm.review.decide(*ids(first[0]), "split")
    before = gm.review.opened().run.run
    assert house("run", "--only", "unify").exit_code in (0, 1)
    assert gm.review.opened().run.run != before
    assert gm.review.progress().n_left == len(first) - 1
    with pytest.raises(ParameterError, match="follows the last decision"):
        gm.review.undo()


# -- without a project ------------------------------------------------------------------------------


def test_lines_are_added_and_taken_out_by_many_at_once(tmp_path: Path) -> None:
    path, lock = tmp_path / "decisions.csv", tmp_path / "lock"

    def work(n: int) -> None:
        for m in range(4):
            one = Decision(f"a{n}.{m}", f"b{n}.{m}", "merge", who=str(n), at=str(m))
            append(path, one, lock=lock)
            if m % 2:
                withdraw(path, one, lock=lock)

    many = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for one in many:
        one.start()
    for one in many:
        one.join()
    assert {one.left_id for one in read(path)} == {f"a{n}.{m}" for n in range(8) for m in (0, 2)}
    assert sorted(each.name for each in tmp_path.iterdir()) == ["decisions.csv", "lock"]


def test_a_line_is_taken_out_of_a_file_that_a_spreadsheet_saved(tmp_path: Path) -> None:
    path, lock = tmp_path / "decisions.csv", tmp_path / "lock"
    text = "\ufeffsep=;\r\ndecision;right_id;left_id;who;at\r\nmerge;b;a;kim;1\r\n\r\nsplit;d;c;kim;2\r\nmerge;f;e;lee;3"
    path.write_bytes(text.encode())
    path.chmod(0o640)
    gone = withdraw(path, Decision("c", "d", "split", who="kim", at="2"), lock=lock)
    assert gone.line == 5 and path.read_bytes() == text.replace("split;d;c;kim;2\r\n", "").encode()
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(SourceError, match="has no line that decides split"):
        withdraw(path, gone, lock=lock)
    typed = 'left_id,right_id,decision,who,at,why\na,b,merge,kim,1,"two\nlines"\n'
    path.write_text(typed, encoding="utf-8")
    with pytest.raises(SourceError, match="is not on one line of its own"):
        withdraw(path, Decision("a", "b", "merge", who="kim", at="1"), lock=lock)
    assert path.read_text(encoding="utf-8") == typed


@pytest.mark.parametrize(
    ("left", "right", "how"),
    [
        ("김민수", "김민수", "same"),
        ("Jonathan Smith", "Jonathon Smith", "near"),
        ("김민수", "박영희", "differs"),
        ("kim@a.com", "", "one side"),
        ("", "kim@a.com", "one side"),
        ("İstanbul", "istanbul", "near"),
        ("x" * 5000, "x" * 4999, "differs"),
    ],
)
def test_differences_are_named_and_marked_letter_by_letter(left: str, right: str, how: str) -> None:
    field = compare("name", (left, right), (left, right), show=True)
    assert field.how == how
    if field.left_spans:
        assert "".join(text for text, _ in field.left_spans) == left
        assert any(not is_same for _, is_same in (*field.left_spans, *field.right_spans))
    hidden = compare("name", (left, right), ("•", "•"), show=False)
    assert hidden.how == how and not hidden.left_spans, "a mask shows no letters"


def test_markup_in_values_stays_text(house: House) -> None:
    evil = '<img src=x onerror="alert(1)"></td><script>alert(2)</script>'
    with DuckDBEngine(runs.current(house.project).database(house.project)) as engine:
        engine.execute("update unify.persons set full_name = $evil, company = $evil || 'a'", {"evil": evil})
    for entry in gm.review.queue(5):
        drawn = card(gm.review.pair(*ids(entry), show=True))
        assert "<script" not in drawn and "<img" not in drawn
    assert "&lt;img src=x" in drawn
