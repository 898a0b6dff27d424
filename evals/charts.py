"""Charts as inline SVG: no scripts, no remote parts, colours from the page's CSS variables."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH = 400  # user units; a phone is about as wide, so that text keeps its size there
LABELS = 168  # room for the names of the rows
ROW = 24
EDGE = 16
SIDE = 260  # of the square that the curve is drawn in
DASHES = ("", "6 4", "2 3")


def interval_chart(title: str, rows: Sequence[tuple[str, Mapping[str, Any] | None]]) -> str:
    """Shares as dots with their 95 % intervals, one row each, from 0 to 100 %; unscored rows are left out."""
    shown = [(name, figure) for name, figure in rows if figure]
    bottom = ROW * len(shown) + 8
    parts = []
    for tick in (0, 25, 50, 75, 100):
        x = _x(tick / 100)
        parts.append(f'<line class="grid" x1="{x}" y1="4" x2="{x}" y2="{bottom}"/>')
        parts.append(f'<text class="tick" x="{x}" y="{bottom + 14}" text-anchor="middle">{tick}</text>')
    for i, (name, figure) in enumerate(shown):
        y = ROW * i + ROW // 2 + 4
        low, value, high = (_x(figure[key]) for key in ("low", "value", "high"))
        parts.append(f'<text x="{LABELS - 8}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<line class="whisker" x1="{low}" y1="{y}" x2="{high}" y2="{y}"/>')
        parts.append(f'<circle class="dot" cx="{value}" cy="{y}" r="4.5"/>')
    description = "; ".join(f"{name} {100 * figure['value']:.0f} %" for name, figure in shown)
    return _svg(title, description, WIDTH, bottom + 22, parts)


def curve_chart(title: str, curves: Mapping[str, Mapping[str, Any]], point: tuple[float, float] | None) -> str:
    """Refusal curves: across, the share of answerable questions refused; up, the share of unanswerable ones.

    `point` is where the assistant stands.
    """
    left, top = 44, 12
    parts = [f'<rect class="frame" x="{left}" y="{top}" width="{SIDE}" height="{SIDE}"/>']
    parts.append(f'<line class="grid" x1="{left}" y1="{top + SIDE}" x2="{left + SIDE}" y2="{top}"/>')
    for tick in (0, 50, 100):
        x, y = left + SIDE * tick / 100, top + SIDE * (1 - tick / 100)
        parts.append(f'<text class="tick" x="{x}" y="{top + SIDE + 14}" text-anchor="middle">{tick}</text>')
        parts.append(f'<text class="tick" x="{left - 6}" y="{y + 4}" text-anchor="end">{tick}</text>')
    for i, (name, curve) in enumerate(curves.items()):
        dashes = f' stroke-dasharray="{DASHES[i % len(DASHES)]}"'
        path = " ".join(f"{left + SIDE * x:.1f},{top + SIDE * (1 - y):.1f}" for x, y in curve["points"])
        parts.append(f'<polyline class="curve" points="{path}"{dashes}/>')
        y = top + SIDE + 50 + 18 * i
        parts.append(f'<line class="curve" x1="{left}" y1="{y - 4}" x2="{left + 28}" y2="{y - 4}"{dashes}/>')
        parts.append(f'<text x="{left + 36}" y="{y}">{escape(name)}, area {curve["area"]:.2f}</text>')
    if point:
        x, y = left + SIDE * point[0], top + SIDE * (1 - point[1])
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
    parts.append(f'<text class="tick" x="{left}" y="{top + SIDE + 30}">% of answerable questions refused →</text>')
    upwards = f'transform="translate(11 {top + SIDE}) rotate(-90)"'
    parts.append(f'<text class="tick" {upwards}>% of unanswerable questions refused →</text>')
    description = "; ".join(f"{name}: area {curve['area']:.2f}" for name, curve in curves.items())
    return _svg(title, description, WIDTH, top + SIDE + 40 + 18 * len(curves) + EDGE, parts)


def _x(share: float) -> float:
    return round(LABELS + (WIDTH - LABELS - EDGE) * min(max(share, 0.0), 1.0), 1)


def _svg(title: str, description: str, width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(f"{title}: {description}")}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
