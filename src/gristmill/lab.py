"""``gristmill lab``: JupyterLab in the project, set up by environment only, nothing installed for the user."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gristmill.notebooks import block_slow_import
from gristmill.project import Project

SETTINGS = Path(__file__).parent / "lab_settings"
"""A Jupyter configuration folder: no pop-up that asks for news, no address of a MathJax in the internet.

JupyterLab typesets with a MathJax of its own; the address is for older extensions.
"""

FIRST = "notebooks/start.ipynb"
"""What JupyterLab opens on, where the project has it."""


def start(project: Project, options: Sequence[str]) -> None:
    """Run JupyterLab with the project as its root until it is stopped; ``options`` go to JupyterLab.

    It listens on this machine only and asks for a token, as JupyterLab does by itself.
    """
    os.environ["GRISTMILL_PROJECT"] = str(project.root)
    os.environ["GRISTMILL_CONFIG"] = str(project.config)
    rest = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = str(SETTINGS) + (os.pathsep + rest if rest else "")
    block_slow_import()
    from jupyterlab.labapp import main

    sys.argv = ["jupyter-lab"]
    main(
        [
            f"--ServerApp.root_dir={project.root}",
            "--ServerApp.ip=127.0.0.1",
            "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
            "--LabApp.extension_manager=readonly",
            "--KernelManager.transport_encryption=auto",
            *([f"--LabApp.default_url=/lab/tree/{FIRST}"] if (project.root / FIRST).is_file() else []),
            *options,
        ]
    )
