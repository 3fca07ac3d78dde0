"""A whole report as one HTML file: every page of a run in it, links between them working, nothing else needed.

Made from the pages as they were written, so that it says exactly what they say and can be made of any run whose
report is still there. All pages stand one after the other; with a script one is shown at a time, and print has all.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from gristmill.errors import ConfigError, Problem
from gristmill.report import atomic
from gristmill.report.shell import OWN, filled, shell
from gristmill.report.words import Words

INDEX = "index.html"

_TAG = re.compile(r"<[^<>]+>")
_OWN_ID = re.compile(r'( id="| (?:clip-path|fill|filter|mask|stroke|style)="[^"]*url\(#)([^"()]+)')
_LINK = re.compile(r' href="([^"]*)"')
_NAV = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_HEADER = re.compile(r'<header class="bar">(.*?)</header>', re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_LOCALE = re.compile(r'<html lang="([\w-]+)"')
_BRAND = re.compile(r"--brand:(#[0-9a-f]{6})")
_PICTURE = re.compile(r'<img src="(data:image/[^"]+)" alt="">')


@dataclass(frozen=True)
class Leaf:
    """One page inside the bundle."""

    key: str
    """What its address in the bundle is, and the beginning of every id in it."""
    label: str
    body: str


def bundle(folder: Path, out: Path) -> Path:
    """Write all pages of the report in ``folder`` as one file at ``out``, atomically, and return ``out``.

    Raises ConfigError when the folder has no report.
    """
    front = folder / INDEX
    if not front.is_file():
        raise ConfigError(
            Problem(
                "There is no report here.",
                where=str(folder),
                expected=f"A folder with an {INDEX} and one page a stage.",
                hint="'gristmill runs' lists the runs",
            )
        )
    atomic.write(out, bundle_text(folder))
    return out


def bundle_text(folder: Path) -> str:
    """The HTML of the bundle."""
    from markupsafe import Markup

    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    front = texts[INDEX]
    labels = _labels(front)
    names = list(dict.fromkeys([INDEX, *(name for name in labels if name in texts), *sorted(texts)]))
    keys = {name: f"p{n}" for n, name in enumerate(names, 1)}
    leaves = [
        Leaf(keys[name], labels.get(name) or _title(texts[name]), _body(texts[name], name, keys))
        for name in names
    ]
    header = _HEADER.search(front)
    picture = _PICTURE.search(header[1]) if header else None
    brand = _BRAND.search(front)
    words = Words(_first(_LOCALE, front, "en"))
    own = front.partition(f"{OWN}\n")[2].partition("</style>")[0]
    values = {
        "words": words,
        "title": _first(_TITLE, front, "gristmill"),
        "project": _name(header[1]) if header else "",
        "logo": picture[1] if picture else None,
        "leaves": [Leaf(leaf.key, leaf.label, Markup(leaf.body)) for leaf in leaves],
        "has_code": '<details class="code"' in "".join(texts.values()),
        **shell(words, brand[1] if brand else None, own_css=own),
    }
    return filled("bundle.html.j2", values)


def _body(text: str, name: str, keys: Mapping[str, str]) -> str:
    """What stands below the bar of a page, its ids and links made those of the bundle."""
    start, end = text.index('<div class="frame'), text.rindex("</body>")
    body = text[start:end].replace('<main id="content">', '<div class="main">').replace("</main>", "</div>")
    key = keys[name]

    def link(found: re.Match[str]) -> str:
        page, _, anchor = html.unescape(found[1]).partition("#")
        if "://" in page or page.startswith("mailto:"):
            return found[0]
        there = key if not page else keys.get(unquote(page))
        if there is None:
            # Another run's page does not travel with this file.
            return ""
        return f' href="#{html.escape(f"{there}-{anchor}" if anchor else there)}"'

    def tag(found: re.Match[str]) -> str:
        return _LINK.sub(link, _OWN_ID.sub(rf"\g<1>{key}-\g<2>", found[0]))

    return _TAG.sub(tag, body)


def _labels(front: str) -> dict[str, str]:
    """File name → label, in the order the pages are listed in."""
    header = _HEADER.search(front)
    nav = header[1].partition("<nav")[2] if header else ""
    return {html.unescape(href): html.unescape(label) for href, label in _NAV.findall(nav)}


def _name(header: str) -> str:
    found = re.search(r"<span>(.*?)</span>", header, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def _title(text: str) -> str:
    return _first(_TITLE, text, "").partition(" · ")[0]


def _first(pattern: re.Pattern[str], text: str, otherwise: str) -> str:
    found = pattern.search(text)
    return html.unescape(found[1]) if found else otherwise
