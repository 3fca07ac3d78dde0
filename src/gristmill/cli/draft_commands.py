"""The command that writes a check module from the data: check draft."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gristmill.cli.options import CONFIG
from gristmill.cli.show import talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from gristmill.checks.draft import Draft


@click.command()
@click.argument("target", metavar="RELATION|FILE")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE.py",
    help="Where the module goes; a file that is there is never overwritten.",
)
@click.option("--quiet", is_flag=True, help="Say nothing but where the module is.")
@CONFIG
def draft(target: str, out: Path, quiet: bool, config: Path | None) -> None:
    """Write a check module from what the data looks like.

    RELATION is for example clean.contacts, of the published run; FILE is any file gristmill reads. Each column
    gets its type and a few rules, with what was seen in a comment. All rules hold on this data but those whose
    comment says "suspicious": nearly all rows keep them, and the few that do not are probably wrong.
    """
    _check_out(out)
    tell: Callable[[str], None] = (lambda _: None) if quiet else talk
    made = _of_relation(target, config, tell) if _is_relation(target) else _of_file(Path(target), tell)
    out.write_text(made.text, "utf-8")
    if not quiet:
        for finding in made.findings:
            talk(f"suspicious: {', '.join(finding.columns)}: {finding.evidence}")
        talk(
            f"{made.n_rules:,} rules for {made.n_columns:,} columns from {made.n_rows:,} rows,"
            f" {len(made.findings):,} findings suspicious"
        )
        talk(f"Next: gristmill check {target} --with {out}")
    click.echo(out)


def _is_relation(target: str) -> bool:
    return bool(re.fullmatch(r"\w+\.\w+", target)) and not Path(target).is_file()


def _check_out(out: Path) -> None:
    """Refuse what cannot be written before anything is read."""
    from gristmill.errors import ParameterError, Problem

    problems = []
    if out.suffix != ".py":
        problems.append(Problem(f"{out.name} is no Python file.", hint="end the name in .py"))
    if out.exists():
        problems.append(Problem(f"{out} is there already.", hint="choose another name and compare the two"))
    if not out.resolve().parent.is_dir():
        problems.append(Problem(f"There is no folder {out.parent}.", hint=f"mkdir -p {out.parent}"))
    if problems:
        raise ParameterError(problems)


def _of_file(path: Path, tell: Callable[[str], None]) -> Draft:
    from gristmill import entities, kinds, loose, runs
    from gristmill.checks.draft import draft as drafted
    from gristmill.errors import Problem, SourceError

    if not path.is_file():
        raise SourceError(
            Problem(f"There is no file {path}.", hint="a relation is written as clean.contacts")
        )
    tell(f"Read {path.name}")
    with loose.opened(path) as file:
        for note in file.notes:
            tell(note)
        if not file.columns:
            raise SourceError(Problem(f"{path} has no columns.", hint="is it the right file?"))
        personal = {
            place.column: entities.ENTITIES[place.entity][place.canonical].pii
            for place in kinds.places(file.engine, loose.RELATION, file.columns)
            if place.source == kinds.MAIN or place.canonical in ("email", "phone")
        }
        return drafted(
            file.engine,
            loose.RELATION,
            name=path.name,
            day=runs.today(),
            from_file=True,
            personal=personal,
            tell=tell,
        )


def _of_relation(relation: str, config: Path | None, tell: Callable[[str], None]) -> Draft:
    from gristmill import project
    from gristmill.checks.draft import draft as drafted
    from gristmill.errors import CheckError, Problem, did_you_mean
    from gristmill.mill import Mill

    with Mill(project.load(config=config)) as mill:
        if relation not in mill.engine.relations():
            near = did_you_mean(relation, mill.engine.relations(), otherwise="gristmill run makes it")
            raise CheckError(Problem(f"There is no relation {relation}.", hint=near))
        return drafted(
            mill.engine,
            relation,
            name=relation,
            day=mill.as_of,
            personal=mill.personal.of(relation),
            tell=tell,
        )
