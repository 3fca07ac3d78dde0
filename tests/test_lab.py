"""JupyterLab on a project, and the stage notebooks as an analyst runs them: from the top, in a plain kernel."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

import psutil
import pytest
from conftest import House

from gristmill import runs, stages

TOKEN = "sesame"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Lab:
    """A running JupyterLab server."""

    def __init__(self, house: House, log: Path) -> None:
        self.port = free_port()
        options = ["--no-browser", f"--port={self.port}", f"--IdentityProvider.token={TOKEN}"]
        if os.geteuid() == 0:
            options.append("--allow-root")
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gristmill", "lab", *options],
                cwd=house.root,
                stderr=file,
                env={**os.environ, "JUPYTER_CONFIG_DIR": str(log.parent / "config")},
            )

    def ask(self, path: str, method: str = "GET"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.ask("api/status")
            except (URLError, ConnectionError):
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self.log.read_text())


@pytest.fixture
def lab(tiny_run: House, tmp_path: Path):
    house = House(Path(shutil.move(tiny_run.root, tmp_path / '우리 집 & "home"')))
    server = Lab(house, tmp_path / "lab.log")
    try:
        server.wait()
        yield house, server
    finally:
        if server.process.poll() is None:
            server.process.terminate()
            server.process.wait(30)


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
