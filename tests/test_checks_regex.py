"""A pattern that is translated means in the database what it means to Python, or it is refused."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gristmill.checks.regex import NotTranslatableError, to_re2
from gristmill.engine.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = [
    "", "a", "A", "ab", "abc", "a\n", "\na", "a\nb", "a\n\n", "\n", "aa", "b", "aab", " a ", "a b", "12", "1a", "_",
    "٣", "१२", "é", "e\u0301", "한글", "한글".encode().decode(), unicodedata.normalize("NFD", "한글"), "김철수", "😀", "a😀b",
    "ſ", "İ", "ı", "K", "k", "S", "ß", "\x00", "a\x00b", "\x1c", "\x85", "\xa0", "\u2028", "\r\n", "\t", "\x0b", "\u200b",
    "a@b.co", "010-1234-5678", "+821012345678", "2024-03-04", "2024년 3월 4일", "^$", "\\d", "[a]", "a.b", "a|b", "½", "Ⅳ", "二",
]  # fmt: skip
PATTERNS = [
    r"a", r"^a", r"a$", r"^a$", r"\Aa\Z", r"a\Z", r"(?m)^a$", r"(?m)^b", r"(?s)a.b", r"a.b", r".", r"(?s).", r"^.$", r"^.{2}$",
    r"\d", r"\d+$", r"\D", r"^\D+$", r"\w", r"^\w+$", r"\W", r"\s", r"^\s$", r"\S", r"^\S+$", r"[\d_]", r"[^\d]", r"[^\D]",
    r"[\Wa]", r"[\s\S]", r"[^a]", r"^[^\n]*$", r"[가-힣]", r"^[가-힣]{2,4}$", r"[^가-힣]", r"[\u1100-\u11ff]", r"é", r"\xe9", r"\N{GRINNING FACE}",
    r"(?i)a", r"(?i)k", r"(?i)[a-k]$", r"(?i)^[^i]$", r"(?i:s)s?", r"(?i)한", r"(?a)\d", r"(?a)\w+$", r"(?a)\s", r"(?a)\bb",
    r"a|b$", r"(?:a|ab)(?:c|b)?$", r"(a)(b)?", r"(?P<x>a)", r"a*?", r"a+?b", r"a{2}", r"a{0}", r"(?:)", r"(?:){2}", r"", r"$", r"^", r"^$",
    r"[.]", r"\.", r"\\d", r"[\[\]]", r"[\^$]", r"\|", r"\x00", r"[-a]", r"\t", r"[\t-\r]", r"^\d{4}-\d{2}-\d{2}$", r"(?x) a  b # so",
    r"[A-Z]{2}\Z", r"[^@\s]+@[^@\s]+\.[^@\s]+", r"(?s)^.*$", r"(a|$)", r"(?:a|^)\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as made:
        made.make("t.texts", "select unnest($texts) as x", {"texts": TEXTS})
        yield made


def differing(engine: DuckDBEngine, pattern: str | re.Pattern[str]) -> list[str]:
    """The texts on which the database and Python disagree, anchored or not."""
    found = []
    for anchored, python in ((True, re.compile(pattern).match), (False, re.compile(pattern).search)):
        sql = "select x, regexp_matches(x, $p) from t.texts"
        answers = dict(engine.rows(sql, {"p": to_re2(pattern, anchored=anchored)}))
        found += [text for text in TEXTS if answers[text] != bool(python(text))]
    return found


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_translated_pattern_matches_the_same_texts(engine: DuckDBEngine, pattern: str) -> None:
    assert differing(engine, pattern) == []


def test_the_flags_of_a_compiled_pattern_count(engine: DuckDBEngine) -> None:
    assert differing(engine, re.compile("^A.B$", re.IGNORECASE | re.DOTALL | re.MULTILINE)) == []


@pytest.mark.parametrize(
    "pattern",
    [r"(?=a)", r"(?!a)b", r"(?<=a)b", r"(a)\1", r"(?P<x>a)(?P=x)", r"\bword", r"a\B", r"(a)?(?(1)b|c)", r"a$b", r"(?:a$)+",
     r"(?>a)b", r"a++", r"a{1001}", r"(?a:\W)", r"(?i)é", r"(?i)[à-ü]", r"[^a\D]", "\ud800"],
)  # fmt: skip
def test_what_the_database_cannot_mean_is_refused(pattern: str) -> None:
    with pytest.raises(NotTranslatableError):
        to_re2(pattern, anchored=False)


def test_classes_differ_only_in_what_unicode_gained_after_this_python(engine: DuckDBEngine) -> None:
    codes = [code for code in range(1, 0x20000) if not 0xD800 <= code < 0xE000]
    engine.make(
        "t.codes",
        "select code, chr(code::integer) as x from (select unnest($codes) as code)",
        {"codes": codes},
    )
    for pattern in (r"\d", r"\w", r"\s", r"(?i)k", r"(?i)s", r"(?i)i", r"(?i)[^i]", r"(?i)[a-z]"):
        sql = "select code from t.codes where regexp_matches(x, $p)"
        answers = {row[0] for row in engine.rows(sql, {"p": to_re2(pattern, anchored=True)})}
        python = re.compile(pattern)
        wanted = {code for code in codes if python.match(chr(code))}
        odd = {code for code in answers ^ wanted if unicodedata.category(chr(code)) != "Cn"}
        assert odd == set(), pattern


ATOMS = st.sampled_from(
    [
        r"a",
        r"b",
        r".",
        r"\d",
        r"\D",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        r"[ab]",
        r"[^a]",
        r"[\w-]",
        r"한",
        r"😀",
        r"\n",
        "^",
        "$",
        r"\Z",
        r"[^\s@]",
    ]
)
GROWN = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "*?"])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        ),
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
    ),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pattern=GROWN, flags=st.sampled_from(["", "(?i)", "(?s)", "(?m)", "(?a)"]))
def test_grown_patterns_match_the_same_texts(engine: DuckDBEngine, pattern: str, flags: str) -> None:
    with contextlib.suppress(NotTranslatableError):
        assert differing(engine, flags + pattern) == []
