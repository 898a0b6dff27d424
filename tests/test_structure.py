"""Draft blocks become a Document: sections, offsets, footnotes, torn blocks."""

import pytest

from assistant.domain import BlockKind, Document, DocumentMetadata
from ingest.structure import DraftBlock, assemble, clean_text, continues, join_lines, join_torn

METADATA = DocumentMetadata("report", "Report", "report.md", "0" * 64)


def heading(text: str, level: int = 1) -> DraftBlock:
    return DraftBlock(BlockKind.HEADING, text, level=level)


def paragraph(text: str, **fields: object) -> DraftBlock:
    return DraftBlock(BlockKind.PARAGRAPH, text, **fields)  # type: ignore[arg-type]


def item(text: str, **fields: object) -> DraftBlock:
    return DraftBlock(BlockKind.LIST_ITEM, text, **fields)  # type: ignore[arg-type]


def note(number: str, text: str) -> DraftBlock:
    return DraftBlock(BlockKind.FOOTNOTE, text, footnote=number)


def sections(document: Document) -> list[tuple[str, tuple[str, ...]]]:
    return [(block.text, block.locator.section) for block in document.blocks]


def test_every_block_is_found_at_its_offsets() -> None:
    document = assemble(
        METADATA, [heading("A"), paragraph("One  two\nthree."), item("x"), item("y"), paragraph("End.")]
    )

    assert document.text == "A\n\nOne two three.\n\nx\ny\n\nEnd."
    assert all(document.text[block.start : block.end] == block.text for block in document.blocks)


def test_a_section_path_holds_the_headings_from_the_outermost_inwards() -> None:
    drafts = [
        heading("Title", level=0),
        paragraph("Opening."),
        heading("I. First:"),
        paragraph("One."),
        heading("Pillar I", level=2),
        paragraph("Two."),
        heading("II. Second"),
        paragraph("Three."),
    ]

    assert sections(assemble(METADATA, drafts)) == [
        ("Title", ()),
        ("Opening.", ()),
        ("I. First:", ("I. First",)),
        ("One.", ("I. First",)),
        ("Pillar I", ("I. First", "Pillar I")),
        ("Two.", ("I. First", "Pillar I")),
        ("II. Second", ("II. Second",)),
        ("Three.", ("II. Second",)),
    ]


def test_a_run_in_heading_extends_the_path_of_its_own_paragraph_only() -> None:
    document = assemble(METADATA, [heading("A"), paragraph("Groups: they fight.", run_in="Groups"), paragraph("All.")])

    assert [block.locator.section for block in document.blocks[1:]] == [("A", "Groups"), ("A",)]


def test_footnotes_stand_behind_the_text_in_the_section_that_refers_to_them() -> None:
    drafts = [
        heading("A"),
        paragraph("One.", footnotes=("1",)),
        note("1", "First note."),
        heading("B"),
        paragraph("Two.", footnotes=("1",)),
        note("1", "Numbered anew on its page."),
        note("9", "Nothing refers to it."),
    ]

    assert sections(assemble(METADATA, drafts))[-3:] == [
        ("First note.", ("A",)),
        ("Numbered anew on its page.", ("B",)),
        ("Nothing refers to it.", ("Notes",)),
    ]


def test_pages_numbers_and_warnings_are_kept() -> None:
    draft = paragraph("One.", page=3, end_page=4, page_label="iii", paragraph="12")
    document = assemble(METADATA, [draft], page_count=9, warnings=["page 2 has no text"])

    block = document.blocks[0]
    assert (block.locator.page, block.end_page, block.locator.page_label, block.locator.paragraph) == (
        3,
        4,
        "iii",
        "12",
    )
    assert (document.page_count, document.warnings) == (9, ("page 2 has no text",))


def test_drafts_without_visible_text_are_left_out() -> None:
    assert assemble(METADATA, [paragraph(" \u200b\n"), heading("\x07")]).blocks == ()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a \t\n b", "a b"),
        ("peace\u00adkeeping\u200b", "peacekeeping"),
        ("a\x00b\x07c", "abc"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("e\u0301", "é"),
        ("“quotes” – and—dashes", "“quotes” – and—dashes"),
    ],
)
def test_text_is_cleaned_of_what_cannot_be_seen(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


TORN = [
    ("Legitimacy is also in part", "a by-product of due diligence."),
    ("Representatives of the Secretary-", "General (SRSGs) and staff."),
    ('was "Healing the Wounds: Speech, Identity and', "Reconciliation in Rwanda and Beyond.”"),
    ("reported by the Office on the Prevention of", "Genocide in due time."),
    ("if Permanent Members employ the veto they", "publicly explain why."),
]
WHOLE = [
    ("One sentence ends here.", "another begins in lower case"),
    ("The Panel recommends:", "prevention first"),
    ("The Security Council,", "Reaffirming its resolutions,"),
    ("New York, NY 10017", "tel: 646.465.8523"),
    ("fax: 212.599.1332", "info@example.org"),
    ("Four essential shifts", "Primacy of politics"),
    ("He said “we must act.”", "then he left"),
]


@pytest.mark.parametrize(("before", "after"), TORN)
@pytest.mark.parametrize("make", [paragraph, item])
def test_a_block_torn_at_the_end_of_a_page_is_recognised(make, before: str, after: str) -> None:
    assert continues(make(before), paragraph(after))


@pytest.mark.parametrize(("before", "after"), WHOLE)
def test_blocks_that_only_look_alike_are_left_apart(before: str, after: str) -> None:
    assert not continues(paragraph(before), paragraph(after))


def test_headings_numbered_paragraphs_and_list_items_continue_nothing() -> None:
    assert not continues(heading("The use of"), paragraph("force in the field"))
    assert not continues(paragraph("It decides to"), paragraph("act at once", paragraph="4"))
    assert not continues(paragraph("It decides to"), item("act at once"))


def test_a_torn_block_is_joined_across_the_footnotes_printed_in_between() -> None:
    drafts = [
        item("Appropriate planning", footnotes=("2",)),
        note("1", "A whole note."),
        note("2", "Advisers provide support, including through"),
        paragraph("should be initiated.", footnotes=("3",), page=2),
        paragraph("Another paragraph."),
        paragraph("identifying areas of engagement."),
    ]

    joined = join_torn(drafts)

    assert [draft.text for draft in joined] == [
        "Appropriate planning should be initiated.",
        "A whole note.",
        "Advisers provide support, including through identifying areas of engagement.",
        "Another paragraph.",
    ]
    assert (joined[0].footnotes, joined[0].end_page) == (("2", "3"), 2)


@pytest.mark.parametrize(
    ("lines", "words", "whole"),
    [
        (["the imple-", "mentation of"], {"implementation"}, "the implementation of"),
        (["the imple-", "mentation of"], set(), "the implementation of"),
        (["a cross-", "regional view"], {"cross-regional"}, "a cross-regional view"),
        (["in the long-", "term"], set(), "in the long-term"),
        (["the Secretary-", "General"], set(), "the Secretary-General"),
        (["from 2005-", "2015"], set(), "from 2005- 2015"),
        (["peace and", "security"], set(), "peace and security"),
        (["", " "], set(), ""),
    ],
)
def test_lines_are_joined_and_broken_words_mended(lines: list[str], words: set[str], whole: str) -> None:
    assert join_lines(lines, words) == whole
