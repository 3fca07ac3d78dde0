"""No value of the sample data that is personal can be found in any file of a report."""

import pytest

from gristmill.engine.duckdb import DuckDBEngine

PERSONAL = {
    "crm.csv": (
        "Full Name",
        "E-mail",
        "Mobile",
        "Street Address",
        "Customer No",
        "Member No",
        "Instagram",
        "Company",
    ),
    "newsletter.csv": ("email",),
    "postal.csv": ("고객명", "연락처", "주소"),
}
SHORTEST = 5
"""Shorter values are words that stand in any text."""


@pytest.fixture(scope="module")
def known(whole):
    """Every personal value of the sample's files, as written there."""
    folder = whole.root / "data"
    values = set()
    with DuckDBEngine() as engine:
        for name, columns in PERSONAL.items():
            text = (folder / name).read_bytes().decode("cp949" if name == "postal.csv" else "utf-8-sig")
            copy = whole.root.parent / f"known-{name}"
            copy.write_text(text, encoding="utf-8")
            for column in columns:
                found = engine.rows(
                    f"select distinct trim(\"{column}\") from read_csv('{copy}', all_varchar = true)"
                    f' where length(trim("{column}")) >= {SHORTEST}'
                )
                values |= {row[0] for row in found}
        shop = folder / "shop_customers.parquet"
        found = engine.rows(
            f"select email from read_parquet('{shop}') union select phone from read_parquet('{shop}')"
            f" union select first_name || ' ' || last_name from read_parquet('{shop}')"
        )
        values |= {row[0] for row in found if row[0] and len(row[0]) >= SHORTEST}
    return values


def test_no_known_personal_value_stands_in_any_page_or_record_of_a_run(whole, known):
    assert len(known) > 300
    run = whole.published
    files = [path for path in (whole.root / "reports" / run).iterdir() if path.is_file()]
    assert {path.suffix for path in files} == {".html", ".json"} and len(files) >= 8
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    placeholders = {"test@test.com"}
    assert {value for value in known - placeholders if value in text} == set()


def test_stored_columns_know_what_they_hold_by_lineage(whole):
    import gristmill as gm

    with gm.open(whole.root) as mill:
        kinds = mill.personal
        assert kinds.of("raw.crm")["E-mail"] == "email"
        assert kinds.of("clean.contacts")["phone"] == "phone"
        assert kinds.of("unify.customers")["full_name"] == "name"
        assert kinds.of("unify.customers")["emails"] == "email"
        assert kinds.of("segment.rfm_named")["segment"] == "none"
        assert kinds.of("measure.kpi_monthly")["month"] == "none"
        shown = mill.sql(
            "select upper(email) as e, length(email) as n, count(*) as c from clean.contacts group by all"
        )
        assert {col.name: col.pii for col in shown.data().columns} == {"e": "email", "n": None, "c": None}


def test_a_project_may_show_values_only_by_saying_so_in_writing(acme):
    import gristmill as gm

    def page():
        with gm.open(acme.root) as mill:
            return str(
                mill.sql("select email from clean.contacts where email is not null order by 1 limit 1")
                .table()
                .payload
            )

    with gm.open(acme.root) as mill:
        value = mill.sql(
            "select email from clean.contacts where email is not null order by 1 limit 1"
        ).scalar()
    assert value not in page()
    config = acme.root / "gristmill.toml"
    config.write_text(config.read_text(encoding="utf-8") + "\n[privacy]\nmask = false\n", encoding="utf-8")
    assert value in page()
