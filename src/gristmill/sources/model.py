"""What is known of a source: how it is configured and what a look at its files found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gristmill.engine import Column
from gristmill.sources.files import Scan
from gristmill.sources.records import Dialect


@dataclass(frozen=True)
class FileLook:
    """One file: how to read it and what its head shows."""

    path: Path
    format: str
    """csv, json, parquet or sheet."""
    scan: Scan
    columns: tuple[Column, ...]
    """Names as ``raw.<source>`` will have them, and types; text files and sheets are all VARCHAR."""
    originals: tuple[str, ...] = ()
    """Names as the engine finds them in the file, where they differ; parquet and json only."""
    dialect: Dialect = field(default_factory=Dialect)
    header: bool = True
    skip: int = 0
    """Physical lines (rows of a sheet) above the first data record."""
    newline: str = "\n"
    """What ends a line of a text."""
    sheet: str | None = None
    unnest: str | None = None
    """The field of a JSON document that holds the list of records; None when the document is the list."""
    rows: tuple[tuple[str, ...], ...] = ()
    """First data records of text files and sheets."""
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def encoding(self) -> str | None:
        """Encoding of a text; None for formats that have none."""
        return self.scan.encoding if self.format in ("csv", "json") else None

    @property
    def delimiter(self) -> str | None:
        """Delimiter of a text; None for formats that have none."""
        return self.dialect.delimiter if self.format == "csv" else None


@dataclass(frozen=True)
class Look:
    """All files of one source. ``notes`` say in words what a person should know before relying on it."""

    files: tuple[FileLook, ...]
    columns: tuple[Column, ...]
    """Union of all columns by name, in the order of first appearance."""
    notes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class FileReport:
    """One file as it was read."""

    file: str
    """Path relative to the project's folder."""
    n_rows: int
    n_rejects: int


@dataclass(frozen=True)
class ReadReport:
    """One source as it was read into ``raw.<name>``."""

    relation: str
    files: tuple[FileReport, ...]
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    seconds: float

    @property
    def n_rows(self) -> int:
        """Records read from all files."""
        return sum(f.n_rows for f in self.files)

    @property
    def n_rejects(self) -> int:
        """Records set aside from all files."""
        return sum(f.n_rejects for f in self.files)
