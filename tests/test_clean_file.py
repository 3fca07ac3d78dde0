"""`gristmill clean FILE`: any file, no project; the same rows and columns come out, and every change is listed."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gristmill.cli import main

MESSY = """\
번호,이름,휴대폰,이메일,생년월일,우편번호,마케팅동의,금액,메모
1,김 민수,010-1234-5678,Minsu@Gamil.com,1985.3.4,06236,예,"₩12,000",좋음
2,이영희,+82 10 2345 6789,younghee(at)naver.com,1985.03.14,06236,N,"12,000원",N/A
3,Mr. John Smith,01098765432,john@x.com,1990-12-31,48058,Y,3만5천원,-
4,박지성,1.01E+10,not an email,1990-01-02,04524,동의,15000.50,김&amp;박
"""


def clean(*args: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["clean", *map(str, args)], catch_exceptions=False)


def rows(path: Path) -> list[list[str]]:
    """All records of a CSV file, the header among them."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a messy list, what cleaning made of it and the list of changes. Not to be changed."""
    folder = tmp_path_factory.mktemp("messy")
    (folder / "list.csv").write_text(MESSY, "utf-8")
    done = clean(folder / "list.csv", "--out", folder / "out.csv", "--changes", folder / "changes.csv")
    assert done.exit_code == 0, done.output
    return folder


def test_a_messy_korean_list_is_cleaned_and_every_change_is_listed(messy: Path) -> None:
    source, out, log = messy / "list.csv", messy / "out.csv", messy / "changes.csv"
    header, *body = rows(out)
    assert header == MESSY.splitlines()[0].split(",")
    assert body[0][:8] == [
        "1",
        "김민수",
        "+821012345678",
        "minsu@gmail.com",
        "1985-03-04",
        "06236",
        "true",
        "12000",
    ]
    assert body[1][2:4] == ["+821023456789", "younghee@naver.com"]
    assert body[2][1] == "John Smith"
    assert body[2][7] == "35000"
    assert body[3][2:4] == ["", ""], "a number a spreadsheet has rounded is lost"
    assert body[3][8] == "김&박"
    names, *changes = rows(log)
    assert names == ["row", "column", "before", "after", "rule", "confidence", "applied"]
    told = {(int(c[0]), c[1]): (c[2], c[3]) for c in changes if c[6] == "true"}
    original = rows(source)[1:]
    for i, (before, after) in enumerate(zip(original, body, strict=True), 1):
        for name, old, new in zip(header, before, after, strict=True):
            assert (old == new) == ((i, name) not in told), f"row {i}, {name}: {old!r} became {new!r}"
            if old != new:
                assert told[i, name] == (old, new)


def test_cleaning_what_was_cleaned_changes_nothing(messy: Path, tmp_path: Path) -> None:
    once, twice = messy / "out.csv", tmp_path / "twice.csv"
    done = clean(once, "--out", twice)
    assert twice.read_text("utf-8") == once.read_text("utf-8"), done.output


def test_header_order_and_odd_cells_survive_a_repair(tmp_path: Path) -> None:
    """Names that are blank, double or hostile, and values of every alphabet."""
    header = ["a", "a", "", 'q"uo,te', "=cmd()", "한글 열"]
    cells = [
        "-1+2",
        "'; drop table x; --",
        "<script>",
        "\u202eabc",
        "1" * 40,
        "a\nb",
        " ",
        "NULL",
        "é",
        "金",
        "𝕏",
        '"',
    ]
    source, out = tmp_path / "odd.csv", tmp_path / "out.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for i in range(30):
            writer.writerow([cells[(i + j) % len(cells)] for j in range(5)] + [str(i)])
    done = clean(source, "--out", out, "--only", "repair")
    assert done.exit_code == 0, done.output
    assert rows(out) == rows(source)


def test_other_encodings_and_formats_are_read(tmp_path: Path) -> None:
    raw = ["김 민수", "010-1234-5678"]
    # How a file is read does not depend on what is done to it then: one is cleaned, the others go through.
    for name, data, options, read in (
        ("cp949.csv", MESSY.replace("₩", "").encode("cp949"), (), ["김민수", "+821012345678"]),
        ("utf16.csv", MESSY.encode("utf-16"), ("--only", "repair"), raw),
        ("packed.csv.gz", gzip.compress(MESSY.encode()), ("--only", "repair"), raw),
    ):
        source, out = tmp_path / name, tmp_path / f"{name}.out.csv"
        source.write_bytes(data)
        done = clean(source, "--out", out, *options)
        assert done.exit_code == 0, done.output
        assert rows(out)[1][1:3] == read


def test_records_that_cannot_be_read_are_kept_aside_and_said(tmp_path: Path) -> None:
    source, out = tmp_path / "ragged.csv", tmp_path / "out.csv"
    good = "".join(f"{i},city {i % 3}\n" for i in range(20))
    source.write_text(f"id,city\n{good}7,too,many,cells\n", "utf-8")
    done = clean(source, "--out", out)
    assert "1 records cannot be read" in done.output
    assert len(rows(out)) == 21
    assert "too,many,cells" in (tmp_path / "out.rejects.csv").read_text("utf-8")


@pytest.mark.parametrize("text", ["id,city\n", "only\n"], ids=["header alone", "one name"])
def test_a_file_without_rows_gives_a_file_without_rows(tmp_path: Path, text: str) -> None:
    source, out = tmp_path / "empty.csv", tmp_path / "out.csv"
    source.write_text(text, "utf-8")
    done = clean(source, "--out", out)
    assert done.exit_code == 0, done.output
    assert out.read_text("utf-8") == text


def test_mistakes_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text(MESSY, "utf-8")
    for out, said in (
        (source, "would be overwritten"),
        (tmp_path / "out.doc", "does not write"),
        (tmp_path / "no" / "out.csv", "There is no folder"),
    ):
        done = clean(source, "--out", out)
        assert done.exit_code == 2
        assert said in done.output
        assert "Hint:" in done.output
    assert source.read_text("utf-8") == MESSY
    blank = tmp_path / "blank.csv"
    blank.write_bytes(b"\n\n")
    assert clean(blank, "--out", tmp_path / "out.csv").exit_code == 2


def test_a_rule_can_be_switched_off(tmp_path: Path) -> None:
    source, out, log = tmp_path / "list.csv", tmp_path / "out.csv", tmp_path / "changes.csv"
    source.write_text(MESSY, "utf-8")
    clean(source, "--out", out, "--changes", log, "--off", "mistyped e-mail domain")
    assert rows(out)[1][3] == "Minsu@Gamil.com"
    assert ["1", "이메일", "Minsu@Gamil.com", "minsu@gmail.com"] in [
        change[:4] for change in rows(log) if change[6] == "false"
    ]


def test_a_value_in_the_wrong_column_is_never_lost(tmp_path: Path) -> None:
    source, out = tmp_path / "list.csv", tmp_path / "out.csv"
    people = "".join(f"{i},김민{'가나다라마바사아자차'[i % 10]},010-2345-{1000 + i}\n" for i in range(30))
    source.write_text(f"번호,이름,휴대폰\n{people}31,이영희,younghee@naver.com\n", "utf-8")
    clean(source, "--out", out)
    assert rows(out)[31][1] == "이영희"
    assert rows(out)[31][2] in ("younghee@naver.com", ""), "without an e-mail column it has no other place"
