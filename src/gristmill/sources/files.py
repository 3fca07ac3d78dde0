"""What a data file is before anything is read from it: format, bytes, encoding. Nothing here parses records."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from gristmill.errors import Problem, SourceError, did_you_mean, listed
from gristmill.sources.encoding import decide

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".json": "json",
    ".ndjson": "json",
    ".jsonl": "json",
    ".xlsx": "sheet",
    ".xlsm": "sheet",
    ".xlsb": "sheet",
    ".xls": "sheet",
    ".ods": "sheet",
}
GZIPPED = ("csv", "json")
"""Formats that may also come as ``.gz``."""
CHUNK = 1 << 20
EVIDENCE_BYTES = 1 << 20
"""How many bytes of lines with non-ASCII text are kept to decide the encoding on."""


@dataclass(frozen=True)
class Scan:
    """What one pass over the bytes of a file tells."""

    n_bytes: int
    """Size of the file as it lies there, compressed or not."""
    sha256: str
    encoding: str
    """Python's name of the encoding: utf-8, utf-8-sig, utf-16-le, utf-16-be, cp949, cp1252, …"""
    decodes: bool
    """Whether the whole file is valid in that encoding."""
    has_nul: bool
    """Whether the decoded text would hold NUL characters."""
    reason: str
    """Why this encoding."""


def stem_of(path: Path) -> str:
    """The file's name without its format's endings: ``2011-01`` of ``2011-01.csv.gz``."""
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return Path(name).stem if Path(name).suffix.lower() in FORMATS else name


def format_of(path: Path) -> str:
    """csv, parquet, json or sheet by the file's ending; SourceError for any other ending."""
    suffixes = [s.lower() for s in path.suffixes]
    last = suffixes[-1] if suffixes else ""
    if last == ".gz":
        inner = FORMATS.get(suffixes[-2] if len(suffixes) > 1 else "")
        if inner in GZIPPED:
            return inner
    elif last in FORMATS:
        return FORMATS[last]
    raise SourceError(
        Problem(
            f"{path.name} is of a format that gristmill does not read.",
            expected=f"Formats: {', '.join(FORMATS)}, and .gz of the text formats.",
            hint=did_you_mean(last, FORMATS, otherwise="save it as CSV (UTF-8) and add that"),
        )
    )


def problem_with(path: Path) -> Problem | None:
    """Why ``path`` cannot be a data file: missing, a folder, empty, another format. None when it can."""
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in {*FORMATS, ".gz"})
        hint = f"name the files: {path.name}/*{Path(inside[0]).suffix}" if inside else None
        return Problem(f"{path} is a folder, not a file.", expected=f"In it: {listed(inside)}.", hint=hint)
    if not path.exists():
        around = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        otherwise = f"the folder {path.parent} holds {listed(sorted(around))}" if around else None
        return Problem(f"{path} does not exist.", hint=did_you_mean(path.name, around, otherwise=otherwise))
    try:
        format_of(path)
    except SourceError as error:
        return error.problems[0]
    if path.stat().st_size == 0:
        return Problem(
            f"{path} is empty (0 bytes).", hint="export it again, or take it out of gristmill.toml"
        )
    return None


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, unpacked when it is a ``.gz``. SourceError when the packing is broken."""
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path, "rb") as stream:
                yield cast("BinaryIO", stream)
        else:
            with path.open("rb") as stream:
                yield stream
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(
            Problem(f"{path} is not a whole gzip file: {error}.", hint="copy or download the file again")
        ) from error
    except OSError as error:
        raise SourceError(Problem(f"{path} cannot be read: {error.strerror or error}.")) from error


def codec(name: str) -> str:
    """Python's name of an encoding a person wrote; SourceError when there is none of that name.

    EUC-KR is read as CP949, which holds all of it and the syllables that Windows adds.
    """
    try:
        found = codecs.lookup(name).name
    except LookupError:
        known = ["utf-8", "utf-16", "cp949", "euc-kr", "cp1252", "latin-1", "shift_jis", "gb18030"]
        hint = did_you_mean(name, known, otherwise=f"known are {listed(known)}")
        raise SourceError(Problem(f'There is no encoding "{name}".', hint=hint)) from None
    return "cp949" if found == "euc_kr" else found


def scan(path: Path, *, encoding: str | None = None) -> Scan:
    """Read all bytes once: fingerprint, size, and the encoding, or whether ``encoding`` fits."""
    n_bytes, sha256 = fingerprint(path)
    with opened(path) as stream:
        head = stream.read(4096)
    configured = codec(encoding) if encoding else None
    wide = _wide(head)
    # "utf-16" alone means: believe the mark at the start, little-endian without one.
    if configured == "utf-16":
        configured = wide or "utf-16-le"
    if configured and configured != "utf-8":
        ok, has_nul = _check(path, configured)
        return Scan(n_bytes, sha256, configured, ok, has_nul, "configured")
    if wide and not configured:
        ok, has_nul = _check(path, wide)
        return Scan(n_bytes, sha256, wide, ok, has_nul, "byte order mark or every second byte is zero")
    utf8 = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    ok, has_nul = _check(path, utf8)
    if ok or configured:
        return Scan(n_bytes, sha256, utf8, ok, has_nul, "configured" if configured else "all bytes are valid")
    name, reason = decide(_evidence(path))
    if name != "utf-8":
        ok, has_nul = _check(path, name)
    return Scan(n_bytes, sha256, utf8 if name == "utf-8" else name, ok, has_nul, reason)


def fingerprint(path: Path) -> tuple[int, str]:
    """Size in bytes and sha256 of the file as it lies there."""
    digest, n_bytes = hashlib.sha256(), 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                n_bytes += len(chunk)
    except OSError as error:
        raise SourceError(Problem(f"{path} cannot be read: {error.strerror or error}.")) from error
    return n_bytes, digest.hexdigest()


def _wide(head: bytes) -> str | None:
    """utf-16-le or utf-16-be when the first bytes say so, by a mark or by their zeros."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    share = max(even, odd) / half if half else 0.0
    # Half of the bytes of Latin text are zeros. Hangul has few, at its delimiters and line ends, but then
    # its other bytes are no UTF-8; a text with a stray zero or two is neither.
    few = min(even, odd) * 4 <= max(even, odd)  # a syllable such as 가 (AC00) holds a zero of its own
    if half >= 4 and few and (share > 0.4 or (share > 0.05 and not _is_utf8(head))):
        try:
            text = head[: half * 2].decode("utf-16-le" if odd > even else "utf-16-be", "strict")
        except UnicodeDecodeError as error:
            if error.start < half * 2 - 2:
                return None
            text = ""
        if "\0" not in text:
            return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _is_utf8(head: bytes) -> bool:
    """Whether bytes, perhaps cut within a character, are UTF-8."""
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _check(path: Path, encoding: str) -> tuple[bool, bool]:
    """Whether all of the file decodes, and whether NUL is in it."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    ok, has_nul, wide = True, False, encoding.startswith("utf-16")
    with opened(path) as stream:
        while chunk := stream.read(CHUNK):
            has_nul = has_nul or (not wide and b"\0" in chunk)
            if not ok:
                continue
            try:
                text = decoder.decode(chunk)
                has_nul = has_nul or (wide and "\0" in text)
            except UnicodeDecodeError:
                ok = False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        ok = False
    return ok, has_nul


def _evidence(path: Path) -> bytes:
    """Lines with bytes beyond ASCII, up to ``EVIDENCE_BYTES`` of them."""
    evidence = bytearray()
    with opened(path) as stream:
        while len(evidence) < EVIDENCE_BYTES and (chunk := stream.read(CHUNK)):
            if not chunk.isascii():
                chunk += stream.readline(CHUNK)
                evidence += b"".join(x[:4096] for x in chunk.splitlines(keepends=True) if not x.isascii())
    return bytes(evidence[:EVIDENCE_BYTES])


@contextmanager
def text_of(path: Path, encoding: str, newline: str = "") -> Iterator[io.TextIOWrapper]:
    """The file as text with its own line ends.

    Bytes that are not of the encoding become lone surrogates (in UTF-16, the replacement character), so
    that the reader can set their records aside. ``newline`` is as for ``open``; ends stay as they are.
    """
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    with opened(path) as stream:
        text = io.TextIOWrapper(stream, encoding, errors, newline=newline)
        try:
            yield text
        finally:
            text.detach()
