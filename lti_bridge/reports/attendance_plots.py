"""Who was in class, as pictures: SVG that stands in a page and takes its colours from there.

The page's style sheet says how it looks, by the classes that pygal gives: so it is dark where the
page is dark, and no style is in it that a content security policy would refuse. It is a picture to
screen readers, with a title and a description; the table beside it says the same in words.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax.saxutils import escape

import pygal

from lti_bridge.reports.plots import printable
from lti_bridge.reports.sources import MINUTE_MS, Times

WIDTH: Final = 360
"""In its own units: texts of 12 of these can be read on a telephone."""
ROW: Final = 22
AXIS: Final = 40
HEIGHT: Final = 180
LONGEST_LABEL: Final = 14
MOST_LABELS: Final = 4
_NEEDLESS: Final = re.compile(
    r"<script.*?</script>|<style.*?</style>|<!--.*?-->|<defs>.*?</defs>|<title>.*?</title>"
    r"|<desc[^>]*>.*?</desc>| style=\"[^\"]*\"| class=\"\"",
    re.DOTALL,
)
_SERIES: Final = re.compile(r'class="series serie-(\d+) color-\d+"')
_OPENING: Final = re.compile(r"<svg [^>]*>")
_USUAL: Final[dict[str, Any]] = {
    "js": (),
    "width": WIDTH,
    "explicit_size": False,
    "disable_xml_declaration": True,
    "truncate_label": -1,
    "margin": 8,
    "margin_right": 26,
    "show_legend": False,
    "include_x_axis": True,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a picture says of itself."""

    id: str
    """Of this picture in its page."""
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody's line of a timeline."""

    name: str = field(repr=False)
    times: Times = field(repr=False)


def timeline(
    said: Said, rows: Sequence[Row], span: tuple[int, int], ticks: Sequence[tuple[int, str]]
) -> str:
    """When each was in, within a class; ``ticks`` name moments of it."""
    shown = list(reversed(rows))  # it is drawn from the bottom up
    bars = [_bars(row.times, span[0]) for row in shown]
    chart: Any = pygal.HorizontalStackedBar(
        **_USUAL,
        height=AXIS + ROW * len(rows),
        x_labels=[_short(row.name) for row in shown],
        range=(0, _minutes(span[1] - span[0])),
        y_labels=[
            {"value": _minutes(at - span[0]), "label": printable(words)} for at, words in ticks
        ],
    )
    for place in range(max(map(len, bars), default=0)):
        chart.add("", [own[place] if place < len(own) else None for own in bars])
    return _svg(chart, said, ("out", "in"))


def stacked(
    said: Said,
    labels: Sequence[str],
    numbers: Mapping[str, Sequence[int]],
    digits: Callable[[int], str] = str,
) -> str:
    """A bar for each class, in parts; ``numbers`` by the CSS class of the part, from the bottom."""
    every = max(1, -(-len(labels) // MOST_LABELS))
    most = max((sum(parts) for parts in zip(*numbers.values(), strict=True)), default=0)
    step = next(one for one in _steps() if one * 4 >= most)
    chart: Any = pygal.StackedBar(
        **_USUAL,
        height=HEIGHT,
        x_labels=[
            printable(label) if place % every == 0 else "" for place, label in enumerate(labels)
        ],
        y_labels=[
            {"value": value, "label": digits(value)}
            for value in range(0, max(most, 1) + step, step)
        ],
    )
    for values in numbers.values():
        chart.add("", list(values))
    return _svg(chart, said, tuple(numbers))


def _steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50, …"""
    for power in itertools.count():
        yield from (digit * 10**power for digit in (1, 2, 5))


def _bars(times: Times, begins_ms: int) -> list[float]:
    """How long they were out, in, out, in, …, in minutes."""
    bars, reached = [], begins_ms
    for begin, end in times:
        bars += [_minutes(begin - reached), _minutes(end - begin)]
        reached = end
    return bars


def _minutes(ms: int) -> float:
    return round(ms / MINUTE_MS, 2)


def _short(name: str) -> str:
    text = printable(name)
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"


def _svg(chart: Any, said: Said, parts: Sequence[str]) -> str:
    def named(found: re.Match[str]) -> str:
        return f'class="series {parts[int(found[1]) % len(parts)]}"'

    svg = _SERIES.sub(named, _NEEDLESS.sub("", chart.render(is_unicode=True))).strip()
    title, text = f"{said.id}-title", f"{said.id}-text"
    box = f"0 0 {WIDTH} {chart.config.height}"
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img"'
        f' aria-labelledby="{title} {text}">'
        f'<title id="{title}">{escape(printable(said.title))}</title>'
        f'<desc id="{text}">{escape(printable(said.text))}</desc>'
    )
    return _OPENING.sub(lambda _: opening, svg, count=1)
