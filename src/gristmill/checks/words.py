"""The sentences of checks. Worded once, here: what the rule says, and what a row did that breaks it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

MOST_VALUES = 8
"""Values a sentence lists before it says how many are left."""


class Wording(NamedTuple):
    """``sentence`` holds of good rows; ``reason`` is told of each failing row."""

    sentence: str
    reason: str


def value(said: Any) -> str:
    """A value as a person writes it: text without quotes, a midnight as a day."""
    isoformat = getattr(said, "isoformat", None)
    if isoformat is None:
        return str(said)
    return str(isoformat(sep=" ") if hasattr(said, "hour") else isoformat()).removesuffix(" 00:00:00")


def values(said: Iterable[Any]) -> str:
    """``a, b, c`` cut after MOST_VALUES."""
    shown = [value(one) for one in said]
    left = len(shown) - MOST_VALUES
    return ", ".join(shown[:MOST_VALUES]) + (f" and {left:,} more" if left > 0 else "")


def percent(share: float) -> str:
    """``0.125`` as ``12.5%``, as the pages write it."""
    return f"{share * 100:.4g}%"


def growth(before: float | None, most: float) -> str:
    """The note of a rule that may not get worse."""
    if before is None:
        return "no run before judged it, so nothing can have grown"
    room = f", and {percent(most)} more is allowed" if most else "; it may not get worse"
    return f"{percent(before)} failed in the runs before{room}"


def not_null(column: str, allowed: float, grows: float | None = None) -> Wording:
    """A value is there; ``allowed`` is the share that may be missing, ``grows`` by how much from the runs before."""
    says = f"{column} is filled in"
    if grows is not None:
        says = f"{column} is filled in as often as in the runs before, give or take {percent(grows)}"
    elif allowed >= 1:
        says = f"{column} is filled in where it is known: gaps are counted"
    if 0 < allowed < 1:
        says += f"; up to {percent(allowed)} may be missing"
    return Wording(says, f"{column} is missing")


def unique(columns: Sequence[str]) -> Wording:
    """No two rows share the value, or the combination of values."""
    names = " and ".join(columns)
    return Wording(f"no two rows share the same {names}", f"another row has the same {names}")


def compared(column: str, sign: str, bound: Any) -> Wording:
    """One column against a fixed value; ``sign`` is one of eq ne gt ge lt le."""
    said = {
        "eq": ("is", "is not"),
        "ne": ("is not", "is"),
        "gt": ("is above", "is not above"),
        "ge": ("is at least", "is below"),
        "lt": ("is below", "is not below"),
        "le": ("is at most", "is above"),
    }[sign]
    return Wording(f"{column} {said[0]} {value(bound)}", f"{column} {said[1]} {value(bound)}")


def in_range(column: str, low: Any, high: Any, *, with_low: bool, with_high: bool) -> Wording:
    """Between two values, saying which end is left out."""
    out = [value(end) for end, inside in ((low, with_low), (high, with_high)) if not inside]
    without = f", without {' and '.join(out)}" if out else ""
    text = f"between {value(low)} and {value(high)}{without}"
    return Wording(f"{column} is {text}", f"{column} is not {text}")


def isin(column: str, allowed: Iterable[Any]) -> Wording:
    """One of a list."""
    return Wording(f"{column} is one of {values(allowed)}", f"{column} is none of the allowed values")


def notin(column: str, forbidden: Iterable[Any]) -> Wording:
    """None of a list."""
    return Wording(f"{column} is none of {values(forbidden)}", f"{column} is a forbidden value")


def pattern(column: str, how: str, text: str) -> Wording:
    """A regular expression; ``how`` is ``starts with`` or ``contains``."""
    said = f"a match of the pattern {text}"
    return Wording(f"{column} {how} {said}", f"{column} has no match of the pattern {text}")


def affix(column: str, how: str, text: str) -> Wording:
    """A fixed beginning or end; ``how`` is ``starts with`` or ``ends with``."""
    return Wording(f"{column} {how} {text}", f"{column} does not {how.replace('s ', ' ', 1)} {text}")


def length(column: str, low: int | None, high: int | None) -> Wording:
    """Number of characters; equal bounds say exactly."""
    if low == high:
        text = f"{low} characters long"
    elif high is None:
        text = f"at least {low} characters long"
    else:
        text = f"at most {high} characters long" if low is None else f"{low} to {high} characters long"
    return Wording(f"{column} is {text}", f"{column} is not {text}")


def exactly(column: str, wanted: Iterable[Any]) -> Wording:
    """The set of values that occur, all of them and no other."""
    text = values(sorted(wanted, key=str))
    return Wording(
        f"the values of {column} are exactly {text}", f"the values of {column} are not exactly {text}"
    )


def email(column: str) -> Wording:
    """Our is_email."""
    return Wording(f"{column} looks like an e-mail address", f"{column} does not look like an e-mail address")


def phone(column: str) -> Wording:
    """Our is_phone."""
    text = "an international phone number such as +821012345678"
    return Wording(f"{column} is {text}", f"{column} is not {text}")


def korean_phone(column: str) -> Wording:
    """Our is_korean_phone."""
    return Wording(f"{column} is a Korean phone number", f"{column} is not a Korean phone number")


def business_number(column: str) -> Wording:
    """Our is_business_number."""
    text = "a Korean business number with a right check digit"
    return Wording(f"{column} is {text}", f"{column} is not {text}")


def postcode(column: str, country: str) -> Wording:
    """Our is_postcode."""
    text = f"the form of a postal code of {country}"
    return Wording(f"{column} has {text}", f"{column} has not {text}")


def plausible_date(column: str, since: str, days: int) -> Wording:
    """Our plausible_date."""
    end = f"{days} days after the day of the run" if days else "the day of the run"
    text = f"a plausible date: from {since} to {end}, and none that stands for an unknown one"
    return Wording(f"{column} is {text}", f"{column} is not {text}")


def fresh(column: str, days: int) -> Wording:
    """Our fresh."""
    text = f"at most {days} days before the day of the run"
    return Wording(f"the newest {column} is {text}", f"the newest {column} is not {text}")


def drift(column: str, most: float) -> Wording:
    """Our drift."""
    text = f"much as in the run before (population stability index at most {most:g})"
    return Wording(
        f"the values of {column} are spread {text}", f"the values of {column} are not spread {text}"
    )


def same_categories(column: str, new: int, gone: int) -> Wording:
    """Our same_categories."""
    if not new and not gone:
        return Wording(
            f"{column} has the same values as in the run before",
            f"{column} has not the same values as in the run before",
        )
    text = f"at most {new:,} new values and {gone:,} gone since the run before"
    return Wording(f"{column} has {text}", f"{column} does not have {text}")


def row_count_band(share: float, runs: int) -> Wording:
    """Our row_count_band."""
    text = f"within {percent(share)} of the median of the last {runs} runs"
    return Wording(f"the number of rows is {text}", f"the number of rows is not {text}")


def dependency(on: Sequence[str], column: str) -> Wording:
    """Our functional_dependency."""
    names = " and ".join(on)
    return Wording(
        f"rows with the same {names} have the same {column}",
        f"{column} is not what most rows with the same {names} have",
    )


def across_sources(column: str) -> Wording:
    """Our unique_across_sources."""
    return Wording(f"no two sources share the same {column}", f"another source has the same {column}")


def conditional(text: str) -> Wording:
    """Our conditional, in its author's words."""
    _, _, rest = text.partition(" ")
    when, _, then = re.sub(r"\s+then\s+", "\0", rest, count=1, flags=re.IGNORECASE).partition("\0")
    return Wording(f"when {when}, then {then}", f"{when}, but not: {then}")


def not_in_future(column: str, days: int) -> Wording:
    """Our not_in_future; ``days`` after the day of the run are allowed."""
    when = f"more than {days} days after the day of the run" if days else "after the day of the run"
    return Wording(f"{column} is not {when}", f"{column} is {when}")


def refers_to(column: str, relation: str, other: str) -> Wording:
    """Our refers_to."""
    return Wording(f"{column} is known in {relation}", f"no row of {relation} has this {other}")


def row_rule(left: str, sign: str, right: str, *, time: bool) -> Wording:
    """Two columns of one row; ``time`` says later and earlier instead of more and less."""
    more, less = ("after", "before") if time else ("more than", "less than")
    said = {"<=": f"not {more}", "<": less, ">=": f"not {less}", ">": more, "=": "the same as"}
    text = said.get(sign, "other than")
    broken = text.removeprefix("not ") if text.startswith("not ") else f"not {text}"
    return Wording(f"{left} is {text} {right}", f"{left} is {broken} {right}")


def row_count(low: int | None, high: int | None) -> Wording:
    """Our row_count."""
    if low is None:
        text = "any number of rows" if high is None else f"at most {high:,} rows"
    else:
        text = f"at least {low:,} rows" if high is None else f"{low:,} to {high:,} rows"
    return Wording(f"there are {text}", f"there are not {text}")


def required(column: str) -> Wording:
    """The column exists."""
    return Wording(f"there is a column {column}", f"there is no column {column}")


def dtype(column: str, wanted: str) -> Wording:
    """The stored type fits the schema's."""
    return Wording(f"{column} is stored as {wanted}", f"{column} is not stored as {wanted}")


def readable(column: str, wanted: str) -> Wording:
    """What is stored can be converted to the schema's type."""
    return Wording(f"{column} can be read as {wanted}", f"{column} cannot be read as {wanted}")


def only_columns() -> Wording:
    """Pandera's strict."""
    return Wording("there are no columns but those of the schema", "there are other columns")


def in_order() -> Wording:
    """Pandera's ordered."""
    return Wording("the columns stand in the order of the schema", "the columns stand in another order")


def own(subject: str, name: str, description: str | None = None) -> Wording:
    """What its author says of a check, the first line of it, or else its name beside the subject."""
    said = (description or "").strip().splitlines()
    text = said[0].rstrip(".") if said else f"{subject}: {name}"
    return Wording(text, f"does not hold: {text}")


def audit(sentence: str) -> str:
    """The first line of a query for wrong rows, as the check that there are none."""
    said = sentence.strip().rstrip(".")
    # "Orders without lines" → "no orders without lines"; "URLs …" keeps its capitals.
    return f"no {said[:1].lower() if said[1:2].islower() or said[1:2] == '-' else said[:1]}{said[1:]}"
