"""The columns of a SELECT that somebody wrote, by their places in the text, so that one of them can be changed alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from gristmill.lineage import DIALECT


@dataclass(frozen=True)
class Item:
    """One column that a SELECT makes: its name, the text that makes it, and where that stands with its name."""

    name: str
    value: str
    start: int
    end: int
    """Place of the first character after it."""


@lru_cache(maxsize=64)
def items(sql: str) -> tuple[Item, ...]:
    """The columns of the outermost SELECT by their places in the text; empty where it is not one plain list of named columns."""
    depth, first, commas, last = 0, -1, [], -1
    try:
        tokens = sqlglot.tokenize(sql, read=DIALECT)
        tree = sqlglot.parse_one(sql, dialect=DIALECT)
    except SqlglotError:
        return ()
    for at, token in enumerate(tokens):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0)
        if depth == 0 and token.token_type == TokenType.SELECT:
            if first >= 0:
                return ()
            first = at + 1
        elif depth == 0 and token.token_type == TokenType.FROM and first >= 0 and last < 0:
            last = at
        elif depth == 0 and token.token_type == TokenType.COMMA and first >= 0 and last < 0:
            commas.append(at)
    bounds = [first - 1, *commas, last]
    if first < 0 or last < 0 or not isinstance(tree, exp.Select) or tree.args.get("distinct"):
        return ()
    found = []
    for (left, right), node in zip(pairwise(bounds), tree.expressions, strict=False):
        part = tokens[left + 1 : right]
        if not part or isinstance(node, exp.Star) or not node.alias_or_name or node.is_star:
            return ()
        is_named = isinstance(node, exp.Alias)
        behind = 0 if not is_named else 2 if len(part) > 2 and part[-2].token_type == TokenType.ALIAS else 1
        value = sql[part[0].start : part[-1 - behind].end + 1]
        found.append(Item(node.alias_or_name, value, part[0].start, part[-1].end + 1))
    return tuple(found) if len(found) == len(tree.expressions) else ()
