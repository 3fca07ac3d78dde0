"""Make tables whose duplicates are known, of people and of things, to measure how well duplicates are found.

Every table has an ``id``, the columns such a table has in the wild, and ``truth``: rows with the same truth are the same person
or thing. The noise is that of real tables: typing and reading errors, abbreviations, swapped and missing fields,
things that resemble each other more than two rows of one thing do. The same seed makes the same tables.

    python bench/unify_made.py made --seed 7
    python bench/unify_made.py made --seed 7 --tables products voters
"""

from __future__ import annotations

import argparse
import csv
import random
import string
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import unify_made_things as things
import unify_made_words as words

NAMES = Path(__file__).resolve().parents[1] / "src" / "gristmill" / "data"
Row = list[object]
Table = tuple[Sequence[str], list[Row]]


class People:
    """Names of a population, some of them common, and the ways they go wrong."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        with (NAMES / "names.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.nicknames: dict[str, list[str]] = {}
        with (NAMES / "nicknames.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self.nicknames.setdefault(row["name"].lower(), []).append(row["nickname"].lower())
        self.given, self.family = self._western(rows, False), self._western(rows, True)
        korean = [row for row in rows if row["culture"] == "korean"]
        self.korean_given = [row["name"] for row in korean if row["part"] != "family"]
        self.korean_family = [row["name"] for row in korean if row["part"] == "family"]
        self.korean_weights = [float(row["weight"]) for row in korean if row["part"] == "family"]

    def _western(self, rows: Sequence[dict[str, str]], is_family: bool) -> list[str]:
        names = [
            r["name"].lower()
            for r in rows
            if r["culture"] != "korean" and (r["part"] == "family") == is_family
        ]
        return [name for name in dict.fromkeys(names) if name.isascii() and name.isalpha()]

    def pick(self, names: Sequence[str]) -> str:
        """Common names are common: half of all people share a tenth of the names."""
        if self.chance.random() < 0.5:
            return names[min(int(15 * (self.chance.paretovariate(0.9) - 1)), len(names) - 1)]
        return self.chance.choice(names)

    def korean(self) -> tuple[str, str]:
        """A surname and a given name."""
        return self.chance.choices(self.korean_family, self.korean_weights)[0], self.chance.choice(
            self.korean_given
        )


def typo(chance: random.Random, text: str, share: float = 1.0) -> str:
    """One letter left out, added, changed, swapped or misread."""
    if len(text) < 3 or chance.random() >= share:
        return text
    place = chance.randrange(1, len(text) - 1)
    letter = chance.choice(string.digits if text[place].isdigit() else string.ascii_lowercase)
    return chance.choice((
        text[:place] + text[place + 1 :], text[:place] + letter + text[place:], text[:place] + letter + text[place + 1 :],
        text[:place] + text[place + 1] + text[place] + text[place + 2 :],
        text[:place] + words.LOOK_ALIKE.get(text[place], text[place]) + text[place + 1 :],
    ))  # fmt: skip


def maybe(chance: random.Random, value: object, share: float) -> object:
    """The value in this share of cases, else nothing."""
    return value if chance.random() < share else ""


def historical(chance: random.Random) -> Table:
    """Persons of past centuries, several rows each, with many errors."""
    people, rows = People(chance), []
    towns = [*words.TOWNS, *chance.sample(people.family, 120)]
    for person in range(700):
        given, family, town = people.pick(people.given), people.pick(people.family), people.pick(towns)
        born = (chance.randint(1600, 1950), chance.randint(1, 12), chance.randint(1, 28))
        code = f"{chance.choice('abcdehlmnst')}{chance.choice('abehlmnr')}{chance.randint(1, 20)} {chance.randint(1, 9)}{chance.choice('abdefg')}{chance.choice('hjlnp')}"
        gender, work = chance.choice(["male", "female"]), chance.choice(words.WORK)
        for _ in range(chance.choice([1, 2, 3, 5, 8, 12])):
            first = chance.choice(
                [
                    given,
                    given,
                    given,
                    chance.choice(people.nicknames.get(given, [given])),
                    given[0],
                    typo(chance, given),
                ]
            )
            last = typo(chance, family, 0.25)
            if chance.random() < 0.05:
                first, last = last, first
            year = born[0] + chance.choice([0] * 12 + [-1, 1, 10])
            day = (
                (1, 1)
                if chance.random() < 0.15
                else born[1:]
                if chance.random() < 0.9
                else (chance.randint(1, 12), born[2])
            )
            middle = f" {people.pick(people.given)}" if chance.random() < 0.15 else ""
            whole = f"{first}{middle} {last}" + (", 1st baron" if chance.random() < 0.04 else "")
            rows.append([
                f"Q{person}", whole, f"{first} {last}", maybe(chance, first, 0.96), maybe(chance, last, 0.93),
                maybe(chance, f"{year}-{day[0]:02}-{day[1]:02}", 0.8), maybe(chance, town, 0.75),
                maybe(chance, code if chance.random() < 0.75 else typo(chance, code), 0.75), maybe(chance, gender, 0.8),
                maybe(chance, work if chance.random() < 0.85 else chance.choice(words.WORK), 0.75),
            ])  # fmt: skip
    return (
        "full_name",
        "first_and_surname",
        "first_name",
        "surname",
        "dob",
        "birth_place",
        "postcode_fake",
        "gender",
        "occupation",
    ), rows


def voters(chance: random.Random) -> Table:
    """Four columns and nothing else: names, suburb and postcode."""
    people, rows = People(chance), []
    suburbs = [
        (f"{a} {b}".strip(), chance.randint(2000, 4999))
        for a in (*words.SUBURBS, *chance.sample(people.family, 150))
        for b in ("", "north")
    ]
    for person in range(2500):
        given, family, (suburb, code) = (
            people.pick(people.given),
            people.pick(people.family),
            chance.choice(suburbs),
        )
        for copy in range(chance.choice([1, 1, 2, 2, 3])):
            moved = chance.choice(suburbs) if copy and chance.random() < 0.04 else (suburb, code)
            rows.append([
                person, typo(chance, given, 0.2 * copy), typo(chance, family, 0.2 * copy),
                typo(chance, moved[0], 0.1 * copy), maybe(chance, typo(chance, str(moved[1]), 0.1 * copy), 0.97),
            ])  # fmt: skip
    return ("givenname", "surname", "suburb", "postcode"), rows


def rldata(chance: random.Random) -> Table:
    """German names, two columns a name, a birth date in three; one row in ten has a second with an error."""
    people, rows = People(chance), []
    for person in range(4500):
        first, last = people.pick(people.given).upper(), people.pick(people.family).upper()
        row: Row = [person, first, maybe(chance, people.pick(people.given).upper(), 0.14), last, maybe(chance, people.pick(people.family).upper(), 0.02),
            chance.randint(1920, 2005), chance.randint(1, 12), chance.randint(1, 28)]  # fmt: skip
        rows.append(row)
        if chance.random() < 0.11:
            other, place = list(row), chance.choice([1, 3, 3, 5, 6, 7])
            other[place] = chance.randint(1, 12) if place == 6 else typo(chance, str(other[place])).upper()
            rows.append(other)
    return ("fname_c1", "fname_c2", "lname_c1", "lname_c2", "by", "bm", "bd"), rows


def febrl4(chance: random.Random) -> Table:
    """Two files of the same people in one table; each person stands once in each, the second time with errors."""
    people, rows = People(chance), []
    for person in range(2500):
        given, family = people.pick(people.given), people.pick(people.family)
        row: Row = [person, "a", given, family, str(chance.randint(1, 250)), f"{chance.choice(people.family)} {chance.choice(['street', 'place', 'crescent'])}",
            maybe(chance, chance.choice(people.family) + " park", 0.6), chance.choice(words.SUBURBS), str(chance.randint(2000, 4999)), chance.choice(["nsw", "vic", "qld", "wa"]),
            f"{chance.randint(1900, 1999)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}", str(chance.randint(1000000, 9999999))]  # fmt: skip
        other = ["b" if i == 1 else v for i, v in enumerate(row)]
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(2, 12)
            other[place] = chance.choice(
                [typo(chance, str(other[place])), typo(chance, str(other[place])), ""]
            )
        if chance.random() < 0.08:
            other[2], other[3] = other[3], other[2]
        rows += [row, [person, *other[1:]]]
    return (
        "source",
        "given_name",
        "surname",
        "street_number",
        "address_1",
        "address_2",
        "suburb",
        "postcode",
        "state",
        "date_of_birth",
        "soc_sec_id",
    ), rows


def _korean_address(chance: random.Random, home: tuple[int, int, int, int]) -> str:
    """One home by its road or by its lot, long or short."""
    place, number, lot, flat = home
    region = words.PLACES[place]
    if chance.random() < 0.5:
        region = region.replace(region.split()[0], words.SHORT[region.split()[0]])
    street = (
        f"{words.ROADS[number % len(words.ROADS)]} {number}"
        if chance.random() < 0.65
        else f"{words.WARDS[number % len(words.WARDS)]} {lot}-{number % 9 + 1}"
    )
    block, room = flat // 100 + 101, flat % 20 * 100 + 1 + flat % 4
    return f"{region} {street}" + chance.choice(
        [f" {block}동 {room}호", f", {block}-{room}", f" {block}동{room}호", ""]
    )


def korean_people(chance: random.Random) -> Table:
    """Korean customers: dates and phones as people write them, addresses by road or by lot, families under one roof."""
    people, rows = People(chance), []
    homes = [
        (
            chance.randrange(len(words.PLACES)),
            chance.randint(1, 400),
            chance.randint(1, 900),
            chance.randrange(2000),
        )
        for _ in range(1800)
    ]
    for person in range(2400):
        family, given = people.korean()
        year, month, day = chance.randint(1940, 2008), chance.randint(1, 12), chance.randint(1, 28)
        a, b, home = chance.randint(2000, 9999), chance.randint(0, 9999), chance.choice(homes)
        for copy in range(chance.choice([1, 1, 2, 2, 3])):
            name = chance.choice(
                [family + given, family + given, family + given, f"{family} {given}", f"{family}{given}님"]
            )
            if copy and chance.random() < 0.04:
                name = family + chance.choice(people.korean_given)[0] + given[1:]
            phone = chance.choice(
                [f"010-{a}-{b:04}", f"010{a}{b:04}", f"+82 10-{a}-{b:04}", f"010.{a}.{b:04}"]
            )
            born = chance.choice(
                [
                    f"{year}-{month:02}-{day:02}",
                    f"{year}{month:02}{day:02}",
                    f"{year}.{month}.{day}",
                    f"{year}년 {month}월 {day}일",
                ]
            )
            if copy and chance.random() < 0.15:
                phone = f"010-{chance.randint(2000, 9999)}-{chance.randint(0, 9999):04}"
            rows.append(
                [
                    person,
                    name,
                    maybe(chance, born, 0.75),
                    maybe(chance, phone, 0.85),
                    maybe(chance, _korean_address(chance, home), 0.8),
                ]
            )
    return ("이름", "생년월일", "휴대전화", "주소"), rows


def companies(chance: random.Random) -> Table:
    """Companies with Korean and English names, legal forms before or behind, of which several share an office."""
    rows = []
    for company in range(1500):
        parts, trade = chance.sample(words.SOUNDS, chance.choice([2, 2, 3])), chance.choice(words.TRADES)
        korean, english = (
            "".join(p[0] for p in parts) + trade[0],
            "".join(p[1] for p in parts).capitalize() + " " + trade[1],
        )
        number = f"{chance.randint(101, 899)}-{chance.randint(81, 88)}-{chance.randint(10000, 99999)}"
        home = (
            chance.randrange(len(words.PLACES)),
            chance.randint(1, 120),
            chance.randint(1, 900),
            chance.randrange(300),
        )
        a, b = chance.randint(200, 9999), chance.randint(0, 9999)
        for _ in range(chance.choice([1, 1, 2, 3])):
            name = chance.choice(
                [
                    f"(주){korean}",
                    f"{korean}(주)",
                    f"주식회사 {korean}",
                    f"㈜{korean}",
                    korean,
                    f"{english} Co., Ltd.",
                    f"{english} Inc.",
                    english.upper(),
                ]
            )
            rows.append([
                company, name, maybe(chance, chance.choice([number, number.replace("-", "")]), 0.6), maybe(chance, _korean_address(chance, home), 0.75),
                maybe(chance, chance.choice([f"02-{a}-{b:04}", f"02{a}{b:04}", f"+82-2-{a}-{b:04}"]), 0.7),
            ])  # fmt: skip
    return ("company_name", "business_number", "address", "phone"), rows


TABLES: dict[str, Callable[[random.Random], Table]] = {
    "historical": historical, "voters": voters, "rldata": rldata, "febrl4": febrl4, "korean": korean_people, "companies": companies,
    **things.TABLES,
}  # fmt: skip


def write(folder: Path, seed: int, tables: Sequence[str] = tuple(TABLES)) -> list[Path]:
    """One CSV file a table, its rows in no order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in tables:
        chance = random.Random(seed * 1_000_003 + zlib.crc32(name.encode()))
        header, rows = TABLES[name](chance)
        chance.shuffle(rows)
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", *header, "truth"])
            writer.writerows([i, *row[1:], row[0]] for i, row in enumerate(rows, 1))
        paths.append(path)
    return paths


def main() -> None:
    """Make the tables asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tables", nargs="+", default=tuple(TABLES), choices=tuple(TABLES))
    args = parser.parse_args()
    for path in write(args.folder, args.seed, args.tables):
        print(path)


if __name__ == "__main__":
    main()
