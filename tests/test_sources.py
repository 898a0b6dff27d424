"""A cited passage is shown in its surroundings, its quote highlighted, everything in it inert."""

import re
from dataclasses import replace
from html import unescape

import pytest

from assistant.domain import Block, BlockKind, Citation, Document, DocumentMetadata, Locator, Passage, PassageKind
from assistant.pages.sources import (
    FAR_CHARACTERS,
    NEAR_CHARACTERS,
    SourceLabels,
    passage_html,
    quote_stands,
    source_html,
    surroundings,
)

LABELS = SourceLabels("Earlier", "Later", "The cited passage", "[quote]", "[end of quote]")


def document_of(*parts: tuple[str, str, BlockKind]) -> Document:
    """A document of (section, text, kind) blocks."""
    blocks: list[Block] = []
    text = ""
    for section, part, kind in parts:
        text += "\n\n" if text else ""
        blocks.append(Block(kind, part, len(text), len(text) + len(part), Locator(section=(section,))))
        text += part
    return Document(DocumentMetadata("d", "Title", "d.md", "0" * 64), text, tuple(blocks))


def paragraphs(*texts: str, section: str = "A") -> Document:
    return document_of(*((section, text, BlockKind.PARAGRAPH) for text in texts))


def cite(document: Document, quote: str) -> Citation:
    start = document.text.index(quote)
    return Citation(1, "p", "d", "Title", Locator(section=("A",)), "Title, 2015", quote, start, start + len(quote))


def passage_of(document: Document, first: int, last: int) -> Passage:
    start, end = document.blocks[first].start, document.blocks[last].end
    return Passage("p", "d", 0, PassageKind.BODY, document.text[start:end], start, end, Locator(), (), (), ())


def marked(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r"<mark>(.*?)</mark>", html, re.DOTALL)]


def visible(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_the_quote_is_highlighted_word_for_word_and_nothing_else_is() -> None:
    document = paragraphs("Before it.", "First. The quote stands here. Last.", "After it.")
    html = source_html(document, cite(document, "The quote stands here."), passage_of(document, 1, 1), LABELS)
    assert marked(html) == ["The quote stands here."]


def test_the_text_around_the_passage_is_shown_in_reading_order() -> None:
    document = paragraphs("One.", "Two.", "Three.", "Four.", "Five.")
    text = visible(source_html(document, cite(document, "Three."), passage_of(document, 2, 2), LABELS))
    assert [text.index(word) for word in ("One.", "Two.", "Three.", "Four.", "Five.")] == sorted(
        text.index(word) for word in ("One.", "Two.", "Three.", "Four.", "Five.")
    )


def test_the_surroundings_end_where_the_section_ends() -> None:
    kind = BlockKind.PARAGRAPH
    document = document_of(("A", "Other.", kind), ("B", "Near.", kind), ("B", "Quote.", kind), ("C", "Beyond.", kind))
    text = visible(source_html(document, cite(document, "Quote."), passage_of(document, 2, 2), LABELS))
    assert "Near." in text
    assert "Other." not in text
    assert "Beyond." not in text


def test_a_quote_over_two_blocks_is_highlighted_in_both() -> None:
    document = paragraphs("Start of it", "and its end.", "More.")
    quote = "of it\n\nand its end."
    assert marked(source_html(document, cite(document, quote), passage_of(document, 0, 1), LABELS)) == [
        "of it",
        "and its end.",
    ]


def test_a_quote_is_announced_to_those_who_do_not_see_the_colour_once() -> None:
    document = paragraphs("Start of it", "and its end.")
    html = source_html(document, cite(document, "of it\n\nand its end."), passage_of(document, 0, 1), LABELS)
    assert html.count("[quote]") == 1
    assert html.count("[end of quote]") == 1
    assert html.index("[quote]") < html.index("<mark>") < html.index("[end of quote]")


def test_without_its_passage_the_quote_is_shown_with_the_blocks_that_hold_it() -> None:
    document = paragraphs("Before.", "Here is the quote.", "After.")
    assert marked(source_html(document, cite(document, "the quote"), None, LABELS)) == ["the quote"]


def test_list_items_are_one_list_and_footnotes_carry_their_number() -> None:
    item, note = BlockKind.LIST_ITEM, BlockKind.FOOTNOTE
    document = document_of(("A", "One.", item), ("A", "Two.", item), ("A", "See there.", note))
    html = source_html(document, cite(document, "Two."), passage_of(document, 1, 1), LABELS)
    assert "<ul><li" in html
    assert 'class="pa-footnote"' in html


def test_a_footnote_that_the_passage_refers_to_is_shown_wherever_it_is_printed() -> None:
    kind, note = BlockKind.PARAGRAPH, BlockKind.FOOTNOTE
    document = document_of(("A", "A claim.", kind), ("B", "Other.", kind), ("A", "Note one.", note), ("A", "No.", note))
    claim, other, first, second = document.blocks
    blocks = (
        replace(claim, footnotes=("1",)),
        other,
        replace(first, locator=Locator(section=("A",), footnote="1")),
        replace(second, locator=Locator(section=("A",), footnote="2")),
    )
    document = replace(document, blocks=blocks)
    text = visible(source_html(document, cite(document, "A claim."), passage_of(document, 0, 0), LABELS))
    assert "1 Note one." in text
    assert "No." not in text


def test_what_is_far_is_folded_and_what_is_very_far_is_left_out() -> None:
    block = "x" * (NEAR_CHARACTERS - 1)
    many = [f"{i} {block}" for i in range(FAR_CHARACTERS // NEAR_CHARACTERS * 2)]
    document = paragraphs(*many, "The quote.", *many)
    around = surroundings(document, *cite_span(document, "The quote."))
    assert len(around.before) == len(around.after) == 1
    assert around.far_before[-1].end < around.before[0].start
    assert around.after[0].end < around.far_after[0].start
    assert sum(len(b.text) for b in around.far_before + around.before) <= FAR_CHARACTERS
    html = source_html(document, cite(document, "The quote."), None, LABELS)
    assert html.count("<details") == 2


def cite_span(document: Document, quote: str) -> tuple[int, int]:
    citation = cite(document, quote)
    return citation.start, citation.end


def test_a_changed_document_no_longer_bears_the_quote() -> None:
    before, after = paragraphs("The old words."), paragraphs("The new words.")
    citation = cite(before, "The old words.")
    assert quote_stands(before, citation)
    assert not quote_stands(after, citation)


HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "</mark></div><iframe src=//evil.example>",
    '" onmouseover="alert(1)',
    "&lt;b&gt;",
    "![x](https://evil.example/x.png) [y](javascript:alert(1)) $$\\frac{1}{0}$$",
    "\u202egnirts\u202c",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_document_text_is_shown_as_it_is_and_never_interpreted(text: str) -> None:
    document = paragraphs(f"before {text}", f"say {text} end", f"after {text}")
    html = source_html(document, cite(document, text), passage_of(document, 0, 2), LABELS)
    tags = {name.lower() for name in re.findall(r"</?([A-Za-z][A-Za-z0-9]*)", html)}
    assert tags <= {"div", "p", "span", "mark", "ul", "li", "sup", "details", "summary"}
    assert not re.search(r"<[^>]*\son\w+=", html)
    assert visible(html).count(text) == 3
    assert visible(passage_html(passage_of(document, 1, 1))).count(text) == 1
