"""The pages of a run: each executed notebook through the exporter, with links between them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gristmill.notebooks import Failure
from gristmill.project import Project
from gristmill.report import Failure as CellFailure
from gristmill.report import Page, render
from gristmill.runs import NOTEBOOKS, PUBLISHED, Run, current, write_atomically
from gristmill.stages import Stage

SUMMARY = "summary"
INDEX = "index.html"


def file_name(stage: Stage) -> str:
    """The page of a stage; the summary is the front page."""
    return INDEX if stage.name == SUMMARY else f"{stage.name}.html"


def write(project: Project, run: Run, stages: Sequence[Stage], failure: tuple[Stage, Failure] | None) -> None:
    """Render every stage that was executed; a run without a summary gets a front page all the same."""
    folder = run.folder(project) / NOTEBOOKS
    done = [stage for stage in stages if (folder / stage.path.name).is_file()]
    # The summary comes last in the run and first for the reader.
    order = sorted(done, key=lambda stage: stage.name != SUMMARY)
    for stage in done:
        error = failure[1] if failure and failure[0] == stage else None
        nav = [(other.title, file_name(other), other == stage) for other in order]
        render(
            folder / stage.path.name,
            run.report(project) / file_name(stage),
            _page(project, run, stage, nav, error),
        )
    if not any(stage.name == SUMMARY for stage in done):
        _front_page(project, run, order, failure)


def _page(
    project: Project, run: Run, stage: Stage, nav: Sequence[tuple[str, str, bool]], error: Failure | None
) -> Page:
    return Page(
        title=stage.title,
        project=project.name,
        stage="" if stage.name == SUMMARY else stage.name,
        run_id=run.run,
        as_of=run.as_of,
        parameters={name: value for name, value in run.params.items() if value is not None},
        versions=run.versions,
        nav=nav,
        home="../index.html",
        generated_at=_moment(run.finished_at),
        locale=project.locale,
        accent=project.accent,
        logo=str(project.root / project.logo)
        if project.logo and not project.logo.startswith("data:")
        else project.logo,
        error=CellFailure(error.cell, error.ename, error.evalue) if error else None,
    )


def _front_page(
    project: Project, run: Run, done: Sequence[Stage], failure: tuple[Stage, Failure] | None
) -> None:
    """``index.html`` of a run that broke before its summary: what ran, where it broke, what to do."""
    good = current(project)
    lines = [f"# {project.name}: the run broke"]
    if failure:
        lines += ["", f"It broke in **{failure[0].title}**: `{failure[1].ename}`.", ""]
        lines += [f"- [{stage.title}]({file_name(stage)})" for stage in done]
    if good and good.status == PUBLISHED:
        lines += ["", f"The published run is as it was: [{good.run}](../{good.run}/{INDEX})."]
    lines += ["", "Mend the cell that is marked on its page, then run `gristmill run` again."]
    cells = [{"cell_type": "markdown", "id": "front", "metadata": {}, "source": "\n".join(lines)}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = run.folder(project) / NOTEBOOKS / "front_page.ipynb"
    write_atomically(path, json.dumps(notebook))
    page = Page(
        title=f"{project.name}: the run broke",
        project=project.name,
        run_id=run.run,
        as_of=run.as_of,
        nav=[(stage.title, file_name(stage), False) for stage in done],
        home="../index.html",
        generated_at=_moment(run.finished_at),
        locale=project.locale,
        accent=project.accent,
    )
    render(path, run.report(project) / INDEX, page)


def _moment(stamp: str | None) -> str | None:
    """``2026-11-22 09:13 UTC`` for an ISO time in UTC."""
    return f"{stamp[:16].replace('T', ' ')} UTC" if stamp else None
