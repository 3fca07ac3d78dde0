"""Options that several commands take, and how their text is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import click


class Day(click.ParamType[dt.date]):
    """A date, written as 2026-11-01."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Parse, or say what was expected."""
        if isinstance(value, dt.date):
            return value
        try:
            day = dt.date.fromisoformat(str(value))
        except ValueError:
            day = None
        # Python also reads 20261101 and 2026-W44-7.
        if day is None or day.isoformat() != value:
            self.fail(f"{value!r} is no date.\nHint: write it as 2026-11-01", param, ctx)
        return day


CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another file than gristmill.toml; its folder is the project.",
)
PARAM = click.option(
    "--param",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for a parameter of a template or notebook; may be given several times.",
)
LOCALE = click.option(
    "--locale", default="en", show_default=True, metavar="LANGUAGE", help="The language of reports: en or ko."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """``name=value`` texts by name. Raises BadParameter for one without ``=``, and for a name given twice."""
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name:
            raise click.BadParameter(
                f"{text!r} is not NAME=VALUE.\nHint: write --param bins=4", param_hint="--param"
            )
        if name in found:
            raise click.BadParameter(f"{name} is given twice.", param_hint="--param")
        found[name] = value
    return found


def names(texts: Iterable[str]) -> list[str]:
    """Names given one by one or separated by commas."""
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]
