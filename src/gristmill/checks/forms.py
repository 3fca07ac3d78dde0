"""Forms of values that have a rule of their own: e-mail, phone, postal code, Korean business number.

Patterns are written so that Python's ``re`` and the database read them alike.
"""

from __future__ import annotations

from gristmill.errors import CheckError, Problem, did_you_mean, listed

EMAIL_PATTERN = (
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])"
)
"""The dot-atom form of RFC 5321 with a domain of two labels or more; read alike by re and RE2."""
EMAIL_LENGTH = 254
"""Longest address that fits a mail path (RFC 5321, 4.5.3.1.3)."""
PHONE_PATTERN = r"\+[1-9][0-9]{6,14}"
"""E.164: a plus, a country code, at most 15 digits in all."""

_KOREAN_PREFIX = (
    # Seoul, the provinces, internet, lifelong and toll-free numbers, each with three or four digits after it.
    r"(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|50[2-8]|80)[ .-]?[0-9]{3,4}"
    # Mobile: 010 always has eight digits, the older ones seven or eight.
    r"|10[ .-]?[0-9]{4}|1[16-9][ .-]?[0-9]{3,4}"
)
KOREAN_PHONE_PATTERN = (
    rf"(?:(?:0|\+82[ .-]?(?:\(0\)|0)?)(?:{_KOREAN_PREFIX})[ .-]?[0-9]{{4}}"
    # Numbers of companies, the same from everywhere.
    r"|1[568][0-9]{2}[ .-]?[0-9]{4})"
)
"""A Korean number as people write it at home (010-1234-5678, 02-123-4567, 1588-1234) or from abroad (+82)."""

POSTCODES = {
    "KR": r"[0-6][0-9]{4}",
    "US": r"[0-9]{5}(?:-[0-9]{4})?",
    "CA": r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z] ?[0-9][ABCEGHJ-NPRSTV-Z][0-9]",
    "GB": r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}",
    "JP": r"[0-9]{3}-?[0-9]{4}",
    "CN": r"[0-9]{6}",
    "DE": r"[0-9]{5}",
    "FR": r"[0-9]{5}",
    "ES": r"[0-5][0-9]{4}",
    "IT": r"[0-9]{5}",
    "NL": r"[1-9][0-9]{3} ?[A-Z]{2}",
    "AT": r"[1-9][0-9]{3}",
    "CH": r"[1-9][0-9]{3}",
    "AU": r"[0-9]{4}",
}
"""Postal codes by ISO 3166-1 alpha-2 country."""

STAND_INS = ("1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01", "9999-12-31")
"""Days that programs write where they know none."""
SINCE = "1900-01-01"
"""The first day that is plausible where a schema names none."""

BUSINESS_PATTERN = r"[0-9]{3}-[0-9]{2}-[0-9]{5}|[0-9]{10}"
BUSINESS_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
"""Of the first nine digits of a Korean business registration number; the tenth makes the sum a multiple of ten."""


def business_number_sql(text: str) -> str:
    """True where ten digits end in their check digit; ``text`` is SQL of digits and hyphens."""
    digits = f"replace({text}, '-', '')"
    parts = [f"{weight} * {_digit(digits, i + 1)}" for i, weight in enumerate(BUSINESS_WEIGHTS)]
    total = f"({' + '.join(parts)} + {_digit(digits, 9)} * 5 // 10 + {_digit(digits, 10)})"
    return f"coalesce({total} % 10 = 0, false)"


def _digit(digits: str, place: int) -> str:
    return f"try_cast(substr({digits}, {place}, 1) as integer)"


def check_digit_is_right(text: str) -> bool:
    """Whether ten digits, hyphens left out, end in their check digit."""
    digits = [int(one) for one in text if one != "-"]
    total = sum(weight * digit for weight, digit in zip(BUSINESS_WEIGHTS, digits[:9], strict=True))
    return (total + digits[8] * 5 // 10 + digits[9]) % 10 == 0


def postcode_pattern(country: str) -> str:
    """The form of a country's postal codes; raises CheckError for a country that is not on the list."""
    if country not in POSTCODES:
        raise CheckError(
            Problem(
                f"{country!r} is no country whose postal codes gristmill knows.",
                expected=f"Known: {listed(list(POSTCODES), most=20)}.",
                hint=did_you_mean(country.upper(), POSTCODES, otherwise="str_matches takes any pattern"),
            )
        )
    return POSTCODES[country]
