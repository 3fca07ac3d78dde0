"""`gristmill check draft`: a module written from the data, which holds but for what it calls suspicious."""

from __future__ import annotations

import csv
import datetime as dt
import warnings
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gristmill import loose
from gristmill.checks.draft import Draft, draft
from gristmill.checks.judge import judge
from gristmill.checks.modules import load_file
from gristmill.cli import main
from gristmill.engine.duckdb import DuckDBEngine

DAY = dt.date(2026, 11, 1)
DATA = Path(__file__).parents[2] / "shared" / "data"


def written(path: Path, columns: dict[str, Sequence[str]] | list[tuple[str, Sequence[str]]]) -> Path:
    """A CSV file of these columns; a name may come twice."""
    pairs = list(columns.items()) if isinstance(columns, dict) else columns
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([name for name, _ in pairs])
        out.writerows(zip(*(values for _, values in pairs), strict=True))
    return path


def of_file(path: Path, **more: Any) -> Draft:
    """Its draft, with no configuration."""
    with loose.opened(path) as file:
        return draft(file.engine, loose.RELATION, name=path.name, day=DAY, from_file=True, **more)


def found(made: Draft) -> dict[tuple[str, ...], str]:
    """Findings by column."""
    return {one.columns: one.evidence for one in made.findings}


def failures(path: Path, made: Draft, folder: Path) -> set[str]:
    """Columns (or rules over several) that fail when gristmill judges the file by the drafted module."""
    module = folder / "drafted.py"
    module.write_text(made.text, "utf-8")
    with loose.opened(path) as file:
        judged = judge(
            file.engine, loose.RELATION, load_file(module, "raw.file").schema, as_of=DAY, from_file=True
        )
    assert not [one for one in judged.results if one.verdict == "error"]
    return {one.column or one.check for one in judged.results if one.n_failed}


def pandera_failures(path: Path, made: Draft, folder: Path) -> set[str]:
    """Columns that fail when Pandera alone validates the file, read as text."""
    module = folder / "drafted.py"
    module.write_text(made.text, "utf-8")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], skip_blank_lines=False)
    schema = load_file(module, "raw.file").schema
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        # A check of whole rows reports every column of them.
        cases = error.failure_cases
        return {str(one) for one in cases.loc[cases["schema_context"] == "Column", "column"]}
    return set()


N = 400
KEYS = [str(1000 + i) for i in range(N)]


def test_a_column_of_whole_numbers_is_typed_and_its_range_leaves_room(tmp_path: Path) -> None:
    made = of_file(written(tmp_path / "a.csv", {"key": KEYS, "n": [str(i % 90) for i in range(N)]}))
    assert "n: pd.Int64Dtype = column(" in made.text
    assert "in_range=(0, 100)" in made.text
    assert not made.findings


def test_words_among_numbers_are_suspicious_and_the_column_stays_a_number(tmp_path: Path) -> None:
    values = [str(20 + i % 40) for i in range(N)]
    values[5] = "thirty"
    path = written(tmp_path / "a.csv", {"age": values})
    made = of_file(path)
    assert "1 of 400 values are no numbers: 'thirty'" in found(made)["age",]
    assert failures(path, made, tmp_path) == {"age"}


def test_dates_decimals_and_booleans_are_recognised(tmp_path: Path) -> None:
    days = [(dt.date(2020, 1, 1) + dt.timedelta(days=i)).isoformat() for i in range(N)]
    truths = ["true" if i % 3 else "false" for i in range(N)]
    made = of_file(written(tmp_path / "a.csv", {"d": days, "x": [f"{i}.5" for i in range(N)], "b": truths}))
    assert "d: pd.Timestamp" in made.text
    assert "x: float" in made.text
    assert 'isin=["false", "true"]' in made.text


def test_digits_with_leading_zeros_are_no_numbers(tmp_path: Path) -> None:
    made = of_file(written(tmp_path / "a.csv", {"code": [f"{i:05}" for i in range(N)]}))
    assert "code: str" in made.text
    assert r'str_matches=r"[0-9]{5}\Z"' in made.text


def test_a_key_with_a_few_doubled_values_is_found(tmp_path: Path) -> None:
    keys = [*KEYS[:-2], KEYS[0], KEYS[1]]
    path = written(tmp_path / "a.csv", {"customer_id": keys})
    made = of_file(path)
    assert found(made) == {("customer_id",): "2 of 400 values stand more than once"}
    assert failures(path, made, tmp_path) == {"customer_id"}


def test_a_rare_misspelling_of_a_frequent_value_is_not_allowed(tmp_path: Path) -> None:
    status = [("active", "pending", "closed")[i % 3] for i in range(N)]
    status[7] = "pendng"
    made = of_file(written(tmp_path / "a.csv", {"status": status}))
    assert 'isin=["active", "closed", "pending"]' in made.text
    assert "'pendng' for 'pending'" in found(made)["status",]


def test_a_rare_value_that_is_that_of_one_place_is_no_error(tmp_path: Path) -> None:
    region = [("north", "south", "west", "east")[i % 4] for i in range(1200)]
    shop = [f"shop {i % 40}" for i in range(1200)]
    region[700:704] = ["island"] * 4
    shop[700:704] = ["shop on the island"] * 4
    made = of_file(written(tmp_path / "a.csv", {"region": region, "shop": shop}))
    assert ("region",) not in found(made)


def test_a_skewed_column_has_no_outliers_and_a_stand_in_is_one(tmp_path: Path) -> None:
    import random

    chance = random.Random(1)
    skewed = [f"{chance.lognormvariate(3, 1):.2f}" for _ in range(2000)]
    high = list(skewed)
    high[3] = high[900] = "9999999"
    made = of_file(written(tmp_path / "a.csv", {"spent": skewed, "paid": high}))
    assert set(found(made)) == {("paid",)}
    assert "2 of 2,000 stand apart" in found(made)["paid",]


def test_a_date_before_the_one_it_follows_is_found(tmp_path: Path) -> None:
    start = [dt.date(2024, 1, 1) + dt.timedelta(days=(i * 37) % 300) for i in range(N)]
    end = [one + dt.timedelta(days=1 + i % 9) for i, one in enumerate(start)]
    end[11] = start[11] - dt.timedelta(days=30)
    path = written(
        tmp_path / "a.csv", {"sent": [str(one) for one in start], "arrived": [str(one) for one in end]}
    )
    made = of_file(path)
    assert '"sent <= arrived"' in made.text
    assert failures(path, made, tmp_path) == {"row_rule(sent <= arrived)"}


def test_a_postcode_with_another_city_than_its_others_is_found(tmp_path: Path) -> None:
    codes = [f"{10000 + i % 37}" for i in range(N)]
    cities = [f"city {chr(97 + (i % 37) % 23)}{chr(97 + (i % 37) // 2)}" for i in range(N)]
    cities[50] = "elsewhere"
    path = written(tmp_path / "a.csv", {"postcode": codes, "city": cities})
    made = of_file(path)
    assert '"postcode -> city"' in made.text
    assert "city" in failures(path, made, tmp_path)


def test_one_measure_in_several_spellings_of_its_unit_is_to_be_a_number(tmp_path: Path) -> None:
    sizes = [f"{12 + i % 3} {('oz', 'oz.', 'ounce')[i % 3]}" for i in range(N)]
    made = of_file(written(tmp_path / "a.csv", {"size": sizes}))
    assert "size: float" in made.text
    assert "written in 3 ways" in found(made)["size",]


def test_a_category_that_begins_late_is_told_and_a_sorted_table_is_not(tmp_path: Path) -> None:
    kinds = [("tea", "coffee", "milk")[i % 3] if i < 1600 else ("tea", "soda")[i % 2] for i in range(2000)]
    made = of_file(written(tmp_path / "a.csv", {"kind": kinds, "sorted": sorted(kinds)}))
    assert "'soda' only from row 1,602" in " ".join(found(made).get(("kind",), "").split())
    assert ("sorted",) not in found(made)


def test_examples_of_personal_data_are_shown_as_masks_only(tmp_path: Path) -> None:
    mails = [f"person{i}@example.com" for i in range(N)]
    mails[9] = "Kim Minsu 010"
    path = written(tmp_path / "a.csv", {"mail": mails})
    made = of_file(path, personal={"mail": "email"})
    assert "Kim" not in made.text
    assert "'Aaa Aaaaa 999'" in found(made)["mail",]
    assert 'pii="email"' in made.text


HOSTILE = [
    ("class", ["a", "b"]),
    ("class", ["c", "d"]),
    ("고객 이름", ["김", "이"]),
    ("2nd", ["x", "y"]),
    ('quo"te', ['"', "\\"]),
    ("new\nline", ["a\nb", "c\td"]),
    ("__class__", ["1", "2"]),
    ("Config", ["1", "2"]),
    ("validate", ["1", "2"]),
    ("pd", ["\u200b", "\ufeffx"]),
    ("column", ["'''", '"""']),
    ("a -> b, c", ["", "𐍈"]),
]


def test_names_and_values_hostile_to_python_make_a_valid_module(tmp_path: Path) -> None:
    path = written(tmp_path / 'class "x".csv', [(name, list(values) * 60) for name, values in HOSTILE])
    made = of_file(path)
    compile(made.text, "drafted.py", "exec")
    assert failures(path, made, tmp_path) == set()
    module = load_file(tmp_path / "drafted.py", "raw.file").schema
    with loose.opened(path) as file:
        assert set(module.columns) == set(file.columns)


def test_no_column_takes_a_name_that_pandera_has_for_itself() -> None:
    own = {name for name in dir(pa.DataFrameModel) if not name.startswith("_")}
    assert own <= import_module("gristmill.checks.draft.module").RESERVED


@pytest.mark.parametrize(
    "text",
    ["a,b\n", "a\n\n\n", "a,b\n1,2\n", "a,b\n,\n,\n"],
    ids=["no rows", "blank", "one row", "all empty"],
)
def test_a_file_with_next_to_nothing_is_drafted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    made = of_file(path)
    assert not made.findings
    assert failures(path, made, tmp_path) == set()


def test_typed_and_nested_columns_of_a_relation_are_drafted(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        engine.make(
            "clean.things",
            "select i as id, [i] as list, {'a': i} as struct, i % 2 = 0 as is_even, date '2024-01-01' + i::int as day,"
            " i::decimal(9, 2) / 4 as price, i::hugeint as huge, i::ubigint as large, null as nothing, timestamptz '2024-01-01' as at,"
            " 'x'::blob as bytes, interval 1 day as span from range(300) t(i)",
        )
        made = draft(engine, "clean.things", name="clean.things", day=DAY)
        module = tmp_path / "drafted.py"
        module.write_text(made.text, "utf-8")
        judged = judge(engine, "clean.things", load_file(module, "clean.things").schema, as_of=DAY)
        assert not [one for one in judged.results if one.n_failed or one.verdict == "error"]
        assert not [one for one in engine.relations() if one.startswith("draft.")]
    assert "class Things(pa.DataFrameModel)" in made.text


def test_of_a_large_table_a_sample_is_looked_at_and_all_of_it_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profile = import_module("gristmill.checks.draft.profile")
    monkeypatch.setattr(profile, "MOST_ROWS", 1000)
    with DuckDBEngine() as engine:
        engine.make(
            "raw.big",
            "select i as _row, 'f' as _file, case when i = 777 then 'typo' else 'k' || (100000 + i) end as code,"
            " (i * 7919) % 1000 + (i = 19999)::int * 5 as n from range(20000) t(i)",
        )
        made = draft(engine, "raw.big", name="raw.big", day=DAY)
    assert "from 20,000 rows; values are those of" in made.text
    assert "1 of 20,000 rows break it" in found(made)["code",]


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[str, list[str]]]:
    """Columns that repeat a few values of many kinds, with gaps and rare strangers."""
    n = draw(st.sampled_from([1, 30, 150, 260]))
    texts = st.one_of(
        st.text(
            st.characters(codec="utf-8", exclude_characters="\r\n\x00", exclude_categories=["Cs"]), max_size=8
        ),
        st.integers(-(10**17), 10**17).map(str),
        st.floats(allow_nan=False).map(str),
        st.dates().map(str),
        st.datetimes().map(str),
        st.from_regex(r"[A-Z]{2}-[0-9]{3}", fullmatch=True),
        st.from_regex(r"[0-9]{1,4} (kg|g)", fullmatch=True),
        st.sampled_from(
            [
                "",
                "N/A",
                "true",
                "1",
                "0",
                "007",
                "+5",
                "1.",
                ".5",
                "1e3",
                "a@b.co",
                "2024-02-30",
                " x",
                "nan",
                "inf",
            ]
        ),
    )
    columns = []
    for i in range(draw(st.integers(1, 4))):
        kind = draw(
            st.sampled_from(
                [
                    texts,
                    st.integers(-50, 1000).map(str),
                    st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)).map(str),
                ]
            )
        )
        few = draw(st.lists(kind, min_size=1, max_size=12))
        values = [few[(k * (i + 1)) % len(few)] for k in range(n)]
        for place in draw(st.lists(st.integers(0, n - 1), max_size=2)):
            values[place] = draw(texts)
        columns.append((draw(st.sampled_from(["a", "b b", "zip", "id", "pct", "이름"])) + str(i), values))
    return columns


@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tables())
def test_a_drafted_module_fails_on_its_own_data_only_where_it_says_suspicious(
    tmp_path: Path, columns: list[tuple[str, list[str]]]
) -> None:
    path = written(tmp_path / "a.csv", columns)
    made = of_file(path)
    suspicious = {name for one in made.findings for name in one.columns}
    ours = {name for name in failures(path, made, tmp_path) if not name.startswith("row_rule")}
    assert ours <= suspicious
    assert pandera_failures(path, made, tmp_path) <= suspicious


@pytest.mark.parametrize("table", ["hospital", "beers"])
def test_of_a_real_clean_table_next_to_nothing_is_suspected(table: str, tmp_path: Path) -> None:
    path = DATA / table / "clean.csv"
    if not path.exists():
        pytest.skip("the real tables are not there")
    made = of_file(path)
    module = tmp_path / "drafted.py"
    module.write_text(made.text, "utf-8")
    with loose.opened(path) as file:
        judged = judge(
            file.engine, loose.RELATION, load_file(module, "raw.file").schema, as_of=DAY, from_file=True
        )
        n_failed = sum(one.n_failed for one in judged.results)
        assert n_failed <= 0.001 * file.n_rows * len(file.columns)


def test_the_command_writes_a_module_that_the_next_command_uses(tmp_path: Path) -> None:
    path, out = written(tmp_path / "a.csv", {"id": KEYS, "x": ["1"] * N}), tmp_path / "checks.py"
    done = CliRunner().invoke(main, ["check", "draft", str(path), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "0 findings suspicious" in done.stderr
    assert done.stdout == f"{out}\n"
    again = CliRunner().invoke(main, ["check", str(path), "--with", str(out), "--fail-on", "info"])
    assert again.exit_code == 0, again.output


def test_the_command_never_overwrites_and_says_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    path, out = written(tmp_path / "a.csv", {"id": KEYS}), tmp_path / "checks.txt"
    out.write_text("mine", "utf-8")
    done = CliRunner().invoke(main, ["check", "draft", str(path), "--out", str(out)])
    assert done.exit_code == 2
    assert "is no Python file" in done.stderr
    assert "is there already" in done.stderr
    assert out.read_text("utf-8") == "mine"
