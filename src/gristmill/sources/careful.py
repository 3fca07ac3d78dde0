"""Read record by record what the database refuses: good records to a plain file it takes, the rest aside."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from gristmill.sources.files import text_of
from gristmill.sources.model import FileLook
from gristmill.sources.records import fitted, readable, records
from gristmill.sources.sheets import rows_of


@dataclass(frozen=True)
class Sorted:
    """Two plain UTF-8 files in the temporary folder: sound records, and what was set aside."""

    data: Path
    """CSV with ``_row`` first (``{"_row": …, "r": …}`` lines for JSON); every field quoted."""
    rejects: Path
    """CSV of line, reason, content."""
    n_rows: int
    n_rejects: int


def sound_csv(look: FileLook, temp: Path) -> Sorted:
    """Sort the records of a delimited text. ``_row`` counts records, those set aside too."""
    data, rejects = _fresh(temp, ".csv"), _fresh(temp, ".rejects.csv")
    width, clean = len(look.columns), look.scan.decodes and not look.scan.has_nul
    n, n_rejects = 0, 0
    with (
        text_of(look.path, look.scan.encoding, look.newline) as text,
        _writing(data) as out,
        _writing(rejects) as aside,
    ):
        good = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        bad = csv.writer(aside, quoting=csv.QUOTE_ALL, lineterminator="\n")
        lines = islice(text, look.skip, None)
        for record in records(lines, look.dialect, first_line=look.skip + 1):
            n += 1
            sound = fitted(record, width, look.scan.encoding, clean=clean)
            if sound.fields is None:
                n_rejects += 1
                bad.writerow((sound.line, sound.reason, readable(sound.content)))
            else:
                good.writerow((n, *sound.fields))
    return Sorted(data, rejects, n - n_rejects, n_rejects)


def sheet_csv(look: FileLook, temp: Path) -> Sorted:
    """The rows of a spreadsheet as text. Blank rows are no records; nothing is ever set aside."""
    data, rejects = _fresh(temp, ".csv"), _fresh(temp, ".rejects.csv")
    _, rows = rows_of(look.path, look.sheet)
    width, n = len(look.columns), 0
    with _writing(data) as out, _writing(rejects):
        good = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row in rows[look.skip :]:
            if row:
                n += 1
                cells = [cell.replace("\0", "") for cell in row[:width]]
                good.writerow((n, *cells, *[""] * (width - len(cells))))
    return Sorted(data, rejects, n, 0)


def sound_json(path: Path, temp: Path) -> Sorted | None:
    """Sort the lines of newline-delimited JSON. None when hardly a line is an object: it is another form."""
    data, rejects = _fresh(temp, ".ndjson"), _fresh(temp, ".rejects.csv")
    n, n_rejects = 0, 0
    with text_of(path, "utf-8-sig") as text, _writing(data) as out, _writing(rejects) as aside:
        bad = csv.writer(aside, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, line in enumerate(text, start=1):
            if not line.strip():
                continue
            n += 1
            reason, found = _object(line)
            if found is None:
                n_rejects += 1
                bad.writerow((number, reason, readable(line.rstrip("\r\n"))))
            else:
                out.write(json.dumps({"_row": n, "r": found}, ensure_ascii=False) + "\n")
    if n == n_rejects or n_rejects > max(1, n // 2):
        return None
    return Sorted(data, rejects, n - n_rejects, n_rejects)


def _object(line: str) -> tuple[str, dict[str, object] | None]:
    if not line.isascii() and any("\udc80" <= c <= "\udcff" for c in line):
        return "holds bytes that are not utf-8", None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"is no JSON: {error}", None
    return ("", found) if isinstance(found, dict) else ("is no JSON object", None)


def _fresh(temp: Path, ending: str) -> Path:
    temp.mkdir(parents=True, exist_ok=True)
    return temp / f"{uuid4().hex}{ending}"


def _writing(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="", errors="replace")
