"""What may come next in a ``%%sql`` cell: relations, columns of what the cell reads, ``$parameters``, functions.

The text is unfinished while somebody types, so it is read by its tokens, and what a name stands for is asked of the
database: a relation, a part of the ``with`` clause and a SELECT in brackets alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gristmill.engine import quote_relation
from gristmill.errors import GristmillError
from gristmill.lint import FUNCTIONS

if TYPE_CHECKING:
    from gristmill.mill import Mill

TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*(?:'|\Z)|"(?:[^"]|"")*(?:"|\Z)|\$?[^\W\d]\w*|\d[\w.]*|\S""",
    re.DOTALL,
)
PATH = re.compile(r'((?:(?:"[^"]*"|[^\W\d]\w*)\.)+)$')
WORD = re.compile(r"\$?\w*$")
KEYWORDS = (
    "select distinct from where group by having order by limit join left join full join cross join on using with as"
    " union all except intersect case when then else end and or not in is null between like ilike exists filter over"
    " partition by rows between qualify asc desc nulls first nulls last cast date interval true false"
)
PHRASES = tuple(
    dict.fromkeys([*KEYWORDS.split(), "group by", "order by", "partition by", "left join", "union all"])
)
OTHER_NAMES = {
    "datediff": "date_diff",
    "jarowinkler_similarity": "jaro_winkler_similarity",
    "logical_and": "bool_and",
    "logical_or": "bool_or",
    "pad": "lpad",
    "percentile_cont": "quantile_cont",
    "quantile": "quantile_cont",
    "regexp_like": "regexp_matches",
    "str_position": "strpos",
    "time_to_str": "strftime",
    "timestamp_trunc": "date_trunc",
}
"""Functions that the syntax tree calls by another name than the engine."""
NO_CALLS = frozenset("array case exists explode filter if posexplode struct transform".split())  # noqa: SIM905
"""Names of the tree for what is written otherwise than as a call, or by nobody."""
CALLED = tuple(sorted({OTHER_NAMES.get(name, name) for name in FUNCTIONS - NO_CALLS}))
ENDS = (
    "where group having order limit join left right full inner cross on using union except intersect qualify window as"
    " asof natural semi anti positional select from with when then else end and or"
)
AFTER_SOURCE = frozenset(ENDS.split())
"""Words behind a relation that are no alias of it."""


class Item(NamedTuple):
    """One text that may stand there; ``kind`` is the word by which an editor picks its icon."""

    text: str
    kind: str


class _Token(NamedTuple):
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.text.lower()

    @property
    def is_name(self) -> bool:
        return bool(self.text) and (self.text[0] == '"' or self.text[0].isalpha() or self.text[0] == "_")


@dataclass(frozen=True)
class _Source:
    """What a FROM names: a relation, a part of WITH, or a SELECT in brackets."""

    alias: str
    select: str
    """A query of its columns, for the database to describe."""
    start: int
    end: int
    """Of the brackets around the FROM."""


def items(mill: Mill, text: str, at: int, variables: Mapping[str, Any]) -> tuple[str, list[Item]]:
    """The part of a word before the cursor, and what it may become, the likeliest first."""
    tokens = [_Token(one.group(), *one.span()) for one in TOKEN.finditer(text)]
    if any(one.start < at <= one.end and _is_closed_to_names(one, at) for one in tokens):
        return "", []
    before = text[:at]
    found = WORD.search(before)
    word = found.group() if found else ""
    if word.startswith("$"):
        return word, _fitting(word, (Item(f"${name}", "variable") for name in _parameters(mill, variables)))
    tokens = [one for one in tokens if not one.text.startswith(("--", "/*"))]
    path = PATH.search(before[: len(before) - len(word)])
    with_parts, sources = _sources(text, tokens)
    near = _around(sources, at)
    if path:
        names = [_plain(one) for one in re.findall(r'"[^"]*"|\w+', path.group())]
        return word, _fitting(word, _behind(mill, names, near or sources, sources))
    last = next((one for one in reversed(tokens) if one.end <= at - len(word)), None)
    relations = [
        *(Item(name, "class") for name in with_parts),
        *(Item(name, "class") for name in _relations(mill)),
    ]
    if last is None:
        return word, _fitting(word, (Item(name, "keyword") for name in ("select", "with", "from")))
    if last.word in ("from", "join"):
        return word, _fitting(word, relations, anywhere=True)
    columns = [Item(name, "field") for one in near for name in _columns(mill, one)]
    aliases = [Item(one.alias, "class") for one in near if one.alias]
    offered = [*columns, *aliases]
    if word:
        offered += [Item(name, "function") for name in CALLED]
        offered += [Item(name, "keyword") for name in PHRASES]
        offered += relations
    return word, _fitting(word, offered)


def _is_closed_to_names(token: _Token, at: int) -> bool:
    """In a comment or a text nothing is offered; right behind a text that has ended, something is."""
    if token.text.startswith("--"):
        return True
    if token.text.startswith("/*"):
        return at < token.end or not token.text.endswith("*/")
    return token.text.startswith("'") and (
        at < token.end or len(token.text) == 1 or not token.text.endswith("'")
    )


def _fitting(word: str, offered: Iterable[Item], *, anywhere: bool = False) -> list[Item]:
    wanted = word.lower()
    fits = {
        one.text: one
        for one in reversed(list(offered))
        if one.text.lower().startswith(wanted)
        or (anywhere and one.text.lower().partition(".")[2].startswith(wanted))
    }
    return list(reversed(fits.values()))


def _parameters(mill: Mill, variables: Mapping[str, Any]) -> list[str]:
    """Names that a ``$name`` may have: of the run, of templates, and plain values of the notebook."""
    plain = [name for name, value in variables.items() if not name.startswith("_") and _is_plain(value)]
    return sorted({*plain, *mill.given})


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_plain(one) for one in value[:10])
    return isinstance(value, (bool, int, float, str)) or type(value).__name__ in (
        "date",
        "datetime",
        "Decimal",
    )


def _relations(mill: Mill) -> list[str]:
    made = {rel for node in mill.plan.nodes for rel in node.makes}
    return sorted({*made, *mill.engine.relations()})


def _behind(mill: Mill, names: list[str], near: list[_Source], sources: list[_Source]) -> list[Item]:
    """Columns behind ``alias.`` or ``schema.relation.``, relations behind ``schema.``."""
    if len(names) == 1:
        for one in (*near, *sources):
            if one.alias == names[0]:
                return [Item(name, "field") for name in _columns(mill, one)]
        prefix = f"{names[0]}."
        return [Item(rel.removeprefix(prefix), "class") for rel in _relations(mill) if rel.startswith(prefix)]
    relation = ".".join(names[-2:])
    return [Item(column.name, "field") for column in mill.engine.columns(relation)]


def _columns(mill: Mill, source: _Source) -> list[str]:
    try:
        # Values do not matter for names; a NULL stands for each parameter.
        empty = {name[1:]: None for name in re.findall(r"\$[^\W\d]\w*", source.select)}
        return [column.name for column in mill.engine.describe(source.select, empty)]
    except GristmillError:
        return []


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _around(sources: list[_Source], at: int) -> list[_Source]:
    """Those of the innermost brackets around the cursor that read anything."""
    inside = [one for one in sources if one.start <= at <= one.end]
    inner = max((one.start for one in inside), default=0)
    return [one for one in inside if one.start == inner]


def _sources(text: str, tokens: list[_Token]) -> tuple[list[str], list[_Source]]:
    """The names of WITH, and everything that a FROM or JOIN reads."""
    closing, around = _brackets(tokens, len(text))
    parts = _with_parts(text, tokens, closing)
    found: list[_Source] = []
    for i, token in enumerate(tokens):
        if token.word not in ("from", "join"):
            continue
        j = i + 1
        while j < len(tokens):
            select, j = _source(text, tokens, j, closing, parts)
            if select is None:
                break
            if j < len(tokens) and tokens[j].word == "as":
                j += 1
            alias = _name_before(tokens, j - 1)
            if j < len(tokens) and tokens[j].is_name and tokens[j].word not in AFTER_SOURCE:
                alias = _plain(tokens[j].text)
                j += 1
            found.append(_Source(alias, select, *around[i]))
            if j >= len(tokens) or tokens[j].text != ",":
                break
            j += 1
    return list(parts), found


def _name_before(tokens: list[_Token], i: int) -> str:
    """A relation without an alias is known by its own name."""
    while i > 0 and tokens[i].word == "as":
        i -= 1
    return _plain(tokens[i].text) if tokens[i].is_name else ""


def _source(
    text: str, tokens: list[_Token], j: int, closing: Mapping[int, int], parts: Mapping[str, str]
) -> tuple[str | None, int]:
    """A query of what stands at token ``j``, and the token behind it; None where it is not known."""
    if tokens[j].text == "(":
        end = closing.get(j)
        inner = text[tokens[j].end : tokens[end].start] if end else ""
        return (inner, end + 1) if end and inner.strip() else (None, j)
    if not tokens[j].is_name:
        return None, j
    name = _plain(tokens[j].text)
    if j + 2 < len(tokens) and tokens[j + 1].text == "." and tokens[j + 2].is_name:
        relation = f"{name}.{_plain(tokens[j + 2].text)}"
        return f"select * from {quote_relation(relation)}", j + 3
    return (parts[name], j + 1) if name in parts else (None, j)


def _brackets(tokens: list[_Token], length: int) -> tuple[dict[int, int], list[tuple[int, int]]]:
    """Token of each opening bracket → its closing one; and the span of the brackets around each token."""
    closing: dict[int, int] = {}
    open_: list[int] = []
    for i, token in enumerate(tokens):
        if token.text == "(":
            open_.append(i)
        elif token.text == ")" and open_:
            closing[open_.pop()] = i
    around: list[tuple[int, int]] = []
    stack = [(0, length)]
    for i, token in enumerate(tokens):
        around.append(stack[-1])
        if token.text == "(":
            stack.append((token.end, tokens[closing[i]].start if i in closing else length))
        elif token.text == ")" and len(stack) > 1:
            stack.pop()
    return closing, around


def _with_parts(text: str, tokens: list[_Token], closing: Mapping[int, int]) -> dict[str, str]:
    """Name of each part of WITH → a query of it, the parts before it included."""
    parts: dict[str, str] = {}
    for i, token in enumerate(tokens):
        if token.word != "with":
            continue
        j = i + 1
        while j + 2 < len(tokens) and tokens[j].is_name and tokens[j + 1].word == "as" and j + 2 in closing:
            end = closing[j + 2]
            name = _plain(tokens[j].text)
            parts[name] = f"{text[token.start : tokens[end].end]} select * from {tokens[j].text}"
            j = end + 2
            if end + 1 >= len(tokens) or tokens[end + 1].text != ",":
                break
    return parts
