"""Looking at files: encoding, delimiter, header and the names of columns, decided on what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gristmill.errors import SourceError
from gristmill.project import Source
from gristmill.sources import look
from gristmill.sources.encoding import decide
from gristmill.sources.records import Dialect, records, split
from gristmill.sources.shape import locate, named, shape_of

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.mark.parametrize(
    ("text", "delimiter", "columns"),
    [
        ("a,b,c\n1,2,3\n", ",", 3),
        ("name;price;n\nA;1,5;2\nB;2,75;3\n", ";", 3),
        ("a\tb\n1\t2,5\n", "\t", 2),
        ("a|b|c\n1|x, y|2\n", "|", 3),
        ('name,note\nA,"x; y; z"\nB,"u; v; w"\n', ",", 2),
        ("  1 2.5 x\n  2  3.5 y\n 13  4.5 z\n", " ", 3),
        ("email\na@b.kr\nc@d.kr\n", ",", 1),
    ],
)
def test_the_delimiter_is_seen(text, delimiter, columns):
    shape = shape_of(text)
    assert (shape.dialect.delimiter, len(shape.columns)) == (delimiter, columns)


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("고객명,연락처\n김민수,010-1234-5678\n", True),
        ("customerID,gender\n7590-VHVEG,Female\n", True),
        ("foo,bar\n1,2\n3,4\n", True),
        ("1100000000,서울특별시,존재\n1111000000,서울특별시 종로구,존재\n", False),
        ("Kim,kim@a.kr\nLee,lee@b.kr\n", False),
        ("2024-01-01,5\n2024-01-02,6\n", False),
        ("a,b,c\n", True),
    ],
)
def test_a_header_is_told_from_data(text, header):
    assert shape_of(text).header is header


def test_lines_above_the_header_are_left_out_and_said():
    shape = shape_of("Export of 2024-03-04\n\nid,name,city\n1,A,Bonn\n2,B,Ulm\n")
    assert shape.columns == ("id", "name", "city")
    assert shape.skip == 3
    assert "1 line above the header left out" in shape.notes[0]


def test_a_header_over_several_lines_is_one_record():
    shape = shape_of('"first\nname",b\n1,2\n')
    assert shape.columns == ("first name", "b")
    assert shape.skip == 2


def test_numbered_rows_have_a_first_column_without_a_name():
    shape = shape_of('"name","city"\n"1","A","Bonn"\n"2","B","Ulm"\n"3","C","Kiel"\n')
    assert shape.columns == ("column_1", "name", "city")


def test_a_delimiter_at_the_end_of_every_line_is_no_column():
    assert shape_of("name,city\nA,Bonn,\nB,Ulm,\nC,Kiel,\n").columns == ("name", "city")


def test_blanks_around_names_are_not_part_of_them():
    assert shape_of("rec_id, given_name, surname\n1, a, b\n").columns == ("rec_id", "given_name", "surname")


def test_names_are_made_distinct_whatever_their_case():
    names, notes = named(["name", "NAME", "", "name_2", "_file"], 5)
    assert names == ["name", "NAME_2", "column_3", "name_2_2", "_file_2"]
    assert len(notes) == 4


def test_a_row_without_cells_is_no_table():
    assert locate([], None) == (0, 0, True)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ('a,"b, c",d', ["a", "b, c", "d"]),
        ('a,"say ""hi""",', ["a", 'say "hi"', ""]),
        ('a, "b"', ["a", "b"]),
        ('5" pipe,x', ['5" pipe', "x"]),
        ("", [""]),
    ],
)
def test_fields_are_split_as_the_database_splits_them(line, fields):
    assert split(line, Dialect()) == fields


def test_a_backslash_may_escape_a_quote():
    assert split(r'"a \"b\"",c', Dialect(escape="\\")) == ['a "b"', "c"]


@pytest.mark.parametrize(
    ("text", "quote", "escape"),
    [
        ('a,b\n1,"x \\"y\\", z"\n2,"u"\n', '"', "\\"),
        ('a,b\n1,"ends with \\"\n2,"x, y"\n', '"', '"'),
        ("'a','b'\n'1','x, y'\n'2','z'\n", "'", "'"),
        ("a,b\n1,it's\n2,'tis\n", '"', '"'),
    ],
)
def test_the_quote_and_its_escape_are_seen(text, quote, escape):
    dialect = shape_of(text).dialect
    assert (dialect.quote, dialect.escape) == (quote, escape)


def test_a_record_may_span_lines_and_keeps_the_line_it_starts_on():
    found = list(records(["1,2\n", '"a\n', 'b",3\n', "4,5\n"], Dialect()))
    assert [(r.line, r.fields) for r in found] == [(1, ["1", "2"]), (2, ["a\nb", "3"]), (4, ["4", "5"])]


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("김민수,서울특별시 강남구\n", "cp949", "cp949"),
        ("똠방각하 펲시콜라\n한국의 이름과 주소를 여기에 적는다\n", "cp949", "cp949"),
        ("Müller,Köln\nRenée,Besançon\n", "cp1252", "cp1252"),
        ("Ärger,Åse\nÀ la carte\n", "cp1252", "cp1252"),
        ("price 5€\n", "cp1252", "cp1252"),
        ("Москва,Санкт-Петербург,Новосибирск и другие города\n", "cp1251", "cp1251"),
    ],
)
def test_the_encoding_is_decided_on_the_bytes(text, encoding, found):
    assert decide(text.encode(encoding) * 5)[0] == found


def test_a_few_broken_bytes_do_not_make_utf8_something_else():
    assert decide("서울특별시 강남구\n".encode() * 9 + b"\xff\xfe\n")[0] == "utf-8"


def test_what_is_configured_is_believed(tmp_path):
    path = tmp_path / "s.txt"
    path.write_text("a;b,c\n1;2,3\n")
    found = look([path], Source("s", (), delimiter=",", header=False))
    assert found.names == ("column_1", "column_2")


def test_no_file_and_an_unknown_ending_are_told(tmp_path):
    with pytest.raises(SourceError, match="No file is named"):
        look([])
    path = tmp_path / "s.cvs"
    path.write_text("a,b\n")
    with pytest.raises(SourceError, match=r"did you mean \.csv"):
        look([path])


@pytest.mark.skipif(not (DATA / "febrl").exists(), reason="the data is not beside the checkout")
@pytest.mark.parametrize(
    ("path", "header", "columns", "encoding"),
    [
        ("febrl/dataset1.csv", True, 11, "utf-8"),
        ("telco_churn/telco_churn.csv", True, 21, "utf-8"),
        ("korean_regions/KIKcd_B.20260301.csv", False, 3, "utf-8"),
        ("names_by_country/common-surnames-by-country.csv", True, 8, "utf-8-sig"),
        ("cdnow/CDNOW_sample.txt", False, 5, "utf-8"),
        ("beers/dirty.csv", True, 11, "utf-8"),
        ("hospital/dirty.csv", True, 20, "utf-8"),
        ("rldata500/RLdata500.csv", True, 9, "utf-8"),
    ],
)
def test_files_nobody_wrote_for_us_are_seen_right(path, header, columns, encoding):
    found = look([DATA / path]).files[0]
    assert (found.header, len(found.columns), found.encoding) == (header, columns, encoding)
