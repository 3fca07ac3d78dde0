"""Files into sources, their names, systems and entries in gristmill.toml; entities as the one list of columns."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gristmill.engine import Column
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.entities import ENTITIES, PROVENANCE, as_text, union_select
from gristmill.errors import SourceError
from gristmill.sources import group, look, source_name, system_of, toml_entry
from gristmill.sources.group import identifier


def put(folder: Path, name: str, text: str = "id,name\n1,A\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_months_with_one_header_are_one_source_named_after_their_folder(tmp_path):
    paths = [put(tmp_path, f"online_retail/2011-{m:02d}.csv") for m in (1, 2, 10)]
    assert group(paths) == {"online_retail": paths}


def test_a_month_that_changes_its_header_stays_in_its_source(tmp_path):
    one = put(tmp_path, "sales_2024_01.csv", "id,day,amount\n1,2024-01-01,5\n")
    two = put(tmp_path, "sales_2024_02.csv", "id,day,amount,store\n1,2024-02-01,5,A\n")
    other = put(tmp_path, "people.csv", "id,name,email\n1,A,a@b.kr\n")
    assert group([one, two, other]) == {"people": [other], "sales": [one, two]}


def test_names_are_safe_and_free(tmp_path):
    assert identifier("My Data (final).v2") == "my_data_final_v2"
    assert identifier("고객 명단") == "고객_명단"
    assert identifier("2010-12") == "t_2010_12"
    assert identifier("'; drop table --") == "drop_table"
    assert source_name([Path("files.csv")]) == "files_2"
    assert source_name([Path("crm.csv")], ["crm", "crm_2"]) == "crm_3"
    assert source_name([Path("x/shop_kr.csv"), Path("x/shop_kor.csv")]) == "shop"


def test_sources_with_one_stem_share_their_keys():
    names = ["shop_customers", "shop_orders", "crm"]
    assert [system_of(name, names) for name in names] == ["shop", "shop", "crm"]


def test_problems_of_all_files_come_at_once(tmp_path):
    with pytest.raises(SourceError) as caught:
        group([tmp_path / "a.csv", put(tmp_path, "b.csv", ""), put(tmp_path, "c.csv")])
    assert len(caught.value.problems) == 2


def test_the_entry_says_only_what_is_not_the_default(tmp_path):
    path = put(tmp_path, "data/crm.csv")
    assert toml_entry("crm", [path], look([path]), tmp_path) == '[sources.crm]\npath = "data/crm.csv"\n'


def test_the_entry_is_toml_whatever_the_names(tmp_path):
    one = tmp_path / '한 "글" 1.csv'
    one.write_bytes("이름;주소\n김민수;서울\n이영희;부산\n".encode("cp949"))
    two = tmp_path / '한 "글" 2.csv'
    two.write_bytes(one.read_bytes())
    put(tmp_path, "other.csv")
    entry = tomllib.loads(
        toml_entry("한_글", [one, two], look([one, two]), tmp_path, system="s", given={"sheet": None})
    )
    assert entry == {
        "sources": {"한_글": {"path": '한 "글" *.csv', "encoding": "cp949", "delimiter": ";", "system": "s"}}
    }


def test_the_union_has_all_columns_as_text_and_missing_ones_empty():
    with DuckDBEngine() as engine:
        engine.make(
            "source.a__orders",
            "select 's' as _source, 'f' as _file, 1 as _row, 17850.0::double as order_key, 5 as other",
        )
        engine.make(
            "source.b__orders",
            "select 's' as _source, 'f' as _file, 2 as _row, date '2024-01-02' as ordered_at",
        )
        mappings = [(f"source.{n}__orders", n, "it's", engine.columns(f"source.{n}__orders")) for n in "ab"]
        engine.make("source.orders", union_select("orders", mappings))
        columns = engine.columns("source.orders")
        assert [c.name for c in columns] == [*PROVENANCE, *ENTITIES["orders"].names]
        assert {c.type for c in columns if c.name != "_row"} == {"VARCHAR"}
        found = engine.rows(
            "select _source, _system, _row, order_key, ordered_at from source.orders order by _row"
        )
        assert found == [("a", "it's", 1, "17850", None), ("b", "it's", 2, None, "2024-01-02")]


@pytest.mark.parametrize("entity", ENTITIES)
def test_an_entity_without_mappings_exists_empty(entity):
    with DuckDBEngine() as engine:
        assert engine.make(f"source.{entity}", union_select(entity, [])) == 0
        assert [c.name for c in engine.columns(f"source.{entity}")] == [*PROVENANCE, *ENTITIES[entity].names]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("17850.0::double", "17850"),
        ("0.1::float", "0.1"),
        ("'nan'::double", None),
        ("'inf'::double", None),
        ("1.50::decimal(18,4)", "1.5"),
        ("100::decimal(18,4)", "100"),
        ("0::decimal(18,4)", "0"),
        ("100::decimal(18,0)", "100"),
        ("timestamptz '2024-01-01 10:00:00+09'", "2024-01-01 01:00:00"),
        ("timestamp '2024-01-01 10:00:00'", "2024-01-01 10:00:00"),
        ("date '2024-01-01'", "2024-01-01"),
        ("true", "true"),
        ("170141183460469231731687303715884105727::hugeint", "170141183460469231731687303715884105727"),
        ("encode('가')", "가"),
        ("'\\xFF'::blob", "ff"),
        ("['a', 'b']", "a, b"),
        ("{'a': 1}", '{"a":1}'),
        ("[{'a': 1}]", '[{"a":1}]'),
        ("'\"x\"'::json", "x"),
        ("1e20::double", "100000000000000000000"),
        ("1.5e-7::double", "0.00000015"),
        ("null", None),
    ],
)
def test_values_become_plain_text(value, text):
    with DuckDBEngine() as engine:
        engine.make("main.t", f"select {value} as x")
        kind = engine.columns("main.t")[0]
        assert isinstance(kind, Column)
        assert engine.scalar(f"select {as_text('x', kind.type)} from main.t") == text
