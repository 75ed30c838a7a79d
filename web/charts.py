"""The geometry of bar charts, which templates/web/chart.html draws as SVG.

Bars are stacked. Every chart has a table with its numbers beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 170
LEFT, BOTTOM, TOP = 52, 24, 8
GAP = 0.25  # share of a column's width


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of series number `series`."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Column:
    """One day: its bars, and their values in words."""

    bars: tuple[Bar, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A title, series, columns, and horizontal lines with their labels."""

    id: str
    title: str
    series: tuple[str, ...]
    columns: tuple[Column, ...]
    lines: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def bar_chart(
    name: str,
    title: str,
    series: Sequence[str],
    rows: Sequence[tuple[str, Sequence[float]]],
    unit: str = "",
) -> Chart:
    """Make a chart with a column for each row: its label, and a value for each series."""
    top = nice(max((sum(values) for _, values in rows), default=0))
    ground = HEIGHT - BOTTOM
    scale = (ground - TOP) / top
    place = (WIDTH - LEFT) / max(1, len(rows))
    columns = []
    for index, (label, values) in enumerate(rows):
        x, y, bars = LEFT + index * place + place * GAP / 2, float(ground), []
        for number, value in enumerate(values):
            height = value * scale
            y -= height
            if height > 0:
                bars.append(_bar(x, y, place * (1 - GAP), height, number))
        said = ", ".join(
            f"{_short(value)}{unit} {what}" for what, value in zip(series, values, strict=True)
        )
        columns.append(Column(tuple(bars), f"{label}: {said}"))
    shares = (0.0, 0.5, 1.0)
    return Chart(
        id=name,
        title=title,
        series=tuple(series),
        columns=tuple(columns),
        lines=tuple(
            (round(ground - top * part * scale, 1), f"{_short(top * part)}{unit}")
            for part in shares
        ),
        labels=_labels([label for label, _ in rows], place),
    )


def nice(number: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten; 1 for zero."""
    if number <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(number))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= number * 0.999999)


def _bar(x: float, y: float, width: float, height: float, series: int) -> Bar:
    return Bar(round(x, 1), round(y, 1), round(max(width, 0.5), 1), round(height, 1), series)


def _labels(names: Sequence[str], place: float) -> tuple[tuple[float, str], ...]:
    """The labels of the first, the middle and the last column."""
    if not names:
        return ()
    chosen = sorted({0, len(names) // 2, len(names) - 1})
    return tuple((round(LEFT + (index + 0.5) * place, 1), names[index]) for index in chosen)


def _short(number: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.3g}"
