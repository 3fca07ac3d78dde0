"""Commands about templates: sql list, show, where, lint, lock, diff, lineage; eject; where."""

from __future__ import annotations

import click

from gristmill.cli.show import listing, talk

PARAM = click.option("--param", multiple=True, metavar="NAME=VALUE", help="A value for a parameter.")


@click.group()
def sql() -> None:
    """The templates: list, show, compare, check and freeze them."""


@sql.command("list")
@click.argument("schema", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(schema: str | None, as_json: bool) -> None:
    """List the templates that win, with what each is for."""
    from gristmill import templates

    found = [t for t in templates.listed() if schema in (None, t.schema)]
    rows = [(t.ref, t.layer, ", ".join(t.params), t.summary) for t in found]
    listing(("template", "layer", "parameters", "what for"), rows, as_json=as_json)


@sql.command()
@click.argument("template")
@PARAM
def show(template: str, param: tuple[str, ...]) -> None:
    """Print the exact SQL that would run, parameters bound."""
    import gristmill as gm
    from gristmill.cli.run_commands import _pair

    with gm.open() as mill:
        click.echo(mill.show(template, **dict(_pair(text) for text in param)))


def _where(template: str) -> None:
    from gristmill import templates

    for i, found in enumerate(templates.candidates(template)):
        click.echo(f"{'*' if i == 0 else ' '} {found.ref:<28} {found.layer:<10} {found.shown}")


@sql.command()
@click.argument("template")
def where(template: str) -> None:
    """List every file of a template; a star marks the one that wins."""
    _where(template)


@click.command("where")
@click.argument("template")
def where_short(template: str) -> None:
    """The same as 'sql where'."""
    _where(template)


@sql.command()
@click.argument("names", nargs=-1, metavar="[TEMPLATE...]")
def lint(names: tuple[str, ...]) -> None:
    """Check templates: syntax, parameters, portable subset, lock, overrides, and that they fit together."""
    from gristmill import templates

    n = templates.check(names)
    talk(f"{n} templates are good.")


@sql.command()
def lock() -> None:
    """Freeze the meaning of the project's own templates in sql/versions.lock."""
    from gristmill import templates

    added, total = templates.freeze()
    talk(f"{added} locked now, {total} in all.")


@sql.command()
@click.argument("left")
@click.argument("right")
@PARAM
def diff(left: str, right: str, param: tuple[str, ...]) -> None:
    """Show how two versions differ in meaning, and what the change does to the current data."""
    from gristmill import templates
    from gristmill.cli.run_commands import _pair

    click.echo(templates.diff(left, right, dict(_pair(text) for text in param)))


@sql.command()
@click.argument("relation")
@click.argument("column", required=False)
def lineage(relation: str, column: str | None) -> None:
    """Draw what a relation reads and what reads it; with a column, where that comes from."""
    from gristmill import templates

    click.echo(templates.draw(relation, column))


@click.command()
@click.argument("template")
def eject(template: str) -> None:
    """Copy a template into the project, to change it there."""
    from gristmill import templates

    path = templates.eject(template)
    click.echo(path)
    talk(f"This file now wins; base:{template.split('@', maxsplit=1)[0]} still reaches the package's own.")


COMMANDS = (sql, where_short, eject)
