"""How a group of commands behaves: order, nearest names, and errors said once, in one way."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import click

from gristmill.errors import GristmillError, did_you_mean

BROKE = 3


class Group(click.Group):
    """Commands in the order they are used; every error ends in its message and exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """In the order of ``add_command``."""
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command line. A mistake of ours is shown whole and counts as a broken run.

        Python's own exit code for it is 1, which here means that a critical check failed.
        """
        try:
            return super().main(*args, **kwargs)
        except GristmillError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            sys.exit(error.exit_code)
        except Exception:  # noqa: BLE001 - the last place before Python's own
            traceback.print_exc()
            sys.exit(BROKE)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; being stopped is no error of anybody."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Stopped. The published run is as it was.", err=True)
            sys.exit(BROKE)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """An unknown command gets the nearest name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = did_you_mean(args[0], self.commands, otherwise=f"'{ctx.command_path} --help' lists them")
            raise click.UsageError(f"{error.message}\nHint: {hint}", ctx=ctx) from error
