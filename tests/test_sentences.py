"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


# Each row is one text, its sentences divided by "|".
ONE_BY_ONE = [
    "The Council met.|It adopted a resolution.",
    "See para. 138 and paras. 4 and 5 of the Outcome.|The Council met.",
    "A/70/95–S/2015/446, para. 82.|It adds a point (see No. 5 (a)).|In Jan. 2015 it met.",
    "Under art. VII of S/RES/1674 (2006), Mr. Annan spoke.|H.E. Dr. J. Smith replied.",
    "The answer is no.|The Council acted.",
    "It was the U.N. Security Council that met.|The U.S. delegation left.",
    "Talks at 9 a.m. The room was full.".replace("a.m. ", "a.m.|"),
    "They work for Acme Inc. Geneva and others.|All of them.",
    "Police, troops, etc.|Member States pay.",
    "The functional immunity, i.e. Article 105, and e.g. Article 106 apply.|(See above.)|Is that so?|Yes!",
    "He said “We must act.”|Then he left.",
    "He asked “Why now?” and left.|The end.",
    "Avoid ‘sequencing’ of the ‘pillars.’|Diverse circumstances call for tools.",
    'Participants heard "do more with less."|Resolving this is hard.',
    "“We … the peoples … Determined to act.”|Next.",
    "Peace...|The Council agreed.",
    "1. Demonstrating commitment.|2. Investing in prevention.",
    "(a) Facilitate help.|(b) Create conditions.",
    "under Pillar I.|However, the Secretary-General raised it.",
    "It needs to a) prioritize prevention; b) use all tools; c) consider force: last.|Done.",
    "The rate was 3.5 per cent.|It fell.",
    "No full stop at the end",
]


@pytest.mark.parametrize("row", ONE_BY_ONE)
def test_sentences_end_where_a_reader_ends_them(row: str) -> None:
    expected = row.split("|")

    assert sentences(" ".join(expected)) == expected


def test_a_text_without_words_has_no_sentences() -> None:
    assert sentences(" \n ") == []


@given(st.text(alphabet="aB1. …?!\"”')(\n—é中", max_size=120) | st.text(max_size=120))
def test_spans_are_in_order_and_hold_every_visible_character_once(text: str) -> None:
    spans = split_sentences(text)

    covered = [i for start, end in spans for i in range(start, end)]
    assert covered == sorted(set(covered))
    assert {i for i, c in enumerate(text) if not c.isspace()} <= set(covered)
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
