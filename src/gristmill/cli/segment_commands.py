"""Commands about segments: segment list, new, columns, overlap, moves, history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gristmill.cli.group import Group
from gristmill.cli.options import CONFIG, JSON, Day
from gristmill.cli.show import listing, talk

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path


@click.group(cls=Group)
def segment() -> None:
    """Segments: list, make your own, compare."""


@segment.command("list")
@JSON
@CONFIG
def list_(as_json: bool, config: Path | None) -> None:
    """List the segments of the published run."""
    from gristmill import project, segmenting

    _print(segmenting.SIZES, segmenting.sizes(project.load(config=config)), as_json=as_json)


@segment.command()
@click.argument("name")
@click.option("--where", required=True, metavar="CONDITION", help="As in 'monetary > 500 and r >= 4'.")
@click.option("--label", help="What reports call it; by default its name.")
@CONFIG
def new(name: str, where: str, label: str | None, config: Path | None) -> None:
    """Write a segment of your own, once it is checked and sized.

    NAME becomes sql/segment/NAME_v1.sql. The condition is about columns of segment.profile, one row a
    customer: 'gristmill segment columns' lists them.
    """
    from gristmill import project, segmenting

    found = project.load(config=config)
    sized = segmenting.new(found, name, where, label=label)
    share = sized.n_customers / sized.n_all if sized.n_all else 0
    money = f", {sized.revenue / sized.revenue_all:.1%} of the revenue" if sized.revenue_all > 0 else ""
    talk(f"{sized.n_customers:,} of {sized.n_all:,} customers ({share:.1%}){money}")
    talk("'gristmill run' makes it a segment of every run from now on")
    click.echo(found.show(sized.path))


@segment.command()
@JSON
@CONFIG
def columns(as_json: bool, config: Path | None) -> None:
    """List the columns a segment may be chosen by."""
    from gristmill import project, segmenting

    listing(("column", "type"), segmenting.columns(project.load(config=config)), as_json=as_json)


@segment.command()
@click.argument("segments", nargs=-1)
@JSON
@CONFIG
def overlap(segments: tuple[str, ...], as_json: bool, config: Path | None) -> None:
    """Count the customers segments share.

    SEGMENTS are names as 'segment list' prints them; with none every pair of the published run is listed.
    """
    from gristmill import project, segmenting

    found = segmenting.overlaps(project.load(config=config), segments)
    _print(segmenting.OVERLAPS, found, as_json=as_json)


@segment.command()
@click.argument("schemes", nargs=-1)
@click.option("--since", type=Day(), help="Compare with the last run up to this day.")
@JSON
@CONFIG
def moves(schemes: tuple[str, ...], since: dt.date | None, as_json: bool, config: Path | None) -> None:
    """Tell who moved between segments.

    Without --since the published run is compared with the run before it. SCHEMES are names as 'segment list' prints
    them; with none all are told. An empty from_segment is being in none before, an empty to_segment in none now.
    """
    from gristmill import project, segmenting

    found = segmenting.moves(project.load(config=config), schemes, since=since)
    _print(segmenting.MOVES, found, as_json=as_json)


@segment.command()
@click.argument("customer")
@JSON
@CONFIG
def history(customer: str, as_json: bool, config: Path | None) -> None:
    """List the segments one customer was in.

    CUSTOMER is a customer_id, of today or of an earlier run. An empty until is today.
    """
    from gristmill import project, segmenting

    listing(segmenting.HISTORY, segmenting.history(project.load(config=config), customer), as_json=as_json)


def _print(columns: Sequence[str], rows: Sequence[Sequence[object]], *, as_json: bool) -> None:
    """Shares as people write them; JSON keeps the numbers."""
    shares = {i for i, name in enumerate(columns) if name.startswith("share")}
    if not as_json:
        rows = [
            [
                f"{cell:6.1%}" if i in shares and isinstance(cell, float) else cell
                for i, cell in enumerate(row)
            ]
            for row in rows
        ]
    listing(columns, rows, as_json=as_json)


COMMANDS = (segment,)
