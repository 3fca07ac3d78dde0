"""A template: one ``.sql`` file with a comment head and one SELECT.

``sql/<schema>/<what>_v<N>.sql`` makes the relation ``<schema>.<what>``. The head says what the
relation is, one keyword a line; ``$name`` parameters are declared there with a type and are bound
by the engine, never by pasting text. Declared and used parameters must match both ways.

This module reads files and gives parameters their values; what the SQL means is ``lineage``'s business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gristmill.errors import ParameterError, Problem, TemplateError, did_you_mean, listed
from gristmill.scalars import literal_of, typed

FILE_NAME = re.compile(r"(?P<what>[^\W\d]\w*?)_v(?P<version>[1-9]\d*)\.sql")
_SOME = ("judges", "owner", "scheme", "segment")
KEYWORDS = ("grain", "param", "returns", "renewed", "source", "stored", "engine", *_SOME)
RENEWED = ("when learning", "by record", "by block", "by pair", "by customer")
"""What a row hangs on, in a stage that can take up where the run before left: nothing but what was learnt, or one of these."""
PARAM = re.compile(
    r"(?P<name>[a-z_]\w*)\s+(?P<type>list of \w+|one of \w+(?:, \w+)*|\w+)"
    r"(?:\s+from\s+(?P<least>-?\d+(?:\.\d+)?))?(?:\s+to\s+(?P<most>-?\d+(?:\.\d+)?))?(?:\s*=\s*(?P<default>'(?:[^']|'')*'|\[[^\]]*\]|\S+))?(?:\s+(?P<meaning>.*))?",
    re.DOTALL,
)
SQL_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "double": "double",
    "decimal": "decimal(18,4)",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
NULL = "null"
ONE_OF = "one of "


@dataclass(frozen=True)
class Param:
    """A declared parameter. ``required`` when the head gives no default; a default may be None."""

    name: str
    type: str
    meaning: str
    line: int
    required: bool
    default: Any = None
    least: float | None = None
    """The smallest number allowed, as in ``integer from 1 to 9``; None allows any."""
    most: float | None = None

    @property
    def allowed(self) -> str:
        """The type with the numbers allowed, as the head writes it."""
        ends = (("from", self.least), ("to", self.most))
        return self.type + "".join(f" {word} {end:g}" for word, end in ends if end is not None)

    @property
    def choices(self) -> tuple[str, ...]:
        """The only values of a text ``one of rank, fixed``; empty for every other type."""
        named = self.type.removeprefix(ONE_OF)
        return tuple(named.split(", ")) if named != self.type else ()

    @property
    def sql_type(self) -> str:
        """The engine's name of the type, as in ``date`` or ``varchar[]``."""
        if self.choices:
            return SQL_TYPES["text"]
        inner = self.type.removeprefix("list of ")
        return SQL_TYPES[inner] + ("[]" if inner != self.type else "")

    def value(self, given: Any) -> Any:
        """``given`` (text from a command line, or a Python value) as this parameter's type.

        None stays None. Raises ValueError with what was expected.
        """
        if given is None:
            return None
        if self.choices:
            if given not in self.choices:
                raise ValueError(f"Expected one of {', '.join(self.choices)}.")
            return given
        if self.type.startswith("list of "):
            items = [part.strip() for part in given.split(",")] if isinstance(given, str) else list(given)
            return [typed(self.type.removeprefix("list of "), item) for item in items]
        value = typed(self.type, given)
        # Not the other way round: no number is more than nan.
        if (self.least is not None and not value >= self.least) or (
            self.most is not None and not value <= self.most
        ):
            raise ValueError(f"Expected {self.allowed}.")
        return value

    def hint(self, given: Any) -> str | None:
        """The choice that a value which is none was meant to be."""
        return did_you_mean(str(given), self.choices) if self.choices else None


@dataclass(frozen=True)
class Template:
    """A parsed file. ``sql`` is the SELECT without the head; ``sql_line`` is its first line's number."""

    schema: str
    what: str
    version: int
    path: Path
    layer: str
    shown: str
    """The path as messages name it."""
    text: str
    sql: str
    sql_line: int
    summary: str
    grain: str = ""
    returns: str = ""
    source: str = ""
    judges: str = ""
    """For a query in ``sql/audit``: the relation it judges, then severity, dimension, share that may fail, growth of it."""
    scheme: str | None = None
    """For a SELECT of customer_id and segment that puts customers into segments: the scheme's name, then its label."""
    segment: str | None = None
    """For a SELECT of customer_id that is a segment of the project's own: its label."""
    owner: str | None = None
    """For a query in ``sql/audit``: who mends what it finds."""
    engine: str | None = None
    """``duckdb`` when the template uses something outside the portable subset."""
    is_view: bool = False
    """Its rows are those of stored relations put together; storing them once more would only cost."""
    renewed: str | None = None
    """One of ``RENEWED``; None where all of it is made again in every run."""
    params: Mapping[str, Param] = field(default_factory=dict)

    @property
    def relation(self) -> str:
        """The relation it makes, ``schema.what``."""
        return f"{self.schema}.{self.what}"

    @property
    def name(self) -> str:
        """How people name it, ``schema/what``."""
        return f"{self.schema}/{self.what}"

    @property
    def ref(self) -> str:
        """Name with version, ``schema/what@1``."""
        return f"{self.name}@{self.version}"

    def where(self, line: int) -> str:
        """``file:line`` for a line of the SELECT, counted from 1."""
        return f"{self.shown}:{self.sql_line + line - 1}"


def parse(path: Path, *, layer: str = "project", shown: str | None = None) -> Template:
    """Read one template file. Raises TemplateError naming every problem of the head."""
    shown = shown or path.as_posix()
    _check_file_name(path, shown)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TemplateError(Problem("is not UTF-8.", where=shown, hint="save the file as UTF-8")) from error
    return of_text(path, text, layer=layer, shown=shown)


def of_text(path: Path, text: str, *, layer: str = "project", shown: str | None = None) -> Template:
    """The template that a file of this text would be; nothing is read. Raises TemplateError as ``parse`` does."""
    shown = shown or path.as_posix()
    name = _check_file_name(path, shown)
    head = _Head(shown, text)
    if head.problems:
        raise TemplateError(head.problems)
    return _template(path, text, layer, shown, name, head)


def _check_file_name(path: Path, shown: str) -> re.Match[str]:
    name = FILE_NAME.fullmatch(path.name)
    if not name:
        raise TemplateError(
            Problem(
                "is not named like a template.",
                where=shown,
                expected="Expected <what>_v<N>.sql, as in rfm_v1.sql.",
                hint=f"rename it to {re.sub(r'[^0-9a-zA-Z_]', '_', path.stem)}_v1.sql",
            )
        )
    return name


def _template(path: Path, text: str, layer: str, shown: str, name: re.Match[str], head: _Head) -> Template:
    return Template(
        schema=path.parent.name,
        what=name["what"],
        version=int(name["version"]),
        path=path,
        layer=layer,
        shown=shown,
        text=text,
        sql=head.sql,
        sql_line=head.sql_line,
        summary=head.summary,
        grain=head.words.get("grain", ""),
        returns=head.words.get("returns", ""),
        source=head.words.get("source", ""),
        judges=head.words.get("judges", ""),
        owner=head.words.get("owner"),
        scheme=head.words.get("scheme"),
        segment=head.words.get("segment"),
        engine=head.words["engine"].partition(" ")[0] if "engine" in head.words else None,
        is_view="stored" in head.words,
        renewed=head.words.get("renewed"),
        params=head.params,
    )


class _Head:
    """The comment lines before the SELECT, taken apart; problems are gathered."""

    def __init__(self, shown: str, text: str) -> None:
        self.shown = shown
        self.problems: list[Problem] = []
        self.words: dict[str, str] = {}
        self.params: dict[str, Param] = {}
        # Not splitlines: a text of the SELECT may hold marks that Python takes for the end of a line, and SQL does not.
        lines = text.replace("\r\n", "\n").split("\n")
        n_head = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
        first_sql = next((i for i in range(n_head, len(lines)) if lines[i].strip()), n_head)
        self.sql_line = first_sql + 1
        self.sql = "\n".join(lines[first_sql:]).rstrip().removesuffix(";").rstrip()
        comments = [line.removeprefix("--").rstrip() for line in lines[:n_head]]
        self.summary = self._summary(comments)
        for line, word, content in _entries(comments):
            self._entry(line, word, content)
        if not self.sql:
            self._problem(self.sql_line, "holds no SELECT.", None)
        if "grain" not in self.words and self.sql:
            self._problem(
                1, "does not say its grain.", "Expected a line like '-- grain    one row per customer_id'."
            )

    def _summary(self, comments: Sequence[str]) -> str:
        words = []
        for comment in comments:
            if not comment.strip():
                break
            words.append(comment.strip())
        if not words:
            self._problem(
                1,
                "does not begin with a sentence that says what it is for.",
                "Expected '-- Score every customer on …' as the first line.",
            )
        return " ".join(words)

    def _entry(self, line: int, word: str, content: str) -> None:
        if word not in KEYWORDS:
            self._problem(
                line,
                f"has an unknown keyword {word!r} in its header.",
                f"Known: {', '.join(KEYWORDS)}.",
                did_you_mean(word, KEYWORDS),
            )
        elif word == "param":
            self._param(line, content)
        elif word in self.words:
            self._problem(line, f"says {word} twice.", None)
        elif word == "engine" and content.partition(" ")[0] != "duckdb":
            self._problem(
                line,
                f"names an unknown engine {content!r}.",
                "Expected duckdb, and after it the reason why no other engine will do.",
            )
        elif word == "stored" and content.partition(",")[0] != "no":
            self._problem(
                line,
                f"says 'stored {content}'.",
                "Expected 'stored   no, and why': the relation is a view. Without the line it is a table.",
            )
        elif word == "renewed" and content not in RENEWED:
            self._problem(line, f"says 'renewed {content}'.", f"Expected one of: {', '.join(RENEWED)}.")
        else:
            self.words[word] = content

    def _param(self, line: int, content: str) -> None:
        found = PARAM.fullmatch(content)
        kind = found["type"] if found else ""
        if not found or not (kind.startswith(ONE_OF) or kind.removeprefix("list of ") in SQL_TYPES):
            types = f"{', '.join(SQL_TYPES)}, 'list of' one of them, or 'one of' and the words allowed"
            self._problem(
                line,
                f"declares a parameter that cannot be read: {content!r}.",
                f"Expected 'name type [= default] meaning', the type being {types}.",
                did_you_mean(kind, SQL_TYPES),
            )
            return
        name, default = found["name"], found["default"]
        if name in self.params:
            self._problem(line, f"declares ${name} twice.", None)
            return
        ends = [None if found[end] is None else float(found[end]) for end in ("least", "most")]
        if ends != [None, None] and kind not in ("integer", "double", "decimal"):
            self._problem(
                line, f"gives ${name} of type {kind} a least or a largest value.", "Expected a number."
            )
            return
        meaning = (found["meaning"] or "").strip()
        param = Param(name, kind, meaning, line, default is None, None, *ends)
        try:
            value = None if default is None or default == NULL else param.value(_literal(default))
        except ValueError as error:
            self._problem(line, f"gives ${name} the default {default}.", f"{error}")
            return
        self.params[name] = replace(param, default=value)

    def _problem(self, line: int, what: str, expected: str | None, hint: str | None = None) -> None:
        self.problems.append(Problem(what, where=f"{self.shown}:{line}", expected=expected, hint=hint))


def _entries(comments: Sequence[str]) -> Iterable[tuple[int, str, str]]:
    """``(line, keyword, content)`` for each entry after the summary; deeper lines continue an entry."""
    start = next((i for i, comment in enumerate(comments) if not comment.strip()), len(comments))
    open_entry: tuple[int, str, str] | None = None
    for number, comment in enumerate(comments[start:], start + 1):
        if not comment.strip():
            continue
        if comment.startswith("   ") and open_entry:
            open_entry = (open_entry[0], open_entry[1], f"{open_entry[2]} {comment.strip()}")
            continue
        if open_entry:
            yield open_entry
        word, _, content = comment.strip().partition(" ")
        open_entry = (number, word, content.strip())
    if open_entry:
        yield open_entry


def _literal(default: str) -> str:
    """A default as it stands in the head, without its quotes or brackets."""
    if default.startswith("'"):
        return default[1:-1].replace("''", "'")
    if default.startswith("["):
        return ", ".join(part.strip().strip("'") for part in default[1:-1].split(","))
    return default


def values(template: Template, given: Mapping[str, Any], *, strict: bool = False) -> dict[str, Any]:
    """The value of each declared parameter: from ``given``, else the default, typed.

    Names in ``given`` that the template does not declare are left out, or refused when ``strict``.
    Raises ParameterError with every problem: missing, mistyped, unknown.
    """
    problems = []
    bound = {}
    for name, param in template.params.items():
        where = f"{template.shown}:{param.line}"
        if name not in given:
            if param.required:
                problems.append(
                    Problem(
                        f"wants ${name} ({param.allowed}), which has no value.",
                        where=where,
                        expected=param.meaning or None,
                        hint=f"give it with --param {name}=…",
                    )
                )
            bound[name] = param.default
            continue
        try:
            bound[name] = param.value(given[name])
        except ValueError as error:
            hint = param.hint(given[name])
            problems.append(
                Problem(f"cannot take ${name} = {given[name]!r}.", where, expected=str(error), hint=hint)
            )
    if strict:
        for name in given:
            if name not in template.params:
                problems.append(
                    Problem(
                        f"has no parameter ${name}.",
                        where=template.shown,
                        expected=f"Declared: {listed(list(template.params))}.",
                        hint=did_you_mean(name, template.params),
                    )
                )
    if problems:
        raise ParameterError(problems)
    return bound


def literal(param: Param, value: Any) -> str:
    """A value as typed SQL text, for showing and for views; strings stay data whatever they hold."""
    if param.type == "integer" and value is not None:
        # As the engine binds it: a day plus a BIGINT would be refused.
        return str(value) if value >= 0 else f"({value})"
    return f"cast({literal_of(value)} as {param.sql_type})"
