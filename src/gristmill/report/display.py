"""The one object every helper returns: what to show, not yet how.

A ``Display`` carries a *payload*: plain JSON with everything already masked and worded. A notebook draws
it as HTML (or, for a chart, as Vega-Lite); the exporter reads the same payload back out of the notebook file and
draws it in the page's language. So a page never depends on HTML that happened to be saved in a notebook.

Payloads by ``kind``: table, chart, metrics, findings, verdict, note. The makers in tables.py, charts.py and
cards.py are the only places that build them; markup.py is the only place that turns them into HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MIME = "application/vnd.gristmill.report+json"
"""The mimetype under which a payload is kept in a notebook's output."""

THEME = Path(__file__).parent / "theme"
"""The folder with the page template, the style sheets and the script."""

Payload = Mapping[str, Any]

_NUMBERS = re.compile(r"[-−+±]?\d[\d,.]*%?")


def payloads(notebook: Mapping[str, Any]) -> Iterator[Payload]:
    """Every payload in the outputs of an executed notebook, in order."""
    for cell in notebook.get("cells") or ():
        for output in cell.get("outputs") or ():
            payload = (output.get("data") or {}).get(MIME)
            if isinstance(payload, Mapping):
                yield payload


def sentence_key(sentence: str) -> str:
    """What is the same of a sentence from run to run: all but its numbers."""
    return " ".join(_NUMBERS.sub("#", sentence).split())


@lru_cache(maxsize=8)
def theme_file(name: str) -> str:
    """The text of one theme file."""
    return (THEME / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _notebook_style() -> str:
    """Block and notebook styles on one line: a notebook keeps a copy with each output."""
    lines = (theme_file("block.css") + theme_file("lab.css")).splitlines()
    return " ".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("/*"))


@dataclass(frozen=True)
class Display:
    """Something to show at the end of a notebook cell."""

    payload: Payload

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        from gristmill.report import markup, specs  # here, because both read payloads, not Displays

        payload = dict(self.payload)
        bundle: dict[str, Any] = {MIME: payload, "text/plain": markup.plain(payload)}
        if payload["kind"] == "chart":
            # No text/html beside it: a notebook would prefer it to the drawing.
            spec = specs.build(payload, title=True)
            bundle["application/vnd.vegalite.v5+json"] = {**spec, "$schema": specs.SCHEMA.format(5)}
            bundle["application/vnd.vegalite.v6+json"] = {**spec, "$schema": specs.SCHEMA.format(6)}
        else:
            body = markup.html(payload)
            bundle["text/html"] = f'<style>{_notebook_style()}</style><div class="gm gm-lab">{body}</div>'
        return bundle

    def __str__(self) -> str:
        from gristmill.report import markup

        return markup.plain(self.payload)
