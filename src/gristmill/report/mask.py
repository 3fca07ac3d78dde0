"""Hide personal data in what a report shows: one rule a kind of data.

A masked value still lets a reader recognise a record they know (김•수, k•••@naver.com) and tells
nobody else who it is. Masking happens where a table or chart is made, before anything is written into a
notebook or page, so an unmasked value never reaches a file. A kind nobody knows is hidden whole:
forgetting a rule must not leak.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

DOT = "•"
HIDDEN = DOT * 3
"""What stands for a value that is hidden whole."""

OPEN_KINDS = frozenset({None, "", "none"})
"""The pii kinds that say: not personal, show as it is."""

_HANGUL_OR_HAN = re.compile(r"^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+$")
_EMAIL_DOMAIN = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", re.IGNORECASE)
_PROVINCE = re.compile(
    r"^(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|충청북|충청남|전북|전남|전라북|전라남"
    r"|경북|경남|경상북|경상남|제주)(?:특별자치시|특별자치도|특별시|광역시|도|시)?$"
)
_DISTRICT = re.compile(r"^[가-힣]{1,6}[시군구]$")
_PLACE = re.compile(r"^[^\W\d_]+(?:[ '-][^\W\d_]+){0,2}$")
_NETWORKS = frozenset(
    [
        "instagram",
        "facebook",
        "x",
        "twitter",
        "kakao",
        "kakaotalk",
        "naver",
        "line",
        "tiktok",
        "youtube",
        "linkedin",
        "threads",
        "telegram",
        "whatsapp",
        "wechat",
        "github",
        "mastodon",
        "bluesky",
        "google",
        "apple",
        "band",
    ]
)


def is_personal(kind: str | None) -> bool:
    """True when values of this pii kind must be masked."""
    return kind not in OPEN_KINDS


def mask(value: Any, kind: str | None) -> Any:
    """``value`` as it may be shown; None and the empty text stay, lists are masked item by item.

    Returns the value itself for kinds that are not personal, else text (or a list of text).
    """
    if not is_personal(kind) or value is None or value == "":
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [mask(item, kind) for item in value]
    if isinstance(value, Mapping):
        return {key: mask(item, kind) for key, item in value.items()}
    rule = _RULES.get(str(kind), _whole)
    return rule(value)


def _whole(_value: Any) -> str:
    return HIDDEN


def _dots(n: int) -> str:
    return DOT * max(1, min(n, 8))


def _word(word: str) -> str:
    if len(word) == 1:
        return DOT
    return word[0] + _dots(len(word) - 1)


def _name(value: Any) -> str:
    text = str(value).strip()
    joined = "".join(text.split())
    if _HANGUL_OR_HAN.match(joined):
        if len(joined) <= 2:
            return _word(joined) if joined else HIDDEN
        return joined[0] + _dots(len(joined) - 2) + joined[-1]
    return " ".join(_word(word) for word in text.split()) or HIDDEN


def _email(value: Any) -> str:
    local, at, domain = str(value).strip().rpartition("@")
    if not at or not local or not _EMAIL_DOMAIN.match(domain):
        return HIDDEN
    return (local[0] if len(local) > 1 and local[0].isalnum() else "") + HIDDEN + "@" + domain


def _phone(value: Any) -> str:
    text = str(value)
    digits = re.sub(r"[^0-9]", "", text)
    if not 8 <= len(digits) <= 15:
        return HIDDEN
    last = digits[-4:]
    if text.strip().startswith("+"):
        if digits.startswith("8210"):
            return f"+82 10-{DOT * 4}-{last}"
        if digits.startswith("82"):
            return f"+82 {DOT * 4}-{last}"
        return f"+{digits[0] if digits[0] in '17' else digits[:2]} {DOT * 4}-{last}"
    if digits.startswith("01"):
        return f"{digits[:3]}-{DOT * 4}-{last}"
    if digits.startswith("02"):
        return f"02-{DOT * 4}-{last}"
    return f"{DOT * 4}-{last}"


def _address(value: Any) -> str:
    """The city and district alone: known Korean provinces, or the last of three parts set off by commas."""
    text = " ".join(str(value).split())
    words = text.split(" ")
    if _PROVINCE.match(words[0]):
        kept = [words[0]]
        for word in words[1:3]:
            if not _DISTRICT.match(word):
                break
            kept.append(word)
        return " ".join([*kept, HIDDEN])
    parts = [part.strip() for part in text.split(",")]
    if len(parts) >= 3 and _PLACE.match(parts[-1]):
        return f"{HIDDEN}, {parts[-1]}"
    return HIDDEN


def _postcode(value: Any) -> str:
    text = "".join(str(value).split())
    if len(text) <= 3:
        return HIDDEN
    return text[:2] + _dots(len(text) - 2)


def _birth_date(value: Any) -> str:
    if isinstance(value, (dt.date, dt.datetime)):
        return f"{value.year:04d}"
    found = re.match(r"^\s*((?:18|19|20)\d{2})(?:[^0-9]|(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\s*$)", str(value))
    return found.group(1) if found else HIDDEN


def _identifier(value: Any) -> str:
    text = str(value)
    shown = 4 if len(text) >= 8 else 2 if len(text) >= 5 else 0
    return DOT * 4 + (text[-shown:] if shown else "")


def _handle(value: Any) -> str:
    def one(item: str) -> str:
        network, colon, _ = item.partition(":")
        known = network.strip().lower()
        if colon and known in _NETWORKS:
            return f"{known}:{HIDDEN}"
        return ("@" if item.strip().startswith("@") else "") + HIDDEN

    return ", ".join(one(item) for item in str(value).split(",") if item.strip()) or HIDDEN


def _free_text(value: Any) -> str:
    return f"{HIDDEN} ({len(str(value)):,})"


_RULES: dict[str, Callable[[Any], str]] = {
    "name": _name,
    "company": _name,
    "email": _email,
    "phone": _phone,
    "address": _address,
    "postcode": _postcode,
    "birth_date": _birth_date,
    "id": _identifier,
    "handle": _handle,
    "free_text": _free_text,
}

KINDS = tuple(sorted(_RULES))
"""The kinds that have a rule of their own; any other is hidden whole."""

_SCRUB_EMAIL = re.compile(r"[\w.+%'-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")
_SCRUB_PHONE = re.compile(
    r"(?<![\w.])(?:\+\d{1,3}[ -]?\(?\d[\d ()-]{6,14}\d|01[016789][ .-]?\d{3,4}[ .-]?\d{4})(?![\w])"
)
_SCRUB_RESIDENT = re.compile(r"(?<!\d)\d{6}-[1-8]\d{6}(?!\d)")


def scrub(text: str) -> str:
    """Loose text (an error, a printed line) with e-mail addresses, phone and resident numbers masked.

    A safety net for text whose columns nobody knows; names in loose text are not recognised.
    """
    text = _SCRUB_EMAIL.sub(lambda found: _email(found.group()), text)
    text = _SCRUB_RESIDENT.sub(HIDDEN, text)
    return _SCRUB_PHONE.sub(lambda found: _phone(found.group()), text)
