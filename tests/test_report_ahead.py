"""Charts drawn ahead are those the page would have drawn, and a page does without them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from gristmill import report
from gristmill.report import MIME, Col, Data, Page
from gristmill.report.ahead import LEAST, Ahead, keep
from gristmill.report.export import render_text


def charts(n: int) -> dict[str, object]:
    """An executed notebook of so many charts."""
    data = Data([Col("segment"), Col("n_customers", "BIGINT")], [("단골", 3), ("New", 4)], 2, "", None)
    outputs = [
        {
            "output_type": "display_data",
            "data": {MIME: report.bars(data, "segment", "n_customers", title=f"Number {i}").payload},
        }
        for i in range(n)
    ]
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "", "outputs": outputs}
    return json.loads(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


@pytest.mark.parametrize("locale", ["en", "ko"])
def test_a_page_is_the_same_with_charts_drawn_ahead(tmp_path: Path, locale: str) -> None:
    path = tmp_path / "segments.ipynb"
    path.write_text(json.dumps(charts(LEAST)), encoding="utf-8")
    ahead = Ahead(locale)
    ahead.take(path)
    drawn = ahead.drawn()
    # All charts are of one shape here: a wide drawing and a narrow one.
    assert len(drawn) == 2 and all(svg.startswith("<svg") for svg in drawn.values())
    plain = render_text(charts(LEAST), Page("Segments", locale=locale))
    assert render_text(charts(LEAST), Page("Segments", locale=locale, drawn=drawn)) == plain
    # What is known is not drawn again.
    marked = {known: svg.replace("<svg ", '<svg data-ahead="1" ', 1) for known, svg in drawn.items()}
    assert (
        render_text(charts(LEAST), Page("Segments", locale=locale, drawn=marked)).count("data-ahead")
        == 2 * LEAST
    )


def test_a_later_run_takes_what_the_same_library_drew_and_nothing_else(tmp_path: Path) -> None:
    path, kept = tmp_path / "segments.ipynb", tmp_path / "charts.json"
    path.write_text(json.dumps(charts(LEAST)), encoding="utf-8")

    def drawn(earlier: Path | None) -> dict[str, str]:
        ahead = Ahead("en", (), earlier)
        ahead.take(path)
        return dict(ahead.drawn())

    plain = drawn(None)
    keep({known: f"<svg>{i}</svg>" for i, known in enumerate(plain)} | {"of old": "<svg/>"}, kept)
    assert set(drawn(kept).values()) == {"<svg>0</svg>", "<svg>1</svg>"}, (
        "what is not used any more is left out"
    )
    assert drawn(tmp_path / "nowhere.json") == plain
    for text in (
        "",
        "[]",
        '{"by": "another", "charts": {}}',
        kept.read_text().replace('"by": "', '"by": "not '),
    ):
        kept.write_text(text)
        assert drawn(kept) == plain


def test_few_charts_broken_files_and_a_stopped_process_cost_nothing(tmp_path: Path) -> None:
    few, broken = tmp_path / "few.ipynb", tmp_path / "broken.ipynb"
    few.write_text(json.dumps(charts(LEAST - 1)), encoding="utf-8")
    broken.write_text("{", encoding="utf-8")
    ahead = Ahead("en")
    for path in (few, broken, tmp_path / "nowhere.ipynb"):
        ahead.take(path)
    assert ahead.drawn() == {}
    many = tmp_path / "many.ipynb"
    many.write_text(json.dumps(charts(LEAST)), encoding="utf-8")
    ahead.take(many)
    many.unlink()
    ahead.stop()
    assert ahead.drawn() == {}


def test_a_worker_ends_with_its_driver_and_reads_no_module_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not ours')", encoding="utf-8")
    path = tmp_path / "many.ipynb"
    path.write_text(json.dumps(charts(LEAST)), encoding="utf-8")
    driver = (
        "import os, sys; from pathlib import Path; from gristmill.report.ahead import Ahead\n"
        "ahead = Ahead('en'); ahead.take(Path('many.ipynb').resolve()); print(ahead._worker.pid, flush=True)\n"
        "if sys.argv[1] == 'die': os.kill(os.getpid(), 9)\n"
        "print(len(ahead.drawn()))"
    )
    for how, told in (("live", 2), ("die", 1)):
        done = subprocess.run(
            [sys.executable, "-P", "-c", driver, how],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = done.stdout.split()
        assert len(lines) == told, done.stderr
        assert how == "die" or lines[1] == "2"
        deadline = time.monotonic() + 20
        while psutil.pid_exists(int(lines[0])) and psutil.Process(int(lines[0])).status() != "zombie":
            assert time.monotonic() < deadline, "the worker outlives its driver"
            time.sleep(0.1)
