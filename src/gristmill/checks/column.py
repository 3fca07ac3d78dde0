"""What a check module writes: a Pandera field that also says what gristmill wants to know.

``column("meaning", pii="email", is_email=True)`` is ``pandera.Field(is_email=True, …)`` with our
words in ``metadata`` and the meaning in ``description``, Pandera's own place for it. Schemas made
without ``column`` work too: what they leave out has the defaults below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gristmill.errors import CheckError, Problem, did_you_mean, listed

T = TypeVar("T")
D = TypeVar("D")

SEVERITIES = ("info", "warning", "critical")
DIMENSIONS = ("completeness", "uniqueness", "validity", "consistency", "timeliness", "accuracy")
PII_KINDS = (
    "none",
    "name",
    "email",
    "phone",
    "address",
    "postcode",
    "birth_date",
    "company",
    "id",
    "handle",
    "free_text",
)
DEFAULT_SEVERITY = "warning"
KEY_RULES = ("not_null", "unique")


def column(
    meaning: str,
    *,
    pii: str = "none",
    severity: str | Mapping[str, str] | None = None,
    dimension: str | Mapping[str, str] | None = None,
    max_share: float | Mapping[str, float] | None = None,
    max_missing: float | None = None,
    max_growth: float | Mapping[str, float] | None = None,
    quarantine: bool | Sequence[str] = False,
    owner: str | Mapping[str, str] | None = None,
    key: bool = False,
    nullable: bool = True,
    **rules: Any,
) -> Any:
    """A field of a Pandera model, with what gristmill needs beside Pandera's own settings.

    ``severity``, ``dimension`` and ``max_share`` (the share of judged rows that may fail, 0 to 1)
    hold for every rule of the column, or for the rules a mapping names: Pandera's check names and
    ``not_null``, ``unique``, ``dtype``. ``max_missing`` counts nulls of a nullable column against a
    share; 1.0 counts them and never minds. ``max_growth`` fails a rule that gets worse: the share of failures may
    exceed the median of the last five runs by so much, 0 to 1, and where no ``max_share`` is given nothing else counts.
    ``quarantine`` leaves rows out that fail a critical rule of
    the column, or one of the rules it names. ``owner`` is who mends what fails, a person or a team; without one that
    is the owner in the metadata of the model's Config. ``key`` marks what identifies a row: never null, and a
    missing or doubled key is critical. Unlike in ``pandera.Field`` a column may be null unless told
    otherwise, because customer data has gaps. A rule set to False is left out; all other ``rules``
    go to ``pandera.Field`` as they are. Raises CheckError when a word is not one of ours.
    """
    import pandera.pandas as pa

    from gristmill.checks import methods

    methods.register()
    severities = _by_rule("severity", severity, SEVERITIES)
    if key:
        severities = {**dict.fromkeys(KEY_RULES, "critical"), **severities}
    shares = _by_name(max_share)
    if max_missing is not None:
        shares["not_null"] = float(max_missing)
    _known("pii", pii, PII_KINDS)
    words = {
        "meaning": meaning,
        "pii": pii,
        "severity": severities,
        "dimension": _by_rule("dimension", dimension, DIMENSIONS),
        "max_share": _shares("max_share", shares),
        "max_growth": _shares("max_growth", _by_name(max_growth)),
        "quarantine": _rule_names(quarantine),
        "owner": _by_name(owner),
        "key": key,
    }
    return pa.Field(
        nullable=nullable and not key,
        description=meaning,
        metadata=words,
        **{name: value for name, value in rules.items() if value is not False},
    )


@dataclass(frozen=True)
class Words:
    """What the metadata of a column or a schema says; the name ``*`` speaks for every rule."""

    meaning: str = ""
    pii: str = "none"
    severity: Mapping[str, str] = field(default_factory=dict)
    dimension: Mapping[str, str] = field(default_factory=dict)
    max_share: Mapping[str, float] = field(default_factory=dict)
    max_growth: Mapping[str, float] = field(default_factory=dict)
    quarantine: tuple[str, ...] = ()
    """Rules whose failing rows are left out; ``*`` for every rule."""
    owner: Mapping[str, str] = field(default_factory=dict)
    key: bool = False

    @classmethod
    def read(cls, metadata: Mapping[str, Any] | None, meaning: str | None = None) -> Words:
        """Words of any Pandera metadata, made by ``column`` or by hand; raises CheckError."""
        said = metadata or {}
        pii = str(said.get("pii") or "none")
        _known("pii", pii, PII_KINDS)
        return cls(
            meaning=str(said.get("meaning") or meaning or "").strip(),
            pii=pii,
            severity=_by_rule("severity", said.get("severity"), SEVERITIES),
            dimension=_by_rule("dimension", said.get("dimension"), DIMENSIONS),
            max_share=_shares("max_share", _by_name(said.get("max_share"))),
            max_growth=_shares("max_growth", _by_name(said.get("max_growth"))),
            quarantine=_rule_names(said.get("quarantine")),
            owner=_by_name(said.get("owner")),
            key=bool(said.get("key")),
        )

    def severity_of(self, *names: str) -> str:
        """The severity of a rule known by any of ``names``."""
        return _first(self.severity, names, DEFAULT_SEVERITY)

    def dimension_of(self, *names: str, otherwise: str) -> str:
        """The dimension of a rule, or what its kind of rule usually speaks of."""
        return _first(self.dimension, names, otherwise)

    def owner_of(self, *names: str) -> str | None:
        """Who mends what fails the rule; None where nobody is named."""
        return _first(self.owner, names, None)

    def quarantines(self, *names: str) -> bool:
        """Whether rows that fail a rule known by any of ``names`` are to be left out."""
        return any(name in self.quarantine for name in (*names, "*"))

    def max_share_of(self, *names: str) -> float:
        """The share of judged rows that may fail a rule, 0 to 1; all of them where only growth is minded."""
        return _first(self.max_share, names, 0.0 if self.max_growth_of(*names) is None else 1.0)

    def max_growth_of(self, *names: str) -> float | None:
        """By how much the share of failures may exceed that of the runs before, 0 to 1; None when nobody minds."""
        return _first(self.max_growth, names, None)


def _first(said: Mapping[str, T], names: Iterable[str], otherwise: D) -> T | D:
    return next((said[name] for name in (*names, "*") if name in said), otherwise)


def _rule_names(said: bool | str | Sequence[str] | None) -> tuple[str, ...]:
    if not said:
        return ()
    if isinstance(said, bool):
        return ("*",)
    return (said,) if isinstance(said, str) else tuple(said)


def _by_rule(what: str, said: str | Mapping[str, str] | None, known: tuple[str, ...]) -> dict[str, str]:
    found = dict(said) if isinstance(said, Mapping) else {"*": said} if said else {}
    for word in found.values():
        _known(what, word, known)
    return found


def _known(what: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise CheckError(
            Problem(
                f"{word!r} is not a {what} gristmill knows.",
                expected=f"Known: {listed(known)}.",
                hint=did_you_mean(word, known),
            )
        )


def _by_name(said: T | Mapping[str, T] | None) -> dict[str, T]:
    if said is None:
        return {}
    return dict(said) if isinstance(said, Mapping) else {"*": said}


def _shares(what: str, said: Mapping[str, Any]) -> dict[str, float]:
    for name, share in said.items():
        if not isinstance(share, int | float) or not 0 <= share <= 1:
            raise CheckError(
                Problem(f"{what} of {name} is {share!r}.", expected="A share lies between 0 and 1.")
            )
    return {name: float(share) for name, share in said.items()}
