"""Make a segment of a condition on the customer profile: checked against what is there, sized, written as a template."""

from __future__ import annotations

import datetime as dt
import fcntl
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gristmill import lint, lock, runs, template
from gristmill.catalog import Catalog
from gristmill.engine import Engine
from gristmill.errors import (
    ConfigError,
    EngineError,
    GristmillError,
    ParameterError,
    Problem,
    TemplateError,
    did_you_mean,
    listed,
)
from gristmill.lineage import meaning, parse
from gristmill.mill import Mill
from gristmill.project import Project
from gristmill.written.segments import PROFILE, QUOTED, Own, changed, own, text_of

NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_COLUMN = re.compile(r'[Cc]olumn "((?:[^"]|"")+)"')

SIZES = ("scheme", "segment", "n_customers", "share", "revenue", "share_revenue")
MOVES = (
    "scheme",
    "from_segment",
    "to_segment",
    "n_customers",
    "share_from",
    "revenue",
    "from_day",
    "to_day",
)
HISTORY = ("scheme", "segment", "since", "until", "customer_id")
OVERLAPS = ("scheme", "segment", "other_scheme", "other_segment", "n_both", "share", "lift")


@dataclass(frozen=True)
class Sized:
    """A segment as it would be in the published run."""

    path: Path
    """The template that was written."""
    n_customers: int
    n_all: int
    revenue: float
    """Net revenue of its customers, in the currency of segment.currencies."""
    revenue_all: float
    """Net revenue of all customers."""


def new(project: Project, name: str, where: str, *, label: str | None = None) -> Sized:
    """Write ``sql/segment/<name>_v1.sql``, the customers of ``segment.profile`` for whom ``where`` is true.

    Raises ParameterError for a name or a condition that cannot be one, ConfigError when the template is
    there already or nothing is published yet, RunError when it cannot be written.
    """
    _check_name(project, name)
    with _published(project) as mill:
        return save(mill, name, where, label=label)


def save(
    mill: Mill,
    name: str,
    where: str,
    *,
    label: str | None = None,
    seen: Own | None = None,
    profile: str | None = None,
) -> Sized:
    """As ``new``, over a run that is open. ``seen`` is the segment to change, as it was when it was opened.

    A locked version stays as it is, and the next one is written. ``profile`` is a copy of segment.profile to size by.
    Raises ConfigError too when the file is another one than was seen.
    """
    project = mill.project
    stored = mill.relation(PROFILE).relation or PROFILE
    with _alone(project):
        now = own(project, name) if seen else None
        if now and seen and now.text != seen.text:
            raise ConfigError(
                Problem(
                    f"{project.show(now.path)} was changed meanwhile, so it was left alone.",
                    hint="open the segment again, or save under another name",
                )
            )
        target = now.path if now else project.root / "sql" / "segment" / f"{name}_v1.sql"
        if now is None:
            _check_name(project, name)
        check(mill.engine, stored, where)
        text = changed(now, where, label) if now else text_of(where, label or name)
        text = _fit_for_lint(target, text)
        if now and _is_locked(project, now, text):
            target = target.with_name(f"{name}_v{now.version + 1}.sql")
        sized = Sized(target, *counted(mill.engine, profile or stored, where))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise runs.unwritable(target.parent, error) from error
        runs.write_atomically(target, text)
    return sized


def _is_locked(project: Project, now: Own, text: str) -> bool:
    """True when that version is released and this text would mean something else."""
    kept = lock.read(project.root / "sql" / lock.LOCK_NAME).get(f"segment/{now.name}@{now.version}")
    return kept is not None and kept != meaning(template.of_text(now.path, text)).fingerprint


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """Two that save at once wait for each other."""
    project.state.mkdir(parents=True, exist_ok=True)
    with (project.state / "segments.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _check_name(project: Project, name: str) -> None:
    if not NAME.fullmatch(name):
        raise ParameterError(
            Problem(
                f"{name!r} cannot name a segment.",
                expected="Small letters, digits and _, a letter first, at most 50.",
                hint=did_you_mean(
                    name,
                    [re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")],
                    otherwise="the name is that of its file; what people read is the label: --label",
                ),
            )
        )
    taken = {one.what: one for one in Catalog(project).templates if one.schema == "segment"}
    if name in taken:
        raise ConfigError(
            Problem(
                f"segment/{name} is there already: {taken[name].shown}.",
                hint=f"change that file, or choose another name; {taken[name].path.name} was not touched",
            )
        )


def check(engine: Engine, profile: str, where: str) -> None:
    """Raises ParameterError unless it is one expression that is true or false of a row of the profile."""
    # What stands in quotes is a text or a name, whatever it holds; texts of the form e'…' may hold quotes themselves.
    bare = where if re.search(r"\be'", where, re.IGNORECASE) else QUOTED.sub("''", where)
    if not where.strip() or any(mark in bare for mark in (";", "--", "$", "/*")):
        raise ParameterError(
            Problem(
                "The condition is no single expression." if where.strip() else "The condition is empty.",
                expected="As in 'monetary > 500 and r >= 4', without ; -- /* or $.",
            )
        )
    columns = [column.name for column in engine.columns(profile)]
    try:
        # It has to stand alone as well as in brackets: neither half of it may belong to what is around.
        engine.describe(f"select 1 as one from {profile} where {where}\n")
        found = engine.describe(f"select ({where}\n) as is_in from {profile}")
    except EngineError as error:
        raise ParameterError(_misfit(str(error), columns)) from error
    if [column.type for column in found] != ["BOOLEAN"]:
        raise ParameterError(
            Problem(
                f"The condition is {found[0].type.lower()}, neither true nor false.",
                expected="A comparison, as in 'monetary > 500'.",
            )
        )


def _misfit(told: str, columns: Sequence[str] = ()) -> Problem:
    message = told.partition("\n")[0].partition(": ")[2] or told
    named = _COLUMN.search(message)
    name = named[1] if named else ""
    return Problem(
        f"The condition does not fit: {message}",
        expected=f"Columns: {listed(columns, most=60)}." if columns else None,
        hint=did_you_mean(name, columns) if name else "texts stand in single quotes: country = 'KR'",
    )


def counted(engine: Engine, profile: str, where: str) -> tuple[int, int, float, float]:
    """Customers for whom a condition is true, all customers, and the net revenue of both."""
    try:
        row = engine.rows(
            f"select count(*) filter (is_in), count(*), coalesce(sum(monetary) filter (is_in), 0), coalesce(sum(monetary), 0)"
            f" from (select monetary, coalesce(({where}\n), false) as is_in from {profile})"
        )[0]
    except EngineError as error:
        raise ParameterError(_misfit(str(error))) from error
    return int(row[0]), int(row[1]), float(row[2]), float(row[3])


def _fit_for_lint(target: Path, text: str) -> str:
    """The text as ``sql lint`` lets it pass: what only this engine knows is said in its head."""
    for lines in (text, text.replace("\nselect ", "\n-- engine   duckdb\nselect ", 1)):
        try:
            found = template.of_text(target, lines)
            parse(found)
            problems = list(lint.portable(found))
        except GristmillError as error:
            problems = list(error.problems)
        if not problems:
            return lines
    raise TemplateError(problems)


def sizes(project: Project) -> list[tuple[object, ...]]:
    """Every segment of the published run in the columns of SIZES, those of the project's own last."""
    with _published(project) as mill:
        mill.relation("segment.own_summary")
        return mill.sql(
            "select scheme, segment, n_customers, round(share_customers, 4), revenue, round(share_revenue, 4)"
            " from (select 0 as own, place, scheme, segment, n_customers, share_customers, revenue, share_revenue from segment.summary"
            " union all select 1, 0, scheme, segment, n_customers, share_customers, revenue, share_revenue from segment.own_summary)"
            " order by own, scheme, place, segment"
        ).rows()


def columns(project: Project) -> list[tuple[str, str]]:
    """Name and type of each column of the profile but the customer's id."""
    with _published(project) as mill:
        found = mill.relation(PROFILE).columns
        return [(one.name, one.type) for one in found if one.name != "customer_id"]


def overlaps(project: Project, names: tuple[str, ...]) -> list[tuple[object, ...]]:
    """Pairs of segments that share customers, in the columns of OVERLAPS; of ``names`` (segments or schemes) alone.

    Raises ParameterError for a name that no segment has.
    """
    with _published(project) as mill:
        mill.relation("segment.overlaps")
        known = {
            name
            for row in mill.sql("select distinct scheme, segment from segment.members").rows()
            for name in row
        }
        problems = [
            Problem(
                f"There is no segment {name!r}.",
                hint=did_you_mean(name, known, otherwise="gristmill segment list"),
            )
            for name in names
            if name not in known
        ]
        if problems:
            raise ParameterError(problems)
        rows = mill.sql(
            "select scheme, segment, other_scheme, other_segment, n_both, share, lift from segment.overlaps"
            " order by n_both desc, scheme, segment, other_scheme, other_segment"
        ).rows()
    wanted = set(names)

    def is_asked(row: tuple[object, ...]) -> bool:
        first, second = wanted & {row[0], row[1]}, wanted & {row[2], row[3]}
        if len(wanted) > 1:
            return bool(first and second)
        # Without two names every pair is told once.
        return bool(first) if wanted else (str(row[0]), str(row[1])) < (str(row[2]), str(row[3]))

    return [row for row in rows if is_asked(row)]


def moves(
    project: Project, schemes: tuple[str, ...], *, since: dt.date | None = None
) -> list[tuple[object, ...]]:
    """Who moved since the run before, or since the last one up to ``since``, in the columns of MOVES.

    Of all schemes where none is named. Raises ParameterError for an unknown one, ConfigError where no earlier run is known.
    """
    with _published(project) as mill:
        _check_schemes(mill, schemes)
        if since is not None:
            mill.run("segment/moves", moved_since=since)
        days = [
            row[0] for row in mill.sql("select day from segment.days where day < $as_of order by day").rows()
        ]
        if not days or (since and since < days[0]):
            known = f"Days with a run: {listed([str(day) for day in days])}." if days else None
            raise ConfigError(
                Problem(
                    "No earlier run is known to compare with.",
                    expected=known,
                    hint="the next 'gristmill run' compares with this one"
                    if not days
                    else f"--since {days[0]}",
                )
            )
        rows = mill.sql(
            "select scheme, from_segment, to_segment, n_customers, share_from, revenue, from_day, to_day from segment.moves"
            " order by scheme, n_customers desc, from_segment, to_segment"
        ).rows()
    return [row for row in rows if not schemes or row[0] in schemes]


def history(project: Project, customer: str) -> list[tuple[object, ...]]:
    """Every segment a customer has been in, in the columns of HISTORY; an id that was merged counts with the one it became.

    Raises ParameterError for an id that was never given.
    """
    with _published(project) as mill:
        ids = mill.sql(
            "select customer_id from unify.resolved_ids where current_id = (select current_id from unify.resolved_ids where customer_id = $one)"
            " union select $one where $one in (select customer_id from segment.history)",
            one=customer,
        ).rows()
        if not ids:
            raise ParameterError(
                Problem(
                    f"There is no customer {customer!r}.",
                    hint="customer ids are in unify.customers; gristmill review lists some",
                )
            )
        return mill.sql(
            "select scheme, segment, since, until, customer_id from segment.history"
            " where list_contains(cast($ids as varchar[]), customer_id) order by scheme, since, segment, customer_id",
            ids=[row[0] for row in ids],
        ).rows()


def _check_schemes(mill: Mill, schemes: tuple[str, ...]) -> None:
    known = {row[0] for row in mill.sql("select scheme from segment.schemes").rows()}
    problems = [
        Problem(
            f"There is no scheme {name!r}.",
            hint=did_you_mean(name, known, otherwise="gristmill segment list"),
        )
        for name in schemes
        if name not in known
    ]
    if problems:
        raise ParameterError(problems)


@contextmanager
def _published(project: Project) -> Iterator[Mill]:
    with Mill(project) as mill:
        if mill.published is None:
            raise ConfigError(
                Problem("Nothing is published yet, so there are no segments.", hint="gristmill run")
            )
        yield mill
