"""Values that mean the same: what is proposed, what never is, the file of decisions, and what is applied."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from conftest import OPEN, House

from gristmill.cluster import (
    FILE,
    HEADER,
    Found,
    Line,
    Proposal,
    accepted,
    check,
    choose,
    find,
    maker,
    merge,
    mergeable,
    params_for,
    read,
    record,
    write,
    write_merges,
)
from gristmill.cluster.find import MAX_GRAM_VALUES, MAX_LENGTH
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import SourceError
from gristmill.lineage import meaning
from gristmill.project import Project
from gristmill.template import Template, parse

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
COMPANIES = ROOT / "src" / "gristmill" / "data" / "companies.csv"


class Kitchen:
    """The templates of clustering alone, parsed once."""

    def __init__(self) -> None:
        paths = [*(ROOT / "sql" / "cluster").glob("*.sql"), *(ROOT / "sql" / "clean").glob("countr*.sql")]
        found = [parse(path) for path in sorted(paths)]
        self._winners = {template.relation: template for template in found}
        self._meanings = {template.relation: meaning(template) for template in found}

    def winners(self) -> dict[str, Template]:
        return self._winners

    def of(self, template: Template):
        return self._meanings[template.relation]


@pytest.fixture(scope="module")
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as opened:
        yield opened


Propose = Callable[..., Found]


@pytest.fixture(scope="module")
def propose(engine: DuckDBEngine, kitchen: Kitchen) -> Propose:
    """Proposals for cells of a column, of this name."""

    def run(
        cells: Iterable[str | None], column: str = "city", *, least: float = 0.6, **more: object
    ) -> Found:
        engine.register("cells", pa.table({column: pa.array(list(cells), pa.string())}))
        engine.make("raw.cells", "select * from cells")
        merged = more.pop("merged", None)
        params = {**params_for(column, least=least), **more}
        return find(engine, "raw.cells", column, maker(engine, kitchen, kitchen, params), merged=merged)

    return run


def pairs(found: Found) -> set[tuple[str, str]]:
    return {(one.before, one.after) for one in found.proposals}


# -- fingerprints, against the same rules in Python ---------------------------------------------------


WIDE = {i: i - 0xFEE0 for i in range(0xFF01, 0xFF5F)}
LETTER_MARKS = re.compile(r"[\u3040-\u30ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0e7f]")
LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ð": "d"})


def folded(value: str) -> str:
    text = unicodedata.normalize("NFC", value).translate(WIDE).lower()
    text = re.sub(r"[\s\u3000\u00a0\u0085]+", " ", text)
    if not LETTER_MARKS.search(text):
        parted = unicodedata.normalize("NFD", text)
        text = unicodedata.normalize("NFC", "".join(c for c in parted if unicodedata.category(c) != "Mn"))
        text = text.translate(LETTERS)
    text = text.replace("&", " and ")
    kept = []
    for char in text:
        kind = unicodedata.category(char)
        if char in ".'’‘`´" or kind in ("Cc", "Cf"):
            continue
        kept.append(char if kind[0] in "LNM" or kind == "So" else " ")
    return " ".join("".join(kept).split())


def fingerprint(value: str) -> str:
    return " ".join(sorted(set(folded(value).split())))


def ngrams(value: str) -> str:
    joined = folded(value).replace(" ", "")
    if len(joined) < 3:
        return joined
    return "".join(sorted({joined[i : i + 2] for i in range(len(joined) - 1)}))


HOSTILE = [
    "Café  LUMIÈRE", "O'Brien-Smith", "ＡＢＣ　１２", "Straße 5", "Se\u00a0oul", "\u1112\u1161\u11ab빛", "a\u0000b",
    "tab\tnew\nline", '"quoted", it', "=1+1", "が か", "हिन्दी", "العربية", "ไทย", "Привет, МИР!", "Ωμέγα", "東京 都",
    "Ångström", "Œuvre", "Łódź", "naïve—dash", "a/b\\c", "C++", "100%", "½ cup", "Ⅷ", "😀 smile", "x\u200by", "a_b-c", "ⓐ",
    "Johnson & Johnson", "김민수, 이", "...", "  ", "zz zz a",
]  # fmt: skip


def test_fingerprints_are_those_of_an_implementation_in_python(
    propose: Propose, engine: DuckDBEngine
) -> None:
    drawn = random.Random(5)
    letters = "abcXYZéüñ가나 힣Дж0129-'.,&  "
    values = [*HOSTILE, *("".join(drawn.choices(letters, k=drawn.randrange(1, 15))) for _ in range(2000))]
    with COMPANIES.open(encoding="utf-8") as file:
        values += [row["company"] for row in csv.DictReader(file)]
    propose(values, is_company=False)
    got = {
        value: rest
        for value, *rest in engine.rows("select value, text, fingerprint, ngrams from cluster.keys")
    }
    wanted = {v: [folded(v), fingerprint(v), ngrams(v)] for v in set(values) if folded(v)}
    assert {v: got.get(v) for v in wanted if got.get(v) != wanted[v]} == {}
    assert set(got) == set(wanted)


# -- what is proposed and what never is ---------------------------------------------------------------


SAME = {
    "city": [
        ("NORTHFIELD SUPPLY", "Northfield Supply"), ("Supply, Northfield", "Northfield Supply"),
        ("North Field Supply", "Northfield Supply"), ("Nortfield Supply", "Northfield Supply"),
        ("Atelier Lumiere", "Atelier Lumière"), ("birmxngham", "birmingham"), ("東 京都", "東京都"), ("Превет мир", "Привет мир"),
    ],
    "company": [
        ("(주)한빛물산", "한빛물산"), ("한빛물산 주식회사", "한빛물산"), ("한빛물신", "한빛물산"), ("한빛 물산", "한빛물산"),
        ("Acme Foods, Inc.", "Acme Foods"), ("Mueller Handel", "Müller Handel"), ("Weber Büro", "Weber Büro GmbH"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("column", SAME)
def test_a_rare_spelling_goes_to_the_frequent_one(propose: Propose, column: str) -> None:
    cells = [rare for rare, _ in SAME[column]] + [often for _, often in SAME[column]] * 12
    assert pairs(propose(cells, column)) == set(SAME[column])


APART = [
    ("Unit 5", "Unit 6"), ("2023 Report", "2024 Report"), ("3.5 oz", "35 oz"), ("Type II", "Type III"),
    ("World War I", "World War II"), ("C++", "C#"), ("C", "C++"), ("100%", "100"), ("North Bank", "South Bank"),
    ("Northern Foods", "Southern Foods"), ("Import Handel", "Export Handel"), ("Mens Shoes", "Womens Shoes"),
    ("남부지점", "북부지점"), ("수입상사", "수출상사"), ("한빛물산", "한국물산"), ("서울가동", "서울나동"), ("제일병원", "제이병원"),
    ("Iran", "Iraq"), ("Austria", "Australia"), ("Niger", "Nigeria"), ("North Carolina", "South Carolina"),
    ("여수시", "여주시"), ("강남구", "강북구"), ("신사동", "심사동"), ("al_scip-inf-1", "ak_scip-inf-1"),
    ("か", "が"), ("東京", "京都"), ("Department of Physics", "Department of Physics B"), ("Team A", "Team B"),
    ("A동", "B동"), ("x", "y"), ("...", "---"), ("", " "), ("ab", "ba"), ("-5", "5"),
]  # fmt: skip


@pytest.mark.parametrize(("n_one", "n_other"), [(1, 1), (1, 50), (50, 1)])
def test_values_that_differ_in_meaning_are_never_proposed(propose: Propose, n_one: int, n_other: int) -> None:
    cells = [one for one, _ in APART] * n_one + [other for _, other in APART] * n_other
    assert pairs(propose(cells)) == set()


def test_two_frequent_values_are_two_values(propose: Propose) -> None:
    assert pairs(propose(["Martin"] * 40 + ["Martini"] * 30)) == set()
    assert pairs(propose(["Martin Foods"] * 40 + ["Martiin Foods"])) == {("Martiin Foods", "Martin Foods")}


def test_one_jamo_is_one_letter_and_a_persons_name_is_left_alone(
    propose: Propose, engine: DuckDBEngine
) -> None:
    cells = ["김민수", "김민수", "김만수"]
    assert pairs(propose(cells, "company")) == {("김만수", "김민수")}
    assert engine.rows("select distance, n_letters from cluster.near_pairs") == [(1, 8)]
    assert pairs(propose(cells, "full_name")) == set()


def test_the_frequent_the_well_formed_the_long_and_the_first_survive(propose: Propose) -> None:
    assert pairs(propose(["acme foods"] * 2 + ["Acme Foods"])) == {("Acme Foods", "acme foods")}
    assert pairs(propose(["ACME FOODS", "Acme Foods", "acme foods"])) == {
        ("ACME FOODS", "Acme Foods"), ("acme foods", "Acme Foods"),
    }  # fmt: skip
    assert pairs(propose(["Acme Foods", "Acme, Foods"])) == {("Acme Foods", "Acme, Foods")}
    assert pairs(propose(["Foods Acme", "Acme Foods"])) == {("Foods Acme", "Acme Foods")}


def test_there_are_no_chains(propose: Propose) -> None:
    letters = "abcdefgh"
    chain = [
        "northfield".replace("north", f"nor{letters[i]}{letters[j]}") for i in range(8) for j in range(8)
    ]
    found = propose(chain + ["norabfield"] * 9)
    survivors = {one.after for one in found.proposals}
    assert survivors.isdisjoint(one.before for one in found.proposals)
    assert len({one.before for one in found.proposals}) == len(found.proposals)
    for one in found.proposals:
        assert sum(a != b for a, b in zip(one.before, one.after, strict=True)) <= 2


def test_a_form_joins_the_surest_survivor_that_it_is_itself_alike() -> None:
    # 2 joins 1; 3 is alike 2 only, and 2 does not survive.
    assert choose([(1, 2), (2, 3)]) == {2: 1}
    assert choose([(1, 2), (3, 4), (1, 4)]) == {2: 1, 4: 3}
    assert choose([]) == {}


def test_what_an_order_of_rows_is_does_not_matter(propose: Propose) -> None:
    cells = [
        "Nortfield",
        "Northfield",
        "NORTHFIELD",
        "Northfeild",
        "한빛물산",
        "한빛물신",
        "(주)한빛물산",
    ] * 2
    first = propose(cells, "company").proposals
    assert propose(sorted(cells), "company").proposals == first
    assert len(first) == 5


@pytest.mark.parametrize(
    "cells", [[], [None, None], [""], ["one"] * 5, ["..."], ["x" * 1_000_000, "y" * 301]]
)
def test_columns_with_nothing_to_merge(propose: Propose, cells: list[str | None]) -> None:
    assert propose(cells).proposals == ()


def test_what_is_left_out_is_said(propose: Propose) -> None:
    long = propose(["x" * 301, "a"])
    assert long.left_out() == ["1 values are longer than 300 characters and were not looked at."]
    many = propose(
        [f"northfield{chr(97 + i // 26)}{chr(97 + i % 26)}{chr(97 + i % 7)}" for i in range(300)], max_hubs=3
    )
    assert many.n_pairs_left_out > 0 and "were left out" in many.left_out()[0]
    assert propose(["a", "b"]).left_out() == []


def test_limits_said_to_people_are_those_of_the_templates(kitchen: Kitchen) -> None:
    winners = kitchen.winners()
    assert winners["cluster.folded"].params["max_length"].default == MAX_LENGTH
    assert winners["cluster.block_keys"].params["max_gram_values"].default == MAX_GRAM_VALUES


def test_merges_accepted_before_count_as_done(propose: Propose) -> None:
    cells = ["Acme Foods"] * 3 + ["ACME FOODS", "Acme Fods"]
    assert pairs(propose(cells)) == {("ACME FOODS", "Acme Foods"), ("Acme Fods", "Acme Foods")}
    assert pairs(propose(cells, merged={"ACME FOODS": "Acme Foods"})) == {("Acme Fods", "Acme Foods")}


# -- accuracy on columns whose truth is known ---------------------------------------------------------


def judged(found: Found, dirty: list[str], clean: list[str]) -> tuple[int, int, int, int]:
    """Proposals, false ones (values of two meanings), right ones, and values that are wrong."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for before, after in zip(dirty, clean, strict=True):
        seen[before][after] += 1
    truth = {value: means.most_common(1)[0][0] for value, means in seen.items()}
    n_false = sum(truth[one.before] != truth[one.after] for one in found.proposals)
    n_right = sum(truth[one.before] == one.after for one in found.proposals)
    return len(found.proposals), n_false, n_right, sum(value != meant for value, meant in truth.items())


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")
def test_misspellings_of_the_hospital_data_are_found_and_nothing_else(propose: Propose) -> None:
    dirty, clean = (
        list(csv.DictReader((SHARED / "hospital" / name).read_text(encoding="utf-8-sig").splitlines()))
        for name in ("dirty.csv", "clean.csv")
    )
    totals = [0, 0, 0, 0]
    columns = {"name": "HospitalName", "city": "City", "county": "CountyName", "type": "HospitalType",
               "owner": "HospitalOwner", "condition": "Condition", "state_average": "Stateavg"}  # fmt: skip
    for name, true_name in columns.items():
        before, after = [row[name] for row in dirty], [row[true_name] for row in clean]
        totals = [a + b for a, b in zip(totals, judged(propose(before, name), before, after), strict=True)]
        if name != "state_average":
            assert propose(after, name).proposals == ()
    n, n_false, n_right, n_wrong = totals
    assert n_false == 0
    assert n_right == n >= 0.75 * n_wrong


def misspelt(word: str, drawn: random.Random) -> str:
    """One wrong jamo, or one letter wrong, missing or too many."""
    at = drawn.randrange(1, len(word))
    code = ord(word[at]) - 0xAC00
    if 0 <= code < 11172:
        initial, vowel, final = code // 588, code % 588 // 28, code % 28
        parts = [
            ((initial + drawn.randrange(1, 19)) % 19, vowel, final),
            (initial, (vowel + drawn.randrange(1, 21)) % 21, final),
            (initial, vowel, (final + drawn.randrange(1, 28)) % 28),
        ]
        a, b, c = drawn.choice(parts)
        return word[:at] + chr(0xAC00 + a * 588 + b * 28 + c) + word[at + 1 :]
    other = drawn.choice("abcdefghijklmnopqrstuvwxyz")
    return drawn.choice(
        [word[:at] + word[at + 1 :], word[:at] + other + word[at:], word[:at] + other + word[at + 1 :]]
    )


def test_companies_are_found_under_legal_forms_spaces_and_typos(propose: Propose) -> None:
    drawn = random.Random(7)
    with COMPANIES.open(encoding="utf-8") as file:
        names = [row["company"] for row in csv.DictReader(file)]
    meant: dict[str, str] = {}
    cells = []
    for name in names:
        cells += [name] * drawn.randrange(3, 30)
        forms = (
            {f"(주){name}", f"주식회사 {name}", f"{name}(주)", f"㈜{name}", f"{name[:2]} {name[2:]}"}
            if name >= "가"
            else {name.upper(), name.lower(), f"{name}, Inc.", f"{name} Ltd.", name.replace(" ", "")}
        )
        for form in sorted(forms | {misspelt(name, drawn) for _ in range(3)} - {name}):
            meant[form] = name
            cells.append(form)
    found = propose(cells, "company")
    assert {one.before: one.after for one in found.proposals if meant.get(one.before) != one.after} == {}
    assert len(found.proposals) >= 0.97 * len(meant)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")
def test_districts_of_korea_are_not_merged_with_each_other(propose: Propose) -> None:
    drawn = random.Random(3)
    path = next((SHARED / "korean_regions").glob("*.csv"))
    names = [line.split(",")[1] for line in path.read_text(encoding="utf-8-sig").splitlines()]
    districts = sorted({name.split()[1] for name in names if name.count(" ") == 1})
    assert len(districts) > 200
    cells = [name for name in districts for _ in range(int(drawn.paretovariate(0.8)))]
    assert propose(cells).proposals == ()


# -- the file -----------------------------------------------------------------------------------------

NASTY = [
    "=1+1", "+82 10", "-5", "@sum", "'quoted", "''", 'say "hi"', "a,b", "two\nlines", "cr\r\nlf", "\ttab", "007", "1-2",
    "1e5", "한글", "  spaces  ", "semi;colon", "a\u0000b", "'=1", "x'y", "2024-03-04",
]  # fmt: skip
COMPANY = "clean.contacts.company"


def test_hostile_values_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "reviews" / "values.csv"
    lines = [Line(COMPANY, value, f"{value} ", n="1", confidence="0.95", note=value) for value in NASTY]
    write(path, lines)
    back = read(path)
    assert [(one.before, one.after, one.note) for one in back] == [(v, f"{v} ", v) for v in NASTY]
    before = path.read_bytes()
    write(path, back)
    assert path.read_bytes() == before
    assert before.startswith(b"\xef\xbb\xbfcolumn,before,after,")
    assert list(path.parent.iterdir()) == [path]
    # No cell begins with what a spreadsheet would compute.
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert not [c for row in csv.reader(file) for c in row if c[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_lines_are_numbered_as_an_editor_numbers_them(tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    write(path, [Line(COMPANY, "a\nb", "c"), Line(COMPANY, "d", "e")])
    assert [one.line for one in read(path)] == [2, 4]


def proposal(before: str, after: str, confidence: float = 0.9, n: int = 1) -> Proposal:
    return Proposal(before, after, n, 10, "fingerprint", confidence)


def test_running_again_keeps_decisions_and_adds_what_is_new() -> None:
    old = [
        Line(COMPANY, "A", "B", "1", "fingerprint", "0.90", "accept", "ann", "2026-01-01", "sure"),
        Line(COMPANY, "C", "D", "1", "fingerprint", "0.90", "reject"),
        Line(COMPANY, "E", "F", "1", "fingerprint", "0.70", note="ask", more={"team": "x"}),
        Line("clean.contacts.city", "E", "F"),
        Line(COMPANY, "G", "H", "1"),
    ]
    new = merge(
        old, COMPANY, [proposal("C", "D"), proposal("D", "C"), proposal("E", "F", n=5), proposal("X", "Y")]
    )
    assert new[:2] == old[:2] and new[3:5] == old[3:5]
    assert (new[2].n, new[2].confidence, new[2].note, new[2].more) == ("5", "0.90", "ask", {"team": "x"})
    assert [(one.before, one.after) for one in new[5:]] == [("X", "Y")]


def test_an_open_line_follows_when_another_value_survives() -> None:
    turned = merge([Line(COMPANY, "A", "B")], COMPANY, [proposal("B", "A")])
    assert [(one.before, one.after) for one in turned] == [("B", "A")]
    moved = merge([Line(COMPANY, "A", "B")], COMPANY, [proposal("A", "C")])
    assert [(one.before, one.after) for one in moved] == [("A", "C")]
    noted = merge([Line(COMPANY, "A", "B", note="why?")], COMPANY, [proposal("A", "C")])
    assert [(one.before, one.after) for one in noted] == [("A", "B"), ("A", "C")]


def test_accept_above_decides_open_lines_of_this_column_only() -> None:
    old = [
        Line(COMPANY, "A", "B", confidence="0.99", decision="reject"),
        Line(COMPANY, "Q", "R", confidence="0.99"),
    ]
    found = [proposal("A", "B", 0.99), proposal("C", "D", 0.95), proposal("E", "F", 0.94)]
    new = merge(old, COMPANY, found, accept_above=0.95, who="ann", when="2026-01-01")
    assert [(one.before, one.decision, one.decided_by) for one in new] == [
        ("A", "reject", ""), ("Q", "", ""), ("C", "accept", "ann"), ("E", "", ""),
    ]  # fmt: skip


def test_a_file_that_a_spreadsheet_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_bytes(
        "column;before;after;decision\r\nclean.contacts.company;A;B;Accept \r\n;;;\r\n".encode("utf-8-sig")
    )
    (line,) = read(path)
    assert (line.before, line.after, line.decision) == ("A", "B", "accept")
    path.write_text("", encoding="utf-8")
    assert read(path) == []
    assert read(tmp_path / "absent.csv") == []


def test_all_problems_of_the_file_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    head = ",".join(HEADER) + "\n"
    path.write_text(
        f"{head}{COMPANY},A,B,,,,acept,,,\n{COMPANY},A,B,,,,,,,,,x\n{COMPANY},C,D,,,,yes,,,\n",
        encoding="utf-8",
    )
    with pytest.raises(SourceError) as error:
        read(path, "reviews/values.csv")
    assert [problem.where for problem in error.value.problems] == [
        f"reviews/values.csv:{i}" for i in (2, 3, 4)
    ]
    assert "did you mean accept?" in str(error.value)
    path.write_bytes("column,before\n한글".encode("cp949"))
    with pytest.raises(SourceError, match="is not UTF-8"):
        read(path)
    path.write_text("col,before,after\n", encoding="utf-8")
    with pytest.raises(SourceError, match="has no column column") as error:
        read(path)
    assert len(error.value.problems) == 2
    path.write_text(f'{head}{COMPANY},"A', encoding="utf-8")
    with pytest.raises(SourceError, match=r"values\.csv:2 cannot be read as CSV"):
        read(path)


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_bytes("한글".encode("cp949"))
    with pytest.raises(SourceError):
        record(path, COMPANY, [proposal("A", "B")], lock=tmp_path / "lock")
    assert path.read_bytes() == "한글".encode("cp949")


# -- what is accepted ---------------------------------------------------------------------------------


def accept(before: str, after: str, line: int, column: str = COMPANY) -> Line:
    return Line(column, before, after, decision="accept", line=line)


def test_chains_end_at_the_survivor_and_only_what_is_accepted_counts() -> None:
    lines = [accept("a", "b", 2), accept("b", "c", 3), accept("a", "b", 4), Line(COMPANY, "c", "d", decision="reject"),
             Line(COMPANY, "c", "e"), accept("a", "z", 7, "clean.contacts.city")]  # fmt: skip
    assert accepted(lines) == {"contacts.company": {"a": "c", "b": "c"}, "contacts.city": {"a": "z"}}


def test_all_contradictions_are_told_at_once() -> None:
    lines = [
        accept("a", "b", 2), accept("a", "c", 3),
        accept("k", "l", 4), accept("l", "m", 5), accept("m", "k", 6),
        accept("x", "x", 7), accept("", "y", 8), accept("y", "", 9), accept("p", "q", 10, "clean.contacts.compny"),
        accept("p", "q", 11, "clean.contacts.email"),
    ]  # fmt: skip
    with pytest.raises(SourceError) as error:
        accepted(lines)
    told = {problem.where.rpartition(":")[2]: str(problem) for problem in error.value.problems}
    assert set(told) == {"3", "4", "7", "8", "9", "10", "11"}
    assert (
        "line 2" in told["3"]
        and "line 5, 6" in told["4"]
        and "did you mean clean.contacts.company?" in told["10"]
    )
    assert "secret" not in str(error.value)


def test_the_columns_that_can_be_merged_are_those_that_the_run_merges() -> None:
    joined = re.compile(r"clean\.value_merges (\w+) on \1\.column_key = '([\w.]+)'")
    found = {
        f"clean.{key}"
        for entity in ("contacts", "orders", "order_lines", "events", "tickets")
        for _, key in joined.findall(
            (ROOT / "sql" / "clean" / f"{entity}_v1.sql").read_text(encoding="utf-8")
        )
    }
    assert found == set(mergeable())


def test_a_file_of_merges_that_cannot_be_followed_is_found_before_a_run(tmp_path: Path) -> None:
    project = Project(root=tmp_path, config=tmp_path / "gristmill.toml", name="x")
    check(project)
    path = tmp_path / "reviews" / "values.csv"
    write(path, [Line(COMPANY, "a", "b", decision="accept")])
    check(project)
    write(
        path,
        [
            Line("clean.contacts.email", "a", "b", decision="accept"),
            Line(COMPANY, "c", "c", decision="accept"),
        ],
    )
    with pytest.raises(SourceError) as error:
        check(project)
    assert [problem.where for problem in error.value.problems] == [f"{FILE}:2", f"{FILE}:3"]
    assert "where values are not merged" in str(error.value)
    path.write_bytes("column,before\n한".encode("cp949"))
    with pytest.raises(SourceError, match="is not UTF-8"):
        check(project)


def test_the_step_writes_accepted_merges_or_nothing(tmp_path: Path, engine: DuckDBEngine) -> None:
    project = Project(root=tmp_path, config=tmp_path / "gristmill.toml", name="x")
    write_merges(project, engine)
    assert [(one.name, one.type) for one in engine.columns("clean.value_merges")] == [
        ("column_key", "VARCHAR"), ("before", "VARCHAR"), ("after", "VARCHAR"),
    ]  # fmt: skip
    assert engine.rows("from clean.value_merges") == []
    write(
        tmp_path / "reviews" / "values.csv",
        [Line(COMPANY, "=a", "b", decision="accept"), Line(COMPANY, "c", "d")],
    )
    write_merges(project, engine)
    assert engine.rows("from clean.value_merges") == [("contacts.company", "=a", "b")]


# -- the command --------------------------------------------------------------------------------------

CELLS = ["Northfield Supply"] * 6 + [
    "NORTHFIELD SUPPLY",
    "Nortfield Supply",
    "한빛물산",
    "한빛물산",
    "(주)한빛물산",
]


@pytest.fixture(scope="module")
def firms_once(tiny_once: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A published run with a column of companies. Not to be changed."""
    house = House(Path(shutil.copytree(tiny_once.root, tmp_path_factory.mktemp("firms") / "tiny")))
    cells = json.dumps(CELLS, ensure_ascii=False)
    house.stage(
        "10_one",
        OPEN,
        "select = \"select unnest($c) as company, 1 as n, 'a@b.de' as email\"",
        f'mill.engine.make("clean.contacts", select, {{"c": {cells}}})',
        "mill.close()",
    )
    done = house("run", "--as-of", "2026-11-01")
    assert done.exit_code == 0, done.output
    house.write("firms.csv", "company\nA\n")
    return house


@pytest.fixture
def firms(firms_once: House, tmp_path: Path) -> House:
    """A copy of it, to be changed."""
    return House(Path(shutil.copytree(firms_once.root, tmp_path / "tiny")))


def test_the_command_proposes_masks_and_keeps_what_was_decided(firms: House) -> None:
    done = firms("cluster", COMPANY)
    assert done.exit_code == 0, done.output
    assert "Northfield" not in done.stdout and "3 of 5 values" in done.stderr and "3 new lines" in done.stderr
    path = firms.root / "reviews" / "values.csv"
    assert path.read_text(encoding="utf-8-sig").count("\n") == 4
    done = firms("cluster", COMPANY, "--show", "--accept-above", "0.95")
    assert "NORTHFIELD SUPPLY" in done.stdout and "0 new lines, 2 accepted now, 3 in all" in done.stderr
    lines = read(path)
    assert {one.before for one in lines if one.decision == "accept"} == {"NORTHFIELD SUPPLY", "(주)한빛물산"}
    assert all(one.decided_by and one.decided_at for one in lines if one.decision)
    done = firms("cluster", COMPANY, "--json", "--show")
    assert [row["before"] for row in json.loads(done.stdout)] == ["Nortfield Supply"]
    assert read(path) == lines


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["clean.contacts.compny"], "did you mean company?"),
        (["clean.contacts.n"], "holds INTEGER, no text"),
        (["company"], "is no RELATION.COLUMN"),
        (["clean.contacts.email", "--accept-above", "0.9"], "are not merged in a run"),
        (["clean.contcts.company"], "did you mean clean.contacts?"),
        (["firms.csv", "--column", "company", "--accept-above", "0.9"], "nothing to accept in"),
        (["firms.csv"], "--column NAME"),
        (["firms.csv", "--column", "compny"], "did you mean company?"),
        (["absent.csv", "--column", "company"], "absent.csv"),
    ],
)
def test_a_wrong_word_is_told_with_a_way_on(firms_once: House, words: list[str], said: str) -> None:
    done = firms_once("cluster", *words)
    assert done.exit_code == 2 and said in done.stderr, done.output


def test_a_column_that_is_not_merged_is_only_printed(firms: House) -> None:
    done = firms("cluster", "clean.contacts.email")
    assert done.exit_code == 0 and "Printed only" in done.stderr
    assert not (firms.root / "reviews" / "values.csv").exists()


def test_a_file_needs_no_project(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.write(
        "firms.csv",
        "id,company\n" + "\n".join(f'{i},"{c}"' for i, c in enumerate([*CELLS, "a\x1b[31mb ", "a\x1b[31mb"])),
    )
    done = house("cluster", "firms.csv", "--column", "company")
    assert done.exit_code == 0, done.output
    assert "NORTHFIELD SUPPLY" in done.stdout and "\x1b" not in done.stdout and "4 of 7 values" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["firms.csv"]
