"""The command line: very light. Each command calls one verb and prints what it returned.

stdout belongs to data (tables, SQL, paths), talk goes to stderr; what lists takes ``--json``.
Exit codes: 0 good, 1 a critical check failed, 2 usage or configuration, 3 the run broke.
"""

from __future__ import annotations

import sys
from typing import Any

import click

import gristmill
from gristmill.cli import project_commands, run_commands, sql_commands
from gristmill.errors import GristmillError


class Group(click.Group):
    """Commands in the order they are used, and errors said once, in one way."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of ``add_command``."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Turn an error of ours into its message and exit code; others keep their traceback."""
        try:
            return super().invoke(ctx)
        except GristmillError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Stopped. The published run is as it was.", err=True)
            sys.exit(3)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """An unknown command gets the nearest name."""
        from gristmill.errors import did_you_mean

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = did_you_mean(args[0], self.commands, otherwise="'gristmill --help' lists them")
            raise click.UsageError(f"{error.message}\nHint: {hint}", ctx=ctx) from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(gristmill.__version__, prog_name="gristmill")
def main() -> None:
    """One trusted customer table, audited checks, live segments and a report to share.

    Start with 'gristmill demo', or with 'gristmill init acme' and your own files.
    """


for command in (*project_commands.COMMANDS, *run_commands.COMMANDS, *sql_commands.COMMANDS):
    main.add_command(command)
