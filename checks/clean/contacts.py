"""What clean.contacts promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column

GAPS = {"not_null": 0.05}
"""What may be missing is missing as often as in the runs before, give or take five points: more is a broken export."""


class Contacts(pa.DataFrameModel):
    """Contacts: a record about a person or company, as one system knows them, cleaned.

    One row a record; the same person may have several, which unify.customers brings together.
    """

    contact_id: str = column(
        "the record: system and key, or its place in the file", pii="id", key=True, unique=True
    )
    source_key: str = column("key of the record in its own system", pii="id")
    member_no: str = column("number printed on a membership or loyalty card", pii="id")
    full_name: str = column(
        "whole name as one text", pii="name", str_length={"max_value": 200}, max_missing=1.0, max_growth=GAPS
    )
    given_name: str = column("first name", pii="name")
    family_name: str = column("surname", pii="name")
    company: str = column("name of the company", pii="company")
    email: str = column("e-mail address", pii="email", is_email=True, max_missing=1.0, max_growth=GAPS)
    phone: str = column("telephone number", pii="phone", is_phone=True, max_missing=1.0, max_growth=GAPS)
    birth_date: pd.Timestamp = column(
        "day of birth",
        pii="birth_date",
        ge="1900-01-01",
        not_in_future=True,
        max_missing=1.0,
        max_growth=GAPS,
    )
    gender: str = column("female, male or other", isin=["female", "male", "other"])
    postcode: str = column(
        "postal code", pii="postcode", str_length=(3, 10), max_missing=1.0, max_growth=GAPS
    )
    address: str = column("street, number and what follows, as one text", pii="address")
    city: str = column("town or city")
    region: str = column("state, province or district")
    country: str = column("country", str_matches=r"[A-Z]{2}\Z")
    social_handles: str = column("network:handle, separated by commas", pii="handle")
    consent_email: pd.BooleanDtype = column("may be written to by e-mail", max_missing=1.0, max_growth=GAPS)
    consent_sms: pd.BooleanDtype = column("may be sent text messages")
    consent_phone: pd.BooleanDtype = column("may be called")
    consent_post: pd.BooleanDtype = column("may be sent letters")
    consent_at: pd.Timestamp = column("when consent was last given or withdrawn", not_in_future=True)
    created_at: pd.Timestamp = column("when the record was made", ge="1970-01-02", not_in_future=True)
    updated_at: pd.Timestamp = column("when the record was last changed", not_in_future=True)
    acquired_via: str = column("channel that brought the person")

    class Config:
        row_rule = ["created_at <= updated_at"]
        row_count_band = {"share": 0.5}
