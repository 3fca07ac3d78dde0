"""Rows that fail a critical check are left out, listed, and back when they were mended."""

from __future__ import annotations

from conftest import House

from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine

OLD = "birth_date < date '1960-01-01'"


def asked(house: House, sql: str) -> int:
    """A number from the published run."""
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        return int(engine.scalar(sql))


def test_rows_in_quarantine_are_left_out_listed_and_back_when_the_rule_lets_them(acme: House) -> None:
    module = acme.root / "checks" / "clean" / "contacts.py"
    before = module.read_text("utf-8")
    n_all = asked(acme, "select count(*) from clean.contacts")
    n_old = asked(acme, f"select count(*) from clean.contacts where {OLD}")
    assert 0 < n_old < n_all
    strict = before.replace(
        'ge="1900-01-01",',
        'ge="1960-01-01", severity="critical", quarantine=["ge"],',
    )
    assert strict != before
    module.write_text(strict, "utf-8")
    done = acme("run", "--only", "clean,audit")
    assert done.exit_code in (0, 1), done.output
    assert asked(acme, f"select count(*) from clean.contacts where {OLD}") == 0
    assert asked(acme, "select count(*) from clean.contacts") == n_all - n_old
    assert asked(acme, "select count(*) from audit.quarantine where relation = 'clean.contacts'") == n_old
    page = next(acme.project.reports.glob(f"{acme.published}/audit.html")).read_text("utf-8")
    assert "Rows in quarantine" in page

    module.write_text(before, "utf-8")
    done = acme("run", "--only", "clean,audit")
    assert done.exit_code in (0, 1), done.output
    assert asked(acme, "select count(*) from clean.contacts") == n_all
    assert asked(acme, "select count(*) from audit.quarantine") == 0
