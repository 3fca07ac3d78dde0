"""What every page stands in, whatever is on it: the templates and styles of the theme, a project's own before ours.

A project's folder ``notebooks/theme`` may hold ``page.html.j2`` and ``gallery.html.j2``, which take the place of ours or
extend them (``{% extends "base/page.html.j2" %}``), and ``theme.css``, which is added after our styles.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gristmill.errors import ConfigError, Problem
from gristmill.report.colours import inks
from gristmill.report.display import THEME, theme_file
from gristmill.report.words import Words

ACCENT = "#0b5f8a"
OWN = "/* of the project */"
"""What stands before a project's own styles on a page, so that they are found again."""
CSS = "theme.css"
TEMPLATES = ("page.html.j2", "gallery.html.j2")
_SCRIPT_WORDS = (
    "all_values",
    "clear",
    "copy",
    "copied",
    "csv",
    "filter",
    "hide_code",
    "next",
    "no_value",
    "only_where",
    "page_of",
    "previous",
    "rows_found",
    "show_code",
)


def filled(name: str, values: dict[str, Any], themes: Sequence[Path] = ()) -> str:
    """A template of the theme with its values; whatever is put into it is escaped.

    ``themes`` are folders of the project that go before ours. Raises ConfigError for a template of theirs that fails.
    """
    with _placed(themes):
        return str(_environment(themes).get_template(name).render(values))


def check(themes: Sequence[Path]) -> None:
    """Raises ConfigError for a file of a project's theme that cannot be read or is called as none of ours."""
    for folder in themes:
        for path in sorted(folder.glob("*.j2")):
            if path.name not in TEMPLATES:
                raise ConfigError(
                    Problem(
                        f"{path.name} takes the place of nothing.",
                        where=str(path),
                        expected=f"One of {', '.join(TEMPLATES)}.",
                    )
                )
            with _placed(themes):
                _environment(themes).get_template(path.name)


def _environment(themes: Sequence[Path]) -> Any:
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

    ours = FileSystemLoader(THEME)
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(themes), PrefixLoader({"base": ours}), ours]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@contextmanager
def _placed(themes: Sequence[Path]) -> Iterator[None]:
    """Turn a complaint about a project's template into one that points into its file."""
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        yield
    except (TemplateError, UnicodeDecodeError) as error:
        place, line = None, 0
        if isinstance(error, TemplateSyntaxError):
            place, line = error.filename, error.lineno
        # What fails while a page is filled has the lines of the templates in its traceback.
        trace = error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if any(Path(file).is_relative_to(folder) for folder in themes):
                place, line = file, trace.tb_lineno
            trace = trace.tb_next
        if place is None or Path(place).is_relative_to(THEME):
            raise
        raise ConfigError(
            Problem(
                f"cannot be filled: {error}",
                where=f"{place}:{line}",
                hint="docs/reports.md lists what a page is given",
            )
        ) from error


def shell(words: Words, accent: str | None, themes: Sequence[Path] = (), own_css: str = "") -> dict[str, Any]:
    """What every page of the theme needs: styles, script, policy, icon, mark.

    ``own_css`` is added to the styles as it is. Raises ConfigError for an accent that is no colour.
    """
    from markupsafe import Markup

    colour = _accent(accent)
    script = theme_file("page.js")
    styles = re.sub(r"/\*.*?\*/\n?", "", theme_file("block.css") + theme_file("page.css"))
    for name, value in zip(("", "-light", "-dark"), (colour, *inks(colour)), strict=True):
        styles = styles.replace(f"--brand{name}:{ACCENT}", f"--brand{name}:{value}", 1)
    own = own_css + "".join(_css(folder / CSS) for folder in reversed(themes))
    if own:
        styles += f"{OWN}\n{own}"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    icon = _mark(colour, 'xmlns="http://www.w3.org/2000/svg"')
    return {
        "styles": Markup(styles),
        "script": Markup(script),
        "script_words": json.dumps({key: words[key] for key in _SCRIPT_WORDS}, ensure_ascii=False),
        "policy": policy,
        "icon": "data:image/svg+xml;base64," + base64.b64encode(icon.encode()).decode(),
        "mark": Markup(_mark("currentColor", 'aria-hidden="true"')),
    }


def _css(path: Path) -> str:
    # "</style" within a style sheet would end it.
    return re.sub(r"(?i)</style", r"<\\/style", path.read_text(encoding="utf-8")) if path.is_file() else ""


def _accent(accent: str | None) -> str:
    if accent is None:
        return ACCENT
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise ConfigError(
            Problem(
                f"{accent} is not a colour.",
                where="report.accent",
                expected="A colour as #rrggbb.",
                hint=f'such as "{ACCENT}"',
            )
        )
    return accent.lower()


def _mark(colour: str, attributes: str) -> str:
    """A millstone."""
    return (
        f'<svg {attributes} viewBox="0 0 32 32" fill="none" stroke="{colour}" stroke-width="2.6" stroke-linecap="round">'
        '<circle cx="16" cy="16" r="13"/><circle cx="16" cy="16" r="3.4"/>'
        '<path d="M16 3v6M27.3 22.5l-5.2-3M4.7 22.5l5.2-3"/></svg>'
    )
