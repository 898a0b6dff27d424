"""What leaves the house: verified quotes under the numbers of their markers, refusals as refusals, inert text."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import docx
import pytest
from test_feedback import ANSWER, REFUSAL

from assistant.domain import Citation, Filters, Support
from assistant.export import Report, as_markdown, file_name, format_time, make_report
from assistant.history import Exchange
from assistant.messages import load_messages
from assistant.settings import PROJECT_DIR
from assistant.word import as_word

MESSAGES = load_messages(PROJECT_DIR / "prompts")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
GOOD = Exchange(
    replace(ANSWER, search_query="What is the core of prevention?"),
    Filters(documents=frozenset({"one"}), year_from=2005, year_to=2015),
    "2026-11-25T10:05:00+00:00",
    "0123abcd",
    "all-MiniLM-L6-v2",
)
BAD = Exchange(REFUSAL, at="2026-11-25T10:06:00+00:00", library="0123abcd", model="all-MiniLM-L6-v2")


def report(*exchanges: Exchange, gone: tuple[int, ...] = ()) -> Report:
    def stands(citation: Citation) -> bool:
        return citation.marker not in gone

    return make_report("On prevention", exchanges, stands, {"one": "Title of one"}, MESSAGES)


def xml(content: bytes, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return ElementTree.fromstring(package.read(f"word/{name}.xml"))


def text_of(element: ElementTree.Element) -> str:
    return "".join(found.text or "" for found in element.iter(f"{W}t"))


def test_markdown_says_everything_once_and_in_order() -> None:
    text = as_markdown(report(GOOD, BAD))
    expected = (
        "# On prevention",
        "## What is the core of it?",
        "25 November 2026, 10:05 UTC",
        "Searched for: What is the core of prevention?",
        "Searched only in: Title of one · 2005 to 2015",
        "all-MiniLM-L6-v2; library 0123abcd",
        "**Title of one:** “Prevention is the core of it.” \\[1\\]",
        "### Notes",
        "1. Title of one, 2015: “Prevention is the core of it.”",
        "## Who pays?",
        "**No answer.**",
    )
    places = [text.find(part) for part in expected]
    assert -1 not in places, dict(zip(expected, places, strict=True))
    assert places == sorted(places)
    assert "States agree" not in text, "a closest passage is no source"


def test_a_quote_that_no_longer_stands_does_not_leave_and_the_others_keep_their_numbers() -> None:
    text = as_markdown(report(GOOD, gone=(1,)))
    assert "Prevention is the core" not in text
    assert "Left out: 1 statement whose" in text
    assert "\\[2\\]" in text
    assert "\n2. " in text


def test_a_statement_that_its_sources_do_not_support_does_not_leave() -> None:
    statements = (ANSWER.statements[0], replace(ANSWER.statements[1], support=Support.UNSUPPORTED))
    text = as_markdown(report(replace(GOOD, answer=replace(ANSWER, statements=statements))))
    assert "Protection comes second" not in text
    assert "\n2. " not in text


def test_reworded_text_is_not_in_quotation_marks_but_its_source_is() -> None:
    statements = (replace(ANSWER.statements[0], text="It is about prevention.", support=Support.SUPPORTED),)
    text = as_markdown(report(replace(GOOD, answer=replace(ANSWER, statements=statements))))
    assert " It is about prevention. \\[1\\]" in text
    assert "“Prevention is the core of it.”" in text


def test_markdown_from_documents_and_questions_is_not_interpreted() -> None:
    hostile = "<script>x</script> ![i](https://evil.example/i.png) [l](javascript:x) # h $$\\frac{1}{0}$$ \u202egnirts"
    answer = replace(ANSWER, question=hostile, statements=(replace(ANSWER.statements[0], text=hostile),))
    text = as_markdown(report(replace(GOOD, answer=answer)))
    assert not re.search(r"(?<!\\)[<\[$]", text)
    assert "\u2068\\<script\\>" in text, "a right-to-left override ends where the text ends"


@pytest.mark.parametrize("start", ["- item", "1. item", "# head", "> quoted", "+ item", "=== line"])
def test_text_does_not_become_a_list_or_a_heading(start: str) -> None:
    answer = replace(
        ANSWER, statements=(replace(ANSWER.statements[0], lead_in="", text=start, support=Support.SUPPORTED),)
    )
    lines = as_markdown(report(replace(GOOD, answer=answer))).splitlines()
    line = next(line for line in lines if line.endswith("\\[1\\]"))
    assert re.match(r"\\[-#>+=]|1\\\.", line)


def test_word_has_real_footnotes_whose_numbers_begin_at_1_for_each_question() -> None:
    content = as_word(report(GOOD, BAD, GOOD))
    body, footnotes = xml(content, "document"), xml(content, "footnotes")
    references = [int(found.get(f"{W}id") or 0) for found in body.iter(f"{W}footnoteReference")]
    assert references == [1, 2, 3, 4]
    notes = {int(n.get(f"{W}id") or 0): text_of(n) for n in footnotes if n.get(f"{W}type") is None}
    assert list(notes) == references
    assert notes[1].strip() == "Title of one, 2015: “Prevention is the core of it.”"
    assert all(note.find(f".//{W}footnoteRef") is not None for note in footnotes if note.get(f"{W}type") is None)
    assert [s.get(f"{W}val") for s in body.iter(f"{W}numRestart")] == ["eachSect"] * 3
    opened = docx.Document(BytesIO(content))
    text = "\n".join(paragraph.text for paragraph in opened.paragraphs)
    assert "“Prevention is the core of it.”" in text
    assert "No answer. " in text
    assert "0123abcd" in text


def test_a_mark_used_twice_is_one_footnote_with_a_reference_to_it() -> None:
    once, twice = ANSWER.statements[0], replace(ANSWER.statements[1], citations=(2, 1))
    content = as_word(report(replace(GOOD, answer=replace(ANSWER, statements=(once, twice)))))
    body = xml(content, "document")
    assert len(list(body.iter(f"{W}footnoteReference"))) == 2
    (again,) = body.iter(f"{W}fldSimple")
    assert "NOTEREF _Note1" in (again.get(f"{W}instr") or "")
    assert text_of(again) == "1"


def test_numbers_that_word_would_not_count_to_are_written_out() -> None:
    content = as_word(report(GOOD, gone=(1,)))
    (reference,) = xml(content, "document").iter(f"{W}footnoteReference")
    assert reference.get(f"{W}customMarkFollows") == "1"
    (note,) = (n for n in xml(content, "footnotes") if n.get(f"{W}type") is None)
    assert text_of(note).startswith("2 ")


def test_word_takes_any_character() -> None:
    answer = replace(ANSWER, question="a\x00b\x0b & <w:p> \ufffe", statements=ANSWER.statements)
    assert "ab & <w:p>" in text_of(xml(as_word(report(replace(GOOD, answer=answer))), "document"))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("What is R2P?", "what-is-r2p.md"),
        ("../../etc", "etc.md"),
        ("Що?", "conversation.md"),
        ("a" * 99, "a" * 60 + ".md"),
    ],
)
def test_a_file_name_is_one_everywhere(title: str, name: str) -> None:
    assert file_name(title, "md") == name


def test_times_are_written_for_people() -> None:
    assert format_time("2026-11-05T09:03:07+00:00") == "5 November 2026, 09:03 UTC"
    assert format_time("") == ""
