"""Phones and dates against implementations by others: ``phonenumbers`` and ``python-dateutil``, differences listed."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import phonenumbers
import pytest
from dateutil import parser as dateutil
from test_clean_stage import clean, fill

from gristmill.engine.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

N = 4_000


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as opened:
        yield opened


def by_others(text: str) -> str | None:
    """E.164 as ``phonenumbers`` reads a Korean's number; None for one that cannot be in use."""
    try:
        number = phonenumbers.parse(text, "KR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def cleaned(
    engine: DuckDBEngine, column: str, texts: Sequence[str], source: str = "crm"
) -> dict[str, object]:
    """Every text with what the clean stage makes of it."""
    fill(engine, "contacts", [{"source_key": str(i), column: text} for i, text in enumerate(texts)], source)
    clean(engine, duplicates="keep")
    found = dict(engine.rows(f"select cast(source_key as integer), {column} from clean.contacts"))
    return {text: found[i] for i, text in enumerate(texts)}


def korean_numbers(rnd: random.Random) -> Iterator[str]:
    """Numbers of every kind in use, in the ways people write them."""
    heads = ["010", "011", "016", "02", "031", "032", "051", "055", "064", "070", "080"]
    while True:
        head = rnd.choice(heads)
        middle = str(rnd.randint(2000, 9999)) if head in ("010", "070") else str(rnd.randint(200, 9999))
        if head == "080":
            middle = middle[:3]
        tail = f"{rnd.randint(1, 9999):04d}"
        gap = rnd.choice(["-", " ", ".", "", ") ", " - "])
        national = f"{head}{gap}{middle}{'' if gap == ') ' else gap}{tail}"
        abroad = f"{head[1:]}-{middle}-{tail}"
        yield rnd.choice(
            [
                national,
                f"+82 {abroad}",
                f"+82-{abroad}",
                f"+82 (0){abroad}",
                f"＋８２ {abroad}",
                f"{national} ext. {rnd.randint(1, 99)}",
                f"{national} ",
            ]
        )


def foreign_numbers(rnd: random.Random) -> Iterator[str]:
    """Example numbers of other countries with plus, in two ways of writing."""
    regions = ["US", "GB", "DE", "FR", "JP", "CN", "IT", "AU", "IN", "BR", "SG", "VN"]
    while True:
        number = phonenumbers.example_number_for_type(
            rnd.choice(regions), phonenumbers.PhoneNumberType.MOBILE
        )
        assert number is not None
        style = rnd.choice(
            [phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164]
        )
        yield phonenumbers.format_number(number, style)


@pytest.mark.parametrize("numbers", [korean_numbers, foreign_numbers])
def test_valid_phones_come_out_as_phonenumbers_has_them(
    engine: DuckDBEngine, numbers: Callable[[random.Random], Iterator[str]]
) -> None:
    made = numbers(random.Random(7))
    texts = sorted({next(made) for _ in range(N)})
    ours = cleaned(engine, "phone", texts)
    differing = {t: (ours[t], by_others(t)) for t in texts if by_others(t) and ours[t] != by_others(t)}
    assert differing == {}


def careless_numbers(rnd: random.Random) -> Iterator[str]:
    """Numbers with a calling code, or Korean ones: of every length around the right one, parted anywhere."""
    heads = [
        "+82 10",
        "+82 2",
        "+82 70",
        "+44 7",
        "+44 20",
        "+49 15",
        "+49 30",
        "0082 10",
        "010",
        "02",
        "031",
        "070",
        "0505",
    ]
    while True:
        head = rnd.choice(heads)
        digits = "".join(
            rnd.choices("0123456789", weights=[1, 2, 2, 2, 2, 2, 2, 2, 2, 2], k=rnd.randint(4, 11))
        )
        for gap in rnd.choices(["-", " ", ".", " - ", ")"], k=rnd.randint(0, 2)):
            at = rnd.randint(0, len(digits))
            digits = digits[:at] + gap + digits[at:]
        yield f"{head}{rnd.choice([' ', '-', ''])}{digits}"


def test_whatever_is_kept_is_a_possible_number(engine: DuckDBEngine) -> None:
    rnd = random.Random(5)
    careless = careless_numbers(rnd)
    texts = {"".join(rnd.choices("0123456789+-() ", k=rnd.randint(5, 18))) for _ in range(N // 2)}
    texts = sorted(texts | {next(careless) for _ in range(N)})
    cleaned(engine, "phone", texts)
    # What is too unsure to be changed stays as it was typed.
    ours: dict[str, str] = dict(
        engine.rows(
            "select before, after from clean.changes where column_name = 'phone' and after is not null"
        )
    )
    judged = {t: v for t, v in ours.items() if v[1:3] in ("82", "44", "49")}
    impossible = {
        t: v for t, v in judged.items() if not phonenumbers.is_possible_number(phonenumbers.parse(v))
    }
    assert len(judged) > N // 4
    assert impossible == {}


PHONES_OURS_ALONE = {
    "1012345678": "+821012345678",  # a spreadsheet took the zero
    "1012345678.0": "+821012345678",
    "010-1234-5678 / 02-123-4567": "+821012345678",  # the first of two
    "02-312-4567 내선 12": "+8223124567",
    "010-0000-0000": None,  # formally valid, nobody's number
    "1.01E+10": None,  # phonenumbers reads the digits 10110
    "1-800-FLOWERS": None,  # phonenumbers reads letters as keys
}
"""Deliberate differences from ``phonenumbers``."""


def test_deliberate_differences_of_phones_are_these(engine: DuckDBEngine) -> None:
    ours = cleaned(engine, "phone", list(PHONES_OURS_ALONE))
    assert ours == PHONES_OURS_ALONE


FORMATS = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%Y-%m-%dT%H:%M:%S+09:00",
    "%Y-%m-%dT%H:%M:%S.%f-0330",
]


def by_dateutil(text: str, *, day_first: bool = False) -> dt.datetime | None:
    """The moment in UTC without a zone, as the stage stores it."""
    try:
        read = dateutil.parse(text, dayfirst=day_first, default=dt.datetime(2000, 1, 1))
    except (dateutil.ParserError, OverflowError):
        return None
    return read.astimezone(dt.UTC).replace(tzinfo=None) if read.tzinfo else read


def moments(rnd: random.Random) -> Iterator[dt.datetime]:
    while True:
        yield dt.datetime(1970, 1, 2) + dt.timedelta(seconds=rnd.randrange(55 * 366 * 86_400))


def test_dates_in_all_common_forms_are_read_as_dateutil_reads_them(engine: DuckDBEngine) -> None:
    rnd = random.Random(11)
    made = moments(rnd)
    texts = sorted({next(made).strftime(rnd.choice(FORMATS)) for _ in range(N)})
    ours = cleaned(engine, "created_at", texts)
    assert {t: (ours[t], by_dateutil(t)) for t in texts if ours[t] != by_dateutil(t)} == {}


@pytest.mark.parametrize(("form", "day_first"), [("%m/%d/%Y", False), ("%d/%m/%Y", True), ("%d/%m/%y", True)])
def test_the_order_of_day_and_month_is_found_in_the_column(
    engine: DuckDBEngine, form: str, day_first: bool
) -> None:
    made = moments(random.Random(13))
    # Of years with two digits dateutil takes the nearest to today, the stage 1970 to 2069.
    texts = sorted({day.strftime(form) for day in (next(made) for _ in range(700)) if day.year >= 1980})
    ours = cleaned(engine, "created_at", texts)
    assert {t: ours[t] for t in texts if ours[t] != by_dateutil(t, day_first=day_first)} == {}


DATES_OURS_ALONE = {
    "2024-02-30": None,
    "9999-12-31": None,  # means: without end
    "1900-01-01": None,
    "1970-01-01 00:00:00": None,
    "10": None,  # dateutil fills what is missing from today
    "March": None,
    "10:30": None,
    "2024년 3월 4일": dt.datetime(2024, 3, 4),
    "2024. 3. 4. 오후 3:20": dt.datetime(2024, 3, 4, 15, 20),
    "24.3.4": dt.datetime(2024, 3, 4),  # dateutil: 24 March 2004
    "45355": dt.datetime(2024, 3, 4),  # days since 1899-12-30
    "1709510400": dt.datetime(2024, 3, 4),
}
"""Deliberate differences from ``dateutil``."""


def test_deliberate_differences_of_dates_are_these(engine: DuckDBEngine) -> None:
    ours = cleaned(engine, "created_at", list(DATES_OURS_ALONE))
    assert ours == DATES_OURS_ALONE
