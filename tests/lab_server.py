"""A running JupyterLab on a project, and a notebook open in it in a real browser, for tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

from conftest import House, notebook
from report_browser import launched

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


def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for something to become true; a failed assertion when it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(what)


class Screen:
    """A notebook open in JupyterLab. Tools are found by the class of their panel: ``gmr`` is the review studio."""

    def __init__(self, server: Lab, page: Any) -> None:
        self.server, self.page = server, page
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))

    @property
    def elsewhere(self) -> list[str]:
        """What was asked of anybody but this server."""
        own = f"127.0.0.1:{self.server.port}"
        return [url for url in self.asked if url.startswith("http") and own not in url]

    def menu(self, menu: str, item: str) -> None:
        self.page.locator(".lm-MenuBar-itemLabel", has_text=menu).first.click()
        self.page.locator(".lm-Menu-itemLabel", has_text=item).first.click()

    def run_all(self, shown: str) -> None:
        """Run all cells and wait for what this selector finds."""
        # A notebook that is asked to run before its kernel is there asks which kernel is meant.
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=90_000)
        self.menu("Run", "Run All Cells")
        self.page.locator(shown).last.wait_for(timeout=90_000)

    def tool(self, name: str) -> Any:
        """The panel of a tool once it has answered what it was asked."""
        self.page.locator(f'.{name}[aria-busy="false"]').last.wait_for(timeout=60_000)
        return self.page.locator(f".{name}").last

    def press(self, name: str, key: str) -> None:
        """A key in the tool."""
        self.tool(name).focus()
        self.page.keyboard.press(key)


@contextmanager
def screen(house: House, folder: Path, *cells: str) -> Iterator[Screen]:
    """A new notebook ``notebooks/desk.ipynb`` of these cells, open and not run; its log goes to the folder."""
    house.write("notebooks/desk.ipynb", notebook("import gristmill as gm", *cells, parameters=""))
    server = Lab(house, folder / "lab.log")
    try:
        server.wait()
        with launched() as browser:
            page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
            page.goto(f"http://127.0.0.1:{server.port}/lab/tree/notebooks/desk.ipynb?token={TOKEN}&reset")
            page.locator(".jp-Notebook").wait_for(timeout=90_000)
            yield Screen(server, page)
    finally:
        server.process.terminate()
        server.process.wait(30)
