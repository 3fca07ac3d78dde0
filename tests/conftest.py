"""What the tests of runs and commands share: a whole project, run once, and tiny ones made on the spot."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from gristmill import project, runs, sample, scaffold
from gristmill.cli import main
from gristmill.engine import quote, quote_relation
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.project import Project

DAY = date(2026, 11, 1)

# No test asserts a time, and neither does Hypothesis.
settings.register_profile("gristmill", deadline=None)
settings.load_profile("gristmill")

PARAMETERS = 'run: str = ""  # the run\nas_of: str = ""  # the day'
OF_RUNS_BEFORE = {
    "audit.earlier_runs",
    "audit.earlier_results",
    "audit.trends",
    "segment.history_before",
    "segment.days_before",
    "unify.renewal",
}
"""Relations that tell of earlier runs or name their own, so that the same run made twice has others."""
OPEN = "import gristmill as gm\nmill = gm.open(run=run, as_of=as_of or None)"


def notebook(*cells: str, parameters: str = PARAMETERS) -> str:
    """The text of a notebook with these code cells after its parameters cell."""
    stored = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {"tags": ["parameters"]} if i == 0 else {},
            "execution_count": None,
            "outputs": [],
            "source": cell,
        }
        for i, cell in enumerate((parameters, *cells))
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"cells": stored, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5})


@dataclass(frozen=True)
class House:
    """A project folder, and the command line in it."""

    root: Path

    @property
    def project(self) -> Project:
        return project.load(self.root)

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        return target

    def stage(self, name: str, *cells: str, parameters: str = PARAMETERS) -> None:
        self.write(f"notebooks/{name}.ipynb", notebook(*cells, parameters=parameters))

    def __call__(self, *words: str) -> Result:
        """A command in this process."""
        before = Path.cwd()
        handlers = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP)}
        os.chdir(self.root)
        try:
            return CliRunner().invoke(main, list(words))
        finally:
            os.chdir(before)
            for one, handler in handlers.items():
                signal.signal(one, handler)

    def start(self, *words: str, **options: object) -> subprocess.Popen[str]:
        """A command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "gristmill", *words],
            cwd=self.root,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )

    @property
    def published(self) -> str | None:
        found = runs.current(self.project)
        return found.run if found else None

    def prints(self) -> dict[str, str]:
        """Relation of the published run → md5 over its columns, types and rows, but for times and run ids."""
        found = {}
        with DuckDBEngine(runs.current(self.project).database(self.project), read_only=True) as engine:
            for relation in sorted(set(engine.relations()) - OF_RUNS_BEFORE):
                columns = engine.columns(relation)
                listed = ", ".join(
                    quote(one.name) for one in columns if one.name not in ("seconds", "run_id")
                )
                rows = engine.scalar(
                    f"select md5(string_agg(h, '' order by h)) from"
                    f" (select md5(cast(row({listed}) as varchar)) as h from {quote_relation(relation)})"
                )
                found[relation] = f"{[(one.name, one.type) for one in columns]} {rows}"
        return found

    def records(self) -> dict[str, runs.Run]:
        return {one.run: one for one in runs.runs(self.project)}


@pytest.fixture(autouse=True)
def _no_project_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRISTMILL_PROJECT", "GRISTMILL_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> House:
    """A project of 150 sample people, made by the commands and run once. Not to be changed."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    root = base / "whole" / "acme"
    with (base / "whole.lock").open("w") as lock:
        # Workers of one test session share it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (base / "whole.made").exists():
            house = House(root)
            scaffold.init(root)
            written = sample.write(root / "data", people=150, as_of=DAY, truth=root.parent / "truth")
            added = house("add", *(str(path.relative_to(root)) for path in written.files))
            assert added.exit_code == 0, added.output
            ran = house("run", "--as-of", DAY.isoformat())
            assert ran.exit_code in (0, 1), ran.output
            (base / "whole.made").write_text(ran.output, encoding="utf-8")
    return House(root)


@pytest.fixture
def acme(whole: House, tmp_path: Path) -> House:
    """A copy of the whole project, to be changed."""
    return House(Path(shutil.copytree(whole.root, tmp_path / "acme")))


@pytest.fixture(scope="session")
def tiny_once(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A project of one stage that makes one number, published once. Not to be changed."""
    house = House(tmp_path_factory.mktemp("once") / "tiny")
    house.write("gristmill.toml", '[project]\nname = "tiny"\nkeep_runs = 2\n')
    house.stage("10_one", OPEN, 'mill.engine.make("measure.one", "select 1 as x")', "mill.close()")
    done = house("run", "--as-of", DAY.isoformat())
    assert done.exit_code == 0, done.output
    return house


@pytest.fixture
def tiny_run(tiny_once: House, tmp_path: Path) -> House:
    """A copy of the tiny project with its one published run."""
    return House(Path(shutil.copytree(tiny_once.root, tmp_path / "tiny")))


@pytest.fixture
def tiny(tiny_run: House) -> House:
    """A copy of the tiny project before its first run."""
    for path in (*tiny_run.project.state.iterdir(), *tiny_run.project.reports.iterdir()):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return tiny_run


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """``master`` when tests run in one process."""
    return getattr(request.config, "workerinput", {}).get("workerid", "master")
