"""How fast the tools of the workbench answer on a project: in a real JupyterLab, in a real browser.

    python bench/workbench.py --project shop
    python bench/workbench.py --project shop --tools builder grid --times 50

The project has a published run, which is only looked at. JupyterLab starts on a copy of its small files (with a link to the
runs), Chromium opens one notebook a tool, and each interaction is done ``--times`` times, chosen by a seeded generator:

- builder    another number in a condition, another SQL text
- grid       an edge moved by one step, which writes the bounds
- findings   a check chosen, its rows filtered, the next page
- values     the next groups, a merge and its undo, another method
- review     a doubt put off, and taken back
- sql        a page, a column sorted, of a table with all order lines
- panel      another template

A time is what the screen notes itself, from the question to the answer that is drawn: milliseconds. ``first s`` is from
running the cell to the first answer: the load. An interaction over ``--median`` or ``--worst`` is marked with ! and makes
the exit code 1.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import say, table, write_json

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import House
from lab_server import Screen, screen

LINES = "clean.order_lines"
PATIENCE_MS = 300_000
"""A load may take minutes; a question that is lost is noticed by the screen itself."""
LEFT_OUT = ("reports", "data")
ANSWERED = (
    "(css) => { const el = [...document.querySelectorAll('.' + css)].at(-1);"
    " return el.dataset.answeredMs !== undefined && el.getAttribute('aria-busy') === 'false'; }"
)
CHOOSE = "(el, name) => { el.value = name; el.dispatchEvent(new Event('change')); }"


class Watched:
    """One tool on the screen: does something, waits for its answer, and writes down how long the screen says it took."""

    def __init__(self, lab: Screen, name: str, css: str) -> None:
        self.lab, self.name, self.css = lab, name, css
        self.page = lab.page
        self.times: dict[str, list[float]] = defaultdict(list)
        self.refused: dict[str, str] = {}
        """Interactions that came back with a message instead of an answer."""
        self.root = self.page.locator(f".{css}").last

    def did(self, what: str, act: Callable[..., object], *given: object) -> None:
        """``act``, until everything that it asked is answered."""
        self.root.evaluate("(el) => { delete el.dataset.answeredMs; }")
        act(*given)
        self.page.wait_for_function(ANSWERED, arg=self.css, timeout=60_000)
        if self.root.get_attribute("data-lost"):
            raise RuntimeError(f"{self.name}: {what}: the kernel was given up")
        if self.root.locator(".gmw-bad").count():
            self.refused[what] = self.root.locator(".gmw-message").inner_text()
        self.times[what].append(float(self.root.get_attribute("data-answered-ms")))

    def click(self, what: str, found: Any) -> None:
        """Press the first of these, wherever it is on the page."""
        self.did(what, found.first.evaluate, "(el) => el.click()")


def builder(tool: Watched, times: int, chance: random.Random) -> None:
    """Other numbers in a condition, and other texts."""
    text = tool.root.locator(".gms-sql")
    tool.did("SQL typed", text.fill, "monetary >= 100 and r >= 2")
    number = tool.root.locator(".gms-value").first
    for _ in range(times):
        tool.did("number changed", number.fill, str(chance.randint(1, 3000)))
    for _ in range(times):
        least, part = chance.randint(1, 20), chance.choice("abcdeghiklmnopqrst")
        tool.did("SQL typed", text.fill, f"frequency >= {least} or city like '%{part}%'")


def grid(tool: Watched, times: int, chance: random.Random) -> None:
    """Edges moved by arrow keys, which writes the file, and taken back; an edge dragged to and fro."""
    for _ in range(times):
        handle = tool.root.locator(f".gmg-{chance.choice(('r_lo', 'f_lo'))}")
        is_low = handle.get_attribute("aria-valuenow") == "1"
        tool.did("edge moved", handle.press, "ArrowRight" if is_low else "ArrowLeft")
        tool.click("undo", tool.root.locator(".gmg-undo"))
    box = tool.root.locator(".gmg-plane").bounding_box()
    tool.root.locator(".gmg-r_lo").hover()
    tool.page.mouse.down()
    for i in range(times):
        # Champions begin at r = 4: to 3 and back.
        left = box["x"] + box["width"] / 5 * (2 if i % 2 == 0 else 3)
        tool.did("edge dragged", tool.page.mouse.move, left, box["y"] + box["height"] / 2)
    tool.page.keyboard.press("Escape")
    tool.page.mouse.up()


def findings(tool: Watched, times: int, chance: random.Random) -> None:
    """Checks that do not pass and others, their rows by value and source, page by page."""
    tool.root.locator(".gmf-which").select_option("all")
    names = tool.root.locator(".gmf-name")
    n = names.count()
    for i in range(times):
        tool.click("check chosen", names.nth(chance.randrange(n) if i % 2 else i // 2 % min(6, n)))
    tool.click("check chosen", names.first)
    for i in range(times):
        which = tool.root.locator(chance.choice((".gmf-by-value", ".gmf-by-source")))
        to = str(chance.randrange(max(1, which.locator("option").count() - 1))) if i % 2 else "-1"
        # Choosing what is chosen already asks nothing.
        if which.locator(f"option[value='{to}']").count() and which.input_value() != to:
            tool.did("filter", which.select_option, to)
        for turn in ("More", "Back"):
            button = tool.root.locator("button[data-off=false]", has_text=turn)
            if button.count():
                tool.click("page", button)


def values(tool: Watched, times: int, chance: random.Random) -> None:
    """The next groups, another method, a merge and its undo."""
    methods, more = tool.root.locator("input[name^=method]"), tool.root.get_by_text("More", exact=True)
    for i in range(times):
        tool.click("method chosen", methods.nth((i + 1) % methods.count()))
        if more.is_enabled():
            tool.click("page", more)
    while tool.root.locator(".gmv-merge").count() == 0:
        tool.click("method chosen", methods.nth(chance.randrange(methods.count())))
    for _ in range(times):
        tool.click("merge", tool.root.locator(".gmv-merge"))
        tool.click("undo", tool.root.locator(".gmv-undo"))


def review(tool: Watched, times: int, _chance: random.Random) -> None:
    """Doubts put off, then decided, and all of it taken back."""
    for verb, key in (("put off", "n"), ("decide", "s")):
        for _ in range(times):
            tool.did(verb, tool.root.press, key)
        for _ in range(times):
            tool.did("undo", tool.root.press, "u")


def sql(tool: Watched, times: int, chance: random.Random) -> None:
    """Pages of the largest table, sorted by one column and another."""
    for i in range(times):
        tool.click("page", tool.root.locator((".gmq-next", ".gmq-last", ".gmq-back", ".gmq-first")[i % 4]))
    heads = tool.root.locator(".gmq-sort")
    for _ in range(times):
        tool.click("sort", heads.nth(chance.randrange(heads.count())))
        tool.click("page of sorted", tool.root.locator(".gmq-next"))


def panel(tool: Watched, times: int, chance: random.Random) -> None:
    """Other templates."""
    names = tool.root.locator("datalist option").evaluate_all("(all) => all.map((one) => one.value)")
    field = tool.root.locator(".gmp-choose")
    for name in chance.sample(names, min(times, len(names))):
        if field.input_value() != name:
            tool.did("template chosen", field.evaluate, CHOOSE, name)


TOOLS: dict[str, tuple[str, str, Callable[[Watched, int, random.Random], None]]] = {
    "builder": ("gms", "gm.segment.builder()", builder),
    "grid": ("gmg", "gm.segment.grid()", grid),
    "findings": ("gmf", "gm.findings.explorer()", findings),
    "values": ("gmv", "gm.values.studio()", values),
    "review": ("gmr", "gm.review.studio()", review),
    "sql": (
        "gmt",
        f"%load_ext gristmill\nget_ipython().run_cell_magic('sql', '', 'select * from {LINES}')",
        sql,
    ),
    "panel": ("gmp", "gm.sql.panel('segment/rfm')", panel),
}
"""Name → class of its panel, the cell that opens it, what is done in it."""


@contextmanager
def copied(project: Path) -> Iterator[Path]:
    """The project's files in a folder of its own; what is published is linked, and never written to."""
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as folder:
        root = Path(folder, "project")
        shutil.copytree(project, root, ignore=shutil.ignore_patterns(".gristmill", *LEFT_OUT))
        state = root / ".gristmill"
        state.mkdir()
        for one in ("runs", "current"):
            (state / one).symlink_to((project / ".gristmill" / one).resolve())
        yield root


def measured(root: Path, name: str, times: int, seed: int) -> tuple[float, dict[str, list[float]]]:
    """Seconds to the first answer, and milliseconds of each interaction."""
    css, cell, does = TOOLS[name]
    with (
        tempfile.TemporaryDirectory(prefix="gm-bench-") as logs,
        screen(House(root), Path(logs), cell) as lab,
    ):
        lab.page.set_default_timeout(PATIENCE_MS)
        lab.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        started = time.perf_counter()
        lab.menu("Run", "Run All Cells")
        lab.page.locator(f'.{css}[data-answered-ms][aria-busy="false"]').last.wait_for()
        first = time.perf_counter() - started
        tool = Watched(lab, name, css)
        say(f"{name}: first answer after {first:.1f} s")
        does(tool, times, random.Random(seed))
        for what, message in tool.refused.items():
            say(f"{name}: {what}: {message}")
        return first, dict(tool.times)


def main() -> int:
    """Measure; 1 when an interaction is over the limits."""
    parser = argparse.ArgumentParser(description="How fast the tools of the workbench answer.")
    parser.add_argument("--project", type=Path, required=True, metavar="FOLDER", help="with a published run")
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS))
    parser.add_argument("--times", type=int, default=50, help="of each interaction (default 50)")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--median", type=float, default=300, metavar="MS", help="limit (default 300)")
    parser.add_argument("--worst", type=float, default=1000, metavar="MS", help="limit (default 1000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single time")
    given = parser.parse_args()
    rows, every, is_over = [], {}, False
    with copied(given.project.resolve()) as root:
        for name in given.tools:
            first, times = measured(root, name, given.times, given.seed)
            every[name] = {"first_s": first, "ms": times}
            for what, found in times.items():
                median, worst = statistics.median(found), max(found)
                over = median > given.median or worst > given.worst
                is_over |= over
                numbers = [
                    str(len(found)),
                    f"{median:,.0f}",
                    f"{worst:,.0f}",
                    f"{first:,.1f}",
                    "!" if over else "",
                ]
                rows.append([name, what, *numbers])
                say("  ".join(rows[-1]))
    print(table(["tool", "interaction", "n", "median ms", "worst ms", "first s", ""], rows, left=2))
    if given.json:
        write_json(given.json, project=str(given.project), tools=every)
    return 1 if is_over else 0


if __name__ == "__main__":
    sys.exit(main())
