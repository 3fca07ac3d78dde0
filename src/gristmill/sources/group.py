"""Which files belong to one source, what it is called, and its entry in ``gristmill.toml``."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gristmill.engine import Engine
from gristmill.errors import Problem, SourceError
from gristmill.sources.files import stem_of
from gristmill.sources.look import look
from gristmill.sources.model import FileLook, Look

_TAKEN = ("files", "rejects", "profile")
"""Relations of ``raw`` that are not sources."""
ALIKE = 0.6
"""Share of common columns at which files of one name pattern are still one source."""


def group(
    paths: Sequence[Path], *, taken: Iterable[str] = (), engine: Engine | None = None
) -> dict[str, list[Path]]:
    """Files by the source they belong to, named. SourceError with the problems of all files at once.

    Files of one folder with the same header are one source, and so are files whose names differ in
    their digits only and that share most columns. ``taken`` are names of sources there are already.
    """
    problems: list[Problem] = []
    looks: list[FileLook] = []
    for path in dict.fromkeys(paths):
        try:
            looks += look([path], engine=engine).files
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(problems)
    bundles: list[list[FileLook]] = []
    for found in sorted(looks, key=lambda f: _natural(f.path)):
        home = next((bundle for bundle in bundles if _belongs(found, bundle[0])), None)
        if home is None:
            bundles.append([found])
        else:
            home.append(found)
    names: dict[str, list[Path]] = {}
    used = {name.casefold() for name in taken} | set(_TAKEN)
    for bundle in bundles:
        name = source_name([f.path for f in bundle], used)
        used.add(name.casefold())
        names[name] = [f.path for f in bundle]
    return names


def _belongs(found: FileLook, first: FileLook) -> bool:
    if found.path.parent != first.path.parent or found.format != first.format:
        return False
    a, b = ({name.casefold() for name in f.names} for f in (found, first))
    same_pattern = _pattern(found.path) == _pattern(first.path)
    if a == b:
        # Without a header all files of one width look the same; then the name has to say it.
        return same_pattern or (found.header and first.header)
    return same_pattern and len(a & b) >= ALIKE * len(a | b)


def _pattern(path: Path) -> str:
    return re.sub(r"\d+", "0", stem_of(path).casefold())


def _natural(path: Path) -> tuple[str, list[tuple[int, str]]]:
    parts = re.split(r"(\d+)", path.name.casefold())
    return str(path.parent), [(int(p), "") if p.isdecimal() else (-1, p) for p in parts]


def source_name(paths: Sequence[Path], taken: Iterable[str] = ()) -> str:
    """A safe, free identifier: the file's stem, what several stems share, or else their folder."""
    stems = [unicodedata.normalize("NFC", stem_of(path)) for path in paths]
    text = stems[0]
    if len(stems) > 1:
        shared = _shared(stems)
        if any(len(stem) > len(shared) and stem[len(shared)].isalpha() for stem in stems):
            # Cut at a word, so that shop_kr and shop_kor do not become shop_k.
            shared = re.sub(r"[^\W_]*$", "", shared) if re.search(r"[\W_]", shared) else shared
        shared = re.sub(r"[\d\W_]+$", "", shared)
        text = shared if len(re.sub(r"[\d\W_]", "", shared)) >= 2 else paths[0].resolve().parent.name
    name = identifier(text)
    used = {word.casefold() for word in taken} | set(_TAKEN)
    free, n = name, 1
    while free in used:
        n += 1
        free = f"{name}_{n}"
    return free


def _shared(texts: Sequence[str]) -> str:
    """The characters all texts begin with."""
    low, high = min(texts), max(texts)
    n = next((i for i, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low))
    return low[:n]


def identifier(text: str) -> str:
    """Lower-case letters (Hangul too), digits and single underscores, not starting with a digit."""
    text = re.sub(r"[\W_]+", "_", unicodedata.normalize("NFC", text).lower()).strip("_")
    if not text:
        return "source"
    return f"t_{text}" if text[0].isdigit() else text[:60].rstrip("_")


def system_of(name: str, others: Iterable[str]) -> str:
    """The namespace of a source's keys: the stem it shares with another source, or its own name."""
    stem = _stem(name)
    return stem if any(other != name and _stem(other) == stem for other in others) else name


def _stem(name: str) -> str:
    return re.split(r"[_\-. ]", name, maxsplit=1)[0]


def toml_entry(
    name: str,
    paths: Sequence[Path],
    found: Look,
    root: Path,
    *,
    system: str | None = None,
    given: Mapping[str, object] | None = None,
) -> str:
    """The ``[sources.<name>]`` entry. Written is only what is not the default, so that it reads well.

    ``given`` are settings the user chose (``sheet``, ``encoding`` …); they are always written.
    """
    settings: dict[str, object] = {}
    shown = _paths(paths, root)
    settings["paths" if len(shown) > 1 else "path"] = shown if len(shown) > 1 else shown[0]
    encodings = {f.encoding for f in found.files if f.encoding}
    if len(encodings) == 1 and not encodings <= {"utf-8", "utf-8-sig"}:
        settings["encoding"] = encodings.pop()
    delimiters = {f.delimiter for f in found.files if f.delimiter}
    if len(delimiters) == 1 and delimiters != {","}:
        settings["delimiter"] = delimiters.pop()
    if all(not f.header for f in found.files):
        settings["header"] = False
    if system and system != name:
        settings["system"] = system
    settings.update(given or {})
    lines = [f"{key} = {_toml(value)}" for key, value in settings.items() if value is not None]
    return "\n".join([f"[sources.{_key(name)}]", *lines]) + "\n"


def _paths(paths: Sequence[Path], root: Path) -> list[str]:
    shown = []
    for path in paths:
        try:
            shown.append(path.resolve().relative_to(root.resolve()).as_posix())
        except ValueError:
            shown.append(path.resolve().as_posix())
    if len(paths) > 1:
        endings = {"".join(p.suffixes[-2:]) if p.suffix.lower() == ".gz" else p.suffix for p in paths}
        folder = paths[0].parent
        if len(endings) == 1:
            ending = endings.pop()
            prefix = _shared([p.name for p in paths]).rstrip("0123456789")
            for pattern in (f"{prefix}*{ending}", f"*{ending}"):
                if not set(prefix) & set("*?[") and sorted(folder.glob(pattern)) == sorted(paths):
                    return [(Path(shown[0]).parent / pattern).as_posix()]
    return shown


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
