"""The whole job on sample data: from files to a published report, and the same again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import DAY, House

import gristmill as gm
from gristmill import history, runs
from gristmill.engine import quote_relation
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ParameterError

STAGES = ["profile", "clean", "unify", "segments", "measure", "audit", "summary", "reports"]


def test_the_record_says_what_was_read_made_and_by_which_sql(whole: House) -> None:
    run = runs.current(whole.project)
    beside_report = json.loads((run.report(whole.project) / "run.json").read_text(encoding="utf-8"))
    record = json.loads((run.folder(whole.project) / "run.json").read_text(encoding="utf-8"))
    assert beside_report == record
    assert record["status"] == "published" and record["as_of"] == DAY.isoformat() and record["params"] == {}
    assert record["exit_code"] == 0 and record["verdict"].startswith("good")
    assert 100 < record["n_customers"] < 250 and 0 < record["score"] <= 100
    assert [stage["stage"] for stage in record["stages"]] == STAGES
    assert all(stage["ok"] and stage["seconds"] > 0 for stage in record["stages"])
    assert 0 < sum(stage["seconds"] for stage in record["stages"]) <= record["seconds"]
    files = {entry["file"]: entry for entry in record["inputs"]}
    assert len(files) == 8
    for name, entry in files.items():
        data = (whole.root / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest() and entry["bytes"] == len(data)
    made = {entry["relation"]: entry for entry in record["relations"]}
    assert {"raw.crm", "source.contacts", "clean.contacts", "unify.customers", "segment.rfm"} <= set(made)
    rfm = made["segment.rfm"]
    assert rfm["ref"] == "segment/rfm@1" and len(rfm["fingerprint"]) == 16 and rfm["n_rows"] > 0
    assert {"gristmill", "duckdb", "sqlglot", "pandera", "papermill"} <= set(record["versions"])


def test_the_row_counts_of_the_record_are_those_of_the_database(whole: House) -> None:
    run = runs.current(whole.project)
    with DuckDBEngine(run.database(whole.project), read_only=True) as engine:
        for entry in run.relations:
            counted = engine.scalar(f"select count(*) from {quote_relation(entry['relation'])}")
            assert counted == entry["n_rows"], entry


def test_every_stage_has_its_page_and_the_gallery_lists_the_run(whole: House) -> None:
    run = runs.current(whole.project)
    folder = run.report(whole.project)
    pages = {path.name for path in folder.glob("*.html")}
    assert pages == {"index.html", *(f"{name}.html" for name in STAGES[:6])}
    for name in pages:
        text = (folder / name).read_text(encoding="utf-8")
        assert "Traceback" not in text
        for other in pages - {name}:
            assert f'href="{other}"' in text
    gallery = (whole.project.reports / "index.html").read_text(encoding="utf-8")
    assert f"{run.run}/index.html" in gallery
    assert whole("open").stdout.strip() == str(folder / "index.html")


def test_history_has_the_run_its_relations_its_checks_and_its_numbers(whole: House) -> None:
    run = runs.current(whole.project)
    with DuckDBEngine(history.path(whole.project), read_only=True) as engine:
        assert engine.rows(
            "select run, status, exit_code, n from runs, (select count(*) as n from relations)"
        ) == [(run.run, "published", 0, len(run.relations))]
        assert engine.scalar("select count(*) from results") == run.n_checks
        numbers = dict(engine.rows("select metric, value from metrics"))
    assert numbers["customers"] == run.n_customers and numbers["checks"] == run.n_checks
    assert history.metric(whole.project, "customers") == [(run.run, run.n_customers)]


def test_the_progress_names_every_relation_that_was_made(whole: House) -> None:
    said = (whole.root.parent.parent / "whole.made").read_text(encoding="utf-8")
    for entry in runs.current(whole.project).relations:
        if entry["relation"] != "audit.columns":
            assert f" {entry['relation']} " in said, entry
    for name in STAGES:
        assert f"✓ {name} " in said


def test_nobody_who_is_in_the_data_is_named_in_a_report(whole: House) -> None:
    run = runs.current(whole.project)
    with DuckDBEngine(run.database(whole.project), read_only=True) as engine:
        emails = {row[0] for row in engine.rows("select email from clean.contacts where email is not null")}
        phones = {row[0] for row in engine.rows("select phone from clean.contacts where phone is not null")}
        names = {
            row[0] for row in engine.rows("select full_name from clean.contacts where full_name is not null")
        }
    assert len(emails) > 50 and len(phones) > 50 and len(names) > 50
    for page in run.report(whole.project).glob("*"):
        text = page.read_text(encoding="utf-8")
        for value in emails | phones | {name for name in names if len(name) > 2}:
            assert value not in text, f"{value} is in {page.name}"


def test_a_session_sees_the_published_run_and_changes_nothing_of_it(whole: House) -> None:
    run = runs.current(whole.project)
    stored = hashlib.sha256(run.database(whole.project).read_bytes()).hexdigest()
    with gm.open(whole.root) as mill:
        assert run.run in repr(mill) and mill.as_of == DAY
        published = mill.sql("select max(r) from segment.rfm").scalar()
        assert published == 5
        made = mill.run("segment/rfm", bins=3)
        assert made.n_rows == mill.sql("select count(*) from segment.rfm").scalar() > 10
        assert mill.sql("select max(r) from segment.rfm").scalar() == 3
        with pytest.raises(ParameterError, match="did you mean bins"):
            mill.run("segment/rfm", bin=3)
    with gm.open(whole.root) as mill:
        assert mill.sql("select max(r) from segment.rfm").scalar() == 5
    assert hashlib.sha256(run.database(whole.project).read_bytes()).hexdigest() == stored
    assert whole.published == run.run


def test_a_result_becomes_what_is_asked_for(whole: House) -> None:
    with gm.open(whole.root) as mill:
        found = mill.sql(
            "select customer_id, monetary from segment.rfm order by customer_id",
        )
        assert found.n_rows == len(found) == len(found.rows()) == found.to_arrow().num_rows
        assert list(found.to_pandas().columns) == found.to_polars().columns == ["customer_id", "monetary"]
        assert found.records(1)[0]["customer_id"] == found.rows(1)[0][0]
        assert "select customer_id" in found.sql


def test_one_stage_made_again_with_another_parameter_without_network_and_home(acme: House) -> None:
    first = runs.current(acme.project)
    words = [sys.executable, "-m", "gristmill", "run", "--only", "segments", "--param", "bins=4", "--quiet"]
    alone = ["unshare", "-rn"] if shutil.which("unshare") else []
    if alone and subprocess.run([*alone, "true"], capture_output=True).returncode:
        alone = []
    done = subprocess.run(
        [*alone, *words],
        cwd=acme.root,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": "/nonexistent"},
    )
    assert done.returncode == 0, done.stderr
    second = runs.current(acme.project)
    assert second.run != first.run and second.partial and second.as_of == DAY.isoformat()
    assert second.params == {"bins": 4}
    assert [stage["stage"] for stage in second.stages] == ["segments", "summary", "reports"]
    with DuckDBEngine(second.database(acme.project), read_only=True) as engine:
        assert engine.scalar("select max(r) from segment.rfm") == 4
    with DuckDBEngine(first.database(acme.project), read_only=True) as engine:
        assert engine.scalar("select max(r) from segment.rfm") == 5
    pages = {path.name for path in second.report(acme.project).glob("*.html")}
    assert pages == {path.name for path in first.report(acme.project).glob("*.html")}
    acme("rollback")
    assert acme.published == first.run
