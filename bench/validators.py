"""Compare what cleaning makes of e-mail addresses and telephone numbers with the validators everybody uses.

``phonenumbers`` and ``email-validator`` judge the same texts. Where we differ on purpose, the difference has
a kind in ``PHONE_KINDS`` or ``EMAIL_KINDS``; whatever has none is printed and fails the test.

    python bench/validators.py 100000
"""

from __future__ import annotations

import random
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import phonenumbers as pn
import pyarrow as pa
from email_validator import EmailNotValidError, validate_email
from reach_texts import emails, phones

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.entities import ENTITIES
from gristmill.lineage import meaning
from gristmill.template import Template, parse, values

CLEAN = Path(__file__).parents[1] / "sql" / "clean"
APPLY_ABOVE = 0.9
"""Confidence from which a change is made; below it the text stays as it is."""
DEFAULT_COUNTRY = "KR"


@dataclass(frozen=True)
class Difference:
    """One text on which we and the validator disagree. ``kind`` is None when nobody meant it."""

    text: str
    country: str
    ours: str | None
    theirs: str | None
    rule: str | None
    kind: str | None


@dataclass(frozen=True)
class Read:
    """A text as cleaning leaves it, and why: ``rule`` is None where nothing was to do."""

    value: str | None
    rule: str | None
    confidence: float


def make(
    engine: DuckDBEngine, contacts: Sequence[dict[str, str]], *wanted: str, country: str = DEFAULT_COUNTRY
) -> None:
    """Fill ``source.contacts``, leave the other entities empty, and make the wanted relations with all they read."""
    for name, entity in ENTITIES.items():
        columns = ["_source", "_system", "_file", *entity.names]
        schema = pa.schema([(column, pa.string()) for column in columns] + [("_row", pa.int64())])
        rows = (
            [
                {"_source": "crm", "_system": "crm", "_file": "crm.csv", "_row": i + 1, **row}
                for i, row in enumerate(contacts)
            ]
            if name == "contacts"
            else []
        )
        engine.register("given", pa.Table.from_pylist(rows, schema))
        engine.make(f"source.{name}", "select * from given")
    built: dict[str, bool] = {}
    have = set(engine.relations())

    def build(relation: str) -> bool:
        """Make a relation after all it reads; whether it depends on the data. Lists stay from call to call."""
        if not relation.startswith("clean."):
            return True
        if relation not in built:
            template, reads = _template(relation.removeprefix("clean."))
            built[relation] = sum(build(other) for other in reads) > 0
            if built[relation] or relation not in have:
                given = {"default_country": country} if "default_country" in template.params else {}
                engine.make(relation, template.sql, values(template, given))
        return built[relation]

    for relation in wanted:
        build(relation)


@cache
def _template(name: str) -> tuple[Template, list[str]]:
    """A clean template and what it reads."""
    template = parse(CLEAN / f"{name}_v1.sql")
    return template, sorted(meaning(template).reads)


def cleaned(
    engine: DuckDBEngine,
    emails: Sequence[str],
    phones: Sequence[tuple[str, str]],
    *,
    country: str = DEFAULT_COUNTRY,
) -> tuple[dict[str, Read], dict[tuple[str, str], Read]]:
    """What cleaning makes of every e-mail text and of every ``(phone text, country of the row)``; "" is no country."""
    contacts = [{"email": text} for text in emails]
    contacts += [{"phone": text, "country": code or None} for text, code in phones]  # type: ignore[dict-item]
    wanted = ["clean.email_fixes"] * bool(emails) + ["clean.phone_fixes"] * bool(phones)
    make(engine, contacts, *wanted, country=country)
    mended = _fixes(engine, "raw, ''", "clean.email_fixes") if emails else {}
    written = _fixes(engine, "raw, country_text", "clean.phone_fixes") if phones else {}
    return (
        {text: mended.get((text, ""), Read(text, None, 1.0)) for text in emails},
        {key: written.get(key, Read(key[0], None, 1.0)) for key in phones},
    )


def _fixes(engine: DuckDBEngine, key: str, relation: str) -> dict[tuple[str, str], Read]:
    """What a relation of fixes says, with what is only proposed left as it was."""
    return {
        (raw, code): Read(value if confidence >= APPLY_ABOVE else raw, rule, float(confidence))
        for raw, code, value, rule, confidence in engine.rows(
            f"select {key}, value, rule, confidence from {relation}"
        )
    }


def cleaned_phones(
    engine: DuckDBEngine, texts: Sequence[tuple[str, str]], *, country: str = DEFAULT_COUNTRY
) -> dict[tuple[str, str], Read]:
    """What cleaning makes of ``(text, country of the row)``."""
    return cleaned(engine, [], texts, country=country)[1]


def cleaned_emails(engine: DuckDBEngine, texts: Sequence[str]) -> dict[str, Read]:
    """What cleaning makes of every text."""
    return cleaned(engine, texts, [])[0]


def phone_by_others(text: str, region: str) -> tuple[str | None, bool]:
    """E.164 as ``phonenumbers`` reads it (None: not even possible), and whether it lies in an assigned range."""
    try:
        number = pn.parse(text, region or DEFAULT_COUNTRY)
    except pn.NumberParseException:
        return None, False
    if not pn.is_possible_number(number):
        return None, False
    valid = pn.is_valid_number(number)
    number.extension = None
    return pn.format_number(number, pn.PhoneNumberFormat.E164), valid


def email_by_others(text: str) -> str | None:
    """The address as ``email-validator`` has it, in lower case; None for none."""
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def same_number(one: Difference, text: str) -> bool:
    """Whether ``phonenumbers`` reads our number out of ``text`` once that is written as it wants it."""
    return one.ours is not None and phone_by_others(text, one.country)[0] == one.ours


def only_digits(text: str) -> str:
    """The text in plain digits: full-width ones made narrow, a plus kept, everything else a space."""
    narrow = unicodedata.normalize("NFKC", text)
    return re.sub(r"[^0-9+]+", " ", narrow).strip()


def is_possible(number: str | None) -> bool:
    """Whether ``phonenumbers`` takes our E.164 number for one that can exist."""
    return number is not None and number.startswith("+") and phone_by_others(number, "")[0] == number


def listed(rule: str) -> Callable[[Difference, bool], bool]:
    """A difference that a rule of ours makes on purpose."""
    return lambda one, _: one.rule == rule


Kinds = dict[str, Callable[[Difference, bool], bool]]
PHONE_KINDS: Kinds = {
    "a range that is not assigned: foreign numbers are judged by their length": lambda one, valid: (
        not valid and one.ours is not None and one.ours == one.theirs and not one.ours.startswith("+82")
    ),
    "the first of several numbers is taken": lambda one, _: (
        one.rule == "first of several numbers" and is_possible(one.ours)
    ),
    "words beside a number are left out, never read as keys": lambda one, _: (
        one.rule == "words or extension beside a phone" and is_possible(one.ours)
    ),
    "a spreadsheet destroyed the number": listed("phone damaged by a spreadsheet"),
    "a number of one digit, or ending in zeros, is nobody's": listed("placeholder phone"),
    "without plus it may be abroad: only proposed": lambda one, _: (
        one.rule == "phone without its plus" and one.ours == one.text
    ),
    "American form in a row without a country: only proposed": lambda one, _: (
        one.rule == "American number in a row without a country" and one.ours == one.text
    ),
    "no area code: the city is not guessed": lambda one, _: (
        one.rule == "phone without an area code" and one.ours == one.text
    ),
    "a lost zero with no evidence for it: only proposed": lambda one, _: (
        one.rule == "lost leading zero" and one.ours == one.text
    ),
    "written as another country does, in a row without a country: only proposed": lambda one, _: (
        one.rule == "phone in the form of another country" and one.ours == one.text
    ),
    "a short number without an area code, even where there is one only": lambda one, _: (
        one.ours is None and len(str(one.theirs)) > len(only_digits(one.text)) + 1
    ),
    "a zero dialled at home only goes, whatever follows": lambda one, valid: (
        not valid and one.ours is not None and len(str(one.theirs)) == len(one.ours) + 1
    ),
    "brackets and signs in no order": lambda one, _: (
        one.ours is None and re.search(r"^\W*[-–]|[()]\d[()]|\)\d+\(\d+$", one.text.strip()) is not None
    ),
    "digits without plus or zero: a calling code to them, an area code to us, or the other way round": lambda one, _: (
        one.rule == "lost leading zero" and is_possible(one.ours)
    ),
    "other signs between digits (| _ * = brackets left open)": lambda one, _: (
        same_number(one, only_digits(one.text)) and one.theirs is None
    ),
    "00 before the calling code, whatever the country dials": lambda one, valid: (
        "00" in only_digits(one.text)[:4] and (is_possible(one.ours) or not valid)
    ),
    "a Korean number of a range or length that is not in use": lambda one, valid: (
        valid and one.ours is None and one.theirs is not None and one.theirs.startswith("+82")
    ),
    "longer than any number of a subscriber": lambda one, _: (
        one.ours is None and one.theirs is not None and len(one.theirs) > 13
    ),
    "a length between the shortest and the longest of the country": lambda one, _: (
        one.theirs is None and one.ours is not None and one.ours.startswith("+")
    ),
}
"""Every deliberate difference of telephone numbers, the first that applies."""

EMAIL_KINDS: Kinds = {
    "a mistyped domain is mended": lambda one, _: (
        one.rule == "mistyped e-mail domain" and email_by_others(str(one.ours)) == one.ours
    ),
    "what is no address to the letter is mended": lambda one, _: (
        one.theirs is None
        and one.rule is not None
        and one.ours is not None
        and email_by_others(one.ours) == one.ours
    ),
    "a word before the address: only proposed": lambda one, _: (
        one.rule == "word before an e-mail" and one.ours == one.text
    ),
    "an international domain stays in its ASCII form": lambda one, _: (
        "@xn--" in one.text and one.ours == one.text and email_by_others(one.text) is not None
    ),
    "a mailbox of more than 64 characters (RFC 5321)": lambda one, _: (
        one.ours is None and len(str(one.theirs).split("@")[0]) > 64
    ),
}
"""Every deliberate difference of e-mail addresses, the first that applies."""


@dataclass(frozen=True)
class Agreement:
    """What a comparison found. ``wrong`` are texts of a known meaning that became something else."""

    n: int
    differences: list[Difference]
    n_meant: int
    n_met: int
    wrong: list[Difference]

    @property
    def unlisted(self) -> list[Difference]:
        return [one for one in self.differences if one.kind is None]


def compare(
    read: Mapping[tuple[str, str], Read],
    meant: Mapping[tuple[str, str], str | None],
    by_others: Callable[[str, str], tuple[str | None, bool]],
    kinds: Kinds,
) -> Agreement:
    """Ours beside theirs, and both beside what was meant, for every text and country."""
    differences, wrong, met = [], [], 0
    for (text, country), made in read.items():
        theirs, valid = by_others(text, country)
        one = Difference(text, country, made.value, theirs, made.rule, None)
        if made.value != (theirs if valid else None):
            kind = next((name for name, applies in kinds.items() if applies(one, valid)), None)
            differences.append(replace(one, kind=kind))
        right = meant[text, country]
        met += right is not None and made.value == right
        if right is not None and made.value not in (right, None, text):
            wrong.append(replace(one, theirs=right))
    n_meant = sum(right is not None for right in meant.values())
    return Agreement(len(read), differences, n_meant, met, wrong)


def compare_phones(engine: DuckDBEngine, n: int, seed: int = 1) -> Agreement:
    """``n`` generated telephone texts against ``phonenumbers``."""
    made = phones(random.Random(seed))
    meant = {(text, country): right for text, country, right in (next(made) for _ in range(n))}
    return compare(cleaned_phones(engine, sorted(meant)), meant, phone_by_others, PHONE_KINDS)


def compare_emails(engine: DuckDBEngine, n: int, seed: int = 1) -> Agreement:
    """``n`` generated e-mail texts against ``email-validator``."""
    made = emails(random.Random(seed))
    meant = {(text, ""): right for text, right in (next(made) for _ in range(n))}
    read = {(text, ""): one for text, one in cleaned_emails(engine, sorted(t for t, _ in meant)).items()}
    return compare(read, meant, lambda text, _: (email_by_others(text), True), EMAIL_KINDS)


def report(what: str, found: Agreement, seconds: float) -> int:
    """Print agreement and differences by kind; return how many have none."""
    same = found.n - len(found.differences)
    print(f"\n{what}: {found.n:,} distinct texts, cleaned and compared in {seconds:.1f} s")
    print(
        f"  {same / found.n:.2%} the same, {1 - len(found.unlisted) / found.n:.3%} the same or different on purpose"
    )
    print(
        f"  of {found.n_meant:,} with a known meaning {found.n_met / found.n_meant:.2%} met, {len(found.wrong):,} misread"
    )
    for kind, count in Counter(one.kind or "UNLISTED" for one in found.differences).most_common():
        one = next(one for one in found.differences if (one.kind or "UNLISTED") == kind)
        print(f"  {count:>7,}  {kind}: {one.text!r} {one.country} is {one.ours}, to them {one.theirs}")
    for title, some in (("unlisted", found.unlisted), ("misread", found.wrong)):
        for one in some[:25]:
            print(f"  {title}: {one.text!r} {one.country} is {one.ours} ({one.rule}), to them {one.theirs}")
    return len(found.unlisted)


def main() -> int:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    unlisted = 0
    with DuckDBEngine(threads=2) as engine:
        for what, run in (("phones", compare_phones), ("e-mails", compare_emails)):
            started = time.perf_counter()
            unlisted += report(what, run(engine, n), time.perf_counter() - started)
    return 1 if unlisted else 0


if __name__ == "__main__":
    sys.exit(main())
