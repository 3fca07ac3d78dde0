"""Commands about templates: sql list, show, where, lint, lock, diff, lineage; eject; where."""

from __future__ import annotations

import click

from gristmill.cli.group import Group
from gristmill.cli.options import JSON, PARAM, pairs
from gristmill.cli.show import listing, talk


@click.group(cls=Group)
def sql() -> None:
    """Templates: list, show, check, freeze and compare the SQL."""


@sql.command("list")
@click.argument("schema", required=False)
@JSON
def list_(schema: str | None, as_json: bool) -> None:
    """List the templates, all or those of a SCHEMA."""
    from gristmill import templates

    rows = [
        (t.ref, t.layer, list(t.params) if as_json else ", ".join(t.params), t.summary)
        for t in templates.listed(schema)
    ]
    listing(("template", "layer", "parameters", "summary"), rows, as_json=as_json)


@sql.command()
@click.argument("template")
@PARAM
def show(template: str, param: tuple[str, ...]) -> None:
    """Print the exact SQL that would run, parameters in place."""
    import gristmill as gm

    with gm.open() as mill:
        click.echo(mill.show(template, **pairs(param)))


def _where(template: str) -> None:
    from gristmill import templates

    for i, found in enumerate(templates.candidates(template)):
        click.echo(f"{'*' if i == 0 else ' '} {found.ref:<28} {found.layer:<10} {found.shown}")


@sql.command()
@click.argument("template")
def where(template: str) -> None:
    """List every file of a template; a star marks the winner."""
    _where(template)


@click.command("where")
@click.argument("template")
def where_short(template: str) -> None:
    """List every file of a template, as 'sql where' does."""
    _where(template)


@sql.command()
@click.argument("names", nargs=-1, metavar="[TEMPLATE...]")
def lint(names: tuple[str, ...]) -> None:
    """Check templates, and that they fit together.

    All are checked when none is named: syntax, parameters, portability, the lock, and that an
    override takes and returns what the template it stands for does.
    """
    from gristmill import templates

    n = templates.check(names)
    talk(f"{n} templates are good." if n != 1 else "1 template is good.")


@sql.command()
def lock() -> None:
    """Freeze what the project's own templates mean.

    Their fingerprints go into sql/versions.lock. Layout and comments may change afterwards, logic
    may not: that needs the next version.
    """
    from gristmill import templates

    added, total = templates.freeze()
    talk(f"{added} locked now, {total} in all.")


@sql.command()
@click.argument("left")
@click.argument("right")
@PARAM
def diff(left: str, right: str, param: tuple[str, ...]) -> None:
    """Show how two templates differ, in meaning and in effect.

    The effect is that on the data of the published run: rows that differ, and who moves. LEFT
    and RIGHT are as in segment/rfm@1 segment/rfm@2, or base:segment/rfm segment/rfm.
    """
    from gristmill import comparison

    click.echo(comparison.diff(left, right, pairs(param)))


@sql.command()
@click.argument("relation")
@click.argument("column", required=False)
def lineage(relation: str, column: str | None) -> None:
    """Draw what a relation reads and what reads it.

    With a COLUMN: which columns of which relations it is made of.
    """
    from gristmill import drawing

    click.echo(drawing.draw(relation, column))


@click.command()
@click.argument("template")
def eject(template: str) -> None:
    """Copy a template into the project, to change it there."""
    from gristmill import templates

    path = templates.eject(template)
    click.echo(path)
    talk(f"This file now wins; base:{template.split('@', maxsplit=1)[0]} still reaches the package's own.")


COMMANDS = (sql, where_short, eject)
