"""Commands about runs: run, runs, rollback, open, lab."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from gristmill.cli.show import listing, talk

CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another gristmill.toml than the one here.",
)


class Day(click.ParamType[dt.date]):
    """A date, written as 2026-11-01."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Parse, or say what was expected."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date.\nHint: write it as 2026-11-01", param, ctx)


@click.command()
@click.option("--as-of", type=Day(), help="The day that counts as today; the same day gives the same report.")
@click.option(
    "--only", multiple=True, metavar="STAGE", help="Re-make this stage on top of the published run."
)
@click.option(
    "--param", multiple=True, metavar="NAME=VALUE", help="A value for a parameter of a template or notebook."
)
@CONFIG
@click.option("--quiet", is_flag=True, help="Say nothing but the last lines.")
def run(
    as_of: dt.date | None, only: tuple[str, ...], param: tuple[str, ...], config: Path | None, quiet: bool
) -> None:
    """Run the project: read, clean, unify, segment, measure, audit, report, publish."""
    from gristmill import pipeline, project

    found = project.load(config=config)
    given = dict(_pair(text) for text in param)
    outcome = pipeline.run(
        found, as_of=as_of, only=_names(only), params=given, tell=(lambda _: None) if quiet else talk
    )
    finish(outcome)


def finish(outcome: object) -> None:
    """Print how a run ended and leave with its exit code."""
    from gristmill.pipeline import Outcome

    assert isinstance(outcome, Outcome)
    this = outcome.run
    talk(f"Verdict: {this.verdict} ({this.seconds:.1f} s)")
    if this.error:
        talk(f"{this.error}\nHint: the report shows the cell; the published run is as it was.")
    click.echo(outcome.page)
    sys.exit(outcome.exit_code)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.BadParameter(
            f"{text!r} has no '='.\nHint: write --param name=value", param_hint="--param"
        )
    return name.strip(), value


def _names(only: tuple[str, ...]) -> list[str]:
    return [name.strip() for text in only for name in text.split(",") if name.strip()]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def runs(as_json: bool) -> None:
    """List the runs, newest first; a star marks the published one."""
    from gristmill import project
    from gristmill import runs as life

    found = project.load()
    here = life.current(found)
    rows = [
        (
            "*" if here and one.run == here.run else "",
            one.run,
            one.as_of,
            one.status,
            one.verdict,
            one.seconds,
            one.n_customers,
            one.database(found).is_file(),
        )
        for one in life.runs(found)
    ]
    listing(("", "run", "as of", "status", "verdict", "seconds", "customers", "kept"), rows, as_json=as_json)


@click.command()
def rollback() -> None:
    """Go back to the published run before the current one."""
    from gristmill import project
    from gristmill import runs as life

    left, now = life.rollback(project.load())
    talk(f"{left.run} is no longer published; its files are kept.")
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


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.pass_context
def lab(ctx: click.Context) -> None:
    """Start JupyterLab in the project; further options go to JupyterLab."""
    from gristmill import lab as jupyter
    from gristmill import project

    jupyter.start(project.load(), ctx.args)


COMMANDS = (run, runs, rollback, open_, lab)
