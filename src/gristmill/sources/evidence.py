"""What the values of a column look like: shares of patterns, measured on a small, evenly spread sample.

Patterns are matched here and not in the database: on a few thousand short values Python is some ten
times faster than as many expressions in a query, and no value leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gristmill.engine import Column, Engine, quote, quote_relation

SAMPLE_ROWS = 2_000
WIDE = 60
"""Above this many columns the sample is a quarter as long."""
MOST_COLUMNS = 1_000
VALUE_CHARACTERS = 300
"""A longer value is judged on its beginning."""
BLANKS = ("", "-", ".", "n/a", "na", "null", "none", "nan", "empty", "unknown", "없음", "미상", "#n/a", "?")
"""Values that stand for nothing, in lower case."""

_SURNAMES = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_EVENT_WORDS = (
    "send|sent|deliver(ed|y)?|open(ed|s)?|click(ed|s)?|visit(ed)?|page_?view|view(ed)?|(add_to_)?cart|bounced?|"
    "(soft|hard)[_ ]bounce|unsubscribed?|complain(t|ed)?|spam|login|search|발송|오픈|열람|클릭|방문|장바구니|반송|수신거부|불만"
)
_STATUS_WORDS = (
    "complete[d]?|cancell?ed|returned|refund(ed)?|paid|shipped|delivered|pending|open|closed|new|solved|resolved|"
    "processing|on[_ -]?hold|waiting|in[_ ]progress|done|fulfilled|unpaid|partially.*|주문완료|결제완료|배송완료|배송중|배송준비중?|"
    "구매확정|취소(완료)?|반품(완료)?|환불(완료)?|교환(완료)?|접수|처리중|처리완료|완료|종료|대기|입금대기|진행중|답변완료|보류"
)
_TRUTH_WORDS = (
    "y|n|yes|no|true|false|t|f|0|1|on|off|o|x|예|아니오|아니요|네|동의|미동의|동의함|동의안함|비동의|거부|수신|수신동의|수신거부|미수신|"
    "opt[- _]?in|opt[- _]?out|subscribed|unsubscribed|허용"
)
_GENDER_WORDS = "m|f|male|female|man|woman|남|여|남자|여자|남성|여성|other|x|u|d|divers|기타|unknown|w|h"
_COUNTRIES = (
    "united kingdom|eire|france|germany|spain|italy|netherlands|belgium|switzerland|portugal|australia|norway|sweden|"
    "denmark|finland|austria|poland|japan|china|korea|south korea|republic of korea|usa|united states|u\\.?s\\.?a?\\.?|"
    "canada|mexico|brazil|india|singapore|taiwan|hong kong|vietnam|thailand|ireland|greece|israel|iceland|channel islands|"
    "cyprus|malta|rsa|south africa|kr|us|gb|uk|jp|cn|de|fr|es|it|nl|be|ch|at|au|ca|sg|tw|hk|vn|th|in|br|mx|se|no|dk|fi|ie|"
    "pl|pt|ru|kor|jpn|chn|gbr|deu|fra|한국|대한민국|일본|중국|미국|영국|독일|프랑스|호주|캐나다|베트남|태국|대만|홍콩|싱가포르"
)

PATTERNS = {
    "email": r"^(mailto:)?[^@\s<>]+@[^@\s]+\.[a-z]{2,}$",
    "almost_email": r"@",
    "phone": (
        r"^\(?(\+?82|0082)[-. )]*0?1[016789][-. ]?[0-9]{3,4}[-. ]?[0-9]{4}$"
        r"|^\(?01[016789]\)?[-. /|]*[0-9]{3,4}[-. /|]*[0-9]{4}$"
        r"|^\+[0-9][0-9 ().\-/]{7,18}$"
        r"|^\(?0[0-9]{1,3}\)?[-. /][0-9]{3,4}[-. /]?[0-9]{3,4}$"
        r"|^\(?[0-9]{3}\)?[-. /|]{1,2}[0-9]{3}[-. /|]{1,2}[0-9]{4}( ?x[0-9]+)?$"
        r"|^001-[0-9]{3}-[0-9]{3}-[0-9]{4}"
    ),
    "phone_like": r"^[+0-9(][0-9 ().+\-/|_x]{6,24}$",
    "date": (
        r"^(19|20)[0-9]{2}\s?[-./년]\s?[0-9]{1,2}\s?[-./월]\s?[0-9]{1,2}"
        r"|^[0-9]{1,2}[-./][0-9]{1,2}[-./]([0-9]{2}|(19|20)[0-9]{2})( |t|$)"
        r"|^[0-9]{2}[-./][0-9]{1,2}[-./][0-9]{1,2}( |$)"
        rf"|^[0-9]{{1,2}}[- .]{{1,2}}({_MONTHS})[a-z]*[-. ,]+[0-9]{{2,4}}|^({_MONTHS})[a-z]*[ .]+[0-9]{{1,2}},? +[0-9]{{4}}"
    ),
    "packed_date": r"^(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$",
    "clock": r"[0-9]{1,2}:[0-9]{2}",
    "number": r"^\(?[-+]?\s?[₩$€£¥]?\s?[0-9]{1,3}([0-9]*|(,[0-9]{3})*)([.,][0-9]+)?\s?(원|krw|usd|eur|%)?\)?$|^[-+]?\.[0-9]+$",
    "integer": r"^[-+]?[0-9]+(\.0+)?$",
    "truth": rf"^({_TRUTH_WORDS})$",
    "gender": rf"^({_GENDER_WORDS})$",
    "hangul_name": rf"^[{_SURNAMES}]\s?[가-힣]{{1,3}}(\s?(님|씨))?$",
    "person": r"^[a-zà-öø-ÿ'’.-]{2,}(,? [a-zà-öø-ÿ'’.-]+){1,3}$",
    "hangul": r"[가-힣]",
    "digit": r"[0-9]",
    "letter": r"[a-z가-힣]",
    "uuid": r"^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$",
    "postcode": (
        r"^[0-9]{5}$|^[0-9]{3}-[0-9]{3}$|^[0-9]{5}-[0-9]{4}$|^[0-9]{3,6}$|^[0-9]{3}-[0-9]{4}$"
        r"|^[a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2}$|^[a-z][0-9][a-z] ?[0-9][a-z][0-9]$"
    ),
    "address": (
        r"(시|도|군|구|읍|면|특별시|광역시)\s.*(로|길|동|리|가|읍|면|아파트)|[가-힣0-9]+(로|길)\s?[0-9]+|^[0-9]+[a-z]?[ ,]+.*[a-z]{3,}"
        r"|[a-z]{3,}.* [0-9]+[a-z]?( |,|$)|\b(street|st|road|rd|avenue|ave|lane|drive|blvd|place|crescent|close|court)\b"
    ),
    "country": rf"^({_COUNTRIES})$",
    "currency": r"^(krw|usd|eur|gbp|jpy|cny|chf|aud|cad|sgd|hkd|twd|sek|nok|dkk|inr|원|₩|\$|€|£)$",
    "event": rf"^(email[_ .]?)?({_EVENT_WORDS})$",
    "status": rf"^({_STATUS_WORDS})$",
    "url": r"^(https?://|www\.|/[a-z0-9_\-]+)",
    "company": r"주식회사|\(주\)|㈜|유한회사|\b(inc|ltd|llc|gmbh|corp|co|plc|ag|bv|sa)\.?$",
    "handle": r"^@?[a-z0-9._]{3,30}$|^[a-z]+:@?[a-z0-9._]+",
}

_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}


@dataclass(frozen=True)
class Leaf:
    """A column, or a field inside a structure, that a mapping may take: its path and type."""

    path: tuple[str, ...]
    type: str

    @property
    def label(self) -> str:
        """``requester.email``: how people read it."""
        return ".".join(self.path)

    @property
    def sql(self) -> str:
        """The quoted expression; safe for any name."""
        return ".".join(quote(step) for step in self.path)


@dataclass(frozen=True)
class Evidence:
    """Measured on the filled values of a sample: ``shares`` of those that fit each pattern (0 to 1)."""

    n_filled: int
    share_filled: float
    share_distinct: float
    """Distinct values over filled ones, on the whole relation; 1 is a key."""
    n_distinct: int
    mean_length: float
    shares: dict[str, float] = field(default_factory=dict)

    def __getitem__(self, pattern: str) -> float:
        return self.shares.get(pattern, 0.0)


def leaves(columns: Sequence[Column]) -> list[Leaf]:
    """Columns of a raw relation without provenance; structures are opened to their fields."""
    found: list[Leaf] = []
    for column in columns:
        if column.name not in ("_source", "_file", "_row"):
            found.extend(_opened((column.name,), column.type))
    return found[:MOST_COLUMNS]


def _opened(path: tuple[str, ...], type_: str) -> list[Leaf]:
    if not type_.startswith("STRUCT(") or not type_.endswith(")"):
        return [Leaf(path, type_)]
    found: list[Leaf] = []
    for part in _fields(type_[len("STRUCT(") : -1]):
        name, kind = _named(part)
        found.extend(_opened((*path, name), kind))
    return found


def _fields(text: str) -> list[str]:
    """``a INTEGER, b STRUCT(c DATE)`` at its outer commas."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "([":
            depth += 1
        elif not quoted and char in ")]":
            depth -= 1
        elif not quoted and depth == 0 and char == ",":
            parts.append(text[start:at].strip())
            start = at + 1
    return [*parts, text[start:].strip()]


def _named(part: str) -> tuple[str, str]:
    if part.startswith('"'):
        end = 1
        while part[end] != '"' or part[end : end + 2] == '""':
            end += 2 if part[end : end + 2] == '""' else 1
        return part[1:end].replace('""', '"'), part[end + 1 :].strip()
    name, _, kind = part.partition(" ")
    return name, kind


def measure(engine: Engine, relation: str, found: Sequence[Leaf]) -> dict[Leaf, Evidence]:
    """Evidence of every leaf, from an evenly spread sample; distinct counts are of the whole relation."""
    n_rows = int(engine.scalar(f"select count(*) from {quote_relation(relation)}") or 0)
    rows = SAMPLE_ROWS if len(found) <= WIDE else SAMPLE_ROWS // 4
    step = max(1, n_rows // rows)
    measured: dict[Leaf, Evidence] = {}
    for at in range(0, len(found), 40):
        part = found[at : at + 40]
        distinct = _distinct(engine, relation, part)
        values = _values(engine, relation, part, step)
        for index, leaf in enumerate(part):
            measured[leaf] = _evidence(leaf, values[index], *distinct[index])
    return measured


def _evidence(leaf: Leaf, values: Sequence[tuple[str | None, int]], n_distinct: int, n_all: int) -> Evidence:
    n = sum(count for _, count in values)
    filled = [(value, count) for value, count in values if value is not None and value not in BLANKS]
    n_filled = sum(count for _, count in filled)
    if n_filled == 0:
        return Evidence(0, 0.0, 0.0, n_distinct, 0.0)
    shares = {
        name: sum(count for value, count in filled if pattern.search(value)) / n_filled
        for name, pattern in _COMPILED.items()
    }
    if leaf.type.startswith(("DATE", "TIMESTAMP")):
        shares["date"] = 1.0
    length = sum(len(value) * count for value, count in filled) / n_filled
    return Evidence(n_filled, n_filled / n, n_distinct / n_all if n_all else 0.0, n_distinct, length, shares)


def _distinct(engine: Engine, relation: str, part: Sequence[Leaf]) -> list[tuple[int, int]]:
    counts = ", ".join(f"count(distinct {leaf.sql}), count({leaf.sql})" for leaf in part)
    row = engine.rows(f"select {counts} from {quote_relation(relation)}")[0]
    return [(row[i], row[i + 1]) for i in range(0, len(row), 2)]


def _values(
    engine: Engine, relation: str, part: Sequence[Leaf], step: int
) -> list[list[tuple[str | None, int]]]:
    """For each leaf the distinct values of the sample, trimmed, lower case and cut, with their counts."""
    columns = ", ".join(
        f"lower(trim(left(cast({leaf.sql} as varchar), {VALUE_CHARACTERS}))) as v{i}"
        for i, leaf in enumerate(part)
    )
    sample = f"select {columns} from {quote_relation(relation)} where (_row - 1) % {step} = 0"
    counts = " union all ".join(f"select {i}, v{i}, count(*) from s group by v{i}" for i in range(len(part)))
    values: list[list[tuple[str | None, int]]] = [[] for _ in part]
    for index, value, count in engine.rows(f"with s as materialized ({sample}) {counts}"):
        values[index].append((value, count))
    return values
