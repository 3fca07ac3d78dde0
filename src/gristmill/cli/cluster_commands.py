"""The command about values that mean the same: cluster."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from gristmill.cli.options import CONFIG, JSON
from gristmill.cli.show import listing, talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gristmill.cluster import Found
    from gristmill.engine import Column

SHOWN = 50
WIDEST = 60
COLUMNS = ("before", "after", "n", "after_n", "method", "confidence")


@click.command()
@click.argument("target", metavar="RELATION.COLUMN|FILE")
@click.option("--column", metavar="NAME", help="The column of FILE.")
@click.option(
    "--accept-above",
    type=click.FloatRange(0, 1),
    metavar="CONFIDENCE",
    help="Accept what is at least so sure, as 0.95.",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.6,
    show_default=True,
    help="Propose nothing that is less sure than this.",
)
@click.option(
    "--company/--no-company",
    default=None,
    help="Whether legal forms (Inc, GmbH, 주식회사) are passed over; by default where the column is one of companies.",
)
@click.option(
    "--most", type=click.IntRange(min=0), default=SHOWN, show_default=True, help="How many lines to print."
)
@click.option("--show", is_flag=True, help="Print personal values as they are, not masked.")
@JSON
@CONFIG
def cluster(
    target: str,
    column: str | None,
    accept_above: float | None,
    least: float,
    company: bool | None,
    most: int,
    show: bool,
    as_json: bool,
    config: Path | None,
) -> None:
    """Propose which values of a column mean the same.

    RELATION.COLUMN is for example clean.contacts.company; its proposals are entered in reviews/values.csv, where
    'accept' or 'reject' in the column decision decides them; accepted ones are applied in every run from then on.
    Of a FILE (with --column) the proposals are only printed.
    """
    if column is not None:
        if accept_above is not None:
            raise click.UsageError(
                "--accept-above is for a column of a project; for a file there is nothing to accept in."
            )
        _print(_of_file(Path(target), column, least, company), "none", most, as_json=as_json)
        return
    from gristmill import cluster as values
    from gristmill import project
    from gristmill.mill import Mill

    found = project.load(config=config)
    relation, name = _parted(target)
    known = values.mergeable()
    if accept_above is not None and target not in known:
        _refuse(target, sorted(known))
    path = found.root / values.FILE
    lines = values.read(path, values.FILE) if target in known else []
    merged = values.accepted(lines).get(known.get(target, ""), {})
    with Mill(found, params=values.params_for(name, least=least, company=company)) as mill:
        _check(mill.relation(relation).columns, name, relation)
        done = values.find(mill.engine, relation, name, mill.run, merged=merged)
        kind = mill.personal.of(relation).get(name) or mill.personal.of_name(name)
    _print(done, kind if found.mask and not show else "none", most, as_json=as_json)
    if target not in known:
        talk(f"Printed only: values of {target} are not merged in a run.")
        return
    did = values.record(
        path,
        target,
        done.proposals,
        lock=found.state / "values.lock",
        shown=values.FILE,
        accept_above=accept_above,
        who=getpass.getuser(),
        when=dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat(),
    )
    talk(f"{values.FILE}: {did.n_new:,} new lines, {did.n_accepted:,} accepted now, {did.n_lines:,} in all.")
    if did.n_accepted:
        talk("Next: gristmill run applies what is accepted")
    elif did.n_new:
        talk("Next: write accept or reject into the column decision, then gristmill run")


def _parted(target: str) -> tuple[str, str]:
    """``clean.contacts.company`` as relation and column."""
    relation, _, name = target.rpartition(".")
    if relation.count(".") != 1:
        hint = "a file needs --column NAME" if Path(target).is_file() else "write clean.contacts.company"
        raise click.UsageError(f"{target!r} is no RELATION.COLUMN.\nHint: {hint}")
    return relation, name


def _refuse(target: str, known: list[str]) -> NoReturn:
    from gristmill.errors import ParameterError, Problem, did_you_mean

    raise ParameterError(
        Problem(
            f"Values of {target} are not merged in a run, so none can be accepted.",
            hint=did_you_mean(target, known),
        )
    )


def _of_file(path: Path, column: str, least: float, company: bool | None) -> Found:
    """The proposals of a file's column: read as a source is, with the templates of the package."""
    from gristmill import cluster as values
    from gristmill import loose
    from gristmill.catalog import Catalog
    from gristmill.lineage import Meanings
    from gristmill.project import BASE, CONFIG_NAME, Layer, Project, base_dir
    from gristmill.remembered import cache_file

    with loose.opened(path) as file:
        root = file.folder
        bare = Project(
            root=root, config=root / CONFIG_NAME, name=path.name, layers=(Layer(BASE, base_dir()),)
        )
        _check(file.engine.columns(loose.RELATION), column, path.name)
        params = values.params_for(column, least=least, company=company)
        make = values.maker(file.engine, Catalog(bare), Meanings(cache_file("meanings.json")), params)
        return values.find(file.engine, loose.RELATION, column, make)


def _check(columns: Sequence[Column], column: str, where: str) -> None:
    """Refuse a column that is not there or holds no text."""
    from gristmill.errors import ParameterError, Problem, did_you_mean, listed

    types = {one.name: one.type for one in columns if not one.name.startswith("_")}
    if column not in types:
        raise ParameterError(
            Problem(
                f"{where} has no column {column!r}.",
                expected=f"Columns: {listed(list(types))}.",
                hint=did_you_mean(column, types),
            )
        )
    if types[column] != "VARCHAR":
        raise ParameterError(
            Problem(
                f"{where}: {column} holds {types[column]}, no text.",
                hint="only texts can be spelled in several ways",
            )
        )


def _print(found: Found, kind: str, most: int, *, as_json: bool) -> None:
    """The table on stdout, what it leaves out on stderr."""
    from gristmill.report import mask

    shown = found.proposals if as_json else found.proposals[:most]
    rows = [
        (
            mask(one.before, kind) if as_json else _visible(mask(one.before, kind)),
            mask(one.after, kind) if as_json else _visible(mask(one.after, kind)),
            one.n,
            one.after_n,
            one.method,
            one.confidence if as_json else f"{one.confidence:.2f}",
        )
        for one in shown
    ]
    if rows or as_json:
        listing(COLUMNS, rows, as_json=as_json)
    n = len(found.proposals)
    talk(f"{n:,} of {found.n_values:,} values would become another.")
    if len(shown) < n:
        talk(f"{n - len(shown):,} are not printed; --most {n} prints all.")
    if rows and kind != "none":
        talk("Values are masked; --show prints them as they are.")
    for line in found.left_out():
        talk(f"! {line}")


def _visible(text: str) -> str:
    """A value as one line of a table: what cannot be seen gets a sign, a long one is cut."""
    inner = text.strip(" ")
    ends = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
    shown = "".join(char if char.isprintable() else "�" for char in inner)
    shown = shown if len(shown) <= WIDEST else f"{shown[: WIDEST - 1]}…"
    return "␣" * min(ends[0], 3) + shown + "␣" * min(ends[1], 3)


COMMANDS = (cluster,)
