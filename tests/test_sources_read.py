"""Reading sources: every record is in ``raw.<name>`` or in ``raw.rejects``, and says where it came from."""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import SourceError
from gristmill.project import Source
from gristmill.sources import ReadReport, look, prepare, read

DATA = Path(__file__).parents[2] / "shared" / "data"
HERE = Path(__file__).parent / "data" / "sources"


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as opened:
        yield opened


@pytest.fixture
def load(engine, tmp_path):
    def run(*paths: str, name: str = "s", **settings) -> ReadReport:
        config = Source(name, paths or ("s.csv",), **settings)
        return read(engine, config, tmp_path, temp=tmp_path / "temp")

    return run


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rejects(engine) -> list[tuple]:
    return engine.rows("select file, line, reason, content from raw.rejects order by file, line")


def test_prepare_makes_the_three_relations_empty_and_may_be_repeated(engine):
    prepare(engine)
    prepare(engine)
    assert engine.relations() == ["raw.files", "raw.profile", "raw.rejects"]


def test_every_row_says_its_source_file_and_record(engine, load, tmp_path):
    put(tmp_path, "data/s.csv", "id,name\n1,Kim\n2,Lee\n")
    report = load("data/s.csv")
    assert engine.rows("select * from raw.s order by _row") == [
        ("s", "data/s.csv", 1, "1", "Kim"),
        ("s", "data/s.csv", 2, "2", "Lee"),
    ]
    assert (report.n_rows, report.n_rejects) == (2, 0)
    row = engine.rows(
        "select source, file, format, bytes, encoding, delimiter, n_rows, n_rejects from raw.files"
    )
    assert row == [("s", "data/s.csv", "csv", 20, "utf-8", ",", 2, 0)]


def test_nothing_is_guessed_at_load(engine, load, tmp_path):
    put(tmp_path, "s.csv", "zip,day,n\n01234,3/4/24,1.0\n00001,2024-03-04,\n")
    load()
    assert {c.type for c in engine.columns("raw.s") if not c.name.startswith("_")} == {"VARCHAR"}
    assert engine.rows("select zip, day, n from raw.s order by _row") == [
        ("01234", "3/4/24", "1.0"),
        ("00001", "2024-03-04", None),
    ]


def test_a_ragged_row_is_set_aside_and_counted(engine, load, tmp_path):
    put(tmp_path, "s.csv", 'a,b\n1,2\n3\n"x\ny",4\n5,6,7\n8,9\n')
    report = load()
    assert (report.n_rows, report.n_rejects) == (3, 2)
    assert engine.rows("select _row, a, b from raw.s order by _row") == [
        (1, "1", "2"),
        (3, "x\ny", "4"),
        (5, "8", "9"),
    ]
    assert rejects(engine) == [
        ("s.csv", 3, "has 1 field instead of 2", "3"),
        ("s.csv", 6, "has 3 fields instead of 2", "5,6,7"),
    ]
    assert engine.rows("select n_rows, n_rejects from raw.files") == [(3, 2)]


def test_an_unclosed_quote_costs_one_line_and_not_the_rest_of_the_file(engine, load, tmp_path):
    rest = "".join(f"{i},x\n" for i in range(3000))
    put(tmp_path, "s.csv", f'a,b\n1,2\n7,"8\n{rest}')
    report = load()
    assert (report.n_rows, report.n_rejects) == (3001, 1)
    assert rejects(engine) == [("s.csv", 3, "a quote is opened and never closed", '7,"8')]


def test_text_after_a_closing_quote_is_set_aside(engine, load, tmp_path):
    put(tmp_path, "s.csv", 'a,b\n1,2\n3,"x"y\n4,5\n')
    assert load().n_rejects == 1
    assert rejects(engine)[0][2] == "text follows a closing quote"


def test_empty_fields_after_the_last_column_do_not_make_a_row_ragged(load, tmp_path):
    put(tmp_path, "s.csv", "a,b\n1,2,\n3,4,,\n5,6\n")
    report = load()
    assert (report.n_rows, report.n_rejects) == (3, 0)


def test_bytes_that_are_no_utf8_cost_their_record_only(engine, load, tmp_path):
    lines = "".join(f"{i},서울특별시\n" for i in range(50)).encode()
    put(tmp_path, "s.csv", "번호,도시\n".encode() + lines + b"99,\xff\xfe\n")
    report = load()
    assert (report.n_rows, report.n_rejects) == (50, 1)
    assert rejects(engine)[0][1:3] == (52, "holds bytes that are not utf-8")


def test_a_stray_carriage_return_stays_in_its_field(engine, load, tmp_path):
    put(tmp_path, "s.csv", b"a,b,c\n1,x\ry,2\n3,z,4\n")
    assert load().n_rejects == 0
    assert engine.rows("select b from raw.s order by _row") == [("x\ry",), ("z",)]


def test_a_nul_byte_costs_its_record_only(engine, load, tmp_path):
    put(tmp_path, "s.csv", b"a,b\n1,x\x00y\n2,z\n")
    report = load()
    assert (report.n_rows, report.n_rejects) == (1, 1)
    assert rejects(engine) == [("s.csv", 2, "holds a NUL byte", "1,x\u2400y")]


def test_a_cell_of_a_megabyte_is_read_whole(engine, load, tmp_path):
    put(tmp_path, "s.csv", "a,b\n1," + "x" * 1_000_000 + "\n2," + "y" * 5_000_000 + "\n3,z\n")
    assert load().n_rows == 3
    assert engine.rows("select length(b) from raw.s order by _row") == [(1_000_000,), (5_000_000,), (1,)]


def test_records_keep_the_order_of_the_file_when_it_is_read_in_parallel(engine, load, tmp_path):
    put(
        tmp_path,
        "s.csv",
        "n,text\n" + "".join(f"{i},some words to fill the line {i}\n" for i in range(200_000)),
    )
    assert load().n_rows == 200_000
    assert engine.scalar("select count(*) from raw.s where _row <> cast(n as bigint) + 1") == 0


@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("cp949", b"", "cp949"),
    ],
)
def test_korean_in_header_and_fields_survives_every_encoding(engine, load, tmp_path, encoding, mark, found):
    text = '고객명,주소\r\n김민수,서울특별시 강남구\r\n이영희,"부산, 해운대구"\r\n'
    put(tmp_path, "s.csv", mark + text.encode(encoding))
    load()
    assert engine.rows('select "고객명", "주소" from raw.s order by _row') == [
        ("김민수", "서울특별시 강남구"),
        ("이영희", "부산, 해운대구"),
    ]
    assert engine.scalar("select encoding from raw.files") == found


def test_western_letters_are_told_from_korean(engine, load, tmp_path):
    put(tmp_path, "s.csv", "name,city\nMüller,Köln\nJosé,Málaga\nÄrzte,Århus\n".encode("cp1252"))
    load()
    assert engine.rows("select name from raw.s order by _row")[2] == ("Ärzte",)
    assert engine.scalar("select encoding from raw.files") == "cp1252"


def test_a_wrong_encoding_is_refused_with_the_right_one(load, tmp_path):
    put(tmp_path, "s.csv", "고객명,주소\n김민수,서울\n".encode("cp949"))
    with pytest.raises(SourceError, match='set encoding = "cp949"'):
        load(encoding="utf-8")
    put(tmp_path, "s.csv", "고객명,주소\n김민수,서울\n이영희,부산\n")
    with pytest.raises(SourceError, match="is not cp949"):
        load(encoding="euc-kr")


def test_an_unknown_encoding_names_the_nearest(load, tmp_path):
    put(tmp_path, "s.csv", "a,b\n1,2\n")
    with pytest.raises(SourceError, match="did you mean cp949"):
        load(encoding="cp94")


def test_months_of_one_source_are_joined_by_name_and_a_missing_column_is_said(engine, load, tmp_path):
    put(tmp_path, "2024-01.csv", "id,name\n1,A\n")
    put(tmp_path, "2024-02.csv.gz", gzip.compress(b"Name,id,city\nB,2,Bonn\n"))
    report = load("*.csv*")
    assert engine.rows("select _file, _row, id, name, city from raw.s order by _file") == [
        ("2024-01.csv", 1, "1", "A", None),
        ("2024-02.csv.gz", 1, "2", "B", "Bonn"),
    ]
    assert report.notes == ("2024-01.csv has no column city; it is empty there",)


def test_reading_a_source_again_replaces_its_rows_and_no_others(engine, load, tmp_path):
    put(tmp_path, "s.csv", "a,b\n1,2\n3\n")
    put(tmp_path, "t.csv", "a,b\n1,2\n3\n")
    load()
    load("t.csv", name="t")
    load()
    counts = "select source, count(*) from raw.{} group by 1 order by 1"
    assert engine.rows(counts.format("files")) == [("s", 1), ("t", 1)]
    assert engine.rows(counts.format("rejects")) == [("s", 1), ("t", 1)]
    assert engine.rows(counts.format("profile")) == [("s", 2), ("t", 2)]
    assert engine.scalar("select count(*) from raw.s") == 1


def test_a_failed_read_leaves_nothing_behind(engine, load, tmp_path):
    put(tmp_path, "s.csv", "a,b\n1,2\n")
    load()
    put(tmp_path, "s.parquet", b"PAR1 not really")
    with pytest.raises(SourceError):
        load("s.csv", "s.parquet")
    put(tmp_path, "s.parquet", b"")
    engine.execute("copy (select 1 as a, 2 as b) to '" + str(tmp_path / "s.parquet") + "'")
    whole = (tmp_path / "s.parquet").read_bytes()
    (tmp_path / "s.parquet").write_bytes(whole[:20] + b"\xff" * 20 + whole[40:])
    with pytest.raises(SourceError):
        load("s.csv", "s.parquet")
    assert engine.scalar("select count(*) from raw.files") in (0, 1)
    assert not (tmp_path / "temp").exists() or not list((tmp_path / "temp").iterdir())


@pytest.mark.parametrize(
    "name", ["select", "'; drop table --", 'a"b', "from raw.files", "고객 명", "$x", "x\ty"]
)
def test_any_name_of_a_column_is_only_a_name(engine, load, tmp_path, name):
    quoted = '"' + name.replace('"', '""') + '"'
    put(tmp_path, "s.csv", f"id,{quoted}\n1,v\n")
    load()
    kept = engine.columns("raw.s")[-1].name
    assert kept == " ".join(name.split())
    assert engine.rows("select * from raw.s")[0][-1] == "v"
    assert engine.rows("select column_name, n from raw.profile")[-1] == (kept, 1)


def test_two_columns_of_one_name_are_told_apart_and_said(engine, load, tmp_path):
    put(tmp_path, "s.csv", "name,Name,,_row\nA,B,C,D\n")
    report = load()
    assert [c.name for c in report.columns] == ["name", "Name_2", "column_3", "_row_2"]
    assert any("stands more than once" in note for note in report.notes)
    assert any("column 3 has no name" in note for note in report.notes)
    assert engine.rows('select _row, "_row_2" from raw.s') == [(1, "D")]


def test_five_hundred_columns_are_read_and_profiled(engine, load, tmp_path):
    header = ",".join(f"c{i}" for i in range(500))
    put(
        tmp_path,
        "s.csv",
        header + "\n" + "\n".join(",".join(str(i) for _ in range(500)) for i in range(20)) + "\n",
    )
    assert load().n_rows == 20
    assert engine.scalar("select count(*) from raw.profile where n_distinct = 20") == 500


def test_a_header_alone_makes_an_empty_relation(engine, load, tmp_path):
    put(tmp_path, "s.csv", "id,name,email\n")
    report = load()
    assert report.n_rows == 0
    assert [c.name for c in report.columns] == ["id", "name", "email"]
    assert engine.rows("select n, n_null, n_distinct, top_values from raw.profile")[0] == (0, 0, 0, [])


def test_single_columns_and_blank_lines_are_read(engine, load, tmp_path):
    put(tmp_path, "s.csv", "email\n\na@b.kr\n\nc@d.kr\n")
    assert load().n_rows == 2
    assert engine.rows("select email from raw.s order by _row") == [("a@b.kr",), ("c@d.kr",)]


def test_profile_counts_exactly(engine, load, tmp_path):
    put(tmp_path, "s.csv", "k,v\n" + "".join(f"{i},{'x' if i % 3 else ''}\n" for i in range(9)))
    load()
    assert engine.rows(
        "select column_name, type, n, n_null, n_distinct, min_value, max_value from raw.profile"
    ) == [
        ("k", "VARCHAR", 9, 0, 9, "0", "8"),
        ("v", "VARCHAR", 9, 3, 1, "x", "x"),
    ]
    assert engine.scalar("select top_values from raw.profile where column_name = 'v'") == [
        {"value": "x", "n": 6}
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("s.csv", b"", "empty"),
        ("s.csv", b"\n\n  \n", "nothing but blanks"),
        ("s.csv.gz", b"a,b\n1,2\n", "not a whole gzip file"),
        ("s.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 9999, mtime=0)[:-30], "not a whole gzip file"),
        ("s.parquet", b"PAR1xxxxPAR1", "cannot be read as parquet"),
        ("s.xlsx", b"PK\x03\x04 broken", "cannot be read as a spreadsheet"),
        ("s.json", b'[{"a":1},{"a":', "cannot be read as json"),
        ("s.json", b"[1,2]", "holds no records"),
        ("s.docx", b"x", "format that gristmill does not read"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_words(load, tmp_path, name, content, words):
    put(tmp_path, name, content)
    with pytest.raises(SourceError, match=words) as caught:
        load(name)
    assert caught.value.exit_code == 2
    assert "Traceback" not in str(caught.value)


def test_a_missing_file_names_the_nearest_and_all_problems_come_at_once(load, tmp_path):
    put(tmp_path, "customers.csv", "a,b\n1,2\n")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SourceError) as caught:
        load("custmers.csv", "folder")
    assert len(caught.value.problems) == 2
    assert "did you mean customers.csv?" in str(caught.value)
    assert "is a folder" in str(caught.value)
    with pytest.raises(SourceError, match="No file matches"):
        load("nothing*.csv")


def test_a_source_cannot_take_the_name_of_a_relation_of_ours(load, tmp_path):
    put(tmp_path, "s.csv", "a,b\n1,2\n")
    with pytest.raises(SourceError, match='cannot be called "files"'):
        load(name="files")


def test_texts_of_json_stay_texts_and_structures_stay_structures(engine, load, tmp_path):
    rows = [
        {"id": 1, "at": "03-04-2024", "who": {"email": "a@b.kr"}},
        {"id": 2, "at": "2024-03-04", "who": {"email": None}},
    ]
    put(tmp_path, "s.json", json.dumps(rows))
    load("s.json")
    assert [(c.name, c.type) for c in engine.columns("raw.s")][3:] == [
        ("id", "BIGINT"),
        ("at", "VARCHAR"),
        ("who", "STRUCT(email VARCHAR)"),
    ]
    assert engine.rows('select _row, "at" from raw.s order by _row') == [(1, "03-04-2024"), (2, "2024-03-04")]


def test_a_list_inside_a_document_is_opened(engine, load, tmp_path):
    put(tmp_path, "s.json", json.dumps({"tickets": [{"id": 1}, {"id": 2}], "count": 2}))
    report = load("s.json")
    assert engine.rows("select _row, id from raw.s order by _row") == [(1, 1), (2, 2)]
    assert "records are taken from the list tickets" in report.notes[0]


def test_broken_lines_of_json_are_set_aside(engine, load, tmp_path):
    put(tmp_path, "s.ndjson", '{"a":1,"b":"가"}\n{"a":\n{"a":3}\n[1]\n{"a":4}\n{"a":5}\n')
    report = load("s.ndjson")
    assert (report.n_rows, report.n_rejects) == (4, 2)
    assert engine.rows("select _row, a, b from raw.s order by _row")[:2] == [(1, 1, "가"), (3, 3, None)]
    assert [r[1] for r in rejects(engine)] == [2, 4]


def test_parquet_keeps_types_and_record_numbers(engine, load, tmp_path):
    engine.execute(
        f"copy (select i as _row, i * 1.5 as \"select\", date '2024-01-01' as d from range(5) t(i))"
        f" to '{tmp_path / 's.parquet'}'"
    )
    load("s.parquet")
    assert [(c.name, c.type) for c in engine.columns("raw.s")][3:] == [
        ("_row_2", "BIGINT"),
        ("select", "DECIMAL(21,1)"),
        ("d", "DATE"),
    ]
    assert engine.scalar("select count(*) from raw.s where _row = _row_2 + 1") == 5


def test_files_whose_types_do_not_fit_are_told(engine, load, tmp_path):
    engine.execute(f"copy (select [1] as a) to '{tmp_path / '1.parquet'}'")
    engine.execute(f"copy (select date '2024-01-01' as a) to '{tmp_path / '2.parquet'}'")
    with pytest.raises(SourceError, match="types that do not fit"):
        load("*.parquet")


def test_cells_of_a_spreadsheet_become_plain_text(engine, load, tmp_path):
    load(str(HERE / "people.xlsx"))
    assert [c.name for c in engine.columns("raw.s")][3:] == ["이름", "가입일", "구매액", "회원번호", "동의"]
    assert engine.rows(
        'select _row, "이름", "가입일", "구매액", "회원번호", "동의" from raw.s order by _row'
    ) == [
        (1, "김민수", "2024-03-04", "12.5", "1001", "true"),
        (2, "이영희", "2024-03-05 10:30:00", "0.00001", "1002", "false"),
        (3, "John Smith", None, None, "1003", None),
    ]


def test_a_sheet_is_taken_by_name_or_the_first_that_holds_anything(engine, load):
    load(str(HERE / "people.xlsx"), sheet="Other")
    assert engine.rows("select a from raw.s") == [("1",)]
    with pytest.raises(SourceError, match="did you mean Other"):
        load(str(HERE / "people.xlsx"), sheet="Othr")
    with pytest.raises(SourceError, match="holds no data"):
        load(str(HERE / "blank.xlsx"))


def test_a_path_with_signs_of_a_glob_is_read_as_it_stands(engine, load, tmp_path):
    put(tmp_path, "s [1].csv", "a,b\n1,2\n")
    put(tmp_path, "s 1.csv", "a,b\n3,4\n")
    load("s [1].csv")
    assert engine.rows("select a from raw.s") == [("1",)]


@pytest.mark.skipif(not (DATA / "online_retail").exists(), reason="the data is not beside the checkout")
def test_the_months_of_the_online_shop_are_read_whole(engine, tmp_path):
    config = Source("online_retail", ("online_retail/*.csv.gz",))
    report = read(engine, config, DATA, temp=tmp_path)
    assert (report.n_rows, report.n_rejects, len(report.files)) == (541_909, 0, 13)
    assert engine.scalar('select count(*) from raw.online_retail where "CustomerID" is null') == 135_080
    assert engine.scalar("select n_null from raw.profile where column_name = 'CustomerID'") == 135_080


@pytest.mark.skipif(not (DATA / "customer_call_list").exists(), reason="the data is not beside the checkout")
def test_the_call_list_keeps_what_people_typed(engine, tmp_path):
    found = look([DATA / "customer_call_list" / "customer_call_list.xlsx"])
    assert found.files[0].sheet == "Call List"
    report = read(engine, Source("calls", ("customer_call_list/*.xlsx",)), DATA, temp=tmp_path)
    assert report.n_rows == 21
    assert engine.rows('select "CustomerID", "Phone_Number" from raw.calls where _row = 1') == [
        ("1001", "123-545-5421")
    ]


# Python's writer does not quote a lone carriage return, and nobody could tell it from a line's end.
CELLS = st.text(alphabet=st.sampled_from("ab 가힣é,;\"\n\t|\\'0.-"), max_size=6)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.integers(0, 99), CELLS, CELLS), min_size=1, max_size=8),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_program_writes_as_csv_is_read_as_it_was(engine, tmp_path_factory, rows, end):
    folder = tmp_path_factory.mktemp("any")
    with (folder / "s.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator=end)
        writer.writerow(("id", "name", "note"))
        writer.writerows(rows)
    report = read(engine, Source("s", ("s.csv",)), folder, temp=folder / "temp")
    assert report.n_rejects == 0
    found = engine.rows("select id, name, note from raw.s order by _row")
    assert found == [tuple(str(cell) or None for cell in row) for row in rows]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(min_size=1, max_size=60),
    ending=st.sampled_from(["csv", "tsv", "json", "xlsx", "csv.gz"]),
)
def test_any_bytes_are_read_or_refused_in_words(engine, tmp_path_factory, content, ending):
    folder = tmp_path_factory.mktemp("any")
    path = put(folder, f"s.{ending}", b"a,b\n1,2\n" + content if ending == "csv" else content)
    with contextlib.suppress(SourceError):
        report = read(engine, Source("s", (path.name,)), folder, temp=folder / "temp")
        kept = engine.scalar("select (select count(*) from raw.s) + (select count(*) from raw.rejects)")
        assert kept == report.n_rows + report.n_rejects


def test_a_file_outside_the_project_is_named_relative_to_it(tmp_path: Path) -> None:
    shown = []
    for place in ("here", "there"):
        root = tmp_path / place / "project"
        root.mkdir(parents=True)
        outside = tmp_path / place / "people.csv"
        outside.write_text("name\nAnna\n", encoding="utf-8")
        with DuckDBEngine() as engine:
            read(engine, Source("people", (str(outside),)), root, temp=tmp_path)
            shown += engine.rows("select _file, file from raw.people, raw.files")
    assert shown == [("../people.csv", "../people.csv")] * 2
