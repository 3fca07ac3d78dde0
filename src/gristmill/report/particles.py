"""Korean particles that depend on the sound before them: 은/는, 이/가, 을/를, 과/와, 으로/로.

A template writes both forms in braces, ``{segment}{은/는}``; which one is right is known when the value is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PAIRS = ("은/는", "이/가", "을/를", "과/와", "으로/로", "이나/나", "이라/라", "이고/고")
_FIELD = re.compile(r"\{([^{}]+)\}")
_SILENT = re.compile(r"""[\s"'`”’»)\]}>*_]+\Z""")
_FIRST, _FINALS, _RIEUL = 0xAC00, 28, 8
_DIGITS = {
    "0": "ㅇ",
    "1": "ㄹ",
    "2": "",
    "3": "ㅁ",
    "4": "",
    "5": "",
    "6": "ㄱ",
    "7": "ㄹ",
    "8": "ㄹ",
    "9": "",
}
"""The final consonant with which a digit's Sino-Korean name ends; a round number ends in 십, 백, 천 or 만."""
_LETTERS = {"l": "ㄹ", "m": "ㅁ", "n": "ㄴ", "r": "ㄹ"}
"""Letters whose Korean names end in a consonant: 엘, 엠, 엔, 알."""
_OPEN, _ENDS = "aiouy", {"l": "ㄹ", "m": "ㅁ", "n": "ㄴ"}


def put(template: str, values: Mapping[str, str]) -> str:
    """The template with its values in place and each particle in the form that the text before it asks for."""
    said = ""
    end = 0
    for found in _FIELD.finditer(template):
        said += template[end : found.start()]
        name = found.group(1)
        said += particle(name, said) if name in PAIRS else values.get(name, found.group())
        end = found.end()
    return said + template[end:]


def particle(pair: str, before: str) -> str:
    """The form of ``pair`` that follows ``before``; both forms, as 은(는), where the sound cannot be known."""
    closed, opened = pair.split("/")
    final = _final(before)
    if final is None:
        return f"({closed[0]}){opened}" if closed.endswith(opened) else f"{closed}({opened})"
    if closed == "으로":
        return opened if final in ("", "ㄹ") else closed
    return closed if final else opened


def _final(text: str) -> str | None:
    """The consonant that a text's last sound closes with; empty when it is open, None when it cannot be told."""
    text = _SILENT.sub("", text)
    last = text[-1:]
    if "가" <= last <= "힣":
        place = (ord(last) - _FIRST) % _FINALS
        return "" if place == 0 else "ㄹ" if place == _RIEUL else "ㄱ"
    if last in _DIGITS and last:
        return _DIGITS[last]
    if last == "%":
        return ""
    word = re.search(r"[A-Za-z]+\Z", text)
    if not word:
        return None
    if word.group().isupper() and len(word.group()) <= 5:
        return _LETTERS.get(last.lower(), "")
    if last.lower() in _OPEN:
        return ""
    return _ENDS.get(last.lower())
