"""Commands about runs: run, runs, rollback, open, report, lab."""

from __future__ import annotations

import datetime as dt
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gristmill.cli.options import CONFIG, JSON, PARAM, Day, names, pairs
from gristmill.cli.show import Screen, listing, talk

if TYPE_CHECKING:
    from gristmill.pipeline import Outcome, Voice


@click.command()
@click.option(
    "--as-of",
    type=Day(),
    help="The day that counts as today, as 2026-11-01; the same day gives the same report.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="STAGE",
    help="Make only this stage again, on a copy of the published run; several are separated by commas.",
)
@PARAM
@CONFIG
@click.option("--quiet", is_flag=True, help="Say nothing but warnings and how it ended.")
def run(
    as_of: dt.date | None, only: tuple[str, ...], param: tuple[str, ...], config: Path | None, quiet: bool
) -> None:
    """Run all stages, write the report and publish.

    The stages are the notebooks of the project, in the order of their numbers. Nothing is published before the last stage has succeeded. Prints the path of the report.
    """
    from gristmill import pipeline, project
    from gristmill.workbench import kept

    found = project.load(config=config)
    params = pairs(param)
    with_signals()
    screen = Screen(quiet=quiet)
    try:
        outcome = pipeline.run(found, as_of=as_of, only=names(only), params=params, voice=voice(screen))
        if not outcome.run.error and kept.is_worth(outcome.run):
            screen.live("keeping what the workbench opens with")
            # The run is published: whoever ends this now ends nothing that is needed.
            with suppress(KeyboardInterrupt):
                kept.prepare(found)
    finally:
        screen.clear()
    finish(outcome)


def with_signals() -> None:
    """A scheduler that ends the run, or a terminal that closes, is treated as Ctrl-C: the run ends in order."""
    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.default_int_handler)


def voice(screen: Screen) -> Voice:
    """The lines of a run, on this screen."""
    from gristmill.pipeline import Voice

    return Voice(tell=screen.tell, made=screen.made, live=screen.live)


def finish(outcome: Outcome) -> None:
    """Print how a run ended and leave with its exit code."""
    this = outcome.run
    if this.error:
        talk(
            f"{this.error}\nBroke after {this.seconds:.1f} s. Nothing was published; what was before, is as it was."
        )
        talk("Hint: the page below marks the cell")
    else:
        talk(f"Published {this.run}: {this.verdict} ({this.seconds:.1f} s)")
    click.echo(outcome.page)
    sys.exit(outcome.exit_code)


@click.command()
@JSON
def runs(as_json: bool) -> None:
    """List the runs, newest first; a star marks the published one.

    Kept means that its database is still there, so that 'gristmill rollback' can go back to it.
    """
    from gristmill import project
    from gristmill import runs as life

    found = project.load()
    here = life.current(found)
    rows = []
    for one in life.runs(found):
        published = here is not None and one.run == here.run
        kept = one.status == life.PUBLISHED and one.database(found).is_file()
        rows.append(
            (
                published if as_json else "*" * published,
                one.run,
                one.as_of,
                one.status,
                one.verdict,
                one.seconds,
                one.n_customers,
                kept,
            )
        )
    columns = ("published", "run", "as_of", "status", "verdict", "seconds", "customers", "kept")
    listing(columns if as_json else ("", *columns[1:]), rows, as_json=as_json)


@click.command()
@click.argument("to", required=False, metavar="[RUN]")
def rollback(to: str | None) -> None:
    """Publish the run before the current one again, or the RUN named."""
    from gristmill import project
    from gristmill import runs as life

    left, now = life.rollback(project.load(), to)
    if left:
        talk(f"{left.run} is no longer published, but kept: 'gristmill rollback {left.run}' goes back to it.")
    click.echo(now.run)


@click.command("open")
def open_() -> None:
    """Print the path of the published run's report."""
    from gristmill import project
    from gristmill import runs as life
    from gristmill.errors import ConfigError, Problem

    found = project.load()
    here = life.current(found)
    if not here:
        raise ConfigError(Problem("Nothing is published yet.", hint="'gristmill run' makes the first run"))
    click.echo(here.report(found) / "index.html")


@click.command()
@click.argument("name", required=False, metavar="[RUN]")
@click.option(
    "--single",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write all pages as one HTML file, for an e-mail.",
)
@click.option(
    "--pdf",
    "printed",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Print all pages to a PDF, through Chromium or another browser of its family on this machine.",
)
@click.option("--against", metavar="RUN", help="Set its numbers beside those of this run.")
def report(name: str | None, single: Path | None, printed: Path | None, against: str | None) -> None:
    """Write a run's report as one HTML file, or as a PDF.

    Of the published run, or of the RUN named. Prints the path of each file written; without an option, the path of the report as it is.
    """
    from gristmill import pages, project
    from gristmill import runs as life
    from gristmill.errors import ConfigError, Problem

    found = project.load()
    here = life.get(found, name) if name else life.current(found)
    if not here:
        raise ConfigError(Problem("Nothing is published yet.", hint="'gristmill run' makes the first run"))
    if against:
        pages.compare(found, here, life.get(found, against))
    if single:
        click.echo(pages.single(found, here, single))
    if printed:
        click.echo(pages.printed(found, here, printed))
    if not single and not printed:
        click.echo(pages.report_of(found, here) / pages.INDEX)


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.pass_context
def lab(ctx: click.Context) -> None:
    """Start JupyterLab in the project.

    Further options go to JupyterLab, as in 'gristmill lab --no-browser --port 9999'.
    """
    from gristmill import lab as jupyter
    from gristmill import project

    jupyter.start(project.load(), ctx.args)


COMMANDS = (run, runs, rollback, open_, report, lab)
