"""How much of what is known to be wrong in the sample data cleaning sets right, and what it does to cells that are right.

    python bench/clean_truth.py --people 20000

The sample data keeps a log of every cell that is not as it should be, with the kind of error and the right value. A cell
counts as repaired when cleaning gives the right value, as touched when it was right and became something else. Values
are brought to one notation by the plain functions below, which know nothing of the templates. What no program can know
from the row alone (a digit that is gone, the name behind a nickname) is counted apart, with the reason. See README.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

AS_OF = dt.date(2026, 11, 1)
SHOWN = 5
"""Examples kept of what went wrong, for each line of the table."""

COLUMNS: dict[tuple[str, str], tuple[str, str]] = {
    ("crm", "Full Name"): ("contacts", "full_name"),
    ("crm", "Company"): ("contacts", "company"),
    ("crm", "E-mail"): ("contacts", "email"),
    ("crm", "Mobile"): ("contacts", "phone"),
    ("crm", "Date of Birth"): ("contacts", "birth_date"),
    ("crm", "Gender"): ("contacts", "gender"),
    ("crm", "Street Address"): ("contacts", "address"),
    ("crm", "City"): ("contacts", "city"),
    ("crm", "Postcode"): ("contacts", "postcode"),
    ("shop_customers", "first_name"): ("contacts", "given_name"),
    ("shop_customers", "last_name"): ("contacts", "family_name"),
    ("shop_customers", "email"): ("contacts", "email"),
    ("shop_customers", "phone"): ("contacts", "phone"),
    ("shop_customers", "shipping_address"): ("contacts", "address"),
    ("shop_customers", "shipping_city"): ("contacts", "city"),
    ("shop_customers", "shipping_postcode"): ("contacts", "postcode"),
    ("newsletter", "first_name"): ("contacts", "given_name"),
    ("newsletter", "email"): ("contacts", "email"),
    ("postal", "고객명"): ("contacts", "full_name"),
    ("postal", "연락처"): ("contacts", "phone"),
    ("postal", "우편번호"): ("contacts", "postcode"),
    ("postal", "주소"): ("contacts", "address"),
    ("postal", "생년월일"): ("contacts", "birth_date"),
    ("tickets", "requester.name"): ("tickets", "full_name"),
    ("tickets", "requester.email"): ("tickets", "email"),
    ("tickets", "requester.phone"): ("tickets", "phone"),
}
"""Source and column of the file → entity and column it is cleaned as."""


# -- one notation -------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Composed letters, single spaces, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def day(text: str) -> str:
    """The first three numbers as year, month, day."""
    numbers = re.findall(r"\d+", text)
    return "-".join(n.zfill(2) for n in numbers[:3])


def phone(text: str) -> str:
    """With the code of the country; a number without one is Korean."""
    digits = re.sub(r"\D", "", text)
    return "+" + (digits if text.strip().startswith("+") else "82" + digits.removeprefix("0"))


def company(text: str) -> str:
    """Without spaces, and with one sign for the Korean company."""
    return re.sub(r"\(주\)|㈜|주식회사", "㈜", plain(text)).replace(" ", "")


GENDERS = {"F": "female", "M": "male"}
STREETS = (("street", "st"), ("road", "rd"), ("avenue", "ave"), ("straße", "str"))


def address(text: str) -> str:
    """Words for streets cut short, and provinces of Korea without what they are."""
    text = plain(text).lower().replace("특별시", "").replace("광역시", "").replace(".", "")
    for long, short in STREETS:
        text = re.sub(rf"{long}\b", short, text)
    return text


def city(text: str) -> str:
    """Sejong is province and city in one; some write it twice."""
    return plain(text).replace("세종특별자치시 세종시", "세종특별자치시")


NOTATION: dict[str, Callable[[str], str]] = {
    "email": lambda text: plain(text).lower(),
    "phone": phone,
    "birth_date": day,
    "gender": lambda text: GENDERS.get(text, text),
    "company": company,
    "address": address,
    "city": city,
}
"""Column → what brings a right value, and what cleaning gives, to one notation; ``plain`` for the others."""


def kept(column: str, after: str, before: str) -> bool:
    """Whether cleaning left the value as it was, but for how it is written."""
    if same(column, after, before):
        return True
    letters = [re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).lower() for text in (after, before)]
    return letters[0] == letters[1] or (column == "phone" and letters[0].endswith(letters[1].lstrip("0")))


def same(column: str, after: str | None, right: str) -> bool:
    """Whether what cleaning gave is the right value."""
    brought = NOTATION.get(column, plain)
    return after is not None and brought(after) == brought(right)


# -- what can be repaired -----------------------------------------------------------------------------

GONE = {
    "missing": "nothing is left of the value",
    "placeholder": "nothing is left of the value; it should be emptied",
    "scientific": "all digits but three are gone; it should be emptied",
    "lost_letters": "a question mark stands for any letter",
    "romanised": "one romanised name is many Hangul names",
    "nickname": "one nickname is many names",
    "initial": "one letter is many names",
    "unaccented": "Garcia and García are both names",
    "new_email": "another address, and it is well written",
    "new_phone": "another number, and it is well written",
    "family_phone": "another number, and it is well written",
    "moved_house": "another address, and it is well written",
}
"""Kinds of which nobody can tell the right value from the row, and why."""
EMPTIED = ("placeholder", "scientific")
"""Kinds whose value is gone, but which can be told from a value: what they should become is nothing."""
SLIP = "a slip that gives another possible value"
LETTERS = re.compile(r"[^\W\d_]")


def lost(kind: str, column: str, right: str) -> str | None:
    """Why the right value cannot be told from what is left of it; None where it can."""
    for part in kind.split("+"):
        if part in GONE:
            return GONE[part]
        if part.startswith("typo_"):
            return SLIP
    if kind == "day_month_swapped" and int(day(right).split("-")[2]) <= 12:
        return "the day could be the month"
    if kind.startswith("family_name_") and column in ("given_name", "family_name"):
        return "given and family name stand in each other's column, and both are names"
    return None


# -- measuring ----------------------------------------------------------------------------------------


@dataclass
class Line:
    """What became of the cells of one kind of error in one column."""

    n: int = 0
    n_right: int = 0
    """Cells that have the right value after cleaning."""
    n_empty: int = 0
    n_kept: int = 0
    """Cells that cleaning left as they were, but for notation."""
    examples: list[tuple[str | None, str | None, str]] = field(default_factory=list)
    """Wrong, after cleaning, right; of cells that are not right."""


@dataclass(frozen=True)
class Measured:
    """The whole measurement."""

    repairable: dict[tuple[str, str], Line]
    """By kind and column; the cells whose right value can be told."""
    gone: dict[tuple[str, str, str], Line]
    """By kind, column and reason; the cells whose right value cannot be told."""
    right: dict[str, Line]
    """By column; the cells that are right in the file."""

    def share_repaired(self) -> float:
        """Of the cells whose right value can be told."""
        return _share(self.repairable, lambda line: line.n_right)

    def share_touched(self) -> float:
        """Of the right cells: those that are something else afterwards."""
        return 1 - _share(self.right, lambda line: line.n_right)

    def share_emptied(self) -> float:
        """Of placeholders and numbers shown as 1.0E+10: those that are empty afterwards."""
        lost_kinds = {key: line for key, line in self.gone.items() if set(key[0].split("+")) & set(EMPTIED)}
        return _share(lost_kinds, lambda line: line.n_empty)

    def share_changed(self) -> float:
        """Of the cells whose right value cannot be told: those with another value than the file had, and a wrong one."""
        return _share(self.gone, lambda line: line.n - line.n_right - line.n_empty - line.n_kept)


def _share(lines: dict, count: Callable[[Line], int]) -> float:
    return sum(count(line) for line in lines.values()) / max(sum(line.n for line in lines.values()), 1)


def measure(folder: Path, *, people: int, seed: int = 1) -> Measured:
    """Make sample data and a project in ``folder``, clean it, and hold the result against the log of errors."""
    from gristmill import project, sample, scaffold
    from gristmill.mill import Mill

    scaffold.init(folder / "project")
    written = sample.write(
        folder / "project" / "data", people=people, seed=seed, as_of=AS_OF, truth=folder / "truth"
    )
    scaffold.add(project.load(folder / "project"), [str(path) for path in written.files])
    log = str(folder / "truth" / "corruptions.parquet").replace("'", "''")
    with Mill(project.load(folder / "project"), params={"as_of": AS_OF.isoformat()}) as mill:
        for schema in ("raw", "source", "clean"):
            mill.stage(schema)
        errors = {
            (source, row, column): (kind, wrong, right)
            for source, row, column, kind, wrong, right in mill.engine.rows(
                f"select source, _row, column_name, kind, wrong_value, right_value from read_parquet('{log}')"
            )
        }
        return _weigh(errors, _cells(mill.engine))


def _cells(engine) -> Iterator[tuple[tuple[str, int, str], str, str | None, str | None]]:
    """``(source, row, column of the file), canonical column, before, after`` of the rows that cleaning keeps."""
    for (source, name), (entity, column) in COLUMNS.items():
        rows = engine.rows(
            f"select s._row, s.{column}, cast(c.{column} as varchar) from source.{entity} as s"
            f" join clean.{entity} as c on c._source = s._source and c._file = s._file and c._row = s._row"
            " where s._source = $source",
            {"source": source},
        )
        if not rows:
            raise LookupError(f"nothing was read of {source}")
        for row, before, after in rows:
            yield (source, row, name), column, before, after


def _weigh(errors: dict, cells: Iterator) -> Measured:
    repairable: dict = defaultdict(Line)
    gone: dict = defaultdict(Line)
    right_cells: dict = defaultdict(Line)
    for key, column, before, after in cells:
        if key not in errors:
            if before is not None:
                _count(right_cells[column], column, before, after, before)
            continue
        kind, wrong, right = errors[key]
        reason = lost(kind, column, right)
        line = gone[kind, column, reason] if reason else repairable[kind, column]
        _count(line, column, wrong, after, right)
    return Measured(dict(repairable), dict(gone), dict(right_cells))


def _count(line: Line, column: str, before: str | None, after: str | None, right: str) -> None:
    line.n += 1
    if same(column, after, right):
        line.n_right += 1
        return
    if after is None:
        line.n_empty += 1
    elif before is not None and kept(column, after, before):
        line.n_kept += 1
    if len(line.examples) < SHOWN:
        line.examples.append((before, after, right))


# -- telling ------------------------------------------------------------------------------------------


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--examples", action="store_true", help="show some of what went wrong (made-up people)"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), people=given.people, seed=given.seed)
    print("can be repaired                          cells   right   share")
    _table(found.repairable, given.examples)
    print("\ncannot be repaired                       cells   right   empty    kept")
    _reasons(found.gone, given.examples)
    print("\nright before                             cells   right   share")
    _table({("right", column): line for column, line in found.right.items()}, given.examples)
    print(
        f"\nrepaired {found.share_repaired():.2%} of what can be, touched {found.share_touched():.4%} of right cells,"
        f" emptied {found.share_emptied():.2%} of what should be, changed {found.share_changed():.2%} of what cannot be told"
    )


def _table(lines: dict[tuple[str, str], Line], examples: bool) -> None:
    for (kind, column), line in sorted(lines.items()):
        print(f"{kind:<26}{column:<12}{line.n:>8,}{line.n_right:>8,}{line.n_right / line.n:>8.1%}")
        for one in line.examples if examples else ():
            print(f"      {one[0]!r} → {one[1]!r}, right is {one[2]!r}")


def _reasons(lines: dict[tuple[str, str, str], Line], examples: bool) -> None:
    whole: dict[tuple[str, str], Counter] = defaultdict(Counter)
    some: dict = defaultdict(list)
    for (kind, _, reason), line in lines.items():
        last = next((part for part in kind.split("+") if part in GONE or part.startswith("typo_")), kind)
        whole[last, reason].update(n=line.n, right=line.n_right, empty=line.n_empty, kept=line.n_kept)
        if line.n_right + line.n_empty + line.n_kept < line.n:
            some[last, reason] += line.examples[:1]
    for (kind, reason), counts in sorted(whole.items()):
        print(
            f"{kind:<38}{counts['n']:>8,}{counts['right']:>8,}{counts['empty']:>8,}{counts['kept']:>8,}  {reason}"
        )
        for one in some[kind, reason][:SHOWN] if examples else ():
            print(f"      {one[0]!r} → {one[1]!r}, right is {one[2]!r}")


if __name__ == "__main__":
    main()
