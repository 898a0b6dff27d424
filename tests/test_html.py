"""HTML pages become the same Blocks as other files; what is no text of the document is left out, and nothing runs."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import BlockKind, Document, DocumentMetadata
from assistant.errors import DocumentError
from ingest.html import parse_html
from ingest.loading import load_document
from ingest.manifest import Manifest

METADATA = DocumentMetadata("page", "Page", "page.html", "0" * 64)
HEADING, PARAGRAPH, ITEM, ROW, NOTE = (
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.LIST_ITEM,
    BlockKind.TABLE_ROW,
    BlockKind.FOOTNOTE,
)
SENTENCE = "Each individual State has the responsibility to protect its populations."


def read(body: str, head: str = "") -> Document:
    return parse_html(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>", METADATA)


def kinds(document: Document) -> list[tuple[BlockKind, str]]:
    return [(block.kind, block.text) for block in document.blocks]


def test_headings_give_title_and_sections() -> None:
    document = read(
        f"<h1>World Summit Outcome</h1><h2>IV. Human rights</h2><p>{SENTENCE}</p>"
        f"<h3>Responsibility to protect</h3><p>{SENTENCE}</p><h2>V. Reform</h2><p>{SENTENCE}</p>"
    )
    assert document.metadata.title == "World Summit Outcome"
    assert [b.locator.section for b in document.blocks if b.kind is PARAGRAPH] == [
        ("IV. Human rights",),
        ("IV. Human rights", "Responsibility to protect"),
        ("V. Reform",),
    ]


def test_without_headings_bold_lines_are_headings() -> None:
    document = read(
        f"<p><b>Statement on peace</b></p><p>{SENTENCE}</p><p><strong>Next steps</strong></p><p>{SENTENCE}</p>"
    )

    assert [b.text for b in document.blocks if b.kind is HEADING] == ["Statement on peace", "Next steps"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>One<br>line</p>", [(PARAGRAPH, "One line")]),
        ("<p>One.<br><br>Two.</p>", [(PARAGRAPH, "One."), (PARAGRAPH, "Two.")]),
        ("<div>One.<p>Two.</p>Three.</div>", [(PARAGRAPH, "One."), (PARAGRAPH, "Two."), (PARAGRAPH, "Three.")]),
        ("<p>a <b>bold</b>ly <i>said</i> word.</p>", [(PARAGRAPH, "a boldly said word.")]),
        ("<p>caf&eacute; &amp; &#8220;x&#8221;.</p>", [(PARAGRAPH, "café & “x”.")]),
        ("<blockquote>Quoted.</blockquote>", [(PARAGRAPH, "Quoted.")]),
        ("<p>Open.<p>Unclosed.", [(PARAGRAPH, "Open."), (PARAGRAPH, "Unclosed.")]),
        ("<ul><li>One.</li><li>Two.</li></ul>", [(ITEM, "One."), (ITEM, "Two.")]),
        ("<ol><li>One.</li><li>Two.</li></ol>", [(ITEM, "1. One."), (ITEM, "2. Two.")]),
        ('<ol type="a" start="3"><li>One.</li><li>Two.</li></ol>', [(ITEM, "(c) One."), (ITEM, "(d) Two.")]),
        ("<ul><li><p>One.</p></li><li>Two.<ul><li>In.</li></ul></ul>", [(ITEM, "One."), (ITEM, "Two."), (ITEM, "In.")]),
        (
            "<table><tr><th>State</th><th>Year</th></tr><tr><td>Mali</td><td>2013</td></tr></table>",
            [(ROW, "State | Year"), (ROW, "Mali | 2013")],
        ),
        ("<table><tr><td><p>One.</p><p>Two.</p></td></tr></table>", [(PARAGRAPH, "One."), (PARAGRAPH, "Two.")]),
    ],
)  # fmt: skip
def test_elements_become_blocks(body: str, found: list[tuple[BlockKind, str]]) -> None:
    assert kinds(read(f"<p>Opening of it, which is said at length, and is closed.</p>{body}"))[1:] == found


def test_printed_paragraph_numbers_are_kept() -> None:
    document = read(f"<h1>Report</h1><p>138. {SENTENCE}</p><p>139. {SENTENCE}</p>")

    assert [b.locator.paragraph for b in document.blocks[1:]] == ["138", "139"]


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ('<sup><a href="#fn1">1</a></sup>', '<ol><li id="fn1">See A/60/1. <a href="#r1">↩</a></li></ol>'),
        (
            '<a href="#_ftn1">[1]</a>',
            '<div id="ftn1"><p><a href="#_ftnref1" name="_ftn1">[1]</a> See A/60/1.</p></div>',
        ),
    ],
)
def test_linked_footnotes_are_blocks_of_their_own_and_their_marks_leave_the_sentence(mark: str, note: str) -> None:
    document = read(f"<h1>Report</h1><h2>A</h2><p>It was agreed{mark} in 2005.</p><h2>B</h2><p>{SENTENCE}</p>{note}")

    assert (PARAGRAPH, "It was agreed in 2005.") in kinds(document)
    assert kinds(document)[-1] == (NOTE, "See A/60/1.")
    assert (document.blocks[-1].locator.footnote, document.blocks[-1].locator.section) == ("1", ("A",))


UNREAD = (
    "<script>alert('INERT')</script>",
    "<script>document.write('<p>INERT</p>')</script>",
    "<style>p { content: 'INERT' }</style>",
    "<noscript>INERT</noscript>",
    "<template>INERT</template>",
    "<iframe src='https://example.org'>INERT</iframe>",
    "<svg><text>INERT</text></svg>",
    "<form><input value='INERT'>INERT</form>",
    "<!-- INERT -->",
    "<!--[if mso]>INERT<![endif]-->",
    "<?php INERT ?>",
    "<nav><ul><li>INERT</li></ul></nav>",
    "<header>INERT</header>",
    "<footer>INERT</footer>",
    "<div role='navigation'>INERT</div>",
    "<div class='cookie-notice'>INERT</div>",
    "<p hidden>INERT</p>",
    "<p style='display: none'>INERT</p>",
    "<p style='font-size:0'>INERT</p>",
    "<p aria-hidden='true'>INERT</p>",
    "<p onclick='INERT()'></p>",
    "<a href='javascript:INERT()'></a>",
    "<img src=x onerror='INERT' alt=''>",
    "<object data='INERT.swf'>INERT</object>",
)


@pytest.mark.parametrize("unread", UNREAD)
def test_what_is_not_text_of_the_document_is_left_out_and_the_text_behind_it_stays(unread: str) -> None:
    document = read(f"<p>Before.</p>{unread}<p>After.</p>{unread} Behind.")

    assert "INERT" not in document.text
    assert [b.text for b in document.blocks] == ["Before.", "After.", "Behind."]


def test_a_heading_within_the_main_element_is_kept_and_the_site_around_it_is_not() -> None:
    document = read(
        f"<div>Home | Contact</div><main><header><h1>Report</h1></header><p>{SENTENCE * 3}</p></main><div>Ads</div>"
    )
    assert [b.text for b in document.blocks] == ["Report", SENTENCE * 3]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>Réflexions</p>".encode(), "Réflexions"),
        ("<meta charset=iso-8859-1><p>Réflexions</p>".encode("latin-1"), "Réflexions"),
        (
            "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'><p>Совет</p>".encode("cp1251"),
            "Совет",
        ),
        ("<meta charset=no-such-thing><p>Réflexions</p>".encode(), "Réflexions"),
        ('<?xml version="1.0" encoding="utf-8"?><html><p>Réflexions</p></html>'.encode(), "Réflexions"),
        ("<p>Réflexions</p>".encode("utf-16"), "Réflexions"),
    ],
    ids=range(6),
)
@pytest.mark.parametrize("name", ["page.html", "PAGE.HTM", "page.xhtml"])
def test_a_page_is_read_in_its_own_encoding(tmp_path: Path, data: bytes, text: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    assert load_document(path, Manifest().metadata_for(path, tmp_path)).text == text


def test_an_entity_is_not_read_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    document = parse_html(
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]><html><body><p>A &x; b.</p></body></html>', METADATA
    )
    assert "TOP SECRET" not in document.text


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td"])
def test_a_page_nested_too_deeply_is_refused(tag: str) -> None:
    with pytest.raises(DocumentError, match="nested too deeply"):
        read(f"<{tag}>" * 100_000 + "text")


@pytest.mark.parametrize("data", [b"<html></html>", b"<script>x</script>", b"<p> </p>", b"<!-- only a comment -->"])
def test_a_page_without_text_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(data)
    with pytest.raises(DocumentError, match="holds no text"):
        load_document(path, Manifest().metadata_for(path, tmp_path))


PIECES = ["<p>", "</p>", "<h1>", "</h1>", "<h2>A</h2>", "<li>", "<ul>", "</ul>", "<ol start=9>", "<table>", "<tr><td>",
          "</table>", "<br>", "<br><br>", "<b>", "</b>", '<a href="#n">1</a>', '<p id="n">', "text ", "More. ",
          "&amp;", "&#0;", "<!--", "-->", "<script>", "</script>", "<div hidden>", "</div>", "<", ">", "é", "\ud800",
          "\x00"]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_page_is_a_document_whose_offsets_hold_or_a_refusal(text: str) -> None:
    try:
        document = parse_html(text, METADATA)
    except DocumentError:
        return
    assert all(document.text[b.start : b.end] == b.text for b in document.blocks)


@pytest.mark.parametrize(
    ("page", "first"),
    [
        ("<ol start=9><li>Item</ol>", "9. Item"),
        ("<ol start=²><li>Item</ol>", "1. Item"),
        ("<ol type=i><li value=99999999999999999999>Item</ol>", "(i) Item"),
    ],
)
def test_numbers_that_no_list_can_have_are_not_believed(page: str, first: str) -> None:
    assert read(page).blocks[0].text == first


def test_text_that_strayed_between_the_cells_of_a_table_is_kept_once() -> None:
    document = read("<table>Stray. <p>More.</p><tr><td>One <caption>Two</caption><td>Three</table>")
    assert sorted(re.findall(r"\w+", document.text)) == ["More", "One", "Stray", "Three", "Two"]
