"""What is drafted for columns of text: a form, a set of values, and values that look like an error of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gristmill.checks.draft import forms
from gristmill.checks.draft.evidence import RARE, STRONG, Column, Rule
from gristmill.checks.draft.profile import MOST_CHARACTERS

MOST_ALLOWED = 30
"""Values of a set that is written down."""
MOST_FORBIDDEN = 300
"""Suspected misspellings of a column that are written down."""
_KINDS = {
    "n_email": ("is_email", True, "e-mail addresses"),
    "n_url": ("str_matches", r"(?:[a-z]{3,5}://|www\.)\S+\Z", "URLs"),
    "n_uuid": ("str_matches", r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z", "UUIDs"),
}
_PLAIN = r"[^\n\t<>{}\[\]|\\^~@*=$`]"
"""Signs that stand in names and titles."""


def text_rules(one: Column) -> list[Rule]:
    """At most one rule on the form, one on what is allowed or forbidden, one on the length."""
    known = _kind(one) or _international(one)
    if known:
        return known
    allowed = _set(one)
    if allowed:
        return allowed
    found = _stand_ins(one) or _unlike_others(one)
    form = _postcode(one) or _form(one) or _letters(one) or _spaces(one)
    found += form
    if not any(rule.check == "str_matches" for rule in form) and one["max_letters"] < MOST_CHARACTERS:
        found.append(_length(one))
    return found


def _kind(one: Column) -> list[Rule]:
    for count, (check, value, what) in _KINDS.items():
        n_other = one.filled - int(one[count])
        if one.filled < 5 or n_other > 0.05 * one.filled or (n_other and one.filled < STRONG):
            continue
        said = ""
        if n_other:
            said = f"{n_other:,} of {one.filled:,} values are no {what}: {one.shown(_odd_masks(one, count))}"
        return [Rule(check=check, value=value, evidence=said, suspicious=bool(n_other))]
    return []


def _international(one: Column) -> list[Rule]:
    """Phone numbers as they are dialled from anywhere: a plus and digits."""
    top = one.shapes[0]
    left = one.filled - int(top["n"])
    if top["mask"] != "+9" or one.filled < STRONG or (left and not one.is_few(left)):
        return []
    said = f"{left:,} of {one.filled:,} are written otherwise" if left else ""
    return [Rule(check="is_phone", value=True, evidence=said, suspicious=bool(left))]


def _odd_masks(one: Column, count: str) -> list[str]:
    sign = {"n_email": "@", "n_url": "/", "n_uuid": "-"}[count]
    return [row["least"] for row in one.masks[::-1] if sign not in row["mask"]] or [one.masks[-1]["least"]]


# -- few values ---------------------------------------------------------------------------------------


def _set(one: Column) -> list[Rule]:
    """The values that are allowed, where there are few; rare ones beside frequent ones are suspicious."""
    if (
        not one.values
        or one.filled < STRONG
        or one["max_letters"] > 80
        or one.personal in ("name", "email", "phone", "address")
    ):
        return []
    counted = [(str(row["value"]), int(row["n"])) for row in one.values]
    wrong = {
        row["value"]: f"{row['value']!r} for {row['meant']!r}"
        for row in one.near
        if row["share_odd"] >= 0.5 and row["n"] * 10 <= row["n_meant"]
    }
    for value, n in _rare(counted, one.filled):
        wrong.setdefault(value, f"{value!r} ({n:,})")
    allowed = [value for value, _ in counted if value not in wrong]
    if not allowed or len(allowed) > MOST_ALLOWED or one.filled < 10 * len(allowed):
        return []
    said = ""
    if wrong:
        n_wrong = sum(n for value, n in counted if value in wrong)
        said = (
            f"{n_wrong:,} of {one.filled:,} values are rare among frequent ones: {', '.join(list(wrong.values())[:4])}"
            + (" …" if len(wrong) > 4 else "")
        )
    return [Rule(check="isin", value=sorted(allowed), evidence=said, suspicious=bool(wrong)), *_late(one)]


def _rare(counted: Sequence[tuple[str, int]], filled: int) -> list[tuple[str, int]]:
    """The values below the one gap that is wider than all frequent values are apart; none where there is no such gap."""
    left = filled
    for k in range(1, len(counted)):
        left -= counted[k - 1][1]
        above, below = counted[k - 1][1], counted[k][1]
        if (
            k >= 3
            and left <= RARE * filled
            and above >= 10 * below
            and above * above >= counted[0][1] * below
        ):
            return list(counted[k:])
    return []


def _late(one: Column) -> list[Rule]:
    """Values that stand only behind some row, before which the others stand all over: what is recorded has changed."""
    profile = one.profile
    if not profile.has_order or profile.n_rows < 1000:
        return []
    end = profile.n_rows
    late = [row for row in one.values if row["n"] >= STRONG and row["first_no"] >= 0.3 * end]
    if not late:
        return []
    start = min(row["first_no"] for row in late)
    # In a sorted table every value has rows of its own; here the old ones fill the rows before, the new ones all behind.
    old = [row for row in one.values if row["first_no"] <= 0.1 * start and row["last_no"] >= 0.9 * start]
    is_new = all(
        row["first_no"] - start <= 0.1 * (end - start) and row["last_no"] >= start + 0.9 * (end - start)
        for row in late
    )
    if (
        len(old) < 2
        or not is_new
        or sum(row["n"] for row in old) + sum(row["n"] for row in late) < 0.9 * one.filled
    ):
        return []
    said = f"{one.shown([row['value'] for row in late])} only from row {start:,} of {end:,} on: what the column holds has changed"
    return [Rule(check="note", evidence=said, suspicious=True)]


# -- values unlike the others ---------------------------------------------------------------------------


def _unlike_others(one: Column) -> list[Rule]:
    """Misspellings of frequent values, and words that stand for nothing, as a list of what is forbidden."""
    if one.personal in ("email", "phone"):
        return []
    found: dict[str, str] = {}
    n = 0
    for row in one.near:
        sure = row["share_odd"] >= (0.5 if one.personal != "name" else 2)
        if sure and (row["how"] != "blanks" or row["n"] * 10 <= row["n_meant"]):
            found[row["value"]] = f"{row['value']!r} for {row['meant']!r}"
            n += int(row["n"])
    if not found or n > 0.1 * one.filled:
        return []
    said = (
        f"{n:,} of {one.filled:,} values are hardly ever written so: {', '.join(list(found.values())[:SHOWN_PAIRS])}"
        + (" …" if len(found) > SHOWN_PAIRS else "")
    )
    if len(found) > MOST_FORBIDDEN:
        return [Rule(check="note", evidence=said, suspicious=True)]
    return [Rule(check="notin", value=sorted(found), evidence=said, suspicious=True)]


SHOWN_PAIRS = 2


def _postcode(one: Column) -> list[Rule]:
    """Postal codes of one length that lost a zero at their beginning when somebody read them as numbers."""
    if not forms.says_postcode(one.name) or len(one.masks) < 2 or one["n_padded"]:
        return []
    first, second = one.masks[0], one.masks[1]
    if (
        first["mask"] in ("99999", "999999")
        and second["mask"] == first["mask"][1:]
        and first["n"] + second["n"] >= 0.98 * one.filled
    ):
        said = f"{second['n']:,} of {one.filled:,} have one digit less and none begins with 0: zeros are lost"
        return [
            Rule(
                check="str_matches",
                value=forms.pattern([first["mask"]], is_short=False),
                evidence=said,
                suspicious=True,
            )
        ]
    return []


def _stand_ins(one: Column) -> list[Rule]:
    """Postal codes of zeros or nines alone, which no country has given out."""
    found = [row for row in one.near_codes if row["n"] <= RARE * one.filled]
    if not found:
        return []
    n = sum(int(row["n"]) for row in found)
    said = f"{n:,} of {one.filled:,} are stand-ins: {', '.join(repr(row['value']) for row in found)}"
    return [Rule(check="notin", value=sorted(row["value"] for row in found), evidence=said, suspicious=True)]


def _form(one: Column) -> list[Rule]:
    """One mask that nearly all values have, or few that all have."""
    if one.filled < 20 or one["mean_blanks"] > 4 or one.distinct < 5:
        return []
    for rows, is_short in ((one.masks, False), (one.shapes, True)):
        for k in (1, 2, 3, 4):
            chosen = rows[:k]
            if (
                len(chosen) < k
                or chosen[-1]["n"] < 0.02 * one.filled
                or not all(forms.is_writable(row["mask"]) for row in chosen)
            ):
                break
            left = one.filled - sum(int(row["n"]) for row in chosen)
            if left and not (one.is_few(left) and _is_telling(one, chosen)):
                continue
            if not left and not _is_telling(one, chosen):
                break
            return _written(one, rows, k, left, is_short=is_short)
    return []


def _is_telling(one: Column, chosen: Sequence[Any]) -> bool:
    """Letters alone are words, and words have any length and case; codes have digits or signs in every value."""
    return all(
        any(not char.isalpha() and char not in " '’.-" for char in row["mask"]) for row in chosen
    ) and (not any("가" in row["mask"] for row in chosen) or one["mean_letters"] <= 20)


def _written(one: Column, rows: Sequence[Any], k: int, left: int, *, is_short: bool) -> list[Rule]:
    chosen = rows[:k]
    said = ""
    if left:
        said = f"{left:,} of {one.filled:,} are written otherwise: {one.shown([row['least'] for row in rows[k:]])}"
    mixed = _mixed(one)
    return [
        Rule(
            check="str_matches",
            value=forms.pattern([row["mask"] for row in chosen], is_short=is_short),
            evidence=said,
            suspicious=bool(left),
        ),
        *mixed,
    ]


def _mixed(one: Column) -> list[Rule]:
    """The same digits written in several ways."""
    often = [row for row in one.shapes if row["n"] >= 0.02 * one.filled]
    if (
        len(often) < 2
        or one["n_letter"] > RARE * one.filled
        or all(row["mask"].startswith("+") for row in often)
    ):
        return []
    shares = ", ".join(
        f"{row['least'] if one.personal == 'none' else forms.hidden(row['least'])!r} {100 * row['n'] / one.filled:.0f} %"
        for row in often
    )
    return [Rule(check="note", evidence=f"written in {len(often)} ways: {shares}", suspicious=True)]


def _letters(one: Column) -> list[Rule]:
    """Words and names without digits or strange signs, but for a few."""
    if one.filled < 4 * STRONG or one["mean_blanks"] > 4 or one["n_letter"] < 0.98 * one.filled:
        return []
    n_digit, n_odd = int(one["n_digit"]), int(one["n_odd"])
    without = []
    if 0 < n_digit <= 0.5 * RARE * one.filled:
        without.append((n_digit, "a digit", "0-9"))
    if not without:
        return []
    del n_odd
    said = "; ".join(f"{n:,} of {one.filled:,} have {what}" for n, what, _ in without)
    signs = "".join(sign for _, _, sign in without)
    examples = [row["least"] for row in one.masks[::-1] if "9" in row["mask"]]
    if examples:
        said += f": {one.shown(examples)}"
    return [Rule(check="str_matches", value=rf"[^{signs}]*\Z", evidence=said, suspicious=True)]


def _spaces(one: Column) -> list[Rule]:
    n = int(one["n_spaced"])
    if not one.is_few(n):
        return []
    said = f"{n:,} of {one.filled:,} have needless blanks"
    return [Rule(check="str_matches", value=r"\S+(?:\s\S+)*\Z", evidence=said, suspicious=True)]


def _length(one: Column) -> Rule:
    low = 1 if one["min_letters"] else 0
    return Rule(
        check="str_length", value={"min_value": low, "max_value": int(forms.above(one["max_letters"]))}
    )
