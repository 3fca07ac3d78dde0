"""What an exception says, without the values it says it of: results are kept and shown, and values are personal."""

from __future__ import annotations

import re
from collections.abc import Collection

MOST_CHARACTERS = 200
GONE = "…"
_QUOTED = re.compile(r"""(?<!\w)(?P<sign>['"`])(?P<text>.*?)(?P=sign)(?!\w)""")
_WORD = re.compile(r"[^\s()\[\]{},;:=<>'\"`…]+")
_TYPE = re.compile(r"(?:u?int|float|complex|datetime|timedelta|str|Int|UInt|Float)[0-9]{1,3}")


_OF_VALUES = ("Conversion Error", "Invalid Input Error", "Out of Range Error")


def of_database(error: BaseException) -> str:
    """What the database says of a query, without the value that it could not work with."""
    text = str(error)
    return _QUOTED.sub(f"'{GONE}'", text.splitlines()[0]) if text.startswith(_OF_VALUES) else text


def scrubbed(error: BaseException, known: Collection[str], values: Collection[str] = ()) -> str:
    """The kind of an exception and the first line of its message, with … in place of values.

    ``known`` are names that may be said, as those of columns and types. What stands in quotes goes, every
    word with a digit, an @ or a letter beyond ASCII, and every word of ``values``, given in lower case.
    """
    lines = str(error).strip().splitlines()
    kind = type(error).__name__
    if not lines:
        return kind
    text = _QUOTED.sub(lambda found: found[0] if found["text"] in known else f"'{GONE}'", lines[0])

    def word(found: re.Match[str]) -> str:
        said = found[0].rstrip(".!?")
        if said in known or _TYPE.fullmatch(said):
            return found[0]
        odd = not said.isascii() or "@" in said or any(sign.isdigit() for sign in said)
        parts = re.split(r"\W+", said.lower())
        return GONE if odd or any(part in values for part in (said.lower(), *parts) if part) else found[0]

    return f"{kind}: {_WORD.sub(word, text)}"[:MOST_CHARACTERS]
