"""The drawings of how_it_works.md: ``python docs/drawings.py`` writes them to docs/images/.

They stand on a card of their own, so that they look alike on light and on dark pages.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

IMAGES = Path(__file__).parent / "images"
INK, FAINT, CARD = "#22303c", "#b9c2c9", "#ffffff"
OWN, CONTEXT, NOISE = "#e07a2f", "#2f7fb8", "#8a8f98"
Shapes = list[str]


def box(x: float, y: float, width: float, height: float, fill: str, opacity: float = 1, stroke: str = "none") -> str:
    """Return a rectangle with slightly round corners."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="2" fill="{fill}" '
        f'fill-opacity="{opacity:g}" stroke="{stroke}"/>'
    )


def text(x: float, y: float, words: str, *, anchor: str = "middle", size: int = 13, fill: str = INK) -> str:
    """Return a line of text."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" fill="{fill}">{escape(words)}</text>'


def arc(x0: float, x1: float, y: float, colour: str) -> str:
    """Return an arc above a line, from one place to another."""
    height = 10 + abs(x1 - x0) / 6
    line = f"M{x0:g} {y:g} Q{(x0 + x1) / 2:g} {y - 2 * height:g} {x1:g} {y:g}"
    return f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'


def draw(name: str, width: int, height: int, title: str, shapes: Shapes) -> None:
    """Write a drawing; the title is what a screen reader says."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="Helvetica, Arial, sans-serif"><title>{escape(title)}</title>'
    )
    card = f'<rect width="{width}" height="{height}" rx="8" fill="{CARD}"/>'
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / f"{name}.svg").write_text("\n".join([head, card, *shapes, "</svg>"]) + "\n", encoding="utf-8")


def window() -> None:
    """Draw a sentence: one word, the words within its window, and noise words below."""
    sentence = ["the", "old", "fisherman", "repaired", "his", "nets", "at", "the", "harbour", "wall"]
    middle, reach, step = 5, 3, 68
    shapes: Shapes = []
    places = [40 + step * number for number in range(len(sentence))]
    for number, (place, word) in enumerate(zip(places, sentence, strict=True)):
        near = 0 < abs(number - middle) <= reach
        fill = OWN if number == middle else CONTEXT if near else FAINT
        shapes.append(text(place, 100, word, fill=fill if near or number == middle else NOISE))
        if near:
            shapes.append(arc(places[middle], place, 82, CONTEXT))
    for number, word in enumerate(["music", "tax", "seven", "often", "blue"]):
        place = places[3] + step * number
        shapes.append(f'<path d="M{places[middle]} 108 L{place} 150" stroke="{FAINT}" stroke-width="1.5"/>')
        shapes.append(text(place, 166, word, fill=NOISE))
    shapes.append(text(700, 62, "true pairs: label 1", anchor="end", fill=CONTEXT))
    shapes.append(text(700, 166, "noise words: label 0", anchor="end", fill=NOISE))
    draw("window", 720, 185, "A word, its neighbours within the window and its noise words", shapes)


def tile() -> None:
    """Draw the scores of a tile: the band of contexts, and the dense block of noise words."""
    tokens, reach, noise, cell = 16, 3, 8, 15
    left, top = 110, 56
    shapes: Shapes = []
    shapes.append(box(left, top, cell * (tokens + 2 * reach) - 2, cell * tokens - 2, FAINT, 0.2))
    for row in range(tokens):
        for distance in (-3, -2, -1, 1, 2, 3):
            x, y = left + cell * (row + distance + reach), top + cell * row
            shapes.append(box(x, y, cell - 2, cell - 2, CONTEXT, 1.25 - 0.25 * abs(distance)))
    right = left + cell * (tokens + 2 * reach) + 40
    shapes += [
        box(right + cell * column, top + cell * row, cell - 2, cell - 2, NOISE, 0.75)
        for row in range(tokens)
        for column in range(noise)
    ]
    middle = left + cell * (tokens / 2 + reach)
    shapes.append(text(middle, 28, "output rows of the neighbours: a band"))
    shapes.append(text(middle, 45, "(darker: trained with more weight)", size=11, fill=NOISE))
    shapes.append(text(right + cell * noise / 2, 28, "noise words:"))
    shapes.append(text(right + cell * noise / 2, 45, "a dense block", size=11, fill=NOISE))
    shapes.append(text(left - 14, top + cell * tokens / 2 - 6, "tokens", anchor="end", fill=OWN))
    shapes.append(text(left - 14, top + cell * tokens / 2 + 11, "(input rows)", anchor="end", size=11, fill=NOISE))
    for row in range(tokens):
        shapes.append(box(left - 9, top + cell * row, 4, cell - 2, OWN))
    draw("tile", right + cell * noise + 24, top + cell * tokens + 18, "The scores of one tile", shapes)


def windows() -> None:
    """Draw drawn windows beside expected windows, for a window of five."""
    reach, cell, rows = 5, 26, [2, 5, 1, 4, 3]
    shapes: Shapes = []

    def ruler(left: float, title: str, note: str) -> None:
        shapes.append(text(left + cell * (reach + 0.5), 28, title))
        shapes.append(text(left + cell * (reach + 0.5), 45, note, size=11, fill=NOISE))
        for distance in range(-reach, reach + 1):
            label = f"{distance:+d}".replace("-", "−") if distance else "word"  # noqa: RUF001 (a minus sign)
            shapes.append(text(left + cell * (distance + reach + 0.5), 208, label, size=10, fill=NOISE))

    left = 20.0
    ruler(left, "drawn: a width for each token", "five tokens, five widths")
    for number, width in enumerate(rows):
        for distance in range(-reach, reach + 1):
            fill, opacity = (OWN, 1) if not distance else (CONTEXT, 1) if abs(distance) <= width else (FAINT, 0.25)
            place = left + cell * (distance + reach)
            shapes.append(box(place, 60 + cell * number, cell - 3, cell - 3, fill, opacity))
    left = 20 + cell * (2 * reach + 1) + 50
    ruler(left, "expected: all, weighted", "the weight is the chance to be drawn")
    for distance in range(-reach, reach + 1):
        weight = (reach + 1 - abs(distance)) / reach if distance else 1
        height, place = 127 * weight, left + cell * (distance + reach)
        shapes.append(box(place, 187 - height, cell - 3, height, CONTEXT if distance else OWN, 0.35 + 0.65 * weight))
        if distance:
            low = weight < 0.25  # no room for the number within
            y, fill = (183 - height, INK) if low else (201 - height, CARD)
            shapes.append(text(place + cell / 2 - 1, y, f"{weight:g}", size=10, fill=fill))
    draw("windows", int(left + cell * (2 * reach + 1) + 20), 222, "Drawn windows beside expected windows", shapes)


if __name__ == "__main__":
    window()
    tile()
    windows()
