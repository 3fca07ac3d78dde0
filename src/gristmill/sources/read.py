"""Load the files of a source into ``raw.<name>``, and tell what was read, set aside and found in it.

Text is loaded as text: nothing is guessed at load, typing belongs to the clean stage. A sound file goes
through the database's own parallel reader in its strict form; a file that it refuses is sorted record by
record (``careful``), so that every record is either in ``raw.<name>`` or in ``raw.rejects``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gristmill.engine import Column, Engine, quote, quote_relation
from gristmill.entities import literal
from gristmill.errors import EngineError, Problem, SourceError, did_you_mean
from gristmill.project import Source
from gristmill.sources.careful import Sorted, sheet_csv, sound_csv, sound_json
from gristmill.sources.files import text_of
from gristmill.sources.look import json_scan, json_unnested, look, parquet_scan, plain, unreadable
from gristmill.sources.model import FileLook, FileReport, Look, ReadReport
from gristmill.sources.profile import profile

_TABLES = {
    "raw.files": (
        "source varchar, file varchar, format varchar, bytes bigint, sha256 varchar, encoding varchar,"
        " delimiter varchar, n_rows bigint, n_rejects bigint"
    ),
    "raw.rejects": "source varchar, file varchar, line bigint, reason varchar, content varchar",
    "raw.profile": (
        "source varchar, column_name varchar, type varchar, n bigint, n_null bigint, n_distinct bigint,"
        " min_value varchar, max_value varchar, top_values struct(value varchar, n bigint)[]"
    ),
}
LONGEST_RECORD_BYTES = 64 << 20
"""Longest record the database's reader takes from a file that was sorted record by record."""


def prepare(engine: Engine) -> None:
    """Make ``raw.files``, ``raw.rejects`` and ``raw.profile`` where they are not there yet."""
    engine.execute("create schema if not exists raw")
    for relation, columns in _TABLES.items():
        engine.execute(f"create table if not exists {quote_relation(relation)} ({columns})")


def resolve(source: Source, root: Path) -> list[Path]:
    """The files a source names, sorted by path, each once. SourceError for a name or glob without a file."""
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    for text in source.paths:
        given = Path(text)
        whole = given if given.is_absolute() else root / given
        if whole.exists() or not any(c in text for c in "*?["):
            found[whole] = None
            continue
        base = Path(given.anchor) if given.is_absolute() else root
        matched = sorted(p for p in base.glob(str(given.relative_to(base)) if given.is_absolute() else text))
        files = [p for p in matched if p.is_file()]
        if not files:
            folder = whole.parent
            names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
            hint = did_you_mean(whole.name, names, otherwise=f"look into {folder}")
            problems.append(Problem(f"No file matches {text}.", f"[sources.{source.name}]", hint=hint))
        found.update(dict.fromkeys(files))
    if problems:
        raise SourceError(problems)
    return list(found)


def read(
    engine: Engine,
    source: Source,
    root: Path,
    *,
    temp: Path,
    found: Look | None = None,
    profiled: bool = True,
    in_place: bool = False,
) -> ReadReport:
    """Load all files of a source; replaces what was read of it before.

    ``temp`` is a folder for intermediate files; they are removed. ``found`` is what ``look`` said of the files, where
    somebody looked already. ``profiled`` False leaves ``raw.profile`` alone. ``in_place`` reads a single Parquet file
    whenever it is asked instead of storing it. SourceError when a file cannot be read at all; then nothing of the
    source is left in ``raw``.
    """
    started = time.perf_counter()
    if f"raw.{source.name}" in _TABLES:
        raise SourceError(
            Problem(
                f'A source cannot be called "{source.name}".',
                hint="raw.files, .rejects and .profile are taken",
            )
        )
    prepare(engine)
    found = found or look(resolve(source, root), source, engine=engine)
    relation = f"raw.{source.name}"
    for table in _TABLES:
        engine.execute(f"delete from {table} where source = $source", {"source": source.name})
    try:
        in_place = in_place and [file.format for file in found.files] == ["parquet"]
        job = _Loading(engine, source.name, relation, found.columns, root, temp, in_place)
        if in_place:
            _view(job, found.files[0])
        else:
            _create(engine, relation, found)
        reports = [_load(job, file) for file in found.files]
        if profiled:
            profile(engine, source.name, relation)
    except Exception:
        engine.drop(relation)
        for table in _TABLES:
            engine.execute(f"delete from {table} where source = $source", {"source": source.name})
        raise
    seconds = time.perf_counter() - started
    return ReadReport(relation, tuple(reports), found.columns, found.notes, seconds)


def _create(engine: Engine, relation: str, found: Look) -> None:
    """The empty table: provenance, then all columns with a type that holds all files' values."""
    provenance = (
        "cast(null as varchar) as _source, cast(null as varchar) as _file, cast(null as bigint) as _row"
    )
    empties = []
    spelling = {c.name.casefold(): c.name for c in found.columns}
    for file in found.files:
        fields = [f"cast(null as {_stored(c)}) as {quote(spelling[c.name.casefold()])}" for c in file.columns]
        empties.append(f"select {', '.join([provenance, *fields])} where false")
    # Files of one header, as most are, need no union.
    try:
        engine.make(relation, "\nunion all by name\n".join(dict.fromkeys(empties)))
    except EngineError as error:
        raise _misfit(relation, error) from error


def _misfit(relation: str, error: EngineError) -> SourceError:
    return SourceError(
        Problem(
            f"The files of {relation.removeprefix('raw.')} have columns of one name and types that do not fit.",
            expected=str(error).splitlines()[0],
            hint="make them two sources",
        )
    )


def _stored(column: Column) -> str:
    return "VARCHAR" if column.type == '"NULL"' else column.type


@dataclass(frozen=True)
class _Loading:
    """One source on its way into ``raw.<name>``."""

    engine: Engine
    name: str
    relation: str
    columns: tuple[Column, ...]
    """Of all files together."""
    root: Path
    temp: Path
    in_place: bool
    """The one file is asked itself, so nothing is inserted."""


def _view(job: _Loading, file: FileLook) -> None:
    """``raw.<name>`` as a view of a Parquet file, with the columns that loading would give it."""
    fields = ", ".join(
        f"cast({quote(name)} as {_stored(column)}) as {quote(column.name)}"
        for name, column in zip(file.originals, file.columns, strict=True)
    )
    shown = _shown(file.path, job.root)
    job.engine.view(
        job.relation,
        f"select {literal(job.name)} as _source, {literal(shown)} as _file, file_row_number + 1 as _row, {fields}"
        f" from {parquet_scan(file.path)[:-1]}, file_row_number = true)",
    )


def _load(job: _Loading, file: FileLook) -> FileReport:
    """Insert one file, unless it is read in place, and note it in ``raw.files``."""
    shown = _shown(file.path, job.root)
    leftovers: list[Path] = []
    try:
        n_rejects = 0 if job.in_place else _insert(job, file, shown, leftovers)
    finally:
        for path in leftovers:
            path.unlink(missing_ok=True)
    n_rows = job.engine.scalar(
        f"select count(*) from {quote_relation(job.relation)} where _file = $file", {"file": shown}
    )
    job.engine.execute(
        "insert into raw.files values ($source, $file, $format, $bytes, $sha256, $encoding, $delimiter, $n, $bad)",
        {
            "source": job.name,
            "file": shown,
            "format": file.format,
            "bytes": file.scan.n_bytes,
            "sha256": file.scan.sha256,
            "encoding": file.encoding,
            "delimiter": file.delimiter,
            "n": n_rows,
            "bad": n_rejects,
        },
    )
    return FileReport(shown, int(n_rows), n_rejects)


def _insert(job: _Loading, file: FileLook, shown: str, leftovers: list[Path]) -> int:
    """Insert one file's records, the fast way if it is sound; returns how many were set aside.

    Files written on the way are put into ``leftovers``.
    """
    spelling = {c.name.casefold(): c.name for c in job.columns}
    names = ", ".join(["_source", "_file", "_row", *(quote(spelling[n.casefold()]) for n in file.names)])
    lead = f"insert into {quote_relation(job.relation)} ({names})\n"
    lead += f"select {literal(job.name)}, {literal(shown)}, _row, * exclude (_row) from "
    select = _fast(file, job.temp, leftovers)
    if select is not None:
        try:
            job.engine.execute(f"{lead}({select})")
        except EngineError as error:
            if "Conversion Error" in str(error):
                raise _misfit(job.relation, error) from error
            if file.format == "parquet":
                raise unreadable(file.path, file.format, error) from error
        else:
            return 0
    sound = _sorted(file, job.temp)
    leftovers += [sound.data, sound.rejects]
    try:
        job.engine.execute(f"{lead}({_sound(file, sound.data)})")
    except EngineError as error:
        raise unreadable(file.path, file.format, error) from error
    if sound.n_rejects:
        rejects = _plain_csv(sound.rejects, ["line", "reason", "content"])
        job.engine.execute(
            f"insert into raw.rejects select {literal(job.name)}, {literal(shown)}, cast(line as bigint),"
            f" reason, content from {rejects}"
        )
    return sound.n_rejects


def _fast(file: FileLook, temp: Path, leftovers: list[Path]) -> str | None:
    """The database's own reader for a file, or None when it is known not to do."""
    if file.format == "parquet":
        scan = parquet_scan(file.path)[:-1] + ", file_row_number = true)"
        return f"select file_row_number + 1 as _row, {_aliased(file)} from {scan}"
    if file.format == "json" and file.unnest:
        fields = _aliased(file, "r.")
        return f"select row_number() over () as _row, {fields} from ({json_unnested(file.path, file.unnest)})"
    if file.format == "json":
        return f"select row_number() over () as _row, {_aliased(file)} from {json_scan(file.path)}"
    sound = (
        file.scan.decodes
        and not file.scan.has_nul
        and len(file.columns) > 1
        and file.dialect.delimiter != " "
    )
    if file.format == "sheet" or not sound:
        return None
    path = file.path
    if file.scan.encoding not in ("utf-8", "utf-8-sig"):
        path = _transcoded(file, temp)
        leftovers.append(path)
    columns = ", ".join(f"{literal(f'c{i}')}: 'VARCHAR'" for i in range(len(file.columns)))
    dialect = file.dialect
    return (
        f"select row_number() over () as _row, * from read_csv({literal(plain(path))}, auto_detect = false,"
        f" header = false, skip = {file.skip}, delim = {literal(dialect.delimiter)}, quote = {literal(dialect.quote)},"
        f" escape = {literal(dialect.escape)}, strict_mode = true, null_padding = false, hive_partitioning = false,"
        f" compression = {literal('gzip' if path.suffix.lower() == '.gz' else 'none')}, columns = {{{columns}}})"
    )


def _aliased(file: FileLook, lead: str = "") -> str:
    """The file's own columns as c0, c1, … so that no name of theirs meets one of ours."""
    return ", ".join(f"{lead}{quote(name)} as c{i}" for i, name in enumerate(file.originals))


def _transcoded(file: FileLook, temp: Path) -> Path:
    """The file as UTF-8 in the temporary folder, written in a stream."""
    temp.mkdir(parents=True, exist_ok=True)
    out = temp / f"{file.scan.sha256}.utf8.csv"
    with (
        text_of(file.path, file.scan.encoding) as text,
        out.open("w", encoding="utf-8", newline="") as stream,
    ):
        while chunk := text.read(1 << 20):
            stream.write(chunk)
    return out


def _sorted(file: FileLook, temp: Path) -> Sorted:
    if file.format == "sheet":
        return sheet_csv(file, temp)
    if file.format == "csv":
        return sound_csv(file, temp)
    found = None if file.unnest else sound_json(file.path, temp)
    if found is None:
        raise SourceError(
            Problem(
                f"{file.path} cannot be read as JSON.",
                expected="A list of objects, or one object a line.",
                hint="the file is damaged or cut off; copy or export it again",
            )
        )
    return found


def _sound(file: FileLook, data: Path) -> str:
    """A SELECT of what was sorted out as sound."""
    if file.format == "json":
        return f"select _row, {_aliased(file, 'r.')} from {json_scan(data)}"
    names = ["_row", *(f"c{i}" for i in range(len(file.columns)))]
    return f"select cast(_row as bigint) as _row, * exclude (_row) from {_plain_csv(data, names)}"


def _plain_csv(path: Path, names: Sequence[str]) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({literal(plain(path))}, auto_detect = false, header = false, delim = ',', quote = '\"',"
        f" escape = '\"', new_line = '\\n', max_line_size = {LONGEST_RECORD_BYTES}, parallel = false, columns = {{{columns}}})"
    )


def _shown(path: Path, root: Path) -> str:
    """A path relative to the project, also where it lies outside.

    Rows without a key take their id from it, so it must not hang on where the project and its data
    lie together; and a report must not tell how a machine's folders are called.
    """
    return Path(os.path.relpath(path.resolve(), root.resolve())).as_posix()
