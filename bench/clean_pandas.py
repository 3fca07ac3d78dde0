"""The commonest cleaning rules as one writes them in pandas: a Python function a kind of column, and the log.

What ``clean.py`` compares with. Fewer rules than gristmill's, so that the comparison does not flatter.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import time
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path

from harness import figure

from gristmill.engine.duckdb import DuckDBEngine

DATA = "GRISTMILL_BENCH_DATA"


def in_pandas() -> None:
    """The commonest of the rules, a Python function a kind of column, with the log."""
    import pandas as pd

    with DuckDBEngine(Path(os.environ[DATA]), read_only=True) as engine:
        frame = engine.fetch("select * from source.contacts").to_pandas()
    began, used = time.perf_counter(), time.process_time()
    changes = []
    for column, kind in KINDS.items():
        before = frame[column]
        if kind == "phone":
            after = pd.Series(map(phone, before, frame["country"]), index=frame.index, dtype=object)
        elif kind == "date":
            month_first = before.map(is_month_first).sum() > before.map(is_day_first).sum()
            after = before.map(lambda text, swap=month_first: moment(text, swap))
        else:
            after = before.map(RULES[kind])
        changed = before.notna() & (before != after.astype(object))
        changes.append(
            pd.DataFrame(
                {
                    "row": frame.index[changed],
                    "column": column,
                    "before": before[changed],
                    "after": after[changed],
                }
            )
        )
        frame[column] = after
    log = pd.concat(changes)
    figure("seconds", time.perf_counter() - began)
    figure("CPU seconds", time.process_time() - used)
    figure("rows of clean.changes", len(log))


def mended(text: object) -> str | None:
    """A text as every column gets it first: normal form, no invisible characters, single spaces, no placeholder."""
    if not isinstance(text, str):
        return None
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text).translate(NARROW))
    text = " ".join(text.split())
    return None if not text or text.lower() in PLACEHOLDERS else text


def key(text: object) -> str | None:
    """A key: without the .0 of a number."""
    found = mended(text)
    return FLOAT.sub("", found) if found else found


def name(text: object) -> str | None:
    """A person's name: no title, given before family name, one case, Hangul without spaces."""
    found = mended(text)
    if not found:
        return None
    found = TITLE.sub("", found)
    if HANGUL.fullmatch(found):
        return REMARK.sub("", found.replace(" ", ""))
    if found.count(",") == 1:
        found = " ".join(part.strip() for part in reversed(found.split(",")))
    return " ".join(word.title() if word.isupper() or word.islower() else word for word in found.split(" "))


def email(text: object) -> str | None:
    """An address: lower case, no spaces, (at), domains typed right; None for what is none."""
    found = mended(text)
    if not found:
        return None
    found = found.lower().removeprefix("mailto:").replace("(at)", "@").replace(" ", "").strip(".,;:<>()")
    mailbox, _, domain = found.partition("@")
    found = f"{mailbox}@{TYPOS.get(domain, domain)}"
    return found if ADDRESS.fullmatch(found) else None


def phone(text: object, country: object) -> str | None:
    """E.164 of a Korean number; None for what is none."""
    found = mended(text)
    if not found or word(country, "country") not in ("KR", None):
        return found
    found = EXTENSION.sub("", found.lower())
    digits = NO_DIGIT.sub("", found)
    if found.startswith("+"):
        return "+" + digits
    digits = digits.removeprefix("0")
    return f"+82{digits}" if KOREAN.fullmatch(digits) else None


def word(text: object, kind: str) -> str | None:
    """A coded word."""
    found = mended(text)
    return WORDS[kind].get(found.lower()) if found else None


def is_month_first(text: object) -> bool:
    """Whether a date can only have the month first: 03/25/2024."""
    found = SLASHED.fullmatch(text) if isinstance(text, str) else None
    return bool(found and int(found[2]) > 12)


def is_day_first(text: object) -> bool:
    """Whether a date can only have the day first: 25/03/2024."""
    found = SLASHED.fullmatch(text) if isinstance(text, str) else None
    return bool(found and int(found[1]) > 12)


def moment(text: object, month_first: bool) -> str | None:
    """A date or time in ISO form; None for none and for the first day of 1900."""
    found = mended(text)
    if not found:
        return None
    for form in (
        "%Y-%m-%d",
        "%Y-%m-%d %H:%M:%S",
        "%m/%d/%Y" if month_first else "%d/%m/%Y",
        "%Y/%m/%d %H:%M",
        "%Y.%m.%d",
    ):
        try:
            read = dt.datetime.strptime(found, form)
        except ValueError:
            continue
        if (read.year, read.month, read.day) == (1900, 1, 1):
            return None
        return read.isoformat(" ") if "%H" in form else read.date().isoformat()
    return None


PLACEHOLDERS = {
    "n/a",
    "na",
    "nan",
    "null",
    "none",
    "-",
    "없음",
    "unknown",
    "test",
    "x",
    "?",
    ".",
    "미상",
    "미입력",
}
INVISIBLE = re.compile("[\u0000-\u0008\u000e-\u001f\u007f\u00ad\u200b\u200e\u200f\u2060\ufeff]")
NARROW = {0xFF01 + at: 0x21 + at for at in range(94)}
FLOAT, NO_DIGIT = re.compile(r"[.]0$"), re.compile("[^0-9]")
TITLE, HANGUL, REMARK = (
    re.compile(r"^(mr|mrs|ms|dr)[. ]+", re.IGNORECASE),
    re.compile("[가-힣 ]{2,8}"),
    re.compile("(고객님|님|씨)$"),
)
TYPOS = {
    "gamil.com": "gmail.com",
    "gmial.com": "gmail.com",
    "naver.con": "naver.com",
    "navr.com": "naver.com",
}
ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+@([\w-]+[.])+[a-z]{2,24}")
EXTENSION = re.compile(r"[ ,;(]*(ext|x|내선)[ .:#]*[0-9]{1,6}$")
KOREAN = re.compile(r"10[0-9]{8}|2[0-9]{7,8}|[3-6][1-5][0-9]{7,8}|70[0-9]{8}|1[568][0-9]{6}")
SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/[0-9]{4}")
YES_NO = {
    "y": "true",
    "yes": "true",
    "true": "true",
    "동의": "true",
    "n": "false",
    "no": "false",
    "false": "false",
    "거부": "false",
}
WORDS = {
    "boolean": YES_NO,
    "gender": {"f": "female", "female": "female", "여": "female", "m": "male", "male": "male", "남": "male"},
    "country": {"kr": "KR", "korea": "KR", "대한민국": "KR"},
}
RULES: dict[str, Callable[[object], str | None]] = {
    "key": key,
    "name": name,
    "email": email,
    "text": mended,
    **{kind: partial(word, kind=kind) for kind in WORDS},
}
KINDS = {
    **dict.fromkeys(("source_key", "member_no", "postcode"), "key"),
    **dict.fromkeys(("full_name", "given_name", "family_name"), "name"),
    **dict.fromkeys(("company", "address", "city", "region", "social_handles", "acquired_via"), "text"),
    "email": "email",
    **dict.fromkeys(("consent_email", "consent_sms", "consent_phone", "consent_post"), "boolean"),
    "gender": "gender",
    "phone": "phone",
    "country": "country",
    **dict.fromkeys(("birth_date", "consent_at", "created_at", "updated_at"), "date"),
}
"""Phones come before the countries they need as they were typed."""
