"""What clean.tickets promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Tickets(pa.DataFrameModel):
    """Tickets: a request to customer service, cleaned."""

    ticket_id: str = column("the ticket within its system", pii="id", key=True, unique=True)
    contact_id: str = column("the contact it belongs to: system and key", pii="id")
    ticket_key: str = column("number of the ticket in its own system", pii="id")
    contact_key: str = column("key of the person in the same system", pii="id")
    full_name: str = column("name of who asked", pii="name")
    email: str = column("e-mail address of who asked", pii="email", is_email=True)
    phone: str = column("telephone number of who asked", pii="phone", is_phone=True)
    opened_at: pd.Timestamp = column(
        "when it was opened", ge="1970-01-02", not_in_future=True, max_missing=0.5
    )
    closed_at: pd.Timestamp = column("when it was closed; empty while it is open", not_in_future=True)
    channel: str = column("channel it came through")
    topic: str = column("what it is about, as a category")
    subject: str = column("what it is about, in the person's words", pii="free_text")
    status: str = column("open, pending or closed", isin=["open", "pending", "closed"], severity="info")
    satisfaction: float = column("score the person gave", in_range=(0, 100))

    class Config:
        row_rule = ["opened_at <= closed_at"]
