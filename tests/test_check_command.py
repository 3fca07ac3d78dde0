"""The command check: a file or a relation by a schema, every failing row, and what a CI server is told."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pandera.pandas as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from conftest import OPEN, House
from pandera.io.pandas_io import to_yaml

from gristmill import failing, runs
from gristmill.checks import rows
from gristmill.cli import main
from gristmill.engine.duckdb import DuckDBEngine

ORDERS = """
import pandera.pandas as pa
from gristmill.checks import column


class Orders(pa.DataFrameModel):
    \"\"\"Orders of a shop.\"\"\"

    order_id: int = column("the order", key=True, unique=True)
    price: float = column("net", ge=0)
    ordered_at: pa.DateTime = column("when", not_in_future=True)
    email: str = column("who", pii="email", is_email=True)
    paid: bool = column("whether it is paid")

    class Config:
        conditional = ["when price > 10 then email is not null"]
"""
CSV = """order_id,price,ordered_at,email,paid
1,1.5,2026-01-01,kim@naver.com,true
2,-3,2026-13-01,kim@naver.com,FALSE
2,abc,2027-01-01,secret-value,1
x1,11,,,maybe
"""


def check(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, words)])


@pytest.fixture
def orders(tmp_path: Path) -> tuple[Path, Path]:
    data, schema = tmp_path / "orders.csv", tmp_path / "orders_checks.py"
    data.write_text(CSV, encoding="utf-8")
    schema.write_text(ORDERS, encoding="utf-8")
    return data, schema


def written(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as text:
        return [tuple(row) for row in csv.reader(text)]


# -- a file -----------------------------------------------------------------------------------------


def test_a_file_is_checked_without_a_project_and_its_failing_rows_are_written(
    orders: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "failures.csv"
    done = check(orders[0], "--with", orders[1], "--rows", out, "--as-of", "2026-11-01")
    assert done.exit_code == 1, done.output
    header, *rows = written(out)
    assert header == ("row", "column", "check", "value", "reason")
    assert [row[:4] for row in rows] == [
        ("2", "order_id", "unique", "2"),
        ("2", "ordered_at", "dtype", "2026-13-01"),
        ("2", "price", "ge", "-3"),
        ("3", "email", "is_email", "secret-value"),
        ("3", "order_id", "unique", "2"),
        ("3", "ordered_at", "not_in_future", "2027-01-01"),
        ("3", "price", "dtype", "abc"),
        ("4", "order_id", "dtype", "x1"),
        ("4", "paid", "dtype", "maybe"),
        ("4", "price, email", "conditional(when price > 10 then email is not null)", "11 | –"),
    ]
    assert rows[2][4] == "price is below 0"
    first = done.stdout.splitlines()[0].split()
    assert first == ["sentence", "severity", "n", "n_failed", "share", "verdict"]
    assert "secret-value" not in done.output and "row 3" in done.stderr


def test_only_a_critical_failure_ends_with_1_unless_asked_otherwise(orders: tuple[Path, Path]) -> None:
    data, schema = orders
    data.write_text(CSV.replace("\n2,abc", "\n3,abc").replace("x1", "4"), encoding="utf-8")
    plain = check(data, "--with", schema)
    assert plain.exit_code == 0 and "--fail-on warning" in plain.stderr
    assert check(data, "--with", schema, "--fail-on", "warning").exit_code == 1
    data.write_text(CSV, encoding="utf-8")
    assert check(data, "--with", schema, "--fail-on", "never").exit_code == 0


def test_a_check_that_cannot_be_judged_does_not_look_good(orders: tuple[Path, Path]) -> None:
    data, schema = orders
    data.write_text("order_id,prise,ordered_at,email,paid\n1,2,2026-01-01,a@b.co,true\n", encoding="utf-8")
    done = check(data, "--with", schema)
    assert done.exit_code == 1 and "did you mean prise?" in done.stderr


def test_a_check_that_raises_is_an_error_and_the_others_still_run(tmp_path: Path) -> None:
    data, schema = tmp_path / "a.csv", tmp_path / "s.py"
    data.write_text("x\na\nb\n", encoding="utf-8")
    schema.write_text(
        "import pandera.pandas as pa\n"
        "def boom(s):\n    raise ValueError('no luck')\n"
        "S = pa.DataFrameSchema({'x': pa.Column(str, [pa.Check(boom), pa.Check.eq('a')])})",
        encoding="utf-8",
    )
    done = check(data, "--with", schema, "--json", "--junit", tmp_path / "o.xml")
    told = {one["check"]: one for one in json.loads(done.stdout)["checks"]}
    assert done.exit_code == 1
    assert (told["boom"]["verdict"], told["boom"]["note"]) == ("error", "ValueError: no luck")
    assert told["eq"]["n_failed"] == 1
    suite = ET.parse(tmp_path / "o.xml").getroot().find("testsuite")
    assert suite is not None and (suite.get("errors"), suite.get("failures")) == ("1", "1")


def test_a_file_needs_a_schema_and_every_wrong_word_is_a_usage_error(
    orders: tuple[Path, Path], tmp_path: Path
) -> None:
    data, schema = orders
    (tmp_path / "broken.py").write_text("import pandera.pandas as pa\nx = 1 / 0\n", encoding="utf-8")
    (tmp_path / "regex.py").write_text(
        "import pandera.pandas as pa\nS = pa.DataFrameSchema({'x': pa.Column(str, pa.Check.str_matches('('))})",
        encoding="utf-8",
    )
    for words, told in (
        ((data,), "gristmill check draft"),
        ((data, "--with", tmp_path / "broken.py"), "broken.py:2 ZeroDivisionError"),
        ((data, "--with", tmp_path / "regex.py"), "regex.py:2 re.error: missing )"),
        ((data, "--with", schema, "--rows", tmp_path / "x.xlsx"), "does not write"),
        ((data, "--with", schema, "--rows", data), "overwritten"),
        ((data, "--with", schema, "--junit", tmp_path / "no" / "x.xml"), "no folder"),
        ((data, "--with", schema, "--fail-on", "sometimes"), "critical"),
    ):
        done = check(*words)
        assert done.exit_code == 2 and told in done.stderr, (words, done.stderr)
    assert check().exit_code == 0


def test_json_is_all_there_is_on_stdout(orders: tuple[Path, Path]) -> None:
    done = check(orders[0], "--with", orders[1], "--json")
    told = json.loads(done.stdout)
    assert (told["n_rows"], told["good"], told["n_checks"]) == (4, False, len(told["checks"]))
    price = next(one for one in told["checks"] if (one["column"], one["check"]) == ("price", "ge"))
    assert (price["n"], price["n_failed"], price["verdict"]) == (3, 1, "warn")
    assert price["sample"] == [{"row": 2, "key": None, "value": "-3"}]


def test_junit_has_one_case_a_check_with_counts_and_a_masked_sample(
    orders: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "checks.xml"
    done = check(orders[0], "--with", orders[1], "--junit", out, "--as-of", "2026-11-01")
    suite = ET.parse(out).getroot().find("testsuite")
    assert suite is not None and suite.get("name") == "orders.csv"
    cases = suite.findall("testcase")
    n_table = len(done.stdout.strip().splitlines()) - 1
    assert len(cases) == int(suite.get("tests", "")) == n_table
    failed = [one for one in cases if one.find("failure") is not None]
    assert len(failed) == int(suite.get("failures", ""))
    told = {one.get("name"): one.find("failure") for one in failed}
    unique = told["no two rows share the same order_id"]
    assert unique is not None and unique.get("type") == "critical"
    assert unique.get("message") == "2 of 4 rows fail (50%)" and "row 2: 2" in str(unique.text)
    assert "secret-value" not in out.read_text(encoding="utf-8")
    assert len({(one.get("classname"), one.get("name")) for one in cases}) == len(cases)


def test_junit_holds_no_character_that_xml_forbids(tmp_path: Path) -> None:
    data, schema, out = tmp_path / "a.csv", tmp_path / "s.py", tmp_path / "o.xml"
    data.write_bytes("x\n\x01<&>]]>\n😀\n".encode())
    schema.write_text(
        "import pandera.pandas as pa\nS = pa.DataFrameSchema({'x': pa.Column(str, pa.Check.eq('\\x01]]>'))})",
        encoding="utf-8",
    )
    assert check(data, "--with", schema, "--junit", out).exit_code == 0
    text = "".join(str(one.text) for one in ET.parse(out).getroot().iter("failure"))
    assert "\ufffd<&>]]>" in text and "😀" in text


def test_a_yaml_schema_of_pandera_io_is_accepted(tmp_path: Path) -> None:
    data, schema = tmp_path / "a.csv", tmp_path / "s.yaml"
    data.write_text("x,y\n1,a\n12,b\n", encoding="utf-8")
    made = pa.DataFrameSchema({"x": pa.Column(int, pa.Check.lt(10)), "y": pa.Column(str)})
    schema.write_text(to_yaml(made), encoding="utf-8")
    done = check(data, "--with", schema, "--json")
    assert done.exit_code == 0, done.output
    failed = [one["check"] for one in json.loads(done.stdout)["checks"] if one["n_failed"]]
    assert failed == ["lt"]
    schema.write_text("columns: [", encoding="utf-8")
    broken = check(data, "--with", schema)
    assert broken.exit_code == 2 and "s.yaml" in broken.stderr


def test_all_failing_rows_are_written_also_those_python_finds(tmp_path: Path) -> None:
    data, schema, out = tmp_path / "a.csv", tmp_path / "s.py", tmp_path / "o.parquet"
    data.write_text("x\n" + "\n".join(str(i) for i in range(150_000)) + "\n", encoding="utf-8")
    schema.write_text(
        "import pandera.pandas as pa\n"
        "odd = pa.Check(lambda s: s % 2 == 0, name='even')\n"
        "S = pa.DataFrameSchema({'x': pa.Column(int, [pa.Check.lt(10), odd])})",
        encoding="utf-8",
    )
    assert check(data, "--with", schema, "--rows", out).exit_code == 0
    table = pq.read_table(out)
    counted = table.group_by("check").aggregate([("row", "count")]).to_pylist()
    assert sorted((one["check"], one["row_count"]) for one in counted) == [("even", 75_000), ("lt", 149_990)]
    assert table["row"].to_pylist()[:1] == [2]


def test_an_empty_file_says_what_emptiness_means(orders: tuple[Path, Path], tmp_path: Path) -> None:
    data, schema = orders
    data.write_text("order_id,price,ordered_at,email,paid\n", encoding="utf-8")
    done = check(data, "--with", schema, "--rows", tmp_path / "o.csv")
    assert done.exit_code == 0, done.output
    assert "nothing to judge: the relation is empty" in done.stderr
    assert len(written(tmp_path / "o.csv")) == 1


def test_hostile_names_reach_the_rows_as_they_are(tmp_path: Path) -> None:
    data, schema, out = tmp_path / "a.csv", tmp_path / "s.py", tmp_path / "o.csv"
    name = "$c1_0 'x' -- 값"
    data.write_text(f'"{name}"\nok\nit\'s $c1_0\n', encoding="utf-8")
    schema.write_text(
        f"import pandera.pandas as pa\nS = pa.DataFrameSchema({{{name!r}: pa.Column(str, pa.Check.eq('ok'))}})",
        encoding="utf-8",
    )
    assert check(data, "--with", schema, "--rows", out).exit_code == 0
    assert [row[:4] for row in written(out)[1:]] == [("2", name, "eq", "it's $c1_0")]


# -- a relation -------------------------------------------------------------------------------------

PEOPLE = """
import pandera.pandas as pa
from gristmill.checks import column


class People(pa.DataFrameModel):
    \"\"\"People.\"\"\"

    person_id: str = column("who", pii="id", key=True, unique=True)
    email: str = column("where", pii="email", is_email=True)
    city: str = column("town", same_categories=True)
    postcode: str = column("code", is_postcode="KR")

    class Config:
        functional_dependency = ["postcode -> city"]
        row_count_band = {"share": 0.1}
"""
MADE = (
    "mill.engine.make(\"t.people\", \"select * from (values ('p1', 'kim@naver.com', '서울', '06236', 1),"
    " ('p2', 'nobody', '서울', '06236', 2), ('p3', 'lee@naver.com', '부산', '06236', 3))"
    ' as t(person_id, email, city, postcode, _row)")'
)


JUDGE = (
    "from gristmill import checks\n"
    "for one in checks.load([mill.project.root]):\n"
    "    checks.run(mill.engine, one.relation, one.schema, as_of=mill.as_of, run_id=run)"
)


@pytest.fixture(scope="module")
def people_once(tiny_once: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(Path(shutil.copytree(tiny_once.root, tmp_path_factory.mktemp("people") / "tiny")))
    house.write("checks/t/people.py", PEOPLE)
    house.stage("10_one", OPEN, MADE, JUDGE, "mill.close()")
    done = house("run", "--as-of", "2026-11-01")
    assert done.exit_code in (0, 1), done.output
    return house


@pytest.fixture
def people(people_once: House, tmp_path: Path) -> House:
    return House(Path(shutil.copytree(people_once.root, tmp_path / "people")))


def test_a_relation_of_the_published_run_is_checked_masked_and_compared(people: House) -> None:
    done = people("check", "t.people")
    assert done.exit_code == 0, done.output
    assert "nobody" not in done.output and "email looks like an e-mail address" in done.stdout
    shown = people("check", "t.people", "--show", "--json")
    sample = {one["check"]: one["sample"] for one in json.loads(shown.stdout)["checks"]}
    assert sample["is_email"] == [{"row": 2, "key": "p2", "value": "nobody"}]
    out = people("check", "t.people", "--rows", "all.csv")
    assert out.exit_code == 0
    rows = written(people.root / "all.csv")
    assert rows[0] == ("row", "column", "check", "value", "reason", "key", "source", "file")
    assert [row[:4] for row in rows[1:]] == [
        ("2", "email", "is_email", "nobody"),
        ("3", "city", "functional_dependency(postcode -> city)", "부산"),
    ]
    # Another module in the place of the project's own.
    people.write("other.py", PEOPLE.replace("is_email=True", "str_length=(1, 3)"))
    other = people("check", "t.people", "--with", "other.py", "--json")
    assert [
        one["n_failed"] for one in json.loads(other.stdout)["checks"] if one["check"] == "str_length"
    ] == [3]

    # Another run is compared with this one.
    people.stage(
        "10_one", OPEN, MADE.replace("부산", "대구").replace(", 3))", ", 3), ('p4', null, null, null, 4))")
    )
    assert people("run", "--as-of", "2026-11-02").exit_code in (0, 1)
    later = people("check", "t.people", "--json")
    found = {one["check"]: one for one in json.loads(later.stdout)["checks"]}
    assert found["same_categories"]["verdict"] == "warn"
    assert found["same_categories"]["note"] == "1 new (1 rows): 대구; 1 gone (1 rows): 부산"
    assert found["row_count_band"]["verdict"] == "warn"
    assert found["row_count_band"]["note"] == "4 rows; 3 to 3 after 1 run before"

    gone = people("check", "t.peple")
    assert gone.exit_code == 2 and "did you mean t.people?" in gone.stderr
    unspoken = people("check", "measure.one")
    assert unspoken.exit_code == 2


def test_the_queries_of_sql_audit_judge_their_relation_too(acme: House) -> None:
    query = acme.root / "sql" / "audit" / "mails_of_kakao_v1.sql"
    query.parent.mkdir(parents=True, exist_ok=True)
    query.write_text(
        "-- Contacts do not write from kakao.\n--\n-- judges   clean.contacts critical validity\n-- owner    the crm team\n"
        "-- grain    one row per contact of kakao\n-- returns  relation, key, column_name, value, reason\n"
        "select 'clean.contacts' as relation, contact_id as \"key\", 'email' as column_name, email as \"value\",\n"
        "  'of kakao' as reason\nfrom clean.contacts where email like '%@kakao.com'\n",
        "utf-8",
    )
    assert acme("run", "--only", "audit").exit_code == 1
    done = acme("check", "clean.contacts", "--json", "--rows", "wrong.csv")
    assert done.exit_code == 1
    found = {one["check"]: one for one in json.loads(done.stdout)["checks"]}["mails_of_kakao"]
    with DuckDBEngine(runs.current(acme.project).database(acme.project), read_only=True) as engine:
        kakao = engine.rows(
            "select contact_id, email from clean.contacts where email like '%@kakao.com' order by all"
        )
    assert found["n_failed"] == len(kakao) > 0 and found["verdict"] == "fail"
    assert found["owner"] == "the crm team"
    # Personal values are masked in what is shown, and not in what was asked for as a file.
    assert not any(email in done.stdout for _, email in kakao)
    rows = [row for row in written(acme.root / "wrong.csv") if row[2] == "mails_of_kakao"]
    assert sorted((row[5], row[3]) for row in rows) == kakao
    # Judged by another schema, only that one speaks.
    acme.write(
        "other.py",
        PEOPLE.split("class People", maxsplit=1)[0] + "class Other(pa.DataFrameModel):\n    email: str\n",
    )
    alone = acme("check", "clean.contacts", "--with", "other.py", "--json")
    assert "mails_of_kakao" not in alone.stdout


def test_the_rows_of_one_check_are_found_anew_and_masked(people: House) -> None:
    plain = people("check", "rows", "is_email")
    assert plain.exit_code == 0, plain.output
    assert "nobody" not in plain.output and "1 rows fail t.people.email.is_email" in plain.stderr
    shown = people("check", "rows", "t.people.email.is_email", "--show")
    assert "nobody" in shown.stdout and "p2" in shown.stdout
    as_json = people("check", "rows", "functional_dependency", "--show", "--json")
    assert [(one["row"], one["value"]) for one in json.loads(as_json.stdout)] == [(3, "부산")]
    assert "06236: 서울 ×2, 부산 ×1" in as_json.stderr
    out = people("check", "rows", "email.is_email", "--relation", "t.people", "--out", "rows.csv")
    assert out.stdout.strip() == "rows.csv"
    assert written(people.root / "rows.csv")[1][:6] == ("t.people", "2", "p2", "email", "is_email", "nobody")
    none = people("check", "rows", "is_postcode")
    assert none.exit_code == 0 and none.stdout == ""
    wrong = people("check", "rows", "is_emial")
    assert wrong.exit_code == 2 and "did you mean is_email?" in wrong.stderr
    assert people("check", "rows", "is_email", "--relation", "t.peopl").exit_code == 2


def test_a_view_yields_all_failing_rows_when_it_is_read(people: House) -> None:
    run = runs.current(people.project)
    before = run.database(people.project).stat().st_mtime_ns if run else 0
    with failing.failing(people.project, "is_email") as found:
        name = "audit.failing_t_people_email_is_email"
        assert name in found.engine.relations()
        assert found.engine.rows(f'select "key", "value" from {name}') == [("p2", "nobody")]
    assert run and run.database(people.project).stat().st_mtime_ns == before


def test_without_a_published_run_or_a_project_the_command_says_what_to_do(
    tiny: House, tmp_path: Path
) -> None:
    for words in (("check", "t.people"), ("check", "rows", "is_email")):
        done = tiny(*words)
        assert done.exit_code == 2 and "gristmill run" in done.stderr
    (tmp_path / "orders.csv").write_text("x\n1\n", encoding="utf-8")
    lost = check(tmp_path / "order.csv")
    assert lost.exit_code == 2 and "did you mean orders.csv?" in lost.stderr


def test_values_become_literals_of_their_own_type() -> None:
    values = [None, True, 2**100, 0.1, float("inf"), "it's \\ \0 $x", dt.datetime(2026, 1, 1, 1, 2, 3, 4)]
    with DuckDBEngine() as engine:
        for value in values:
            sql = rows.inlined("select $v as \"$v\", '$v'", {"v": value})
            assert engine.rows(sql) == [(value, "$v")]
