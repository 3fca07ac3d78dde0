"""Charts as static SVG: drawn once while the page is written, so that the page needs no library and no network.

A wide and a narrow drawing are made, and the style sheet shows the one that fits, because shrinking one to a phone
would make its words unreadable.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from gristmill.report import specs
from gristmill.report.display import Payload

_ID = re.compile(r'\b(id="|url\(#|href="#)([A-Za-z][\w-]*)')
_AXIS = re.compile(r' role="graphics-symbol" aria-roledescription="(?:axis|legend|title)" aria-label="[^"]*"')
_WORDY = re.compile(
    r' aria-roledescription="[^"]*"| role="graphics-(?:object|symbol)"| class="(?:root|background|mark|role)[^"]*"'
)
_EMPTY = re.compile(
    r'<path class="(?:background|foreground)"[^>]*/>|<text [^>]*(?<!-)opacity="0">[^<]*</text>'
)
_FONT = re.compile(r' font-family="sans-serif"')
_SIZE = re.compile(r'(<svg [^>]*?)width="([\d.]+)" height="([\d.]+)"')
_LONG_DECIMAL = re.compile(r"(\d+\.\d{2})\d+")


class Drawer:
    """Draws charts for one page and keeps the ids of their parts apart; ``known`` are drawings made ahead, by their key."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self._known = known or {}
        self._drawn = 0

    def draw(self, payload: Payload) -> str:
        """Both drawings of a chart's payload."""
        return self._svg(specs.build(payload), "gm-wide") + self._svg(
            specs.build(payload, compact=True), "gm-narrow"
        )

    def draw_spec(self, spec: dict[str, Any]) -> str:
        """A Vega-Lite specification somebody wrote by hand; data behind an address is not fetched."""
        return self._svg(spec, "gm-any")

    def _svg(self, spec: dict[str, Any], kind: str) -> str:
        self._drawn += 1
        text = self._known.get(key(spec)) or raw(spec)
        known: dict[
            str, str
        ] = {}  # the library counts on from chart to chart; the same page must be the same bytes

        def renamed(found: re.Match[str]) -> str:
            return found.group(1) + known.setdefault(found.group(2), f"g{self._drawn}-{len(known)}")

        text = _ID.sub(renamed, text)
        text = _AXIS.sub(' aria-hidden="true"', text)
        text = _FONT.sub("", _WORDY.sub("", _EMPTY.sub("", text))).replace(' opacity="1"', "")
        text = _LONG_DECIMAL.sub(r"\1", text)
        text = _SIZE.sub(r'\1width="\2" height="\3" style="max-width:\2px"', text, count=1)
        return text.replace(
            "<svg ", f'<svg aria-hidden="true" focusable="false" data-fit="{kind}" ', 1
        ).replace(f'data-fit="{kind}"', f'class="{kind}"', 1)


def key(spec: Mapping[str, Any]) -> str:
    """What a specification is known by: a digest of all of it."""
    return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()


def raw(spec: Mapping[str, Any]) -> str:
    """The drawing of a Vega-Lite specification, as the library makes it; nothing is fetched."""
    import vl_convert  # here: a second to start, and only pages with charts need it

    return str(vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[]))
