"""The command line: very light. Each command calls one verb and prints what it returned.

stdout belongs to data (tables, SQL, paths), talk goes to stderr; what lists takes ``--json``.
Exit codes: 0 good, 1 a critical check failed, 2 usage or configuration, 3 the run broke.
"""

from __future__ import annotations

import click

import gristmill
from gristmill.cli import (
    check_commands,
    cluster_commands,
    file_commands,
    project_commands,
    review_commands,
    run_commands,
    segment_commands,
    sql_commands,
    unify_commands,
)
from gristmill.cli.group import Group


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(gristmill.__version__, prog_name="gristmill")
def main() -> None:
    """Turn scattered customer files into one trusted customer table and a report to share.

    Start with 'gristmill demo', or with your own files:

    \b
      gristmill init acme
      cd acme
      gristmill add ../crm.csv ../orders.xlsx
      gristmill run

    Exit codes: 0 good, 1 a critical check failed, 2 usage or configuration, 3 the run broke.
    """  # noqa: D301 - click reads the backspace as: do not wrap this paragraph


for command in (
    *project_commands.COMMANDS,
    *run_commands.COMMANDS,
    *file_commands.COMMANDS,
    *unify_commands.COMMANDS,
    *cluster_commands.COMMANDS,
    *check_commands.COMMANDS,
    *review_commands.COMMANDS,
    *segment_commands.COMMANDS,
    *sql_commands.COMMANDS,
):
    main.add_command(command)
