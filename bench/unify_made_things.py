"""The tables of ``unify_made.py`` that are of things: products, publications, citations, restaurants, recordings, payments."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence

import unify_made_words as words

Row = list[object]
Table = tuple[Sequence[str], list[Row]]


def slip(chance: random.Random, text: str, share: float) -> str:
    """A letter left out, doubled or changed, in this share of cases."""
    if len(text) < 5 or chance.random() >= share:
        return text
    place = chance.randrange(1, len(text) - 1)
    return (
        text[:place]
        + chance.choice(["", text[place] * 2, chance.choice(string.ascii_lowercase)])
        + text[place + 1 :]
    )


def _price(chance: random.Random, price: float) -> str:
    """What a shop asks, as it writes it."""
    found = price * chance.uniform(0.8, 1.15)
    return chance.choice([f"{found:.2f}", f"${found:,.2f}", f"{found:.0f}", ""])


def electronics(chance: random.Random) -> Table:
    """Two shops' offers; a maker's models differ in a digit or a letter and share all else."""
    rows: list[Row] = []
    for family in range(500):
        maker, kind = chance.choice(words.MAKERS), chance.choice(words.KINDS)
        stem, first = (
            "".join(chance.choices("ABCDEFGHKLMPRSTVWX", k=chance.randint(2, 4))),
            chance.randint(10, 9000),
        )
        base = chance.uniform(20, 1800)
        for member in range(chance.choice([1, 1, 2, 3])):
            model = f"{stem}{first + member * chance.choice([1, 10, 5])}{chance.choice(['', 'B', 'S', 'U'])}"
            colour, price, key = (
                chance.choice(words.COLOURS),
                base * chance.uniform(0.7, 1.5),
                f"{family}-{member}",
            )
            traits = chance.sample(words.TRAITS, 3)
            rows.append(
                [
                    key,
                    f"{maker} {colour} {kind} - {model}",
                    f"{maker} {colour} {kind} - {model}/ {'/ '.join(traits)}/ {colour} Finish",
                    _price(chance, price),
                ]
            )
            if chance.random() < 0.8:
                written = chance.choice(
                    [
                        model,
                        model,
                        f"{stem}-{model[len(stem) :]}",
                        f"{model}/{colour[0]}",
                        f"{stem} {model[len(stem) :]}",
                    ]
                )
                name = chance.choice(
                    [
                        f"{maker} {written} {kind}",
                        f"{maker} {kind} {written} {colour}",
                        f"{maker} {written}",
                        f"{kind} {maker} {written} ({colour})",
                    ]
                )
                said = (
                    f"{kind} with {' and '.join(chance.sample(traits, 2))}" if chance.random() < 0.7 else ""
                )
                rows.append([key, slip(chance, name, 0.06), said, _price(chance, price)])
    return ("name", "description", "price"), rows


def products(chance: random.Random) -> Table:
    """Software of two shops by title, maker and price: versions and editions of one title are different products."""
    rows: list[Row] = []
    for line in range(420):
        maker, title = (
            chance.choice(words.PUBLISHERS),
            " ".join(chance.sample(words.WORDS, chance.randint(1, 3))),
        )
        base, version = chance.uniform(10, 600), chance.randint(1, 12)
        by_year = chance.random() < 0.5
        for member in range(chance.choice([1, 1, 2, 3])):
            number = (
                str(2000 + version + member) if by_year else f"{version + member}.{chance.choice('00025')}"
            )
            edition = chance.sample(words.EDITIONS, chance.choice([0, 1, 1, 2]))
            price, key = base * chance.uniform(0.6, 1.4), f"{line}-{member}"
            rows.append([key, " ".join([maker, title, *edition, number]), maker, _price(chance, price)])
            if chance.random() < 0.75:
                said = [w for w in edition if chance.random() < 0.8]
                short = number.removesuffix(".0") if chance.random() < 0.7 else f"v{number}"
                name = " ".join(
                    chance.choice(
                        [
                            [maker, title, short, *said],
                            [title, short, *said],
                            [title, *said, short, maker, "software"],
                            [maker, title, *said, short, "(pc)", "cd-rom"],
                        ]
                    )
                )
                rows.append(
                    [
                        key,
                        slip(chance, name, 0.06),
                        chance.choice([maker, "", f"{maker} inc.", f"{maker} software"]),
                        _price(chance, price),
                    ]
                )
    return ("title", "manufacturer", "price"), rows


def _authors(chance: random.Random, n: int) -> list[tuple[str, str]]:
    return [(chance.choice(words.FIRST), chance.choice(words.LAST)) for _ in range(n)]


def bibliography(chance: random.Random) -> Table:
    """Two libraries in one file; papers have follow-ups with nearly the same title."""
    rows: list[Row] = []
    for paper in range(1800):
        title, authors = (
            " ".join(chance.sample(words.TOPICS, chance.randint(3, 9))).capitalize(),
            _authors(chance, chance.randint(1, 4)),
        )
        venue, year = chance.choice(words.VENUES), chance.randint(1994, 2003)
        for part in range(2 if chance.random() < 0.06 else 1):
            key, whole = f"{paper}-{part}", title + (" revisited" if part else "")
            rows.append(
                [
                    key,
                    "one",
                    whole + ".",
                    ", ".join(f"{a.title()} {b.title()}" for a, b in authors),
                    venue[0],
                    year + part,
                ]
            )
            if chance.random() < 0.8:
                short = ", ".join(
                    f"{a[0].upper()}. {b.title()}" if chance.random() < 0.5 else f"{a.title()} {b.title()}"
                    for a, b in authors
                )
                rows.append(
                    [
                        key,
                        "two",
                        slip(chance, whole, 0.3),
                        short if chance.random() < 0.95 else "",
                        venue[1],
                        year + part if chance.random() < 0.96 else "",
                    ]
                )
    return ("source", "title", "authors", "venue", "year"), rows


def citations(chance: random.Random) -> Table:
    """References as authors write them: many to a paper, each with its own abbreviations and gaps."""
    rows: list[Row] = []
    for paper in range(160):
        title, authors = (
            " ".join(chance.sample(words.TOPICS, chance.randint(4, 9))),
            _authors(chance, chance.randint(1, 4)),
        )
        venue, year, page = chance.choice(words.VENUES), chance.randint(1985, 1999), chance.randint(1, 900)
        for _ in range(min(int(chance.paretovariate(0.9)), 50) + 1):
            style = chance.randrange(3)
            names = [(f"{a[0]}. {b}", f"{b}, {a[0]}.", f"{a} {b}")[style] for a, b in authors]
            rows.append([
                paper, " and ".join(names), slip(chance, title, 0.25), chance.choice(venue) if chance.random() < 0.8 else "",
                chance.choice([str(year), f"({year})", ""]), f"pp. {page}-{page + 12}" if chance.random() < 0.5 else "",
            ])  # fmt: skip
    return ("author", "title", "venue", "year", "pages"), rows


def restaurants(chance: random.Random) -> Table:
    """Two guides; chains have several houses."""
    rows: list[Row] = []
    for place in range(800):
        name = " ".join([*chance.sample(words.DINERS, chance.randint(1, 2)), chance.choice(words.LAST)])
        for house in range(3 if chance.random() < 0.03 else 1):
            number, street, kind = (
                chance.randint(1, 9999),
                chance.choice(words.LAST),
                chance.choice(["st.", "ave.", "blvd."]),
            )
            city, phone = (
                chance.choice(words.CITIES),
                (chance.randint(200, 900), chance.randint(200, 999), chance.randint(0, 9999)),
            )
            food, key = (
                chance.choice(["american", "french", "italian", "seafood", "asian"]),
                f"{place}-{house}",
            )
            rows.append([key, name, f"{number} {street} {kind}", city, "{}/{}-{:04}".format(*phone), food])
            if chance.random() < 0.2:
                other = phone if chance.random() < 0.85 else (phone[0], phone[1], chance.randint(0, 9999))
                address = chance.choice(
                    [
                        f"{number} {street} {kind}",
                        f"{number} {street} {kind} at {chance.choice(words.LAST)} st.",
                        f"{number} {street}",
                    ]
                )
                rows.append(
                    [
                        key,
                        chance.choice([slip(chance, name, 0.5), f"{name} restaurant", f"the {name}"]),
                        address,
                        city if chance.random() < 0.85 else chance.choice(words.CITIES),
                        "{}-{}-{:04}".format(*other),
                        chance.choice([food, "continental"]),
                    ]
                )
    return ("name", "addr", "city", "phone", "type"), rows


def music(chance: random.Random) -> Table:
    """Recordings of five sources; an album's songs share everything but the title."""
    rows: list[Row] = []
    for album in range(450):
        artist = " ".join(
            chance.choice([words.FIRST, words.TOPICS])[chance.randrange(25)] for _ in range(2)
        ).title()
        name, year = " ".join(chance.sample(words.TOPICS, 2)), chance.randint(1960, 2015)
        for song in range(chance.randint(1, 5)):
            title, length = (
                " ".join(chance.sample(words.TOPICS, chance.randint(1, 4))),
                chance.randint(90, 400),
            )
            for _ in range(chance.choice([1, 1, 2, 3])):
                rows.append([
                    f"{album}-{song}", chance.choice(["", "", f"{song + 1:02}-", f"{artist} - "]) + slip(chance, title, 0.2), artist if chance.random() < 0.9 else "",
                    slip(chance, name, 0.2) if chance.random() < 0.8 else "", chance.choice([str(year), str(year), f"'{year % 100:02}", ""]),
                    chance.choice([str(length), f"{length // 60}:{length % 60:02}", ""]),
                ])  # fmt: skip
    return ("title", "artist", "album", "year", "length"), rows


def transactions(chance: random.Random) -> Table:
    """Payments as they leave one account and arrive at another: later, less, and with a cut memo."""
    rows: list[Row] = []
    for payment in range(2500):
        name, day, month = (
            f"{chance.choice(words.FIRST)} {chance.choice(words.LAST)}".upper(),
            chance.randint(1, 25),
            chance.randint(1, 12),
        )
        amount = 60.0 if chance.random() < 0.05 else round(chance.lognormvariate(4, 1.2), 2)
        rows.append(
            [
                payment,
                f"{name} {chance.choice(['paym', 'gift', 'rent', f'inv {payment % 97}'])}",
                f"2022-{month:02}-{day:02}",
                amount,
            ]
        )
        memo = chance.choice(
            [
                f"{name[0]} {name.split()[1]}",
                name[: chance.randint(6, 14)],
                f"{name} payment",
                f"{name} c",
                "",
            ]
        )
        rows.append(
            [
                payment,
                memo,
                f"2022-{month:02}-{day + chance.choice([0, 0, 1, 2, 3]):02}",
                amount if chance.random() < 0.85 else round(amount * 0.98, 2),
            ]
        )
    return ("memo", "transaction_date", "amount"), rows


TABLES: dict[str, Callable[[random.Random], Table]] = {
    "electronics": electronics, "products": products, "bibliography": bibliography, "citations": citations,
    "restaurants": restaurants, "music": music, "transactions": transactions,
}  # fmt: skip
