"""``sql/versions.lock``: a released version of a template is frozen by the fingerprint of its meaning.

Layout and comments may change, logic may not: a changed locked template is refused, and the
message says to add the next version instead. The file is text, one line a template, sorted.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gristmill.catalog import Catalog
from gristmill.errors import Problem, TemplateError
from gristmill.lineage import Meanings
from gristmill.template import Template

LOCK_NAME = "versions.lock"
HEAD = "# Fingerprints of released templates. A locked version does not change: add _v<N+1> instead.\n"


def read(path: Path) -> dict[str, str]:
    """Reference (``schema/what@N``) → fingerprint; empty when there is no lock.

    Raises TemplateError with ``file:line`` for lines that are not ``ref fingerprint``.
    """
    if not path.is_file():
        return {}
    locked = {}
    problems = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 2:
            problems.append(
                Problem(
                    "cannot be read.",
                    where=f"{path.name}:{number}",
                    expected="Expected 'schema/what@N fingerprint'.",
                )
            )
            continue
        locked[words[0]] = words[1]
    if problems:
        raise TemplateError(problems)
    return locked


def changed(
    templates: Iterable[Template], meanings: Meanings, locks: dict[str, dict[str, str]]
) -> list[Problem]:
    """A problem for each template whose meaning is not the locked one. ``locks`` is by layer name."""
    problems = []
    for template in templates:
        fingerprint = locks.get(template.layer, {}).get(template.ref)
        if fingerprint and meanings.of(template).fingerprint != fingerprint:
            problems.append(
                Problem(
                    f"changes what {template.ref} means, and that version is locked.",
                    where=template.shown,
                    hint=f"keep {template.ref} as it was and write {template.what}_v{template.version + 1}.sql",
                )
            )
    return problems


def missing(locks: dict[str, dict[str, str]], templates: Iterable[Template]) -> list[Problem]:
    """A problem for each locked version whose file is gone."""
    have = {(t.layer, t.ref) for t in templates}
    return [
        Problem(
            f"{ref} is locked, but its file is gone.",
            where=f"{layer} sql/{LOCK_NAME}",
            hint="bring the file back from version control, or take its line out of the lock",
        )
        for layer, locked in locks.items()
        for ref in locked
        if (layer, ref) not in have
    ]


def by_layer(catalog: Catalog) -> dict[str, dict[str, str]]:
    """The lock of each layer that has one."""
    found = {layer.name: read(layer.root / "sql" / LOCK_NAME) for layer in catalog.project.layers}
    return {name: locked for name, locked in found.items() if locked}


def write(catalog: Catalog, meanings: Meanings) -> tuple[int, int]:
    """Lock what the project's own layer holds and is not locked yet; returns (added, total).

    Raises TemplateError when a locked template has changed: a lock is never rewritten silently.
    """
    own = [t for t in catalog.templates if t.layer == "project" and t.schema != "source"]
    path = catalog.project.root / "sql" / LOCK_NAME
    locked = read(path)
    problems = changed(own, meanings, {"project": locked})
    if problems:
        raise TemplateError(problems)
    added = {t.ref: meanings.of(t).fingerprint for t in own if t.ref not in locked}
    if added:
        merged = {**locked, **added}
        path.write_text(HEAD + "".join(f"{ref} {merged[ref]}\n" for ref in sorted(merged)), encoding="utf-8")
    return len(added), len(locked) + len(added)
