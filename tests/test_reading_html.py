"""A part of a document as HTML: numbers in the margin, lists, tables, notes, the target marked, and all of it inert."""

import re
from dataclasses import replace

import pytest

from assistant.domain import Block, BlockKind, Document, DocumentMetadata, Locator
from assistant.pages.reading_html import ReadingLabels, Target, part_html
from assistant.paging import page_document

LABELS = ReadingLabels("p. #", "Notes", "note", "Table", "[mark]", "[end]")
HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> ![x](https://evil.example/x.png) $\\frac{1}{0}$"


def block(kind: BlockKind, text: str, **known: object) -> Block:
    level = known.pop("level", 0)
    footnotes = known.pop("footnotes", ())
    end_page = known.pop("end_page", None)
    return Block(kind, text, 0, 0, Locator(**known), level, footnotes, end_page)  # type: ignore[arg-type]


def make(*blocks: Block) -> Document:
    placed: list[Block] = []
    at = 0
    for one in blocks:
        placed.append(replace(one, start=at, end=at + len(one.text)))
        at += len(one.text) + 2
    text = "\n\n".join(one.text for one in blocks)
    return Document(DocumentMetadata("x", "X", "x.md", "0" * 64), text, tuple(placed))


def render(document: Document, target: Target | None = None) -> str:
    paged = page_document(document)
    return part_html(paged, paged.parts[0], target or Target(), LABELS)


PARAGRAPH, ITEM, ROW = BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW
REPORT = make(
    block(BlockKind.HEADING, "I. Mandate", section=("I. Mandate",), level=1, page=1),
    block(PARAGRAPH, "7. The Council decides:", section=("I. Mandate",), paragraph="7", page=1, footnotes=("3",)),
    block(ITEM, "(a) to stay;", section=("I. Mandate",), paragraph="7 (a)", page=1),
    block(ITEM, "a plain item", section=("I. Mandate",), page=2, level=1),
    block(ROW, "Year | Cost", section=("I. Mandate",), page=2),
    block(ROW, "2025 | 12", section=("I. Mandate",), page=3),
    block(PARAGRAPH, "Reaffirming its will,", paragraph="preambular para. 4", page=3, page_label="iii"),
    block(BlockKind.FOOTNOTE, "See S/2015/446.", footnote="3", page=3),
)


def test_page_and_paragraph_numbers_stand_in_the_margin_and_once() -> None:
    text = render(REPORT)
    assert re.findall(r'pa-page">([^<]+)<', text) == ["p. 1", "p. 2", "p. 3"]
    assert re.findall(r'pa-number">([^<]+)<', text) == ["7.", "preambular para. 4"]
    assert ">The Council decides:" in text
    assert '<p class="pa-level-0">(a) to stay;' in text


def test_the_printed_page_number_is_shown_where_it_differs() -> None:
    document = make(block(PARAGRAPH, "Preface", page=3, page_label="iii"))
    assert "p. iii" in render(document)


def test_items_and_rows_become_lists_and_tables() -> None:
    text = render(REPORT)
    assert text.count("<ul") == 1
    assert text.count("<li") == 2
    assert '<p class="pa-level-1 pa-bullet">a plain item' in text
    assert "<td>Year</td><td>Cost</td></tr>" in text
    assert text.count("<table") == 2  # one on each page


def test_footnotes_and_references_to_them_are_shown() -> None:
    text = render(REPORT)
    assert '<sup><span class="pa-aloud"> note </span>3</sup>' in text
    assert '<p class="pa-footnote"><sup>3</sup> See S/2015/446.</p>' in text


def test_a_note_that_stands_in_another_part_is_shown_under_this_one() -> None:
    document = make(
        block(PARAGRAPH, "Claimed. " + "word " * 2300, footnotes=("1",)),
        block(PARAGRAPH, "word " * 2300),
        block(BlockKind.FOOTNOTE, "The evidence.", footnote="1"),
        block(BlockKind.FOOTNOTE, "Another.", footnote="2"),
    )
    text = render(document)
    assert "Notes" in text
    assert "The evidence." in text
    assert "Another." not in text


@pytest.mark.parametrize(
    ("quote", "marked"),
    [
        ("Council decides", ["Council decides"]),
        ("7. The", ["The"]),  # the number stands in the margin
        ("decides:\n\n(a) to", ["decides:", "(a) to"]),
        ("Cost\n\n2025", ["Cost", "2025"]),
        ("Year | Cost", ["Year", "Cost"]),
    ],
)
def test_a_span_is_marked_also_across_blocks_and_cells(quote: str, marked: list[str]) -> None:
    start = REPORT.text.index(quote)
    text = render(REPORT, Target(span=(start, start + len(quote))))
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", text) == marked
    assert text.count("pa-here") == 1


def test_the_first_mark_is_the_one_to_scroll_to_also_where_the_span_begins_in_the_margin() -> None:
    start = REPORT.text.index("7. The")
    text = render(REPORT, Target(span=(start, start + 10)))
    assert text.count('class="pa-first"') == 1
    assert text.count("[mark]") == text.count("[end]") == 1


def test_a_passage_is_framed_and_a_position_only_led_to() -> None:
    start, end = REPORT.text.index("7. The"), REPORT.text.index("a plain")
    text = render(REPORT, Target(passage=(start, end)))
    assert text.count("pa-passage") == 2
    assert "<mark" not in text
    led = render(REPORT, Target(position=end))
    assert "pa-passage" not in led
    assert '<li class="pa-block pa-here" tabindex="-1">' in led


@pytest.mark.parametrize("kind", list(BlockKind))
def test_text_is_inert_in_every_kind_of_block(kind: BlockKind) -> None:
    document = make(
        block(
            kind, HOSTILE, paragraph=HOSTILE[:20], footnote=HOSTILE[:20], page=1, page_label="<b>", footnotes=("<i>",)
        )
    )
    text = render(document, Target(span=(3, 30), passage=(0, 50)))
    assert not re.search(r"<(?:script|img|b|i|a)\b", text)
    assert "&lt;img" in text
    shown = re.sub(r"<[^>]+>| *\[(?:mark|end)\] *", "", text)
    assert "alert(1)&lt;/script&gt;" in shown
