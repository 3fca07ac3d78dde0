"""Commands that find duplicates: unify, for any single file."""

from __future__ import annotations

from pathlib import Path

import click

from gristmill.cli.options import PARAM, pairs
from gristmill.cli.run_commands import with_signals
from gristmill.cli.show import Screen, talk

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--out", type=OUT, required=True, help="Where id and cluster_id of every row go: .csv, .tsv or .parquet."
)
@click.option(
    "--id",
    "id_column",
    metavar="COLUMN",
    help="The column that names a row; else one is looked for, else rows are numbered.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="COLUMN",
    help="A column that is no evidence; may be given several times.",
)
@click.option(
    "--pairs",
    "pairs_file",
    type=OUT,
    help="Where the compared pairs go, with probability, verdict and weights.",
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="An HTML page that explains the result."
)
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the model goes, as TOML: read it, edit it, use it again.",
)
@click.option(
    "--use-model", type=FILE, help="Take columns, chances and thresholds from this model instead of the data."
)
@PARAM
@click.option("--quiet", is_flag=True, help="Say nothing but where the result is.")
def unify(
    file: Path,
    out: Path,
    id_column: str | None,
    exclude: tuple[str, ...],
    pairs_file: Path | None,
    report: Path | None,
    model: Path | None,
    use_model: Path | None,
    param: tuple[str, ...],
    quiet: bool,
) -> None:
    """Find the duplicates of one file, with no configuration.

    Writes the id and the cluster of every row, in the order of the file; rows of one cluster are the
    same person or thing. What each column holds is found out from its name and values, and what
    agreement on it means is learned from the data. FILE is never changed.
    """
    from gristmill import unifying

    with_signals()
    screen = Screen(quiet=quiet)
    try:
        done = unifying.unify_file(
            file,
            out,
            id_column=id_column,
            excluded=exclude,
            pairs=pairs_file,
            report=report,
            model=model,
            use_model=use_model,
            params=pairs(param),
            tell=(lambda _: None) if quiet else talk,
        )
    finally:
        screen.clear()
    if not quiet:
        for note in done.notes:
            talk(note)
        talk(
            f"{done.n_rows:,} rows are {done.n_clusters:,} different ones; {done.n_merged:,} rows share theirs with another"
            f" ({done.n_pairs:,} pairs compared)"
        )
    click.echo(out)


COMMANDS = (unify,)
