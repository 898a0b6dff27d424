"""From placed text to blocks: every page here is made of fragments, as a reader of PDFs gives them."""

from collections.abc import Sequence

import pytest

from assistant.domain import Block, BlockKind, Document, DocumentMetadata
from ingest.manifest import title_from_file_name
from ingest.pdf_page import Fragment, PageText, find_lines
from ingest.pdf_structure import document_from_pages

WIDTH = 5.0  # points a character, at size 10
BODY = "The Committee considered the report and decided to transmit it to the Assembly for its"  # a full line
METADATA = DocumentMetadata("doc", title_from_file_name("doc.pdf"), "doc.pdf", "0")


def piece(text: str, x: float, y: float, size: float = 10, bold: bool = False, italic: bool = False) -> Fragment:
    return Fragment(text, x, y, len(text) * WIDTH * size / 10, size, bold, italic)


def page(number: int, *fragments: Fragment) -> PageText:
    return PageText(number, 612, 792, fragments)


def column(lines: Sequence[str], x: float, top: float, step: float = 12, **style: float) -> list[Fragment]:
    return [piece(line, x, top - i * step, **style) for i, line in enumerate(lines)]  # type: ignore[arg-type]


def read(*pages: PageText) -> Document:
    document = document_from_pages(METADATA, pages, {})
    assert all(document.text[b.start : b.end] == b.text for b in document.blocks)
    return document


def of_kind(document: Document, kind: BlockKind) -> list[Block]:
    return [block for block in document.blocks if block.kind is kind]


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def test_runs_of_one_baseline_are_a_line_and_a_wide_gap_ends_it() -> None:
    lines = find_lines(page(1, piece("Secretary", 100, 700), piece("-General", 145, 700), piece("2027", 300, 700)))
    assert [line.text for line in lines] == ["Secretary-General", "2027"]


def test_a_raised_sign_leaves_the_line_and_is_remembered() -> None:
    (line,) = find_lines(page(1, piece("the plan,", 100, 700), piece("4", 145, 703.5, 6.5), piece("which", 149, 700)))
    assert (line.text.replace(" ", ""), [mark.mark for mark in line.marks]) == ("theplan,which", ["4"])


def test_two_columns_given_row_by_row_are_read_one_after_the_other() -> None:
    left = column([f"left text of the first column, row number {i}" for i in range(14)], 60, 700)
    right = column([f"right text of the other column, row number {i}" for i in range(14)], 330, 700)
    mixed = [fragment for pair in zip(left, right, strict=True) for fragment in pair]
    lines = [line.text.split()[0] for line in find_lines(page(1, *mixed))]
    assert lines == ["left"] * 14 + ["right"] * 14


def test_lines_become_paragraphs_at_spaces_and_numbers_are_kept() -> None:
    first = column(["12. " + BODY, "consideration."], 100, 700)
    second = column(["13. " + BODY, "action."], 100, 670)
    document = read(page(1, *first, *second))
    assert [block.locator.paragraph for block in document.blocks] == ["12", "13"]
    assert document.blocks[0].text == f"12. {BODY} consideration."


@pytest.mark.parametrize("number", ["15.1", "29A.12", "3.I.30", "A.8", "7."])
def test_printed_numbers_of_every_style_are_the_locator(number: str) -> None:
    document = read(page(1, piece(f"{number} {BODY}", 100, 700), piece("consideration.", 100, 688)))
    assert document.blocks[0].locator.paragraph == number.rstrip(".")


def test_items_are_numbered_under_their_paragraph() -> None:
    fragments = [
        piece("7. Decides as follows:", 100, 700),
        piece("(a) " + BODY, 120, 680),
        piece("(i) " + BODY, 140, 660),
        piece("(b) " + BODY, 120, 640),
    ]
    document = read(page(1, *fragments))
    assert [block.locator.paragraph for block in document.blocks] == ["7", "7 (a)", "7 (a) (i)", "7 (b)"]
    assert [block.kind for block in document.blocks[1:]] == [BlockKind.LIST_ITEM] * 3


def test_a_paragraph_torn_by_the_page_end_is_one_block_on_two_pages() -> None:
    start = column(["1. " + BODY, BODY], 100, 700)
    rest = column(["consideration. It also took note.", "And so on."], 100, 700)
    document = read(page(1, *start), page(2, *rest))
    (block,) = document.blocks
    assert (block.locator.page, block.end_page) == (1, 2)
    assert block.text.endswith("for its consideration. It also took note. And so on.")


def test_a_finished_paragraph_is_not_joined_with_the_next_page() -> None:
    document = read(
        page(1, *column(["1. " + BODY, "consideration."], 100, 700)), page(2, *column(["2. " + BODY], 100, 700))
    )
    assert len(document.blocks) == 2


def test_running_headers_page_and_job_numbers_are_dropped() -> None:
    pages = [
        page(
            n,
            piece("A/80/604", 60, 750, 8.5, bold=True),
            piece("Section 15 Human settlements", 300, 750, 8.5, bold=True),
            *column([f"{n}. {BODY}", f"consideration number {n}."], 100, 700),
            piece(f"{n}/4", 60, 36, 8.5, bold=True),
            piece("26-04887", 520, 38, 7),
        )
        for n in range(1, 5)
    ]
    document = read(*pages)
    assert len(document.blocks) == 4
    assert "A/80/604" not in document.text
    assert "Human settlements" not in document.text
    assert "26-04887" not in document.text


def test_the_last_line_of_a_full_page_is_text_even_where_other_pages_have_a_footer() -> None:
    full = page(1, *column(["1. " + BODY, *[BODY] * 4, "consideration."], 100, 110))
    others = [page(n, *column([f"{n}. {BODY}"], 100, 700), piece("Draft report", 100, 50, 8)) for n in range(2, 6)]
    document = read(full, *others)

    assert "consideration." in document.text
    assert "Draft report" not in document.text


def test_a_heading_repeated_at_the_top_of_pages_with_other_text_is_no_header() -> None:
    openings = ["Resolutions", "Alpha", "Beta", "Resolutions", "Gamma", "Delta"]
    pages = [page(n, *column([text], 100, 740)) for n, text in enumerate(openings, 1)]
    assert "Resolutions" in read(*pages).text


def test_the_printed_page_number_is_the_label_where_it_differs() -> None:
    pages = [page(n, *column([f"{n}. {BODY}"], 100, 700), piece(f"{n + 10}", 300, 30, 8)) for n in (1, 2)]
    assert [block.locator.page_label for block in read(*pages).blocks] == ["11", "12"]


def test_footnotes_leave_the_flow_and_their_marks_the_sentence() -> None:
    fragments = [
        *column(["1. " + BODY], 100, 700),
        piece("area of 2 million m", 100, 688),
        piece("2", 195, 691.5, 6.5),
        piece(" was cleared.", 198, 688),
        piece("3", 263, 691.5, 6.5),
        piece(" It goes on.", 267, 688),
        piece("3", 100, 93, 5.5),
        piece("See the annual report.", 106, 90, 8.5),
    ]
    document = read(page(1, *fragments))
    paragraph, note = document.blocks
    assert paragraph.text.endswith("area of 2 million m2 was cleared. It goes on.")
    assert paragraph.footnotes == ("3",)
    assert (note.kind, note.locator.footnote, note.text) == (BlockKind.FOOTNOTE, "3", "See the annual report.")


def test_headings_are_found_by_size_and_weight_and_nested() -> None:
    fragments = [
        piece("I. Introduction", 100, 720, 14, bold=True),
        piece("Background", 100, 695, 12, bold=True),
        *column([f"1. {BODY}", "consideration."], 100, 670),
        piece("Mandate", 100, 640, 12, bold=True),
        *column([f"2. {BODY}", "consideration."], 100, 615),
        piece("II. Findings", 100, 585, 14, bold=True),
        *column([f"3. {BODY}", "consideration."], 100, 560),
    ]
    document = read(page(1, *fragments))
    paragraphs = of_kind(document, BlockKind.PARAGRAPH)
    assert [block.locator.section for block in paragraphs] == [
        ("I. Introduction", "Background"),
        ("I. Introduction", "Mandate"),
        ("II. Findings",),
    ]


def test_a_bold_paragraph_is_no_heading() -> None:
    bold = piece("The Committee recommends approval of the proposal.", 120, 700, bold=True)
    document = read(page(1, piece("12.", 100, 700), bold, *column([f"13. {BODY}"], 100, 670)))
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH] * 2


def test_a_table_is_kept_row_by_row_under_its_caption() -> None:
    fragments = [
        *column([f"1. {BODY}", "consideration."], 100, 720),
        piece("Table 3", 60, 690),
        piece("Financial resources", 60, 678, bold=True),
        piece("Category", 60, 650, 7),
        piece("2025", 400, 650, 7),
        piece("Military and police", 60, 630, 8.5),
        piece("personnel", 60, 620, 8.5),
        piece("41 945.0", 400, 620, 8.5),
        piece("Civilian personnel", 60, 600, 8.5),
        piece("15 528.8", 400, 600, 8.5),
        *column([f"2. {BODY}", "consideration."], 100, 570),
    ]
    document = read(page(1, *fragments))
    rows = of_kind(document, BlockKind.TABLE_ROW)
    assert [row.text for row in rows] == [
        "Category | 2025",
        "Military and police personnel | 41 945.0",
        "Civilian personnel | 15 528.8",
    ]
    assert {row.locator.section for row in rows} == {("Table 3 Financial resources",)}
    assert document.blocks[-1].locator.section == ()  # after the table its caption no longer holds


def test_preambular_and_operative_paragraphs_are_told_apart() -> None:
    fragments = [
        piece("Resolution 2768 (2025)", 100, 730, 14, bold=True),
        piece("The Security Council,", 120, 700),
        piece("Recalling its resolutions,", 120, 680),
        piece("Deeply concerned,", 120, 660),
        piece("1. Decides to act;", 120, 640),
        piece("(a) at once;", 140, 620),
        piece("2. Remains seized.", 120, 600),
    ]
    document = read(page(1, *fragments))
    assert [block.locator.paragraph for block in document.blocks[2:]] == [
        "preambular para. 1",
        "preambular para. 2",
        "1",
        "1 (a)",
        "2",
    ]
    assert document.metadata.title == "Resolution 2768 (2025)"


def test_the_masthead_becomes_metadata() -> None:
    fragments = [
        piece("United Nations", 120, 735, 14),
        piece("A/80/604/Add.1", 480, 735),
        piece("General Assembly", 120, 705, 20, bold=True),
        piece("Distr.: General", 397, 705),
        piece("7 April 2026", 397, 693),
        piece("Original: English", 397, 670),
        piece("Eightieth session", 60, 568, bold=True),
        piece("Agenda item 156 (a)", 60, 556),
        piece("Financing of the Force", 120, 500, 14, bold=True),
        piece("Report of the Committee", 120, 470, 12, bold=True),
        *column([f"1. {BODY}", "consideration."], 120, 440),
    ]
    document = read(page(1, *fragments))
    metadata = document.metadata
    assert (metadata.symbol, metadata.body, metadata.date) == ("A/80/604/Add.1", "General Assembly", "2026-04-07")
    assert (metadata.title, metadata.kind) == ("Financing of the Force", "report")
    assert "Distr." not in document.text


def test_what_the_manifest_says_is_not_overruled() -> None:
    known = DocumentMetadata("doc", "A title of ours", "doc.pdf", "0", symbol="A/1/1", date="2001")
    document = document_from_pages(known, [page(1, piece("A large title", 100, 700, 20))], {})
    assert (document.metadata.title, document.metadata.symbol, document.metadata.date) == (known.title, "A/1/1", "2001")


def test_a_scan_is_not_dated_by_the_day_it_was_made() -> None:
    document = document_from_pages(METADATA, [page(1, piece(BODY, 100, 700))], {"CreationDate": "D:20060421094412"})
    assert document.metadata.date is None


def test_the_job_number_tells_the_language() -> None:
    document = read(page(1, piece(BODY, 100, 700), piece("25-01234 (R)", 80, 40)))
    assert document.metadata.language == "ru"


def test_pages_without_text_make_no_blocks() -> None:
    document = read(page(1), page(2, piece("1. " + BODY, 100, 700)))
    assert (len(document.blocks), document.page_count) == (1, 2)


def test_hyphens_at_line_ends_stay_in_a_document_that_breaks_no_words() -> None:
    first = column(["1. " + BODY[:-6] + "cross-", "cutting matters."], 100, 700)
    assert "cross-cutting" in texts(read(page(1, *first)))[0]
