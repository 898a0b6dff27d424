"""The app's entry: page setup and navigation, nothing else. Start it with `policy-assistant app`."""

from pathlib import Path

import streamlit as st

from assistant.pages import chat, compare, documents, evaluation

# A file of ours: the browser would fetch a Material icon or an emoji for the tab from another host.
ICON = Path(chat.__file__).with_name("icon.svg")

st.set_page_config(page_title="Policy assistant", page_icon=ICON, layout="wide")
st.navigation(
    [
        st.Page(chat.render, title="Chat", icon=":material/chat:", url_path="chat", default=True),
        st.Page(documents.render, title="Documents", icon=":material/description:", url_path="documents"),
        st.Page(compare.render, title="Compare", icon=":material/compare_arrows:", url_path="compare"),
        st.Page(evaluation.render, title="Evaluation", icon=":material/insights:", url_path="evaluation"),
    ]
).run()
