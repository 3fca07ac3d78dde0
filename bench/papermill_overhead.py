"""What executing notebooks costs over executing their code: plain Python, Papermill's defaults, gristmill's driver.

    python bench/papermill_overhead.py

Two notebooks: "empty", one cell that adds two numbers, and "summary", the last stage of a project with 2,000
people of sample data, which only reads. Each entry executes its notebook six times, one after the other, in a
fresh process; the milliseconds per notebook leave out the imports of that process.

- plain      the cells in this one process, results rendered as the notebook would; no isolation, imports not counted
- papermill  Papermill as it comes: TCP, a kernel started when its notebook begins, graceful shutdown
- gristmill  the driver of a run: unix sockets, the next kernel started early with its imports done, no waiting at the end

(The file is not called papermill.py: it would hide the library from every script of this folder.)
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import Entry, figure, report, rounds, say, summary, write_json
from projects import AS_OF, BenchError, run, step

NOTEBOOKS = ("empty", "summary")
TIMES = 6
PROJECT = "GRISTMILL_BENCH_PROJECT"
NOTEBOOK = "GRISTMILL_BENCH_NOTEBOOK"
CELLS = {
    "parameters": 'run: str = ""\nas_of: str = ""',
    "sum": "1 + 1",
}


def prepare(folder: Path) -> Path:
    """A small project after its first run, with the empty notebook beside it."""
    step("sample", "sample", folder / "files", "--people", "2000", "--truth", folder / "truth")
    run(folder / "project", sorted((folder / "files").iterdir()), as_of=AS_OF)
    cells = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {"tags": ["parameters"]} if name == "parameters" else {},
            "source": text,
            "outputs": [],
            "execution_count": None,
        }
        for name, text in CELLS.items()
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "10_empty.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return folder / "project"


def notebook_path() -> Path:
    """The notebook this process is to execute."""
    project = Path(os.environ[PROJECT])
    found = {
        "empty": project.parent / "10_empty.ipynb",
        "summary": project / "notebooks" / "90_summary.ipynb",
    }
    return found[os.environ[NOTEBOOK]]


def plain() -> None:
    """Execute the cells here, showing every last expression as a notebook would."""
    import gristmill as gm  # noqa: F401 - imported outside the measured time, as the kernel's imports are
    import gristmill.report  # noqa: F401

    cells = [
        "".join(cell["source"])
        for cell in json.loads(notebook_path().read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    os.chdir(os.environ[PROJECT])
    started = time.perf_counter()
    for _ in range(TIMES):
        names: dict[str, Any] = {"display": show}
        for text in cells:
            execute(text, names)
    took(started)


def execute(text: str, names: dict[str, Any]) -> None:
    """One cell: its statements, then its last expression shown."""
    body = ast.parse(text).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
    if isinstance(last, ast.Expr):
        show(eval(compile(ast.Expression(last.value), "<cell>", "eval"), names))


def show(*shown: Any) -> None:
    """What a kernel computes to display an object, thrown away."""
    for one in shown:
        render = getattr(one, "_repr_mimebundle_", None) or getattr(one, "_repr_html_", None)
        if one is not None and render:
            render()


def papermill() -> None:
    """Papermill as it comes."""
    import papermill as pm

    os.chdir(os.environ[PROJECT])
    with tempfile.TemporaryDirectory() as temp, contextlib.redirect_stderr(io.StringIO()):
        started = time.perf_counter()
        for at in range(TIMES):
            pm.execute_notebook(
                str(notebook_path()), f"{temp}/{at}.ipynb", progress_bar=False, kernel_name="python3"
            )
        took(started)


def gristmill() -> None:
    """The driver of a run, without the run."""
    from gristmill import notebooks, project, stages

    found = project.load(Path(os.environ[PROJECT]))
    path = notebook_path()
    stage = stages.Stage(path, path.name)
    notebooks.block_slow_import()
    import papermill as _  # noqa: F401 - imported outside the measured time, as above

    with tempfile.TemporaryDirectory() as temp, notebooks.Kernels(found) as kernels:
        started = time.perf_counter()
        kernels.want(TIMES)
        for at in range(TIMES):
            out = Path(temp) / f"{at}.ipynb"
            failed = notebooks.execute(
                stage, out, params={"as_of": AS_OF}, kernels=kernels, progress=lambda *_: None
            )
            if failed:
                raise SystemExit(f"{failed.ename}: {failed.evalue}")
        took(started)


def took(started: float) -> None:
    """Report the milliseconds of one notebook."""
    figure("ms per notebook", (time.perf_counter() - started) / TIMES * 1000)


def main() -> int:
    """Compare the three on both notebooks; 1 when one failed."""
    parser = argparse.ArgumentParser(description="Papermill's overhead per notebook.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    results: dict[str, Any] = {}
    failed = False
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as temp:
        try:
            project = prepare(Path(temp))
        except BenchError as error:
            say(str(error))
            return 1
        for notebook in NOTEBOOKS:
            env = {PROJECT: str(project), NOTEBOOK: notebook}
            entries = [
                Entry(name, f"{Path(__file__).resolve()}:{name}", env=env)
                for name in ("papermill", "gristmill", "plain")
            ]
            measured = rounds(entries, n=given.rounds)
            failed = failed or any(one.exit_code for one in measured)
            results[notebook] = {"measured": measured, "summary": summary(measured)}
            print(f"{notebook}, {TIMES} times\n{report(measured)}", end="\n\n")
    if given.json:
        write_json(given.json, times=TIMES, **results)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
