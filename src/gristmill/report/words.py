"""The words of the page itself, by language; sentences about the data belong to the notebooks.

English is complete and stands in for what another language leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from gristmill.report.catalogue import Catalogue

ENGLISH: Mapping[str, str] = {
    "action": "What to do",
    "against": "Compared with",
    "all_values": "all",
    "as_of": "As of",
    "bad": "Not good",
    "better": "better",
    "broken": "The run broke after {seconds} s. Nothing was published.",
    "broken_cut": "✕ was cut off",
    "broken_good": "The published run is as it was: {page}, as of {as_of}.",
    "broken_in": "The run broke in {stage} after {seconds} s. Nothing was published.",
    "broken_in_cell": "The run broke in {stage}, cell {cell}, after {seconds} s. Nothing was published.",
    "broken_lab": "Mend what it says; `gristmill lab` opens the notebook in JupyterLab.",
    "broken_last": "{n} relations were made; the last was {relation}, {rows}.",
    "broken_mend": "Open the page of the stage: the cell is marked there.",
    "broken_no_good": "No run was published before this one.",
    "broken_not_ok": "✕ broke",
    "broken_not_run": "– was not run",
    "broken_ok": "✓ done",
    "broken_open": "Open {page}: the cell is marked, with what stood above it.",
    "broken_page": "What broke",
    "broken_ran": "What ran",
    "broken_run": "Run `gristmill run` again.",
    "broken_stage": "Stage",
    "broken_title": "{project}: the run broke",
    "broken_todo": "What to do",
    "broken_went": "How it went",
    "change": "since the previous run",
    "chart_bars": "Bar chart",
    "chart_flows": "Flow chart",
    "chart_heatmap": "Heat map",
    "chart_lines": "Line chart",
    "chart_says": "{kind} of {n} values. Largest: {top}. Smallest: {low}.",
    "chart_stacked": "Stacked bar chart",
    "changed_since": "It was changed after this ran, so its SQL is not shown.",
    "clear": "Show all",
    "code": "Code",
    "contents": "Contents",
    "copied": "Copied",
    "copy": "Copy",
    "critical": "Critical",
    "csv": "Save as CSV",
    "customers": "Customers",
    "checks": "Checks",
    "data_behind": "The numbers behind this chart",
    "differences": "Changed since then",
    "different_files": "Files",
    "different_templates": "Templates",
    "empty": "No rows.",
    "failed_at": "The run broke in this cell",
    "failed_checks": "Failed",
    "failed_head": "This run did not finish",
    "failed_rest": "What follows was not run.",
    "failed_text": "What stands above the marked cell is what was known when it stopped. "
    "Nothing was published; the last good run is untouched.",
    "files": "Source files",
    "filter": "Filter rows",
    "fingerprint": "Fingerprint",
    "fingerprint_files": "Source files",
    "fingerprint_templates": "Templates",
    "fingerprints": "Fingerprints",
    "from": "from",
    "first_rows": "first {shown} of {total} rows",
    "gallery": "All runs",
    "generated": "Written",
    "go_to_failure": "Go to the failing cell",
    "gone": "No longer found",
    "gone_rows": "No longer listed",
    "good": "Good",
    "hide_code": "Hide code",
    "info": "To know",
    "log": "Log",
    "made_by": "Made by",
    "more": "and {n} more",
    "moved_down": "down",
    "moved_up": "up",
    "moves": "changed since the earlier run",
    "moves_worse": "changed since the earlier run; underlined: for the worse",
    "masked": "Personal data is masked",
    "new": "new",
    "next": "Next",
    "no": "no",
    "no_value": "no value",
    "no_runs": "No run has written a report yet.",
    "origins": "Where the numbers come from",
    "origins_text": "Each relation that this page shows something of: what made it, of what, and its SQL as it ran.",
    "page_of": "{page} of {pages}",
    "pages": "Pages",
    "parameters": "Parameters",
    "previous": "Previous",
    "project": "Project",
    "read_chart": "Arrow keys read the values.",
    "reads": "Reads",
    "rows": "{n} rows",
    "rows_one": "1 row",
    "rows_found": "{n} of {total} rows",
    "run": "Run",
    "score": "Score",
    "seconds": "Time",
    "only_where": "only {what}",
    "show_code": "Show code",
    "show_rows": "Show {rows}",
    "rows_left": "{rows}, not printed",
    "skip": "Skip to the content",
    "sql": "SQL",
    "started": "Started",
    "status": "Status",
    "status_published": "published",
    "status_broken": "killed",
    "status_failed": "failed",
    "status_running": "under way",
    "status_kept": "kept",
    "status_unreadable": "unreadable",
    "theme": "Light or dark",
    "traceback": "Where it happened",
    "unmasked": "This page shows personal data",
    "verdict": "Verdict",
    "versions": "Versions",
    "warn": "Needs a look",
    "warning": "Warning",
    "worse": "worse",
    "yes": "yes",
    "killed": "The process of the run was killed. Nothing was published.",
    "killed_here": "The process was killed while this cell ran.",
    "killed_in": "The process of the run was killed in {stage}. Nothing was published.",
    "killed_title": "{project}: the run was killed",
    "killed_why": "It ended without a word. Most often the machine ran out of memory, or was switched off.",
    "stopped": "The run was stopped after {seconds} s. Nothing was published.",
    "stopped_here": "The run was stopped while this cell ran.",
    "stopped_in": "The run was stopped in {stage} after {seconds} s. Nothing was published.",
    "stopped_title": "{project}: the run was stopped",
    "kind_address": "addresses",
    "kind_birth_date": "birth dates",
    "kind_company": "companies",
    "kind_email": "e-mail addresses",
    "kind_free_text": "free text",
    "kind_handle": "social handles",
    "kind_id": "record numbers",
    "kind_mixed": "mixed values",
    "kind_name": "names",
    "kind_phone": "phone numbers",
    "kind_postcode": "postcodes",
    "kind_unknown": "columns nobody described",
}

LANGUAGES = Path(__file__).parent / "languages"
"""One catalogue file a language; English is what everything is written in."""


@lru_cache(maxsize=16)
def _catalogue(files: tuple[Path, ...]) -> Catalogue:
    return Catalogue(*files)


class Words:
    """The words of one language; what its catalogue leaves out, and a language without one, speaks English."""

    def __init__(self, locale: str = "en", own: Sequence[Path] = ()) -> None:
        """``own`` are the catalogues of a project, which go before ours; those that are not there are left out."""
        language = locale.split("-", maxsplit=1)[0]
        files = tuple(path for path in (LANGUAGES / f"{language}.toml", *own) if path.is_file())
        self.locale = locale if files or language == "en" else "en"
        self.catalogue = _catalogue(files)
        self._own = self.catalogue.page

    def __getitem__(self, key: str) -> str:
        return self._own.get(key) or ENGLISH[key]

    def say(self, key: str, **values: object) -> str:
        """A sentence with its values put in; whole numbers get separators."""
        shown = {k: f"{v:,}" if isinstance(v, int) else str(v) for k, v in values.items()}
        return self[key].format(**shown)

    def rows(self, n: int) -> str:
        """``1 row``, ``2 rows``."""
        return self["rows_one"] if n == 1 else self.say("rows", n=n)

    def kinds(self, kinds: tuple[str, ...]) -> str:
        """Kinds of personal data as words, joined by commas; a kind without a word stands as it is."""
        named = (self._own.get(f"kind_{kind}") or ENGLISH.get(f"kind_{kind}") or kind for kind in kinds)
        return ", ".join(named)
