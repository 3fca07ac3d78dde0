"""The list of all runs: complete, quick, and not stopped by one broken record."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from gristmill.report.gallery import read_runs, write_gallery

if TYPE_CHECKING:
    from pathlib import Path


def run(reports: Path, name: str, *, page: bool = True, **fields: Any) -> Path:
    folder = reports / name
    folder.mkdir(parents=True)
    record = {
        "run": name,
        "project": "Acme",
        "status": "kept",
        "started_at": f"{name[:10]}T09:30:00",
        "verdict": "Fine.",
    }
    (folder / "run.json").write_text(json.dumps({**record, **fields}), encoding="utf-8")
    if page:
        (folder / "index.html").write_text("x", encoding="utf-8")
    return folder


def test_runs_are_listed_newest_first_with_links(tmp_path: Path) -> None:
    run(tmp_path, "2026-01-01-a", score=71.2, n_customers=12_000, seconds=75)
    run(tmp_path, "2026-03-01-c", status="published", n_checks=48, n_failed=2)
    run(tmp_path, "2026-02-01-b", status="failed", page=False)
    html = write_gallery(tmp_path).read_text(encoding="utf-8")
    body = html[html.index("<tbody>") :]
    assert body.index("2026-03-01-c") < body.index("2026-02-01-b") < body.index("2026-01-01-a")
    assert 'href="2026-03-01-c/index.html"' in body
    assert "2026-02-01-b/" not in body
    assert "12,000" in body
    assert "1 min 15 s" in body


def test_no_runs_say_so(tmp_path: Path) -> None:
    assert "No run has written a report yet." in write_gallery(tmp_path / "reports").read_text(
        encoding="utf-8"
    )


def test_broken_records_are_listed_and_stop_nothing(tmp_path: Path) -> None:
    run(tmp_path, "2026-01-01-good")
    for name, content in {"half": '{"run": ', "list": "[1]", "bytes": "\x00", "deep": "[" * 100_000}.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "run.json").write_text(content, encoding="utf-8")
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin" / "run.json").write_bytes(b'{"run": "\xff"}')
    run(
        tmp_path,
        "2026-01-02-odd",
        score="high",
        n_checks=None,
        seconds=True,
        status={"a": 1},
        verdict={"kind": "good"},
        as_of=7,
    )
    (tmp_path / "not-a-run").mkdir()
    entries = {entry.run: entry for entry in read_runs(tmp_path)}
    assert entries["2026-01-01-good"].status == "kept"
    assert {name for name, e in entries.items() if e.status == "unreadable"} == {
        "half", "list", "bytes", "deep", "latin", "2026-01-02-odd",
    }  # fmt: skip
    assert entries["2026-01-02-odd"].score is None
    assert "not-a-run" not in entries
    write_gallery(tmp_path)


def test_hostile_records_stay_text(tmp_path: Path) -> None:
    bad = "\"><script>alert(1)</script>\u202e\x00'"
    run(tmp_path, "r 1#?&%", run=bad, project=bad, verdict=bad, as_of=bad, started_at=bad)
    html = write_gallery(tmp_path).read_text(encoding="utf-8")
    assert html.count("<script") == 1
    assert "\u202e" not in html
    assert 'href="r%201%23%3F%26%25/index.html"' in html


def test_a_thousand_runs_take_a_moment(tmp_path: Path) -> None:
    inputs = [{"path": f"data/{n}.csv", "sha256": "a" * 64} for n in range(20)]
    for n in range(1000):
        run(tmp_path, f"2026-01-01-{n:04d}", status="published", score=n / 10, inputs=inputs)
    started = time.monotonic()
    page = write_gallery(tmp_path)
    assert time.monotonic() - started < 5
    assert page.stat().st_size < 600_000
    assert not list(tmp_path.glob(".*.part"))


def test_the_list_speaks_korean(tmp_path: Path) -> None:
    run(tmp_path, "2026-01-01-a", verdict="good")
    html = write_gallery(tmp_path, locale="ko").read_text(encoding="utf-8")
    assert "전체 실행" in html
    assert "양호" in html
