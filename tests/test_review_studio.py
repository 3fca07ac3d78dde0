"""The studio: what the widget answers, what is kept of it, and a day's work with it in a real JupyterLab."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from conftest import House, notebook
from lab_server import screen, until

import gristmill as gm
from gristmill import runs, stages
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.unify.decisions import FILE

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def house(acme: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRISTMILL_PROJECT", str(acme.root))
    yield acme
    gm.review.close()


def decided(house: House) -> list[str]:
    path = house.root / FILE
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [line["decision"] for line in csv.DictReader(file)]


def personal(house: House) -> set[str]:
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        rows = engine.rows("select email, phone, full_name, address from unify.persons")
    return {value for row in rows for value in row if value and len(value) > 3}


def test_answers_decide_skip_and_take_back_and_counts_are_exact(house: House) -> None:
    studio = gm.review.studio()
    n = gm.review.progress().n_left
    first = studio.answer({"do": "ready"})
    assert first["clear"] and first["n_left"] == n and not first["bad"]
    second = studio.answer({"do": "merge", "card": first["card"], "why": "같은 전화"})
    assert decided(house) == ["merge"] and second["n_left"] == n - 1 and second["card"] != first["card"]
    third = studio.answer({"do": "skip", "card": second["card"]})
    assert (third["n_left"], third["n_skipped"]) == (n - 1, 1)
    studio.answer({"do": "split", "card": third["card"]})
    assert decided(house) == ["merge", "split"]
    back = studio.answer({"do": "undo"})
    assert decided(house) == ["merge"] and back["card"] == third["card"], "what was taken back is asked again"
    assert studio.answer({"do": "undo"})["card"] == second["card"]
    assert studio.answer({"do": "undo"})["card"] == first["card"]
    assert decided(house) == []
    nothing = studio.answer({"do": "undo"})
    assert nothing["bad"] and "decided nothing" in nothing["message"] and nothing["card"] == first["card"]


def test_a_key_pressed_twice_and_two_studios_at_once_decide_a_pair_once(house: House) -> None:
    one, other = gm.review.studio(), gm.review.studio()
    card = one.answer({"do": "ready"})["card"]
    assert other.answer({"do": "ready"})["card"] == card
    one.answer({"do": "merge", "card": card})
    late = one.answer({"do": "merge", "card": card})
    assert "answered already" in late["message"] and decided(house) == ["merge"]
    late = other.answer({"do": "split", "card": card})
    assert "decided meanwhile: merge" in late["message"] and decided(house) == ["merge"]
    assert late["card"] != card


def test_a_broken_file_is_a_message_and_work_goes_on_when_it_is_mended(house: House) -> None:
    studio = gm.review.studio()
    card = studio.answer({"do": "ready"})["card"]
    path = house.write(FILE, "left_id,right_id,decision\na,b,marge\n")
    said = studio.answer({"do": "merge", "card": card})
    assert said["bad"] and "did you mean merge" in said["message"]
    path.unlink()
    said = studio.answer({"do": "merge", "card": card})
    assert not said["bad"] and decided(house) == ["merge"]


def test_the_end_of_the_queue_is_said(house: House) -> None:
    studio = gm.review.studio()
    said = studio.answer({"do": "ready"})
    while said["card"]:
        said = studio.answer({"do": "split", "card": said["card"]})
        assert not said["bad"], said["message"]
    assert "No doubts are left" in said["html"] and said["n_left"] == 0
    assert "answered already" in studio.answer({"do": "merge", "card": ""})["message"]
    assert not gm.review.queue()


def test_neither_the_state_of_the_widget_nor_its_picture_holds_anybody(house: House) -> None:
    studio = gm.review.studio()
    clear = studio.answer({"do": "ready"})["html"]
    names = personal(house)
    assert any(name in clear for name in names)
    bundle = studio._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert WIDGET in data and "doubts are left" in data["text/html"]
    assert data["application/vnd.gristmill.report+json"]["kind"] == "table"
    state = json.dumps(
        [data, {name: value for name, value in studio.get_state().items() if name != "_esm"}],
        ensure_ascii=False,
        default=str,
    )
    assert not [name for name in names if name in state]
    hidden = studio.answer({"do": "hide"})
    assert not hidden["clear"] and not [name for name in names if name in hidden["html"]]
    assert studio.answer({"do": "show"})["html"] == clear


def test_a_notebook_that_is_executed_without_a_screen_keeps_a_masked_picture(house: House) -> None:
    import nbformat
    from nbclient import NotebookClient

    text = notebook("import gristmill as gm", "gm.review.studio()", parameters="")
    made = nbformat.reads(text, as_version=4)
    NotebookClient(made, kernel_name="python3", resources={"metadata": {"path": str(house.root)}}).execute()
    kept = nbformat.writes(made)
    assert not [name for name in personal(house) if name in kept or json.dumps(name)[1:-1] in kept]
    data = made.cells[2].outputs[0].data
    assert "doubts are left" in data["text/html"]


def test_the_notebook_that_comes_with_a_project_runs_from_the_top_and_is_no_stage(house: House) -> None:
    import nbformat
    from nbclient import NotebookClient

    path = house.root / "notebooks/review.ipynb"
    assert path.name not in {stage.path.name for stage in stages.stages(house.project)}
    made = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in made.cells)
    NotebookClient(made, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
    kept = nbformat.writes(made)
    assert "doubts are left" in kept and "Masked" in kept
    assert not [name for name in personal(house) if name in kept or json.dumps(name)[1:-1] in kept]


# -- a real JupyterLab ------------------------------------------------------------------------------


def test_a_steward_decides_with_keys_and_clicks_in_jupyterlab(house: House, tmp_path: Path) -> None:
    n = gm.review.progress().n_left
    with screen(house, tmp_path, "gm.review.studio()") as lab:
        lab.run_all(".gmr-card .gmw-title")
        studio = lab.tool("gmr")
        assert "Personal data in the clear" in studio.inner_text()
        assert f"0 of {n} doubts decided" in studio.inner_text()

        lab.press("gmr", "m")
        until(lambda: decided(house) == ["merge"], "M merges")
        lab.press("gmr", "w")
        lab.page.keyboard.type("same phone, moved house")
        lab.page.keyboard.press("Enter")
        lab.press("gmr", "s")
        until(lambda: decided(house) == ["merge", "split"], "S splits")
        assert "same phone, moved house" in (house.root / FILE).read_text(encoding="utf-8-sig")
        lab.press("gmr", "n")
        until(lambda: "1 put off" in studio.inner_text(), "N puts off")
        lab.tool("gmr").locator(".gmr-merge").click()
        until(lambda: decided(house) == ["merge", "split", "merge"], "the button merges")
        lab.press("gmr", "u")
        until(lambda: decided(house) == ["merge", "split"], "U takes back")
        lab.press("gmr", "h")
        until(lambda: "Masked" in studio.locator(".gmw-badge").inner_text(), "H hides")
        assert f"2 of {n} doubts decided" in lab.tool("gmr").inner_text()

        lab.page.keyboard.press("Control+s")
        path = house.root / "notebooks/desk.ipynb"
        until(lambda: WIDGET in path.read_text(encoding="utf-8"), "Ctrl+S saves")
        saved = path.read_text(encoding="utf-8")
        assert not [name for name in personal(house) if name in saved or json.dumps(name)[1:-1] in saved]
        assert not lab.elsewhere
