"""HTML cards for notebooks: the only module that writes HTML for a ``_repr_html_``.

Every text is escaped here, whatever it holds. The colours are the page's own and grey or blue tones that can be read on
light and on dark, so a card needs no theme; without its style sheet, as on sites that strip it, plain tables are left.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

SHOWN_CHARACTERS = 60  # of a word or another text
_STYLE = (
    "<style>"
    ".fw2v{display:inline-block;max-width:100%;box-sizing:border-box;padding:.5em .9em;border:1px solid #8885;"
    "border-radius:6px;font:13px/1.5 system-ui,sans-serif;color:inherit}"
    ".fw2v-t{font-weight:600}.fw2v-s{opacity:.75}"
    ".fw2v.fw2v.fw2v table{border-collapse:collapse;margin:.3em 0 0;border:0;font:inherit;color:inherit;width:auto}"
    ".fw2v.fw2v.fw2v tr{background:none;border:0}"
    ".fw2v.fw2v.fw2v :is(th,td){padding:.05em 1.1em .05em 0;border:0;background:none;text-align:left;"
    "vertical-align:baseline;font-weight:400;white-space:normal;max-width:52em}"
    ".fw2v.fw2v.fw2v th{opacity:.75;white-space:nowrap}"
    ".fw2v.fw2v.fw2v td.fw2v-n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".fw2v-h{margin-top:.5em;font-weight:600}"
    ".fw2v-b{display:inline-block;width:12em;max-width:30vw;height:.6em;border-radius:.3em;background:#8884;"
    "overflow:hidden;vertical-align:baseline}"
    ".fw2v-b>i{display:block;height:100%;background:#4a90d9}"
    ".fw2v.fw2v.fw2v summary{cursor:pointer;opacity:.75;margin-top:.3em}"
    "</style>"
)


class Html(str):
    """Text that is HTML already, made by this module."""

    __slots__ = ()


class Number(NamedTuple):
    """A figure of a table: aligned to the right."""

    text: str


def card(title: str, *parts: Html, subtitle: str = "") -> str:
    """Return a whole card.

    Parameters
    ----------
    title, subtitle : str
    *parts : Html
        What the functions below return; empty ones are left out.

    Examples
    --------
    >>> "<b>" in card("<b>", facts([("words", "<b>")]))
    False
    """
    head = f'<span class="fw2v-t">{text(title)}</span>' if title else ""
    head += f' <span class="fw2v-s">{text(subtitle, 200)}</span>' if subtitle else ""
    return f'{_STYLE}<div class="fw2v">{head}{"".join(parts)}</div>'


def text(value: Any, length: int = SHOWN_CHARACTERS) -> Html:
    """Return a value in words, cut to `length` characters and escaped, apart from the direction of what surrounds it.

    Examples
    --------
    >>> text("<b>"), text(("New", "York"))
    ('&lt;b&gt;', '(&#x27;New&#x27;, &#x27;York&#x27;)')
    """
    if isinstance(value, Html):
        return value
    shown = value if isinstance(value, str) else repr(value)
    shown = shown if len(shown) <= length else f"{shown[: length - 1]}…"
    # What cannot be shown, such as lone surrogates, must not keep the page from being written.
    return Html(html.escape(shown.encode("utf-8", "replace").decode()))


def words(found: Iterable[Any]) -> Html:
    """Return words, one after the other, each with its own direction of writing."""
    return Html(", ".join(f"<bdi>{text(word)}</bdi>" for word in found))


def facts(rows: Iterable[tuple[str, Any]]) -> Html:
    """Return a table of names and values; rows without a value are left out."""
    return table((), [(name, value) for name, value in rows if value not in (None, "")], named=True)


def table(header: Sequence[str], rows: Iterable[Sequence[Any]], *, named: bool = False) -> Html:
    """Return a table.

    Parameters
    ----------
    header : sequence of str
        May be empty.
    rows : iterable of sequences
        `Number` is aligned to the right, `Html` is taken as it is, and everything else goes through `text`.
    named : bool
        Whether the first column holds names.
    """
    lines = ["".join(f"<th>{text(name)}</th>" for name in header)] if header else []
    for row in rows:
        cells = [_cell(value, "th" if named and not place else "td") for place, value in enumerate(row)]
        lines.append("".join(cells))
    return Html(f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>" if lines else "")


def _cell(value: Any, tag: str) -> str:
    if isinstance(value, Number):
        return f'<td class="fw2v-n">{text(value.text)}</td>'
    return f"<{tag}>{text(value, 300)}</{tag}>"


def bar(share: float) -> Html:
    """Return a bar that is filled to this share, from 0 to 1."""
    percent = 100 * min(1.0, max(0.0, share)) if math.isfinite(share) else 0.0
    return Html(f'<span class="fw2v-b"><i style="width:{percent:.1f}%"></i></span>')


def heading(words_of_it: str) -> Html:
    """Return a heading inside a card: no heading of the page, which tables of contents would list."""
    return Html(f'<div class="fw2v-h">{text(words_of_it)}</div>')


def folded(summary: str, inside: Html) -> Html:
    """Return something that a click opens."""
    return Html(f"<details><summary>{text(summary)}</summary>{inside}</details>" if inside else "")


def curve(values: Sequence[float], name: str) -> Html:
    """Return a small curve of a few values; nothing for fewer than two finite ones."""
    known = [value for value in values if math.isfinite(value)]
    if len(known) < 2:
        return Html("")
    low, high = min(known), max(known)
    step, height = 90 / (len(known) - 1), 16 / (high - low or 1.0)
    points = " ".join(f"{2 + i * step:.1f},{2 + (high - value) * height:.1f}" for i, value in enumerate(known))
    return Html(
        f'<svg width="94" height="20" role="img" aria-label="{text(name)}" style="vertical-align:middle">'
        f'<polyline points="{points}" fill="none" stroke="#4a90d9" stroke-width="1.5"/></svg>'
    )


def progress_rows(rows: Iterable[tuple[str, float | None, list[str]]]) -> Html:
    """Return bars with their names and facts; a share of None has no bar."""
    return table(
        (), [(name, "" if share is None else bar(share), " · ".join(shown)) for name, share, shown in rows], named=True
    )
