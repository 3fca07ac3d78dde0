"""Files as companies have them: broken, hostile, gone; and words on the command line that mean nothing."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import OPEN, House

import gristmill as gm
from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine

READ = 'mill.stage("raw", "source")'
EVIL = ["select", "'; drop table --", 'a"b', "$x", "email"]


def rows(path: Path, *lines: list[str], encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(lines)


@pytest.fixture(scope="module")
def mess(tmp_path_factory) -> House:
    """One project with every readable kind of bad file, run once."""
    house = House(tmp_path_factory.mktemp("mess") / 'it\'s a "mess" 엉망')
    house.write("gristmill.toml", '[project]\nname = "mess"\n')
    house.stage("10_profile", OPEN, READ, "mill.close()")
    data = house.root / "data"
    rows(data / "header.csv", ["id", "email", "name", "city"])
    data.joinpath("ragged.csv").write_text(
        "id,email,name\n1,a@x.com,Ann\n2,b@x.com\n3,c@x.com,Cy,extra,more\n4,d@x.com,Di\n"
    )
    rows(data / "korean.csv", ["아이디", "이름", "이메일"], ["1", "김철수", "a@x.com"], encoding="cp949")
    rows(data / "twice.csv", ["id", "name", "name", "Email"], ["1", "Ann", "Smith", "a@x.com"])
    rows(
        data / "wide.csv",
        [f"c{i}" for i in range(500)],
        *([f"{r}.{i}" for i in range(500)] for r in range(3)),
    )
    rows(data / "evil.csv", EVIL, ["1", "2", "3", "4", "a@x.com"], ["5", "6", "7", "8", "b@x.com"])
    added = house("add", "data/*.csv")
    assert added.exit_code == 0, added.output
    done = house("run")
    assert done.exit_code == 0, done.output
    return house


def ask(house: House, sql: str):
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        return engine.rows(sql)


def test_a_file_with_a_header_only_is_a_source_without_rows(mess: House) -> None:
    assert ask(mess, "select count(*) from raw.header") == [(0,)]
    assert ask(mess, "select n_rows, n_rejects from raw.files where source = 'header'") == [(0, 0)]


def test_ragged_rows_are_set_aside_with_line_and_reason(mess: House) -> None:
    assert ask(mess, "select id, _row from raw.ragged order by _row") == [("1", 1), ("4", 4)]
    assert ask(
        mess, "select line, reason, content from raw.rejects where source = 'ragged' order by line"
    ) == [
        (3, "has 2 fields instead of 3", "2,b@x.com"),
        (4, "has 5 fields instead of 3", "3,c@x.com,Cy,extra,more"),
    ]
    record = next(entry for entry in runs.current(mess.project).inputs if entry["source"] == "ragged")
    assert (record["n_rows"], record["n_rejects"]) == (2, 2)


def test_a_korean_code_page_is_found_and_kept(mess: House) -> None:
    assert ask(mess, 'select "이름" from raw.korean') == [("김철수",)]
    assert ask(mess, "select full_name, email from source.contacts where _source = 'korean'") == [
        ("김철수", "a@x.com")
    ]
    assert 'encoding = "cp949"' in (mess.root / "gristmill.toml").read_text(encoding="utf-8")


def test_two_columns_of_one_name_are_both_kept(mess: House) -> None:
    assert ask(mess, "select name, name_2 from raw.twice") == [("Ann", "Smith")]


def test_a_file_of_500_columns_is_read_whole(mess: House) -> None:
    assert ask(mess, "select c0, c499 from raw.wide order by _row")[2] == ("2.0", "2.499")
    assert ask(mess, "select count(*) from raw.profile where source = 'wide'") == [(500,)]


def test_columns_with_the_names_of_sql_are_names(mess: House) -> None:
    names = [row[0] for row in ask(mess, "select column_name from raw.profile where source = 'evil'")]
    assert sorted(names) == sorted(EVIL)
    assert ask(mess, 'select "select", "\'; drop table --", "a""b", "$x" from raw.evil order by _row') == [
        ("1", "2", "3", "4"),
        ("5", "6", "7", "8"),
    ]
    assert ask(mess, "select email from source.contacts where _source = 'evil' order by _row") == [
        ("a@x.com",),
        ("b@x.com",),
    ]


def test_a_mapping_that_names_a_column_that_is_gone_points_into_the_mapping(
    mess: House, tmp_path: Path
) -> None:
    path = mess.root / "data" / "evil.csv"
    before, published = path.read_bytes(), mess.published
    mapping = (mess.root / "sql/source/evil__contacts_v1.sql").read_text(encoding="utf-8").splitlines()
    line = next(i for i, text in enumerate(mapping, 1) if '"email" as email' in text)
    try:
        rows(path, ["select", "emails"], ["1", "a@x.com"])
        done = mess("run", "--quiet")
        assert done.exit_code == 3
        assert f'sql/source/evil__contacts_v1.sql:{line} maps the column "email"' in done.stderr
        assert "Columns: select, emails." in done.stderr and "did you mean emails?" in done.stderr
        assert mess.published == published
    finally:
        path.write_bytes(before)


def test_an_added_file_is_not_added_twice(mess: House) -> None:
    done = mess("add", "data/evil.csv")
    assert done.exit_code == 2 and "data/evil.csv is the source 'evil' already" in done.stderr


def test_a_missing_file_is_said_with_the_nearest_name(tiny: House) -> None:
    tiny.write("data/customers.csv", "id,email\n1,a@x.com\n")
    done = tiny("add", "data/custmers.csv", "data/*.tsv")
    assert done.exit_code == 2
    assert (
        "There is no file data/custmers.csv" in done.stderr and "did you mean customers.csv?" in done.stderr
    )
    assert "data/*.tsv" in done.stderr


def test_a_source_whose_file_is_gone_is_refused_before_a_kernel_starts(tiny: House) -> None:
    tiny.stage("10_profile", OPEN, READ)
    tiny.write("data/crm.csv", "id,email\n1,a@x.com\n")
    assert tiny("add", "data/crm.csv").exit_code == 0
    (tiny.root / "data" / "crm.csv").rename(tiny.root / "data" / "crm2.csv")
    done = tiny("run")
    assert done.exit_code == 2, done.output
    assert "[sources.crm] names data/crm.csv, which does not exist" in done.stderr
    assert "did you mean crm2.csv?" in done.stderr
    assert not tiny.records()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n  \n", "holds nothing but blanks"),
        ("cut.parquet", b"PAR1 no", "cannot be read as parquet"),
        ("cut.xlsx", b"PK\x03\x04 no", "cannot be read as a spreadsheet"),
    ],
)
def test_a_file_that_holds_nothing_is_refused_and_nothing_is_written(
    tiny: House, name: str, content: bytes, words: str
) -> None:
    tiny.write(f"data/{name}", content)
    tiny.write("data/good.csv", "id,email\n1,a@x.com\n")
    before = (tiny.root / "gristmill.toml").read_text()
    done = tiny("add", "data/good.csv", f"data/{name}")
    assert done.exit_code == 2 and words in done.stderr and f"data/{name}" in done.stderr, done.output
    assert "Traceback" not in done.stderr
    assert (tiny.root / "gristmill.toml").read_text() == before
    assert not list(tiny.root.glob("sql/source/*"))


def test_nothing_is_overwritten_by_add(tiny: House) -> None:
    tiny.write("data/crm.csv", "id,email\n1,a@x.com\n")
    own = tiny.write("sql/source/crm__contacts_v1.sql", "mine")
    before = (tiny.root / "gristmill.toml").read_text()
    done = tiny("add", "data/crm.csv")
    assert done.exit_code == 2 and "nothing is overwritten" in done.stderr
    assert own.read_text() == "mine" and (tiny.root / "gristmill.toml").read_text() == before


def test_a_folder_is_no_file(tiny: House) -> None:
    tiny.write("data/crm.csv", "id,email\n1,a@x.com\n")
    done = tiny("add", "data")
    assert done.exit_code == 2 and "data is a folder" in done.stderr and "data/*.csv" in done.stderr


def test_a_project_without_sources_has_nothing_to_run(tiny: House) -> None:
    tiny.stage("10_profile", OPEN, READ)
    (tiny.root / "notebooks" / "10_one.ipynb").unlink()
    done = tiny("run")
    assert done.exit_code == 2 and "has no sources" in done.stderr and "gristmill add" in done.stderr


def test_a_place_that_is_no_project_says_how_to_make_one(tmp_path: Path) -> None:
    done = House(tmp_path)("run")
    assert done.exit_code == 2 and "gristmill init" in done.stderr


# -- parameters -----------------------------------------------------------------------------------

BOTH = 'run: str = ""\nas_of: str = ""\nbins: int = 5\nword: str = "x"\nfull: bool = False\nlist: list[str] = []\nshare: float = 0.5'


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("bin=4", ["There is no parameter 'bin'", "did you mean bins?"]),
        ("bins=four", ["The parameter bins cannot be 'four'", "whole number"]),
        ("bins=4.5", ["The parameter bins cannot be '4.5'"]),
        ("bins=", ["The parameter bins cannot be ''"]),
        ("full=perhaps", ["The parameter full cannot be 'perhaps'", "true or false"]),
        ("share=nan", ["The parameter share cannot be 'nan'", "finite"]),
        ("as_of=2026-01-01", ["--as-of"]),
        ("run=x", ["the driver names the run itself"]),
        ("bins", ["'bins' is not NAME=VALUE"]),
        ("=4", ["is not NAME=VALUE"]),
    ],
)
def test_a_parameter_that_means_nothing_is_refused_before_a_kernel_starts(
    tiny: House, given: str, words: list[str]
) -> None:
    tiny.stage("10_one", OPEN, parameters=BOTH)
    done = tiny("run", "--param", given)
    assert done.exit_code == 2
    for word in words:
        assert word in done.stderr
    assert not tiny.records()


def test_all_parameters_that_are_wrong_are_said_at_once(tiny: House) -> None:
    done = tiny("run", "--param", "bin=4", "--param", "bins=x", "--only", "one")
    assert done.exit_code == 2
    tiny.stage("10_one", OPEN, parameters=BOTH)
    done = tiny("run", "--param", "bin=4", "--param", "bins=x")
    assert "'bin'" in done.stderr and "'x'" in done.stderr
    twice = tiny("run", "--param", "bins=4", "--param", "bins=5")
    assert twice.exit_code == 2 and "bins is given twice" in twice.stderr


def test_a_parameter_in_the_project_file_is_checked_and_named_there(tiny: House) -> None:
    tiny.write("gristmill.toml", '[project]\nname = "tiny"\n[params]\nbinz = 4\n')
    done = tiny("run")
    assert done.exit_code == 2 and "gristmill.toml There is no parameter 'binz'" in done.stderr
    assert "did you mean bins?" in done.stderr


@pytest.mark.parametrize(
    "day", ["2026-13-01", "2026-02-30", "yesterday", "20261101", "2026-1-1", "2026-W01-1", ""]
)
def test_a_day_that_is_none_is_refused(tiny: House, day: str) -> None:
    done = tiny("run", "--as-of", day)
    assert done.exit_code == 2 and "is no date" in done.stderr and "2026-11-01" in done.stderr
    assert not tiny.records()


def test_an_unknown_stage_gets_the_nearest_name(tiny_run: House) -> None:
    done = tiny_run("run", "--only", "ones,won")
    assert done.exit_code == 2
    assert "There is no stage 'ones'" in done.stderr and "did you mean one?" in done.stderr
    assert "There is no stage 'won'" in done.stderr


HOSTILE = ['O\'Brien; drop table x; -- "quoted" \\ back\\n 김철수 $bins {bins} %(x)s\n\t=1+1', ""]


def test_hostile_values_arrive_in_the_notebook_and_in_sql_as_they_were_given(tiny: House) -> None:
    tiny.write(
        "sql/measure/echo_v1.sql",
        "-- Give back what was given.\n--\n-- grain    one row\n-- param    word   text   any text\n"
        "-- param    words   list of text = []   texts\n-- param    price   decimal = 0   a price\n"
        "-- returns  the same\nselect $word as word, $words as words, $price as price\n",
    )
    parameters = 'run: str = ""\nas_of: str = ""\nword: str = "x"'
    check = 'mill.run("measure/echo")\nmill.engine.make("measure.seen", "select $w as word", {"w": word})'
    tiny.stage("10_one", OPEN, check, "mill.close()", parameters=parameters)
    for value in HOSTILE:
        done = tiny(
            "run", "--quiet", "--param", f"word={value}", "--param", "words=a'b, 나", "--param", "price=1.25"
        )
        assert done.exit_code == 0, done.output
        assert ask(tiny, "select * from measure.echo") == [(value, ["a'b", "나"], Decimal("1.2500"))]
        assert ask(tiny, "select * from measure.seen") == [(value,)]
        assert runs.current(tiny.project).params["word"] == value
        shown = tiny("sql", "show", "measure/echo", "--param", f"word={value}").stdout
        with DuckDBEngine() as engine:
            assert engine.rows(shown)[0][0] == value


# -- templates ------------------------------------------------------------------------------------


def test_an_unknown_template_gets_the_nearest_name(tiny: House) -> None:
    for words in (("sql", "show", "segment/rmf"), ("sql", "where", "segment/rmf"), ("eject", "segment/rmf")):
        done = tiny(*words)
        assert done.exit_code == 2 and "did you mean segment/rfm?" in done.stderr, done.output
    with gm.open(tiny.root) as mill, pytest.raises(gm.GristmillError, match="did you mean segment/rfm"):
        mill.run("segment/rmf")


def test_a_template_with_a_syntax_error_is_refused_with_its_line_before_a_kernel_starts(tiny: House) -> None:
    tiny.write(
        "sql/measure/wrong_v1.sql",
        "-- Count.\n--\n-- grain    one row\n-- returns  n\nselect\n  count(* as n\nfrom segment.rfm\n",
    )
    for words in (("run",), ("sql", "lint"), ("sql", "show", "measure/wrong")):
        done = tiny(*words)
        assert done.exit_code == 2 and "sql/measure/wrong_v1.sql:6" in done.stderr, done.output
    assert not tiny.records()


def test_a_template_that_reads_what_nothing_makes_is_refused(tiny: House) -> None:
    tiny.write(
        "sql/measure/wrong_v1.sql",
        "-- Count.\n--\n-- grain    one row\n-- returns  n\nselect count(*) as n\nfrom segment.rmf\n",
    )
    done = tiny("run")
    assert done.exit_code == 2
    assert (
        "sql/measure/wrong_v1.sql:6 reads segment.rmf" in done.stderr
        and "did you mean segment.rfm" in done.stderr
    )


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ('run: str = ""', "holds one line only"),
        ('as_of: str = ""\nbins: int = 5', "does not declare the parameter run"),
        ('run: str = ""\nx = 5', "is no parameter"),
        ('run: str = ""\nx: Path = "."', "cannot be checked"),
        ('run: str = ""\nx: int = 5 +', "is no valid Python"),
    ],
)
def test_a_parameters_cell_that_cannot_be_checked_is_refused(
    tiny: House, parameters: str, words: str
) -> None:
    tiny.stage("10_one", OPEN, parameters=parameters)
    done = tiny("run")
    assert done.exit_code == 2 and words in done.stderr and "notebooks/10_one.ipynb" in done.stderr


def test_a_notebook_that_is_none_is_refused(tiny: House) -> None:
    tiny.write("notebooks/20_two.ipynb", "{}")
    done = tiny("run")
    assert done.exit_code == 2 and "notebooks/20_two.ipynb cannot be read as a notebook" in done.stderr


def test_the_day_of_the_run_is_the_day_in_the_notebook_and_in_the_templates(tiny: House) -> None:
    tiny.stage("10_one", OPEN, 'mill.engine.make("measure.day", "select $d as d", {"d": mill.as_of})')
    assert tiny("run", "--quiet", "--as-of", "2024-02-29").exit_code == 0
    assert ask(tiny, "select d from measure.day") == [(date(2024, 2, 29),)]


def test_a_language_without_a_catalogue_is_refused_and_one_of_the_project_is_spoken(tiny: House) -> None:
    config = (tiny.root / "gristmill.toml").read_text("utf-8")
    tiny.write("gristmill.toml", config.replace("[project]", '[project]\nlocale = "kr"'))
    done = tiny("run")
    assert done.exit_code == 2 and "locale without a catalogue: 'kr'" in done.stderr
    assert "Languages: en, ko, or one in notebooks/words/kr.toml" in done.stderr and "Hint:" in done.stderr
    tiny.write("notebooks/words/kr.toml", '[page]\ncopy = "Kopier"\n')
    assert tiny("run").exit_code == 0
    assert "Kopier" in (tiny.project.reports / str(tiny.published) / "one.html").read_text("utf-8")
