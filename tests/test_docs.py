"""The documents say what the program does: commands, stages, and the table of templates are compared."""

import os
from pathlib import Path

import pytest

from gristmill import __version__
from gristmill.catalog import Catalog
from gristmill.cli import main
from gristmill.project import base_dir, load

ROOT = Path(__file__).parents[1]
UPDATE = bool(os.environ.get("GRISTMILL_UPDATE_DOCS"))


def command_table():
    lines = ["| command | what it does |", "|---|---|"]
    for name, command in main.commands.items():
        subcommands = dict(getattr(command, "commands", {}))
        if not subcommands or getattr(command, "invoke_without_command", False):
            subcommands = {"": command, **subcommands}
        for sub, found in subcommands.items():
            words = f"gristmill {name} {sub}".strip()
            lines.append(f"| `{words}` | {found.get_short_help_str(200)} |")
    return "\n".join(lines)


def template_table():
    lines = [
        "# Templates",
        "",
        "One SELECT a file; `gristmill sql show NAME` prints one with its parameters bound. Written by `tests/test_docs.py`.",
    ]
    schema = None
    for template in Catalog(load(base_dir())).winners().values():
        if template.schema != schema:
            schema = template.schema
            lines += [
                "",
                f"## {schema}",
                "",
                "| template | what for | one row per | parameters |",
                "|---|---|---|---|",
            ]
        params = ", ".join(f"`{name}`" for name in template.params)
        grain = template.grain.removeprefix("one row per ")
        lines.append(f"| `{template.ref}` | {template.summary} | {grain} | {params} |")
    return "\n".join(lines) + "\n"


def test_the_readme_lists_every_command_with_its_own_words():
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition("test_docs.py -->\n")
    _, _, tail = rest.partition("<!-- end of commands -->")
    wanted = f"{head}test_docs.py -->\n{command_table()}\n<!-- end of commands -->{tail}"
    if UPDATE:
        path.write_text(wanted, encoding="utf-8")
    assert text == wanted or UPDATE, "run GRISTMILL_UPDATE_DOCS=1 pytest tests/test_docs.py"


def test_the_list_of_templates_is_the_one_on_disk():
    path = ROOT / "sql" / "README.md"
    wanted = template_table()
    if UPDATE:
        path.write_text(wanted, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == wanted, "run GRISTMILL_UPDATE_DOCS=1 pytest tests/test_docs.py"


def test_the_changelog_names_the_version():
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/*.ipynb")), ids=lambda p: p.name)
def test_notebooks_are_stored_without_outputs_and_declare_their_parameters(path):
    from gristmill.stages import STAGE, Stage

    stage = Stage(path, path.name)
    # A notebook without a number is for people alone, and is no stage of a run.
    assert not STAGE.fullmatch(path.name) or ("run" in stage.params and "as_of" in stage.params)
    for cell in stage.cells:
        assert cell.get("outputs", []) == [] and cell.get("execution_count") is None
