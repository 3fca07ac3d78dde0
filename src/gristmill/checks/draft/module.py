"""A drafted model as the Python a person reads and keeps: one column a field, what speaks for it above it."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gristmill.checks.draft.evidence import Drafted, Rule
from gristmill.checks.draft.profile import Profile

_TYPES = {
    "str": "str",
    "int": "pd.Int64Dtype",
    "float": "float",
    "bool": "pd.BooleanDtype",
    "time": "pd.Timestamp",
    "any": "Any",
}
_FRAME = ("row_rule", "functional_dependency")
_WIDTH = 100
RESERVED = frozenset(
    """
    Config build_schema_ empty example from_json from_yaml get_metadata pydantic_validate strategy to_json
    to_json_schema to_schema to_yaml validate pa pd column Any str float
    """.split()  # noqa: SIM905 - twenty lines would hide what is on it
)
"""What a model has by that name already, and what the module's own lines mean."""


def written(
    profile: Profile,
    columns: Sequence[Drafted],
    frame: Sequence[Rule],
    *,
    name: str,
    day: str,
    personal: Mapping[str, str],
) -> str:
    """The text of the module. ``name`` is what the data is called, a relation or a file."""
    needs_any = any(one.type == "any" for one in columns)
    needs_pandas = any("pd." in _TYPES[one.type] for one in columns)
    sampled = (
        "" if profile.n_sampled == profile.n_rows else f"; values are those of {profile.n_sampled:,} of them"
    )
    head = [
        f'"""What {_plain(name)} promises: drafted on {day} from {profile.n_rows:,} rows{sampled}.',
        "",
        "A comment says what was seen. What is marked suspicious does not hold for some rows, which are probably wrong;",
        "all others hold. Keep what is meant, mend what is not, and say in words what each column is.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        *(["from typing import Any", ""] if needs_any else []),
        *(["import pandas as pd"] if needs_pandas else []),
        "import pandera.pandas as pa",
        "",
        "from gristmill.checks import column",
        "",
        "",
        f"class {_class_name(name)}(pa.DataFrameModel):",
        f'    """{_plain(name)}."""',
        "",
    ]
    taken: set[str] = set()
    body: list[str] = []
    for one in columns:
        body += _field(profile, one, taken, personal)
    return "\n".join([*head, *body, *_config(frame), ""]).replace("\n\n\n    ", "\n\n    ")


def _plain(text: str) -> str:
    """A name as it may stand in a docstring."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown.replace("\\", "/").replace('"', "'").strip() or "the data"


def _class_name(name: str) -> str:
    stem = re.sub(
        r"\.(py|csv|tsv|txt|xlsx?|parquet|jsonl?|gz)$", "", name.rpartition("/")[2], flags=re.IGNORECASE
    )
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", stem.rpartition(".")[2]))
    made = "".join(word[:1].upper() + word[1:] for word in words)
    return (
        made
        if made.isidentifier() and not keyword.iskeyword(made)
        else f"Data{made}"
        if f"Data{made}".isidentifier()
        else "Data"
    )


def _attribute(name: str, number: int, taken: set[str]) -> str:
    """The column's own name where Python and Pandera allow it, else one like it; never twice the same."""
    made = unicodedata.normalize("NFKC", name)
    if made != name or not _is_free(made, taken):
        made = re.sub(r"\W+", "_", made).strip("_").lower()
        if not made or not made[0].isalpha():
            made = f"column_{number + 1}" + (f"_{made}" if made else "")
        while not _is_free(made, taken):
            made += "_"
    taken.add(made)
    return made


def _is_free(name: str, taken: set[str]) -> bool:
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        and name not in taken
        and name not in RESERVED
    )


def _field(profile: Profile, one: Drafted, taken: set[str], personal: Mapping[str, str]) -> Iterator[str]:
    name = profile.columns[one.number].name
    attribute = _attribute(name, one.number, taken)
    yield f"    # {_comment(one.evidence)}"
    for rule in one.rules:
        if rule.evidence:
            label = "suspicious: " if rule.suspicious else ""
            yield from _wrapped(f"{label}{_comment(rule.evidence)}")
    arguments: dict[str, Any] = {}
    kind = personal.get(name, "none")
    if kind != "none":
        arguments["pii"] = kind
    for rule in one.rules:
        if rule.check not in ("note", "dtype"):
            arguments[rule.check] = rule.value
    if one.is_coerced:
        arguments["coerce"] = True
    if attribute != name:
        arguments["alias"] = name
    meaning = (
        " ".join("".join(char if char.isprintable() else " " for char in name.replace("_", " ")).split())
        or f"column {one.number + 1}"
    )
    yield from _call(
        f"    {attribute}: {_TYPES[one.type]} = column(", [_literal("", meaning), *_arguments(arguments)]
    )
    yield ""


def _comment(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)


def _wrapped(text: str) -> Iterator[str]:
    import textwrap

    for line in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"    # {line}"


def _arguments(arguments: Mapping[str, Any]) -> list[str]:
    return [f"{name}={_literal(name, value)}" for name, value in arguments.items()]


def _literal(name: str, value: Any) -> str:
    if name == "str_matches" and '"' not in value and "\n" not in value and not value.endswith("\\"):
        return f'r"{value}"'
    if isinstance(value, str):
        plain = value.isprintable() and '"' not in value and "\\" not in value
        return f'"{value}"' if plain else repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {_literal("", one)}' for key, one in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(_literal("", one) for one in value) + ")"
    if isinstance(value, list):
        return _listed([_literal("", one) for one in value])
    return repr(value)


def _listed(items: Sequence[str]) -> str:
    """A list on one line, or filled lines of it."""
    if sum(len(item) + 2 for item in items) <= _WIDTH - 20:
        return f"[{', '.join(items)}]"
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) > _WIDTH - 14:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{item},"
    return "[\n" + "\n".join(f"    {line}" for line in lines) + "\n]"


def _call(start: str, arguments: Sequence[str]) -> Iterator[str]:
    line = start + ", ".join(arguments) + ")"
    if len(line) <= _WIDTH and "\n" not in line:
        yield line
        return
    yield start
    for argument in arguments:
        first, *rest = argument.split("\n")
        yield f"        {first}" + ("" if rest else ",")
        for i, more in enumerate(rest):
            yield f"        {more}" + ("," if i == len(rest) - 1 else "")
    yield "    )"


def _config(frame: Sequence[Rule]) -> Iterator[str]:
    if not frame:
        return
    yield "    class Config:"
    for check in _FRAME:
        rules = [rule for rule in frame if rule.check == check]
        if not rules:
            continue
        yield f"        {check} = ["
        for rule in rules:
            if rule.evidence:
                for line in _wrapped(f"{'suspicious: ' if rule.suspicious else ''}{_comment(rule.evidence)}"):
                    yield f"        {line}"
            yield f"            {_literal('', rule.value)},"
        yield "        ]"
