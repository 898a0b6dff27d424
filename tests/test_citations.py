"""How a source is cited, where a quote stands, and what may carry a marker."""

from dataclasses import replace

import pytest

from assistant.citations import Draft, cite_as, format_date, locate, quote_statements
from assistant.domain import BlockKind, Document, DocumentMetadata, Locator, Passage, Sentence, Support
from tests.fakes import make_document, make_passages

STATEMENT = DocumentMetadata(
    id="statement",
    title="Statement on the Release",
    file_name="statement.md",
    sha256="0",
    body="International Coalition for the Responsibility to Protect (ICRtoP)",
    date="2015-06",
)
RESOLUTION = replace(STATEMENT, symbol="S/RES/1674", date="2006-04-28", title="Resolution 1674 (2006)")
REPORT = replace(STATEMENT, symbol="A/69/981", date="2015-07-13")


@pytest.mark.parametrize(
    ("date", "written"),
    [
        ("2015-06-16", "16 June 2015"),
        ("2015-06-01", "1 June 2015"),
        ("2010-12", "December 2010"),
        ("2015", "2015"),
        (None, "undated"),
        ("", "undated"),
    ],
)
def test_a_date_is_written_as_precisely_as_it_is_known(date: str | None, written: str) -> None:
    assert format_date(date) == written


@pytest.mark.parametrize(
    ("metadata", "locator", "cited"),
    [
        (STATEMENT, Locator(), "ICRtoP, “Statement on the Release”, June 2015"),
        (STATEMENT, Locator(("A", "B")), "ICRtoP, “Statement on the Release”, June 2015, under “B”"),
        (STATEMENT, Locator(("A",), page=3), "ICRtoP, “Statement on the Release”, June 2015, under “A”, p. 3"),
        (STATEMENT, Locator(page=3, page_label="iii"), "ICRtoP, “Statement on the Release”, June 2015, p. iii"),
        (STATEMENT, Locator(footnote="2"), "ICRtoP, “Statement on the Release”, June 2015, footnote 2"),
        (replace(STATEMENT, body=None, date=None), Locator(), "“Statement on the Release”"),
        (replace(STATEMENT, body="Global Centre"), Locator(), "Global Centre, “Statement on the Release”, June 2015"),
        (replace(STATEMENT, body="UN (inferred)", date=None), Locator(), "UN (inferred), “Statement on the Release”"),
        (RESOLUTION, Locator(paragraph="4", page=2), "S/RES/1674 (2006), para. 4"),
        (RESOLUTION, Locator(paragraph="preambular para. 4"), "S/RES/1674 (2006), preambular para. 4"),
        (replace(RESOLUTION, date=None), Locator(paragraph="4"), "S/RES/1674, para. 4"),
        (REPORT, Locator(("Summary",), page=7), "A/69/981, sect. “Summary”, p. 7"),
        (REPORT, Locator(("Summary",), paragraph="7 (b)"), "A/69/981, para. 7 (b)"),
        (REPORT, Locator(paragraph="12", footnote="3"), "A/69/981, para. 12, footnote 3"),
    ],
)
def test_a_source_is_cited_by_symbol_or_by_body_title_and_date_then_by_place(
    metadata: DocumentMetadata, locator: Locator, cited: str
) -> None:
    assert cite_as(metadata, locator) == cited


TEXT = "The “right to\nprotect” – so the Panel’s view. The Panel said no. The Panel said no."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("The Panel said no.", "The Panel said no."),
        ("  The Panel said no.\n", "The Panel said no."),
        ("right to protect", "right to\nprotect"),
        ("right   to protect", "right to\nprotect"),
        ('"right to protect"', "“right to\nprotect”"),
        ("- so the Panel's view", "– so the Panel’s view"),
        ("— so the Panel‘s view", "– so the Panel’s view"),
    ],
)
def test_a_quote_is_found_exactly_or_but_for_white_space_and_typography(quote: str, found: str) -> None:
    span = locate(quote, TEXT)
    assert span is not None
    assert TEXT[slice(*span)] == found


@pytest.mark.parametrize(
    "quote",
    ["The panel said no.", "The Panel said no!", "The Panel says no.", "right to protects", "Panel view", "", " \n"],
)
def test_what_differs_in_a_letter_is_never_found(quote: str) -> None:
    assert locate(quote, TEXT) is None


@pytest.mark.parametrize(("near", "occurrence"), [(0, 0), (len(TEXT), 1)])
def test_of_several_places_the_nearest_is_taken(near: int, occurrence: int) -> None:
    first = TEXT.index("The Panel said no.")
    starts = [first, TEXT.index("The Panel said no.", first + 1)]
    assert locate("The Panel said no.", TEXT, near) == (starts[occurrence], starts[occurrence] + 18)


def test_a_quote_with_regular_expression_characters_is_only_text() -> None:
    assert locate("(a) x.*", "See (a) x.* there") == (4, 11)


DOCUMENT = make_document("panel", "Peace is made. It is kept.", "Missions report.")
DOCUMENTS = {"panel": DOCUMENT}
FIRST, SECOND = make_passages(DOCUMENT)


def draft(passage: Passage, text: str, start: int, **shown: object) -> Draft:
    sentence = Sentence(text, start, start + len(text), BlockKind.PARAGRAPH, 1)
    return Draft(sentence, passage, **shown)  # type: ignore[arg-type]  # each caller gives its own fields


def test_markers_count_the_quotes_in_order_of_appearance() -> None:
    drafts = [Draft(SECOND.sentences[0], SECOND), Draft(FIRST.sentences[1], FIRST, lead_in="Panel:", item=True)]
    statements, citations = quote_statements(drafts, DOCUMENTS)

    assert [s.citations for s in statements] == [(1,), (2,)]
    assert [c.marker for c in citations] == [1, 2]
    assert [c.quote for c in citations] == ["Missions report.", "It is kept."]
    assert [s.text for s in statements] == [c.quote for c in citations]
    assert all(DOCUMENT.text[c.start : c.end] == c.quote for c in citations)
    assert all(s.support is Support.VERBATIM for s in statements)
    assert (statements[1].lead_in, statements[1].item) == ("Panel:", True)
    assert citations[0].passage_id == SECOND.id
    assert citations[0].title == DOCUMENT.metadata.title
    assert citations[0].cite_as == "“Title of panel”, under “Findings”"


def test_sentences_that_follow_one_another_in_one_block_share_a_citation() -> None:
    drafts = [Draft(sentence, FIRST) for sentence in FIRST.sentences] + [Draft(SECOND.sentences[0], SECOND)]
    statements, citations = quote_statements(drafts, DOCUMENTS)

    assert [s.text for s in statements] == ["Peace is made.", "It is kept.", "Missions report."]
    assert [s.citations for s in statements] == [(1,), (1,), (2,)]
    assert [c.quote for c in citations] == ["Peace is made. It is kept.", "Missions report."]
    assert all(DOCUMENT.text[c.start : c.end] == c.quote for c in citations)


def test_list_items_are_cited_one_by_one() -> None:
    drafts = [Draft(sentence, FIRST, item=True) for sentence in FIRST.sentences]
    assert [s.citations for s in quote_statements(drafts, DOCUMENTS)[0]] == [(1,), (2,)]


def test_what_is_shown_is_the_documents_own_text_where_the_quote_is_spelt_another_way() -> None:
    document: Document = make_document("typeset", "The Panel’s “view” stands.")
    (passage,) = make_passages(document)
    wrong_span = draft(passage, 'The Panel\'s "view" stands.', 0)
    statements, citations = quote_statements([wrong_span], {"typeset": document})

    assert statements[0].text == citations[0].quote == "The Panel’s “view” stands."
    assert document.text[citations[0].start : citations[0].end] == citations[0].quote


def test_a_quote_that_is_not_in_the_document_is_dropped_and_takes_no_marker() -> None:
    drafts = [draft(FIRST, "Peace is easily made.", FIRST.start), Draft(FIRST.sentences[1], FIRST)]
    statements, citations = quote_statements(drafts, DOCUMENTS)

    assert [s.text for s in statements] == ["It is kept."]
    assert [c.marker for c in citations] == [1]


def test_a_quote_is_located_by_the_block_in_which_it_begins() -> None:
    blocks = list(DOCUMENT.blocks)
    blocks[2] = replace(blocks[2], locator=Locator(("Findings",), page=4, paragraph="12"))
    document = replace(DOCUMENT, blocks=tuple(blocks))
    joined = replace(FIRST, text=document.text[FIRST.start : SECOND.end], end=SECOND.end)
    _, citations = quote_statements([Draft(SECOND.sentences[0], joined)], {"panel": document})

    assert citations[0].locator == Locator(("Findings",), page=4, paragraph="12")
