"""Which values of a column do not look like what it should hold, as SQL: counted over all rows, in the database.

The same patterns tell columns apart by a sample; here they say how many values a person should look at before they
are mapped. What a run makes of each is in ``clean.changes`` once it has run.
"""

from __future__ import annotations

from gristmill.entities import ENTITIES, literal
from gristmill.sources.evidence import BLANKS, PATTERNS

_BY_NAME: dict[str, tuple[tuple[str, ...], str]] = {
    "email": (("email",), "do not look like e-mail addresses"),
    "phone": (("phone", "phone_like"), "do not look like telephone numbers"),
    "postcode": (("postcode",), "do not look like postal codes"),
    "gender": (("gender",), "are no word for a gender"),
    "kind": (("event",), "are no word for what people do with messages and pages"),
    "currency": (("currency",), "are no currency"),
}
_DATE = (("date", "packed_date"), "do not look like dates")
_NUMBER = (("number",), "are no numbers")
_BY_TYPE: dict[str, tuple[tuple[str, ...], str]] = {
    "DATE": _DATE,
    "TIMESTAMP": _DATE,
    "BOOLEAN": (("truth",), "are neither yes nor no"),
    "DOUBLE": _NUMBER,
    "BIGINT": _NUMBER,
}


def filled(text: str) -> str:
    """SQL that is true where the text is there and does not stand for nothing, as ``-`` and ``N/A`` do."""
    longest = max(map(len, BLANKS))
    blank = f"lower(trim({text})) in ({', '.join(map(literal, BLANKS))})"
    # Most values are longer than every blank, and a length costs less than to compare; a Hangul syllable has three bytes.
    return f"({text} is not null and not (strlen(trim({text})) <= {3 * longest} and {blank}))"


def unlike(entity: str, canonical: str, text: str) -> tuple[str, str] | None:
    """SQL that is true where a filled text does not look like the column, and in words what that means; None where any text does."""
    type_ = ENTITIES[entity][canonical].type
    known = _BY_NAME.get(canonical) or _BY_TYPE.get("DOUBLE" if type_.startswith("DECIMAL") else type_)
    if known is None:
        return None
    patterns, words = known
    wanted = "|".join(f"(?:{PATTERNS[name]})" for name in patterns)
    return f"not regexp_matches(lower(trim({text})), {literal(wanted)})", words
