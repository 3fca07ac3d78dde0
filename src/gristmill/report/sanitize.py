"""Markup from elsewhere (markdown, a data frame's own table) reduced to harmless tags.

The page's security policy already stops scripts and requests; this keeps such markup from trying, from breaking the
page's structure, and from bringing its own looks.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_KEEP = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "var",
    ]
)
_DROP_WHOLE = frozenset(
    [
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "template",
        "noscript",
        "svg",
        "math",
        "head",
        "title",
        "form",
        "button",
        "select",
    ]
)
_VOID = frozenset(("br", "hr", "img", "col"))
_ATTRIBUTES = {
    "a": ("href", "title"), "img": ("src", "alt", "title"), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan", "scope"),
    "ol": ("start",), "col": ("span",), "abbr": ("title",),
}  # fmt: skip
_LINK = re.compile(r"^(?:https?://|mailto:|#|\./|[\w.-]+(?:/[\w.-]+)*(?:#|$))", re.IGNORECASE)
_IMAGE = re.compile(r"^data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+$")


def sanitize(markup: str) -> str:
    """``markup`` with only plain tags left, every tag closed; unknown tags lose their brackets, scripts their content."""
    cleaner = _Cleaner()
    cleaner.feed(markup)
    cleaner.close()
    return cleaner.finish()


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []
        self._dropping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROP_WHOLE:
            self._dropping.append(tag)
        if self._dropping or tag not in _KEEP:
            return
        kept = self._attributes(tag, attrs)
        if tag == "img" and "src=" not in kept:
            self._out.append(html.escape(dict(attrs).get("alt") or ""))
            return
        self._out.append(f"<{tag}{kept}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _DROP_WHOLE:
            self.handle_starttag(tag, attrs)
            if tag not in _VOID:
                self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if tag == self._dropping[-1]:
                self._dropping.pop()
            return
        if tag in self._open:
            while self._open:
                last = self._open.pop()
                self._out.append(f"</{last}>")
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self._out.append(html.escape(data, quote=False))

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        kept = []
        for name, value in attrs:
            if name not in _ATTRIBUTES.get(tag, ()) or value is None:
                continue
            if name == "href" and not _LINK.match(value):
                continue
            if name == "src" and not _IMAGE.match(value):
                continue
            kept.append(f' {name}="{html.escape(value)}"')
        if tag == "a":
            kept.append(' rel="noopener noreferrer"')
        return "".join(kept)

    def finish(self) -> str:
        return "".join(self._out) + "".join(f"</{tag}>" for tag in reversed(self._open))
