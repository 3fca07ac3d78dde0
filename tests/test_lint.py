"""What another engine would refuse or answer differently is refused here; the base templates keep every rule."""

import pytest

from gristmill import lint, lock, project
from gristmill.catalog import Catalog
from gristmill.errors import TemplateError
from gristmill.lineage import Meanings
from gristmill.template import Template


def problems(sql, engine=None):
    return [
        p.what
        for p in lint.portable(
            Template("x", "y", 1, None, "project", "y_v1.sql", sql, sql, 1, "", engine=engine)
        )
    ]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("with recursive t as (select 1 as n union all select n + 1 from t) select * from t", "recursive"),
        ("select a / b as c from clean.x", "may be zero"),
        ("select any_value(a) as a from clean.x", "any_value"),
        ("select mode(a) as a from clean.x", "mode"),
        ("select hash(a) as a from clean.x", "hash"),
        ("select approx_count_distinct(a) as a from clean.x", "approx"),
        ("select regexp_replace(a, 'x', 'y') as a from clean.x", "without 'g'"),
        ("select regexp_replace(a, b, 'y', 'g') as a from clean.x", "no literal"),
        ("select * from clean.x using sample 10", "TABLESAMPLE"),
        ("select * from clean.x asof join clean.y using (a)", "ASOF"),
        ("select * from (pivot clean.x on a using sum(b))", "PIVOT"),
        ("select row_number() over (partition by a order by b) as n from clean.x", "may tie"),
        ("select row_number() over (partition by a) as n from clean.x", "without an order"),
        ("select log(a) as l from clean.x", "one argument"),
    ],
)
def test_what_does_not_travel_is_refused(sql, message):
    found = problems(sql)
    assert found and message.lower() in " ".join(found).lower()


@pytest.mark.parametrize(
    "sql",
    [
        "select a / nullif(b, 0) as c, a / 2 as d, a / cast(nullif(b, 0) as double) as e from clean.x",
        "select row_number() over (partition by a order by b, contact_id) as n from clean.x",
        "select row_number() over w as n from clean.x window w as (partition by a order by b, contact_id)",
        "select regexp_replace(a, 'x', 'y', 'g') as a, log2(a) as l from clean.x",
    ],
)
def test_what_travels_passes(sql):
    assert problems(sql) == []


def test_a_template_that_says_engine_duckdb_may_use_what_only_duckdb_has():
    assert problems("select hash(a) as a from clean.x", engine="duckdb") == []


def test_the_base_templates_keep_every_rule_and_no_released_one_has_changed():
    catalog = Catalog(project.load(project.base_dir()))
    found = [p for template in catalog.templates for p in lint.portable(template)]
    locks = lock.by_layer(catalog)
    found += lock.changed(catalog.templates, Meanings(), locks) + lock.missing(locks, catalog.templates)
    assert [str(p) for p in found] == []
    lint.parameters_agree(catalog)


def write(root, name, body, param=""):
    path = root / "sql" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"-- Say.\n--\n-- grain  one row\n{param}{body}\n", encoding="utf-8")
    return path


def test_a_locked_template_may_change_its_layout_and_not_its_logic(tmp_path):
    (tmp_path / "gristmill.toml").write_text("", encoding="utf-8")
    path = write(tmp_path, "mine/a_v1.sql", "select 1 as n")
    assert lock.write(Catalog(project.load(tmp_path)), Meanings()) == (1, 1)
    path.write_text("-- Say it better.\n--\n-- grain  one row\nSELECT\n  1 AS n -- one\n", encoding="utf-8")
    catalog = Catalog(project.load(tmp_path))
    assert lock.changed(catalog.templates, Meanings(), lock.by_layer(catalog)) == []
    write(tmp_path, "mine/a_v1.sql", "select 2 as n")
    catalog = Catalog(project.load(tmp_path))
    changed = lock.changed(catalog.templates, Meanings(), lock.by_layer(catalog))
    assert "write a_v2.sql" in str(changed[0])
    with pytest.raises(TemplateError, match="that version is locked"):
        lock.write(catalog, Meanings())
    path.unlink()
    catalog = Catalog(project.load(tmp_path))
    assert "its file is gone" in str(lock.missing(lock.by_layer(catalog), catalog.templates)[0])


def test_one_parameter_name_means_one_type_over_all_templates(tmp_path):
    (tmp_path / "gristmill.toml").write_text("", encoding="utf-8")
    write(tmp_path, "mine/a_v1.sql", "select $fewest_of_all as n", "-- param  fewest_of_all  integer = 1\n")
    write(tmp_path, "mine/b_v1.sql", "select $fewest_of_all as n", "-- param  fewest_of_all  text = 'x'\n")
    with pytest.raises(
        TemplateError, match=r"declares \$fewest_of_all as text; mine/a@1 declares it as integer"
    ):
        lint.parameters_agree(Catalog(project.load(tmp_path)))
