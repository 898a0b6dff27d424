"""A chart that can be saved as a picture. The browser makes the file from what it has drawn: no host is asked.

The script is a fixed text with a key and a file ending of ours in it, never with words from documents or reports.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from assistant.messages import Messages
from assistant.pages.inert import label_text

if TYPE_CHECKING:
    import altair

PRESSED = "pictures-pressed"  # in the session: how often, so that the same button saves again
LABELS: Mapping[str, str] = {"png": "evaluation.chart_png", "svg": "evaluation.chart_svg"}
MARGIN = 48  # pixels at the left: outside the page another font stands in, and labels grow longer
_SAVE = """(async () => {
  const drawn = document.querySelector(SELECTOR);
  if (!drawn) return;
  const copy = drawn.cloneNode(true);
  const box = drawn.getBoundingClientRect();
  const width = Math.round(box.width) + MARGIN, height = Math.round(box.height);
  copy.style.color = getComputedStyle(drawn).color;
  copy.setAttribute('width', width); copy.setAttribute('height', height);
  copy.setAttribute('viewBox', [-MARGIN, 0, width, height].join(' '));
  const text = new XMLSerializer().serializeToString(copy);
  let address = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(text);
  if (ENDING === 'png') {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const canvas = document.createElement('canvas');
    canvas.width = 2 * width; canvas.height = 2 * height;
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    address = canvas.toDataURL('image/png');
  }
  const link = document.createElement('a');
  link.href = address; link.download = NAME; link.click();
})()"""


def draw_chart(chart: "altair.LayerChart", key: str, title: str, messages: Messages) -> None:
    """A chart with buttons that save it; `title` is what a screen reader says of it."""
    with st.container(key=f"chart-{key}"):
        st.altair_chart(chart, width="stretch", alt=title)
        with st.container(key=f"chart-save-{key}", horizontal=True):
            for ending, label in LABELS.items():
                words = messages.text(label, chart=label_text(title))
                if st.button(words, key=f"chart-save-{key}-{ending}", type="tertiary"):
                    _save(key, ending)


def _save(key: str, ending: str) -> None:
    st.session_state[PRESSED] = times = st.session_state.get(PRESSED, 0) + 1
    script = _SAVE.replace("SELECTOR", json.dumps(f".st-key-chart-{key} .stVegaLiteChart svg.marks"))
    script = script.replace("MARGIN", str(MARGIN))
    script = script.replace("ENDING", json.dumps(ending)).replace("NAME", json.dumps(f"{key}.{ending}"))
    st.html(f'<span class="pa-script"></span><script>/* {times} */ {script};</script>', unsafe_allow_javascript=True)
