"""Change single columns of a mapping's text and leave everything else, comments too, as its author wrote it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from gristmill.entities import ENTITIES
from gristmill.errors import Problem, SourceError
from gristmill.sources.draft import returns
from gristmill.written.selects import Item, items

PROVENANCE = ("_source", "_file", "_row")
CHOSEN = "chosen by hand"
_OURS = re.compile(rf"--[ \t]*(?:[01]\.\d\d .*|{CHOSEN})$")
"""A comment that a draft or the assistant wrote about a column; it ends with the choice it speaks of."""


def values(text: str) -> dict[str, str]:
    """Canonical column → the expression that makes it; empty for a text that is not one plain list of columns."""
    return {one.name: one.value for one in items(text) if one.name not in PROVENANCE}


def edited(text: str, entity: str, changes: Mapping[str, str | None], where: str) -> str:
    """The mapping with these columns taken from other expressions, or from nothing (None).

    Raises SourceError for a text that is written in another way than one list of columns.
    """
    before = values(text)
    wanted = {name: sql for name, sql in changes.items() if before.get(name) != sql}
    if changes and not items(text):
        raise SourceError(
            Problem(
                "is not one list of named columns, so single columns of it cannot be changed here.",
                where=where,
                hint="change the file itself; the assistant shows what it makes",
            )
        )
    if not wanted:
        return text
    for name in [name for name in before if name in wanted]:
        text = _changed(text, name, wanted[name])
    for name in [name for name in ENTITIES[entity].names if name in wanted and name not in before]:
        sql = wanted[name]
        text = text if sql is None else _added(text, name, sql)
    after = values(text)
    expected = {**before, **wanted}
    if after != {name: sql for name, sql in expected.items() if sql is not None}:
        raise SourceError(
            Problem(
                "would not say what was chosen.",
                where=where,
                expected="Expected one expression a column.",
                hint="put an expression with commas into brackets",
            )
        )
    return _head(text, list(before), [name for name in ENTITIES[entity].names if name in after])


def _place(text: str, name: str) -> tuple[int, tuple[Item, ...]]:
    found = items(text)
    return next(i for i, one in enumerate(found) if one.name == name), found


def _changed(text: str, name: str, sql: str | None) -> str:
    at, found = _place(text, name)
    one = found[at]
    if sql is None:
        return _removed(text, at, found)
    line_end = _line_end(text, one.end)
    rest = re.sub(r"\s+--", "  --", _OURS.sub(f"-- {CHOSEN}", text[one.end : line_end]), count=1)
    return text[: one.start] + f"{sql} as {name}" + rest + text[line_end:]


def _removed(text: str, at: int, found: tuple[Item, ...]) -> str:
    one = found[at]
    line_end = _line_end(text, one.end)
    start = text.rfind("\n", 0, one.start) + 1
    alone = not text[start : one.start].strip() and (at + 1 == len(found) or found[at + 1].start > line_end)
    if at + 1 == len(found):
        previous = found[at - 1]
        comma = text.index(",", previous.end)
        kept = text[one.end : line_end].strip()
        comment = "" if not kept or _OURS.fullmatch(kept) else f"  {kept}\n"
        tail = text[line_end + 1 :] if alone else text[one.end :]
        head = text[:start] if alone else text[: one.start].rstrip() + " "
        return head[:comma] + head[comma + 1 :] + (comment if alone else "") + tail
    if not alone:
        return text[: one.start] + text[found[at + 1].start :]
    kept = text[one.end : line_end].strip().removeprefix(",").strip()
    comment = "" if not kept or _OURS.fullmatch(kept) else f"  {kept}\n"
    return text[:start] + comment + text[line_end + 1 :]


def _added(text: str, name: str, sql: str) -> str:
    last = items(text)[-1]
    line_end = _line_end(text, last.end)
    rest = text[last.end : line_end]
    if rest.strip() and not rest.lstrip().startswith("--"):
        # FROM stands on the same line.
        return text[: last.end] + f",\n  {sql} as {name}  -- {CHOSEN}\n" + text[last.end :].lstrip()
    return text[: last.end] + "," + rest + f"\n  {sql} as {name}  -- {CHOSEN}" + text[line_end:]


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _head(text: str, before: list[str], after: list[str]) -> str:
    """The columns that the head names, where it names just those there were."""
    was, now = ("\n".join(returns(names)) + "\n" for names in (before, after))
    return text.replace(was, now, 1)


def difference(before: str, after: str, name: str) -> list[str]:
    """The change as git shows it, without the names of the files; every line when there was no file."""
    old, new = (text.removesuffix("\n").split("\n") if text else [] for text in (before, after))
    return list(difflib.unified_diff(old, new, name, name, lineterm="", n=2))[2:]
