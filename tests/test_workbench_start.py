"""The start page: JupyterLab opens on it, it runs from the top before and after the first run, and shows nobody."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from conftest import House
from lab_server import IDLE, TOKEN, Lab
from nbclient import NotebookClient
from report_browser import launched

from gristmill import lab, runs, scaffold, stages
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.project import base_dir

START = "notebooks/start.ipynb"
TOOLS = (
    "gm.job.form",
    "gm.mapping.assistant",
    "gm.findings.explorer",
    "gm.values.studio",
    "gm.review.studio",
    "gm.segment.builder",
    "gm.segment.grid",
    "gm.sql.panel",
    "%%sql",
)


def executed(house: House) -> str:
    """The start page run from the top in a plain kernel, outputs and all."""
    path = house.root / START
    made = nbformat.read(path, as_version=4)
    NotebookClient(
        made, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}, timeout=300
    ).execute()
    return nbformat.writes(made)


def persons(house: House) -> set[str]:
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        rows = engine.rows("select email, phone, full_name, address from unify.persons")
    return {value for row in rows for value in row if value and len(value) > 3}


def test_the_start_page_leads_through_every_tool_and_is_no_stage() -> None:
    path = base_dir() / START
    made = nbformat.read(path, as_version=4)
    text = "\n".join(cell["source"] for cell in made.cells)
    assert not [tool for tool in TOOLS if tool not in text]
    assert not any(cell.get("outputs") for cell in made.cells)
    assert stages.STAGE.fullmatch(path.name) is None


def test_it_runs_from_the_top_in_a_project_with_a_run_and_shows_nobody(acme: House) -> None:
    kept = executed(acme)
    assert "doubts are left" in kept and "is taken for" in kept
    assert not [name for name in persons(acme) if name in kept or json.dumps(name)[1:-1] in kept]


def test_it_runs_from_the_top_before_the_first_run_with_words_in_place_of_errors(tmp_path: Path) -> None:
    house = House(tmp_path / "fresh")
    scaffold.init(house.root)
    kept = executed(house)
    assert "no published run" in kept and "gristmill add" in kept and '"output_type": "error"' not in kept


def test_jupyterlab_opens_on_it_and_on_the_launcher_where_there_is_none(acme: House, tmp_path: Path) -> None:
    server = Lab(acme, tmp_path / "lab.log")
    try:
        server.wait()
        with launched() as browser:
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.port}/?token={TOKEN}")
            page.locator(".jp-Notebook").wait_for(timeout=90_000)
            page.get_by_role("heading", name="Start here").first.wait_for(timeout=60_000)
            assert page.url.split("?")[0].endswith(lab.FIRST)
            # A server that is told to end waits for a kernel that is still starting.
            page.get_by_text(IDLE).wait_for(timeout=90_000)
    finally:
        server.stop()
