"""What a run does when it cannot go on: whatever happens, the published run stays as it was."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import OPEN, House

from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import LockedError

WAIT = "import time\nopen('here', 'w').write('x')\ntime.sleep(600)"


def wait_for(what, seconds=60.0):
    """Poll until ``what()`` is true; its value."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come true in {seconds} s")


def kernels_of(house: House) -> list[psutil.Process]:
    """Living processes of kernels that work in a project."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "gristmill.kernel" in (process.info["cmdline"] or []):
            try:
                if process.cwd() == str(house.root) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
    return found


def number(house: House) -> int:
    """What the published run says."""
    found = runs.current(house.project)
    with DuckDBEngine(found.database(house.project), read_only=True) as engine:
        return engine.scalar("select x from measure.one")


@pytest.fixture
def good(tiny_run: House) -> House:
    """A project with one published run, and a stage added that waits until it is killed."""
    tiny_run.stage("20_two", OPEN, 'mill.engine.make("measure.one", "select 2 as x")', WAIT, "mill.close()")
    return tiny_run


def test_a_cell_that_raises_is_marked_and_what_was_published_stays(tiny_run: House) -> None:
    tiny = tiny_run
    before = tiny.published
    tiny.stage(
        "20_two",
        OPEN,
        'mill.sql("select 1 + 1 as sum")',
        'raise ValueError("<b>no</b> 값 &amp;")',
        "mill.close()",
    )
    done = tiny("run")
    assert done.exit_code == 3
    assert "two: ValueError: <b>no</b> 값 &amp;" in done.stderr
    page = Path(done.stdout.strip())
    text = page.read_text(encoding="utf-8")
    assert page.name == "two.html"
    assert "ValueError" in text and "&lt;b&gt;no&lt;/b&gt; 값" in text and "<b>no</b>" not in text
    front = page.with_name("index.html").read_text(encoding="utf-8")
    assert "the run broke" in front and 'href="two.html"' in front and 'href="one.html"' in front
    assert tiny.published == before and number(tiny) == 1
    broke = next(iter(tiny.records().values()))
    assert (broke.status, broke.exit_code, broke.verdict) == ("failed", 3, "broke in two")
    assert [(stage["stage"], stage["ok"]) for stage in broke.stages][:2] == [("one", True), ("two", False)]
    assert not broke.database(tiny.project).exists()
    assert tiny("open").stdout.strip().endswith(f"{before}/index.html")


def test_a_cell_that_raises_in_the_first_run_leaves_nothing_published(tiny: House) -> None:
    tiny.stage("10_one", "1 / 0")
    assert tiny("run").exit_code == 3
    assert tiny.published is None
    gone = tiny("open")
    assert gone.exit_code == 2 and "Nothing is published yet" in gone.stderr


def test_a_syntax_error_in_a_cell_is_marked(tiny: House) -> None:
    tiny.stage("10_one", "this is no python")
    done = tiny("run")
    assert done.exit_code == 3 and "SyntaxError" in done.stderr
    assert "this is no python" in Path(done.stdout.strip()).read_text(encoding="utf-8")


def test_a_kernel_that_is_killed_breaks_the_run_and_not_the_next_one(good: House) -> None:
    before = good.published
    process = good.start("run")
    wait_for((good.root / "here").exists)
    [kernel] = kernels_of(good)
    kernel.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 3, err
    assert "DeadKernelError" in err and Path(out.strip()).name == "two.html"
    assert good.published == before and number(good) == 1
    good.stage("20_two", OPEN, 'mill.engine.make("measure.one", "select 2 as x")', "mill.close()")
    assert good("run").exit_code == 0
    assert number(good) == 2


def test_a_driver_that_is_killed_takes_its_kernels_along_and_the_next_run_works(good: House) -> None:
    before = good.published
    good.stage("30_three", OPEN)  # its kernel waits while the stage before it works
    process = good.start("run", start_new_session=True)
    wait_for((good.root / "here").exists)
    wait_for(lambda: len(kernels_of(good)) == 2)
    process.kill()
    process.communicate()
    assert good.published == before and number(good) == 1
    wait_for(lambda: not kernels_of(good), 20)
    good.stage("20_two", OPEN, 'mill.engine.make("measure.one", "select 2 as x")', "mill.close()")
    assert good("run").exit_code == 0
    assert number(good) == 2
    killed = [one for one in good.records().values() if one.status == "broken"]
    assert len(killed) == 1 and "killed" in killed[0].error
    assert [path.name for path in killed[0].folder(good.project).iterdir()] == ["run.json"]
    listing = good("runs").stdout
    assert re.search(rf"{killed[0].run} .*broken", listing)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_so_and_leaves_no_kernel(good: House, sign: int) -> None:
    before = good.published
    process = good.start("run", start_new_session=True)
    wait_for((good.root / "here").exists)
    process.send_signal(sign)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "Stopped" in err and "Traceback" not in err, err
    wait_for(lambda: not kernels_of(good), 20)
    assert good.published == before and number(good) == 1
    stopped = next(iter(good.records().values()))
    assert stopped.status == "failed" and stopped.error == "stopped before it ended"
    assert not stopped.database(good.project).exists()


def test_two_runs_at_once_are_refused_with_the_process_that_runs(good: House) -> None:
    process = good.start("run", start_new_session=True)
    try:
        wait_for((good.root / "here").exists)
        second = good("run")
        assert second.exit_code == 3
        assert f"Another run is under way in tiny (process {process.pid})" in second.stderr
        assert "Hint:" in second.stderr
        # Readers are not in the way of a run, nor a run in theirs.
        assert number(good) == 1
        assert good("sql", "show", "segment/rfm").exit_code == 0
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_the_lock_is_free_again_after_a_run(tiny: House) -> None:
    with runs.only_one(tiny.project), pytest.raises(LockedError), runs.only_one(tiny.project):
        pass
    with runs.only_one(tiny.project):
        pass


def mounted(folder: Path, size: str) -> None:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], capture_output=True
    )
    if done.returncode:
        pytest.skip("mounting needs root")


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


@pytest.fixture
def small_disk(tiny_run: House, tmp_path: Path):
    """The project on a disk of its own with 6 MB, with one published run."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted(folder, "6m")
    try:
        yield House(Path(shutil.copytree(tiny_run.root, folder / "tiny")))
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_in_a_stage_breaks_the_run_and_gives_its_space_back(small_disk: House) -> None:
    before = small_disk.published
    fill = 'mill.engine.make("measure.big", "select md5(i::varchar) as h, i from range(2000000) as t(i)")'
    small_disk.stage("10_one", OPEN, fill, "mill.close()")
    done = small_disk("run")
    assert done.exit_code == 3, done.output
    assert "space" in done.stderr.lower(), done.stderr
    assert small_disk.published == before and number(small_disk) == 1
    small_disk.stage("10_one", OPEN, 'mill.engine.make("measure.one", "select 3 as x")', "mill.close()")
    assert small_disk("run").exit_code == 0
    assert number(small_disk) == 3


def test_a_disk_that_is_full_before_the_run_is_said_in_one_line(small_disk: House) -> None:
    before = small_disk.published
    ballast = small_disk.root / "ballast"
    fill(ballast)
    done = small_disk("run")
    assert done.exit_code == 3, done.output
    assert "No space left on device" in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert small_disk.published == before and number(small_disk) == 1
    ballast.unlink()
    assert small_disk("run").exit_code == 0


def test_a_project_that_cannot_be_written_is_refused_before_a_kernel_starts(
    tiny_run: House, tmp_path: Path
) -> None:
    tiny = tiny_run
    before = tiny.published
    place = tmp_path / "read_only"
    place.mkdir()
    done = subprocess.run(["mount", "--bind", "-o", "ro", str(tiny.root), str(place)], capture_output=True)
    if done.returncode:
        pytest.skip("mounting needs root")
    try:
        frozen = House(place)
        refused = frozen("run")
        assert refused.exit_code == 3
        assert "Read-only file system" in refused.stderr and "Traceback" not in refused.stderr
        assert frozen.published == before and number(frozen) == 1
        assert frozen("open").exit_code == frozen("runs").exit_code == 0
        assert "select" in frozen("sql", "show", "segment/rfm").stdout
        added = frozen("add", str(Path(__file__)))
        assert added.exit_code in (2, 3) and "Traceback" not in added.stderr
        for words in (("eject", "segment/rfm"), ("init", "new")):
            failed = frozen(*words)
            assert failed.exit_code == 3 and "Read-only" in failed.stderr and "Traceback" not in failed.stderr
        assert frozen("rollback").exit_code == 2
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_gallery_or_history_that_cannot_be_written_does_not_unpublish(tiny_run: House) -> None:
    tiny = tiny_run
    history = tiny.root / ".gristmill" / "history.duckdb"
    history.write_bytes(b"no database")
    gallery = tiny.root / "reports" / "index.html"
    gallery.unlink()
    gallery.mkdir()
    done = tiny("run", "--quiet")
    assert done.exit_code == 0, done.output
    assert "! This run is not in history" in done.stderr and "! The gallery" in done.stderr
    assert number(tiny) == 1
    assert tiny.published == max(tiny.records())
