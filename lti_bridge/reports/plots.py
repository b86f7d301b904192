"""Plots as SVG: a picture that stands alone, without scripts, without anything from elsewhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pygal
from pygal.style import Style

# On its import pygal hangs a finder of plug-ins into every later import of the process, by a way
# that Python warns of. We use none.
sys.meta_path[:] = [one for one in sys.meta_path if not type(one).__module__.startswith("pygal")]

_STYLE: Final = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#737d8b",
    foreground_strong="#737d8b",
    foreground_subtle="#8792a2",
    colors=("#3b7ddd",),
    guide_stroke_color="#8792a255",
    major_guide_stroke_color="#8792a255",
    opacity="1",
    opacity_hover="0.8",
    label_font_size=12,
    major_label_font_size=12,
    title_font_size=18,
    font_family="system-ui, sans-serif",
    value_font_family="system-ui, sans-serif",
    label_font_family="system-ui, sans-serif",
    major_label_font_family="system-ui, sans-serif",
    title_font_family="system-ui, sans-serif",
    tooltip_font_family="system-ui, sans-serif",
)
"""Middle greys and a middle blue: they can be read on white as on black."""
_LABELS: Final = 8
_NEEDLESS: Final = re.compile(r"<script.*?</script>|<!--.*?-->|<\?xml[^>]*\?>", re.DOTALL)


def per_day(title: str, counts: Mapping[date, int]) -> str:
    """Bars, one a day, as SVG text. ``title`` may be anything: it is escaped."""
    days = list(counts)
    every = max(1, -(-len(days) // _LABELS))
    chart: Any = pygal.Bar(
        style=_STYLE,
        js=(),
        title=printable(title),
        show_legend=False,
        width=900,
        height=360,
        explicit_size=False,
        disable_xml_declaration=True,
        x_labels=[day.isoformat() for day in days],
        x_labels_major=[day.isoformat() for day in days[::every]],
        show_minor_x_labels=False,
        truncate_label=-1,
        margin=24,
        min_scale=1,
        include_x_axis=True,
        value_formatter=lambda value: f"{value:g}",
    )
    chart.add("", list(counts.values()))
    svg: str = chart.render(is_unicode=True)
    return _NEEDLESS.sub("", svg).strip() + "\n"


def as_text(counts: Mapping[date, int], *, width: int = 60) -> list[str]:
    """The same for a terminal, a line a day."""
    most = max(counts.values(), default=0)
    lines = []
    for day, count in counts.items():
        bar = "█" * round(count / most * width) if most else ""
        lines.append(f"{day.isoformat()} {count:>7} {bar or ('▏' if count else '')}".rstrip())
    return lines


def printable(title: str) -> str:
    """XML has no control characters, not even escaped (XML 1.0, 2.2)."""
    return "".join(c if c.isprintable() else " " for c in title)
