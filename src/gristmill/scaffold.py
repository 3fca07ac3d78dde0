"""Make a project, and enter files into it: ``init`` and ``add``. Neither overwrites anything."""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from gristmill import sources, systems
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ConfigError, GristmillError, Problem, SourceError, did_you_mean
from gristmill.project import CONFIG_NAME, NAME, Project, Source, base_dir, load
from gristmill.runs import unwritable, write_atomically

COPIED = ("notebooks", "checks")
"""What the analyst owns from the start; SQL is resolved in place and copied by ``eject`` alone."""
FOLDERS = ("data", "sql", "reports", "reviews")
CONFIG = """\
# The project. 'gristmill add FILE' enters sources below; everything else has a default.
[project]
name = {name}
locale = {locale}            # the language of reports: en, ko, or one with a catalogue in notebooks/words/
# as_of = 2026-11-01      # the day that counts as today; without it: the day of the run
# currency = "KRW"        # only orders in this currency are counted; without it: the most frequent one
# keep_runs = 3           # databases of this many published runs are kept

# [params]                # values for the parameters of templates and notebooks
# returns = "net"         # or "drop": cancelled orders and lines are left out

# [pins]                  # hold a template at a version
# "segment/rfm" = 1
"""
IGNORED = ".gristmill/\n.ipynb_checkpoints/\nreports/*\n!reports/README.md\n"


def init(folder: Path, *, locale: str = "en") -> list[Path]:
    """Make a project in a new or empty folder, its reports in the language ``locale``; returns what was written.

    Raises ConfigError when the folder holds anything, RunError when it cannot be written.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            Problem(
                f"{folder.name} is not empty." if folder.is_dir() else f"{folder.name} is a file.",
                expected="A project begins in a new or empty folder.",
                hint="choose another name",
            )
        )
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FOLDERS:
            (folder / name).mkdir()
            written.append(folder / name)
        for name in COPIED:
            skip = shutil.ignore_patterns("__pycache__", ".*")
            written.append(Path(shutil.copytree(base_dir() / name, folder / name, ignore=skip)))
        for name, text in {
            CONFIG_NAME: CONFIG.format(name=_toml_text(folder.name), locale=_toml_text(locale)),
            ".gitignore": IGNORED,
        }.items():
            (folder / name).write_text(text, encoding="utf-8")
            written.append(folder / name)
    except OSError as error:
        # The folder was empty: what stands in it now is half a project.
        for path in folder.iterdir() if folder.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise unwritable(folder, error, expected="No project was made.") from error
    return written


def _toml_text(text: str) -> str:
    # A name that is no text at all (undecodable bytes) cannot be written in TOML.
    text = text.encode("utf-8", "replace").decode()
    escaped = "".join(
        c if c.isprintable() else f"\\U{ord(c):08x}" for c in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'


@dataclass(frozen=True)
class Added:
    """One source that was entered."""

    source: str
    n_files: int
    entity: str
    n_mapped: int
    n_columns: int
    template: str
    """The mapping's path in the project."""


def add(
    project: Project,
    files: Sequence[str],
    *,
    name: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Added]:
    """Look at files, draft one mapping a source, and enter the sources in ``gristmill.toml``.

    ``files`` are paths or globs; files with the same header become one source. All files are looked
    at before anything is written. Raises SourceError with the problems of all files, ConfigError when
    a name is taken.
    """
    paths = _expand(files)
    _refuse_entered(project, paths)
    with DuckDBEngine() as engine:
        groups = sources.group(paths, taken=project.sources, engine=engine)
        if name:
            if len(groups) > 1:
                raise SourceError(
                    Problem(
                        f"These files make {len(groups)} sources ({', '.join(groups)}), and one name is given.",
                        hint="add them one by one, or without --name",
                    )
                )
            groups = {_free_name(project, name): next(iter(groups.values()))}
        drafted = [
            _draft(engine, project, source, found, [*project.sources, *groups], tell)
            for source, found in groups.items()
        ]
        drafted = _link(engine, project, drafted, tell)
    _write(project, drafted)
    return [added for one in drafted for added in one.added]


@dataclass(frozen=True)
class _Drafted:
    source: str
    paths: Sequence[Path]
    look: sources.Look
    system: str
    templates: dict[str, str]
    added: list[Added]

    @property
    def mappings(self) -> list[systems.Mapped]:
        """What it is mapped to, as SQL."""
        return [
            systems.Mapped(self.source, one.entity, self.system, self.templates[one.template])
            for one in self.added
        ]


def _link(
    engine: DuckDBEngine, project: Project, drafted: Sequence[_Drafted], tell: Callable[[str], None]
) -> list[_Drafted]:
    """Put sources that name each other's customers or orders into one system, so that orders find their contacts."""
    earlier = systems.entered(engine, project)
    linked = {one.source: one for one in drafted}
    said: dict[str, str] = {}

    def move(source: str, found: tuple[str, str] | None, words: str) -> None:
        if found and found[0] != linked[source].system:
            said[source] = words.format(source, *found)
            linked[source] = replace(linked[source], system=found[0])

    # Orders that are there already keep their system: the contacts they name come to them, when they have none yet.
    for asking in earlier:
        if asking.names and not any(one.source == asking.source and not one.names for one in earlier):
            has_one = systems.system_for(engine, asking, earlier)
            for one in drafted if has_one is None else ():
                found = systems.system_for(engine, asking, linked[one.source].mappings)
                if found:
                    move(
                        one.source,
                        (asking.system, found[1]),
                        f"{{0}} holds the {{2}} that {asking.source} names",
                    )
    # Orders before their lines: lines go where their orders went.
    for kind in ("orders", "events", "tickets", "order_lines"):
        for one in drafted:
            mappings = linked[one.source].mappings
            if any(not mapped.names for mapped in mappings):
                continue
            for mapped in (mapped for mapped in mappings if mapped.entity == kind):
                others = [m for other in linked.values() for m in other.mappings] + earlier
                move(one.source, systems.system_for(engine, mapped, others), "{0} names the {2} of {1}")
    for words in said.values():
        tell(f"  {words}: they share one system of keys")
    return [linked[one.source] for one in drafted]


def _draft(
    engine: DuckDBEngine,
    project: Project,
    source: str,
    paths: Sequence[Path],
    names: Sequence[str],
    tell: Callable[[str], None],
) -> _Drafted:
    """Read one source into memory and guess what it is; nothing is written."""
    tell(f"looking at {source}: {', '.join(path.name for path in paths[:3])}{' …' if len(paths) > 3 else ''}")
    shown = [str(path.resolve()) for path in paths]
    temp = Path(tempfile.mkdtemp(prefix="gm-"))
    try:
        found = sources.look(paths, engine=engine)
        read = sources.read(engine, Source(source, tuple(shown)), project.root, temp=temp)
    finally:
        shutil.rmtree(temp, ignore_errors=True)
    for note in read.notes:
        tell(f"  {note}")
    if read.n_rejects:
        tell(f"  {read.n_rejects:,} records cannot be read; the run lists them in raw.rejects")
    guess = sources.guess(engine, read.relation)
    if guess.is_empty:
        tell(f"  nothing says what a row of it is: its mapping takes none, raw.{source} holds them all")
    relative = [project.show(path.resolve()) for path in paths]
    templates, added = {}, []
    for draft in sources.drafts(guess, paths=relative):
        where = f"sql/source/{draft.name}.sql"
        target = project.root / where
        if target.exists():
            raise ConfigError(
                Problem(
                    f"{where} is there already, and nothing is overwritten.",
                    hint="delete it first, or give the source another --name",
                )
            )
        templates[where] = draft.text
        mapped = guess if draft.entity == guess.entity else guess.people or guess
        n_mapped = sum(len(column.leaves) for column in mapped.columns)
        added.append(
            Added(source, len(paths), draft.entity, n_mapped, n_mapped + len(mapped.unmapped), where)
        )
    return _Drafted(source, paths, found, sources.system_of(source, names), templates, added)


def _write(project: Project, drafted: Sequence[_Drafted]) -> None:
    text = project.config.read_text(encoding="utf-8")
    entries = [
        sources.toml_entry(one.source, one.paths, one.look, project.root, system=one.system)
        for one in drafted
    ]
    merged = text.rstrip("\n") + "\n" + "".join(f"\n{entry.strip()}\n" for entry in entries)
    written: list[Path] = []
    try:
        for one in drafted:
            for where, sql in one.templates.items():
                target = project.root / where
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("x", encoding="utf-8") as file:
                    written.append(target)
                    file.write(sql)
        write_atomically(project.config, merged)
        load(config=project.config)
    except (OSError, GristmillError) as error:
        # Either everything is entered or nothing is.
        for path in written:
            path.unlink(missing_ok=True)
        if project.config.read_text(encoding="utf-8") != text:
            write_atomically(project.config, text)
        if isinstance(error, OSError):
            raise unwritable(project.root, error) from error
        raise


def _expand(files: Sequence[str]) -> list[Path]:
    """Paths and globs as files. Raises SourceError for those that match nothing, all at once."""
    found: list[Path] = []
    problems = []
    for text in files:
        path = Path(text)
        if path.exists():
            found.append(path)
            continue
        matched = sorted(Path(name) for name in glob.glob(text, recursive=True))  # noqa: PTH207 - absolute globs too
        if not matched:
            names = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
            problems.append(Problem(f"There is no file {text}.", hint=did_you_mean(path.name, names)))
        found.extend(other for other in matched if other.is_file())
    if problems:
        raise SourceError(problems)
    return list(dict.fromkeys(found))


def _refuse_entered(project: Project, paths: Sequence[Path]) -> None:
    """Raises ConfigError for files that are a source already: their rows would count twice."""
    entered = {}
    for source in project.sources.values():
        # A source whose files are gone is the run's concern.
        with suppress(SourceError):
            entered.update({path.resolve(): source.name for path in sources.resolve(source, project.root)})
    problems = [
        Problem(
            f"{project.show(path.resolve())} is the source {entered[path.resolve()]!r} already.",
            hint=f"to draft its mapping anew, delete sql/source/{entered[path.resolve()]}__*.sql"
            f" and [sources.{entered[path.resolve()]}]",
        )
        for path in paths
        if path.resolve() in entered
    ]
    if problems:
        raise ConfigError(problems)


def _free_name(project: Project, name: str) -> str:
    if not NAME.fullmatch(name) or "__" in name:
        raise ConfigError(
            Problem(
                f"{name!r} cannot name a source.",
                expected="Expected letters, digits and single _, not starting with a digit.",
            )
        )
    if name in project.sources:
        raise ConfigError(
            Problem(
                f"has a source {name!r} already.",
                where=project.config.name,
                hint="choose another --name",
            )
        )
    return name
