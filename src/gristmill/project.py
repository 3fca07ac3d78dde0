"""A project on disk: its root, ``gristmill.toml``, and the layers its files come from.

A project is a folder with a ``gristmill.toml``. Files are looked up in layers: the project's own
folder first, then the folders named under ``[project] layers``, then the base that the package
carries. ``Project`` is frozen; what changes lives in the run's database and in history.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gristmill.errors import ConfigError, Problem, did_you_mean

CONFIG_NAME = "gristmill.toml"
BASE = "base"
"""Name of the layer the package carries; ``base:unify/pairs`` still reaches a shadowed template."""

SOURCE_KEYS = ("path", "paths", "encoding", "delimiter", "header", "sheet", "system")
PROJECT_KEYS = ("name", "locale", "as_of", "currency", "keep_runs", "layers")
PRIVACY_KEYS = ("mask",)
SECTIONS = ("project", "params", "pins", "sources", "privacy", "report")
REPORT_KEYS = ("accent", "logo")
NAME = re.compile(r"[^\W\d]\w*")


def base_dir() -> Path:
    """The folder with the base ``sql/``, ``checks/`` and ``notebooks/``: in the wheel or the checkout."""
    here = Path(__file__).parent
    packed = here / "_base"
    return packed if packed.is_dir() else here.parents[1]


@dataclass(frozen=True)
class Layer:
    """One place files come from: ``project``, a named layer, or ``base``."""

    name: str
    root: Path


@dataclass(frozen=True)
class Source:
    """An entry ``[sources.<name>]``: which files, and how they are written where that cannot be seen.

    ``system`` is the namespace of keys: sources of one system share customer and order numbers.
    None means that gristmill finds out by looking at the file.
    """

    name: str
    paths: tuple[str, ...]
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    sheet: str | None = None
    system: str | None = None


@dataclass(frozen=True)
class Project:
    """What ``gristmill.toml`` says, checked; nothing here changes while a run goes on."""

    root: Path
    config: Path
    name: str
    locale: str = "en"
    as_of: str | None = None
    keep_runs: int = 3
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    pins: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    layers: tuple[Layer, ...] = ()
    mask: bool = True
    accent: str | None = None
    logo: str | None = None

    @property
    def state(self) -> Path:
        """The folder runs and history live in; never edited by hand, ignored by git."""
        return self.root / ".gristmill"

    @property
    def reports(self) -> Path:
        """The folder reports are written to, one folder a run."""
        return self.root / "reports"

    def files(self, folder: str, pattern: str) -> Iterator[tuple[Layer, Path]]:
        """All files of a folder over all layers, nearest layer first, sorted within a layer."""
        for layer in self.layers:
            for path in sorted((layer.root / folder).glob(pattern)):
                if path.is_file() and not any(part.startswith(".") for part in path.parts[-3:]):
                    yield layer, path

    def show(self, path: Path) -> str:
        """A path as a user wants to read it: relative to the project, ``base:`` for the package's own."""
        for layer in self.layers:
            if path.is_relative_to(layer.root):
                inner = path.relative_to(layer.root).as_posix()
                return inner if layer.name == "project" else f"{layer.name}:{inner}"
        return os.path.relpath(path)


def find_root(start: Path | None = None) -> Path:
    """The nearest folder upwards that holds ``gristmill.toml``; ``GRISTMILL_PROJECT`` wins.

    Raises ConfigError when there is none.
    """
    named = os.environ.get("GRISTMILL_PROJECT")
    here = Path(start or named or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder
    raise ConfigError(
        Problem(
            f"There is no {CONFIG_NAME} in {here} or above it, so this is not a project.",
            hint="'gristmill init NAME' makes a project; 'gristmill demo' makes one with sample data.",
        )
    )


def load(start: Path | None = None, *, config: Path | None = None) -> Project:
    """Read and check the project at or above ``start``; every problem of the file is told at once.

    Without either argument, ``GRISTMILL_CONFIG`` names the file, as it does in the kernels of a run.
    Raises ConfigError with ``file:line`` for unknown keys, wrong types and unreadable TOML.
    """
    named = os.environ.get("GRISTMILL_CONFIG")
    if named and not start and not config:
        config = Path(named)
    root = config.resolve().parent if config else find_root(start)
    path = config.resolve() if config else root / CONFIG_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(Problem(f"The file {path} does not exist.")) from error
    except UnicodeDecodeError as error:
        raise ConfigError(Problem("is not UTF-8.", where=path.name, hint="save the file as UTF-8")) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        where = f"{path.name}:{found[1]}" if found else path.name
        raise ConfigError(Problem(f"is not valid TOML: {error}.", where=where)) from error
    return _Reader(root, path, text, data).project()


class _Reader:
    """Checks one parsed ``gristmill.toml``, gathering problems instead of stopping at the first."""

    def __init__(self, root: Path, path: Path, text: str, data: dict[str, Any]) -> None:
        self.root, self.path, self.data = root, path, data
        self.lines = text.splitlines()
        self.problems: list[Problem] = []

    def project(self) -> Project:
        self._known(self.data, SECTIONS, "section", "")
        head = self._table("project")
        self._known(head, PROJECT_KEYS, "key", "[project]")
        privacy, report = self._table("privacy"), self._table("report")
        self._known(privacy, PRIVACY_KEYS, "key", "[privacy]")
        self._known(report, REPORT_KEYS, "key", "[report]")
        as_of = head.get("as_of")
        params = dict(self._table("params"))
        if "currency" in head:
            params.setdefault("currency", head["currency"])
        found = Project(
            root=self.root,
            config=self.path,
            name=self._typed(head, "name", str, self.root.name),
            locale=self._typed(head, "locale", str, "en"),
            as_of=None if as_of is None else str(as_of),
            keep_runs=self._typed(head, "keep_runs", int, 3),
            params=MappingProxyType(params),
            pins=MappingProxyType(self._pins()),
            sources=MappingProxyType(self._sources()),
            layers=self._layers(head),
            mask=self._typed(privacy, "mask", bool, True),
            accent=self._typed(report, "accent", str, None),
            logo=self._typed(report, "logo", str, None),
        )
        if found.keep_runs < 1:
            self._problem(f"keep_runs is {found.keep_runs}.", "keep_runs", "Expected 1 or more.")
        if self.problems:
            raise ConfigError(self.problems)
        return found

    def _layers(self, head: dict[str, Any]) -> tuple[Layer, ...]:
        layers = [Layer("project", self.root)]
        for name in self._typed(head, "layers", list, []):
            folder = (self.root / str(name)).resolve()
            if not folder.is_dir():
                self._problem(f"The layer {name!r} is not a folder.", "layers", f"Looked for {folder}.")
                continue
            layers.append(Layer(folder.name, folder))
        if base_dir().resolve() != self.root:
            layers.append(Layer(BASE, base_dir()))
        return tuple(layers)

    def _sources(self) -> dict[str, Source]:
        sources = {}
        for name, entry in self._table("sources").items():
            place = f"[sources.{name}]"
            if not isinstance(entry, dict):
                self._problem(f"sources.{name} is not a table.", name, f"Expected {place} with a path.")
                continue
            if not NAME.fullmatch(name):
                self._problem(
                    f"The source name {name!r} cannot name a relation.",
                    name,
                    "Expected letters, digits and _, not starting with a digit.",
                )
            self._known(entry, SOURCE_KEYS, "key", place)
            path = entry.get("paths", entry.get("path"))
            paths = tuple(path) if isinstance(path, list) else (path,)
            if not paths or not all(isinstance(p, str) and p for p in paths):
                self._problem(f"{place} has no path.", name, 'Expected path = "data/file.csv" or a list.')
                continue
            sources[name] = Source(
                name=name,
                paths=paths,
                encoding=self._typed(entry, "encoding", str, None),
                delimiter=self._typed(entry, "delimiter", str, None),
                header=self._typed(entry, "header", bool, None),
                sheet=self._typed(entry, "sheet", str, None),
                system=self._typed(entry, "system", str, None),
            )
        return sources

    def _pins(self) -> dict[str, int]:
        pins = {}
        for name, version in self._table("pins").items():
            if isinstance(version, bool) or not isinstance(version, int) or version < 1:
                self._problem(
                    f"The pin of {name} is {version!r}.", name, "Expected a version number, as in 2."
                )
                continue
            pins[name] = version
        return pins

    def _table(self, name: str) -> dict[str, Any]:
        found = self.data.get(name, {})
        if not isinstance(found, dict):
            self._problem(f"{name} is not a table.", name, f"Expected [{name}].")
            return {}
        return found

    def _known(self, table: dict[str, Any], known: tuple[str, ...], kind: str, place: str) -> None:
        for key in table:
            if key not in known:
                self._problem(
                    f"has an unknown {kind} {key!r}{' in ' + place if place else ''}.",
                    key,
                    f"Known: {', '.join(known)}.",
                    did_you_mean(key, known),
                )

    def _typed(self, table: dict[str, Any], key: str, kind: type, default: Any) -> Any:
        value = table.get(key, default)
        if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
            return value
        self._problem(f"{key} is {value!r}.", key, f"Expected {_KIND_NAMES[kind]}.")
        return default

    def _problem(self, what: str, key: str, expected: str | None = None, hint: str | None = None) -> None:
        pattern = re.compile(rf"^\s*(\[.*\b{re.escape(key)}\b.*\]|\"?{re.escape(key)}\"?\s*=)")
        line = next((i for i, text in enumerate(self.lines, 1) if pattern.search(text)), None)
        where = f"{self.path.name}:{line}" if line else self.path.name
        self.problems.append(Problem(what, where=where, expected=expected, hint=hint))


_KIND_NAMES = {str: "text in quotes", int: "a whole number", bool: "true or false", list: "a list"}
