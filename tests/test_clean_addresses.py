"""Addresses composed from known parts come back as those parts."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from gristmill import entities
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import Template, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).parents[1]
CLEAN = ROOT / "sql" / "clean"
DATA = ROOT / "src" / "gristmill" / "data"
LEGAL_DONGS = ROOT.parent / "shared" / "data" / "korean_regions" / "KIKcd_B.20260301.csv"

Parts = dict[str, "str | None"]
PARTS = (
    "kind",
    "province",
    "district",
    "neighbourhood",
    "road",
    "building_no",
    "lot_no",
    "detail",
    "postcode",
)
SHORT = {
    "서울특별시": "서울",
    "부산광역시": "부산",
    "대구광역시": "대구",
    "인천광역시": "인천",
    "광주광역시": "광주",
    "대전광역시": "대전",
    "울산광역시": "울산",
    "세종특별자치시": "세종",
    "경기도": "경기",
    "강원특별자치도": "강원",
    "충청북도": "충북",
    "충청남도": "충남",
    "전북특별자치도": "전북",
    "전라남도": "전남",
    "경상북도": "경북",
    "경상남도": "경남",
    "제주특별자치도": "제주",
}


def needed(*relations: str, without: Iterable[str] = ()) -> dict[str, Template]:
    """Templates of ``clean`` that these relations are made by, after all that they read, but for some."""
    found: dict[str, Template] = {}

    def add(name: str) -> None:
        if name not in found and name not in without:
            template = parse(CLEAN / f"{name}_v1.sql")
            for read in dict.fromkeys(re.findall(r"(?:from|join) clean\.(\w+)", template.sql)):
                add(read)
            found[name] = template

    for relation in relations:
        add(relation)
    return found


NO_FIXES = """select cast(null as varchar) as scope, cast(null as varchar) as raw, cast(null as varchar) as value,
    cast(null as varchar) as rule, cast(null as double) as confidence where false"""


def made(
    engine: DuckDBEngine, rows: Iterable[dict[str, str | None]], *relations: str, mend: bool = False
) -> None:
    """Make ``source.contacts`` of rows and the relations with all they read; texts are mended before on demand."""
    for name, entity in entities.ENTITIES.items():
        full = list(rows) if name == "contacts" else []
        fields = [("_row", pa.int64()), *((c, pa.string()) for c in ("_source", "_system", "_file"))]
        schema = pa.schema(fields + [(c, pa.string()) for c in entity.names])
        numbered = [{"_source": "crm", "_file": "crm.csv", "_row": i} | row for i, row in enumerate(full)]
        engine.register("given", pa.Table.from_pylist(numbered, schema))
        engine.make(f"source.{name}", "select * from given")
    engine.make("clean.misplaced", "select _source, _file, _row, city from source.contacts where false")
    if not mend:
        engine.make("clean.text_fixes", NO_FIXES)
    for name, template in needed(
        *relations, without=("misplaced",) if mend else ("misplaced", "text_fixes")
    ).items():
        is_list = not re.search(r"source\.|clean\.(address|place_texts)", template.sql)
        if mend or not is_list or f"clean.{name}" not in engine.relations():
            params = {key: param.default for key, param in template.params.items()}
            engine.make(f"clean.{name}", template.sql, params)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as opened:
        yield opened


def parted(engine: DuckDBEngine, texts: Iterable[str]) -> dict[str, Parts]:
    """Every address with its parts."""
    made(engine, [{"address": text} for text in texts], "address_parts")
    names = [column.name for column in engine.columns("clean.address_parts")]
    rows = [dict(zip(names, row, strict=True)) for row in engine.rows("select * from clean.address_parts")]
    assert max(Counter(row["address"] for row in rows).values(), default=1) == 1
    return {row["address"]: row for row in rows}


def failures(got: dict[str, Parts], wanted: dict[str, Parts]) -> list[str]:
    """What came back differently, one line an address."""
    return [
        f"{text!r}: "
        + ", ".join(f"{k} {got[text][k]!r} for {v!r}" for k, v in parts.items() if got[text][k] != v)
        for text, parts in wanted.items()
        if any(got[text][name] != value for name, value in parts.items())
    ]


def share(got: dict[str, Parts], wanted: dict[str, Parts]) -> tuple[float, str]:
    """Share of addresses that came back exactly, and what to show when that is too little."""
    wrong = failures(got, wanted)
    shown = "\n".join(wrong[:40])
    return 1 - len(wrong) / len(wanted), f"{len(wrong)} of {len(wanted)} differ:\n{shown}"


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PLACES = [
    # 세종 has no districts; the sample writes 세종시 behind it.
    (row["region"], None if row["region"] == "세종특별자치시" else row["city"])
    for row in table("places.csv")
    if row["country"] == "KR"
]
ROADS = [row["street"] for row in table("streets.csv") if row["country"] == "KR"]
NEIGHBOURHOODS = [
    "역삼동",
    "구로1동",
    "신길동",
    "길동",
    "종로1가",
    "동인동3가",
    "봉담읍 동화리",
    "안면읍 승언리",
    "서면 동리",
]


def provinces(rnd: random.Random, province: str, tight: bool) -> str:
    """A way of writing a province; 세종통일로 without a space may be a road."""
    short = SHORT[province]
    forms = [province] if tight and short == "세종" else [province, short]
    if province.endswith(("특별시", "광역시", "자치시")) and short != "광주":
        forms.append(short + "시")
    if province.startswith(("강원", "제주")):
        forms.append(short + "도")
    if province == "전북특별자치도":
        forms.append("전라북도")
    return rnd.choice(forms)


def districts(rnd: random.Random, district: str, tight: bool) -> str:
    """A way of writing a district; without spaces it keeps its ending."""
    words = district.split(" ")
    bare = [word[:-1] if len(word) > 2 else word for word in words]
    forms = [district, district, "".join(words)]
    forms.append(" ".join([*bare[:-1], words[-1]]))
    if len(words[-1]) > 2 and not tight:
        forms.append(" ".join(bare))
    return rnd.choice(forms)


def roads(rnd: random.Random) -> tuple[str, str, str | None]:
    """A road as parts have it, as it may be written, and the 읍 or 면 before it."""
    base = rnd.choice(ROADS)
    number = rnd.randint(1, 400)
    tail = (
        "" if base.endswith("길") else rnd.choice(["", "", f"{number}길", f"{number}번길", f"{number}번가길"])
    )
    gap = rnd.choice(["", " "]) if tail else ""
    return base + tail, base + gap + tail, rnd.choice([None, None, None, "봉담읍", "서면"])


DETAILS = ["101동 202호", "3층", "지하1층", "B1층", "A동 1203호", "강남빌딩 5층", "101-202", "2층 한빛안과"]


def composed(rnd: random.Random) -> tuple[str, Parts]:
    """An address of Korea in one of many ways of writing, and its parts."""
    province, district = rnd.choice(PLACES)
    parts: Parts = dict.fromkeys(PARTS)
    parts |= {"province": province, "district": district}
    style = rnd.choice(["words", "words", "commas", "tight head", "tight"])
    tight = style.startswith("tight")
    head = [provinces(rnd, province, tight)] + ([districts(rnd, district, tight)] if district else [])
    number = rnd.choice([str(rnd.randint(1, 2000)), f"{rnd.randint(1, 999)}-{rnd.randint(1, 99)}"])
    bracket = ""
    if rnd.random() < 0.6:
        road, written, before = roads(rnd)
        below = rnd.random() < 0.05
        parts |= {"kind": "road", "road": road, "neighbourhood": before}
        parts["building_no"] = f"지하 {number}" if below else number
        middle = ([before] if before else []) + [written]
        number = rnd.choice(["지하 ", "지하"]) + number if below else number
        if before is None and rnd.random() < 0.3:
            parts["neighbourhood"] = rnd.choice(NEIGHBOURHOODS[:6])
            bracket = f" ({parts['neighbourhood']})"
    else:
        neighbourhood = rnd.choice(NEIGHBOURHOODS)
        hill = rnd.random() < 0.15
        parts |= {"kind": "lot", "neighbourhood": neighbourhood, "lot_no": f"산 {number}" if hill else number}
        middle = neighbourhood.split(" ")
        number = (rnd.choice(["산 ", "산"]) if hill else "") + number + rnd.choice(["", "번지", " 번지"])
    if rnd.random() < 0.6:
        parts["detail"] = rnd.choice(DETAILS)
    gap = {"words": " ", "commas": ", ", "tight head": "", "tight": ""}[style]
    inner = "" if style == "tight" else " "
    text = gap.join(head).replace(" ", "" if tight else " ") + gap
    text += (inner.join(middle) if style != "tight" else "".join(middle).replace(" ", "")) + inner + number
    text += ("" if parts["detail"] is None else rnd.choice([", ", " "]) + parts["detail"]) + bracket
    if rnd.random() < 0.15:
        parts["postcode"] = rnd.choice(["06234", "135-080"])
        text = rnd.choice(["({}) ", "{} ", "[{}] ", "우){} "]).format(parts["postcode"]) + text
    elif rnd.random() < 0.05:
        parts["postcode"] = "06234"
        text += rnd.choice([", 06234", " (06234)"])
    return text, parts


def test_addresses_in_many_writings_come_back_as_their_parts(engine: DuckDBEngine) -> None:
    rnd = random.Random(20261101)
    wanted = dict(composed(rnd) for _ in range(6_000))
    exact, shown = share(parted(engine, wanted), wanted)
    assert exact >= 0.99, shown


def test_full_width_digits_and_signs_are_read_like_others(engine: DuckDBEngine) -> None:
    wide = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789-,()"}
    rnd = random.Random(7)
    texts = [composed(rnd)[0] for _ in range(300)]
    made(engine, [{"address": text.translate(wide)} for text in texts], "address_parts", mend=True)
    shown = set(engine.rows(f"select {', '.join(PARTS)} from clean.address_parts"))
    made(engine, [{"address": text} for text in texts], "address_parts")
    assert shown == set(engine.rows(f"select {', '.join(PARTS)} from clean.address_parts"))


def test_addresses_of_the_sample_come_back_as_their_parts(engine: DuckDBEngine) -> None:
    rnd = random.Random(11)
    streets = [(row["country"], row["street"]) for row in table("streets.csv")]
    wanted: dict[str, Parts] = {}
    for place in table("places.csv"):
        land, city = place["country"], place["city"]
        for _, street in rnd.sample([row for row in streets if row[0] == land], 8):
            number, digit = str(rnd.randint(1, 180)), str(rnd.randint(1, 9))
            if land == "KR":
                text = f"{place['region']} {city} {street} {number}, 10{digit}동 120{digit}호"
                wanted[text] = {
                    "kind": "road",
                    "province": place["region"],
                    "road": street,
                    "building_no": number,
                }
                wanted[text] |= {
                    "district": city if city != "세종시" else None,
                    "detail": f"10{digit}동 120{digit}호",
                }
                continue
            postcode = place["postcode"].replace("#", digit)
            line = {
                "US": "{1} {0}",
                "GB": "{1} {0}",
                "FR": "{1} {0}",
                "ES": "{0}, {1}",
                "BR": "{0}, {1}",
            }.get(land, "{0} {1}")
            text = f"{line.format(street, number)}, {postcode} {city}"
            wanted[text] = {
                "kind": "generic",
                "house_no": number,
                "street": street,
                "postcode": postcode,
                "city": city,
            }
    exact, shown = share(parted(engine, wanted), wanted)
    assert exact >= 0.99, shown


def test_addresses_elsewhere_in_the_ways_of_their_countries(engine: DuckDBEngine) -> None:
    wanted: dict[str, tuple[str | None, ...]] = {
        # house_no, street, unit, city, region, postcode
        "123 Main St Apt 4B, Boulder, CO 80301": ("123", "Main St", "Apt 4B", "Boulder", "CO", "80301"),
        "123 Main St, Boulder CO 80301-1234, USA": ("123", "Main St", None, "Boulder", "CO", "80301-1234"),
        "1 King St, Suite 200, San Francisco, CA 94105": (
            "1",
            "King St",
            "Suite 200",
            "San Francisco",
            "CA",
            "94105",
        ),
        "10 Downing St, London SW1A 2AA": ("10", "Downing St", None, "London", None, "SW1A 2AA"),
        "Flat 3, 221B Baker Street, London NW1 6XE": (
            "221B",
            "Baker Street",
            "Flat 3",
            "London",
            None,
            "NW1 6XE",
        ),
        "#4B, 12 King Street, Sydney NSW 2000": ("12", "King Street", "#4B", "Sydney", "NSW", "2000"),
        "PO Box 123, Boulder, CO 80301": (None, "PO Box 123", None, "Boulder", "CO", "80301"),
        "5 bis rue Pasteur, 69001 Lyon": ("5 bis", "rue Pasteur", None, "Lyon", None, "69001"),
        "Am Markt 12a, 8010 Graz, Austria": ("12a", "Am Markt", None, "Graz", None, "8010"),
        "Prinsengracht 12-3, 1015 DV Amsterdam": (
            "12-3",
            "Prinsengracht",
            None,
            "Amsterdam",
            None,
            "1015 DV",
        ),
        "Flat Rock Road 5, 12345 Kassel": ("5", "Flat Rock Road", None, "Kassel", None, "12345"),
        "5th Avenue 12, 10001 New York": ("12", "5th Avenue", None, "New York", None, "10001"),
        "12 High Street, London": ("12", "High Street", None, "London", None, None),
    }
    got = parted(engine, wanted)
    names = ("house_no", "street", "unit", "city", "region", "postcode")
    assert {text: tuple(got[text][name] for name in names) for text in wanted} == wanted


def legal_dongs() -> list[tuple[str, str | None, str]]:
    """Province, district and neighbourhood of every legal dong, as of March 2026."""
    if not LEGAL_DONGS.exists():
        pytest.skip("the list of legal dongs is not here")
    lines = LEGAL_DONGS.read_text(encoding="utf-8-sig").splitlines()
    names = {line.split(",")[0]: line.split(",")[1] for line in lines}
    found = []
    for code, name in names.items():
        province, district = names.get(code[:2] + "00000000", ""), names.get(code[:5] + "00000", "")
        # Branch offices (출장소) are no places; 세종 has one code for province and district.
        if code.endswith("00000") or province not in SHORT or "출장" in name:
            continue
        head = district or province
        inner = head.removeprefix(province).strip() or None
        found.append((province, inner, name.removeprefix(head).strip()))
    return found


def today(province: str, district: str | None) -> str | None:
    """The district since July 2026."""
    return "제물포구" if (province, district) == ("인천광역시", "동구") else district


WRITINGS: dict[str, Callable[[str, str, str, str], str]] = {
    "in full": lambda p, d, n, lot: " ".join(f"{p} {d} {n} {lot}".split()),
    "short": lambda p, d, n, lot: " ".join(f"{SHORT[p]} {d} {n} {lot}번지".split()),
    "without spaces": lambda p, d, n, lot: f"{SHORT[p]}{d}{n}{lot}".replace(" ", ""),
    "with commas": lambda p, d, n, lot: ", ".join(part for part in (p, d, n) if part) + f" {lot}",
}


@pytest.mark.parametrize("writing", list(WRITINGS))
def test_every_legal_dong_comes_back_from_a_lot_address(engine: DuckDBEngine, writing: str) -> None:
    rnd = random.Random(3)
    wanted: dict[str, Parts] = {}
    for province, district, name in legal_dongs():
        lot = rnd.choice(["12-3", "산 12", "123", "산 45-6", "7"])
        text = WRITINGS[writing](province, district or "", name, lot)
        wanted[text] = {
            "province": province,
            "district": today(province, district),
            "neighbourhood": name,
            "lot_no": lot,
        }
    assert len(wanted) > 20_000
    exact, shown = share(parted(engine, wanted), wanted)
    assert exact >= 0.995, shown


def test_the_list_of_districts_is_that_of_the_legal_dongs(engine: DuckDBEngine) -> None:
    official = {(province, district) for province, district, _ in legal_dongs() if district}
    made(engine, [], "districts")
    ours = set(engine.rows("select province, district from clean.districts"))
    # Cities that have districts are listed beside them, here only.
    cities = {(province, district.split(" ")[0]) for province, district in official if " " in district}
    incheon = "인천광역시"
    assert ours - official - cities == {(incheon, name) for name in ("제물포구", "영종구", "검단구")}
    assert official - ours == {(incheon, "동구")}


ALPHABETS = [
    "서울경기도시군구읍면동리로길번지산하가 0123456789-,.()",
    "abAB -,.#0123456789robundgusi",
    "서울부산 강남구테헤란로 123-4, ()",
    "\n\t\\'\"%$[]{}|^*+?\u0301\u200b\u00a0é漢字🙂ａ１％",
]


def any_text(rnd: random.Random) -> str:
    """Text of letters that addresses are made of, or of any characters at all."""
    alphabet = rnd.choice([*ALPHABETS, ""])
    size = rnd.randint(1, 50)
    if alphabet:
        return "".join(rnd.choice(alphabet) for _ in range(size))
    return "".join(
        chr(rnd.choice([rnd.randint(1, 0xD7FF), rnd.randint(0xE000, 0x10FFFF)])) for _ in range(size)
    )


def test_any_text_is_one_row_and_gives_the_same_parts_again(engine: DuckDBEngine) -> None:
    rnd = random.Random(17)
    texts = {text for text in (any_text(rnd) for _ in range(8_000)) if text.strip()}
    first = parted(engine, texts)
    assert first.keys() == texts
    assert all(row["kind"] in ("road", "lot", "generic", "unknown") for row in first.values())
    assert all(value != "" for row in first.values() for value in row.values())
    assert parted(engine, first) == first


@pytest.mark.parametrize(
    "text", ["가" * 100_000, "서울 " * 50_000, "1" * 200_000, "a-ro " * 60_000, ",(" * 90_000]
)
def test_a_huge_address_is_unknown(engine: DuckDBEngine, text: str) -> None:
    assert [row["kind"] for row in parted(engine, [text]).values()] == ["unknown"]


def written_again(parts: Parts) -> str:
    """The parts of an address of Korea in the official order."""
    names = ("province", "district", "neighbourhood", "road", "building_no", "lot_no")
    text = " ".join(parts[name] or "" for name in names)
    text = " ".join(text.split()) + (f", {parts['detail']}" if parts["detail"] else "")
    return f"{parts['postcode']} {text}" if parts["postcode"] else text


def test_parts_written_as_an_address_are_parted_alike(engine: DuckDBEngine) -> None:
    rnd = random.Random(5)
    once = [
        row for row in parted(engine, [composed(rnd)[0] for _ in range(1_500)]).values() if row["province"]
    ]
    # A neighbourhood named in brackets stands before the road when written again, which is read as well.
    again = {written_again(row): {name: row[name] for name in PARTS} for row in once}
    exact, shown = share(parted(engine, again), again)
    assert exact >= 0.995, shown
