"""Commands that make a project and what is in it: demo, init, add, sample."""

from __future__ import annotations

import datetime as dt
import shlex
import time
from pathlib import Path

import click

from gristmill.cli.options import CONFIG, LOCALE, Day
from gristmill.cli.run_commands import finish, voice, with_signals
from gristmill.cli.show import Screen, listing, talk

SAMPLE_DAY = dt.date(2026, 11, 1)
"""The day the sample data ends on: fixed, so that the demo gives the same report next year."""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"))
@click.option(
    "--people", type=click.IntRange(min=1), default=20_000, show_default=True, help="How many people."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed makes other people.")
@LOCALE
def demo(folder: Path, people: int, seed: int, locale: str) -> None:
    """Make a project with sample data and run the whole job on it.

    FOLDER is 'demo' when none is named; it must be new or empty.
    """
    from gristmill import demo as show

    with_signals()
    screen = Screen()
    try:
        outcome = show.make(
            folder, people=people, seed=seed, as_of=SAMPLE_DAY, voice=voice(screen), locale=locale
        )
    finally:
        screen.clear()
    finish(outcome)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@LOCALE
def init(folder: Path, locale: str) -> None:
    """Make a project in a new or empty folder.

    Its notebooks and checks are yours to change; SQL stays in the package until 'gristmill eject'.
    """
    from gristmill import scaffold

    for path in scaffold.init(folder, locale=locale):
        talk(f"+ {path}")
    talk(f"Next: cd {shlex.quote(str(folder))}, then gristmill add FILE... and gristmill run")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--name", help="Name of the source; by default it is taken from the file's name.")
@CONFIG
def add(files: tuple[str, ...], name: str | None, config: Path | None) -> None:
    """Enter files as sources and draft their mapping as SQL.

    CSV (also .gz), TSV, Parquet, JSON and XLSX; FILE may be a pattern in quotes. Files with the
    same header become one source. They stay where they are, and nothing is overwritten.
    """
    from gristmill import project, scaffold

    rows = [
        (done.source, done.n_files, done.entity, f"{done.n_mapped} of {done.n_columns}", done.template)
        for done in scaffold.add(project.load(config=config), files, name=name, tell=talk)
    ]
    listing(("source", "files", "entity", "columns mapped", "mapping"), rows, as_json=False)
    talk("Next: read the mapping, correct what was guessed wrong, then gristmill run")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--people", type=click.IntRange(min=1), default=20_000, show_default=True, help="How many people."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed makes other people.")
@click.option("--as-of", type=Day(), default=SAMPLE_DAY, show_default=True, help="The last day of the data.")
@click.option(
    "--truth",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the truth goes; by default beside the folder.",
)
def sample(folder: Path, people: int, seed: int, as_of: dt.date, truth: Path | None) -> None:
    """Write sample data of five sources, and the truth about it."""
    from gristmill import sample as samples

    started = time.perf_counter()
    written = samples.write(
        folder,
        people=people,
        seed=seed,
        as_of=as_of,
        truth=truth or folder.parent / f"{folder.name}-truth",
        on_step=talk,
    )
    for path in written.files:
        click.echo(path)
    talk(f"{people:,} people in {time.perf_counter() - started:.1f} s")


COMMANDS = (demo, init, add, sample)
