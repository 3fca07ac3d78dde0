"""What a page says, in another language: one TOML file holds all of it.

Notebooks, templates and checks speak English. A catalogue maps what they say: ``[said]`` sentences, in which ``{name}`` stands
for any text and ``{n}``, ``{n_rows}`` for a number, ``[headings]`` of columns, ``[[values]]`` of named columns, ``[page]`` the page's own words by
key. So an author writes plain sentences, and a page that was written once can be read in any language. What a catalogue
does not know stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gristmill.errors import ConfigError, Problem
from gristmill.report.display import Payload
from gristmill.report.particles import PAIRS, put

_FIELD = re.compile(r"\{(\w+)\}")
_COUNT = re.compile(r"n(?:_\w+|\d+)?")
_NUMBER = r"[-−+±<>]?\d[\d,.]*(?:%| pp)?"
_ENDS = (re.compile(r"(?<=[.!?])\s+(?=\S)"), re.compile(r"(?<=;)\s+(?=\S)"))
"""Where a text is parted when it is not known as a whole: between sentences, then within them."""
_NAMES = frozenset({"column", "columns", "file", "relation", "source", "values"})
"""Placeholders for what the data calls itself: it is not looked up, even if a word of ours is spelt the same."""
_MARKS = re.compile(r"(\s*(?:#{1,6}|[-*]|\d+\.)\s+)?(.*)", re.DOTALL)
_PREFIX = 4
"""Letters of a pattern's beginning by which it is looked up."""
_DEEP = 7
"""How far a captured part is looked into for parts of its own."""


class _Pattern(NamedTuple):
    shape: re.Pattern[str]
    template: str
    weight: int
    """Letters that are fixed: of two that fit, the one that says more is meant."""


class Catalogue:
    """The sentences, headings and values of one language; an empty one says everything as it is."""

    def __init__(self, *files: Path) -> None:
        """Read catalogue files; what a later one says goes before. Raises ConfigError for one that cannot be read."""
        self.page: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._headings: dict[str, str] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._spoken: set[str] = set()
        patterns: dict[str, _Pattern] = {}
        for path in files:
            content = _read(path)
            self.page |= content.get("page", {})
            self._headings |= content.get("headings", {})
            self._spoken |= set(content.get("spoken", []))
            for group in content.get("values", []):
                for column in group["columns"]:
                    self._values.setdefault(column, {}).update(group["words"])
            for english, own in content.get("said", {}).items():
                if _FIELD.search(english):
                    patterns[english] = _pattern(path, english, own)
                else:
                    self._exact[_even(english)] = own
        self._by_start: dict[str, list[_Pattern]] = {}
        for pattern, english in sorted(
            ((pattern, english) for english, pattern in patterns.items()), key=lambda p: (-p[0].weight, p[1])
        ):
            start = english.partition("{")[0][:_PREFIX]
            self._by_start.setdefault(start if len(start) == _PREFIX else "", []).append(pattern)
        self._any_value = {word: own for words in self._values.values() for word, own in words.items()}
        self._said: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._exact or self._by_start or self._headings or self._values)

    def say(self, text: str) -> str:
        """A text in this language: whole, by its pattern, or sentence by sentence; unchanged where nothing fits."""
        if text not in self._said:
            self._said[text] = self._find(text, _DEEP) or text
        return self._said[text]

    def heading(self, text: str) -> str:
        """The heading of a column."""
        return self._headings.get(text) or self._find(text, 1) or text

    def value(self, text: str, heading: str) -> str:
        """A value of the column under ``heading`` (in English): of a known set, or a sentence where the column holds such."""
        known = self._values.get(heading, {})
        if known and all(word in known for word in text.split(", ")):
            return ", ".join(known[word] for word in text.split(", "))
        return self.say(text) if heading in self._spoken else text

    def markdown(self, source: str) -> str:
        """Markdown, block by block; code stays as it is."""
        if not self:
            return source
        blocks = re.split(r"(\n\s*\n)", source)
        if any(block.lstrip().startswith("```") for block in blocks):
            return source
        return "".join(self._block(block) for block in blocks)

    def payload(self, payload: Payload) -> Payload:
        """What a helper of the report made, with everything that is said in it in this language."""
        if not self:
            return payload
        kind = payload.get("kind")
        if kind == "table":
            return self._table(payload)
        if kind == "chart":
            return self._chart(payload)
        if kind in ("metrics", "findings"):
            items = [self._texts(item) for item in payload["items"]]
            gone = [self.say(sentence) for sentence in payload.get("gone", ())]
            return {**payload, "items": items, **({"gone": gone} if gone else {})}
        return self._texts(payload)

    def _texts(self, item: Mapping[str, Any]) -> dict[str, Any]:
        spoken = ("title", "note", "label", "unit", "sentence", "detail", "action", "text", "value", "change")
        return {
            key: self.say(value) if key in spoken and isinstance(value, str) else value
            for key, value in item.items()
        }

    def _table(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        heads = [column["label"] for column in payload["columns"]]
        rows = [
            [
                self.value(cell, head) if isinstance(cell, str) else cell
                for cell, head in zip(row, heads, strict=True)
            ]
            for row in payload["rows"]
        ]
        columns = [
            {
                **column,
                "label": self.heading(column["label"]),
                "meaning": self.say(column["meaning"]) if column["meaning"] else None,
                "unit": self.say(column["unit"]) if column["unit"] else None,
            }
            for column in payload["columns"]
        ]
        said = {**self._texts(payload), "columns": columns, "rows": rows}
        if "moves" in payload:
            said["moves"] = {
                i: [move and {**move, "text": self.say(move["text"])} for move in column]
                for i, column in payload["moves"].items()
            }
            keys = [heads[i] for i in payload["kept"]["keys"]]
            said["gone"] = [
                [self.value(part, head) for part, head in zip(key, keys, strict=True)]
                for key in payload["gone"]
                if len(key) == len(keys)
            ]
        return said

    def _chart(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        table = payload["table"]
        heads = [column["label"] for column in table["columns"]]
        words = {
            cell: self.value(cell, head)
            for row in table["rows"]
            for cell, head in zip(row, heads, strict=True)
            if isinstance(cell, str)
        }
        words |= {head: self.heading(head) for head in heads}

        def own(text: Any) -> Any:
            return words.get(text, text) if isinstance(text, str) else text

        points = [
            {
                **point,
                "x": own(point["x"]),
                "c": own(point["c"]),
                "t": " · ".join(own(part) for part in point["t"].split(" · ")),
            }
            for point in payload["points"]
        ]
        axes = {
            axis: {
                **payload[axis],
                "label": self.heading(payload[axis]["label"]),
                "unit": self.say(payload[axis]["unit"]) if payload[axis]["unit"] else payload[axis]["unit"],
                "numerals": self.page.get("numerals", ""),
            }
            for axis in ("x", "y")
        }
        series = [own(name) for name in payload["series"]]
        return {
            **self._texts(payload),
            **axes,
            "series": series,
            "points": points,
            "table": self._table(table),
        }

    def _block(self, block: str) -> str:
        if not block.strip():
            return block
        body = block.rstrip("\n")
        lines = body.split("\n")
        if len(lines) > 1 and all(re.match(r"\s*(?:[-*]|\d+\.)\s", line) for line in lines):
            return "\n".join(self._block(line) for line in lines) + block[len(body) :]
        marks, text = _MARKS.fullmatch(body).groups()  # type: ignore[union-attr]
        return (marks or "") + self.say(text) + block[len(body) :]

    def _find(self, text: str, deep: int) -> str | None:
        plain = _even(text)
        if plain in self._exact:
            return self._exact[plain]
        own = self._match(plain, deep, within=True)
        for ends in _ENDS:
            sentences = ends.split(plain)
            if own is None and len(sentences) > 1 and deep > 0:
                found = [self._find(sentence, deep - 1) for sentence in sentences]
                if any(found):
                    own = " ".join(said or one for said, one in zip(found, sentences, strict=True))
        return own if own is not None else self._match(plain, deep, within=False)

    def _match(self, plain: str, deep: int, *, within: bool) -> str | None:
        """By the first pattern that fits; ``within``: no placeholder reaches beyond a sentence."""
        for start in (plain[:_PREFIX], ""):
            for pattern in self._by_start.get(start, ()):
                found = pattern.shape.fullmatch(plain)
                parts = found.groupdict() if found else {}
                if not found or not all(_is_whole(part) for part in parts.values()):
                    continue
                if within and any(_ENDS[0].search(part) for part in parts.values()):
                    continue
                own = {k: v if k in _NAMES else self._part(v, deep - 1) for k, v in parts.items()}
                return put(pattern.template, own)
        return None

    def _part(self, text: str, deep: int) -> str:
        """What a placeholder stood for: a value, a sentence, or several of them with commas between."""
        if text in self._any_value:
            return self._any_value[text]
        own = self._find(text, deep) if deep > 0 else None
        if own is None and ", " in text and deep > 0:
            return ", ".join(self._part(part, deep - 1) for part in text.split(", "))
        return own if own is not None else text


def _is_whole(part: str) -> bool:
    """Quotes and brackets that open in it close in it: else it is cut out of something else."""
    return all(part.count(left) == part.count(right) for left, right in ("“”", "()"))


def _even(text: str) -> str:
    return " ".join(text.split())


def _pattern(path: Path, english: str, own: str) -> _Pattern:
    known = set(_FIELD.findall(english))
    used = set(re.findall(r"\{([^{}]+)\}", own)) - set(PAIRS)
    if used - known:
        raise ConfigError(
            Problem(
                f"puts {{{min(used - known)}}} into a sentence that does not have it: {english!r}.",
                where=str(path),
                expected=f"Known there: {', '.join(sorted(known))}.",
            )
        )
    shape, end = "", 0
    plain = _even(english)
    seen: set[str] = set()
    for found in _FIELD.finditer(plain):
        name = found.group(1)
        shape += re.escape(plain[end : found.start()])
        if name in seen:
            shape += f"(?P={name})"
        else:
            shape += f"(?P<{name}>{_NUMBER if _COUNT.fullmatch(name) else '.+?'})"
        seen.add(name)
        end = found.end()
    shape += re.escape(plain[end:])
    return _Pattern(re.compile(shape, re.DOTALL), own, len(_FIELD.sub("", plain)))


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(Problem(f"cannot be read: {error}.", where=str(path))) from error
    shapes: Sequence[tuple[str, type]] = (
        ("page", dict),
        ("said", dict),
        ("headings", dict),
        ("values", list),
        ("spoken", list),
    )
    problems = [
        Problem(f"has {name} in a form that is not known.", where=str(path), expected=f"Expected {expected}.")
        for name, kind in shapes
        if name in content and not isinstance(content[name], kind)
        for expected in [
            f"[{name}]" if kind is dict else f"[[{name}]]" if name == "values" else f"{name} = […]"
        ]
    ]
    problems += [
        Problem(
            f"has a section {name!r}, which nothing reads.",
            where=str(path),
            expected=f"Known: {', '.join(n for n, _ in shapes)}.",
        )
        for name in content
        if name not in dict(shapes)
    ]
    if problems:
        raise ConfigError(problems)
    return content
