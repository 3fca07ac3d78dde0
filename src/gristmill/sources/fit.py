"""How well a column's values fit a canonical column: from -1 (they cannot be that) to 1, with words."""

from __future__ import annotations

from gristmill.sources.evidence import Evidence

_DATES = (
    "birth_date",
    "consent_at",
    "created_at",
    "updated_at",
    "ordered_at",
    "occurred_at",
    "opened_at",
    "closed_at",
)
_NUMBERS = ("amount", "quantity", "unit_price", "cost", "line_no", "satisfaction")
_CONSENTS = ("consent_email", "consent_sms", "consent_phone", "consent_post")
_NAMES = ("full_name", "given_name", "family_name")

Fit = tuple[float, str]
_NEUTRAL: Fit = (0.0, "")


def _scaled(share: float, what: str, *, enough: float = 0.9, least: float = 0.5) -> Fit:
    """From a share of fitting values to a fit: below ``least`` they speak against it."""
    words = f"{share:.0%} {what}"
    if share < least:
        return -1.0, words
    return min(1.0, 0.3 + 0.7 * (share - least) / max(enough - least, 0.01)), words


def fit(entity: str, canonical: str, seen: Evidence) -> Fit:
    """The fit and what was seen, ``98% look like e-mail addresses``; 0 and no words when values cannot tell."""
    if seen.n_filled == 0:
        return _NEUTRAL
    if canonical == "email":
        return _scaled(seen["email"], "look like e-mail addresses", least=0.4)
    if canonical == "phone":
        return _phone(seen)
    if canonical in _DATES:
        return _dates(canonical, seen)
    if canonical in _NUMBERS:
        return _numbers(canonical, seen)
    if canonical in _CONSENTS:
        return _scaled(seen["truth"], "are yes or no", least=0.6)
    if canonical in _NAMES:
        return _names(canonical, seen)
    if canonical in ("source_key", "order_key", "event_key", "ticket_key", "contact_key", "member_no"):
        return _keys(entity, canonical, seen)
    return _words(canonical, seen)


def _phone(seen: Evidence) -> Fit:
    if seen["phone"] >= 0.4 and seen["date"] < 0.3:
        return _scaled(seen["phone"], "look like telephone numbers", least=0.4, enough=0.85)
    if seen["phone_like"] >= 0.5 and seen["date"] < 0.3 and seen.mean_length >= 7:
        # Digits alone could be anything; the name has to say it.
        return 0.4, f"{seen['phone_like']:.0%} could be telephone numbers"
    return -1.0, f"{seen['phone']:.0%} look like telephone numbers"


def _dates(canonical: str, seen: Evidence) -> Fit:
    share = min(1.0, seen["date"] + seen["packed_date"])
    value, words = _scaled(share, "look like dates", least=0.5)
    if value > 0 and canonical == "birth_date" and seen["clock"] > 0.8 and seen["date"] > 0.8:
        return 0.1, words
    return value, words


def _numbers(canonical: str, seen: Evidence) -> Fit:
    if canonical == "satisfaction":
        return (
            (0.5, "few distinct values") if seen.n_distinct <= 20 else _scaled(seen["number"], "are numbers")
        )
    if canonical == "line_no":
        return _scaled(seen["integer"], "are whole numbers", least=0.8)
    return _scaled(seen["number"], "are numbers", least=0.6)


def _names(canonical: str, seen: Evidence) -> Fit:
    if (
        seen["email"] > 0.3
        or seen["digit"] > 0.4
        or seen["date"] > 0.3
        or seen["url"] > 0.3
        or seen.mean_length > 45
    ):
        return -1.0, "its values are no names"
    if seen["letter"] < 0.5:
        return -1.0, "its values hold no letters"
    if canonical != "full_name":
        return 0.3, ""
    if seen["hangul_name"] >= 0.8 and seen.n_distinct > 30 and seen["status"] + seen["truth"] < 0.1:
        return min(0.9, seen["hangul_name"]), f"{seen['hangul_name']:.0%} look like Korean names"
    both = seen["hangul_name"] + seen["person"]
    if both >= 0.5 and seen["company"] < 0.3:
        return 0.5, f"{both:.0%} look like names of people"
    return 0.1, ""


def _keys(entity: str, canonical: str, seen: Evidence) -> Fit:
    if seen["email"] > 0.5 and canonical != "contact_key":
        return -1.0, "its values are e-mail addresses"
    if seen["date"] > 0.6:
        return -1.0, "its values are dates"
    own = {"contacts": "source_key", "orders": "order_key", "events": "event_key", "tickets": "ticket_key"}
    share = seen.share_distinct
    if own.get(entity) == canonical:
        words = "no value repeats" if share == 1 else f"{share:.0%} of its values are distinct"
        if share < 0.7 and seen.n_filled >= 20:
            return -1.0, words
        return (1.0 if share == 1 else 0.5 if share > 0.9 else 0.0), words
    if canonical == "order_key" and seen.n_distinct <= 1 and seen.n_filled > 20:
        return -1.0, "it is always the same"
    if canonical == "contact_key":
        return 0.3, f"{seen.n_distinct:,} distinct values"
    return 0.3, ""


def _words(canonical: str, seen: Evidence) -> Fit:
    """Columns that hold words of a kind."""
    if canonical == "gender":
        return (
            _scaled(seen["gender"], "are words for a gender", least=0.6)
            if seen.n_distinct <= 12
            else (-1.0, "too many values")
        )
    if canonical == "postcode":
        return _scaled(seen["postcode"], "look like postal codes", least=0.4)
    if canonical == "kind":
        return (
            _scaled(seen["event"], "are words for what people do with messages and pages", least=0.3)
            if seen.n_distinct <= 60
            else (-1.0, "too many values")
        )
    if canonical == "url":
        return _scaled(seen["url"], "look like addresses of pages", least=0.4)
    if canonical == "currency":
        return _scaled(seen["currency"], "are currencies", least=0.5)
    if canonical == "country":
        return (
            (seen["country"], f"{seen['country']:.0%} are countries")
            if seen["digit"] < 0.2
            else (-1.0, "its values are no countries")
        )
    if canonical == "address":
        if seen["email"] > 0.3 or seen["url"] > 0.3 or seen["letter"] < 0.4:
            return -1.0, "its values are no postal addresses"
        return (0.5, f"{seen['address']:.0%} look like addresses") if seen["address"] > 0.4 else (0.0, "")
    if canonical == "status":
        if seen["number"] > 0.9 or seen.n_distinct > 60:
            return -1.0, "its values are no states"
        return (0.6, f"{seen['status']:.0%} are words for a state") if seen["status"] > 0.5 else (-0.2, "")
    written = canonical in ("city", "region", "company", "category", "product_name", "topic", "subject")
    if written and (seen["number"] > 0.7 or seen["email"] > 0.5):
        return -1.0, "its values are no words"
    if canonical in ("channel", "acquired_via", "topic") and (seen.n_distinct > 200 or seen["truth"] > 0.9):
        return -1.0, "its values are no channels"
    if canonical == "social_handles":
        return (
            (0.3, "") if seen["handle"] > 0.3 or seen["truth"] < 0.5 else (-1.0, "its values are no handles")
        )
    if canonical == "variant" and seen.n_distinct > 20:
        return -1.0, "too many values for an experiment"
    return _NEUTRAL
