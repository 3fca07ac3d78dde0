"""A project's accent colour made readable: words in it must stand out from the page, light and dark (WCAG 1.4.3)."""

from __future__ import annotations

from functools import lru_cache

RATIO = 4.6
"""A little above the 4.5 that WCAG 2.2 AA asks of text, because browsers round."""

_LIGHT = ("#fbfbf9", "#f2f4f3")
_DARK = ("#1a1e23", "#272d33")
_WASH = 0.11
"""Share of the accent in the ground behind the current page's name."""

Colour = tuple[float, float, float]


@lru_cache(maxsize=16)
def inks(accent: str) -> tuple[str, str]:
    """The accent for words on the light and on the dark page, no further from it than it must be."""
    return _until_readable(_parts(accent), (0, 0, 0), _LIGHT, 0.0), _until_readable(
        _parts(accent), (255, 255, 255), _DARK, 0.45
    )


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _until_readable(accent: Colour, towards: Colour, grounds: tuple[str, ...], start: float) -> str:
    for step in range(round(start * 100), 101):
        ink = _mixed(accent, towards, step / 100)
        behind = [_parts(ground) for ground in grounds]
        behind.append(_mixed(behind[0], ink, _WASH))
        if min(contrast(ink, ground) for ground in behind) >= RATIO:
            break
    return "#" + "".join(f"{round(part):02x}" for part in ink)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    a, b, c = (x + (y - x) * share for x, y in zip(one, other, strict=True))
    return a, b, c


def _parts(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
