"""Guess which entity a source is and which canonical column each of its columns feeds.

A column's name proposes; its values decide. Every guess carries its reason in words, because an
analyst reads it in the drafted mapping and keeps or changes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gristmill.engine import Engine
from gristmill.entities import ENTITIES
from gristmill.sources.evidence import Evidence, Leaf, leaves, measure
from gristmill.sources.fit import fit
from gristmill.sources.headers import (
    ADDRESS_PARTS,
    CHANNEL_WORDS,
    FILE_WORDS,
    GENERAL_CONSENT,
    NAMES,
    NEGATIVE,
    by_name,
    key_of,
)

_WEIGHTS: dict[str, dict[str, float]] = {
    "contacts": {
        "full_name": 2, "given_name": 2, "family_name": 2, "email": 1.5, "phone": 1.5, "birth_date": 2, "gender": 2,
        "postcode": 1.5, "address": 2, "consent_email": 2, "consent_sms": 2, "company": 1, "member_no": 1,
        "social_handles": 1, "source_key": 0.7,
    },
    "orders": {"order_key": 3, "amount": 2.5, "ordered_at": 2, "contact_key": 1, "currency": 1, "status": 1},
    "order_lines": {"product_key": 2.5, "product_name": 2.5, "quantity": 3, "unit_price": 2.5, "order_key": 1.5, "line_no": 1, "ordered_at": 1},
    "events": {"kind": 5, "campaign": 1.5, "variant": 1.5, "url": 2, "event_key": 2, "occurred_at": 1.5, "contact_key": 0.5, "cost": 0.7},
    "tickets": {"ticket_key": 3, "subject": 2, "opened_at": 1.5, "closed_at": 2.5, "topic": 1.5, "satisfaction": 3},
}  # fmt: skip
_NEEDED = {
    "orders": ({"amount", "order_key"}, {"ordered_at", "amount"}),
    "order_lines": ({"product_key", "product_name"}, {"quantity", "unit_price", "amount"}),
    "events": ({"kind", "campaign", "url", "event_key", "variant"}, {"occurred_at", "kind"}),
    "tickets": ({"ticket_key", "subject", "satisfaction"}, {"opened_at", "closed_at", "subject"}),
}
"""Columns of which one of each group makes an entity plausible."""
_DEFAULT_WEIGHT = 0.4
"""What a column says for its entity when it could as well be of another."""
_NETWORKS = {
    "twitter": "twitter", "instagram": "instagram", "facebook": "facebook", "linkedin": "linkedin", "kakao": "kakao",
    "인스타": "instagram", "카카오": "kakao", "트위터": "twitter", "페이스북": "facebook",
}  # fmt: skip
_PERSONAL = {
    "member_no", "full_name", "given_name", "family_name", "company", "email", "phone", "birth_date", "gender",
    "postcode", "address", "city", "region", "country",
}  # fmt: skip
_LEAST = 0.45
"""A guess below this confidence is not made."""


@dataclass(frozen=True)
class ColumnGuess:
    """One canonical column and what feeds it."""

    canonical: str
    leaves: tuple[Leaf, ...]
    """One column, or the parts of an address in the order they are joined."""
    confidence: float
    """0 to 1."""
    reason: str
    negated: bool = False
    """The column says no where the canonical one says yes."""
    network: str | None = None
    """Social network to write in front of a handle; None when the value names it itself."""
    sql: str | None = None
    """The expression somebody chose; None: it follows from the columns."""


@dataclass(frozen=True)
class Unmapped:
    """A column nothing is taken from, and why."""

    leaf: Leaf
    reason: str


@dataclass(frozen=True)
class Guess:
    """What a source is taken for."""

    relation: str
    entity: str
    confidence: float
    """0 to 1; how clearly this entity wins over the next."""
    reason: str
    columns: tuple[ColumnGuess, ...]
    """In the entity's own order."""
    unmapped: tuple[Unmapped, ...]
    scores: Mapping[str, float]
    """How much speaks for each entity."""
    distinct_by: Leaf | None = None
    """Column whose distinct values are the rows; None when every row is one."""
    people: Guess | None = None
    """The people named in orders, as contacts; None when there is no more than a key of them."""

    @property
    def is_empty(self) -> bool:
        """None of the columns that make an order an order are there: a list of exchange rates has a currency too."""
        have = {column.canonical for column in self.columns}
        needed = _NEEDED.get(self.entity, ())
        return bool(needed) and not any(group & have for group in needed)

    def __getitem__(self, canonical: str) -> ColumnGuess:
        """The guess for a canonical column; KeyError when nothing feeds it."""
        for column in self.columns:
            if column.canonical == canonical:
                return column
        raise KeyError(canonical)


def guess(engine: Engine, relation: str, *, entity: str | None = None) -> Guess:
    """Guess the entity of a raw relation and the source of its canonical columns.

    ``entity`` fixes the entity, so that only the columns are guessed. A relation without rows is
    guessed by its column names alone.
    """
    found = leaves(engine.columns(relation))
    evidence = measure(engine, relation, found)
    return decide(relation, evidence, entity=entity)


def decide(relation: str, evidence: Mapping[Leaf, Evidence], *, entity: str | None = None) -> Guess:
    """The guess from measured evidence; see ``guess``."""
    words = _words_of(relation.partition(".")[2])
    drafts = {name: _assign(name, evidence, words) for name in ENTITIES}
    scores = {name: _score(name, columns, evidence) for name, columns in drafts.items()}
    said = key_of(relation.partition(".")[2])
    spoken = next(
        (e for e, names in FILE_WORDS.items() if set(names.split()) & words or said in names.split()), None
    )
    if spoken:
        scores[spoken] += 2.0
    chosen = entity or max(scores, key=lambda name: scores[name])
    rest = max((score for name, score in scores.items() if name != chosen), default=0.0)
    total = scores[chosen] + rest
    confidence = 0.0 if total <= 0 else max(0.0, min(0.99, scores[chosen] / total))
    columns = drafts[chosen]
    telling = sorted(
        columns, key=lambda c: -_WEIGHTS[chosen].get(c.canonical, _DEFAULT_WEIGHT) * c.confidence
    )
    why = (
        "it holds " + ", ".join(c.canonical for c in telling[:4])
        if telling
        else "nothing in it is recognised"
    )
    if spoken == chosen:
        why += f"; the source is called {relation.partition('.')[2]}"
    order = {name: i for i, name in enumerate(ENTITIES[chosen].names)}
    columns = sorted(columns, key=lambda c: order[c.canonical])
    unmapped = _unmapped(chosen, columns, evidence)
    people = _people(relation, columns, drafts["contacts"]) if chosen in ("orders", "order_lines") else None
    return Guess(relation, chosen, round(confidence, 2), why, tuple(columns), unmapped, scores, people=people)


def _people(relation: str, columns: Sequence[ColumnGuess], contacts: Sequence[ColumnGuess]) -> Guess | None:
    """A mapping to contacts of the people in orders, when the rows name them and a column tells them apart."""
    have = {c.canonical: c for c in contacts if c.canonical in _PERSONAL}
    key = next(
        (c for name in ("contact_key", "email", "phone") for c in columns if c.canonical == name), None
    )
    if key is None or not have.keys() & {"full_name", "given_name", "family_name"} or len(have) < 2:
        return None
    if key.canonical == "contact_key":
        have = {name: c for name, c in have.items() if c.leaves != key.leaves}
        have["source_key"] = replace(key, canonical="source_key", reason=f"the buyer's key: {key.reason}")
    chosen = tuple(have[name] for name in ENTITIES["contacts"].names if name in have)
    reason = f"the rows name people; the first row of each {key.leaves[0].label} is taken"
    return Guess(relation, "contacts", 0.6, reason, chosen, (), {}, distinct_by=key.leaves[0])


def _words_of(name: str) -> set[str]:
    parts = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    return set(parts)


def _score(entity: str, columns: Sequence[ColumnGuess], evidence: Mapping[Leaf, Evidence]) -> float:
    """How much speaks for an entity: weights of what was found, less what makes it implausible."""
    weights = _WEIGHTS[entity]
    have = {c.canonical: c for c in columns}
    score = sum(weights.get(c.canonical, _DEFAULT_WEIGHT) * c.confidence for c in columns)
    if entity == "contacts":
        people = [have[n].leaves[0] for n in ("source_key", "email", "phone", "full_name") if n in have]
        repeated = bool(people) and max(evidence[leaf].share_distinct for leaf in people) < 0.7
        many = bool(people) and max(evidence[leaf].n_filled for leaf in people) >= 20
        return score * (0.5 if repeated and many else 1.0)
    needed = _NEEDED[entity]
    return score * (1.0 if all(group & have.keys() for group in needed) else 0.3)


def _assign(entity: str, evidence: Mapping[Leaf, Evidence], words: set[str]) -> list[ColumnGuess]:
    """Best pairs first, each canonical column and each leaf once. ``words`` are those of the source's name."""
    proposals: list[ColumnGuess] = []
    for index, (leaf, seen) in enumerate(evidence.items()):
        names = by_name(entity, leaf.path)
        for canonical in ENTITIES[entity].names:
            proposal = _proposal(entity, canonical, leaf, seen, names)
            if proposal and proposal.confidence >= _LEAST:
                # Of two equals the column that stands first in the file wins.
                proposals.append(replace(proposal, confidence=proposal.confidence - index * 1e-6))
    proposals.sort(key=lambda p: -p.confidence)
    taken: set[Leaf] = set()
    chosen: dict[str, ColumnGuess] = {}
    for proposal in proposals:
        if proposal.canonical not in chosen and not taken & set(proposal.leaves):
            chosen[proposal.canonical] = replace(proposal, confidence=round(proposal.confidence, 2))
            taken.update(proposal.leaves)
    if entity == "contacts":
        _names(chosen, evidence)
        _address(chosen, taken, evidence)
        _consents(chosen, taken, evidence, words)
    return list(chosen.values())


def _proposal(
    entity: str, canonical: str, leaf: Leaf, seen: Evidence, names: Mapping[str, float]
) -> ColumnGuess | None:
    said = names.get(canonical, 0.0)
    fits, words = fit(entity, canonical, seen)
    if fits <= -0.5:
        return None
    network = None
    if said == 0.0:
        # Only patterns that hardly anything else shows are believed without a name.
        if fits < 0.8 or canonical not in ("email", "phone", "full_name", "kind", "gender", "url"):
            return None
        against = _other_meaning(canonical, names)
        return ColumnGuess(canonical, (leaf,), 0.7 * fits, f"{words}{against}")
    if canonical == "social_handles":
        network = next((n for word, n in _NETWORKS.items() if word in key_of(leaf.label)), None)
    if seen.n_filled == 0:
        return ColumnGuess(canonical, (leaf,), said * 0.7, "by its name; it holds no values", network=network)
    confidence = said * (0.8 + 0.2 * fits) if words else said * 0.85
    reason = f"by its name; {words}" if words else "by its name"
    return ColumnGuess(canonical, (leaf,), min(0.99, confidence), reason, network=network)


def _other_meaning(canonical: str, names: Mapping[str, float]) -> str:
    """`` though its name says phone`` when the name speaks for another column."""
    others = [name for name, score in names.items() if name != canonical and score >= 0.6]
    return f", though its name says {others[0]}" if others else ""


def _names(chosen: dict[str, ColumnGuess], evidence: Mapping[Leaf, Evidence]) -> None:
    """With a surname column, a column called just 'name' holds given names when its values are short."""
    if "family_name" in chosen and "given_name" not in chosen and "full_name" in chosen:
        whole = chosen["full_name"]
        if evidence[whole.leaves[0]]["person"] < 0.5 and evidence[whole.leaves[0]]["hangul_name"] < 0.6:
            given = replace(whole, canonical="given_name", reason=f"{whole.reason}; the surname stands apart")
            chosen["given_name"] = given
            del chosen["full_name"]


def _address(chosen: dict[str, ColumnGuess], taken: set[Leaf], evidence: Mapping[Leaf, Evidence]) -> None:
    """Join the parts of an address: number, street, what follows."""
    parts: list[Leaf] = []
    main = chosen.get("address")
    for words in ADDRESS_PARTS["address"]:
        known = set(words.split())
        if words is NAMES["contacts"]["address"]:
            if main:
                parts.append(main.leaves[0])
            continue
        parts += [leaf for leaf in evidence if leaf not in taken and key_of(leaf.path[-1]) in known][:1]
    filled = [leaf for leaf in parts if evidence[leaf].n_filled or evidence[leaf].share_filled]
    parts = [leaf for leaf in parts if leaf in filled or (main and leaf == main.leaves[0])]
    if main and len(parts) > 1:
        reason = f"{main.reason}; joined of {len(parts)} parts"
        chosen["address"] = replace(main, leaves=tuple(parts), reason=reason)
        taken.update(parts)


def _consents(
    chosen: dict[str, ColumnGuess], taken: set[Leaf], evidence: Mapping[Leaf, Evidence], words: set[str]
) -> None:
    """Flags that say no, and consents that name no channel."""
    for leaf, seen in evidence.items():
        if leaf in taken:
            continue
        word = key_of(leaf.path[-1])
        if seen.n_filled and seen["truth"] < 0.6:
            continue
        targets = next((t for words, t in NEGATIVE.items() if word in words.split()), ())
        free = [name for name in targets if name not in chosen]
        if free:
            reason = "by its name, which says no: a yes here is no consent"
            for name in free:
                chosen[name] = ColumnGuess(name, (leaf,), 0.85, reason, negated=True)
            taken.add(leaf)
        elif word in GENERAL_CONSENT:
            channel = _first_channel(chosen, words)
            if channel:
                reason = f"a consent that names no channel, taken for {channel.removeprefix('consent_')} only"
                chosen[channel] = ColumnGuess(channel, (leaf,), 0.6, reason)
                taken.add(leaf)


def _first_channel(chosen: Mapping[str, ColumnGuess], words: set[str]) -> str | None:
    """The channel a general consent is taken for: what the source is named after, or the first it can reach."""
    reach = {"consent_email": "email", "consent_sms": "phone", "consent_post": "address"}
    named = {consent for consent, said in CHANNEL_WORDS.items() if words & set(said.split())}
    for consent in sorted(reach, key=lambda c: c not in named):
        if reach[consent] in chosen and consent not in chosen:
            return consent
    return None


def _unmapped(
    entity: str, columns: Sequence[ColumnGuess], evidence: Mapping[Leaf, Evidence]
) -> tuple[Unmapped, ...]:
    used = {leaf for column in columns for leaf in column.leaves}
    have = {column.canonical: column for column in columns}
    left: list[Unmapped] = []
    for leaf, seen in evidence.items():
        if leaf in used:
            continue
        names = sorted(by_name(entity, leaf.path).items(), key=lambda item: -item[1])
        if names and names[0][0] in have:
            name = names[0][0]
            reason = f"{name} is taken from {have[name].leaves[0].label}"
        elif names and names[0][1] > 0:
            reason = f"its name says {names[0][0]}, its values do not"
        elif seen.n_filled == 0:
            reason = "holds no values"
        else:
            reason = f"no column of {entity} is like it"
        left.append(Unmapped(leaf, reason))
    return tuple(left)
