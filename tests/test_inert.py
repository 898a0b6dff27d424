"""What Streamlit would interpret is taken apart; what a reader sees stays the same."""

import re

import pytest

from assistant.pages.inert import WORD_JOINER, html_text, label_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, para. 7 (b)", r"plain words, para\. 7 \(b\)"),
        ("**bold** _it_", r"\*\*bold\*\* \_it\_"),
        ("![x](y)", r"\!\[x\]\(y\)"),
        ("$a$", r"\$a\$"),
        ("`code`", r"\`code\`"),
        ("two\n\nlines", "two lines"),
        (":smile:", f":{WORD_JOINER}smile:"),
        ("https://x.org", f"https:{WORD_JOINER}//x\\.org"),
        ("www.x.org", f"www{WORD_JOINER}\\.x\\.org"),
        ("<b>", r"\<b\>"),
        ("Pillar III: tools", "Pillar III: tools"),
    ],
)
def test_markdown_in_a_label_is_escaped(text: str, expected: str) -> None:
    assert label_text(text) == expected


@pytest.mark.parametrize("text", ["a < b & c", "\"quoted\" 'too'", "<script>", "&amp;"])
def test_html_shows_the_characters_themselves(text: str) -> None:
    escaped = html_text(text)
    assert not re.search(r"[<>\"']", escaped)
