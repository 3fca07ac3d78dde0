"""The mapping assistant: guesses, drafts that leave hand-made changes alone, what it shows, and a real JupyterLab."""

from __future__ import annotations

import json

import pytest
from conftest import House
from lab_server import screen, until

from gristmill import lock
from gristmill.errors import ParameterError, RunError, SourceError
from gristmill.workbench import findings, mapping
from gristmill.workbench.mapping.drafted import around
from gristmill.workbench.mapping.text import edited, values
from gristmill.workbench.panel import WIDGET

CRM = "sql/source/crm__contacts_v1.sql"


@pytest.fixture
def house(acme: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRISTMILL_PROJECT", str(acme.root))
    yield acme
    mapping.close()


def text(house: House) -> str:
    return (house.root / CRM).read_text(encoding="utf-8")


def clear(house: House) -> set[str]:
    """Names and addresses of the CRM file, as they stand there."""
    lines = (house.root / "data/crm.csv").read_text(encoding="utf-8-sig").splitlines()
    return {cell for line in lines[1:] for cell in line.split(",") if "@" in cell and len(cell) > 6}


def test_each_raw_column_has_a_guess_with_its_reason_and_masked_samples(house: House) -> None:
    found = mapping.guesses("crm")
    email = next(one for one in found if one.canonical == "email")
    assert (found.entity, email.raw) == ("contacts", "E-mail") and "e-mail" in email.reason
    assert all("•" in sample for sample in email.samples)
    shown = next(one for one in mapping.guesses("crm", show=True) if one.canonical == "email")
    assert set(shown.samples) <= clear(house)
    with pytest.raises(ParameterError, match="did you mean crm"):
        mapping.guesses("cmr")
    with pytest.raises(ParameterError, match="did you mean orders"):
        mapping.guesses("crm", "order")


def test_a_choice_changes_its_own_column_and_nothing_that_a_person_wrote(house: House) -> None:
    mine = text(house).replace("-- 0.99 by its name; 98% look like postal codes", "-- ours, since the move")
    mine = mine.replace(
        "from raw.crm", 'from raw.crm\nwhere "Customer No" is not null  -- test rows have none'
    )
    house.write(CRM, mine)
    drafted = mapping.draft("crm", {"gender": "lower(Gender)", "city": None, "region": "City"})
    changed = {line[1:] for line in drafted.difference if line[0] in "+-"}
    assert not any("since the move" in line or "test rows" in line for line in changed)
    assert "lower(Gender) as gender" in drafted.text and '"City" as region' in drafted.text
    assert text(house) == mine, "nothing is written before it is said"
    assert (
        mapping.save("crm", {"gender": "lower(Gender)", "city": None, "region": "City"}) == house.root / CRM
    )
    saved = text(house)
    assert "-- ours, since the move" in saved and "-- test rows have none" in saved
    assert values(saved)["region"] == '"City"' and "city" not in values(saved)
    assert "-- returns" in saved and " city," not in saved.split("select")[0]
    assert house("sql", "lint").exit_code == 0


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"genre": "Gender"}, "did you mean gender"),
        ({"gender": "Gendre"}, "did you mean Gender"),
        ({"gender": "Gender; drop table x"}, "Expected one SQL expression"),
        ({"gender": "Gender -- rest"}, "Expected one SQL expression"),
        ({"gender": "$as_of"}, "Expected one SQL expression"),
        ({"gender": "count(*)"}, "cannot be made"),
        ({"gender": "lower("}, "would not say what was chosen"),
    ],
)
def test_what_the_database_does_not_take_is_refused_before_anything_is_written(
    house: House, choices, said
) -> None:
    before = text(house)
    with pytest.raises((ParameterError, SourceError), match=said):
        mapping.save("crm", choices)
    assert text(house) == before


def test_two_columns_in_one_expression_are_refused(house: House) -> None:
    with pytest.raises(SourceError, match="would not say what was chosen"):
        mapping.draft("crm", {"gender": '"Gender", "City"'})


def test_a_mapping_that_is_no_list_of_columns_is_left_to_its_author(house: House) -> None:
    house.write(CRM, text(house) + "union all\n" + text(house))
    with pytest.raises(SourceError, match="change the file itself"):
        mapping.draft("crm", {"city": None})


def test_a_locked_mapping_gets_a_next_version(house: House) -> None:
    house.write(f"sql/{lock.LOCK_NAME}", "source/crm__contacts@1 0123456789abcdef\n")
    drafted = mapping.draft("crm", {"city": None})
    assert drafted.path.name == "crm__contacts_v2.sql" and "new version" in drafted.note
    before = text(house)
    mapping.save("crm", {"city": None})
    assert text(house) == before and "city" not in values(drafted.path.read_text(encoding="utf-8"))


def test_a_file_changed_meanwhile_is_not_overwritten(house: House) -> None:
    one, other = mapping.assistant("crm"), mapping.assistant("crm")
    one.answer({"do": "choose", "column": "city", "value": ""})
    seen = one.answer({"do": "difference"})
    assert any(line.startswith("-") and '"City" as city' in line for line in seen["difference"])
    other.answer({"do": "choose", "column": "gender", "value": ""})
    other.answer({"do": "save", "seen": other.answer({"do": "difference"})["seen"]})
    late = one.answered({"do": "save", "seen": seen["seen"]})
    assert late["bad"] and "changed meanwhile" in late["message"] and "city" in values(text(house))
    said = one.answered({"do": "save", "seen": one.answer({"do": "difference"})["seen"]})
    assert not said["bad"] and not {"city", "gender"} & set(values(text(house))), "both changes hold"


def test_what_was_written_is_taken_back_and_only_while_nobody_changed_it_since(house: House) -> None:
    panel, before, path = mapping.assistant("crm"), text(house), house.root / CRM
    assert not panel.answer({"do": "ready"})["can_undo"]
    for column in ("city", "gender"):
        panel.answer({"do": "choose", "column": column, "value": ""})
        panel.answer({"do": "save", "seen": panel.answer({"do": "difference"})["seen"]})
    mapping.close()
    panel = mapping.assistant("crm")
    said = panel.answered({"do": "undo"})
    assert "city" not in values(text(house)) and "gender" in values(text(house)), (
        "the last one, after a restart"
    )
    assert said["can_undo"] and CRM in said["message"]
    path.write_text(text(house) + "-- mine\n", encoding="utf-8")
    assert panel.answered({"do": "undo"})["bad"] and text(house).endswith("-- mine\n")
    path.write_text(text(house).removesuffix("-- mine\n"), encoding="utf-8")
    assert mapping.undo() == path and text(house) == before
    assert panel.answered({"do": "undo"})["bad"], "nothing is left"
    with pytest.raises(RunError, match="No change"):
        findings.undo()


def test_a_text_with_marks_that_end_a_line_elsewhere_stays_one_line(house: House) -> None:
    strange = "trim(\"City\", '\u2028\x0b\x85')"
    drafted = mapping.draft("crm", {"city": strange})
    assert any(strange in line for line in drafted.difference)
    mapping.save("crm", {"city": strange})
    assert (
        values(text(house))["city"] == strange
        and around("select '\u2028-- a' as a from b").count("\u2028") == 0
    )
    assert around("select a as a from b where c = '\u2028-- d'").endswith("'\u2028-- d'")


def test_a_large_source_is_counted_beside_and_a_choice_does_not_wait_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact, _ = mapping.opened().readings(mapping.draft("crm"))
    mapping.close()
    monkeypatch.setattr("gristmill.workbench.mapping.widget.AT_ONCE", 0)
    panel = mapping.assistant("crm")
    said = panel.answer({"do": "ready"})
    assert said["n_open"] and not all(one["n_rows"] for one in said["columns"]), "not counted is not said"
    said = panel.answer({"do": "choose", "column": "city", "value": "lower(City)"})
    while said["n_open"]:
        said = panel.answer({"do": "count"})
        assert "rows" not in said, "a count asks for nothing else"
    found = {one["name"]: (one["n_rows"], one["n_filled"], one["n_unlike"]) for one in said["counted"]}
    drawn = {one["name"]: one for one in panel.answer({"do": "ready"})["columns"] if one["n_rows"]}
    assert found == {n: (one["n_rows"], one["n_filled"], one["n_unlike"]) for n, one in drawn.items()}
    for name, one in exact.items():
        assert found[name] == (one.n_rows, one.n_filled, one.n_unlike), name


def test_what_a_count_beside_raises_is_a_message_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gristmill.workbench.mapping.widget.AT_ONCE", 0)
    desk, panel = mapping.opened(), mapping.assistant("crm")
    desk.raw("crm")
    odd = "case when row_number() over () > 0 then error('no such town') else City end"
    said = panel.answered({"do": "choose", "column": "city", "value": odd})
    answers = [said]
    while answers[-1].get("n_open"):
        answers.append(panel.answered({"do": "count"}))
    assert "no such town" in answers[-1]["message"] and answers[-1]["bad"]
    assert not panel.answered({"do": "choose", "column": "city", "value": ""})["bad"], "it goes on"


def test_counts_are_of_all_rows_and_a_bad_expression_leaves_the_choice_before(house: House) -> None:
    panel = mapping.assistant("crm")
    first = panel.answer({"do": "ready"})
    columns = {one["name"]: one for one in first["columns"]}
    n = len((house.root / "data/crm.csv").read_text(encoding="utf-8-sig").splitlines()) - 1
    assert columns["source_key"]["n_rows"] == n == columns["source_key"]["n_filled"]
    wrong = panel.answer({"do": "choose", "column": "birth_date", "value": "Full Name"})
    birth = next(one for one in wrong["columns"] if one["name"] == "birth_date")
    assert birth["n_unlike"] == birth["n_filled"] > 0 and "dates" in birth["what"]
    assert "chosen by hand" in birth["why"] and wrong["is_changed"]
    bad = panel.answered({"do": "choose", "column": "birth_date", "value": "nonsense("})
    assert bad["bad"]
    after = panel.answer({"do": "ready"})
    assert next(one for one in after["columns"] if one["name"] == "birth_date")["leaf"] == "Full Name"
    assert not panel.answer({"do": "reset"})["is_changed"]


def test_neither_the_answers_that_are_masked_nor_the_state_nor_the_picture_hold_anybody(house: House) -> None:
    panel = mapping.assistant("crm")
    masked = panel.answer({"do": "ready"})
    # An address that is taken for something harmless stays an address.
    moved = panel.answer({"do": "choose", "column": "acquired_via", "value": "E-mail"})
    bundle = panel._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert WIDGET in data and "taken for contacts" in data["text/html"]
    state = {name: value for name, value in panel.get_state().items() if name != "_esm"}
    kept = json.dumps([masked, moved, data, state], ensure_ascii=False, default=str)
    persons = clear(house)
    assert persons and not [value for value in persons if value in kept]
    shown = json.dumps(panel.answer({"do": "show"}), ensure_ascii=False)
    assert [value for value in persons if value in shown]


def test_it_works_before_the_first_run_and_where_a_file_has_changed_since(house: House) -> None:
    n = mapping.assistant("crm").answer({"do": "ready"})["columns"][0]["n_rows"]
    path = house.root / "data/crm.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text(
        "".join([*lines, lines[-1].replace(lines[-1].split(",")[0], "K-900001")]), encoding="utf-8"
    )
    mapping.close()
    assert mapping.assistant("crm").answer({"do": "ready"})["columns"][0]["n_rows"] == n + 1
    mapping.close()
    (house.project.state / "current").unlink()
    (house.root / CRM).unlink()
    first = mapping.assistant("crm").answer({"do": "ready"})
    assert first["is_changed"] and first["columns"][0]["n_rows"] == n + 1
    assert "postal codes" in mapping.save("crm", {"city": None}).read_text(encoding="utf-8")
    assert "city" not in values(text(house)) and "left out by hand" in text(house)


def test_a_project_without_sources_says_so(tiny: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRISTMILL_PROJECT", str(tiny.root))
    try:
        panel = mapping.assistant()
        assert "gristmill add" in panel.answered({"do": "ready"})["message"]
        assert "gristmill add" in panel.picture()["text/html"]
        with pytest.raises(ParameterError, match="no source"):
            mapping.assistant("crm")
    finally:
        mapping.close()


@pytest.mark.parametrize(
    "body",
    [
        "select _source, _file, _row, a as email, b as phone from raw.crm",
        "select _source, _file, _row,\n  a as email, b phone\n  -- rest\nfrom raw.crm",
        "with x as (select *, (a, b) as c from raw.crm)\nselect\n  _source,\n  _file,\n  _row,\n  coalesce(a, 'b, c') as email,  -- kept, too\n  phone\nfrom x",
    ],
)
def test_columns_are_changed_added_and_left_out_in_any_layout(body: str) -> None:
    for changes in (
        {"email": None},
        {"phone": None},
        {"email": None, "phone": None},
        {"phone": "f(a, b)", "city": "x"},
    ):
        before = values(body)
        after = values(edited(body, "contacts", changes, "here"))
        assert after == {k: v for k, v in {**before, **changes}.items() if v is not None}
        assert edited(body, "contacts", changes, "here").endswith(body[body.rindex("from ") :])


def test_the_messages_are_in_korean(house: House) -> None:
    config = house.root / "gristmill.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"en"', '"ko"'), encoding="utf-8")
    panel = mapping.assistant("crm")
    panel.answer({"do": "choose", "column": "birth_date", "value": "Full Name"})
    said = panel.answer({"do": "save", "seen": panel.answer({"do": "difference"})["seen"]})
    assert said["message"].startswith("저장함: sql/source/crm__contacts_v1.sql")
    assert "날짜로" in next(one for one in said["columns"] if one["name"] == "birth_date")["what"]


# -- a real JupyterLab ------------------------------------------------------------------------------


def test_an_analyst_maps_a_column_in_jupyterlab(house: House, tmp_path) -> None:
    with screen(house, tmp_path, 'gm.mapping.assistant("crm")') as lab:
        lab.run_all(".gmm-columns tbody tr")
        panel = lab.tool("gmm")
        assert "Masked" in panel.locator(".gmw-badge").inner_text()
        panel.locator('[data-column="region"] select').select_option("City")
        until(lambda: panel.get_attribute("data-changed") == "true", "a choice is a change")
        lab.tool("gmm").locator('[data-column="gender"] select').select_option(label="an expression …")
        typed = panel.locator('[data-column="gender"] input')
        typed.fill("lower(Gender)")
        typed.press("Enter")
        until(
            lambda: "chosen by hand" in panel.locator('[data-column="gender"]').inner_text(), "an expression"
        )
        assert "as region" not in text(house)
        lab.tool("gmm").locator(".gmm-look").click()
        until(lambda: "+" in panel.locator("pre").inner_text(), "the change is shown")
        assert "lower(Gender) as gender" in panel.locator("pre").inner_text()
        lab.tool("gmm").locator(".gmm-save").click()
        until(lambda: "lower(Gender) as gender" in text(house), "it is written")
        assert values(text(house))["region"] == '"City"'
        lab.tool("gmm").locator(".gmm-source").select_option("tickets")
        until(lambda: "tickets__tickets_v1.sql" in panel.inner_text(), "another source")
        lab.page.keyboard.press("Control+s")
        path = house.root / "notebooks/desk.ipynb"
        until(lambda: WIDGET in path.read_text(encoding="utf-8"), "Ctrl+S saves")
        assert not [value for value in clear(house) if value in path.read_text(encoding="utf-8")]
        assert not lab.elsewhere
