"""Charts of evaluation figures. Pure: Vega-Lite descriptions with their data inside; nothing is fetched.

Assistants differ by colour and by the shape of their point, so that a print without colours says the same.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from assistant.pages.evaluation_data import ALL, Figure

if TYPE_CHECKING:
    import altair

INK = "currentColor"  # the page's own text colour: Streamlit's grey is too faint to read
ROW = 26  # pixels for one point and its interval
COLOURS = ("#2f6fa8", "#b3541e", "#4b7f52", "#7a5195", "#8a6500", "#5b6770")  # readable on both backgrounds
TREND = 420  # pixels in all, legend and dates included
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def share_chart(found: Sequence[Figure], axis: str, assistant: str) -> "altair.LayerChart":
    """One row for each metric, with a point and an interval for each assistant."""
    order = list(dict.fromkeys(figure.label for figure in found))
    return _intervals(found, "label", order, axis, assistant)


def kind_chart(found: Sequence[Figure], axis: str, assistant: str, all_cases: str) -> "altair.LayerChart":
    """One row for each kind of question, all cases first."""
    order = [all_cases, *dict.fromkeys(figure.kind for figure in found if figure.kind != ALL)]
    return _intervals(found, "kind", order, axis, assistant, all_cases=all_cases)


def trend_chart(found: Sequence[Figure], axis: str, assistant: str, run: str) -> "altair.LayerChart":
    """One metric over the runs: a line with its interval as whiskers, for each assistant."""
    import altair as alt

    rows = [_row(figure) | {"run": figure.date[:19].replace("T", " ")} for figure in found]
    order = list(dict.fromkeys(row["run"] for row in rows))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("run:O", sort=order, title=run, axis=alt.Axis(labelAngle=-35)),
        color=_colour(found, assistant),
    )
    line = base.mark_line().encode(y=alt.Y("value:Q", title=axis, scale=alt.Scale(zero=False)))
    whisker = base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", title=axis), y2="high:Q")
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        y=alt.Y("value:Q", title=axis), shape=_shape(found, assistant), tooltip=["run:O", *_tooltip()]
    )
    return _finished(alt.layer(whisker, line, point), TREND)


def _intervals(
    found: Sequence[Figure], rows: str, order: Sequence[str], axis: str, assistant: str, all_cases: str = ""
) -> "altair.LayerChart":
    import altair as alt

    data = [_row(figure) | {"kind": figure.kind or all_cases} for figure in found]
    assistants = list(dict.fromkeys(figure.assistant for figure in found))
    domain = alt.Scale(domain=[0, 100]) if all(figure.unit == "share" for figure in found) else alt.Scale(zero=True)
    base = alt.Chart(alt.InlineData(values=data)).encode(
        y=alt.Y(f"{rows}:N", sort=list(order), title=None, axis=alt.Axis(labelLimit=260)),
        yOffset=alt.YOffset("assistant:N", sort=assistants),
        color=_colour(found, assistant),
    )
    whisker = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=axis, scale=domain), x2="high:Q")
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("value:Q", title=axis, scale=domain), shape=_shape(found, assistant), tooltip=[f"{rows}:N", *_tooltip()]
    )
    return _finished(alt.layer(whisker, point), max(ROW * len(order) * min(len(assistants), 4) + 40, 120))


def _row(figure: Figure) -> dict[str, Any]:
    return {
        "label": figure.label,
        "kind": figure.kind,
        "assistant": figure.assistant,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
    }


def _tooltip() -> list[str]:
    return ["assistant:N", "value:Q", "low:Q", "high:Q", "n:Q"]


def _colour(found: Sequence[Figure], title: str) -> "altair.Color":
    import altair as alt

    assistants = list(dict.fromkeys(figure.assistant for figure in found))
    scale = alt.Scale(domain=assistants, range=[COLOURS[i % len(COLOURS)] for i in range(len(assistants))])
    return alt.Color(
        "assistant:N", scale=scale, title=title, legend=alt.Legend(orient="top", columns=1, labelLimit=260)
    )


def _shape(found: Sequence[Figure], title: str) -> "altair.Shape":
    import altair as alt

    assistants = list(dict.fromkeys(figure.assistant for figure in found))
    scale = alt.Scale(domain=assistants, range=[SHAPES[i % len(SHAPES)] for i in range(len(assistants))])
    return alt.Shape(
        "assistant:N", scale=scale, title=title, legend=alt.Legend(orient="top", columns=1, labelLimit=260)
    )


def _finished(chart: "altair.LayerChart | altair.FacetChart", height: int) -> "altair.LayerChart":
    shown: altair.LayerChart = cast("altair.LayerChart", chart).properties(height=height)  # of one data: no facets
    inked: altair.LayerChart = shown.configure_axis(labelColor=INK, titleColor=INK).configure_legend(
        labelColor=INK, titleColor=INK
    )
    return inked
