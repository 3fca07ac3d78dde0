"""Commands about a single file, with no project around it: clean."""

from __future__ import annotations

from pathlib import Path

import click

from gristmill.cli.options import PARAM, pairs
from gristmill.cli.run_commands import with_signals
from gristmill.cli.show import Screen, listing, talk

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option("--out", type=OUT, required=True, help="Where the cleaned file goes: .csv, .tsv or .parquet.")
@click.option("--changes", type=OUT, help="Where the list of all changes and proposals goes.")
@click.option(
    "--only",
    type=click.Choice(["repair"]),
    help="repair: mend wrong values and leave the way right ones are written alone.",
)
@click.option(
    "--apply-above",
    type=click.FloatRange(0, 1),
    default=0.9,
    show_default=True,
    help="Less certain changes are listed as proposals and not made.",
)
@click.option(
    "--off", "off", multiple=True, metavar="RULE", help="Do not use this rule; may be given several times."
)
@PARAM
@click.option("--quiet", is_flag=True, help="Say nothing but where the result is.")
def clean(
    file: Path,
    out: Path,
    changes: Path | None,
    only: str | None,
    apply_above: float,
    off: tuple[str, ...],
    param: tuple[str, ...],
    quiet: bool,
) -> None:
    """Clean one file, with no project and no configuration.

    Writes the same rows and columns in the same order. What each column holds is found out from its
    name and values; errors are found in what columns and rows say of each other. FILE is never changed.
    """
    from gristmill import cleaning

    with_signals()
    screen = Screen(quiet=quiet)
    try:
        done = cleaning.clean_file(
            file,
            out,
            changes=changes,
            only_repair=only == "repair",
            apply_above=apply_above,
            rules_off=off,
            params=pairs(param),
            tell=(lambda _: None) if quiet else talk,
        )
    finally:
        screen.clear()
    if not quiet and done.rules:
        listing(("rule", "changed", "proposed"), done.rules, as_json=False)
    if not quiet:
        talk(
            f"{done.n_changed:,} of {done.n_rows * done.n_columns:,} cells changed, {done.n_proposed:,} more"
            f" proposed ({done.n_rows:,} rows, {done.n_columns:,} columns)"
        )
    if done.rejects:
        talk(f"{done.n_rejects:,} records cannot be read; they are in {done.rejects}")
    click.echo(out)


COMMANDS = (clean,)
