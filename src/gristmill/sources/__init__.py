"""Sources: data files as they are, looked at, loaded into ``raw``, guessed, and given a drafted mapping."""

from __future__ import annotations

from gristmill.sources.draft import Draft, draft, drafts
from gristmill.sources.group import group, source_name, system_of, toml_entry
from gristmill.sources.guess import ColumnGuess, Guess, guess
from gristmill.sources.look import look
from gristmill.sources.model import FileLook, FileReport, Look, ReadReport
from gristmill.sources.read import prepare, read, resolve

__all__ = [
    "ColumnGuess",
    "Draft",
    "FileLook",
    "FileReport",
    "Guess",
    "Look",
    "ReadReport",
    "draft",
    "drafts",
    "group",
    "guess",
    "look",
    "prepare",
    "read",
    "resolve",
    "source_name",
    "system_of",
    "toml_entry",
]
