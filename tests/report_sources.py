"""What sources say on a page: strings that notebooks and measures hand to the helpers of the report, read without running them."""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import gristmill

HOME = Path(__file__).parent.parent
PACKAGE = Path(gristmill.__file__).parent
NOTEBOOKS = sorted((HOME / "notebooks").glob("[0-9]*_*.ipynb"))
"""Those that become pages."""
CHARTS = {"table", "bars", "lines", "stacked", "heatmap", "flows"}
SPOKEN = {"metric": 0, "finding": 1, "verdict": 1, "note": 0}
"""Helpers of the report that say something, and which of their arguments it is."""
KEYWORDS = {"title", "note", "unit", "detail", "action", "sentence", "label", "text"}
NOTES = ("measure/clv.py", "measure/churn.py")
"""Modules whose ``found.note(…)`` ends up on a page."""


class Said(NamedTuple):
    """A text as a source has it, 12 for what is shown as a number; ``\\0`` stands for what is only known when it runs."""

    where: str
    text: str


class Source:
    """What the string expressions of some Python code can be, as far as the code itself tells."""

    def __init__(self, code: str) -> None:
        self.tree = ast.parse(code)
        self.known: dict[str, list[ast.expr]] = {}
        self.functions = {n.name: n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._bind(target, node.value)
            elif isinstance(node, ast.For):
                for value in self._each(node.iter):
                    self._bind(node.target, value)

    def _each(self, node: ast.expr) -> Iterable[ast.expr]:
        if isinstance(node, ast.Tuple | ast.List):
            return node.elts
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "items":
            named = node.func.value
            found = self.known.get(named.id, []) if isinstance(named, ast.Name) else [named]
            return [
                ast.Tuple([key, value], ast.Load())
                for one in found
                if isinstance(one, ast.Dict)
                for key, value in zip(one.keys, one.values, strict=True)
                if key is not None
            ]
        return []

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.known.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
            self.known.setdefault(f"[{target.slice.value}]", []).append(value)
        elif isinstance(target, ast.Tuple):
            for one in self._tuples(value):
                if len(one.elts) == len(target.elts):
                    for part, its in zip(target.elts, one.elts, strict=True):
                        self._bind(part, its)

    def _tuples(self, node: ast.expr) -> list[ast.Tuple]:
        """The tuples an expression may be: one written out, one of a mapping, one that a function here returns."""
        if isinstance(node, ast.Tuple):
            return [node]
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
            return [t for value in node.value.values for t in self._tuples(value)]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.functions:
            return [t for value in self._returned(node.func.id) for t in self._tuples(value)]
        return []

    def _returned(self, name: str) -> list[ast.expr]:
        found = [node for node in ast.walk(self.functions[name]) if isinstance(node, ast.Return)]
        return [node.value for node in found if node.value is not None]

    def texts(self, node: ast.expr | None, deep: int = 8) -> list[str]:
        """All texts an expression may be; none when it is not built of literals."""
        if node is None or deep == 0:
            return []
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=parts):
                return _products([self.texts(part, deep - 1) or ["\0"] for part in parts])
            case ast.FormattedValue(value=value, format_spec=None):
                return self.texts(value, deep - 1)
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=form)])):
                return ["12%" if str(form).endswith("%") else "12"]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                sides = [self.texts(side, deep - 1) for side in (left, right)]
                return _products(sides) if all(sides) else []
            case ast.IfExp(body=left, orelse=right):
                return self._either([left, right], deep)
            case ast.BoolOp(values=parts):
                return [text for part in parts for text in self.texts(part, deep - 1)]
            case ast.Name(id=name):
                return self._of(name, deep)
            case ast.Subscript(value=ast.Dict(values=parts)):
                return [text for part in parts for text in self.texts(part, deep - 1)]
            case ast.Subscript(slice=ast.Constant(value=str(key))):
                return self._of(f"[{key}]", deep)
            case ast.Call(func=ast.Attribute(value=named, attr="get"), args=[_, other]):
                found = self.known.get(named.id, []) if isinstance(named, ast.Name) else [named]
                parts = [
                    value for one in found if isinstance(one, ast.Dict) for value in (*one.values, other)
                ]
                return [text for part in parts for text in self.texts(part, deep - 1)]
            case ast.Call(func=ast.Name(id="counted"), args=[_, thing, *more]):
                one = self.texts(thing)[0]
                return [f"1 {one}", f"12 {self.texts(more[0])[0] if more else one + 's'}"]
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                return [text for value in self._returned(name) for text in self.texts(value, deep - 1)]
        return []

    def _either(self, parts: list[ast.expr], deep: int) -> list[str]:
        known = [part for part in parts if not (isinstance(part, ast.Constant) and part.value is None)]
        return [text for part in known for text in self.texts(part, deep - 1) or ["\0"]]

    def _of(self, name: str, deep: int) -> list[str]:
        found = [text for value in self.known.get(name, ()) for text in self.texts(value, deep - 1)]
        return list(dict.fromkeys(found))

    def shown(self) -> Iterator[tuple[int, str]]:
        """Line and text of all that helpers of the report are told to say."""
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            said = [k.value for k in node.keywords if name in CHARTS | set(SPOKEN) and k.arg in KEYWORDS]
            said += [a for place, a in enumerate(node.args) if SPOKEN.get(name) == place]
            for spread in (k.value for k in node.keywords if name in CHARTS and k.arg is None):
                for value in self.known.get(spread.id, []) if isinstance(spread, ast.Name) else []:
                    assert isinstance(value, ast.Dict)
                    pairs = zip(value.keys, value.values, strict=True)
                    said += [v for k, v in pairs if isinstance(k, ast.Constant) and k.value in KEYWORDS]
            for one in said:
                for text in self.texts(one):
                    yield node.lineno, text


def _products(parts: list[list[str]]) -> list[str]:
    return ["".join(one) for one in itertools.islice(itertools.product(*parts), 200)]


@cache
def said_by_notebooks() -> tuple[Said, ...]:
    found: dict[str, Said] = {}
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        # One program a notebook: what a cell names, a later one says.
        lines, starts = [], []
        for number, cell in enumerate(cells):
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                for block in re.split(r"\n\s*\n", source):
                    text = re.sub(r"^\s*(#{1,6}|[-*])\s+", "", block)
                    found.setdefault(text, Said(f"{path.name}, cell {number}", text))
            else:
                starts += [number] * (source.count("\n") + 1)
                lines.append(source)
        for line, text in Source("\n".join(lines)).shown():
            found.setdefault(text, Said(f"{path.name}, cell {starts[line - 1]}", text))
    return tuple(one for one in found.values() if one.text != "share" and re.search("[A-Za-z]{2}", one.text))


@cache
def said_by_measures() -> tuple[Said, ...]:
    found = []
    for name in NOTES:
        source = Source((PACKAGE / name).read_text(encoding="utf-8"))
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "note"
            ):
                found += [Said(f"{name}:{node.lineno}", text) for text in source.texts(node.args[-1])]
    found = [one for one in found if re.search("[a-z]{2}", one.text)]
    assert len(found) > 20
    return tuple(found)
