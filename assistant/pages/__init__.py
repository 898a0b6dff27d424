"""The Streamlit pages: the only rooms, beside app.py, that draw the app.

`resources` holds what one process shares, `state` what one reader's session holds; `html` and `sources` turn values
into inert HTML without Streamlit; `chat` and its panels draw.
"""
