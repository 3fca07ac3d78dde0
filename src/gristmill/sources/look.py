"""Look at the files of one source, without loading them: format, encoding, delimiter, header, columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from gristmill.engine import Column, Engine, quote
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.entities import literal
from gristmill.errors import EngineError, Problem, SourceError
from gristmill.project import Source
from gristmill.sources.careful import sound_json
from gristmill.sources.files import Scan, fingerprint, format_of, problem_with, scan, text_of
from gristmill.sources.model import FileLook, Look
from gristmill.sources.records import broken, line_end
from gristmill.sources.shape import Shape, locate, named, shape_of
from gristmill.sources.sheets import rows_of

HEAD_CHARACTERS = 1 << 20
"""How much of a text is read to see its shape; more when one record is longer."""
_ANY = Source("", ())


def look(paths: Sequence[Path], config: Source | None = None, *, engine: Engine | None = None) -> Look:
    """What the files of one source are; SourceError with all problems of all files at once.

    What ``config`` sets is believed, the rest is decided on the evidence of the bytes. Parquet and
    JSON are described by ``engine``; without one a database in memory is used for that.
    """
    if not paths:
        raise SourceError(Problem("No file is named.", hint="name one or more files, or a glob"))
    problems: list[Problem] = []
    found: list[FileLook] = []
    for path in paths:
        problem = problem_with(path)
        if problem:
            problems.append(problem)
            continue
        try:
            found.append(look_at(path, config or _ANY, engine))
        except SourceError as error:
            problems.extend(error.problems)
    if problems:
        raise SourceError(problems)
    return together(found)


def look_at(path: Path, config: Source, engine: Engine | None) -> FileLook:
    """What one file is."""
    form = format_of(path)
    if form == "csv":
        return _csv(path, config)
    if form == "sheet":
        return _sheet(path, config)
    if engine is not None:
        return _described(path, form, config, engine)
    with DuckDBEngine() as own:
        return _described(path, form, config, own)


def together(files: Sequence[FileLook]) -> Look:
    """The union of files by the names of their columns, whatever their case."""
    spelling: dict[str, Column] = {}
    for file in files:
        for column in file.columns:
            spelling.setdefault(column.name.casefold(), column)
    notes = [f"{file.path.name}: {note}" for file in files for note in file.notes]
    for file in files:
        have = {name.casefold() for name in file.names}
        for key, column in spelling.items():
            if key not in have:
                notes.append(f"{file.path.name} has no column {column.name}; it is empty there")
    return Look(tuple(files), tuple(spelling.values()), tuple(notes))


def _csv(path: Path, config: Source) -> FileLook:
    seen = scan(path, encoding=config.encoding)
    notes: list[str] = []
    text, whole = _head(path, seen.encoding)
    shape = _shape(path, text, config)
    if not whole and len(shape.rows) == 0:
        text, _ = _head(path, seen.encoding, HEAD_CHARACTERS * 64)
        shape = _shape(path, text, config)
    if not text.strip("\ufeff\r\n\t ,;|\0"):
        raise SourceError(Problem(f"{path} holds nothing but blanks.", hint="export it again"))
    if not seen.decodes:
        _refuse_wrong_encoding(path, seen, text)
        notes.append(f"some bytes are not {seen.encoding}; their records are set aside")
    elif seen.encoding not in ("utf-8", "utf-8-sig") and seen.reason != "configured":
        notes.append(f"encoding {seen.encoding}: {seen.reason}")
    if not shape.header:
        notes.append("no header; columns are called column_1, column_2, …")
    columns = tuple(Column(name, "VARCHAR") for name in shape.columns)
    return FileLook(
        path, "csv", seen, columns, dialect=shape.dialect, header=shape.header, skip=shape.skip, newline=line_end(text),
        rows=shape.rows, notes=(*notes, *shape.notes),
    )  # fmt: skip


def _shape(path: Path, text: str, config: Source) -> Shape:
    tab_first = ".tsv" in [s.lower() for s in path.suffixes]
    return shape_of(text, delimiter=config.delimiter, header=config.header, tab_first=tab_first)


def _head(path: Path, encoding: str, size: int = HEAD_CHARACTERS) -> tuple[str, bool]:
    """The first characters up to the end of a line, and whether that is all of the file."""
    with text_of(path, encoding) as stream:
        text = stream.read(size)
        rest = stream.read(1)
        if rest:
            text += rest + stream.readline()
        return text.removeprefix("\ufeff"), not rest


def _refuse_wrong_encoding(path: Path, seen: Scan, text: str) -> None:
    """SourceError when the configured encoding fits so badly that hardly a record would be left."""
    lines = [line for line in text.splitlines() if not line.isascii()]
    bad = [line for line in lines if broken(line, seen.encoding)]
    header_broken = bool(bad) and bad[0] == text.splitlines()[0]
    if not header_broken and len(bad) * 2 <= len(lines):
        return
    better = scan(path)
    hint = f'it looks like {better.encoding} ({better.reason}): set encoding = "{better.encoding}"'
    raise SourceError(
        Problem(
            f"{path} is not {seen.encoding}: {len(bad):,} of {len(lines):,} lines with non-ASCII text are broken.",
            hint=hint if better.encoding != seen.encoding else "save it as UTF-8",
        )
    )


def _sheet(path: Path, config: Source) -> FileLook:
    seen = Scan(*fingerprint(path), "", True, False, "")
    sheet, rows = rows_of(path, config.sheet)
    at, names, width, header = sheet_table(rows, config.header)
    columns, notes = named(names, width)
    if at and header:
        notes = [f"{at} rows above the header left out", *notes]
    first = at + 1 if header else at
    body = tuple(tuple(row[:width]) for row in rows[first : first + 400] if row)
    return FileLook(
        path, "sheet", seen, tuple(Column(name, "VARCHAR") for name in columns), header=header,
        skip=first, sheet=sheet, rows=body, notes=tuple(notes),
    )  # fmt: skip


def sheet_table(rows: Sequence[Sequence[str]], header: bool | None) -> tuple[int, list[str], int, bool]:
    """Row the table starts at, its header's cells, its width without blank columns at the end, has it a header."""
    filled = [index for index, row in enumerate(rows) if row]
    at, _, has_header = locate([rows[i] for i in filled[:400]], header)
    start = filled[at]
    width = max((i + 1 for row in rows[start:] for i, cell in enumerate(row) if cell.strip()), default=0)
    return start, list(rows[start][:width]) if has_header else [], width, has_header


def _described(path: Path, form: str, config: Source, engine: Engine) -> FileLook:
    """Parquet and JSON: names and types as the engine finds them."""
    if form == "json":
        seen = scan(path, encoding=config.encoding)
        if seen.encoding not in ("utf-8", "utf-8-sig"):
            raise SourceError(
                Problem(f"{path} is {seen.encoding}; JSON must be UTF-8.", hint="export it again as UTF-8")
            )
        text, _ = _head(path, "utf-8", 4096)
        if not text.strip():
            raise SourceError(Problem(f"{path} holds nothing but blanks.", hint="export it again"))
    else:
        seen = Scan(*fingerprint(path), "", True, False, "")
    scanner: Callable[[Path], str] = json_scan if form == "json" else parquet_scan
    try:
        columns = engine.describe(f"select * from {scanner(path)}")
    except EngineError as error:
        salvaged = _salvaged(path, engine) if form == "json" else None
        if salvaged is None:
            raise unreadable(path, form, error) from error
        columns = salvaged
    unnest = None
    if form == "json":
        columns, unnest = _opened(path, columns, engine)
    names, notes = named([c.name for c in columns], len(columns))
    renamed = tuple(Column(name, column.type) for name, column in zip(names, columns, strict=True))
    if unnest:
        notes = [f"records are taken from the list {unnest}", *notes]
    return FileLook(
        path, form, seen, renamed, originals=tuple(c.name for c in columns), unnest=unnest, notes=tuple(notes)
    )


def _salvaged(path: Path, engine: Engine) -> list[Column] | None:
    """Columns of the sound lines of a newline-delimited JSON file; None when it is not one."""
    with TemporaryDirectory() as folder:
        found = sound_json(path, Path(folder))
        if found is None:
            return None
        try:
            return engine.describe(f"select unnest(r) from {json_scan(found.data)}")
        except EngineError:
            return None


def _opened(path: Path, columns: list[Column], engine: Engine) -> tuple[list[Column], str | None]:
    """A document like ``{"tickets": [{…}, …]}`` is opened to its list of records."""
    lists = [c for c in columns if c.type.startswith("STRUCT(") and c.type.endswith(")[]")]
    if [c.name for c in columns] == ["json"]:
        raise SourceError(
            Problem(f"{path} holds no records.", expected="A list of objects, or one object a line.")
        )
    if len(lists) == 1 and len(columns) <= 5:
        n = engine.scalar(f"select count(*) from (select 1 from {json_scan(path)} limit 2)")
        if n == 1:
            inner = engine.describe(f"select unnest(r) from ({json_unnested(path, lists[0].name)})")
            return inner, lists[0].name
    return columns, None


def json_scan(path: Path) -> str:
    """The table function that reads a JSON file. Texts stay texts: dates are not guessed (3/4/24 is ambiguous)."""
    return (
        f"read_json({literal(plain(path))}, sample_size = -1, maximum_depth = -1, map_inference_threshold = -1,"
        " field_appearance_threshold = 0, maximum_object_size = 67108864, hive_partitioning = false,"
        " dateformat = 'none %Y', timestampformat = 'none %Y', convert_strings_to_integers = false)"
    )


def json_unnested(path: Path, name: str) -> str:
    """A SELECT of the records in a document's list, as column ``r``."""
    return f"select unnest({quote(name)}) as r from {json_scan(path)}"


def parquet_scan(path: Path) -> str:
    """The table function that reads a Parquet file, without the columns a folder's name might add."""
    return f"read_parquet({literal(plain(path))}, hive_partitioning = false)"


def plain(path: Path) -> str:
    """A path as the engine takes it literally: ``[``, ``*`` and ``?`` are no globs."""
    text = str(path)
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


def unreadable(path: Path, form: str, error: EngineError) -> SourceError:
    """What the engine said of a file, in our words."""
    said = str(error.problems[0]).splitlines()[0].replace(str(path), path.name)
    return SourceError(
        Problem(
            f"{path} cannot be read as {form}: {said}",
            hint="the file is damaged or cut off; copy or export it again",
        )
    )
