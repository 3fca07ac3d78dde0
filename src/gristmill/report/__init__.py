"""Reports: helpers for notebooks, and the exporter that turns an executed notebook into one HTML file.

Pure: data in, display out. Nothing here opens a database or runs a notebook.
"""

from __future__ import annotations

from gristmill.report.cards import finding, findings, metric, metrics, note, verdict
from gristmill.report.cells import Failure
from gristmill.report.charts import bars, flows, heatmap, lines, stacked
from gristmill.report.data import Col, Data
from gristmill.report.display import MIME, Display
from gristmill.report.export import Page, render
from gristmill.report.gallery import write_gallery
from gristmill.report.mask import mask
from gristmill.report.tables import table

__all__ = [
    "MIME",
    "Col",
    "Data",
    "Display",
    "Failure",
    "Page",
    "bars",
    "finding",
    "findings",
    "flows",
    "heatmap",
    "lines",
    "mask",
    "metric",
    "metrics",
    "note",
    "render",
    "stacked",
    "table",
    "verdict",
    "write_gallery",
]
