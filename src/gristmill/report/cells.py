"""The cells of an executed notebook as pieces of a page.

Reads the notebook's JSON as it is on disk (format 4) and never executes anything. Tags are obeyed: remove-cell, remove-input,
remove-output, parameters, injected-parameters; the banners that a failed execution leaves behind are dropped,
because the page has its own.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gristmill.report import changes, markup, specs
from gristmill.report.display import MIME, Payload
from gristmill.report.mask import scrub
from gristmill.report.numbers import clean_text, shorten
from gristmill.report.origin import Origin, Trace, links
from gristmill.report.sanitize import sanitize
from gristmill.report.svg import Drawer
from gristmill.report.words import Words

Cell = Mapping[str, Any]

_HIDDEN_TAGS = frozenset(
    ("remove-cell", "remove_cell", "parameters", "injected-parameters", "papermill-error-cell-tag")
)
_BANNER_TAGS = frozenset(("papermill-error-cell-tag",))
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]")
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_WIDGET = "application/vnd.jupyter.widget-view+json"
_LOG_LINES = 200
_TEXT_LENGTH = 20_000


@dataclass(frozen=True)
class Failure:
    """Where a run broke."""

    cell: int | None
    """Position of the cell as executed, from 0; None when no cell is to blame (a kernel that died)."""
    ename: str
    """Kind of the error; empty when there was none, because the run was stopped or killed."""
    evalue: str


@dataclass(frozen=True)
class Heading:
    """One line of the contents list."""

    depth: int
    """2 or 3."""
    text: str
    anchor: str


@dataclass
class Rendered:
    """A notebook as HTML pieces, with what the page around them must know."""

    pieces: list[str] = field(default_factory=list)
    contents: list[Heading] = field(default_factory=list)
    masked: set[str] = field(default_factory=set)
    unmasked: set[str] = field(default_factory=set)
    has_code: bool = False
    failure_shown: bool = False
    origins: dict[str, Origin] = field(default_factory=dict)
    """What the tables and charts were read from, by relation."""
    lead_title: str | None = None
    """Text of the notebook's first heading when it opens the notebook; the page's own title replaces it."""


@dataclass(frozen=True)
class Beside:
    """What is known of a notebook beside the file itself."""

    failure: Failure | None = None
    trace: Trace | None = None
    before: changes.Figures | None = None
    """What its page said in an earlier run."""
    drawn: Mapping[str, str] = field(default_factory=dict)
    """Charts that were drawn ahead."""


def render_cells(notebook: Mapping[str, Any], words: Words, beside: Beside) -> Rendered:
    """All cells of a notebook in order; after the failing one nothing follows."""
    return _Renderer(words, beside).run(notebook)


def strip_ansi(text: str) -> str:
    """Text without the colour codes of a terminal."""
    return _ANSI.sub("", text)


def text_of(value: Any) -> str:
    """A multi-line value of a notebook: a string, or a list of lines."""
    if isinstance(value, (list, tuple)):
        return "".join(str(part) for part in value)
    return "" if value is None else str(value)


class _Renderer:
    def __init__(self, words: Words, beside: Beside) -> None:
        self.words = words
        self.before = beside.before
        self.now = changes.Figures()
        self.gone: Sequence[str] = ()
        self.trace = beside.trace
        self.failure = beside.failure
        self.drawer = Drawer(beside.drawn)
        self.page = Rendered()
        self._anchors: set[str] = {"content", "failure", "theme", "code"}

    def run(self, notebook: Mapping[str, Any]) -> Rendered:
        cells = [cell for cell in notebook.get("cells", []) if not _tags(cell) & _BANNER_TAGS]
        self.now = changes.figures(notebook)
        self.gone = changes.gone(self.now, self.before)
        for position, cell in enumerate(cells):
            failed_here = self.failure is not None and self.failure.cell == position
            if _tags(cell) & _HIDDEN_TAGS and not failed_here:
                continue
            self._cell(cell, failed_here)
            if self.page.failure_shown:
                break
        return self.page

    def _cell(self, cell: Cell, failed_here: bool) -> None:
        kind, source = cell.get("cell_type"), text_of(cell.get("source"))
        if kind == "markdown":
            body = self._markdown(source, cell.get("attachments") or {})
            if body.strip():
                self.page.pieces.append(f'<div class="prose">{body}</div>')
        elif kind == "code" and (source.strip() or cell.get("outputs")):
            self._code_cell(cell, source, failed_here)

    def _code_cell(self, cell: Cell, source: str, failed_here: bool) -> None:
        tags = _tags(cell)
        outputs = [] if tags & {"remove-output", "remove_output"} else list(cell.get("outputs") or [])
        body = "".join(self._output(output) for output in _joined(outputs))
        raised = next((o for o in cell.get("outputs") or [] if o.get("output_type") == "error"), None)
        if failed_here or raised is not None:
            body += self._broke(raised)
            self.page.failure_shown = True
        hidden = bool(tags & {"remove-input", "remove_input"}) and not self.page.failure_shown
        code = "" if hidden or not source.strip() else self._code(source, is_open=self.page.failure_shown)
        self.page.has_code |= bool(code)
        if body or code:
            self.page.pieces.append(f'<div class="out">{body}</div>{code}')

    def _code(self, source: str, *, is_open: bool) -> str:
        state = " open" if is_open else ""
        return (
            f'<details class="code"{state}><summary>{self.words["code"]}</summary>'
            f'<pre tabindex="0"><code>{highlight(source)}</code></pre></details>'
        )

    def _broke(self, raised: Mapping[str, Any] | None) -> str:
        ename = self.failure.ename if self.failure else str((raised or {}).get("ename", ""))
        evalue = self.failure.evalue if self.failure else str((raised or {}).get("evalue", ""))
        trace = "\n".join(str(line) for line in (raised or {}).get("traceback") or [])
        return failure_markup(self.words, ename, evalue, trace)

    def _markdown(self, source: str, attachments: Mapping[str, Any]) -> str:
        source = self.words.catalogue.markdown(clean_text(source.replace("\r\n", "\n")))
        body = sanitize(_attached(_markdown()(source), attachments))
        # What scrolls must be reached with the keyboard.
        return _HEADING.sub(self._heading, body.replace("<pre>", '<pre tabindex="0">'))

    def _heading(self, found: re.Match[str]) -> str:
        level, inner = int(found.group(1)), found.group(2)
        text = re.sub(r"<[^>]+>", "", inner)
        opens = (
            not self.page.pieces and not self.page.contents and self.page.lead_title is None and level == 1
        )
        if opens:
            self.page.lead_title = text
            return ""
        anchor = self._anchor(text)
        level = max(level, 2)
        if level <= 3:
            self.page.contents.append(Heading(level, _unescape(text), anchor))
        return f'<h{level} id="{markup.esc(anchor)}">{inner}</h{level}>'

    def _anchor(self, text: str) -> str:
        base = re.sub(r"[^\w]+", "-", _unescape(text).lower()).strip("-")[:60] or "part"
        anchor, n = base, 1
        while anchor in self._anchors:
            n += 1
            anchor = f"{base}-{n}"
        self._anchors.add(anchor)
        return anchor

    def _output(self, output: Mapping[str, Any]) -> str:
        kind = output.get("output_type")
        if kind == "stream":
            return self._stream(output)
        if kind in ("display_data", "execute_result"):
            return self._data(output.get("data") or {})
        return ""

    def _stream(self, output: Mapping[str, Any]) -> str:
        text = scrub(clean_text(strip_ansi(_returns(text_of(output.get("text")))))).rstrip()
        if not text:
            return ""
        if output.get("name") == "stderr":
            last = "\n".join(text.splitlines()[-_LOG_LINES:])
            return f'<details class="log"><summary>{self.words["log"]}</summary>{_pre(last)}</details>'
        return _pre(text)

    def _data(self, data: Mapping[str, Any]) -> str:
        if _WIDGET in data and MIME not in data:
            return ""
        payload = data.get(MIME)
        if isinstance(payload, Mapping):
            self._count_kinds(payload)
            shown = self.words.catalogue.payload(self._compared(payload))
            return markup.html(shown, self.words, self.drawer.draw, self._source(payload))
        for mimetype in sorted(data, reverse=True):
            if mimetype.startswith("application/vnd.vegalite.") and isinstance(data[mimetype], Mapping):
                spec = _inked(data[mimetype])
                return f'<figure class="gm-chart"><div class="gm-plot">{self.drawer.draw_spec(spec)}</div></figure>'
        return self._foreign(data)

    def _compared(self, payload: Payload) -> Payload:
        """Beside what the page said before; the first findings tell also which are no longer made."""
        payload = changes.compared(payload, self.before, self.now)
        if payload.get("kind") == "findings" and self.gone:
            payload, self.gone = {**payload, "gone": list(self.gone)}, ()
        return payload

    def _source(self, payload: Mapping[str, Any]) -> str:
        """Links to what a table or chart was read from."""
        sql = (payload.get("table") or payload).get("sql")
        found = self.trace(sql) if self.trace and sql else ()
        self.page.origins.update((one.relation, one) for one in found)
        return links(found)

    def _count_kinds(self, payload: Mapping[str, Any]) -> None:
        self.page.masked.update(payload.get("masked") or ())
        self.page.unmasked.update(payload.get("unmasked") or ())

    def _foreign(self, data: Mapping[str, Any]) -> str:
        """Output of other libraries, the richest form that is safe in a page that asks nobody for anything."""
        if "text/html" in data:
            body = sanitize(text_of(data["text/html"]))
            return body if body.strip() else ""
        if "text/markdown" in data:
            return f'<div class="prose">{self._markdown(text_of(data["text/markdown"]), {})}</div>'
        if "image/svg+xml" in data:
            return _image("image/svg+xml", base64.b64encode(text_of(data["image/svg+xml"]).encode()).decode())
        for mimetype in ("image/png", "image/jpeg", "image/gif", "image/webp"):
            if mimetype in data:
                return _image(mimetype, "".join(text_of(data[mimetype]).split()))
        if "application/json" in data:
            return _pre(scrub(json.dumps(data["application/json"], ensure_ascii=False, indent=2)))
        text = text_of(data.get("text/latex") or data.get("text/plain"))
        return _pre(scrub(clean_text(strip_ansi(text)))) if text.strip() else ""


def failure_markup(words: Words, ename: str, evalue: str, trace: str = "") -> str:
    """The box that marks where a run broke."""
    says = scrub(clean_text(strip_ansi(evalue))).strip()
    where = scrub(clean_text(strip_ansi(trace))).strip()
    folded = (
        f'<details><summary>{words["traceback"]}</summary><pre tabindex="0">{markup.esc(shorten(where, _TEXT_LENGTH))}</pre></details>'
        if where
        else ""
    )
    named = f"<p><code>{markup.esc(ename)}</code></p>" if ename else ""
    return (
        f'<section class="broke" id="failure"><h3>✕ {words["failed_at"]}</h3>{named}'
        f'<p class="says" tabindex="0">{markup.inline(shorten(says, 4000))}</p>{folded}</section>'
    )


def highlight(source: str) -> str:
    """Python or, after a ``%%sql`` line, SQL with its words marked; always escaped."""
    from pygments import highlight as colour
    from pygments.formatters import HtmlFormatter
    from pygments.lexers.python import PythonLexer
    from pygments.lexers.sql import SqlLexer

    source = clean_text(source.replace("\r\n", "\n"))
    first, _, rest = source.partition("\n")
    plain = HtmlFormatter(nowrap=True)
    if first.startswith("%%sql"):
        return f"{markup.esc(first)}\n{colour(rest, SqlLexer(), plain)}".rstrip()
    return str(colour(source, PythonLexer(), plain)).rstrip()


def _markdown() -> Any:
    import mistune

    return mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])


def _attached(body: str, attachments: Mapping[str, Any]) -> str:
    """Pictures pasted into a markdown cell, put into the page."""
    for name, forms in attachments.items():
        for mimetype, content in forms.items():
            body = body.replace(
                f'src="attachment:{markup.esc(name)}"', f'src="data:{mimetype};base64,{text_of(content)}"'
            )
    return body


def _unescape(text: str) -> str:
    import html

    return html.unescape(text)


def _tags(cell: Cell) -> frozenset[str]:
    return frozenset((cell.get("metadata") or {}).get("tags") or ())


def _joined(outputs: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Neighbouring pieces of one stream as one."""
    held: dict[str, Any] | None = None
    for output in outputs:
        if output.get("output_type") == "stream":
            if held is not None and held["name"] == output.get("name"):
                held["text"] += text_of(output.get("text"))
                continue
            if held is not None:
                yield held
            held = {"output_type": "stream", "name": output.get("name"), "text": text_of(output.get("text"))}
            continue
        if held is not None:
            yield held
            held = None
        yield output
    if held is not None:
        yield held


def _returns(text: str) -> str:
    """A progress line that was overwritten shows its last state only."""
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))


def _pre(text: str) -> str:
    return f'<pre class="text" tabindex="0">{markup.esc(shorten(text, _TEXT_LENGTH))}</pre>'


def _image(mimetype: str, encoded: str) -> str:
    return f'<p><img src="data:{mimetype};base64,{markup.esc(encoded)}" alt=""></p>'


def _inked(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Somebody's own chart in the page's ink, unless it chose its own."""
    config = {**specs.config(), **(spec.get("config") or {})}
    return {"background": None, **spec, "config": config}
