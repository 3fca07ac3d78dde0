"""The commands of stewards: review, with merge, split and id beside it."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gristmill.cli.group import Group
from gristmill.cli.options import CONFIG, JSON
from gristmill.cli.show import listing, talk

if TYPE_CHECKING:
    from gristmill.reviewing import Agreement, Doubt, Known, Record

SHOWN = 10
OUT_COLUMNS = (
    "left_id", "right_id", "doubt", "reason", "value", "n_records", "n_pairs", "probability",
    "customer_id", "other_id", "weights",
)  # fmt: skip
SHOW = click.option("--show", is_flag=True, help="Print personal values as they are, not masked.")
WHY = click.option("--why", default="", metavar="TEXT", help="The reason, for whoever reads the file later.")


@click.group(cls=Group, invoke_without_command=True)
@click.option(
    "--most", type=click.IntRange(min=0), default=SHOWN, show_default=True, help="How many to print."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="Write all doubts to this CSV file.",
)
@SHOW
@JSON
@CONFIG
@click.pass_context
def review(
    ctx: click.Context, most: int, out: Path | None, show: bool, as_json: bool, config: Path | None
) -> None:
    """List doubtful customers, most valuable first.

    Of the published run, with what speaks for and against each.

    'gristmill review merge LEFT RIGHT' and 'split' decide about a pair of records; decisions are kept in
    reviews/decisions.csv and hold in every run. With decisions as labels the thresholds are judged as well.
    """
    if ctx.invoked_subcommand:
        return
    from gristmill import project, reviewing
    from gristmill.errors import ParameterError, Problem

    if out is not None and not out.resolve().parent.is_dir():
        raise ParameterError(Problem(f"There is no folder {out.parent}.", hint=f"mkdir -p {out.parent}"))
    with reviewing.opened(project.load(config=config)) as mill:
        found, n = reviewing.doubts(mill, most=None if out is not None else most, show=show)
        done = reviewing.agreement(mill)
        notes = reviewing.unknown(mill)
        is_masked = mill.project.mask and not show
    if out is not None:
        _write(out, found)
        talk(f"{out}: {len(found):,} doubts.")
    if as_json:
        said = {"n_doubts": n, "doubts": [asdict(one) for one in found[:most]], "agreement": asdict(done)}
        click.echo(json.dumps(said, ensure_ascii=False, indent=1, default=str))
    else:
        for place, one in enumerate(found[:most], 1):
            _print(place, one)
        for line in _judged(done):
            click.echo(line)
    talk(f"{n:,} doubts; decide with 'gristmill review merge LEFT RIGHT' or 'split'." if n else "No doubts.")
    if found and is_masked:
        talk("Values are masked; --show prints them as they are.")
    for note in notes:
        talk(f"! {note}")


@review.command()
@click.argument("left")
@click.argument("right")
@WHY
@CONFIG
def merge(left: str, right: str, why: str, config: Path | None) -> None:
    """Decide that two records are one customer."""
    _decide(left, right, "merge", why, config)


@review.command()
@click.argument("left")
@click.argument("right")
@WHY
@CONFIG
def split(left: str, right: str, why: str, config: Path | None) -> None:
    """Decide that two records are two customers."""
    _decide(left, right, "split", why, config)


@review.command()
@click.argument("left")
@click.argument("right")
@SHOW
@JSON
@CONFIG
def explain(left: str, right: str, show: bool, as_json: bool, config: Path | None) -> None:
    """Say why two records are, or are not, one customer.

    What speaks for and against it, in words and bits: every bit doubles or halves the odds.
    """
    from gristmill import explaining, project, reviewing

    with reviewing.opened(project.load(config=config)) as mill:
        found = explaining.explain(mill, left, right, show=show)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1, default=str))
        return
    one = found.customer_id == found.other_id
    click.echo(
        f"One customer: {found.customer_id}."
        if one
        else f"Two customers: {found.customer_id} and {found.other_id}."
    )
    for record in (found.left, found.right):
        click.echo(f"  {_line(record)}")
    for words, bits in found.weights:
        if bits or words == found.weights[-1][0]:
            click.echo(f"  {bits:+6.1f}  {words}")
    if not found.weights:
        through = ", they are one through other records" if one else ""
        click.echo(f"  This pair was never compared: no key proposed it{through}.")
    elif found.probability is not None:
        click.echo(f"  That makes one person of them with a probability of {found.probability:.1%}.")
    if found.overruled:
        click.echo(f"  What counts: {found.overruled}.")


@review.command(name="cluster")
@click.argument("customer_id")
@SHOW
@JSON
@CONFIG
def of_cluster(customer_id: str, show: bool, as_json: bool, config: Path | None) -> None:
    """Show a customer's records and what ties them together.

    Every pair that was compared, with its weight in bits; then ties to other customers that are doubtful, decided or cut.
    """
    from gristmill import explaining, project, reviewing

    with reviewing.opened(project.load(config=config)) as mill:
        found = explaining.cluster(mill, customer_id, show=show)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1, default=str))
        return
    _told(found.known)
    numbers = {record.record_id: str(n) for n, record in enumerate(found.known.records, 1)}
    for record in found.known.records:
        click.echo(f"{numbers[record.record_id]:>3}. {_line(record)}")
    rows = [
        (
            f"{numbers.get(tie.left_id, tie.left_id)} – {numbers.get(tie.right_id, tie.right_id)}",
            "" if tie.weight is None else f"{tie.weight:+.1f}",
            tie.verdict,
            tie.reason,
            tie.other_id or "",
        )
        for tie in found.ties
    ]
    listing(("pair", "bits", "verdict", "why", "other customer"), rows, as_json=False)
    if found.n_ties > len(rows):
        talk(f"{found.n_ties - len(rows):,} more pairs are not shown.")


@review.command(name="id")
@click.argument("customer_id")
@SHOW
@JSON
@CONFIG
def of_id(customer_id: str, show: bool, as_json: bool, config: Path | None) -> None:
    """Say whose a customer id is now.

    Old ids lead to the customer they were merged into; the events and the records are listed.
    """
    from gristmill import project, reviewing

    with reviewing.opened(project.load(config=config)) as mill:
        known = reviewing.customer(mill, customer_id, show=show)
    if as_json:
        click.echo(json.dumps(asdict(known), ensure_ascii=False, indent=1, default=str))
        return
    _told(known)
    listing(("run", "event", "customer", "other", "records"), known.events, as_json=False)
    for record in known.records:
        click.echo(f"  {_line(record)}")


def _told(known: Known) -> None:
    """What became of an id, in one line."""
    n = _counted(len(known.records), "record")
    if known.current is None:
        click.echo(f"{known.asked}: none of its records is left.")
    elif known.current == known.asked:
        click.echo(f"{known.asked}: in use, {n}.")
    else:
        click.echo(f"{known.asked}: now {known.current}, {n}.")


def _decide(left: str, right: str, decision: str, why: str, config: Path | None) -> None:
    from gristmill import project, reviewing
    from gristmill.unify.decisions import FILE

    line = reviewing.decide(project.load(config=config), left, right, decision, why)
    talk(f"{FILE}:{line} says {decision}. Next: gristmill run")


def _print(place: int, one: Doubt) -> None:
    from gristmill.reviewing import DOUBTS

    value = f", bought {one.value:,.0f}" if one.value else ""
    click.echo(f"{place}. {DOUBTS[one.doubt]} ({one.probability:.0%}): {one.reason}")
    click.echo(f"   {_counted(one.n_records, 'record')}{value}, {_counted(one.n_pairs, 'doubtful pair')}")
    for record in (one.left, one.right):
        click.echo(f"   {_line(record)}")
    for words, bits in one.weights:
        if bits or words == one.weights[-1][0]:
            click.echo(f"     {bits:+6.1f}  {words}")
    click.echo("")


def _line(record: Record) -> str:
    return f"{record.record_id}  [{record.source}]  {' · '.join(record.values.values())}"


def _judged(done: Agreement) -> list[str]:
    """Precision, recall and a suggestion, in words; nothing without decisions."""
    if not done.n_compared:
        return []
    present = (
        f"On {_counted(done.n_compared, 'decided pair')} the threshold merge_above = {done.merge_above:g}"
        f" has precision {_share(done.precision)} and recall {_share(done.recall)}."
    )
    lines = [present]
    if done.suggested is None:
        return [*lines, "Decisions of both kinds, merge and split, are needed to suggest another."]
    lines.append(
        f"merge_above = {done.suggested:g} would agree best: precision {_share(done.suggested_precision)},"
        f" recall {_share(done.suggested_recall)} (put it under [params] in gristmill.toml)."
    )
    if done.n_compared < 30:
        lines.append("These are few pairs, and doubtful ones at that: take it as a hint.")
    return lines


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.1%}"


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _write(path: Path, found: list[Doubt]) -> None:
    """All doubts as CSV, values of both records side by side."""
    import io

    from gristmill.report import atomic
    from gristmill.reviewing import SHOWN as COLUMNS

    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    sides = [f"{side}_{name}" for name in COLUMNS for side in ("left", "right")]
    out.writerow([*OUT_COLUMNS, *sides])
    for one in found:
        weights = "; ".join(f"{bits:+.1f} {words}" for words, bits in one.weights if bits)
        known: dict[str, Any] = asdict(one) | {
            "left_id": one.left.record_id,
            "right_id": one.right.record_id,
            "weights": weights,
        }
        values = [record.values.get(name, "") for name in COLUMNS for record in (one.left, one.right)]
        out.writerow([_safe(str(cell)) for cell in (*(known[name] for name in OUT_COLUMNS), *values)])
    atomic.write(path, "\ufeff" + text.getvalue())


def _safe(cell: str) -> str:
    """A cell that a spreadsheet does not compute."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell


@review.command("model")
@CONFIG
def model(config: Path | None) -> None:
    """Pin what was learnt of agreement.

    Writes reviews/model.toml from the published run. As long as it is there every run weighs records by it; edit it, or delete it
    to learn from the data again.
    """
    from gristmill import pinning, project

    found = project.load(config=config)
    path = pinning.pin(found)
    talk("every run weighs records by it from now on; delete it to learn anew")
    click.echo(found.show(path))


COMMANDS = (review,)
