"""A running JupyterLab on a project, and a notebook open in it in a real browser, for tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError

import psutil
from conftest import House, notebook
from report_browser import launched

TOKEN = "sesame"
IDLE = "Python 3 (ipykernel) | Idle"


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

    def stop(self) -> None:
        """End the server and all its kernels, whatever they are at; it waits for those that are still starting."""
        if self.process.poll() is not None:
            return
        mine = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(120)
        finally:
            for one in mine:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


class Line:
    """A connection to a port of this machine that can be cut and mended, as that of a laptop."""

    def __init__(self, to: int) -> None:
        self.port, self._to, self._is_whole = free_port(), to, True
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Drop what is connected and refuse what comes."""
        with self._lock:
            self._is_whole = False
            while self._ends:
                _hang_up(self._ends.pop())

    def mend(self) -> None:
        self._is_whole = True

    def close(self) -> None:
        # A thread that waits in accept() hears of a shutdown, not of a close.
        _hang_up(self._door)
        self.cut()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            with self._lock:
                if not self._is_whole:
                    _hang_up(near)
                    continue
                far = socket.create_connection(("127.0.0.1", self._to))
                self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    try:
        while read := one.recv(65536):
            other.sendall(read)
    except OSError:
        pass
    _hang_up(one)
    _hang_up(other)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


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
        self.page.get_by_text(IDLE).wait_for(timeout=90_000)
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


def opened(server: Lab, context: Any, name: str, *, port: int = 0) -> Screen:
    """``notebooks/<name>.ipynb`` in a new tab, not run."""
    page = context.new_page()
    url = f"http://127.0.0.1:{port or server.port}/lab/tree/notebooks/{name}.ipynb?token={TOKEN}&reset"
    page.goto(url)
    page.locator(".jp-Notebook").wait_for(timeout=90_000)
    return Screen(server, page)


@contextmanager
def serving(house: House, folder: Path) -> Iterator[tuple[Lab, Any]]:
    """A server on the project and a browser; its log goes to the folder."""
    server = Lab(house, folder / "lab.log")
    try:
        server.wait()
        with launched() as browser:
            yield server, browser.new_context(viewport={"width": 1280, "height": 1000})
    finally:
        server.stop()


@contextmanager
def screen(house: House, folder: Path, *cells: str) -> Iterator[Screen]:
    """A new notebook ``notebooks/desk.ipynb`` of these cells, open and not run."""
    house.write("notebooks/desk.ipynb", notebook("import gristmill as gm", *cells, parameters=""))
    with serving(house, folder) as (server, context):
        yield opened(server, context, "desk")
