"""An executed notebook as one HTML file that works alone: from an e-mail, offline, printed, on a phone.

The notebook's JSON is read directly and the page is made from the theme: one template, two style sheets, one script.
Nothing in the page is fetched from anywhere. Its security policy says so to the browser, and allows exactly one script, by its
hash, so that even a value that slipped through unescaped could not run.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from gristmill.errors import ConfigError, NotebookError, Problem
from gristmill.report import atomic, numbers
from gristmill.report.cells import Beside, Failure, Rendered, failure_markup, render_cells, strip_ansi
from gristmill.report.changes import Figures
from gristmill.report.mask import scrub
from gristmill.report.origin import Trace, section
from gristmill.report.shell import filled, shell
from gristmill.report.words import Words

_LOGOS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml", ".webp": "image/webp",
          ".gif": "image/gif"}  # fmt: skip
_LARGEST_LOGO = 200_000


@dataclass(frozen=True)
class Page:
    """What the caller tells a page about its run; the theme may use every field."""

    title: str
    """The page's heading; it replaces a first-level heading that opens the notebook."""
    project: str = ""
    stage: str = ""
    """Which part of the run this is; empty for the summary."""
    run_id: str = ""
    as_of: dt.date | str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    """What made the numbers: gristmill and the engine, and each template with version and fingerprint."""
    nav: Sequence[tuple[str, str, bool]] = ()
    """The pages of this run: label, address relative to this page, whether it is this page."""
    home: str | None = None
    """Address of the list of all runs, relative to this page; None when there is none."""
    generated_at: dt.datetime | str | None = None
    locale: str = "en"
    accent: str | None = None
    """A colour as #rrggbb; None is the theme's own."""
    logo: str | None = None
    """A picture file, or a data: address; None is the mark of gristmill."""
    error: Failure | None = None
    """Where the run broke; decides over what the notebook file itself says."""
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """``templates`` and ``files``: one hash over all that ran, one over all that was read."""
    trace: Trace | None = None
    """Tells what a query was read from; None leaves the origins out."""
    before: Figures | None = None
    """What the page said in an earlier run; None where there is none to compare with."""
    against: str = ""
    """What to call that run; empty without one."""
    differences: Sequence[tuple[str, str]] = ()
    """What else is not as it was in that run: label and what changed."""
    drawn: Mapping[str, str] = field(default_factory=dict)
    """Charts that were drawn ahead (see ahead.py)."""
    own_words: Sequence[Path] = ()
    """Catalogues of the project in the page's language."""
    themes: Sequence[Path] = ()
    """Folders of the project with templates and styles that go before ours, the nearest first."""
    masked_kinds: tuple[str, ...] = ()
    """Kinds of personal data masked besides those the page's own tables tell."""


@dataclass(frozen=True)
class PageContext:
    """Everything the page template is given."""

    page: Page
    words: Words
    pieces: Sequence[Any]
    """The cells as safe markup, in order."""
    contents: Sequence[Any]
    """Headings with depth (2 or 3), text and anchor; empty where a list would not help."""
    facts: Sequence[tuple[str, str]]
    """Label and value pairs under the title."""
    records: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    """Headings with label and value pairs for the foot: parameters, versions."""
    masked: tuple[str, ...]
    unmasked: tuple[str, ...]
    origins: Any
    """What made the relations that the page shows something of, as safe markup; empty where nobody knows."""
    has_code: bool
    failure_shown: bool
    """True when the failing cell is marked among the pieces."""
    failure_says: str
    """The first line of what went wrong."""
    failure: Any
    """The box that tells the failure, for when no cell is to blame."""
    logo: str | None
    mark: Any
    """The picture beside the project's name when it has no logo."""
    icon: str
    styles: Any
    script: Any
    script_words: str
    policy: str


def render(notebook: Path, out: Path, page: Page) -> Path:
    """Write the executed ``notebook`` as one HTML file at ``out``, atomically, and return ``out``.

    Raises NotebookError when the file is not a notebook, ConfigError for an accent or a logo that cannot be used.
    """
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
            raise ValueError("it has no cells")
    except (OSError, ValueError) as error:
        raise NotebookError(
            Problem(f"This file cannot be read as a notebook: {error}.", where=str(notebook))
        ) from error
    atomic.write(out, render_text(content, page))
    return out


def render_text(notebook: Mapping[str, Any], page: Page) -> str:
    """The HTML of a notebook that is already read."""
    words = Words(page.locale, page.own_words)
    say = words.catalogue.say
    page = replace(
        page, title=say(page.title), nav=[(say(label), href, here) for label, href, here in page.nav]
    )
    rendered = render_cells(notebook, words, Beside(page.error, page.trace, page.before, page.drawn))
    context = _context(page, words, rendered)
    text = filled("page.html.j2", {f.name: getattr(context, f.name) for f in fields(context)}, page.themes)
    return numbers.clean_text(text)  # once more over the whole: half a character cannot be written


def _context(page: Page, words: Words, rendered: Rendered) -> PageContext:
    from markupsafe import Markup

    failure = ""
    if page.error is not None and not rendered.failure_shown:
        failure = failure_markup(words, page.error.ename, page.error.evalue)
    unmasked = tuple(sorted(rendered.unmasked))
    return PageContext(
        page=page,
        words=words,
        pieces=[Markup(piece) for piece in rendered.pieces],
        contents=rendered.contents if len(rendered.contents) > 1 else (),
        facts=_facts(page, words),
        records=_records(page, words),
        masked=tuple(sorted({*rendered.masked, *page.masked_kinds})),
        unmasked=unmasked,
        origins=Markup(section(list(rendered.origins.values()), words)),
        has_code=rendered.has_code,
        failure_shown=rendered.failure_shown,
        failure_says=_first_line(page.error),
        failure=Markup(failure),
        logo=_logo(page.logo),
        **shell(words, page.accent, page.themes),
    )


def _first_line(failure: Failure | None) -> str:
    lines = scrub(numbers.clean_text(strip_ansi(failure.evalue.strip()))).splitlines() if failure else []
    named = f"{failure.ename}: " if failure and failure.ename else ""
    return numbers.shorten(f"{named}{lines[0]}") if lines else ""


def _facts(page: Page, words: Words) -> list[tuple[str, str]]:
    written = page.generated_at
    if isinstance(written, dt.datetime):
        written = written.strftime("%Y-%m-%d %H:%M") + (
            " UTC" if written.utcoffset() == dt.timedelta(0) else ""
        )
    facts = [
        (words["as_of"], page.as_of),
        (words["run"], page.run_id),
        (words["generated"], written),
        (words["against"], page.against),
    ]
    return [(label, numbers.clean_text(str(value))) for label, value in facts if value]


def _records(page: Page, words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    parameters = [(str(k), "–" if v is None else numbers.loose(v)) for k, v in page.parameters.items()]
    return [
        (
            words["run"],
            [*_facts(page, words), *([(words["broken_stage"], page.stage)] if page.stage else [])],
        ),
        (words["parameters"], parameters),
        (words["versions"], [(str(k), str(v)) for k, v in page.versions.items()]),
        (words["differences"], [(words[f"different_{k}"], v) for k, v in page.differences]),
        (words["fingerprints"], [(words[f"fingerprint_{k}"], v) for k, v in page.fingerprints.items()]),
    ]


def _logo(logo: str | None) -> str | None:
    """The logo as a data: address; raises ConfigError for a file that is not there, not a picture, or too large."""
    if logo is None or logo.startswith("data:image/"):
        return logo
    path = Path(logo)
    kind = _LOGOS.get(path.suffix.lower())
    if kind is None or not path.is_file() or path.stat().st_size > _LARGEST_LOGO:
        expected = f"A {', '.join(sorted(_LOGOS))} file of at most {_LARGEST_LOGO // 1000} kB."
        raise ConfigError(Problem(f"The logo {logo} cannot be used.", where="report.logo", expected=expected))
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
