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
}

LEVELS: dict[str, tuple[str, ...]] = {
    "given": ("differs", "similar", "close", "sounds alike", "swapped with surname", "same"),
    "family": ("differs", "similar", "close", "sounds alike", "swapped with given name", "same"),
    "email": ("differs", "same or similar before @", "a typo", "same"),
    "phone": ("differs", "one digit differs", "same"),
    "birth": (
        "differs",
        "about a year apart",
        "same month or two digits differ",
        "a digit differs or day and month swapped",
        "same",
    ),
    "place": ("differs", "a character differs", "postcode or city the same", "same"),
    "address": ("differs", "some words shared", "most words shared", "same"),
    "company": ("differs", "close", "same"),
}
"""Words for the levels of ``unify.comparisons``, level 0 first."""

COLUMNS = tuple(LEVELS)


def waterfall(engine: Engine, left_id: str, right_id: str) -> list[tuple[str, float]]:
    """Labels and weights in bits, in the order they add up, the sum last; empty if the pair was never compared.

    The order of the two ids does not matter. A weight of 0 is silence: a side has no value there.
    """
    left, right = sorted((left_id, right_id))
    levels = ", ".join(f"c.{column}_level" for column in COLUMNS)
    weights = ", ".join(f"s.{column}_weight" for column in COLUMNS)
    found = engine.rows(
        f"select s.prior_weight, s.name_discount, s.household_discount, s.match_weight, s.verdict, s.reason, {levels}, {weights}"
        " from unify.scores as s join unify.comparisons as c"
        " on c.population = 'candidate' and c.left_id = s.left_id and c.right_id = s.right_id"
        " where s.left_id = $left and s.right_id = $right",
        {"left": left, "right": right},
    )
    if not found:
        return []
    prior, namesakes, discount, total, verdict, reason, *rest = found[0]
    steps = [(LABELS["prior"], float(prior))]
    for place, column in enumerate(COLUMNS):
        level, weight = rest[place], float(rest[place + len(COLUMNS)])
        words = "not known on both sides" if level is None else LEVELS[column][level]
        steps.append((f"{LABELS[column]}: {words}", weight))
    if namesakes:
        steps.append(("others of the same full name", float(namesakes)))
    if discount:
        steps.append(("evidence a household shares, counted once", float(discount)))
    steps.append((f"{verdict}: {reason}", float(total)))
    return steps
