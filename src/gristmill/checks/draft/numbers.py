"""What is drafted for columns of numbers and of dates: between which bounds they lie, and which lie outside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from gristmill.checks.draft import forms
from gristmill.checks.draft.evidence import Column, Rule

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - moments of the database have no zone
_SPIKE = 5
"""So many rows at the largest number, where no other number stands nearly as often, are a cap or a stand-in."""


def number_rules(one: Column, type_: str) -> list[Rule]:
    """A range, with what lies outside of it said to be suspicious."""
    seen = one.numbers
    if not seen:
        return []
    low, high = float(seen["least"]), float(seen["greatest"])
    reasons: list[str] = []
    n_rows = int(seen["n_rows"])
    if type_ != "time":
        if 0 < seen["n_negative"] <= 0.005 * n_rows and seen["q01"] >= 0 and one.filled >= 100:
            reasons.append(f"{seen['n_negative']:,} of {n_rows:,} are negative")
            low = 0.0
        if (
            forms.says_percent(one.name)
            and 0 < seen["n_above_hundred"] <= 0.01 * n_rows
            and seen["q99"] <= 100
        ):
            reasons.append(f"{seen['n_above_hundred']:,} of {n_rows:,} are above 100 %")
            high = 100.0
    found: dict[int, float] = {}
    for gap in one.profile.outliers.get(one.number, ()):
        bound = float(gap["bound"])
        side = "above" if gap["side"] > 0 else "below"
        reasons.append(f"{gap['n_beyond']:,} of {n_rows:,} stand apart, {side} {_said(bound, type_)}")
        found[gap["side"]] = bound
    for end, bound, said in _rare_ends(one, n_rows):
        if end not in found:
            reasons.append(said)
            found[end] = bound
    low = max(low, found.get(-1, low))
    high = min(high, found.get(1, high))
    rules = [_range(low, high, type_, reasons, exact=bool(found))]
    if _is_spiked(seen, n_rows) and not found:
        said = f"{seen['n_greatest']:,} of {n_rows:,} rows hold the largest number, {forms.number(seen['greatest'])}, which no other number does nearly as often: a cap or a stand-in"
        rules.append(Rule(check="note", evidence=said, suspicious=True))
    return rules


def _said(bound: float, type_: str) -> str:
    return forms.day(_moment(bound)) if type_ == "time" else forms.number(bound)


def _moment(days: float) -> dt.datetime:
    return _EPOCH + dt.timedelta(days=days)


def _range(low: float, high: float, type_: str, reasons: Sequence[str], *, exact: bool) -> Rule:
    ends: tuple[Any, Any]
    if type_ == "time":
        ends = (f"{_moment(low).year}-01-01", f"{_moment(high).year + 1}-01-01")
        if exact:
            ends = (
                _moment(low).isoformat(sep=" ").removesuffix(" 00:00:00"),
                _moment(high).isoformat(sep=" ").removesuffix(" 00:00:00"),
            )
    else:
        least = 0.0 if low >= 0 else -forms.above(-low)
        most = forms.above(high) if high > 0 else 0.0
        if exact or (high == 100 and reasons):
            most = high
            least = low if low < 0 or exact else least
        ends = (
            (int(least), int(most))
            if type_ == "int" and abs(most) < 2**62 and abs(least) < 2**62
            else (least, most)
        )
    return Rule(check="in_range", value=ends, evidence="; ".join(reasons), suspicious=bool(reasons))


def _rare_ends(one: Column, n_rows: int) -> list[tuple[int, float, str]]:
    """Of a column of few numbers, all frequent: a rare one beyond them, as a 6 among ratings from 1 to 5."""
    counted = sorted(
        (float(row["value"]), int(row["n"])) for row in one.values if forms.reads_as_number(row["value"])
    )
    if len(counted) < 4:
        return []
    found = []
    for side, ordered in ((-1, counted), (1, counted[::-1])):
        for i in range(min(3, len(ordered) - 3)):
            rest = [n for _, n in ordered[i + 1 :]]
            beyond = sum(n for _, n in ordered[: i + 1])
            if beyond * 20 <= min(rest) and beyond <= 0.01 * n_rows and min(rest) * 20 >= max(rest):
                bound = ordered[i + 1][0]
                word = "above" if side > 0 else "below"
                found.append(
                    (
                        side,
                        bound,
                        f"{beyond:,} of {n_rows:,} are {word} {forms.number(bound)}, where every other number is frequent",
                    )
                )
    return found


def _is_spiked(seen: Any, n_rows: int) -> bool:
    greatest = float(seen["greatest"])
    return bool(
        seen["n_points"] >= 50
        and seen["n_greatest"] >= _SPIKE
        and seen["n_greatest"] >= _SPIKE * seen["n_often"]
        and greatest not in (1.0, 100.0)
        and n_rows >= 100
    )
