"""A query becomes a template: its head drafted from what the query returns and takes, checked, written once."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gristmill import lint, lock, runs, template
from gristmill.catalog import NOT_IN_RUNS, Catalog
from gristmill.engine import quote
from gristmill.errors import (
    ConfigError,
    EngineError,
    GristmillError,
    ParameterError,
    Problem,
    TemplateError,
    did_you_mean,
)
from gristmill.lineage import n_statements, parameters
from gristmill.making import placed
from gristmill.plan import Node, Plan
from gristmill.scalars import literal_of
from gristmill.template import Template

if TYPE_CHECKING:
    from gristmill.engine import Column
    from gristmill.mill import Mill

REF = re.compile(r"(?P<schema>[a-z][a-z0-9_]{0,49})/(?P<what>[a-z][a-z0-9_]{0,49})")
NOT_BY_HAND = NOT_IN_RUNS | {"raw", "source", "draft", "repair", "cluster"}
"""Schemas whose templates are written by other tools or run by Python."""
DRAFTED = "Hold "
"""How a summary begins that nobody has written."""
KEY_COLUMNS = 8
"""Columns among which the key of a result is looked for."""


@dataclass(frozen=True)
class Saved:
    """A template as it is in the project now."""

    ref: str
    """With its version: ``segment/vips@1``."""
    path: Path
    is_new: bool
    """False when the file said the same already, and was left alone."""
    note: str = ""

    def __str__(self) -> str:
        place = "/".join(self.path.parts[-3:])
        said = f"Saved as {place}." if self.is_new else f"{place} says the same already."
        return (
            f"{said} mill.run({self.ref.partition('@')[0]!r}) makes it.{' ' + self.note if self.note else ''}"
        )


def save(
    mill: Mill, ref: str, text: str, given: Mapping[str, Any] | None = None, *, over: bool = False
) -> Saved:
    """Write a query as the project's template ``schema/what``; ``given`` are the values of its ``$names``.

    A locked version stays and the next one is written; one that is not locked is replaced only with ``over``.
    Raises ParameterError for a name that cannot be one, ConfigError for a file that is there, TemplateError for
    what ``gristmill sql lint`` would say, EngineError when the database refuses it.
    """
    schema, what = _named(mill, ref)
    text = text.strip().removesuffix(";").rstrip()
    mill.reread()
    catalog = mill.catalog
    own = [one for one in catalog.templates if one.name == ref and one.layer == "project"]
    _check_is_own(catalog, ref, own)
    last = own[0] if own else None
    draft = _draft(mill, _target(mill, schema, what, last.version if last else 1), text, given or {}, last)
    if (
        last
        and mill.meanings.of(last).fingerprint == mill.meanings.of(draft).fingerprint
        and _takes_same(last, draft)
    ):
        return Saved(last.ref, last.path, is_new=False)
    locked = lock.by_layer(catalog).get("project", {})
    if last and last.ref in locked:
        path = _target(mill, schema, what, last.version + 1)
        draft = template.of_text(path, draft.text, shown=mill.project.show(path))
    elif last and not over:
        raise ConfigError(
            Problem(
                f"{last.shown} is there already, and it is not locked.",
                expected="Nothing was written.",
                hint="'gristmill sql lock' keeps it and makes this its next version; --over puts this in its place",
            )
        )
    _check(mill, draft)
    try:
        draft.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise runs.unwritable(draft.path.parent, error) from error
    runs.write_atomically(draft.path, draft.text)
    mill.reread()
    pin = mill.project.pins.get(ref)
    note = f"gristmill.toml pins version {pin}." if pin and pin != draft.version else ""
    return Saved(draft.ref, draft.path, is_new=True, note=note)


def _named(mill: Mill, ref: str) -> tuple[str, str]:
    found = REF.fullmatch(ref)
    if not found or found["schema"] in NOT_BY_HAND:
        near = re.sub(r"[^a-z0-9_/]+", "_", ref.lower()).strip("_/")
        raise ParameterError(
            Problem(
                f"{ref!r} cannot name a template."
                if not found
                else f"Templates of {found['schema']!r} are not saved from a cell.",
                expected="Expected schema/name, as in segment/vips: small letters, digits and _, a letter first.",
                hint=f"did you mean {near}?"
                if not found and REF.fullmatch(near)
                else "segment/… or measure/…",
            )
        )
    schemas = {one.schema for one in mill.catalog.templates} - NOT_BY_HAND
    near_schema = did_you_mean(found["schema"], schemas - {found["schema"]})
    if found["schema"] not in schemas and near_schema:
        raise ParameterError(Problem(f"There is no schema {found['schema']!r}.", hint=near_schema))
    return found["schema"], found["what"]


def _check_is_own(catalog: Catalog, ref: str, own: Sequence[Template]) -> None:
    theirs = next((one for one in catalog.templates if one.name == ref), None)
    if theirs and not own:
        raise ConfigError(
            Problem(
                f"{ref} comes with {theirs.layer}: {theirs.shown}.",
                expected="Nothing was written; a file of that name would stand in its place in every run.",
                hint=f"choose another name; if that is meant, 'gristmill sql eject {ref}' and change the file",
            )
        )


def _target(mill: Mill, schema: str, what: str, version: int) -> Path:
    return mill.project.root / "sql" / schema / f"{what}_v{version}.sql"


def _takes_same(one: Template, other: Template) -> bool:
    return {p.name: (p.type, p.default) for p in one.params.values()} == {
        p.name: (p.type, p.default) for p in other.params.values()
    }


# -- the head ---------------------------------------------------------------------------------------


def _draft(mill: Mill, path: Path, text: str, given: Mapping[str, Any], before: Template | None) -> Template:
    """The template with a head that says what can be found out; what the head said before is kept."""
    comments, select = _parted(text)
    values = {**mill.given, **given}
    used = _used(select, values)
    columns = mill.engine.describe(select, used)
    is_same = before is not None and _names(mill, before) == [column.name for column in columns]
    lines = [f"-- {one}".rstrip() for one in _summary(comments, before, columns, mill, select)]
    lines += [
        "--",
        f"-- grain    {before.grain if before and is_same else _grain(mill, select, used, columns)}",
    ]
    lines += [f"-- {word:8} {said}" for word, said in _kept(before).items() if said]
    lines += [_param(mill, name, values, before) for name in used]
    drafted = ", ".join(column.name for column in columns)
    lines += _entry("returns", before.returns if before and is_same and before.returns else drafted)
    for more in ([], ["-- engine   duckdb"]):
        found = template.of_text(path, "\n".join([*lines, *more, select, ""]), shown=mill.project.show(path))
        problems = list(lint.portable(found))
        if not problems:
            return found
        if any("a division by" in one.what for one in problems):
            # What another engine lacks may be meant; a quotient that is an error there and NULL here is not.
            break
    raise TemplateError(problems)


def _used(select: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each ``$name`` of one SELECT, in the order of their first use."""
    if n_statements(select) != 1:
        what = "several statements" if n_statements(select) else "nothing"
        raise TemplateError(Problem(f"The query holds {what}.", expected="Expected one SELECT."))
    names = list(dict.fromkeys(name.text for _, name in parameters(select)))
    missing = [
        Problem(f"The query uses ${name}, which has no value.", hint=did_you_mean(name, values))
        for name in names
        if name not in values
    ]
    if missing:
        raise ParameterError(missing)
    return {name: values[name] for name in names}


def _names(mill: Mill, found: Template) -> list[str]:
    """The columns a template returns; none when the database refuses it now."""
    try:
        values = template.values(found, mill.given)
        return [column.name for column in mill.engine.describe(found.sql, values)]
    except GristmillError:
        return []


def _parted(text: str) -> tuple[list[str], str]:
    """The comment lines a query begins with, and the query."""
    # Not splitlines: a text of the query may hold marks that Python takes for the end of a line, and SQL does not.
    lines = text.replace("\r\n", "\n").split("\n")
    n = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("--")), len(lines))
    return [line.removeprefix("--").strip() for line in lines[:n] if line.strip()], "\n".join(
        lines[n:]
    ).strip()


def _summary(
    comments: list[str], before: Template | None, columns: Sequence[Column], mill: Mill, select: str
) -> list[str]:
    """What the author's own comment says; else what the head said before; else what it returns, of what."""
    kept = before.summary if before and not before.summary.startswith(DRAFTED) else ""
    said = " ".join(comments) or kept
    if not said:
        named = [column.name for column in columns]
        few = ", ".join(named[:4]) + (" and more" if len(named) > 4 else "")
        read = [rel for rel in mill.engine.relations() if re.search(rf"\b{re.escape(rel)}\b", select)]
        said = f"{DRAFTED}{few}{' of ' + ', '.join(read[:3]) if read else ''}"
    return textwrap.wrap(said if said.endswith((".", "?", "!", "다")) else f"{said}.", 116)


def _kept(before: Template | None) -> dict[str, str | None]:
    if before is None:
        return {}
    words = {"source": before.source, "judges": before.judges, "owner": before.owner}
    return {**words, "scheme": before.scheme, "segment": before.segment}


def _entry(word: str, said: str) -> list[str]:
    first, *more = textwrap.wrap(said, 100, break_long_words=False) or [""]
    return [f"-- {word:8} {first}", *(f"--          {line}" for line in more)]


def _grain(mill: Mill, select: str, given: Mapping[str, Any], columns: Sequence[Column]) -> str:
    """One row per the fewest columns that tell its rows apart, ids first."""
    names = sorted(
        (column.name for column in columns[:KEY_COLUMNS]),
        key=lambda name: not (name == "id" or name.endswith(("_id", "_key"))),
    )
    sets = [*((name,) for name in names), *combinations(names, 2), *combinations(names, 3)]
    asked = ", ".join(f"count(distinct ({', '.join(map(quote, one))}))" for one in sets)
    filled = ", ".join(f"count({quote(name)})" for name in names)
    n, *counts = mill.engine.rows(f"select count(*), {filled}, {asked} from ({select}\n)", given)[0]
    whole = {name for name, have in zip(names, counts, strict=False) if have == n}
    for one, n_apart in zip(sets, counts[len(names) :], strict=True):
        if n_apart == n and set(one) <= whole:
            return f"one row per {' and '.join([', '.join(one[:-1]), one[-1]] if one[1:] else one)}"
    return "one row per row found; no few columns tell its rows apart"


def _param(mill: Mill, name: str, values: Mapping[str, Any], before: Template | None) -> str:
    """The line of a parameter: of the type that other templates give the name, which means one type; else by its value."""
    mine = before.params.get(name) if before else None
    known = mine or next((one.params[name] for one in mill.catalog.templates if name in one.params), None)
    kind = known.type if known else _type_of(name, values[name])
    meaning = mine.meaning if mine else ""
    if name == "as_of":
        return f"-- param    as_of  {kind}  {meaning or 'the day that counts as today'}"
    value = known.value(values[name]) if known else values[name]
    return f"-- param    {name}  {kind}{_default(value)}  {meaning}".rstrip()


def _type_of(name: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        kinds = {_type_of(name, one) for one in value} or {"text"}
        if len(kinds) == 1:
            return f"list of {kinds.pop()}"
    types: dict[type, str] = {
        bool: "boolean",
        int: "integer",
        float: "double",
        Decimal: "decimal",
        str: "text",
    }
    types |= {dt.datetime: "timestamp", dt.date: "date", type(None): "text"}
    if type(value) in types:
        return types[type(value)]
    raise ParameterError(
        Problem(
            f"${name} is a {type(value).__name__}, which no parameter of a template can be.",
            expected="Expected text, a number, a date, true or false, or a list of one of them.",
        )
    )


def _default(value: Any) -> str:
    """`` = 3`` as a head reads it; nothing for a value that no line can hold, which then has to be given."""
    if value is None:
        return " = null"
    if isinstance(value, (list, tuple)):
        plain = [str(one) for one in value]
        fits = all(one and not re.search(r"[\[\],'\n]", one) and one == one.strip() for one in plain)
        return f" = [{', '.join(plain)}]" if fits else ""
    if isinstance(value, str):
        return f" = {literal_of(value)}" if value.isprintable() and value != template.NULL else ""
    # Without a blank, which would end the default.
    return f" = {value.isoformat() if isinstance(value, dt.date) else literal_of(value)}"


# -- the checks -------------------------------------------------------------------------------------


def _check(mill: Mill, draft: Template) -> None:
    """What ``sql lint`` checks of one template, and that the database takes it with the data there is."""
    meaning = mill.meanings.of(draft)
    node = Node(
        (draft.relation,), meaning.reads, draft.summary, template=draft, fingerprint=meaning.fingerprint
    )
    Plan([*(one for one in mill.plan.nodes if one.name != draft.relation), node])
    clashes = [
        Problem(
            f"declares ${name} as {param.type}; {one.ref} declares it as {one.params[name].type}.",
            where=draft.shown,
            hint="one name means one thing: rename one",
        )
        for one in mill.catalog.winners().values()
        for name, param in draft.params.items()
        if one.name != draft.name and name in one.params and one.params[name].type != param.type
    ]
    if clashes:
        raise TemplateError(clashes[:3])
    values = template.values(draft, mill.given)
    try:
        mill.engine.rows(f"explain {draft.sql}", values)
    except EngineError as error:
        raise placed(node, draft, mill.engine, error) from error
