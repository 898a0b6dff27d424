"""Charts of the Documents page, drawn in the browser by the app's own files; what they show is also written."""

from collections.abc import Mapping

import streamlit as st

from assistant.messages import Messages

TALLEST = 240  # pixels
COLOUR = "#2f6fa8"  # seen on the light and on the dark background


def draw_by_year(counts: Mapping[int | None, int], messages: Messages) -> None:
    """Bars: how often something is said in the documents of each year. Years without documents stay empty."""
    import altair

    years = [year for year in counts if year is not None]
    span = range(min(years), max(years) + 1) if years else range(0)
    undated = messages.text("documents.undated")
    order = [str(year) for year in span] + ([undated] if None in counts else [])
    rows = [{"year": str(year) if year else undated, "times": times} for year, times in counts.items()]
    title_year, title_times = messages.text("documents.column_year"), messages.text("documents.column_count")
    chart = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(color=COLOUR, size=18)
        .encode(
            x=altair.X("year:N", sort=order, scale=altair.Scale(domain=order), title=title_year,
                       axis=altair.Axis(labelAngle=0, labelOverlap=True)),
            y=altair.Y("times:Q", title=title_times, axis=altair.Axis(tickMinStep=1, format=",d")),
            tooltip=[altair.Tooltip("year:N", title=title_year),
                     altair.Tooltip("times:Q", title=title_times, format=",d")],
        )
        .properties(height=TALLEST, usermeta={"embedOptions": {"actions": False}})
    )  # fmt: skip
    listed = "; ".join(f"{row['year']}: {row['times']:,}" for row in rows)
    st.altair_chart(chart, alt=messages.text("documents.chart", years=listed))
