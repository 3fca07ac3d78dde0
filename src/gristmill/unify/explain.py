"""Why two records are, or are not, one customer: the weights of their pair, in words."""

from __future__ import annotations

from gristmill.engine import Engine

LABELS = {
    "prior": "before looking",
    "given": "given name",
    "family": "surname",
    "email": "e-mail",
    "phone": "phone",
    "birth": "birth date",
    "place": "postcode and city",
    "address": "address",
    "company": "company",
    **{
        f"{kind}_{i}": f"{kind} {i}"
        for kind, n in (("text", 3), ("code", 4), ("number", 2))
        for i in range(1, n + 1)
    },
}

_TEXT = (
    "differs",
    "few words shared",
    "some words shared",
    "alike, but each has a number of its own",
    "most words shared",
    "nearly the same",
    "same",
)
_CODE = ("differs", "a character differs or one begins with the other", "same")
_NUMBER = ("differs", "near", "very near", "same")

LEVELS: dict[str, tuple[str, ...]] = {
    "given": ("differs", "similar", "close", "sounds alike", "swapped with surname", "same"),
    "family": ("differs", "similar", "close", "sounds alike", "swapped with given name", "same"),
    "email": ("differs", "same or similar before @", "a typo", "same"),
    "phone": ("differs", "one digit differs", "same"),
    "birth": (
        "differs",
        "about a year apart",
        "same month or two digits differ",
        "same day of another year",
        "a digit differs or day and month swapped",
        "same",
    ),
    "place": ("differs", "a character differs", "postcode or city the same", "same"),
    "address": ("differs", "some words shared", "most words shared", "same"),
    "company": ("differs", "close", "same"),
    **dict.fromkeys(("text_1", "text_2", "text_3"), _TEXT),
    **dict.fromkeys(("code_1", "code_2", "code_3", "code_4"), _CODE),
    **dict.fromkeys(("number_1", "number_2"), _NUMBER),
}
"""Words for the levels of ``unify.comparisons``, level 0 first."""

COLUMNS = tuple(LEVELS)
EXTRAS = tuple(column for column in COLUMNS if column[-1].isdigit())
"""Weighed in ``unify.evidence_weights``; all others in ``unify.scores``."""


def waterfall(engine: Engine, left_id: str, right_id: str) -> list[tuple[str, float]]:
    """Labels and weights in bits, in the order they add up, the sum last; empty if the pair was never compared.

    The order of the two ids does not matter. A weight of 0 is silence: a side has no value there.
    """
    left, right = sorted((left_id, right_id))
    levels = ", ".join(f"c.{column}_level" for column in COLUMNS)
    weights = ", ".join(
        f"coalesce(x.{column}_weight, 0)" if column in EXTRAS else f"s.{column}_weight" for column in COLUMNS
    )
    found = engine.rows(
        f"select s.prior_weight, s.name_discount, s.household_discount, coalesce(x.sibling_discount, 0), s.match_weight, s.verdict, s.reason, {levels}, {weights}"
        " from unify.scores as s join unify.comparisons as c"
        " on c.population = 'candidate' and c.left_id = s.left_id and c.right_id = s.right_id"
        " left join unify.evidence_weights as x on x.left_id = s.left_id and x.right_id = s.right_id"
        " where s.left_id = $left and s.right_id = $right",
        {"left": left, "right": right},
    )
    if not found:
        return []
    prior, namesakes, discount, series, total, verdict, reason, *rest = found[0]
    steps = [(LABELS["prior"], float(prior))]
    for place, column in enumerate(COLUMNS):
        level, weight = rest[place], float(rest[place + len(COLUMNS)])
        if level is None and column in EXTRAS:
            continue  # most tables have none of these
        words = "not known on both sides" if level is None else LEVELS[column][level]
        steps.append((f"{LABELS[column]}: {words}", weight))
    if namesakes:
        steps.append(("others of the same full name", float(namesakes)))
    if series:
        steps.append(("evidence a series shares, counted once", float(series)))
    if discount:
        steps.append(("evidence a household shares, counted once", float(discount)))
    steps.append((f"{verdict}: {reason}", float(total)))
    return steps
