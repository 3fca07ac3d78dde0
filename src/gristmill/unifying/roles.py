"""What each column of a single file says about who or what a row is.

A column is taken for one of the columns that records are compared on (name, birth date, address, …),
for one of a few general ones (text, code, number), or for nothing, and each choice has its reason.
Names of columns propose, their values decide; nothing is known of any particular file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gristmill.engine import Engine, quote
from gristmill.errors import ParameterError, Problem, did_you_mean, listed
from gristmill.loose import RELATION
from gristmill.sources.evidence import Evidence, Leaf, leaves, measure
from gristmill.sources.guess import decide
from gristmill.sources.headers import by_name, key_of

ID, IGNORED = "id", "ignored"
JOINED = ("given_name", "family_name", "address")
"""Kinds that several columns may make together, joined by a blank in the order of the file."""
SINGLE = ("full_name", "email", "phone", "birth_date", "postcode", "city", "company")
BIRTH_PARTS = ("birth_year", "birth_month", "birth_day")
SLOTS: Mapping[str, tuple[str, ...]] = {
    "text": ("text_1", "text_2", "text_3"),
    "code": ("code_1", "code_2", "code_3", "code_4"),
    "number": ("number_1", "number_2"),
}
"""Kind of a general column → its places in ``unify.extras``."""
KINDS = (ID, IGNORED, *JOINED, *SINGLE, *BIRTH_PARTS, *SLOTS)
_PART_NAMES = {
    "birth_year": "by birthyear yearofbirth yob birthyr year yyyy dobyear dobyr 출생년도 출생연도 생년 년 연도",
    "birth_month": "bm birthmonth monthofbirth mob month mm dobmonth 출생월 월",
    "birth_day": "bd birthday dayofbirth day dd dobday 출생일 일",
}
_PART_RANGES = {"birth_year": (1500, 2100), "birth_month": (1, 12), "birth_day": (1, 31)}
_PERSONAL = frozenset({"given_name", "family_name", "birth_date", "email"})
_POSTAL = re.compile(r"post(al|code)?|zip|우편", re.IGNORECASE)
FEW_VALUES = 20
"""A column of no more values tells too little to be compared as a text where the places for codes are taken."""
_SAME_SAID = 0.9
"""A column is left out when in this share of rows other columns hold all its words."""


@dataclass(frozen=True)
class Role:
    """What one column is taken for."""

    column: str
    kind: str
    """One of ``KINDS``."""
    place: str | None
    """Column of ``unify.persons`` or ``unify.extras`` that it feeds; None for the id and for what is ignored."""
    reason: str


@dataclass(frozen=True)
class _Measured:
    """Shares of a column's filled rows, and counts, over the whole file."""

    n: int
    n_distinct: int
    share_words: float
    """Values of two words and more."""
    share_names: float
    """Values of two or three words without digits, or of two to four Hangul syllables."""
    share_integer: float
    share_number: float
    share_date: float
    """Values that are a day of the calendar, whatever the century."""
    least: int | None
    most: int | None
    """Of whole numbers, without the twentieth part at either end, which may be typing errors."""
    mean_length: float


def roles(
    engine: Engine,
    columns: Sequence[str],
    *,
    id_column: str | None = None,
    excluded: Iterable[str] = (),
    pinned: Mapping[str, str] | None = None,
) -> list[Role]:
    """One role per column of ``raw.file``, in the order of ``columns``.

    ``pinned`` gives the kind of columns by hand. Raises ParameterError for columns that are not in the file.
    """
    pinned = dict(pinned or {})
    _refuse_unknown(columns, [*([id_column] if id_column else []), *excluded, *pinned])
    found: dict[str, Role] = {
        name: Role(name, IGNORED, None, "you left it out") for name in columns if name in set(excluded)
    }
    if id_column:
        found[id_column] = Role(id_column, ID, None, "you said so")
    evidence = {
        leaf: seen
        for leaf, seen in measure(engine, RELATION, leaves(engine.columns(RELATION))).items()
        if leaf.path[0] not in found
    }
    facts = _facts(engine, columns)
    kinds: dict[str, tuple[str, str]] = {name: (kind, "you said so") for name, kind in pinned.items()}
    open_ = {leaf: seen for leaf, seen in evidence.items() if leaf.path[0] not in kinds}
    for name, said in _guessed(open_, facts, wants_id=id_column is None).items():
        kinds.setdefault(name, said)
    _numbered(open_, kinds)
    _birth_parts(columns, facts, kinds, found)
    by_leaf = {leaf.path[0]: seen for leaf, seen in evidence.items()}
    for name in columns:
        if name not in found and name not in kinds:
            kinds[name] = _general(facts[name], by_leaf.get(name))
    _drop_repeats(engine, columns, kinds, pinned)
    return _placed(columns, found, kinds, facts)


def _refuse_unknown(columns: Sequence[str], named: Iterable[str]) -> None:
    problems = [
        Problem(
            f"There is no column {name!r}.",
            expected=f"Columns: {listed(columns)}.",
            hint=did_you_mean(name, columns),
        )
        for name in dict.fromkeys(named)
        if name not in columns
    ]
    if problems:
        raise ParameterError(problems)


def _facts(engine: Engine, columns: Sequence[str]) -> dict[str, _Measured]:
    found = {}
    for name in columns:
        row = engine.rows(
            f"""
with filled as (select trim(cast({quote(name)} as varchar)) as v from {RELATION}),
valued as (select v, count(*) as n from filled where v <> '' and lower(v) not in ('na', 'n/a', 'null', 'none', 'nan') group by v),
judged as (
  select *, regexp_full_match(v, '[-+]?[0-9]+(\\.0+)?') as is_integer from valued
)
select coalesce(sum(n), 0), count(*),
  coalesce(sum(n) filter (contains(v, ' ')) / sum(n), 0),
  coalesce(sum(n) filter (regexp_full_match(v, '[^0-9,&/ ]{{2,}},?( [^0-9,&/ ]+){{1,2}}|[가-힣]{{1,2}} ?[가-힣]{{1,3}}')) / sum(n), 0),
  coalesce(sum(n) filter (is_integer) / sum(n), 0),
  coalesce(sum(n) filter (try_cast(replace(replace(v, ',', ''), '$', '') as double) is not null) / sum(n), 0),
  coalesce(sum(n) filter (try_cast(v as date) is not null and v like '%-%-%') / sum(n), 0),
  quantile_disc(try_cast(v as bigint), 0.05) filter (is_integer), quantile_disc(try_cast(v as bigint), 0.95) filter (is_integer),
  coalesce(sum(n * length(v)) / sum(n), 0)
from judged"""
        )[0]
        n, n_distinct, words, names, integers, numbers, days, least, most, length = row
        found[name] = _Measured(
            n=int(n),
            n_distinct=int(n_distinct),
            share_words=float(words),
            share_names=float(names),
            share_integer=float(integers),
            share_number=float(numbers),
            share_date=float(days),
            least=least,
            most=most,
            mean_length=float(length),
        )
    return found


def _guessed(
    evidence: Mapping[Leaf, Evidence], facts: Mapping[str, _Measured], *, wants_id: bool
) -> dict[str, tuple[str, str]]:
    """What the guess for contacts says, where the values do not speak against it."""
    guess = decide(RELATION, evidence, entity="contacts")
    found: dict[str, tuple[str, str]] = {}
    said = {one.canonical for one in guess.columns}
    for one in guess.columns:
        names = [leaf.path[0] for leaf in one.leaves]
        fact = facts[names[0]]
        if one.canonical == "source_key":
            if wants_id and fact.n_distinct == fact.n > 0:
                found[names[0]] = (ID, one.reason)
        elif one.canonical == "full_name":
            is_person = fact.share_names >= (0.6 if said & _PERSONAL else 0.9)
            if is_person:
                found[names[0]] = ("full_name", one.reason)
        elif one.canonical in ("given_name", "family_name"):
            seen = evidence[one.leaves[0]]
            if seen["digit"] < 0.1 and seen.mean_length <= 25:
                found[names[0]] = (one.canonical, one.reason)
        elif one.canonical in (*SINGLE, *JOINED) and not one.negated:
            found.update(dict.fromkeys(names, (one.canonical, one.reason)))
    if "birth_date" not in said:
        for leaf in evidence:
            name = leaf.path[0]
            by = by_name("contacts", leaf.path)
            if name not in found and by.get("birth_date", 0) >= 0.6 and facts[name].share_date >= 0.8:
                found[name] = (
                    "birth_date",
                    f"by its name; {facts[name].share_date:.0%} are days of the calendar",
                )
                break
    if "postcode" not in said:
        for leaf, seen in evidence.items():
            is_named = bool(_POSTAL.search(leaf.path[0])) and seen["postcode"] >= 0.6
            if leaf.path[0] not in found and (
                is_named or (seen["postcode"] >= 0.9 and seen["letter"] >= 0.9)
            ):
                found[leaf.path[0]] = ("postcode", f"{seen['postcode']:.0%} look like postal codes")
                break
    return found


def _numbered(evidence: Mapping[Leaf, Evidence], kinds: dict[str, tuple[str, str]]) -> None:
    """Further columns of a name or an address: ``lname_c2`` beside ``lname_c1``, ``addr_3`` beside ``addr_2``."""
    for leaf in evidence:
        name = leaf.path[0]
        bare = re.sub(r"[_ .-]?c?[0-9]+$", "", name, flags=re.IGNORECASE)
        if name in kinds or bare == name:
            continue
        said = by_name("contacts", (bare,))
        for kind in JOINED:
            if said.get(kind, 0) >= 0.6 and any(k == kind for k, _ in kinds.values()):
                kinds[name] = (kind, f"by its name, another part of the {kind.replace('_', ' ')}")
                break


def _birth_parts(
    columns: Sequence[str],
    facts: Mapping[str, _Measured],
    kinds: dict[str, tuple[str, str]],
    taken: Mapping[str, Role],
) -> None:
    """Year, month and day of birth in three columns: by their names, with numbers in range; of persons only."""
    used = {kind for kind, _ in kinds.values()}
    if "birth_date" in used or not used & {"full_name", "given_name", "family_name"}:
        return
    parts: dict[str, str] = {}
    for kind, names in _PART_NAMES.items():
        low, high = _PART_RANGES[kind]
        for name in columns:
            fact = facts[name]
            if name in kinds or name in taken or not fact.n or fact.share_integer < 0.9:
                continue
            if (
                key_of(name) in names.split()
                and (fact.least or 0) >= 0
                and low <= (fact.most or 0) <= max(high, 99)
            ):
                parts[kind] = name
                break
    if "birth_year" in parts and "birth_month" in parts:
        for kind, name in parts.items():
            kinds[name] = (kind, f"by its name; numbers up to {facts[name].most}")


def _general(fact: _Measured, seen: Evidence | None) -> tuple[str, str]:
    """Text, code or number; ignored where a column cannot tell anything."""
    if fact.n_distinct <= 1:
        return IGNORED, "it is empty" if not fact.n else "it holds one value only"
    whole_numbers = fact.share_integer >= 0.99
    if fact.n_distinct == fact.n and (whole_numbers or (seen is not None and seen["uuid"] > 0.9)):
        return IGNORED, "no value repeats: a number of the row, not of what it is about"
    if fact.share_date >= 0.9:
        return "number", f"{fact.share_date:.0%} are days"
    if fact.share_number >= 0.95 and (not whole_numbers or (fact.mean_length < 5 and fact.n_distinct > 200)):
        return "number", f"{fact.share_number:.0%} are numbers"
    if fact.share_words >= 0.4 and fact.n_distinct > 20:
        return "text", f"{fact.share_words:.0%} are of several words, {fact.n_distinct:,} different ones"
    return "code", f"{fact.n_distinct:,} different values"


def _drop_repeats(
    engine: Engine, columns: Sequence[str], kinds: dict[str, tuple[str, str]], pinned: Mapping[str, str]
) -> None:
    """Leave out what other columns say already: a full name beside given and family name is no further evidence."""
    fixed = [n for n in columns if n in kinds and kinds[n][0] not in (ID, IGNORED, "number")]
    general = [n for n in fixed if kinds[n][0] in ("text", "code") and n not in pinned]
    specific = [n for n in fixed if n not in general]
    names = [n for n in specific if kinds[n][0] in ("given_name", "family_name")]
    full = [n for n in specific if kinds[n][0] == "full_name" and n not in pinned]
    if len({kinds[n][0] for n in names}) == 2:
        for name in full:
            kinds[name] = IGNORED, "given name and family name have columns of their own"
    for name in general:
        others = [n for n in (*specific, *full) if n != name]
        if others and kinds[name][0] == "text" and _share_said(engine, name, others) >= _SAME_SAID:
            kinds[name] = IGNORED, "other columns hold the same words"


def _share_said(engine: Engine, name: str, others: Sequence[str]) -> float:
    split = "list_filter(string_split_regex(lower({}), '[^\\p{{L}}\\p{{N}}]+'), lambda w: w <> '')"
    mine = split.format(f"cast({quote(name)} as varchar)")
    rest = split.format("concat_ws(' ', " + ", ".join(f"cast({quote(o)} as varchar)" for o in others) + ")")
    share = engine.scalar(
        f"select avg(case when list_has_all(r, m) then 1.0 else 0.0 end)"
        f" from (select {mine} as m, {rest} as r from {RELATION} where {quote(name)} is not null"
        " and _row % greatest((select count(*) from raw.file) // 5000, 1) = 0) where len(m) > 0"
    )
    return float(share or 0)


def _placed(
    columns: Sequence[str],
    found: dict[str, Role],
    kinds: Mapping[str, tuple[str, str]],
    facts: Mapping[str, _Measured],
) -> list[Role]:
    """Give every column its place; of several e-mails or of too many texts the ones that tell most have one."""
    taken: set[str] = set()
    # What is filled and varies tells more; the order of the file decides between equals.
    ranked = sorted(kinds, key=lambda n: (-facts[n].n_distinct * facts[n].n, columns.index(n)))
    for name in ranked:
        kind, reason = kinds[name]
        if kind in SINGLE and kind in taken:
            kind, reason = (
                ("code" if facts[name].share_words < 0.4 else "text"),
                f"a further {kind.replace('_', ' ')}",
            )
        if kind in SINGLE or kind in BIRTH_PARTS or kind in JOINED:
            taken.add(kind)
            found[name] = Role(name, kind, kind, reason)
        elif kind in SLOTS:
            free = next((slot for slot in SLOTS[kind] if slot not in taken), None)
            if free is None and kind == "code" and facts[name].n_distinct > FEW_VALUES:
                free = next((slot for slot in SLOTS["text"] if slot not in taken), None)
            if free:
                taken.add(free)
                found[name] = Role(name, kind, free, reason)
            else:
                found[name] = Role(
                    name, IGNORED, None, f"columns of the kind {kind} that tell more are compared"
                )
        else:
            found[name] = Role(name, kind, None, reason)
    return [found[name] for name in columns]
