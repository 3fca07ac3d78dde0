"""Results as JUnit XML, so that a CI server shows each check as a test."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from gristmill.checks.results import Result
from gristmill.checks.words import percent
from gristmill.errors import Problem, RunError

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def junit(
    results: Sequence[Result], *, suite: str, seconds: float, sample: Callable[[Result], Sequence[str]]
) -> str:
    """One test case a check; ``sample`` gives the lines of its failing rows to show.

    A check that does not hold is a failure whose type is its severity, one that could not be judged an error.
    """
    n_failures = sum(one.verdict in ("warn", "fail") for one in results)
    n_errors = sum(one.verdict == "error" for one in results)
    counted = {
        "name": suite,
        "tests": str(len(results)),
        "failures": str(n_failures),
        "errors": str(n_errors),
        "skipped": "0",
        "time": f"{seconds:.3f}",
    }
    counted = {name: _clean(text) for name, text in counted.items()}
    root = ET.Element("testsuites", {name: text for name, text in counted.items() if name != "skipped"})
    parent = ET.SubElement(root, "testsuite", counted)
    seen = Counter((one.column, one.sentence) for one in results)
    for one in results:
        name = one.sentence if seen[one.column, one.sentence] == 1 else f"{one.sentence} ({one.check})"
        place = f"{suite}.{one.column}" if one.column else suite
        case = ET.SubElement(
            parent,
            "testcase",
            {"classname": _clean(place), "name": _clean(name), "time": f"{one.seconds:.3f}"},
        )
        if one.verdict == "pass":
            continue
        kind = "error" if one.verdict == "error" else "failure"
        told = {"message": _clean(_message(one)), "type": one.severity}
        ET.SubElement(case, kind, told).text = _clean("\n".join(_lines(one, sample(one))))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def write(text: str, path: Path) -> None:
    """Write the XML; raises RunError when that is not possible."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(Problem(f"{path} cannot be written: {error}.")) from error


def _message(one: Result) -> str:
    if one.verdict == "error":
        return f"could not be judged: {one.note}"
    if one.n == 1 and not one.sample_keys:
        return one.note or "does not hold"
    return f"{one.n_failed:,} of {one.n:,} rows fail ({percent(one.share_failed)})"


def _lines(one: Result, sample: Sequence[str]) -> list[str]:
    told = [f"{one.check}: {one.sentence}", _message(one)]
    if one.max_share:
        told.append(f"allowed: {percent(one.max_share)}")
    if one.note and one.note not in told:
        told.append(one.note)
    owner = [f"owner: {one.owner}"] if one.owner else []
    return [*told, f"severity: {one.severity}", *owner, *sample]


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
