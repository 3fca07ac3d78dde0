"""A running JupyterLab on a project, for tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from conftest import House

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
