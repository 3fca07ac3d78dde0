"""The pages of a run: each executed notebook through the exporter, with links between them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from gristmill.errors import ConfigError, Problem, did_you_mean
from gristmill.notebooks import Failure
from gristmill.project import Project
from gristmill.provenance import Provenance
from gristmill.report import Failure as CellFailure
from gristmill.report import Page, changes, render, shell
from gristmill.report.broken import Breakdown, StageLine, notebook
from gristmill.report.bundle import bundle
from gristmill.report.pdf import pdf
from gristmill.report.words import LANGUAGES, Words
from gristmill.runs import BROKEN, FAILED, NOTEBOOKS, PUBLISHED, Run, current, runs, write_atomically
from gristmill.stages import Stage
from gristmill.stages import stages as stages_of

SUMMARY = "summary"
STOPPED = "stopped before it ended"
"""What the record of a run says that somebody ended."""
INDEX = "index.html"
MOST = 40
"""Templates or files that the foot of a page names as changed."""


def file_name(stage: Stage) -> str:
    """The page of a stage; the summary is the front page."""
    return INDEX if stage.name == SUMMARY else f"{stage.name}.html"


def write(
    project: Project,
    run: Run,
    stages: Sequence[Stage],
    failure: tuple[Stage, Failure] | None,
    *,
    against: Run | None = None,
    drawn: Mapping[str, str] | None = None,
) -> None:
    """Render every stage that was executed; a run without a summary gets a front page all the same.

    Numbers are set beside those of ``against``, else of the published run before; ``drawn`` are charts drawn ahead.
    """
    folder = run.folder(project) / NOTEBOOKS
    words = Words(project.locale, own_words(project))
    cut_off = failure is None and run.status in (FAILED, BROKEN)
    if cut_off:
        failure = _under_way(project, run, stages, words)
    earlier = against or _before(project, run)
    then = changes.read(earlier.report(project)) if earlier else None
    now: dict[str, changes.Figures] = {}
    done = [stage for stage in stages if _cells(folder / stage.path.name)]
    if cut_off:
        # Its front page says what happened; a summary that was made before would hide it.
        done = [stage for stage in done if stage.name != SUMMARY]
    # The summary comes last in the run and first for the reader.
    order = sorted(done, key=lambda stage: stage.name != SUMMARY)
    origins = Provenance(project, run)
    # A run that broke before its summary has a front page that says so.
    front = (
        []
        if any(stage.name == SUMMARY for stage in done)
        else [(words["broken_ran" if _why(run) != "broken" else "broken_page"], INDEX)]
    )
    for stage in done:
        error = failure[1] if failure and failure[0] == stage else None
        nav = [
            *((label, href, False) for label, href in front),
            *((other.title, file_name(other), other == stage) for other in order),
        ]
        executed = folder / stage.path.name
        page = replace(_page(project, run, stage, nav, error, origins), drawn=drawn or {})
        if then and earlier:
            page = replace(
                page,
                before=then.page(stage.name),
                against=f"{then.run} ({then.as_of})",
                differences=_differences(earlier, run),
            )
        render(executed, run.report(project) / file_name(stage), page)
        now[stage.name] = changes.figures(json.loads(executed.read_text(encoding="utf-8")))
    changes.write(run.report(project), run.run, run.as_of, now)
    if front:
        nav = [
            *((label, href, True) for label, href in front),
            *((one.title, file_name(one), False) for one in order),
        ]
        _front_page(project, run, stages, nav, failure)


def compare(project: Project, run: Run, against: Run) -> None:
    """Write the pages of a run again, its numbers beside those of another run.

    Raises ConfigError when the executed notebooks of the run are gone, or the figures of the other.
    """
    known = stages_of(project)
    folder = run.folder(project) / NOTEBOOKS
    if run.status != PUBLISHED:
        raise ConfigError(
            Problem(f"The run {run.run} was not published ({run.status}), so it has no numbers to compare.")
        )
    if not any((folder / stage.path.name).is_file() for stage in known):
        raise ConfigError(
            Problem(
                f"The notebooks of {run.run} are gone, so its pages cannot be written again.",
                expected="Those of the last runs are kept (keep_runs in gristmill.toml).",
                hint="'gristmill runs' says which are kept",
            )
        )
    if changes.read(against.report(project)) is None:
        raise ConfigError(
            Problem(
                f"The report of {against.run} keeps no figures to compare with.",
                expected=f"{project.show(against.report(project) / changes.FILE)} is not there, or cannot be read.",
                hint="'gristmill runs' lists the runs",
            )
        )
    write(project, run, known, None, against=against)


def _before(project: Project, run: Run) -> Run | None:
    """The last published run before this one whose figures are kept."""
    earlier = (one for one in runs(project) if one.run < run.run and one.status == PUBLISHED)
    return next((one for one in earlier if (one.report(project) / changes.FILE).is_file()), None)


def _differences(then: Run, now: Run) -> list[tuple[str, str]]:
    """Templates and files that are not as they were: what changed, came or went, at most so many of each."""

    def told(was: Mapping[str, str], made: Mapping[str, str]) -> str:
        lines = [f"{name} {made[name]}" for name in sorted(made) if was.get(name) != made[name]]
        lines += [f"{name} −" for name in sorted(set(was) - set(made))]
        more = f" … +{len(lines) - MOST}" if len(lines) > MOST else ""
        return ", ".join(lines[:MOST]) + more

    def templates(run: Run) -> dict[str, str]:
        return {
            str(one["relation"]): f"{one['ref']} {str(one['fingerprint'])[:8]}".strip()
            for one in run.relations
            if "@" in str(one["ref"])
        }

    def files(run: Run) -> dict[str, str]:
        return {str(one["file"]): str(one.get("sha256") or "")[:8] for one in run.inputs}

    found = [
        ("templates", told(templates(then), templates(now))),
        ("files", told(files(then), files(now))),
    ]
    return [(label, lines) for label, lines in found if lines]


def single(project: Project, run: Run, out: Path) -> Path:
    """The report of a run as one HTML file at ``out``. Raises ConfigError when the run has no report."""
    return bundle(report_of(project, run), out)


def printed(project: Project, run: Run, out: Path) -> Path:
    """The report of a run as a PDF at ``out``.

    Raises ConfigError when the run has no report or the machine no browser, RunError when that does not print.
    """
    with tempfile.TemporaryDirectory(prefix="gristmill-") as folder:
        return pdf(bundle(report_of(project, run), Path(folder) / "report.html"), out)


def report_of(project: Project, run: Run) -> Path:
    """The folder of a run's pages. Raises ConfigError when it has none."""
    folder = run.report(project)
    if not (folder / INDEX).is_file():
        raise ConfigError(
            Problem(
                f"The run {run.run} ({run.status}) has no report.",
                expected=f"{project.show(folder / INDEX)} is not there.",
                hint="'gristmill runs' lists the runs",
            )
        )
    return folder


def _page(
    project: Project,
    run: Run,
    stage: Stage,
    nav: Sequence[tuple[str, str, bool]],
    error: Failure | None,
    origins: Provenance,
) -> Page:
    return Page(
        title=stage.title,
        project=project.name,
        stage="" if stage.name == SUMMARY else stage.name,
        run_id=run.run,
        as_of=run.as_of,
        parameters=_given(run),
        versions=run.versions,
        fingerprints=origins.fingerprints(),
        trace=origins.of,
        nav=nav,
        home="../index.html",
        generated_at=_moment(run.finished_at),
        locale=project.locale,
        own_words=own_words(project),
        themes=themes(project),
        accent=project.accent,
        logo=_logo(project),
        error=CellFailure(error.cell, error.ename, error.evalue) if error else None,
    )


def _front_page(
    project: Project,
    run: Run,
    stages: Sequence[Stage],
    nav: Sequence[tuple[str, str, bool]],
    failure: tuple[Stage, Failure] | None,
) -> None:
    """``index.html`` of a run that broke before its summary."""
    words = Words(project.locale, own_words(project))
    why = _why(run)
    path = run.folder(project) / NOTEBOOKS / "front_page.ipynb"
    write_atomically(path, json.dumps(notebook(_breakdown(project, run, stages, failure), words)))
    page = Page(
        title=words.say(f"{why}_title", project=project.name),
        project=project.name,
        run_id=run.run,
        as_of=run.as_of,
        parameters=_given(run),
        versions=run.versions,
        nav=nav,
        home="../index.html",
        generated_at=_moment(run.finished_at),
        locale=project.locale,
        own_words=own_words(project),
        themes=themes(project),
        accent=project.accent,
        logo=_logo(project),
    )
    render(path, run.report(project) / INDEX, page)


def _breakdown(
    project: Project, run: Run, stages: Sequence[Stage], failure: tuple[Stage, Failure] | None
) -> Breakdown:
    went = {str(one["stage"]): one for one in run.stages}
    made = _made(run.folder(project) / "progress.jsonl")
    here = current(project)
    good = here if here and here.run != run.run and (here.report(project) / INDEX).is_file() else None

    stage, why = failure or (None, None)

    def line(one: Stage) -> StageLine:
        known = went.get(one.name, {})
        there = (run.report(project) / file_name(one)).is_file()
        # The record of a killed run does not tell which stages ended; their pages do.
        ended = known.get("ok", True if there and run.status == BROKEN else None)
        ok = False if one == stage else ended
        return StageLine(one.title, file_name(one) if there else None, known.get("seconds"), ok)

    return Breakdown(
        stage=stage.title if stage else "",
        href=file_name(stage) if stage else None,
        cell=why.cell + 1 if why and why.cell is not None else None,
        ename=why.ename if why and why.ename else _raised(run)[0],
        evalue=why.evalue if why and why.ename else _raised(run)[1],
        seconds=run.seconds,
        stages=[line(one) for one in stages],
        n_relations=len({name for name, _ in made}),
        last=made[-1] if made else None,
        good=(good.run, f"../{good.run}/{INDEX}", good.as_of) if good else None,
        why=_why(run),
    )


def _why(run: Run) -> str:
    """broken, stopped or killed."""
    return "killed" if run.status == BROKEN else "stopped" if run.error == STOPPED else "broken"


def _raised(run: Run) -> tuple[str, str]:
    """Kind and words of the error in a run's record."""
    kind, _, says = (run.error or "").partition(": ")
    return (kind, says) if says else ("", kind)


def _cells(path: Path) -> list[dict[str, Any]]:
    """The cells of an executed notebook; none when it is not there, or was being written when the process died."""
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["cells"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _under_way(
    project: Project, run: Run, stages: Sequence[Stage], words: Words
) -> tuple[Stage, Failure] | None:
    """The stage a run was at when it ended before its time, and the cell that ran."""
    ended = {str(one["stage"]) for one in run.stages}
    for stage in stages:
        cells = _cells(run.folder(project) / NOTEBOOKS / stage.path.name)
        codes = [(i, one.get("metadata", {})) for i, one in enumerate(cells) if one["cell_type"] == "code"]
        answered = {i for i, about in codes if "shell.execute_reply" in about.get("execution", {})}
        state = {i: about.get("papermill") or {} for i, about in codes}
        at_work = [i for i in state if state[i].get("start_time") and i not in answered]
        waiting = any(one.get("status") == "pending" for one in state.values())
        if stage.name in ended or not cells or (answered and not at_work and not waiting):
            continue
        why = _why(run)
        name, says = _raised(run) if why == "broken" else ("", words[f"{why}_here"])
        return stage, Failure(at_work[0] if at_work else None, name, says, "")
    return None


def _made(progress: Path) -> list[tuple[str, int]]:
    """The relations made so far, in order; the last line may be half written when the process was killed."""
    found = []
    for line in progress.read_text(encoding="utf-8").splitlines() if progress.is_file() else ():
        with suppress(ValueError, KeyError):
            one = json.loads(line)
            found.append((str(one["relation"]), int(one["n_rows"])))
    return found


def own_words(project: Project) -> list[Path]:
    """Catalogues of the project's layers in its language, the nearest layer last: what it says goes before."""
    name = f"{project.locale.split('-', maxsplit=1)[0]}.toml"
    return [layer.root / "notebooks" / "words" / name for layer in reversed(project.layers)]


def themes(project: Project) -> list[Path]:
    """Folders of the project's layers with a theme of their own, the nearest first."""
    return [layer.root / "notebooks" / "theme" for layer in project.layers]


def check(project: Project) -> None:
    """Raises ConfigError for a language that no catalogue has, and for an own theme that cannot be read."""
    shell.check(themes(project))
    own = own_words(project)
    language = project.locale.split("-", maxsplit=1)[0]
    known = sorted({"en", *(path.stem for path in LANGUAGES.glob("*.toml"))})
    if language not in known and not any(path.is_file() for path in own):
        raise ConfigError(
            Problem(
                f"has a locale without a catalogue: {project.locale!r}.",
                where=project.config.name,
                expected=f"Languages: {', '.join(known)}, or one in {project.show(own[-1])}.",
                hint=did_you_mean(language, known, otherwise="docs/reports.md says how to write a catalogue"),
            )
        )


def _given(run: Run) -> dict[str, object]:
    return {name: value for name, value in run.params.items() if value is not None}


def _logo(project: Project) -> str | None:
    if project.logo and not project.logo.startswith("data:"):
        return str(project.root / project.logo)
    return project.logo


def _moment(stamp: str | None) -> str | None:
    """``2026-11-22 09:13 UTC`` for an ISO time in UTC."""
    return f"{stamp[:16].replace('T', ' ')} UTC" if stamp else None
