r"""Python's regular expressions in RE2's words, or a refusal.

Pandera means Python's ``re``; the database has RE2, where ``\d`` is ASCII, ``$`` stands only at the
very end, ``\b`` is ASCII and some constructs do not exist. A pattern is therefore parsed by Python's
own parser and written anew in constructs that mean the same in both; whatever is not on this list
raises NotTranslatableError, and the check runs in Python. One difference remains by nature: letters and
digits that Unicode gained after this Python was built are ``\w`` to RE2 and not yet to Python.
"""

from __future__ import annotations

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from collections.abc import Sequence
from typing import Any

MAX_REPEAT = 1000
"""RE2 refuses a larger count."""

_SPACE = r"\t-\r\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_UNICODE = {"DIGIT": r"\p{Nd}", "SPACE": _SPACE, "WORD": r"\p{L}\p{N}_"}
_ASCII = {"DIGIT": "0-9", "SPACE": r"\t-\r\x{20}", "WORD": "0-9A-Za-z_"}
_CASE_EXTRAS = {"i": "\u0130\u0131", "k": "\u212a", "s": "\u017f"}
"""What Python matches beside both cases of an ASCII letter when case is ignored."""


class NotTranslatableError(Exception):
    """RE2 cannot say this pattern; the text says which construct."""


def to_re2(pattern: str | re.Pattern[str], *, anchored: bool) -> str:
    """The RE2 pattern whose partial match equals ``re.match`` (anchored) or ``re.search``.

    Raises NotTranslatableError for what RE2 lacks or means otherwise, re.error for what is no pattern.
    """
    flags = pattern.flags if isinstance(pattern, re.Pattern) else 0
    text = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
    parsed = sre_parser.parse(text, flags)
    body = _sequence(list(parsed), parsed.state.flags, last=True)
    if re.fullmatch(r"(?:\(\?:|[)|]|\{\d+,\d*\})*", body):
        # Nothing but empty groups: it matches everywhere, but DuckDB reads an anchored empty literal as = ''.
        return "(?s:.)*"
    return rf"\A(?:{body})" if anchored else body


def _sequence(items: Sequence[tuple[Any, Any]], flags: int, *, last: bool) -> str:
    end = len(items) - 1
    return "".join(_item(op, value, flags, last=last and i == end) for i, (op, value) in enumerate(items))


def _item(op: Any, value: Any, flags: int, *, last: bool) -> str:
    if op is sre.LITERAL:
        return f"[{_literal(value, flags)}]"
    if op is sre.NOT_LITERAL:
        return f"[^{_literal(value, flags)}]"
    if op is sre.ANY:
        return "(?s:.)" if flags & re.DOTALL else r"[^\n]"
    if op is sre.IN:
        return _set(value, flags)
    if op is sre.BRANCH:
        return "(?:" + "|".join(_sequence(list(part), flags, last=last) for part in value[1]) + ")"
    if op is sre.SUBPATTERN:
        _, added, removed, part = value
        if (added | removed) & (re.ASCII | re.UNICODE):
            raise NotTranslatableError("a group with letters of another kind")
        return f"(?:{_sequence(list(part), (flags | added) & ~removed, last=last)})"
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        low, high, part = value
        return _repeat(low, high, _sequence(list(part), flags, last=False))
    if op is sre.AT:
        return _place(value, flags, last=last)
    raise NotTranslatableError(str(op).lower().replace("_", " "))


def _repeat(low: int, high: Any, body: str) -> str:
    # Greedy or not decides what is matched, never whether.
    top = None if high is sre.MAXREPEAT else int(high)
    if max(low, top or 0) > MAX_REPEAT:
        raise NotTranslatableError(f"a repetition above {MAX_REPEAT}")
    return f"(?:{body}){{{low},{'' if top is None else top}}}"


def _place(where: Any, flags: int, *, last: bool) -> str:
    many = bool(flags & re.MULTILINE)
    if where is sre.AT_BEGINNING:
        return "(?m:^)" if many else r"\A"
    if where is sre.AT_BEGINNING_STRING:
        return r"\A"
    if where is sre.AT_END_STRING:
        return r"\z"
    if where is sre.AT_END:
        if many:
            return "(?m:$)"
        # Python's $ also stands before a final newline. With nothing after it, eating it is the same.
        if last:
            return r"(?:\n?\z)"
        raise NotTranslatableError("a $ before the end of the pattern")
    if flags & re.ASCII and where in (sre.AT_BOUNDARY, sre.AT_NON_BOUNDARY):
        return r"\b" if where is sre.AT_BOUNDARY else r"\B"
    raise NotTranslatableError("a word boundary in Unicode")


def _set(items: Sequence[tuple[Any, Any]], flags: int) -> str:
    negated = bool(items) and items[0][0] is sre.NEGATE
    members = [item for item in items if item[0] is not sre.NEGATE]
    # \D is a set of its own in Python; RE2 has no way to put its complement among other members.
    outside = [str(value) for op, value in members if op is sre.CATEGORY and "_NOT_" in str(value)]
    inside = "".join(_member(op, value, flags) for op, value in members if str(value) not in outside)
    if negated and outside:
        if inside or len(outside) > 1:
            raise NotTranslatableError(r"\D, \S or \W among others in a negated set")
        return f"[{_category(outside[0], flags)}]"
    if not outside:
        return f"[{'^' if negated else ''}{inside}]"
    parts = [f"[{inside}]"] if inside else []
    return "(?:" + "|".join([*parts, *(f"[^{_category(name, flags)}]" for name in outside)]) + ")"


def _member(op: Any, value: Any, flags: int) -> str:
    if op is sre.LITERAL:
        return _literal(value, flags)
    if op is sre.RANGE:
        return _range(value[0], value[1], flags)
    if op is sre.CATEGORY:
        return _category(str(value), flags)
    raise NotTranslatableError(str(op).lower().replace("_", " "))


def _category(name: str, flags: int) -> str:
    kinds = _ASCII if flags & re.ASCII else _UNICODE
    return kinds[name.removeprefix("CATEGORY_").removeprefix("NOT_")]


def _range(low: int, high: int, flags: int) -> str:
    if flags & re.IGNORECASE:
        if high - low > 128 or high > 127:
            raise NotTranslatableError("a range of letters beyond ASCII with case ignored")
        return "".join(_literal(code, flags) for code in range(low, high + 1))
    return f"{_code(low)}-{_code(high)}"


def _literal(code: int, flags: int) -> str:
    letter = chr(code)
    if not flags & re.IGNORECASE or not (letter.isalpha() and letter.lower() != letter.upper()):
        if flags & re.IGNORECASE and code > 127 and not letter.isalnum():
            raise NotTranslatableError("a sign beyond ASCII with case ignored")
        return _code(code)
    if code > 127:
        raise NotTranslatableError("a letter with case beyond ASCII with case ignored")
    extras = "" if flags & re.ASCII else _CASE_EXTRAS.get(letter.lower(), "")
    return "".join(_code(ord(one)) for one in (letter.lower(), letter.upper(), *extras))


def _code(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF:
        raise NotTranslatableError("a lone surrogate")
    return f"\\x{{{code:x}}}"
