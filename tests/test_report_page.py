"""The page, as a file: what the exporter makes of cells, tags, outputs and failures."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from report_pages import PAGE, cell, notebook, people, text, usual, write

from gristmill.errors import ConfigError, NotebookError
from gristmill.report import Failure, Page, note, render, table
from gristmill.report.export import render_text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("page"), usual())


def test_a_usual_page_is_small_and_names_no_other_place(written: Path) -> None:
    html = written.read_text(encoding="utf-8")
    assert len(html.encode()) < 300_000
    assert 'content="default-src &#39;none&#39;' in html
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_no_masked_value_is_anywhere_in_the_file(written: Path) -> None:
    html = written.read_text(encoding="utf-8")
    for _, name, email, *_ in people(200).rows:
        assert name not in html
        assert email not in html
    assert "Personal data is masked" in html
    assert "names" in html


def test_the_notebook_itself_keeps_no_masked_value() -> None:
    saved = json.dumps(usual(), ensure_ascii=False)
    assert "secret" not in saved.lower().replace("secret•", "")


def test_unmasked_columns_are_announced(tmp_path: Path) -> None:
    html = write(tmp_path, notebook(cell(table(people(3), masked=False)))).read_text(encoding="utf-8")
    assert "secret0@naver.com" in html
    assert "This page shows personal data" in html


def test_every_chart_has_its_numbers_as_a_table(written: Path) -> None:
    html = written.read_text(encoding="utf-8")
    assert html.count('class="gm-chart"') == 4
    assert html.count("<details class=gm-behind>") == 4
    assert html.count('class="gm-wide"') == html.count('class="gm-narrow"') == 4


def test_tags_decide_what_a_page_shows() -> None:
    html = render_text(
        notebook(
            cell(note("kept-output"), source="hidden_input = 1", tags=("remove-input",)),
            cell(note("hidden-output"), source="kept_input = 1", tags=("remove-output",)),
            cell(note("gone"), source="gone_too", tags=("remove-cell",)),
            cell(source="bins_default = 5", tags=("parameters",)),
            cell(source="bins_injected = 6", tags=("injected-parameters",)),
        ),
        PAGE,
    )
    assert "kept-output" in html
    assert "kept_input" in html.replace("</span>", "").replace('<span class="n">', "")
    for gone in ("hidden_input", "hidden-output", "gone", "bins_default", "bins_injected"):
        assert gone not in html


def test_streams_widgets_and_other_outputs_become_harmless() -> None:
    outputs = [
        {"output_type": "stream", "name": "stderr", "text": ["\x1b[31mWarning\x1b[0m\n"]},
        {"output_type": "stream", "name": "stdout", "text": "10%\r50%\r100%\nto kim@naver.com\n"},
        {
            "output_type": "display_data",
            "data": {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Slider()"},
        },
        {"output_type": "execute_result", "data": {"text/plain": "<b>plain</b>"}},
        {
            "output_type": "display_data",
            "data": {"text/html": "<table border=1 style='x'><tr><td onclick=x>7<script>x</script></table>"},
        },
        {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=\n"}},
        {
            "output_type": "display_data",
            "data": {"text/markdown": "**bold** ![x](https://example.org/x.png)"},
        },
    ]
    html = render_text(
        notebook({"cell_type": "code", "source": "", "outputs": outputs, "metadata": {}}), PAGE
    )
    body = html[html.index("<main") :]
    assert '<details class="log">' in body
    assert "100%" in body
    assert "50%" not in body
    assert "kim@" not in body
    assert "Slider" not in body
    assert "&lt;b&gt;plain" in body
    assert "<table><tr><td>7</td></tr></table>" in body
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in body
    assert "<strong>bold</strong>" in body
    assert "example.org" not in body


def test_a_failed_run_says_where_and_why_even_when_the_file_says_all_went_well() -> None:
    banner = {
        "cell_type": "markdown",
        "source": "An Exception was encountered",
        "metadata": {"tags": ["papermill-error-cell-tag"]},
    }
    content = notebook(banner, cell(note("before")), banner, cell(source="raise_here()"), cell(note("after")))
    page = Page(
        title="Clean",
        error=Failure(1, "EngineError", "no relation\nHint: run `gristmill run` for kim@naver.com"),
    )
    html = render_text(content, page)
    assert "This run did not finish" in html
    assert "An Exception" not in html
    assert "before" in html
    assert "after</p>" not in html
    assert html.index("before") < html.index('id="failure"') < html.index("What follows was not run")
    assert "k•••@naver.com" in html
    assert "<code>gristmill run</code>" in html


def test_a_kernel_that_died_has_no_cell_to_blame_and_is_told_at_the_top() -> None:
    html = render_text(
        notebook(cell(note("before"))),
        Page(title="Clean", error=Failure(None, "DeadKernelError", "Kernel died")),
    )
    assert "DeadKernelError" in html
    assert "Kernel died" in html


def test_a_traceback_is_readable() -> None:
    content = notebook(cell(source="1/0"))
    content["cells"][0]["outputs"] = [
        {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero",
         "traceback": ["\x1b[0;31m---\x1b[0m", "\x1b[0;32mIn[1]\x1b[0m 1/0"]}
    ]  # fmt: skip
    html = render_text(content, Page(title="t"))
    assert "\x1b" not in html
    assert "␛" not in html
    assert "In[1] 1/0" in html


def test_headings_make_the_contents_and_a_leading_title_is_not_said_twice() -> None:
    html = render_text(
        notebook(text("# Segments"), text("## 한글 제목\n\n## 한글 제목\n\n### <b>x</b>")), PAGE
    )
    assert html.count("<h1") == 1
    assert '<a href="#한글-제목">' in html
    assert '<a href="#한글-제목-2">' in html


def test_an_accent_and_a_logo_are_checked(tmp_path: Path) -> None:
    assert "--brand:#aa3300" in render_text(notebook(), Page(title="t", accent="#AA3300"))
    for wrong in (Page(title="t", accent="red;}"), Page(title="t", logo=str(tmp_path / "none.png"))):
        with pytest.raises(ConfigError):
            render_text(notebook(), wrong)


def test_a_file_that_is_no_notebook_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(NotebookError, match="cannot be read as a notebook"):
        render(tmp_path / "x.ipynb", tmp_path / "x.html", PAGE)
    assert not (tmp_path / "x.html").exists()


def test_the_same_notebook_gives_the_same_bytes(tmp_path: Path) -> None:
    content = usual()
    assert write(tmp_path, content).read_bytes() == write(tmp_path, content).read_bytes()
