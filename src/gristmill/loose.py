"""A single file without a project: read into a database of its own, and written again with its rows and columns in order."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gristmill import sources
from gristmill.engine import quote
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.entities import as_text
from gristmill.errors import EngineError, ParameterError, Problem, RunError, did_you_mean
from gristmill.project import Source
from gristmill.sources.files import text_of
from gristmill.sources.model import FileLook
from gristmill.sources.records import records

NAME = "file"
RELATION = f"raw.{NAME}"
OUTPUTS = {
    ".csv": "format csv, header, delimiter ','",
    ".tsv": "format csv, header, delimiter '\t'",
    ".parquet": "format parquet",
}
"""Endings of files that can be written, with the options of the database's writer."""


@dataclass(frozen=True)
class LooseFile:
    """An open file: its engine, and ``raw.file`` with one row per data record and ``_row`` from 1."""

    engine: DuckDBEngine
    folder: Path
    """For what must not stay; removed with the database."""
    path: Path
    columns: tuple[str, ...]
    """Names as ``raw.file`` has them, in the order of the file."""
    header: tuple[str, ...]
    """Names as the file writes them; the same where it has no header line."""
    n_rows: int
    n_rejects: int
    """Records that cannot be read as such, in ``raw.rejects`` with line and reason."""
    notes: tuple[str, ...]


@contextmanager
def opened(path: Path, *, in_place: bool = False) -> Iterator[LooseFile]:
    """Read a file of any format that gristmill reads; the database goes when the block ends.

    ``in_place`` asks a Parquet file itself instead of storing it: right where few questions are asked. Raises SourceError for a file that cannot be read.
    """
    with (
        tempfile.TemporaryDirectory(prefix="gristmill-", ignore_cleanup_errors=True) as folder,
        DuckDBEngine(Path(folder) / "file.duckdb", temp=Path(folder)) as engine,
    ):
        source = Source(NAME, (str(path.resolve()),))
        look = sources.look([path], source, engine=engine)
        read = sources.read(
            engine,
            source,
            path.resolve().parent,
            temp=Path(folder),
            found=look,
            profiled=False,
            in_place=in_place,
        )
        names = tuple(column.name for column in look.columns)
        yield LooseFile(
            engine=engine,
            folder=Path(folder),
            path=path,
            columns=names,
            header=_header(look.files[0], names),
            n_rows=read.n_rows,
            n_rejects=read.n_rejects,
            notes=tuple(read.notes),
        )


def _header(file: FileLook, names: Sequence[str]) -> tuple[str, ...]:
    """The header as it is written: loading makes names unique and fit for SQL, the copy shall have the old ones."""
    if file.originals and len(file.originals) == len(names):
        return tuple(file.originals)
    if file.format != "csv" or not file.header or not file.skip:
        return tuple(names)
    with text_of(file.path, file.scan.encoding) as text:
        found = [record.fields or [] for record in records(islice(text, file.skip), file.dialect)]
    last = [name.lstrip("\ufeff").strip("\r\n") for name in found[-1]] if found else []
    return tuple(last) if len(last) == len(names) else tuple(names)


def check_output(path: Path, *inputs: Path) -> None:
    """Refuse a path that cannot be written or that is the input. Raises ParameterError."""
    problems = []
    if path.suffix.lower() not in OUTPUTS:
        problems.append(
            Problem(
                f"{path.name} is of a format that gristmill does not write.",
                expected=f"Formats: {', '.join(OUTPUTS)}.",
                hint=did_you_mean(path.suffix.lower(), OUTPUTS, otherwise="end the name in .csv"),
            )
        )
    if any(path.resolve() == one.resolve() for one in inputs):
        problems.append(
            Problem(f"{path} would be overwritten by what is made of it.", hint="write to another file")
        )
    if not path.resolve().parent.is_dir():
        problems.append(Problem(f"There is no folder {path.parent}.", hint=f"mkdir -p {path.parent}"))
    if problems:
        raise ParameterError(problems)


def write(engine: DuckDBEngine, select: str, path: Path, header: Sequence[str] | None = None) -> int:
    """Write a SELECT to a file that appears when it is whole; returns its number of rows.

    ``header`` are the names to write in place of the SELECT's own; they need not be unique. Parquet
    keeps the names of the SELECT. Raises RunError when the file cannot be written.
    """
    ending = path.suffix.lower()
    options = OUTPUTS[ending]
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    body = part.with_suffix(".body")
    target = part
    try:
        if header is not None and ending != ".parquet":
            # The database refuses names that are not unique, so the header is written apart.
            options = options.replace("header", "header false")
            target = body
        escaped = str(target).replace("'", "''")
        n = engine.scalar(f"copy ({select}) to '{escaped}' ({options})")
        if target is body:
            with part.open("wb") as whole, body.open("rb") as rest:
                whole.write(_line(header or (), "\t" if ending == ".tsv" else ",").encode("utf-8"))
                while chunk := rest.read(1 << 20):
                    whole.write(chunk)
        part.replace(path)
    except (OSError, EngineError) as error:
        raise RunError(
            Problem(f"{path} cannot be written: {error}.", hint="choose a folder with room to write")
        ) from error
    finally:
        for one in (part, body):
            with suppress(OSError):
                one.unlink(missing_ok=True)
    return int(n)


def _line(names: Sequence[str], delimiter: str) -> str:
    marks = (delimiter, '"', "\n", "\r")
    cells = (f'"{n.replace(chr(34), chr(34) * 2)}"' if any(m in n for m in marks) else n for n in names)
    return delimiter.join(cells) + "\n"


def texts(file: LooseFile) -> dict[str, str]:
    """Column of the file → its expression as text; an empty text is NULL."""
    types = {column.name: column.type for column in file.engine.columns(RELATION)}
    return {name: f"nullif({as_text(quote(name), types[name])}, '')" for name in file.columns}


def cells(file: LooseFile) -> str:
    """A SELECT of all cells as text: row_id (1-based record), column_no (from 0), value (NULL where empty)."""
    return "\nunion all ".join(
        f"select _row as row_id, cast({i} as integer) as column_no, {text} as value from {RELATION}"
        for i, text in enumerate(texts(file).values())
    )
