"""Colours that can be told apart, on white and on nearly black."""

from __future__ import annotations

import colorsys

# Of groups and clusters.
GROUP_COLOURS = (
    *("#4b86d6", "#e07b2c", "#3ba15c", "#d8524f", "#9168c8", "#1fa2a6"),
    *("#d860a2", "#98982b", "#ac7558", "#c99a1a", "#5f9fb8", "#868c96"),
)
OTHERS_COLOUR = "#9aa0a8"
_STEPS = 24


def frequency_colours() -> list[str]:
    """Return the colours from rare to frequent: blue over purple and red to orange, of about equal lightness."""
    hues = [0.60 + 0.48 * step / (_STEPS - 1) for step in range(_STEPS)]
    return [_as_hex(hue % 1.0) for hue in hues]


def _as_hex(hue: float) -> str:
    # Blue looks darker than orange at the same lightness.
    lightness = 0.64 if 0.5 < hue < 0.85 else 0.58
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, lightness, 0.68))
