"""Run the templates of ``sql/unify`` over one file, and write who is who."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gristmill import base, loose
from gristmill.engine import Engine
from gristmill.entities import ENTITIES, literal
from gristmill.errors import Problem, SourceError
from gristmill.report.atomic import write as write_atomically
from gristmill.unify import cluster, estimate
from gristmill.unify.model import use
from gristmill.unifying import model as models
from gristmill.unifying import page
from gristmill.unifying.joining import join_doubtful
from gristmill.unifying.roles import BIRTH_PARTS, ID, JOINED, SINGLE, SLOTS, Role, roles

Tell = Callable[[str], None]
ROWS = "unifying.rows"
"""_row, id (as the file has it; else the number of the row), contact_id (equal for rows equal in all that is compared)."""

BEFORE = [
    "surnames",
    "name_tokens",
    "name_words",
    "name_order",
    "name_parts",
    "words",
    "email_servers",
    "evidence",
    "evidence_words",
    "records",
    "scale",
    "frequencies",
    "chances",
    "evidence_keys",
    "keys",
    "block_sizes",
    "block_limits",
    "block_parts",
    "blocks",
    "pairs",
    "sample_pairs",
    "compared_names",
    "compared_evidence",
    "comparisons",
    "patterns",
]
WRITTEN_DAYS = (
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%B %d %Y",
    "%b %d %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
)
THRESHOLDS = {"merge_above": 0.95, "review_above": 0.5}
"""As in ``unify.scores``."""
AFTER = ("evidence_weights", "scores")
NOTHING_DECIDED = "select cast(null as varchar) as left_id, cast(null as varchar) as right_id, cast(null as varchar) as decision where false"


RESULT = f"""
with joined as (
  select r._row, r.id, coalesce(r.id, '#' || r._row) as name, coalesce(j.joined_id, c.cluster_id, '#' || r._row) as label
  from {ROWS} as r
  -- what is equal once it is folded (case, blanks, accents) is one, however little there is to go on
  left join unify.records as e on e.contact_id = r.contact_id
  left join unify.clusters as c on c.contact_id = coalesce(e.twin_id, r.contact_id)
  left join unifying.joined as j on j.cluster_id = c.cluster_id
),
named as (
  select label, arg_min(name, lpad(cast(length(name) as varchar), 9, '0') || name) as name, min(_row) as first_row
  from joined group by label
),
numbered as (
  select label, name || case when row_number() over (partition by name order by first_row) = 1 then ''
    else '#' || row_number() over (partition by name order by first_row) end as cluster_id
  from named
)
select j.id, n.cluster_id from joined as j join numbered as n on n.label = j.label order by j._row
"""

PAIRS = f"""
with firsts as (
  select contact_id, arg_min(coalesce(id, '#' || _row), _row) as id from {ROWS} where contact_id is not null group by contact_id
)
select l.id as left_id, r.id as right_id, s.match_probability, s.match_weight, s.verdict, s.reason,
  s.* exclude (left_id, right_id, match_probability, match_weight, verdict, reason, evidence_weight),
  x.* exclude (left_id, right_id, evidence_weight)
from unify.scores as s
join firsts as l on l.contact_id = s.left_id
join firsts as r on r.contact_id = s.right_id
left join unify.evidence_weights as x on x.left_id = s.left_id and x.right_id = s.right_id
order by s.match_weight desc, s.left_id, s.right_id
"""


@dataclass(frozen=True)
class Unified:
    """What was found in a file."""

    n_rows: int
    n_clusters: int
    n_merged: int
    """Rows that share a cluster with another."""
    n_pairs: int
    """Pairs that were compared."""
    roles: tuple[Role, ...]
    notes: tuple[str, ...]


def unify_file(
    path: Path,
    out: Path,
    *,
    id_column: str | None = None,
    excluded: Sequence[str] = (),
    pairs: Path | None = None,
    report: Path | None = None,
    model: Path | None = None,
    use_model: Path | None = None,
    params: Mapping[str, Any] = MappingProxyType({}),
    tell: Tell = lambda _: None,
) -> Unified:
    """Write ``id, cluster_id`` for every row of ``path``, in its order, to ``out``."""
    for one in (out, pairs):
        if one is not None:
            loose.check_output(one, path)
    given = models.read(use_model) if use_model else None
    if given:
        params = {**given.thresholds, **params}
    tell(f"Read {path.name}")
    with loose.opened(path) as file:
        if not file.columns:
            raise SourceError(Problem(f"{path} has no columns.", hint="is it the right file?"))
        found = roles(
            file.engine, file.columns, id_column=id_column, excluded=excluded, pinned=_pinned(given, file)
        )
        for role in found:
            tell(f"  {role.column}: {role.place or role.kind} ({role.reason})")
        spread(file, found)
        compare(file.engine, params, tell, given)
        tell(f"Write {out.name}")
        loose.write(file.engine, RESULT, out)
        if pairs is not None:
            loose.write(file.engine, PAIRS, pairs)
        if model is not None:
            write_atomically(
                model,
                models.as_text(
                    file.engine, found, {n: float(params.get(n, d)) for n, d in THRESHOLDS.items()}
                ),
            )
        if report is not None:
            page.write_page(
                file.engine, report, title=path.name, roles=found, n_rows=file.n_rows, result=RESULT
            )
        n_clusters, n_merged = file.engine.rows(
            f"select count(*), coalesce(sum(n) filter (n > 1), 0) from (select count(*) as n from ({RESULT}) group by cluster_id)"
        )[0]
        return Unified(
            n_rows=file.n_rows,
            n_clusters=int(n_clusters),
            n_merged=int(n_merged),
            n_pairs=int(file.engine.scalar("select count(*) from unify.pairs")),
            roles=tuple(found),
            notes=file.notes,
        )


def _pinned(given: models.FileModel | None, file: loose.LooseFile) -> Mapping[str, str]:
    """Kinds from a model, of columns that this file has; the id is found again."""
    return {n: k for n, k in given.columns.items() if n in file.columns and k != ID} if given else {}


# -- spreading the file over the columns that are compared -------------------------------------------

BLANK_WORDS = (
    "na",
    "n/a",
    "#n/a",
    "null",
    "none",
    "nan",
    "nil",
    "-",
    "--",
    ".",
    "?",
    "unknown",
    "empty",
    "없음",
    "미상",
)
"""Values that stand for nothing, in lower case."""
NAMES = ("Na", "Nan", "Nil")
"""Written so, these are names of people and not words for nothing."""


def spread(file: loose.LooseFile, found: Sequence[Role]) -> None:
    """Make ``unifying.rows``, ``unify.persons`` and ``unify.extras`` of the file's columns."""
    engine, texts = file.engine, {name: _filled(text) for name, text in loose.texts(file).items()}
    parts: dict[str, list[str]] = {}
    for role in found:
        if role.place:
            parts.setdefault(role.place, []).append(texts[role.column])
    columns = {
        place: _value(engine, place, members) for place, members in parts.items() if place not in BIRTH_PARTS
    }
    if parts.keys() & set(BIRTH_PARTS):
        columns["birth_date"] = _birth_of_parts(parts)
    listing = (
        ", ".join(f"{value} as {place}" for place, value in columns.items())
        or "cast(null as varchar) as nothing"
    )
    engine.make("unifying.values", f"select _row, {listing} from {loose.RELATION}")
    names = list(columns) or ["nothing"]
    whole = "concat_ws(chr(31), " + ", ".join(f"coalesce(cast({n} as varchar), '')" for n in names) + ")"
    filled = "coalesce(" + ", ".join(f"cast({n} as varchar)" for n in names) + ")"
    id_ = next((texts[role.column] for role in found if role.kind == ID), "cast(_row as varchar)")
    engine.make(
        ROWS,
        f"select _row, max(id) as id, max(contact_id) as contact_id from ("
        f"select _row, {id_} as id, null as contact_id from {loose.RELATION}"
        f" union all select _row, null, case when {filled} is not null then md5({whole}) end from unifying.values) group by _row",
    )
    once = (
        f"(select v.*, r.contact_id from unifying.values as v join {ROWS} as r on r._row = v._row where r.contact_id is not null"
        " qualify row_number() over (partition by r.contact_id order by v._row) = 1)"
    )
    kept = {name: name for name in (*SINGLE, *JOINED) if name in columns and name != "birth_date"}
    engine.make(
        "unify.persons", f"select contact_id, '' as _source, '' as _system, {_typed(kept)} from {once}"
    )
    extra = {"birth_text": "birth_date"} if "birth_date" in columns else {}
    extra |= {slot: slot for slots in SLOTS.values() for slot in slots if slot in columns}
    engine.make("unify.extras", f"select contact_id, {_extras(extra)} from {once}")


def _typed(kept: Mapping[str, str]) -> str:
    """The columns of a contact in ``unify.persons``, NULL where the file has none."""
    return ", ".join(
        f"{kept[c.name]} as {c.name}" if c.name in kept else f"cast(null as {c.type}) as {c.name}"
        for c in ENTITIES["contacts"].columns
        if not c.name.startswith("_")
    )


def _extras(kept: Mapping[str, str]) -> str:
    names = ("birth_text", *(slot for slots in SLOTS.values() for slot in slots))
    return ", ".join(
        f"cast({kept.get(n, 'null')} as {'double' if n in SLOTS['number'] else 'varchar'}) as {n}"
        for n in names
    )


def _filled(text: str) -> str:
    """The text of a column without blanks around it; NULL for words that stand for nothing."""
    words, names = (", ".join(literal(word) for word in some) for some in (BLANK_WORDS, NAMES))
    value = f"trim({text})"
    return f"case when lower({value}) not in ({words}) or {value} in ({names}) then nullif({value}, '') end"


def _value(engine: Engine, place: str, members: Sequence[str]) -> str:
    if place == "birth_date":
        return _eight_digits(members[0], is_month_first=_is_month_first(engine, members[0]))
    if place in JOINED:
        return f"nullif(concat_ws(' ', {', '.join(members)}), '')"
    if place == "email":
        return _not_everybodys(members[0])
    if place == "phone":
        return _not_everybodys(f"regexp_replace({members[0]}, ' *(x|ext[.]?|#) *[0-9]+$', '', 'g')")
    if place in SLOTS["number"]:
        return _number(members[0])
    return members[0]


def _not_everybodys(value: str) -> str:
    """NULL where a twentieth of all rows has the same: a switchboard, noreply@, a word for nothing."""
    return f"case when count(*) over (partition by {value}) <= greatest(20, 0.05 * count(*) over ()) then {value} end"


SMALL_DAY = r"^([0-9]{1,2})[-./ ]+([0-9]{1,2})[-./ ]+([0-9]{4}|[0-9]{2})([^0-9].*)?$"


def _is_month_first(engine: Engine, text: str) -> bool:
    """Whether the days of a column that can be read in one way only are mostly 12/25/1985 and not 25/12/1985."""
    first, second = (f"try_cast(regexp_extract({text}, '{SMALL_DAY}', {i}) as integer)" for i in (1, 2))
    return bool(
        engine.scalar(
            f"select count(*) filter ({first} <= 12 and {second} > 12) > count(*) filter ({first} > 12 and {second} <= 12)"
            f" from {loose.RELATION}"
        )
    )


def _eight_digits(text: str, *, is_month_first: bool = False) -> str:
    """A day as yyyymmdd, also one that no calendar has.

    3/4/1985 is read as the column's other days are, but with points and where one number is no month the day decides itself.
    """
    big = r"^[^0-9]*([0-9]{4})[^0-9]+([0-9]{1,2})[^0-9]+([0-9]{1,2})([^0-9].*)?$"
    small = SMALL_DAY
    written = ", ".join(f"'{form}'" for form in WRITTEN_DAYS)

    def part(pattern: str, group: int) -> str:
        return f"lpad(regexp_extract({text}, '{pattern}', {group}), 2, '0')"

    year = f"regexp_extract({text}, '{small}', 3)"
    first, second = part(small, 1), part(small, 2)
    may_be_other = (
        f"{first} <= '12' and not contains({text}, '.')"
        if is_month_first
        else f"{second} > '12' and {first} <= '12'"
    )
    return (
        f"case when regexp_full_match({text}, '[0-9]{{8}}') then {text}"
        f" when regexp_matches({text}, '{big}') then regexp_extract({text}, '{big}', 1) || {part(big, 2)} || {part(big, 3)}"
        f" when regexp_matches({text}, '{small}') then case when length({year}) = 2 then '19' else '' end || {year}"
        f" || case when {may_be_other} then {first} || {second} else {second} || {first} end"
        f" else strftime(try_strptime({text}, [{written}]), '%Y%m%d') end"
    )


def _birth_of_parts(parts: Mapping[str, Sequence[str]]) -> str:
    def part(kind: str, width: int) -> str:
        given = parts.get(kind)
        return (
            f"coalesce(lpad(regexp_extract({given[0]}, '[0-9]+'), {width}, '0'), '{'0' * width}')"
            if given
            else f"'{'0' * width}'"
        )

    year = parts["birth_year"][0]
    return f"case when {year} is not null then {part('birth_year', 4)} || {part('birth_month', 2)} || {part('birth_day', 2)} end"


def _number(text: str) -> str:
    plain = f"regexp_replace({text}, '[$€£¥₩,]', '', 'g')"
    return f"coalesce(try_cast({plain} as double), epoch(try_cast({text} as timestamp)) / 86400)"


# -- comparing ---------------------------------------------------------------------------------------


def compare(
    engine: Engine, params: Mapping[str, Any], tell: Tell, given: models.FileModel | None = None
) -> None:
    """Everything from ``unify.persons`` to ``unify.clusters``; the model is learned where none is given."""
    tell("Look for pairs")
    for name in BEFORE:
        base.make(engine, f"unify/{name}", params)
    if given:
        use(engine, given.chances)
    else:
        tell("Learn what agreement means")
        estimate(engine, params)
    tell("Weigh the pairs")
    for name in AFTER:
        base.make(engine, f"unify/{name}", params)
    # Nobody has decided anything about the rows of a single file.
    engine.make("unify.decided", NOTHING_DECIDED)
    cluster(engine, params)
    join_doubtful(engine)
