"""What is drafted for one column: a type and few rules, each with what speaks for it.

A rule is firm when no value looked at breaks it. It is suspicious when nearly all values keep it and a
few do not: those few are how errors are found without any configuration.
"""

from __future__ import annotations

from gristmill.checks.draft import forms
from gristmill.checks.draft.evidence import RARE, STRONG, Column, Drafted, Rule, percent
from gristmill.checks.draft.numbers import number_rules
from gristmill.checks.draft.profile import Profile, is_plain
from gristmill.checks.draft.texts import text_rules


def column(profile: Profile, number: int, personal: str = "none") -> Drafted:
    """Draft one column of a profile; ``personal`` is the kind of personal data in it."""
    one = Column(profile, number, personal)
    if not is_plain(one.stored):
        return Drafted(
            number,
            "any",
            is_coerced=False,
            evidence=f"{one.stored.type}: only gaps are checked",
            rules=tuple(_gaps(one)),
        )
    type_, coerced, wrong = _type(one)
    rules = [*_gaps(one), *wrong, *_unique(one, type_), *_digits(one)]
    if one.filled:
        if type_ in ("int", "float", "time"):
            rules += number_rules(one, type_)
        elif type_ == "str":
            rules += text_rules(one)
    return Drafted(number, type_, coerced, _evidence(one), tuple(rules))


def _evidence(one: Column) -> str:
    n = one.profile.n_sampled
    parts = [
        "all filled in"
        if not one.missing
        else f"{percent(one.missing, n)} missing"
        if one.filled
        else "never filled in"
    ]
    if one.filled:
        parts.append(f"{one.distinct:,} distinct")
    if one.numbers and one["n_number"]:
        parts.append(f"from {forms.number(one.numbers['least'])} to {forms.number(one.numbers['greatest'])}")
    elif one["n_moment"]:
        parts.append(f"from {forms.day(one['min_moment'])} to {forms.day(one['max_moment'])}")
    elif one.filled:
        low, high = one["min_letters"], one["max_letters"]
        parts.append(f"{low} characters" if low == high else f"{low} to {high} characters")
    return ", ".join(parts)


def _gaps(one: Column) -> list[Rule]:
    n = one.profile.n_sampled
    if not n or one.stored.type.upper() == '"NULL"':
        return []
    if not is_plain(one.stored):
        return []
    if not one.missing:
        return [Rule(check="nullable", value=False)]
    if one.missing <= RARE * n and n >= 2 * STRONG:
        said = f"{one.missing:,} of {n:,} rows are not filled in"
        return [Rule(check="nullable", value=False, evidence=said, suspicious=True)]
    return []


def _type(one: Column) -> tuple[str, bool, list[Rule]]:
    stored = {
        "integer": "int",
        "float": "float",
        "double": "float",
        "decimal": "float",
        "boolean": "bool",
        "date": "time",
        "timestamp": "time",
    }
    if one.family != "text":
        return stored.get(one.family, "any"), one.family not in ("boolean", "other"), []
    if not one.filled:
        return "str", False, []
    judged = one.filled - int(one["n_placeholder"])
    if (
        not judged
        or one["n_padded"]
        or forms.says_code(one.name)
        or one.personal in ("phone", "postcode", "email")
    ):
        return "str", False, []
    for fits, type_, what in (
        ("n_number", "int" if one["n_integer"] == one["n_number"] else "float", "numbers"),
        ("n_moment", "time", "dates"),
    ):
        n_other = one.filled - int(one[fits])
        if not n_other or (
            one[fits] >= 0.97 * judged and judged >= STRONG and _may_be_wrong(one, fits, judged)
        ):
            if type_ == "time" and not _is_one_form(one):
                return "str", False, []
            if not n_other:
                return type_, True, []
            said = f"{n_other:,} of {one.filled:,} values are no {what}: {one.shown(_others(one, fits))}"
            return type_, True, [Rule(check="dtype", evidence=said, suspicious=True)]
    if forms.says_key(one.name) or one.personal == "id":
        return "str", False, []
    if one["n_measure"] and one["n_number"] + one["n_measure"] >= 0.97 * judged and judged >= STRONG:
        n_ways = int(one["n_affixes"]) + bool(one["n_number"])
        if n_ways > 1:
            said = f"{one.filled - int(one['n_number']):,} of {one.filled:,} values have more than a number, written in {n_ways} ways: {one.shown([row['least'] for row in one.shapes])}"
            return "float", True, [Rule(check="dtype", evidence=said, suspicious=True)]
    return "str", False, []


def _may_be_wrong(one: Column, fits: str, judged: int) -> bool:
    """Whether what cannot be read is few, or stands for nothing; dates in another form are found by their mask."""
    return judged - int(one[fits]) <= 0.03 * judged


def _others(one: Column, fits: str) -> list[str]:
    """Examples of masks that are not of the type; digits alone may be a value of no other kind."""
    is_number = fits == "n_number"
    return [
        row["least"]
        for row in one.masks
        if forms.reads_as_number(row["least"]) is not is_number
        if is_number or not forms.is_iso(row["mask"])
    ] or [row["least"] for row in one.masks[1:]]


def _is_one_form(one: Column) -> bool:
    """Dates that pandas and the database read alike: one mask without a zone, within the centuries of nanoseconds."""
    dated = [row["mask"] for row in one.masks if forms.is_iso(row["mask"])]
    low, high = one["min_moment"], one["max_moment"]
    plain = (
        len(dated) == 1
        and "+" not in dated[0]
        and "Z" not in dated[0]
        and dated[0].count("-") == 2
        and "A" not in dated[0][11:]
    )
    return plain and low.year >= 1700 and high.year <= 2250


def _unique(one: Column, type_: str) -> list[Rule]:
    """Candidate keys: as many values as rows, where that is no accident of long or precise values."""
    if (
        one.filled < 10
        or one["n_dated"]
        or one["max_letters"] > 64
        or type_ in ("float", "time", "bool", "any")
        or one.near
    ):
        return []
    doubled = int(one["n_repeats"])
    named = forms.says_key(one.name)
    if not doubled:
        sure = (
            named
            or one["n_uuid"] == one.filled
            or _is_counted(one)
            or (
                one.filled >= STRONG
                and len(one.shapes) <= 2
                and one["mean_blanks"] == 0
                and one["n_digit"] == one.filled
                and not one["n_email"]
                and one.personal != "phone"
            )
        )
        return (
            [Rule(check="unique", value=True)]
            if sure and one.personal not in ("name", "address", "free_text")
            else []
        )
    n_rows = one.profile.n_rows
    if one.profile.n_sampled < n_rows or not one.is_few(doubled):
        return []
    if _is_counted(one) or one["n_uuid"] >= 0.99 * one.filled or _is_unlikely(one, doubled, named=named):
        said = f"{doubled:,} of {one.filled:,} values stand more than once"
        return [Rule(check="unique", value=True, evidence=said, suspicious=True)]
    return []


def _is_counted(one: Column) -> bool:
    """Whole numbers without large gaps: a counter."""
    if not one.numbers or one["n_integer"] < 0.99 * one.filled or one.distinct < STRONG:
        return False
    width = one.numbers["greatest"] - one.numbers["least"] + 1
    return bool(one.distinct >= 0.95 * width)


def _is_unlikely(one: Column, doubled: int, *, named: bool) -> bool:
    """Whether random codes of this form would hardly ever meet by chance so often."""
    top = one.masks[0] if one.masks else None
    if (
        top is None
        or one["mean_blanks"] > 0
        or one["n_email"]
        or one.personal in ("name", "phone", "postcode", "address")
    ):
        return False
    digits_only = not one["n_letter"]
    if digits_only and not named:
        return False
    shape = one.shapes[0]
    if shape["n"] < 0.2 * one.filled and not named:
        return False
    room = forms.room(top["mask"])
    expected = one.filled * one.filled / (2 * room)
    return doubled >= 3 and doubled > 5 * expected + 2 if room else named


def _digits(one: Column) -> list[Rule]:
    """Numbers left out of a series, and digits at the end that do not fit the others."""
    rules = []
    for row in one.profile.series.get(one.number, ()):
        if 0 < row["n_gaps"] <= RARE * one.filled and one.profile.n_sampled == one.profile.n_rows:
            said = f"counts up by one, but {row['n_skipped']:,} numbers are left out in {row['n_gaps']:,} places, first after {row['after']:.0f}"
            rules.append(Rule(check="note", evidence=said, suspicious=True))
    for row in one.profile.check_digits.get(one.number, ()):
        # By chance a tenth of all codes would fit.
        if row["n"] >= 0.9 * one.filled and 0 < row["n_wrong"] <= RARE * row["n"]:
            said = f"{row['n_wrong']:,} of {row['n']:,} do not end in the check digit (Luhn) that all others end in"
            rules.append(Rule(check="note", evidence=said, suspicious=True))
            break
    return rules
