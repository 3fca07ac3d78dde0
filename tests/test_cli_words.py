"""The command line: what it prints, where, and how it ends."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
import tomllib

import click
import pytest
from click.testing import CliRunner
from conftest import House

from gristmill import pipeline
from gristmill.cli import main, show
from gristmill.errors import RunError

COMMANDS = [
    "demo",
    "init",
    "add",
    "sample",
    "run",
    "runs",
    "rollback",
    "open",
    "report",
    "lab",
    "clean",
    "unify",
    "cluster",
    "check",
    "review",
    "segment",
    "sql",
    "where",
    "eject",
]


def walk(command: click.Command, *names: str):
    yield names, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from walk(inner, *names, name)


def test_the_commands_stand_in_the_order_they_are_used() -> None:
    assert list(main.commands) == COMMANDS
    text = CliRunner().invoke(main, ["--help"]).stdout.split("Commands:")[1]
    places = [text.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("names", "command"),
    list(walk(main)),
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_every_command_explains_itself_and_its_options(
    names: tuple[str, ...], command: click.Command
) -> None:
    done = CliRunner().invoke(main, [*names, "--help"])
    assert done.exit_code == 0
    assert command.help and command.help.strip().splitlines()[0].endswith((".", ":")), names
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, (names, option.name)
    assert "..." not in done.stdout.split("Commands:")[-1] or not isinstance(command, click.Group)


def test_help_is_there_at_once() -> None:
    def seconds() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "gristmill", "--help"], check=True, capture_output=True)
        return time.perf_counter() - began

    def bare() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import click, importlib.metadata"], check=True)
        return time.perf_counter() - began

    # Beside what Python and click need themselves, so that a busy machine says nothing.
    assert min(seconds() - bare() for _ in range(5)) < 0.15


def test_a_command_loads_nothing_it_does_not_need() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from gristmill.cli import main;"
        " CliRunner().invoke(main, ['--help']); print([m for m in ('duckdb','sqlglot','pandas','papermill',"
        "'pandera','jupyter_client','pyarrow','nbconvert') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        == "[]\n"
    )


def test_an_unknown_command_gets_the_nearest_name() -> None:
    for words, near in ((["runn"], "run"), (["sql", "lst"], "list"), (["int"], "init")):
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 2 and f"did you mean {near}?" in done.stderr
    far = CliRunner().invoke(main, ["xyzzy"])
    assert far.exit_code == 2 and "'gristmill --help' lists them" in far.stderr.replace("main", "gristmill")


def test_a_mistake_of_ours_ends_with_3_and_not_with_the_code_of_a_failed_check(
    tiny: House, monkeypatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "run", broken)
    done = tiny("run")
    assert done.exit_code == 3 and "ZeroDivisionError" in done.stderr


def test_what_the_command_returns_is_alone_on_stdout(tiny_run: House) -> None:
    for words in (("run", "--quiet"), ("open",)):
        done = tiny_run(*words)
        assert re.fullmatch(r".*/reports/[\d-]+/index\.html\n", done.stdout)
    assert re.fullmatch(r"Published [\d-]+: not audited \(\d+\.\d s\)\n", tiny_run("run", "--quiet").stderr)


def test_a_log_gets_a_line_for_every_relation_and_stage(tiny: House) -> None:
    tiny.stage(
        "10_one",
        "import gristmill as gm\nmill = gm.open(run=run)",
        'mill.run("segment/rfm_bounds")',
        "mill.close()",
    )
    said = tiny("run").stderr
    assert re.search(r"^  one        segment\.rfm_bounds +\d+ rows$", said, re.MULTILINE)
    assert re.search(r"^✓ one +\d+\.\d s$", said, re.MULTILINE)
    assert "\r" not in said


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_keeps_one_line_a_stage(monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    screen = show.Screen()
    screen.made("  unify  unify.pairs  1,027 rows")
    screen.live("  unify  고객 " + "x" * 100)
    screen.tell("✓ unify")
    screen.clear()
    first, live, last = terminal.getvalue().split("\r")
    assert first == "" and last == "\x1b[K✓ unify\n"
    assert show._width(live.removesuffix("\x1b[K")) <= 39


def test_quiet_keeps_the_warnings(capsys) -> None:
    screen = show.Screen(quiet=True)
    screen.tell("✓ one")
    screen.made("  one")
    screen.live("  one")
    screen.tell("! something")
    assert capsys.readouterr().err == "! something\n"


def test_tables_align_hangul(capsys) -> None:
    show.listing(("name", "n"), [("김철수", 1000), ("Ann", 2)], as_json=False)
    assert capsys.readouterr().out == "name    n\n김철수  1,000\nAnn         2\n"


# -- init -----------------------------------------------------------------------------------------


def test_init_makes_a_project_of_which_notebooks_and_checks_are_ones_own(tmp_path) -> None:
    done = House(tmp_path)("init", "acme")
    assert done.exit_code == 0 and "cd acme" in done.stderr
    root = tmp_path / "acme"
    assert {path.name for path in root.iterdir()} == {
        ".gitignore",
        "gristmill.toml",
        "notebooks",
        "checks",
        "data",
        "sql",
        "reports",
        "reviews",
    }
    assert {path.name for path in (root / "notebooks").iterdir()} >= {"10_profile.ipynb", "90_summary.ipynb"}
    assert (root / "checks" / "clean" / "contacts.py").is_file()
    assert not list((root / "sql").iterdir())
    assert not list(root.rglob("__pycache__"))


def test_init_leaves_a_folder_that_holds_anything_alone(tmp_path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x")
    (tmp_path / "file").write_text("x")
    full = House(tmp_path)("init", "full")
    assert full.exit_code == 2 and "full is not empty" in full.stderr
    assert House(tmp_path)("init", "file").exit_code == 2
    assert (tmp_path / "full" / "mine").read_text() == "x"
    (tmp_path / "empty").mkdir()
    assert House(tmp_path)("init", "empty").exit_code == 0


def test_init_that_fails_half_way_leaves_nothing(tmp_path, monkeypatch) -> None:
    import shutil

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    done = House(tmp_path)("init", "acme")
    assert (
        done.exit_code == 3
        and "No space left on device" in done.stderr
        and "No project was made" in done.stderr
    )
    assert not list((tmp_path / "acme").iterdir())


NAMES = [
    "고객 데이터",
    'it\'s "ours"',
    "a\\b",
    "$(x) `y`",
    "-dash",
    "100%",
    "x" * 120,
    "line\nbreak",
    "emoji 🙂",
    "\udcff bytes",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_of_a_folder_makes_a_project_that_can_be_read(tmp_path, name: str) -> None:
    house = House(tmp_path / name)
    done = House(tmp_path)("init", "--", str(house.root))
    assert done.exit_code == 0, done.output
    tomllib.loads((house.root / "gristmill.toml").read_text(encoding="utf-8"))
    if name.isprintable():
        assert house.project.name == name
    assert json.loads(house("runs", "--json").stdout) == []
    assert "nothing to run" in house("run").stderr


@pytest.mark.parametrize("name", ['고객 it\'s "ours" $(x) %', "-n <b>&amp;"])
def test_a_run_works_in_a_folder_of_any_name(tiny: House, tmp_path, name: str) -> None:
    house = House(tiny.root.rename(tmp_path / name))
    house.write("gristmill.toml", f"[project]\nname = {json.dumps(name, ensure_ascii=False)}\n")
    done = house("run", "--quiet")
    assert done.exit_code == 0, done.output
    page = (house.root / "reports" / house.published / "index.html").read_text(encoding="utf-8")
    assert "<b>&amp;" not in page
    assert (house.root / "reports" / "index.html").is_file()


def test_another_config_file_is_another_project_in_its_folder(tiny: House, tmp_path) -> None:
    config = tiny.write(
        "nightly.toml", '[project]\nname = "nightly"\nas_of = 2025-05-05\n[params]\nbins = 3\n'
    )
    tiny.stage(
        "10_one",
        "import gristmill as gm\nmill = gm.open(run=run)",
        "assert mill.project.name == 'nightly'",
        "assert mill.as_of.isoformat() == as_of == '2025-05-05'",
        "mill.close()",
    )
    done = House(tmp_path)("run", "--quiet", "--config", str(config))
    assert done.exit_code == 0, done.output
    run = next(iter(tiny.records().values()))
    assert (run.project, run.as_of, run.params) == ("nightly", "2025-05-05", {"bins": 3})
    tiny.write("data/crm.csv", "id,email\n1,a@x.com\n")
    assert tiny("add", "--config", "nightly.toml", "data/crm.csv").exit_code == 0
    assert "[sources.crm]" in config.read_text() and "crm" not in (tiny.root / "gristmill.toml").read_text()
    missing = tiny("run", "--config", "nighty.toml")
    assert missing.exit_code == 2 and "nighty.toml" in missing.stderr


def test_errors_of_the_project_file_are_said_at_once_with_their_lines(tiny: House) -> None:
    tiny.write("gristmill.toml", '[project]\nname = 5\nkeep_run = 2\n[sorces.x]\npath = "x"\n')
    done = tiny("run")
    assert done.exit_code == 2
    assert "gristmill.toml:2" in done.stderr and "gristmill.toml:3" in done.stderr
    assert "did you mean keep_runs?" in done.stderr and "did you mean sources?" in done.stderr
    tiny.write("gristmill.toml", "[project\n")
    broken = tiny("runs")
    assert broken.exit_code == 2 and "gristmill.toml:1" in broken.stderr and "not valid TOML" in broken.stderr


def test_a_run_error_is_one_message(tiny: House, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RunError("The work broke.")

    monkeypatch.setattr(pipeline, "run", broken)
    done = tiny("run")
    assert (done.exit_code, done.stderr) == (3, "RunError: The work broke.\n")
