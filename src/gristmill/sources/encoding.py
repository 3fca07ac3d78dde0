"""Decide which encoding bytes are in, when they are not UTF-8. The only module that asks charset-normalizer."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

_LONE_HIGH = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH = re.compile(rb"[\x80-\xff]")
_WESTERN = set("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝ€£°§«»’‘“”–—…©®´ªº¿¡½¼²³·")
_OTHERS = [
    "cp1252",
    "cp1250",
    "cp1251",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "cp949",
    "cp1253",
    "cp1254",
]


def decide(evidence: bytes) -> tuple[str, str]:
    """Encoding and reason for bytes that are not wholly UTF-8; ``evidence`` holds lines with non-ASCII bytes.

    ``utf-8`` is answered when most of it is UTF-8 and only a few bytes are broken.
    """
    valid, broken = _utf8_counts(evidence)
    if valid > 2 * broken:
        return "utf-8", f"UTF-8 but for {broken:,} broken bytes in {valid + broken:,}"
    share = _korean_share(evidence)
    if share >= 0.75:
        return "cp949", f"{share:.0%} of its non-ASCII characters are everyday Hangul"
    western = _western_share(evidence)
    if western >= 0.8:
        name = "cp1252" if _decodes(evidence, "cp1252") else "latin-1"
        return name, f"{western:.0%} of its non-ASCII bytes are single Western letters"
    best = from_bytes(evidence[:200_000], cp_isolation=_OTHERS).best()
    if best is not None and _decodes(evidence, best.encoding):
        return str(best.encoding), "most plausible by the frequency of its characters"
    name = "cp1252" if _decodes(evidence, "cp1252") else "latin-1"
    return name, "nothing else fits its bytes"


def _utf8_counts(evidence: bytes) -> tuple[int, int]:
    text = evidence.decode("utf-8", "surrogateescape")
    high = [c for c in text if ord(c) > 127]
    broken = sum(0xDC80 <= ord(c) <= 0xDCFF for c in high)
    return len(high) - broken, broken


def _korean_share(evidence: bytes) -> float:
    """Share of non-ASCII characters that are among the 2,350 syllables of KS X 1001 when read as CP949.

    Accented letters followed by a plain one also decode as CP949, but to syllables nobody writes.
    """
    text = evidence.decode("cp949", "surrogateescape")
    high = [c for c in text if ord(c) > 127]
    if not high:
        return 0.0
    common = 0
    for char in high:
        if "가" <= char <= "힣":
            try:
                char.encode("euc_kr")
            except UnicodeEncodeError:
                continue
            common += 1
    return common / len(high)


def _western_share(evidence: bytes) -> float:
    """Share of non-ASCII bytes that stand alone and are letters or signs of Western Europe."""
    high = _HIGH.findall(evidence)
    lone = b"".join(_LONE_HIGH.findall(evidence)).decode("cp1252", "replace")
    return sum(c in _WESTERN for c in lone) / len(high) if high else 0.0


def _decodes(evidence: bytes, encoding: str) -> bool:
    try:
        evidence.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
