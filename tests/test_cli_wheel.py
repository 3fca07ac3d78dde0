"""The wheel: it carries what the checkout holds and nothing else, and works away from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import DAY, House

ROOT = Path(__file__).parents[1]
CARRIED = {"src/gristmill/": "gristmill/"} | {
    f"{name}/": f"gristmill/_base/{name}/" for name in ("sql", "checks", "notebooks")
}


def tracked() -> set[str]:
    """Files of the checkout that git does not ignore."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip("this is no checkout")
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("gristmill-*.whl"))


def test_the_wheel_carries_the_checkout_and_nothing_that_git_ignores(wheel: Path) -> None:
    expected = {
        new + name.removeprefix(old)
        for name in tracked()
        for old, new in CARRIED.items()
        if name.startswith(old)
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected
    assert {"gristmill/_base/sql/segment/rfm_v1.sql", "gristmill/_base/checks/clean/contacts.py"} <= held
    assert {
        "gristmill/_base/notebooks/90_summary.ipynb",
        "gristmill/lab_settings/labconfig/page_config.json",
    } <= held
    assert {"gristmill/py.typed", "gristmill/data/names.csv"} <= held
    assert not [name for name in held if "__pycache__" in name or ".gristmill" in name]


def test_the_same_files_give_the_same_relations_from_the_wheel_in_an_empty_folder(
    wheel: Path, whole: House, tmp_path: Path
) -> None:
    place = tmp_path / "installed"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--no-index",
            "--target",
            str(place),
            str(wheel),
        ],
        check=True,
        capture_output=True,
    )
    work = tmp_path / "다른 곳"
    work.mkdir()
    env = {**os.environ, "PYTHONPATH": str(place)}

    def gristmill(*words: str, cwd: Path) -> str:
        command = [str(place / "bin" / "gristmill"), *words]
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    where = [sys.executable, "-c", "import gristmill; print(gristmill.__file__)"]
    assert subprocess.run(where, cwd=work, env=env, capture_output=True, text=True).stdout.startswith(
        str(place)
    )
    gristmill("init", "acme", cwd=work)
    shutil.copytree(whole.root / "data", work / "acme" / "data", dirs_exist_ok=True)
    gristmill("add", "data/*", cwd=work / "acme")
    page = Path(gristmill("run", "--as-of", DAY.isoformat(), "--quiet", cwd=work / "acme").strip())
    assert page.name == "index.html" and page.is_file()
    assert "base:sql/segment/rfm_v1.sql" in gristmill("where", "segment/rfm", cwd=work / "acme")
    assert not list((work / "acme").rglob("__pycache__"))
    before, after = whole.prints(), House(work / "acme").prints()
    assert set(before) == set(after) and len(before) > 80
    assert [name for name in before if before[name] != after[name]] == []
