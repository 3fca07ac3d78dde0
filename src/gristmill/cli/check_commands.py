"""The command about checks: check, with rows and draft beside it."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gristmill.cli import draft_commands
from gristmill.cli.group import Group
from gristmill.cli.options import CONFIG, JSON, Day
from gristmill.cli.show import Screen, listing, talk

if TYPE_CHECKING:
    from gristmill.checking import Checked
    from gristmill.checks import Result
    from gristmill.failing import Failing

OUT = click.Path(dir_okay=False, path_type=Path)
LEVELS = ("critical", "warning", "info")
SHOWN = 50
WIDEST = 60
COLUMNS = ("sentence", "severity", "n", "n_failed", "share", "verdict")
ROW_COLUMNS = ("relation", "row", "key", "column", "check", "value", "reason")


class Check(Group):
    """A command with commands beside it: what is not one of their names is what to check."""

    allow_interspersed_args = True
    """Options may follow the target, as with any command that has none beside it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave everything to a command that is named first; else read the words as the target's."""
        if args and args[0] in self.commands:
            ctx.args = args
            ctx.params = {}
            return args
        return click.Command.parse_args(self, ctx, args or ["--help"])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the named command, or the check itself."""
        if not ctx.args or ctx.params:
            return click.Command.invoke(self, ctx)
        name, command, rest = self.resolve_command(ctx, ctx.args)
        assert command is not None
        with command.make_context(name, rest, parent=ctx) as inner:
            return command.invoke(inner)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Both ways to call it."""
        return [*click.Command.collect_usage_pieces(self, ctx), "| COMMAND"]


@click.group(cls=Check, invoke_without_command=True)
@click.argument("target", metavar="RELATION|FILE")
@click.option(
    "--with",
    "schema",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.py",
    help="The Pandera schema to check by: a module with one model or schema, or a pandera.io YAML file.",
)
@click.option(
    "--rows", type=OUT, metavar="OUT", help="Write every failing row to this .csv, .tsv or .parquet."
)
@click.option("--junit", type=OUT, metavar="OUT.xml", help="Write the checks as JUnit XML, for a CI server.")
@click.option(
    "--fail-on",
    type=click.Choice([*LEVELS, "never"]),
    default="critical",
    show_default=True,
    help="The least severity of a failed check that ends the command with exit code 1.",
)
@click.option(
    "--as-of",
    type=Day(),
    help="The day that counts as today; by default the day of the run, for a file today itself.",
)
@click.option("--show", is_flag=True, help="Show personal values in samples as they are, not masked.")
@JSON
@CONFIG
@click.option("--quiet", is_flag=True, help="Print the table and nothing else.")
def check(
    target: str,
    schema: Path | None,
    rows: Path | None,
    junit: Path | None,
    fail_on: str,
    as_of: dt.date | None,
    show: bool,
    as_json: bool,
    config: Path | None,
    quiet: bool,
) -> None:
    """Check a relation or a file by a Pandera schema.

    A relation of the published run, as clean.contacts, is checked by its module in checks/. A file needs --with and no project;
    its texts are read as the types of the schema, and a text that cannot be fails the check dtype in its row.

    Exit codes: 0 good, 1 a critical check failed or one could not be judged, 2 usage, 3 it broke.
    """
    from gristmill import checking, project
    from gristmill.cli.run_commands import with_signals

    with_signals()
    screen = Screen(quiet=quiet or as_json)
    options: dict[str, Any] = {"rows": rows, "as_of": as_of, "show": show, "tell": screen.live}
    _check_junit(junit)
    try:
        if Path(target).is_file():
            if schema is None:
                hint = f"gristmill check draft {target} --out checks.py writes one from the data"
                raise click.UsageError(f"A file is checked by a schema: give --with FILE.py.\nHint: {hint}")
            done = checking.check_file(Path(target), schema, **options)
        else:
            _refuse_lost_file(target)
            found = project.load(config=config)
            done = checking.check_relation(found, target, schema=schema, **options)
    finally:
        screen.clear()
    ends_badly = bool(_bad(done.results, fail_on))
    if as_json:
        click.echo(json.dumps(_record(done, good=not ends_badly), ensure_ascii=False, indent=1, default=str))
    else:
        _table(done)
    if junit:
        _write_junit(done, junit)
    if not (quiet or as_json):
        _tell(done, rows, fail_on, ends_badly=ends_badly)
    sys.exit(1 if ends_badly else 0)


@check.command()
@click.argument("name", metavar="CHECK")
@click.option("--relation", metavar="R", help="Only the check of this relation, as clean.contacts.")
@click.option("--out", type=OUT, help="Write all rows to this .csv, .tsv or .parquet, values as they are.")
@click.option(
    "--most", type=click.IntRange(min=0), default=SHOWN, show_default=True, help="How many rows to print."
)
@click.option("--show", is_flag=True, help="Print personal values as they are, not masked.")
@JSON
@CONFIG
def rows(
    name: str,
    relation: str | None,
    out: Path | None,
    most: int,
    show: bool,
    as_json: bool,
    config: Path | None,
) -> None:
    """List the rows that fail a check of the last run.

    CHECK is a name as 'gristmill check' prints it, as is_email, or with its column and relation, as
    clean.contacts.email.is_email. The rows are found anew, all of them, in the published run.
    """
    from gristmill import failing, loose, project

    if out is not None:
        loose.check_output(out)
    found = project.load(config=config)
    with failing.failing(found, name, relation=relation, show=show) as wrong:
        n = int(wrong.engine.scalar(f"select count(*) from ({wrong.select})"))
        if out is not None:
            loose.write(wrong.engine, wrong.exported, out)
            click.echo(out)
        elif n or as_json:
            _print(wrong, None if as_json else most, as_json=as_json)
    talk(f"{n:,} rows fail {_listed(wrong)}.")
    if out is None and not as_json and n > most:
        talk(f"{n - most:,} are not printed; --out FILE writes all.")
    if out is None and n and not show and found.mask:
        talk("Values are masked; --show prints them as they are.")
    for note in wrong.notes:
        talk(note)


def _listed(failing: Failing) -> str:
    names = [".".join(part for part in one if part) for one in failing.checks]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _print(failing: Failing, most: int | None, *, as_json: bool) -> None:
    from gristmill.report import mask

    limit = "" if most is None else f" limit {most}"
    told = []
    for relation, row, key, column, check_, value, reason in failing.engine.rows(failing.listed + limit):
        shown = mask(key, failing.kind(relation, "")), mask(value, failing.kind(relation, column))
        cells = shown if as_json else [None if one is None else visible(str(one)) for one in shown]
        told.append((relation, row, cells[0], column, check_, cells[1], reason))
    listing(ROW_COLUMNS, told, as_json=as_json)


# -- printing ---------------------------------------------------------------------------------------


def visible(text: str) -> str:
    """A value as one line: what cannot be seen gets a sign, a long one is cut."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return shown if len(shown) <= WIDEST else f"{shown[: WIDEST - 1]}…"


def _bad(results: Iterable[Result], fail_on: str) -> list[Result]:
    """The results that end the command with 1; what could not be judged must not look good."""
    if fail_on == "never":
        return []
    levels = LEVELS[: LEVELS.index(fail_on) + 1]
    return [
        one for one in results if one.verdict == "error" or (one.verdict != "pass" and one.severity in levels)
    ]


def _table(done: Checked) -> None:
    shown = [
        (one.sentence, one.severity, one.n, one.n_failed, _share(one), one.verdict) for one in done.results
    ]
    listing(COLUMNS, shown, as_json=False)


def _share(one: Result) -> str:
    if one.verdict == "error" or not one.n:
        return "–"
    share = one.share_failed
    # A share that is not nothing is not shown as nothing.
    return "< 0.01 %" if 0 < share < 0.0001 else f"{share:.2%}".replace("%", " %")


def _record(done: Checked, *, good: bool) -> dict[str, Any]:
    checks = [
        {
            "check": one.check,
            "column": one.column,
            "sentence": one.sentence,
            "severity": one.severity,
            "dimension": one.dimension,
            "n": one.n,
            "n_failed": one.n_failed,
            "share_failed": one.share_failed,
            "max_share": one.max_share,
            "max_growth": one.max_growth,
            "owner": one.owner,
            "verdict": one.verdict,
            "ran_in": one.ran_in,
            "seconds": one.seconds,
            "note": one.note,
            "sample": [
                {"row": row.row, "key": row.key, "value": row.value}
                for row in done.samples.get((one.column, one.check), ())
            ],
        }
        for one in done.results
    ]
    return {
        "target": done.target,
        "good": good,
        "n_rows": done.n_rows,
        "n_unreadable_records": done.n_rejects,
        "n_checks": len(checks),
        "n_not_passed": sum(one["verdict"] != "pass" for one in checks),
        "seconds": round(done.seconds, 3),
        "checks": checks,
    }


def _tell(done: Checked, rows: Path | None, fail_on: str, *, ends_badly: bool) -> None:
    wrong = [one for one in done.results if one.verdict != "pass"]
    for one in wrong:
        sample = ", ".join(visible(str(row)) for row in done.samples.get((one.column, one.check), ())[:3])
        told = "; ".join(part for part in (one.note, sample) if part)
        talk(f"! {one.sentence}: {told}" if told else f"! {one.sentence}")
    for one in done.results:
        if one.verdict == "pass" and one.note.startswith("nothing to judge"):
            talk(f"  {one.sentence}: {one.note}")
    if done.n_rejects:
        talk(f"! {done.n_rejects:,} records cannot be read; no check has seen them.")
    if rows is not None:
        talk(f"{rows}: {done.n_written:,} failing cells and rows.")
    talk(
        f"{len(wrong):,} of {len(done.results):,} checks do not hold ({done.n_rows:,} rows, {done.seconds:.1f} s)."
    )
    if wrong and not ends_badly and fail_on == "critical":
        talk("None of them is critical; --fail-on warning ends with exit code 1 for these too.")


def _refuse_lost_file(target: str) -> None:
    """A word that can only be meant as a file, and is none, is not looked for among the relations."""
    from gristmill.errors import ParameterError, Problem, did_you_mean

    path = Path(target)
    ending = path.suffix.lower()
    if path.name != target or ending in (
        ".csv",
        ".tsv",
        ".txt",
        ".parquet",
        ".json",
        ".jsonl",
        ".xlsx",
        ".xls",
        ".gz",
    ):
        folder = path.parent
        names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
        raise ParameterError(Problem(f"There is no file {target}.", hint=did_you_mean(path.name, names)))


def _check_junit(path: Path | None) -> None:
    from gristmill.errors import ParameterError, Problem

    if path is not None and not path.resolve().parent.is_dir():
        raise ParameterError(Problem(f"There is no folder {path.parent}.", hint=f"mkdir -p {path.parent}"))


def _write_junit(done: Checked, path: Path) -> None:
    from gristmill.checks import junit

    def sample(one: Result) -> Sequence[str]:
        return [str(row) for row in done.samples.get((one.column, one.check), ())]

    suite = Path(done.target).name
    junit.write(junit.junit(done.results, suite=suite, seconds=done.seconds, sample=sample), path)


check.add_command(draft_commands.draft)

COMMANDS = (check,)
