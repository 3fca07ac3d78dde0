"""Pictures of every page of a report: both languages, light, dark, phone and paper, for people to look at.

    python tests/screenshots.py REPORT_FOLDER [REPORT_FOLDER …] --out screenshots

A folder is one run's report, as reports/<run>; give one of an English and one of a Korean project for both languages.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from report_browser import CHROMIUM

from gristmill.report.bundle import bundle
from gristmill.report.pdf import pdf

SCREENS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2},
}
TALLEST = 6000
"""Pixels of a page that are taken; pictures much longer than that are looked at by nobody."""


def language(page: Path) -> str:
    found = re.search(r'<html lang="([\w-]+)"', page.read_text(encoding="utf-8")[:2000])
    return found[1] if found else "en"


def screens(browser: Browser, page: Path, out: Path, called: str = "") -> list[Path]:
    """The page on each screen, from its top."""
    written = []
    for name, options in SCREENS.items():
        context = browser.new_context(**options, reduced_motion="reduce")
        tab = context.new_page()
        tab.goto(page.resolve().as_uri())
        tab.wait_for_load_state("load")
        high = tab.evaluate("document.documentElement.scrollHeight")
        width = options["viewport"]["width"]
        picture = out / f"{language(page)}-{called or page.stem}-{name}.png"
        tab.screenshot(
            path=picture, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(high, TALLEST)}
        )
        context.close()
        written.append(picture)
    return written


def paper(folder: Path, out: Path) -> list[Path]:
    """The report as a PDF, and its pages as pictures where pdftoppm is there to make them."""
    name = f"{language(folder / 'index.html')}-print"
    with tempfile.TemporaryDirectory() as place:
        printed = pdf(bundle(folder, Path(place) / "report.html"), out / f"{name}.pdf")
    if shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-r", "60", "-png", str(printed), str(out / name)], check=True)
    return [printed, *sorted(out.glob(f"{name}-*.png"))]


def take(folders: list[Path], out: Path) -> list[Path]:
    """All pictures of these reports and of the galleries above them."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        for folder in folders:
            for page in sorted(folder.glob("*.html")):
                written += screens(browser, page, out)
            if (gallery := folder.parent / "index.html").is_file():
                written += screens(browser, gallery, out, "gallery")
        browser.close()
    for folder in folders:
        written += paper(folder, out)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="REPORT_FOLDER")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    given = parser.parse_args()
    missing = [str(folder) for folder in given.folders if not (folder / "index.html").is_file()]
    if missing:
        parser.error(f"no report in {', '.join(missing)}")
    for path in take(given.folders, given.out):
        print(path)  # noqa: T201 - what it wrote is its answer


if __name__ == "__main__":
    main()
