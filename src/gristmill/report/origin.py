"""Where a number comes from: the relations a table or chart was read from, how each was made, and of which files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gristmill.report.markup import esc
from gristmill.report.words import Words

_FILES = 12


@dataclass(frozen=True)
class Origin:
    """One relation that a page shows something of."""

    relation: str
    ref: str
    """Template and version, as ``segment/rfm@1``; ``python`` for what a Python step makes."""
    fingerprint: str = ""
    """Of the template's meaning."""
    n_rows: int | None = None
    """None where the run did not say; of a view, when it was made."""
    seconds: float | None = None
    reads: Sequence[str] = ()
    """The relations it is made from directly."""
    files: Sequence[tuple[str, int | None, str]] = ()
    """Source files behind it, however far: name, rows, first digits of the sha256."""
    is_changed: bool = False
    """True when what made it is no longer what the project has, so that its SQL cannot be shown."""
    sql: str = ""
    """The SELECT that made it with its parameters bound; empty for a Python step."""

    @property
    def anchor(self) -> str:
        """Its place on the page; no heading has such a name."""
        return f"from:{self.relation}"


Trace = Callable[[str], Sequence[Origin]]
"""The origins of a query: what it reads, in order of name."""


def links(origins: Sequence[Origin]) -> str:
    """The relations behind a block, each leading to how it was made."""
    return ", ".join(f'<a href="#{esc(o.anchor)}"><code>{esc(o.relation)}</code></a>' for o in origins)


def section(origins: Sequence[Origin], words: Words) -> str:
    """Everything a page was made from, one fold a relation; nothing where nothing is known."""
    if not origins:
        return ""
    folds = "".join(_fold(origin, words) for origin in sorted(origins, key=lambda o: o.relation))
    return (
        f'<section class="origins"><h2>{words["origins"]}</h2><p>{words["origins_text"]}</p>{folds}</section>'
    )


def _fold(origin: Origin, words: Words) -> str:
    rows = "" if origin.n_rows is None else f" · {words.rows(origin.n_rows)}"
    facts = [
        (words["made_by"], f"<code>{esc(origin.ref)}</code>"),
        (words["fingerprint"], f"<code>{esc(origin.fingerprint)}</code>" if origin.fingerprint else ""),
        (words["seconds"], "" if origin.seconds is None else f"{origin.seconds:.2f} s"),
        (words["reads"], ", ".join(f"<code>{esc(name)}</code>" for name in origin.reads)),
        (words["files"], _files(origin, words)),
    ]
    listed = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in facts if value)
    sql = (
        f'<div class=gm-sql><pre tabindex="0"><code>{esc(origin.sql.strip())}</code></pre></div>'
        if origin.sql
        else ""
    )
    if origin.is_changed:
        sql = f"<p>{words['changed_since']}</p>"
    return (
        f'<details class="origin" id="{esc(origin.anchor)}"><summary><code>{esc(origin.relation)}</code>'
        f" <span>{esc(origin.ref)}{rows}</span></summary><dl>{listed}</dl>{sql}</details>"
    )


def _files(origin: Origin, words: Words) -> str:
    def told(name: str, n_rows: int | None, digest: str) -> str:
        about: list[Any] = [
            *([words.rows(n_rows)] if n_rows is not None else []),
            *([digest] if digest else []),
        ]
        return f"<code>{esc(name)}</code>" + (f" ({esc(', '.join(about))})" if about else "")

    shown = [told(*one) for one in origin.files[:_FILES]]
    left = len(origin.files) - len(shown)
    return "<br>".join([*shown, *([words.say("more", n=left)] if left > 0 else [])])
