"""Markdown and plain text made from PDF become Documents."""

from pathlib import Path

import pytest

from assistant.domain import Block, BlockKind, Document, DocumentMetadata
from ingest.loading import load_document
from ingest.manifest import read_manifest
from ingest.markup import plain
from ingest.text import parse_text

CORPUS = Path(__file__).parent.parent / "corpus"
PROSE = "The Panel reiterated that the protection of civilians is a core obligation of the United Nations."


def parse(text: str, title: str = "") -> Document:
    return parse_text(text, DocumentMetadata("report", title, "report.md", "0" * 64))


def shape(document: Document) -> list[tuple[str, int, str]]:
    """Kind, level and text of each block."""
    return [(str(block.kind), block.level, block.text) for block in document.blocks]


def headings(document: Document) -> list[tuple[int, str]]:
    return [(level, text) for kind, level, text in shape(document) if kind == "heading"]


def corpus(document_id: str) -> Document:
    path = CORPUS / f"{document_id}.md"
    return load_document(path, read_manifest(CORPUS).metadata_for(path, CORPUS))


def block_starting(document: Document, start: str) -> Block:
    (found,) = [block for block in document.blocks if block.text.startswith(start)]
    return found


# --- marks inside a line


@pytest.mark.parametrize(
    ("marked", "text", "notes"),
    [
        (
            "**The primacy of prevention:** As *the report* states",
            "The primacy of prevention: As the report states",
            (),
        ),
        ("“[*A vital commitment*](#)”. The report", "“A vital commitment”. The report", ()),
        ("see [“Fulfilling our Responsibility”](https://un.org/a_(b))", "see “Fulfilling our Responsibility”", ()),
        ("***both*** and __bold__ and _italic_", "both and bold and italic", ()),
        ("**bold with *italic* inside**", "bold with italic inside", ()),
        ("two * three * four, snake_case_name", "two * three * four, snake_case_name", ()),
        ("agenda.<sup>1</sup>", "agenda.", ("1",)),
        ("agenda.[^12] More<sup>3, 4</sup>", "agenda. More", ("12", "3", "4")),
        ("10 km<sup>2</sup> on the 5<sup>th</sup>", "10 km2 on the 5th", ()),
        ("Adviser.² 5 km²", "Adviser. 5 km²", ("2",)),
        ("Adviser.⁷", "Adviser.⁷", ()),  # no footnote has this number
        ("a<br>b &amp; c <span id='x'>d</span> 3 < 4", "a b & c d 3 < 4", ()),
        (r"1\. not a \*list\*", "1. not a *list*", ()),
        ("see <https://un.org>", "see https://un.org", ()),
    ],
)
def test_marks_go_and_words_stay(marked: str, text: str, notes: tuple[str, ...]) -> None:
    assert plain(marked, known_notes={"2"}) == (text, notes)


# --- headings


@pytest.mark.parametrize(
    "line",
    [
        "## Recommendations for action",
        "## **Recommendations for action**",
        "### *Recommendations for action*",
        "**Recommendations for action**",
        "Recommendations for action",
        "Recommendations for action\n---",
    ],
)
@pytest.mark.parametrize("body", [PROSE, "- Establish a forum.\n- Reinforce capabilities."])
def test_a_heading_is_recognised_however_it_is_marked(line: str, body: str) -> None:
    document = parse(f"# Title of the report\n\n{PROSE}\n\n{line}\n\n{body}\n")

    assert headings(document) == [(0, "Title of the report"), (1, "Recommendations for action")]


@pytest.mark.parametrize(
    "line", ["IV. New Challenges in Protection:", "RECOMMENDATIONS FOR ACTION", "B. Mediation", "2.1 Early warning"]
)
def test_a_numbered_or_capital_heading_is_recognised(line: str) -> None:
    assert (1, line) in headings(parse(f"Title\n\n{PROSE}\n\n{line}\n\n{PROSE}\n"))


@pytest.mark.parametrize(
    "line",
    [
        "This short sentence is none.",
        "The Panel recommends:",
        "tel: 646.465.8523",
        "Website: example.org",
        "the lower-case rest of something",
    ],
)
def test_other_short_lines_are_no_headings(line: str) -> None:
    assert headings(parse(f"Title\n\n{PROSE}\n\n{line}\n\n- An item.\n")) == [(0, "Title")]


def test_kinds_of_headings_nest_in_their_usual_order() -> None:
    document = parse(
        f"Title\n\nI. First\n\n{PROSE}\n\nPillar I: The State\n\n{PROSE}\n\nPillar II: Assistance\n\n{PROSE}\n\n"
        f"II. Second\n\n{PROSE}\n\nConclusion\n\n{PROSE}"
    )

    assert headings(document)[1:] == [
        (1, "I. First"),
        (2, "Pillar I: The State"),
        (2, "Pillar II: Assistance"),
        (1, "II. Second"),
        (1, "Conclusion"),
    ]


def test_a_short_heading_over_another_short_heading_stands_outside_it() -> None:
    document = parse(
        f"Title\n\n{PROSE}\n\nFour shifts are needed\n\n- One.\n\nSome key recommendations\n\n"
        "On prevention\n\n- Two.\n\nMore field support\n\n- Three.\n"
    )

    assert headings(document)[1:] == [
        (1, "Four shifts are needed"),
        (1, "Some key recommendations"),
        (2, "On prevention"),
        (2, "More field support"),
    ]


def test_run_in_headings_name_the_section_and_stay_in_the_text() -> None:
    document = parse(
        f"Title\n\nI. Challenges\n\nArmed groups: {PROSE} They fight.\n\nNew technologies: {PROSE} They spread.\n"
    )

    assert document.blocks[2].locator.section == ("I. Challenges", "Armed groups")
    assert document.blocks[2].text.startswith("Armed groups: The Panel")


# --- the title block


def test_the_title_block_ends_before_the_first_section() -> None:
    document = parse(f"UNITED NATIONS\n\nA Vital Commitment\n\nNew York, 3 May 2014\n\nI. Introduction\n\n{PROSE}")

    assert shape(document)[:4] == [
        ("paragraph", 0, "UNITED NATIONS"),
        ("heading", 0, "A Vital Commitment"),
        ("paragraph", 0, "New York, 3 May 2014"),
        ("heading", 1, "I. Introduction"),
    ]


def test_a_title_known_from_elsewhere_is_found_in_the_title_block() -> None:
    document = parse(f"The Organizing Body\n\nUNEPS in Context\n\n{PROSE}", title="UNEPS in context: all of it")

    assert headings(document) == [(0, "UNEPS in Context")]


def test_a_text_that_begins_with_prose_has_no_title_block() -> None:
    assert [block.kind for block in parse(f"{PROSE}\n\n{PROSE}").blocks] == [BlockKind.PARAGRAPH] * 2


# --- lists, tables, footnotes, page furniture


def test_list_items_lose_their_marks_and_keep_their_printed_numbers() -> None:
    document = parse(f"{PROSE}\n\n- one\n• two\n  – nested\n\n1. first\n   continued\n2) second\n(a) third\n")

    items = [block for block in document.blocks if block.kind is BlockKind.LIST_ITEM]
    assert [(b.text, b.level, b.locator.paragraph) for b in items] == [
        ("one", 0, None),
        ("two", 0, None),
        ("nested", 1, None),
        ("first continued", 0, "1"),
        ("second", 0, "2"),
        ("third", 0, "(a)"),
    ]


def test_numbered_paragraphs_that_stand_apart_are_paragraphs() -> None:
    document = parse(f"{PROSE}\n\n12. The Council met.\n\n13. It acted.\n")

    assert [(b.kind, b.locator.paragraph) for b in document.blocks[1:]] == [
        (BlockKind.PARAGRAPH, "12"),
        (BlockKind.PARAGRAPH, "13"),
    ]


def test_a_number_that_begins_a_sentence_is_no_list_mark() -> None:
    assert parse("2005. A year of note.\n").blocks[0].text == "2005. A year of note."


def test_table_rows_are_kept_one_by_one() -> None:
    document = parse(f"{PROSE}\n\n| Country | Number |\n|---|:--|\n| Mali | 12 |\n")

    assert shape(document)[1:] == [("table_row", 0, "Country | Number"), ("table_row", 0, "Mali | 12")]
    assert document.text.endswith("Country | Number\nMali | 12")


@pytest.mark.parametrize("mark", ["<sup>1</sup> ", "[^1]: ", "¹ "])
def test_footnotes_move_behind_the_text(mark: str) -> None:
    document = parse(f"# T\n\n## A\n\nThe agenda.<sup>1</sup>\n\n{mark}The three reviews.\n\n## B\n\n{PROSE}")

    assert document.blocks[2].footnotes == ("1",)
    note = document.blocks[-1]
    assert (note.kind, note.text, note.locator.footnote) == (BlockKind.FOOTNOTE, "The three reviews.", "1")
    assert note.locator.section == ("A",)


def test_rules_and_running_lines_are_dropped() -> None:
    document = parse(
        f"The Report\n\n{PROSE}\n\n- One.\n\nICRtoP\n\n1\n\n- Two goes on\n\nThe Report\n\n2\n\nto its end.\n\n---\n\n"
        f"ICRtoP\n\n3\n\n{PROSE}"
    )

    assert [text for _, _, text in shape(document)] == ["The Report", PROSE, "One.", "Two goes on to its end.", PROSE]


def test_a_heading_that_returns_in_every_chapter_is_kept() -> None:
    document = parse(f"Title\n\nMali\n\n{PROSE}\n\nFindings\n\n{PROSE}\n\nFindings\n\n{PROSE}")

    assert [text for _, text in headings(document)].count("Findings") == 2


# --- the five documents


def test_the_headings_of_the_corpus() -> None:
    found = {path.stem: headings(corpus(path.stem)) for path in sorted(CORPUS.glob("*.md"))}

    assert found["gapw-uneps-conference-2010"] == [
        (0, "UNEPS in Context: Third Pillar Capacities and First Pillar Responses"),
        (1, "I. Introduction"),
        (1, "II. Content Highlights"),
        (1, "III. Key Questions"),
        (1, "IV. Recommendations for Action"),
        (1, "Conclusion"),
    ]
    assert found["gcr2p-un-perspectives-2016"] == [
        (0, "UN Perspectives: The Future of Civilian Protection and the Responsibility to Protect"),
        (1, "INTRODUCTION"),
        (1, "UN COUNTRY TEAMS"),
        (1, "UN SPECIAL POLITICAL MISSIONS"),
        (1, "UN PEACEKEEPING OPERATIONS"),
        (1, "COMMON CHALLENGES"),
        (2, "Information"),
        (2, "Leadership"),
        (2, "Politics"),
        (1, "RECOMMENDATIONS"),
    ]
    assert found["hippo-information-note-2015"] == [
        (0, "Information note on High-Level Independent Panel on Peace Operations"),
        (1, "Four essential shifts are needed"),
        (1, "Some key recommendations"),
        (2, "On conflict prevention"),
        (2, "On protection of civilians"),
        (2, "On the use of force"),
        (2, "On rapid deployment, capabilities and performance"),
        (2, "On achievable mandates"),
        (2, "On sustaining peace"),
        (2, "On women, peace and security"),
        (2, "On integrating human rights"),
        (2, "On addressing abuse and enhancing accountability"),
        (2, "More field-focused support"),
        (2, "Funding of AU peace support operations"),
        (2, "On UN mission leadership, capability and performance"),
        (2, "Funding of special political missions"),
        (2, "On need to align Headquarters structures for more focused field operations"),
    ]
    assert found["icrtop-hippo-statement-2015"] == [
        (0, "Statement on the Release of the High-Level Independent Panel on Peace Operations"),
        (1, "INTERNATIONAL COALITION FOR THE RESPONSIBILITY TO PROTECT"),
    ]
    assert found["icrtop-sg-report-summary-2015"] == [
        (0, "SUMMARY OF THE SECRETARY-GENERAL'S REPORT ON THE RESPONSIBILITY TO PROTECT"),
        (1, "I. Introduction"),
        (1, "II. The Implementation Imperative"),
        (1, "III. Operationalizing the Three Pillars"),
        (2, "Pillar I: The Protection Responsibilities of the State"),
        (2, "Pillar II: International Assistance and Capacity-Building"),
        (2, "Pillar III: Timely and Decisive Response"),
        (1, "IV. New Challenges in Protection:"),
        (1, "V. Priorities for the Next Decade:"),
        (1, "VI. Conclusion"),
    ]


@pytest.mark.parametrize(
    ("document_id", "mended"),
    [
        ("gapw-uneps-conference-2010", "Speech, Identity and Reconciliation in Rwanda and Beyond"),
        ("gapw-uneps-conference-2010", "Legitimacy is also in part a by-product of due diligence"),
        ("gapw-uneps-conference-2010", "to act on complementary capacities that can"),
        ("gcr2p-un-perspectives-2016", "without a formal mandate, clear support was needed"),
        ("gcr2p-un-perspectives-2016", "of the Secretary-General (SRSGs)"),
        ("gcr2p-un-perspectives-2016", "Appropriate planning should be initiated"),
        ("gcr2p-un-perspectives-2016", "including through identifying areas of engagement"),
        ("gcr2p-un-perspectives-2016", "including by developing specific training packages"),
        ("icrtop-sg-report-summary-2015", "explicitly address atrocity crime risks"),
        ("icrtop-sg-report-summary-2015", "employ the veto they publicly explain why"),
    ],
)
def test_sentences_torn_by_page_breaks_are_whole_again(document_id: str, mended: str) -> None:
    assert mended in corpus(document_id).text


def test_the_corpus_keeps_no_marks_and_no_page_furniture() -> None:
    for path in CORPUS.glob("*.md"):
        text = corpus(path.stem).text
        assert not any(mark in text for mark in ("**", "](", "<sup>", "---", "\n#", "\nICRtoP\n")), path.name


def test_every_word_of_the_corpus_is_kept() -> None:
    for path in CORPUS.glob("*.md"):
        source, _ = plain(path.read_text(encoding="utf-8"))
        kept = set(corpus(path.stem).text.replace("-", " ").split())
        words = {word.strip("*_()[]#") for word in source.replace("-", " ").split()}
        assert {word for word in words if word.isalpha()} <= {word.strip("()[]") for word in kept}, path.name


def test_numbers_and_notes_of_the_corpus() -> None:
    summary = corpus("icrtop-sg-report-summary-2015")
    assert [b.locator.paragraph for b in summary.blocks if b.locator.paragraph] == ["1", "2", "3", "4", "5", "6"]
    workshop = corpus("gcr2p-un-perspectives-2016")
    assert block_starting(workshop, "The workshop was motivated").footnotes == ("1",)
    assert [(b.locator.footnote, b.locator.section) for b in workshop.blocks if b.kind is BlockKind.FOOTNOTE] == [
        ("1", ("INTRODUCTION",)),
        ("2", ("UN COUNTRY TEAMS",)),
    ]
