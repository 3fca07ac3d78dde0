"""Findings: checks with their trend, failing rows, drafted changes applied and taken back, and the explorer in JupyterLab."""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from pathlib import Path

import pytest
from conftest import House
from lab_server import screen, until

import gristmill as gm
from gristmill import cluster, runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import GristmillError, ParameterError, RunError
from gristmill.workbench import opened
from gristmill.workbench.findings import changes, edits, failed

CHECK = "clean.orders.status.isin"
MODULE = "checks/clean/orders.py"
ALLOWED = 'isin=["completed", "cancelled", "returned"]'
NOW = 'isin=["completed"]'


@pytest.fixture
def house(acme: House, monkeypatch: pytest.MonkeyPatch):
    """A project whose check of the status allows one word, and a run that found out."""
    text = (acme.root / MODULE).read_text(encoding="utf-8")
    assert ALLOWED in text
    acme.write(MODULE, text.replace(ALLOWED, NOW))
    with DuckDBEngine(runs.current(acme.project).database(acme.project)) as engine:
        engine.execute("update clean.orders set status = 'returned' where _row % 5 = 0")
        engine.execute("update clean.orders set status = 'cancelled' where _row % 5 = 1")
        engine.execute(
            "update audit.results set verdict = 'warn', n_failed = (select count(*) from clean.orders where status <> 'completed'),"
            " share_failed = 0.4 where relation = 'clean.orders' and column_name = 'status' and check_name = 'isin'"
        )
        engine.execute(
            "update audit.trends set change = 'broke', growth = 0.4, shares = [0.0, 0.4], verdict = 'warn'"
            " where relation = 'clean.orders' and column_name = 'status' and check_name = 'isin'"
        )
    monkeypatch.setenv("GRISTMILL_PROJECT", str(acme.root))
    yield acme
    opened.close()
    failed._KEPT.clear()


def orders(house: House, where: str) -> int:
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        return int(engine.scalar(f"select count(*) from clean.orders where {where}"))


def module(house: House) -> str:
    return (house.root / MODULE).read_text(encoding="utf-8")


def test_checks_come_with_severity_and_trend_and_rows_with_exact_counts(house: House) -> None:
    found = gm.findings.list()
    mine = next(one for one in found if one.name == CHECK)
    assert (mine.verdict, mine.change, mine.shares) == ("warn", "broke", (0.0, 0.4))
    assert (
        all(one.verdict != "pass" for one in found) and len(gm.findings.list(passed=True)) == found.n_checks
    )
    n = orders(house, "status <> 'completed'")
    rows = gm.findings.rows(CHECK, most=3)
    assert (rows.n_rows, rows.n_all, len(rows.rows)) == (n, n, 3) and n == mine.n_failed
    assert gm.findings.rows(CHECK, value="returned").n_rows == orders(house, "status = 'returned'") > 0
    source = rows.rows[0].source
    assert gm.findings.rows(CHECK, source=source).n_rows == orders(
        house, f"status <> 'completed' and _source = '{source}'"
    )
    assert gm.findings.rows(CHECK, contains="CANC", show=True).n_rows == orders(house, "status = 'cancelled'")
    assert "failing rows" in rows._repr_mimebundle_()["text/html"]


def test_a_value_is_allowed_applied_and_taken_back_byte_for_byte(house: House) -> None:
    before = (house.root / MODULE).read_bytes()
    change = gm.findings.draft(CHECK, "allow", value="returned")
    assert module(house).encode() == before, "a draft changes nothing"
    minus, plus = (
        [
            line
            for line in change.diff.splitlines()
            if line.startswith(sign) and line[:3] not in ("---", "+++")
        ]
        for sign in "-+"
    )
    assert len(minus) == len(plus) == 1 and plus[0][1:] == minus[0][1:].replace(
        NOW, 'isin=["completed", "returned"]'
    )
    left = orders(house, "status = 'cancelled'")
    assert f"{left:,} would" in change.effect
    assert gm.findings.apply(change).is_applied
    assert gm.findings.rows(CHECK).n_rows == left, "rows are those of the check as it is now"
    with pytest.raises(RunError, match="changed meanwhile"):
        gm.findings.apply(change)
    assert gm.findings.undo().kind == "allow"
    assert (house.root / MODULE).read_bytes() == before
    with pytest.raises(RunError, match="No change"):
        gm.findings.undo()


@pytest.mark.parametrize(
    ("kind", "given", "expected", "ends"),
    [
        ("severity", {"severity": "critical"}, 'severity={"isin": "critical"}', "fail"),
        ("share", {"max_share": 0.9}, 'max_share={"isin": 0.9}', "pass"),
        ("share", {"max_share": "0.001"}, 'max_share={"isin": 0.001}', "warn"),
    ],
)
def test_a_check_is_made_stricter_or_milder(
    house: House, kind: str, given: dict, expected: str, ends: str
) -> None:
    change = gm.findings.draft(CHECK, kind, **given)
    assert f"end as {ends}" in change.effect
    gm.findings.apply(change)
    assert f"{NOW}, {expected})" in module(house)
    again = gm.findings.draft(CHECK, "severity", severity="info")
    gm.findings.apply(again)
    assert '"isin": "info"' in module(house)


def test_bounds_are_moved_and_those_that_hold_nothing_refused(house: House) -> None:
    check = "clean.orders.amount.in_range"
    change = gm.findings.draft(check, "bound", least=0, most="5")
    outside = orders(house, "amount is not null and not (amount between 0 and 5)")
    assert "in_range=(0, 5)" in change.after and f"{outside:,} would" in change.effect
    with pytest.raises(ParameterError, match="nothing lies between"):
        gm.findings.draft(check, "bound", least=6, most=5)
    with pytest.raises(ParameterError, match="number"):
        gm.findings.draft(check, "bound", least="many")


def test_an_excluded_value_becomes_a_word_of_the_projects_own_list_that_a_run_can_follow(
    house: House,
) -> None:
    path = house.root / "sql/clean/placeholders_v1.sql"
    assert not path.exists()
    change = gm.findings.draft(CHECK, "exclude", value="Re'turned")
    assert change.before is None and "in every column" in change.says
    gm.findings.apply(change)
    with gm.open() as mill:
        assert (
            mill.run("clean/placeholders").rows()[-1] == ("re'turned", True)
            or (
                "re'turned",
                True,
            )
            in mill.run("clean/placeholders").rows()
        )
    assert house("sql", "lint", "clean/placeholders").exit_code == 0
    with pytest.raises(ParameterError, match="already"):
        gm.findings.draft(CHECK, "exclude", value="re'turned")
    gm.findings.undo()
    assert not path.exists()


def test_a_mapped_value_is_a_line_of_the_decisions_about_values(house: House) -> None:
    check = next(
        one.name
        for one in gm.findings.list("clean.orders", passed=True)
        if one.column == "channel" and one.check not in ("dtype", "not_null", "required")
    )
    assert "map" in gm.findings.fixes(check)
    change = gm.findings.draft(check, "map", value="web ", into="web")
    gm.findings.apply(change)
    line = cluster.read(house.root / cluster.FILE)[-1]
    assert (line.column, line.before, line.after, line.decision) == (
        "clean.orders.channel",
        "web ",
        "web",
        "accept",
    )
    with pytest.raises(GristmillError, match="another one"):
        gm.findings.draft(check, "map", value="web ", into="app")
    gm.findings.undo()
    assert not [one for one in cluster.read(house.root / cluster.FILE) if one.decision]


@pytest.mark.parametrize(
    ("kind", "given", "says"),
    [
        ("allow", {}, "missing"),
        ("allow", {"value": "completed"}, "already"),
        ("allow", {"value": "a", "severity": "info"}, "none of it"),
        ("alow", {"value": "a"}, "did you mean"),
        ("bound", {"least": 1}, "no change for this check"),
        ("severity", {"severity": "warnin"}, "warning"),
        ("share", {"max_share": 2}, "0 to 1"),
    ],
)
def test_what_cannot_be_drafted_is_said_and_nothing_is_changed(
    house: House, kind: str, given: dict, says: str
) -> None:
    before = module(house)
    with pytest.raises(ParameterError, match=says):
        gm.findings.draft(CHECK, kind, **given)
    assert module(house) == before


def test_a_file_edited_by_hand_is_never_overwritten_and_undo_says_so(house: House) -> None:
    change = gm.findings.draft(CHECK, "allow", value="returned")
    by_hand = module(house) + "\n# 손으로 고침\n"
    house.write(MODULE, by_hand)
    with pytest.raises(RunError, match="changed meanwhile"):
        gm.findings.apply(change)
    assert module(house) == by_hand
    gm.findings.apply(gm.findings.draft(CHECK, "allow", value="returned"))
    house.write(MODULE, module(house) + "# more\n")
    with pytest.raises(RunError, match="changed since"):
        gm.findings.undo()
    assert module(house).endswith("# 손으로 고침\n# more\n")


def test_a_setting_is_changed_where_it_stands_and_all_else_stays() -> None:
    text = 'class A(M):\n    이름: str = column("한글 뜻", isin=["가"],  # why\n        key=True,\n    )\n    b: int = pa.Field()\n'
    changed = edits.with_setting(text, "a.py", "이름", "isin", ["가", "나\"'"])
    assert changed == text.replace('["가"]', repr(["가", "나\"'"]).replace("'가'", '"가"'))
    assert edits.setting(changed, "a.py", "이름", "isin") == ["가", "나\"'"]
    added = edits.with_setting(text, "a.py", "이름", "max_share", {"isin": 0.5})
    assert added == text.replace("key=True,", 'key=True, max_share={"isin": 0.5},')
    assert edits.with_setting(text, "a.py", "b", "ge", 1) == text.replace("Field()", "Field(ge=1)")
    for bad in ("c", "A"):
        with pytest.raises(GristmillError, match="editor"):
            edits.with_setting(text, "a.py", bad, "ge", 1)
    with pytest.raises(GristmillError, match="computed"):
        edits.setting("class A:\n    b: int = column('x', isin=LIST)\n", "a.py", "b", "isin")


def test_personal_values_are_masked_until_they_are_asked_for(house: House) -> None:
    check = "clean.contacts.phone.is_phone"
    with DuckDBEngine(runs.current(house.project).database(house.project)) as engine:
        engine.execute("update clean.contacts set phone = '+8210999988887777' where _row % 20 = 0")
    assert "9999888" not in json.dumps(gm.findings.rows(check)._repr_mimebundle_())
    assert "9999888" in gm.findings.rows(check, show=True).rows[0].value
    explorer = gm.findings.explorer()
    checks = explorer.answer({"do": "ready"})["checks"]
    place = next(
        i
        for i, one in enumerate(checks)
        if (one["relation"], one["column"], one["check"]) == ("clean.contacts", "phone", "is_phone")
    )
    said = explorer.answer({"do": "choose", "check": place})
    assert said["is_personal"] and not said["clear"] and "9999888" not in json.dumps(said)
    assert (
        "cannot be searched"
        in explorer.answer({"do": "filter", "text": "9999", "value": -1, "source": -1})["message"]
    )
    drafted = explorer.answer({"do": "draft", "kind": "exclude", "value": 0, "given": {}})
    assert (
        drafted["draft"]["diff"] == []
        and not drafted["draft"]["can_apply"]
        and "9999888" not in json.dumps(drafted)
    )
    clear = explorer.answer({"do": "show"})
    assert clear["clear"] and "9999888" in json.dumps(clear)
    data = [explorer._repr_mimebundle_(), {k: v for k, v in explorer.get_state().items() if k != "_esm"}]
    assert "9999888" not in json.dumps(data, default=str) and "do not pass" in json.dumps(data, default=str)


def test_a_run_that_is_published_meanwhile_is_shown_and_said_and_a_restart_can_still_undo(
    house: House,
) -> None:
    explorer = gm.findings.explorer()
    first = explorer.answer({"do": "ready"})
    place = next(
        i
        for i, one in enumerate(first["checks"])
        if one["check"] == "isin" and one["column"] == "status" and one["relation"] == "clean.orders"
    )
    explorer.answer({"do": "choose", "check": place})
    drafted = explorer.answer({"do": "draft", "kind": "allow", "value": 0, "given": {}})
    assert not drafted["bad"] and drafted["draft"]["can_apply"], drafted["message"]
    done = explorer.answer({"do": "apply", "draft": drafted["draft"]["number"]})
    assert "next run follows" in done["message"] and done["undoable"]
    late = explorer.answer({"do": "apply", "draft": drafted["draft"]["number"]})
    assert "not on the screen any more" in late["message"]
    old = runs.current(house.project)
    new = "20991231-000000"
    (house.project.state / "runs" / old.run).rename(house.project.state / "runs" / new)
    record = house.project.state / "runs" / new / runs.RECORD
    record.write_text(record.read_text(encoding="utf-8").replace(old.run, new), encoding="utf-8")
    (house.project.state / "current").write_text(new + "\n", encoding="utf-8")
    said = explorer.answer({"do": "filter", "value": -1, "source": -1, "text": "", "first": 0})
    assert "newer run" in said["message"] and said["run"] == new and said["checks"]
    opened.close()
    assert changes.last(house.project)
    assert not gm.findings.explorer().answer({"do": "undo"})["bad"] and NOW in module(house)


# -- a real JupyterLab ------------------------------------------------------------------------------


def test_an_analyst_mends_a_finding_in_jupyterlab(house: House, tmp_path: Path) -> None:
    n = orders(house, "status <> 'completed'")
    with screen(house, tmp_path, "gm.findings.explorer()") as lab:
        lab.run_all(".gmf-list tbody tr")
        explorer = lab.tool("gmf")
        explorer.locator(f'.gmf-name[data-check="{CHECK}"]').click()
        explorer.locator(".gmf-rows").wait_for()
        assert explorer.get_attribute("data-n-rows") == str(n)
        lab.tool("gmf").locator(".gmf-by-value").select_option(
            label=f"returned ({orders(house, chr(39).join(['status = ', 'returned', '']))})"
        )
        until(
            lambda: explorer.get_attribute("data-n-rows") == str(orders(house, "status = 'returned'")),
            "a filter",
        )
        lab.tool("gmf").locator(".gmf-kind").select_option("allow")
        lab.tool("gmf").locator(".gmf-draft").click()
        explorer.locator(".gmf-plus").wait_for()
        assert NOW in module(house), "looking changes nothing"
        lab.tool("gmf").locator(".gmf-apply").press("Enter")
        until(lambda: 'isin=["completed", "returned"]' in module(house), "Apply writes the file")
        left = str(orders(house, "status = 'cancelled'"))
        until(
            lambda: explorer.get_attribute("data-n-rows") == left, "what fails still is shown, of any value"
        )
        lab.tool("gmf").locator(".gmf-undo").click()
        until(lambda: NOW in module(house), "Undo puts it back")
        assert not lab.elsewhere


def test_rows_of_a_check_that_is_a_query_are_listed_too(house: House) -> None:
    run = runs.current(house.project)
    with DuckDBEngine(run.database(house.project)) as engine:
        engine.execute(
            "insert into audit.sends_after_unsubscribe"
            " select 'clean.events', 'e' || i, 'occurred_at', '2026-01-0' || i, 'sent all the same' from range(1, 4) as r(i)"
        )
        engine.execute(
            "update audit.results set verdict = 'warn', n_failed = 3 where check_name = 'sends_after_unsubscribe'"
        )
        kept = engine.scalar("select count(*) from audit.sends_after_unsubscribe")
    rows = gm.findings.rows("sends_after_unsubscribe", show=True)
    assert rows.n_rows == kept >= 3
    assert gm.findings.rows("sends_after_unsubscribe", contains="2026-01-02", show=True).rows[0].key == "e2"


def test_what_held_of_a_large_relation_is_searched_only_when_its_module_changed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failed, "LARGE", 1)
    mill = opened.mill()
    held = next(
        one
        for one in gm.findings.list("clean.orders", passed=True)
        if not one.n_failed and one.column == "order_id"
    )
    path = house.root / MODULE
    before = runs.current(house.project).started_at
    long_ago = datetime.fromisoformat(before).timestamp() - 60
    os.utime(path, (long_ago, long_ago))
    name = failed.kept(mill, held).table
    assert gm.findings.rows(held.name).n_rows == 0 and name not in mill.engine.relations()
    path.write_text(module(house) + "\n# looked at\n", encoding="utf-8")
    assert gm.findings.rows(held.name).n_rows == 0 and name in mill.engine.relations()


def test_the_rows_of_what_does_not_pass_are_there_with_the_list_and_the_screen_is_told_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer, told = gm.findings.explorer(), []
    monkeypatch.setattr(explorer, "send", told.append)
    answer = explorer.answered({"do": "ready", "n": 1})
    assert [list(one) for one in told] == [["working"]]
    assert CHECK in {one.finding.name for one in failed._KEPT.values()}
    place = next(i for i, one in enumerate(answer["checks"]) if one["n_failed"])
    assert explorer.answered({"do": "choose", "check": place, "n": 2})["n_rows"] > 0


def test_what_the_tools_say_from_python_is_in_korean() -> None:
    from gristmill.report.catalogue import Catalogue
    from gristmill.workbench.findings import drafts, widget
    from gristmill.workbench.values import widget as values
    from gristmill.workbench.values.merging import Done

    korean = Catalogue(Path(gm.__file__).parent / "report" / "languages" / "ko.toml")
    texts = [*drafts.KINDS.values(), widget.HIDDEN, *values.NAMES.values()]
    texts += [
        str(Done(word, "clean.contacts.city", n))
        for word in ("accept", "reject", "undo")
        for n in (0, 1, 1200)
    ]
    folder = Path(gm.__file__).parent / "workbench"
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
    waits = [text for one in sources for text in re.findall(r'(?:working|announced)\("([^"]+)"\)', one)]
    assert len(waits) >= 6
    texts += waits
    texts += [f"{MODULE} is changed: the next run follows it.", "'a' is allowed in clean.orders.status."]
    assert not [text for text in texts if korean.say(text) == text]
