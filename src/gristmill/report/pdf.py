"""A report on paper: printed to PDF by the Chromium that is on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from gristmill.errors import ConfigError, Problem, RunError

CHOICE = "GRISTMILL_BROWSER"
"""Environment variable with the path of the browser to use."""

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge",
    "chrome",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_PATIENCE_S = 300


def browser() -> Path:
    """The browser that prints. Raises ConfigError when there is none."""
    chosen = os.environ.get(CHOICE)
    if chosen:
        found = shutil.which(chosen)
        if found:
            return Path(found)
        raise ConfigError(Problem(f"{chosen} is no program that can be started.", where=CHOICE))
    for name in (*NAMES, *_PLACES):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise ConfigError(
        Problem(
            "There is no browser on this machine that could print to PDF.",
            expected=f"One of {', '.join(NAMES[:5])} on the path.",
            hint=f"install Chromium, or name a browser with {CHOICE}=/path/to/it; '--single' needs none",
        )
    )


def pdf(page: Path, out: Path) -> Path:
    """Print an HTML file to ``out``, whole or not at all, and return ``out``.

    Raises ConfigError when there is no browser, RunError when it does not print.
    """
    program = browser()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gristmill-pdf-") as folder:
        part = Path(folder) / "report.pdf"
        words = [
            str(program),
            "--headless=new",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--no-default-browser-check",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={part}",
            # A browser refuses to run as root inside its own sandbox; the page holds one script, ours.
            *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
            page.resolve().as_uri(),
        ]
        said = _print(words, program)
        if not part.is_file() or not part.stat().st_size:
            raise RunError(
                Problem(
                    f"The browser {program} wrote no PDF.",
                    expected=said[-1] if said else None,
                    hint=f"name another one with {CHOICE}=/path/to/it",
                )
            )
        # Beside its place first, because a rename does not cross file systems.
        beside = out.with_name(f".{out.name}.part")
        shutil.copyfile(part, beside)
        beside.replace(out)
    return out


def _print(words: list[str], program: Path) -> list[str]:
    """Start the browser and wait; returns the lines it complained with."""
    try:
        done = subprocess.run(words, capture_output=True, timeout=_PATIENCE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise RunError(
            Problem(f"The browser {program} did not print the report within {_PATIENCE_S} s.")
        ) from error
    except OSError as error:
        raise RunError(Problem(f"The browser {program} cannot be started: {error.strerror}.")) from error
    return [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
