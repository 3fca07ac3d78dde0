"""What clean.events promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Events(pa.DataFrameModel):
    """Events: something a person did, or that was sent to them, at one moment, cleaned."""

    event_id: str = column("the event within its system", pii="id", key=True, unique=True)
    contact_id: str = column("the contact it belongs to: system and key", pii="id")
    event_key: str = column("key of the event in its own system", pii="id")
    kind: str = column(
        "send, open, click, visit, cart, bounce, unsubscribe or complaint",
        nullable=False,
        isin=["send", "open", "click", "visit", "cart", "bounce", "unsubscribe", "complaint"],
    )
    occurred_at: pd.Timestamp = column(
        "when it happened",
        nullable=False,
        severity={"not_null": "critical"},
        ge="1995-01-01",
        not_in_future=True,
    )
    contact_key: str = column("key of the person in the same system", pii="id")
    email: str = column("e-mail address of the person", pii="email", is_email=True)
    campaign: str = column("campaign it belongs to")
    channel: str = column("channel it came through")
    variant: str = column("arm of an experiment")
    cost: float = column("what it cost, in currency units", ge=0)
    url: str = column("page or link")
