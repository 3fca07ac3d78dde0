"""A kernel that goes, a connection that breaks, two at the same work, a run meanwhile: in a real JupyterLab."""

from __future__ import annotations

import csv
import os
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from conftest import DAY, House, notebook
from lab_server import Lab, Line, Screen, opened, serving, until

import gristmill as gm
from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.unify.decisions import FILE

STUDIO = "gm.review.studio()"
# One cell: JupyterLab draws the outputs of another one only when it is scrolled to.
BOTH = "from IPython.display import display\ndisplay(gm.segment.builder(), gm.review.studio())"
AWAY = "connection to the kernel is lost"
ENDED = "ended or was started anew"


class Desk:
    """A project, a JupyterLab on it and a browser, for every test of this file."""

    def __init__(self, house: House, server: Lab, context) -> None:
        self.house, self.server, self.context = house, server, context

    @contextmanager
    def open(self, name: str, *cells: str, port: int = 0):
        """A new notebook of these cells in a tab of its own."""
        self.house.write(f"notebooks/{name}.ipynb", notebook("import gristmill as gm", *cells, parameters=""))
        lab = opened(self.server, self.context, name, port=port)
        try:
            yield lab
        finally:
            lab.page.close()

    @property
    def decided(self) -> list[str]:
        path = self.house.root / FILE
        if not path.exists():
            return []
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [line["decision"] for line in csv.DictReader(file)]

    @property
    def kernels(self) -> list[psutil.Process]:
        """The processes of kernels, the newest last."""
        found = psutil.Process(self.server.process.pid).children(recursive=True)
        return sorted(
            (one for one in found if "ipykernel_launcher" in one.cmdline()), key=lambda one: one.create_time()
        )


@pytest.fixture(scope="module")
def served(whole: House, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("lost")
    house = House(Path(shutil.copytree(whole.root, folder / "acme")))
    run = runs.current(house.project)
    with DuckDBEngine(run.database(house.project)) as engine:
        some = "select contact_id from clean.contacts where city = 'San Francisco' order by all limit 2"
        engine.execute(f"update clean.contacts set city = 'San Fransisco' where contact_id in ({some})")
    with serving(house, folder) as (server, context):
        yield Desk(house, server, context)


@pytest.fixture
def desk(served: Desk):
    yield served
    (served.house.root / FILE).unlink(missing_ok=True)


def message(lab: Screen, name: str) -> str:
    return lab.page.locator(f".{name} .gmw-message").last.inner_text()


def counts(lab: Screen) -> str:
    return lab.tool("gmr").locator(".gmw-counts").inner_text()


def condition(lab: Screen, value: str) -> str:
    """Ask for customers with at least this recency; their number as the builder shows it."""
    builder = lab.tool("gms")
    before = builder.get_attribute("data-n")
    builder.locator(".gms-add").click()
    builder.get_by_label("Column").select_option("r")
    builder.get_by_label("What is asked of it").select_option(">=")
    builder.get_by_label("Value", exact=True).press_sequentially(value)
    until(lambda: lab.tool("gms").get_attribute("data-n") != before, "it is counted")
    return lab.tool("gms").get_attribute("data-n")


def test_a_kernel_that_is_started_anew_or_dies_takes_nothing_along(desk: Desk) -> None:
    with desk.open("anew", BOTH) as lab:
        lab.run_all(".gmr-card .gmw-title")
        lab.press("gmr", "m")
        until(lambda: desk.decided == ["merge"], "M merges")
        wanted = condition(lab, "4")
        lab.page.locator(".gms-name").fill("vips")

        lab.menu("Kernel", "Restart Kernel…")
        lab.page.locator(".jp-Dialog .jp-mod-accept").click()
        for name in ("gmr", "gms"):
            until(lambda name=name: ENDED in message(lab, name), f"{name} says that its kernel is gone")
            assert "Run all cells" in message(lab, name) and "saved" in message(lab, name)
        lab.press("gmr", "s")
        lab.page.locator(".gms-label").fill("Typed after the kernel was gone")
        assert desk.decided == ["merge"], "what cannot be heard is not taken for done"

        lab.run_all(".gmr:not([data-lost]) .gmw-title")
        assert counts(lab).startswith("1 of ")
        until(lambda: lab.tool("gms").get_attribute("data-n") == wanted, "conditions are back")
        builder = lab.tool("gms")
        assert builder.locator(".gms-sql").input_value() == "r >= 4"
        assert builder.get_by_label("Value", exact=True).input_value() == "4"
        assert builder.locator(".gms-name").input_value() == "vips"
        assert builder.locator(".gms-label").input_value() == "Typed after the kernel was gone"
        assert "is back" in message(lab, "gms")

        os.kill(desk.kernels[-1].pid, signal.SIGKILL)
        until(lambda: ENDED in message(lab, "gmr"), "a kernel that was killed is told of too")
        lab.page.locator(".jp-Dialog .jp-mod-accept").click()
        lab.run_all(".gmr:not([data-lost]) .gmw-title")
        lab.press("gmr", "s")
        until(lambda: desk.decided == ["merge", "split"], "and work goes on where it was")
        assert counts(lab).startswith("2 of ")


TOOLS = """from IPython.display import display
display(gm.segment.builder(), gm.review.studio(), gm.mapping.assistant("crm"), gm.job.form(),
    gm.values.studio("clean.contacts", "city"), gm.findings.explorer(), gm.sql.panel())"""


def write_in_every_tool(lab: Screen) -> None:
    """What no file holds yet, in each of them."""
    lab.page.locator(".gms-name").first.fill("firsts")
    condition(lab, "4")
    lab.page.locator(".gmr-why").fill("Same house, another mother")
    assistant = lab.tool("gmm")
    assistant.locator('[data-column="region"] select').select_option("City")
    until(lambda: lab.tool("gmm").get_attribute("data-changed") == "true", "a column is chosen")
    lab.tool("gmm").locator('[data-column="gender"] select').select_option(label="an expression …")
    lab.tool("gmm").locator('[data-column="gender"] input').fill("lower(Gendre)")
    lab.tool("gmm").locator('[data-column="gender"] input').press("Enter")
    lab.page.locator('.gmm input[aria-invalid="true"]').wait_for()
    form = lab.tool("gmj")
    form.locator(".gmj-as-of").fill("2026-02-03")
    form.locator(".gmj-more > summary").click()
    form.locator('[data-param="clv_horizon_days"]').fill("77")
    form.locator('fieldset input[value="clean"]').check()
    serial = lab.tool("gmv").get_attribute("data-serial")
    lab.tool("gmv").locator("tr[data-method=nearest] input").check()
    until(lambda: lab.tool("gmv").get_attribute("data-serial") != serial, "the other method")
    lab.tool("gmv").locator(".gmv-text").first.fill("San Francisco, CA")
    lab.tool("gmf").locator(".gmf-which").select_option("all")
    lab.tool("gmf").locator(".gmf-name").nth(1).click()
    lab.tool("gmf").locator(".gmf-kind").select_option("share")
    lab.tool("gmf").locator(".gmf-max_share").fill("0.125")
    lab.tool("gmp").locator("[data-name=bins]").fill("7")


def test_what_was_typed_in_any_tool_is_back_when_its_kernel_was_started_anew(desk: Desk) -> None:
    with desk.open("typed", TOOLS) as lab:
        lab.run_all(".gmp .gmp-params")
        write_in_every_tool(lab)
        check = lab.page.locator('.gmf-name[aria-pressed="true"]').get_attribute("data-check")
        os.kill(desk.kernels[-1].pid, signal.SIGKILL)
        for name in ("gms", "gmr", "gmm", "gmj", "gmv", "gmf", "gmp"):
            until(lambda name=name: ENDED in message(lab, name), f"{name} says that its kernel is gone")
        lab.page.locator(".jp-Dialog .jp-mod-accept").click()
        lab.run_all(".gmp:not([data-lost]) .gmp-params")
        for name in ("gmr", "gmm", "gmj", "gmv", "gmf", "gmp"):
            until(lambda name=name: "is back" in message(lab, name), f"{name} says that it is back")
        value = {
            ".gmr-why": "Same house, another mother",
            '[data-column="region"] select': "City",
            '[data-column="gender"] input': "lower(Gendre)",
            ".gmj-as-of": "2026-02-03",
            '[data-param="clv_horizon_days"]': "77",
            ".gmv-text >> nth=0": "San Francisco, CA",
            ".gmf-max_share": "0.125",
            "[data-name=bins]": "7",
        }
        assert {at: lab.page.locator(at).input_value() for at in value} == value
        assert lab.page.locator('.gmj fieldset input[value="clean"]').is_checked()
        assert lab.page.locator('.gmf-name[aria-pressed="true"]').get_attribute("data-check") == check
        assert lab.page.locator("tr[data-method=nearest] input").is_checked()


def test_two_tools_of_a_kind_in_one_notebook_keep_what_is_their_own(desk: Desk) -> None:
    with desk.open("twice", "gm.segment.builder()", "gm.segment.builder()") as lab:
        lab.run_all(".gms .gms-figures b")
        builders = lab.page.locator(".gms")
        until(lambda: builders.count() == 2, "both are drawn")
        for i, text in enumerate(("r >= 4", "f >= 3")):
            builders.nth(i).locator(".gms-sql").fill(text)
        until(lambda: builders.nth(0).get_attribute("aria-busy") == "false", "the first has counted")
        lab.tool("gms")
        lab.menu("Kernel", "Restart Kernel…")
        lab.page.locator(".jp-Dialog .jp-mod-accept").click()
        until(lambda: ENDED in message(lab, "gms"), "the kernel is gone")
        lab.run_all(".gms:not([data-lost]) .gms-figures b")
        for i, text in enumerate(("r >= 4", "f >= 3")):
            box = builders.nth(i).locator(".gms-sql")
            until(lambda box=box, text=text: box.input_value() == text, f"builder {i} has its own text")


def test_what_is_clicked_while_the_connection_is_lost_is_done_when_it_is_back(desk: Desk) -> None:
    line = Line(desk.server.port)
    with desk.open("away", BOTH, port=line.port) as lab:
        lab.run_all(".gmr-card .gmw-title")
        n_all = lab.tool("gms").get_attribute("data-n")
        line.cut()
        for name in ("gmr", "gms"):
            until(lambda name=name: AWAY in message(lab, name), f"{name} says that the connection is lost")
        card = lab.tool("gmr").get_attribute("data-card")
        lab.press("gmr", "m")
        lab.page.locator(".gms-sql").fill("r >= 4")
        assert AWAY in message(lab, "gmr") and not desk.decided
        line.mend()
        # JupyterLab tries again by itself, seconds or minutes later; this is what the message tells to do.
        lab.menu("Kernel", "Reconnect to Kernel")
        until(lambda: desk.decided == ["merge"], "the click is heard")
        until(lambda: lab.tool("gmr").get_attribute("data-card") != card, "and answered")
        assert AWAY not in message(lab, "gmr") and counts(lab).startswith("1 of ")
        until(lambda: lab.tool("gms").get_attribute("data-n") != n_all, "what was typed is counted")
        lab.press("gmr", "s")
        until(lambda: desk.decided == ["merge", "split"], "work goes on")
    line.close()


def test_two_tabs_of_a_notebook_and_two_notebooks_hear_of_each_other(desk: Desk) -> None:
    with desk.open("one", STUDIO) as one, desk.open("other", STUDIO) as other:
        for lab in (one, other):
            lab.run_all(".gmr-card .gmw-title")
        cards = {lab.tool("gmr").get_attribute("data-card") for lab in (one, other)}
        assert len(cards) == 1, "both begin with the same pair"
        one.press("gmr", "m")
        until(lambda: desk.decided == ["merge"], "the first notebook decides")
        other.press("gmr", "s")
        until(lambda: "decided meanwhile: merge" in message(other, "gmr"), "the other is told")
        assert counts(other).startswith("1 of ") and desk.decided == ["merge"]
        other.press("gmr", "s")
        until(lambda: desk.decided == ["merge", "split"], "and decides about the next")

        one.page.keyboard.press("Control+s")
        path = desk.house.root / "notebooks/one.ipynb"
        until(lambda: "widget-view+json" in path.read_text(encoding="utf-8"), "the first is saved")
        twin = opened(desk.server, desk.context, "one")
        twin.page.locator(".gmr-card .gmw-title").wait_for(timeout=60_000)
        until(lambda: counts(twin).startswith("2 of "), "the second tab shows where the work is")
        twin.press("gmr", "m")
        until(lambda: "decided meanwhile: split" in message(twin, "gmr"), "it is told of the other notebook")
        twin.press("gmr", "m")
        until(lambda: len(desk.decided) == 3, "the second tab decides")
        one.press("gmr", "m")
        until(lambda: "answered already" in message(one, "gmr"), "the first is told")
        assert len(desk.decided) == 3 and counts(one).startswith("3 of ")
        twin.page.close()


def test_a_run_that_publishes_meanwhile_is_told_and_nothing_changes_by_itself(desk: Desk) -> None:
    with desk.open("meanwhile", BOTH) as lab:
        lab.run_all(".gmr-card .gmw-title")
        wanted, card = condition(lab, "4"), lab.tool("gmr").get_attribute("data-card")
        before = desk.house.published
        done = desk.house("run", "--quiet", "--only", "summary", "--as-of", DAY.isoformat())
        assert done.exit_code in (0, 1) and desk.house.published != before, done.output
        assert lab.tool("gms").get_attribute("data-n") == wanted
        assert lab.tool("gmr").get_attribute("data-card") == card
        lab.press("gmr", "m")
        until(lambda: "A newer run is published" in counts(lab), "the studio says so")
        assert desk.decided == ["merge"] and lab.tool("gmr").get_attribute("data-card") != card
        lab.page.locator(".gms-sql").fill("r >= 4 and f >= 1")
        until(lambda: "newer run was published meanwhile" in message(lab, "gms"), "the builder says so")
        lab.page.locator(".gms-sql").fill("r >= 4")
        until(lambda: not message(lab, "gms"), "and says it once")
        assert lab.tool("gms").get_attribute("data-n") == wanted


BARE = """async ([script, style, words]) => {
  const { default: tool } = await import(`data:text/javascript;charset=utf-8,${encodeURIComponent(script)}`);
  const heard = [];
  window.waiting = [];
  window.deliver = (said) => heard.forEach((one) => one(said));
  const model = {
    get: (name) => (name === "_words" ? words : undefined),
    on: (_, does) => heard.push(does), off: () => {},
    send: (asked) => window.waiting.push(asked),
  };
  document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  tool.render({ model, el: document.body });
}"""


def test_where_a_page_tells_nothing_of_its_kernel_silence_is_told_and_a_late_answer_is_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRISTMILL_PROJECT", str(desk.house.root))
    studio = gm.review.studio()
    # In a context of its own: its clock is moved by hand.
    with desk.context.browser.new_context() as alone:
        page = alone.new_page()
        page.clock.install()
        page.evaluate(BARE, [studio._esm, studio._css, studio._words])

        def answer() -> None:
            (asked,) = page.evaluate("waiting.splice(0)")
            page.evaluate("deliver", studio.answered(asked))

        answer()
        assert page.locator(".gmr").get_attribute("data-n-left") == str(gm.review.progress().n_left)
        page.locator(".gmr").press("h")
        page.clock.fast_forward(19_000)
        said = page.locator(".gmw-message")
        assert not said.inner_text(), "a slow answer is no lost one"
        page.clock.fast_forward(2_000)
        assert "does not answer" in said.inner_text() and "Run this cell again" in said.inner_text()
        assert page.locator(".gmr-merge").is_enabled()
        answer()
        assert not said.inner_text() and page.locator(".gmw-badge").inner_text() == "Masked"
        page.locator(".gmr").press("h")
        answer()
        assert page.locator(".gmw-badge").inner_text() == "Personal data in the clear"
    gm.review.close()
