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
- compare    a template compared with other parameters, and what is made from it (an operation, not an interaction:
             told with its seconds, and what the screen can do meanwhile is not measured)
- mapping    a column taken from another one, an expression, the change, back to the file: while all columns of the
             largest source are being counted
- job        the parameters filtered, a run that is refused, what the run before changed

A time is what the screen notes itself, from the question to the answer that is drawn: milliseconds (of the mapping and of
filtering: from the click to what is drawn, whatever else is asked meanwhile). ``first s`` is from
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
LARGEST = "crm"
"""The source that is mapped."""
OPERATIONS = ("compared",)
"""What makes relations again: told, and not held to the limits."""
PATIENCE_MS = 300_000
"""A load may take minutes; a question that is lost is noticed by the screen itself."""
LEFT_OUT = ("reports", "data")
ANSWERED = (
    "(css) => { const el = [...document.querySelectorAll('.' + css)].at(-1);"
    " return el.dataset.answeredMs !== undefined && el.getAttribute('aria-busy') === 'false'; }"
)
DRAWN = """async (el, [act, done, given]) => {
  const begun = performance.now();
  new Function('el', 'given', act)(el, given);
  const ended = new Function('el', 'given', `return ${done}`);
  while (!ended(el, given)) {
    if (performance.now() - begun > 60000) throw new Error(`never drawn: ${done}`);
    await new Promise((go) => setTimeout(go, 4));
  }
  return performance.now() - begun;
}"""
"""Do something on the screen, and milliseconds until it shows what was asked."""
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

    def drawn(self, what: str, act: str, done: str, given: object = None) -> None:
        """``act``, until ``done`` is true of what is on the screen (scripts over ``el`` and ``given``)."""
        self.times[what].append(float(self.root.evaluate(DRAWN, [act, done, given])))

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


def compare(tool: Watched, times: int, _chance: random.Random) -> None:
    """Named segments with other parameters, one after the other."""
    tool.did("template chosen", tool.root.locator(".gmp-choose").evaluate, CHOOSE, "segment/value")
    field = tool.root.locator(".gmp-value[data-name=share_a]")
    for i in range(times):
        field.fill(f"0.{50 + i % 40}")
        tool.click("compared", tool.root.locator(".gmp-compare"))


def mapping(tool: Watched, times: int, chance: random.Random) -> None:
    """Other columns and expressions, each of which is to be counted anew."""
    source = tool.root.locator(".gmm-source")
    tool.did("source chosen", source.select_option, LARGEST)
    raw = tool.root.locator("[data-column=city] select option").evaluate_all(
        "(all) => all.map((one) => one.value).filter((one) => one && !one.startsWith('\\0'))"
    )
    row = "el.querySelector('[data-column=city]')"
    for i in range(times):
        tool.drawn(
            "column chosen",
            f"const s = {row}.querySelector('select'); s.value = given; s.dispatchEvent(new Event('change')); s.dataset.mine = '1';",
            f"!{row}.querySelector('select').dataset.mine && {row}.querySelector('select').value === given",
            raw[i % len(raw)],
        )
        tool.drawn(
            "expression typed",
            f"const s = {row}.querySelector('input'); s.hidden = false; s.value = given; s.dispatchEvent(new Event('change'));"
            " s.dataset.mine = '1';",
            f"!{row}.querySelector('input').dataset.mine && {row}.querySelector('input').value === given",
            f'left("{raw[i % len(raw)]}", {chance.randint(1, 10**6)})',
        )
        tool.drawn(
            "change shown",
            "el.querySelector('.gmm-look').click()",
            "!el.querySelector('pre').hidden && !el.querySelector('.gmm-save').disabled",
        )
        tool.drawn(
            "back to the file",
            "el.querySelector('.gmm-reset').click()",
            "el.querySelector('.gmm-reset').disabled",
        )


def job(tool: Watched, times: int, chance: random.Random) -> None:
    """Nothing is started: the run of a million customers is not what is measured."""
    names = tool.root.locator("[data-param]").evaluate_all("(all) => all.map((one) => one.dataset.param)")
    for _ in range(times):
        tool.drawn(
            "filter",
            "const f = el.querySelector('.gmj-filter'); f.value = given; f.dispatchEvent(new Event('input'));",
            "[...el.querySelectorAll('.gmj-grid label')].every((one) => one.hidden === !one.dataset.words.includes(given))",
            chance.choice(names),
        )
    field = tool.root.locator("[data-param=bins]")
    field.evaluate("(el) => { el.closest('details').open = true; el.closest('label').hidden = false; }")
    for _ in range(times):
        field.evaluate("(el) => { el.value = '-7'; el.dispatchEvent(new Event('change')); }")
        tool.did("a run refused", tool.root.locator(".gmj-start").evaluate, "(el) => el.click()")
        tool.refused.pop("a run refused", None)


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
    "compare": ("gmp", "gm.sql.panel('segment/rfm')", compare),
    "mapping": ("gmm", "gm.mapping.assistant()", mapping),
    "job": ("gmj", "gm.job.form()", job),
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
                over = what not in OPERATIONS and (median > given.median or worst > given.worst)
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
