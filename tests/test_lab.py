"""JupyterLab on a project, and the stage notebooks as an analyst runs them: from the top, in a plain kernel."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import urllib.request
from pathlib import Path

import psutil
import pytest
from conftest import House
from lab_server import Lab

from gristmill import runs, stages


@pytest.fixture
def lab(tiny_run: House, tmp_path: Path):
    house = House(Path(shutil.move(tiny_run.root, tmp_path / '우리 집 & "home"')))
    server = Lab(house, tmp_path / "lab.log")
    try:
        server.wait()
        yield house, server
    finally:
        server.stop()


def test_the_lab_shows_the_project_and_asks_nothing_of_the_internet(lab) -> None:
    house, server = lab
    names = {entry["name"] for entry in json.loads(server.ask("api/contents"))["content"]}
    assert names == {"gristmill.toml", "notebooks", "reports"}
    notebook = json.loads(server.ask("api/contents/notebooks/10_one.ipynb"))
    assert "parameters" in notebook["content"]["cells"][0]["metadata"]["tags"]
    page = server.ask("lab")
    assert not re.findall(r'https?://(?!127\.0\.0\.1)[^"]+', page)
    assert json.loads(server.ask("lab/api/news")) == {"news": []}
    assert json.loads(server.ask("lab/api/update")) == {"notification": None}
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"http://127.0.0.1:{server.port}/api/contents", timeout=10)
    listening = {one.laddr.ip for one in psutil.Process(server.process.pid).net_connections("inet")}
    assert listening == {"127.0.0.1"}
    server.ask("api/shutdown", "POST")
    assert server.process.wait(30) == 0
    assert not (house.root / "untracked").exists()


def test_a_kernel_of_the_lab_is_in_the_project(lab) -> None:
    _, server = lab
    kernel = json.loads(server.ask("api/kernels", "POST"))
    children = psutil.Process(server.process.pid).children(recursive=True)
    mine = [child for child in children if kernel["id"] in " ".join(child.cmdline())]
    assert mine and mine[0].environ()["GRISTMILL_PROJECT"].endswith('우리 집 & "home"')


def test_every_stage_notebook_runs_from_the_top_in_a_plain_kernel(whole: House) -> None:
    import nbformat
    from nbclient import NotebookClient

    before = runs.current(whole.project).database(whole.project).read_bytes()
    turn = asyncio.Semaphore(2)

    async def execute(stage: stages.Stage) -> None:
        async with turn:
            notebook = nbformat.read(stage.path, as_version=4)
            client = NotebookClient(
                notebook,
                kernel_name="python3",
                resources={"metadata": {"path": str(stage.path.parent)}},
                timeout=300,
            )
            await client.async_execute()

    async def all_of_them() -> None:
        await asyncio.gather(*(execute(stage) for stage in stages.stages(whole.project)))

    asyncio.run(all_of_them())
    assert runs.current(whole.project).database(whole.project).read_bytes() == before
