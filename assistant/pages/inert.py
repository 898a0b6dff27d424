"""Text from documents, questions and models made inert: it is shown, never interpreted."""

import html
import re

WORD_JOINER = "\u2060"  # invisible and without width: it parts what Streamlit would join into an icon or a link
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$^=&@'\"])")
_DIRECTIVE = re.compile(r":(?=\S)")  # :smile:, :material/home:, :red[…], https://
_WEB_NAME = re.compile(r"\bwww\.", re.IGNORECASE)


def html_text(text: str) -> str:
    """Text for `st.html`, both between tags and inside a quoted attribute."""
    return html.escape(text, quote=True)


def label_text(text: str) -> str:
    """Text for the places where Streamlit reads markdown (button and expander labels, alerts), on one line."""
    line = " ".join(text.split())
    line = _WEB_NAME.sub(lambda found: f"{found.group()[:3]}{WORD_JOINER}.", line)
    line = _DIRECTIVE.sub(f":{WORD_JOINER}", line)
    return _MARKDOWN.sub(r"\\\1", line)
