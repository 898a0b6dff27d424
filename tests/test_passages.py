"""Documents become passages: whole sentences of one section, sized for the embedder."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import BlockKind, Document, DocumentMetadata, Passage, PassageKind
from assistant.errors import DocumentError
from ingest.loading import load_document
from ingest.manifest import Manifest, read_manifest
from ingest.passages import make_passages
from ingest.structure import DraftBlock, assemble
from ingest.text import parse_text

CORPUS = Path(__file__).parent.parent / "corpus"
METADATA = DocumentMetadata("report", "Report", "report.md", "0" * 64)


def count_words(texts: Sequence[str]) -> list[int]:
    """One word piece a word, and two special ones as with the real embedder."""
    return [len(text.split()) + 2 for text in texts]


def sentence(words: int, name: str = "word") -> str:
    return " ".join([name.capitalize(), *[name] * (words - 1)]) + "."


def drafts(*blocks: tuple[BlockKind, str]) -> list[DraftBlock]:
    return [DraftBlock(kind, text, level=1 if kind is BlockKind.HEADING else 0) for kind, text in blocks]


def cut(*blocks: tuple[BlockKind, str], **sizes: int) -> tuple[Passage, ...]:
    return make_passages(assemble(METADATA, drafts(*blocks)), count_words, **sizes)


def sizes(passages: Sequence[Passage]) -> list[int]:
    return [len(p.text.split()) for p in passages]


HEADING, PARAGRAPH, ITEM, NOTE = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.FOOTNOTE


def check(document: Document, passages: Sequence[Passage]) -> None:
    """What holds for every document."""
    covered: list[int] = []
    for position, passage in enumerate(passages):
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.position == position
        assert passage.id == f"{document.metadata.id}-{position:04d}-{sha256(passage.text.encode()).hexdigest()[:8]}"
        covered += range(passage.start, passage.end)
        assert passage.sentences
        for found in passage.sentences:
            block = document.blocks[found.block]
            assert document.text[found.start : found.end] == found.text
            assert block.start <= found.start < found.end <= block.end
            assert block.kind is found.kind
            assert passage.start <= found.start
            assert found.end <= passage.end
            assert block.locator.section == passage.locator.section
    assert covered == sorted(set(covered)), "passages are in order and share nothing"
    held = set(covered)
    for block in document.blocks:
        visible = {i for i in range(block.start, block.end) if not document.text[i].isspace()}
        assert document.text[block.start : block.end] == block.text
        assert visible <= held or (block.kind is HEADING and not visible & held)


def test_a_passage_never_crosses_a_section() -> None:
    passages = cut((HEADING, "A"), (PARAGRAPH, sentence(5)), (HEADING, "B"), (PARAGRAPH, sentence(5)))

    assert [p.locator.section for p in passages] == [("A",), ("B",)]


def test_sections_of_the_same_name_are_not_run_together() -> None:
    assert len(cut((HEADING, "A"), (PARAGRAPH, sentence(5)), (HEADING, "A"), (PARAGRAPH, sentence(5)))) == 2


def test_headings_stand_in_no_body_passage_of_a_document_without_pages() -> None:
    (passage,) = cut((HEADING, "A heading"), (PARAGRAPH, sentence(5)))

    assert passage.text == sentence(5)


def paged(*blocks: tuple[BlockKind, str, int]) -> Document:
    return assemble(
        METADATA,
        [DraftBlock(kind, text, level=1 if kind is HEADING else 0, page=page) for kind, text, page in blocks],
        page_count=max(page for *_, page in blocks),
    )


def test_on_pages_a_passage_begins_with_the_headings_above_it_and_covers_their_page() -> None:
    document = paged(
        (PARAGRAPH, sentence(60), 1),
        (HEADING, "A heading", 1),
        (PARAGRAPH, sentence(60, "below"), 2),
        (PARAGRAPH, sentence(60, "more"), 2),
    )
    passages = make_passages(document, count_words, target=60, maximum=100)
    check(document, passages)

    _, second, third = passages
    assert second.text.startswith("A heading\n\nBelow below")
    assert third.text.startswith("More")
    assert (second.pages, second.locator.page, second.locator.section) == ((1, 2), 2, ("A heading",))
    assert [s.text for s in second.sentences] == [sentence(60, "below")], "a heading answers nothing"


def test_headings_on_pages_count_towards_the_size_of_their_passage() -> None:
    heading = " ".join(["heading"] * 30)
    document = paged((PARAGRAPH, sentence(60), 1), (HEADING, heading, 1), *[(PARAGRAPH, sentence(50), 1)] * 4)
    passages = make_passages(document, count_words, target=60, maximum=100)
    check(document, passages)

    assert max(sizes(passages)) <= 100


def test_headings_before_the_first_text_are_not_read_with_it() -> None:
    document = paged((HEADING, "Part IV", 1), (HEADING, "Outer", 1), (PARAGRAPH, sentence(60), 1))

    assert [p.text for p in make_passages(document, count_words)] == [sentence(60)]


def test_a_heading_that_heads_nothing_is_a_passage_so_that_no_text_is_unreachable() -> None:
    document = assemble(
        METADATA,
        [
            DraftBlock(HEADING, "Part IV", level=1),  # before the first text: a part of the title
            DraftBlock(HEADING, "Outer", level=1),
            DraftBlock(HEADING, "Inner", level=2),
            DraftBlock(PARAGRAPH, sentence(5)),
            DraftBlock(HEADING, "Alone", level=2),
            DraftBlock(HEADING, "Next", level=1),
            DraftBlock(PARAGRAPH, sentence(5)),
            DraftBlock(HEADING, "Last", level=1),
            DraftBlock(NOTE, "See there.", footnote="1"),
        ],
    )
    passages = make_passages(document, count_words)
    check(document, passages)

    assert [(p.text, p.locator.section) for p in passages if len(p.text.split()) == 1] == [
        ("Alone", ("Outer", "Alone")),
        ("Last", ("Last",)),
    ]


def test_a_document_of_headings_alone_has_passages() -> None:
    assert [p.text for p in cut((HEADING, "One"), (HEADING, "Two"))] == ["One", "Two"]


def test_neighbours_of_a_section_are_brought_near_to_the_target_size() -> None:
    blocks = [(PARAGRAPH, sentence(30)) for _ in range(8)]

    assert sizes(cut((HEADING, "A"), *blocks, target=60, maximum=100)) == [60, 60, 60, 60]


def test_a_scrap_joins_its_neighbour() -> None:
    blocks = [(PARAGRAPH, sentence(100)), (PARAGRAPH, sentence(8)), (PARAGRAPH, sentence(105))]

    assert 8 not in sizes(cut((HEADING, "A"), *blocks))


def test_a_long_block_is_divided_between_sentences() -> None:
    text = " ".join(sentence(40) for _ in range(6))
    passages = cut((HEADING, "A"), (PARAGRAPH, text))

    assert max(sizes(passages)) <= 200
    assert len(passages) == 2
    assert all(p.text.startswith("Word") and p.text.endswith(".") for p in passages)


def test_a_sentence_longer_than_the_maximum_is_a_passage_of_its_own() -> None:
    text = f"{sentence(30)} {sentence(300)} {sentence(30)}"

    assert sizes(cut((HEADING, "A"), (PARAGRAPH, text))) == [30, 300, 30]


def test_a_lead_in_stays_with_the_first_item_of_its_list() -> None:
    blocks = [(PARAGRAPH, sentence(60)), (PARAGRAPH, sentence(60)), (PARAGRAPH, "The Panel recommends:")]
    passages = cut((HEADING, "A"), *blocks, (ITEM, sentence(100)), (ITEM, sentence(100)))

    (held,) = [p for p in passages if "The Panel recommends:" in p.text]
    assert any(s.kind is ITEM for s in held.sentences)


def test_a_paragraph_between_items_is_no_lead_in() -> None:
    blocks = [(ITEM, sentence(140)), (PARAGRAPH, sentence(120)), (ITEM, sentence(150))]

    assert sizes(cut((HEADING, "A"), *blocks)) == [140, 120, 150]


def test_the_label_of_a_list_item_stays_with_its_first_sentence() -> None:
    (passage,) = cut((HEADING, "A"), (ITEM, "Primacy of politics. Lasting peace is political. It must guide all."))

    assert [s.text for s in passage.sentences] == [
        "Primacy of politics. Lasting peace is political.",
        "It must guide all.",
    ]


def test_footnotes_are_passages_of_their_own() -> None:
    document = assemble(
        METADATA,
        [
            DraftBlock(HEADING, "A", level=1),
            DraftBlock(PARAGRAPH, sentence(9), footnotes=("1", "2")),
            DraftBlock(NOTE, sentence(9, "note"), footnote="1"),
            DraftBlock(NOTE, sentence(9, "note"), footnote="2"),
        ],
    )
    body, notes = make_passages(document, count_words)

    assert (body.kind, notes.kind) == (PassageKind.BODY, PassageKind.FOOTNOTES)
    assert str(notes.locator) == "A, footnote 1–2"


def test_pages_and_printed_numbers_are_those_of_the_blocks() -> None:
    document = assemble(
        METADATA,
        [
            DraftBlock(PARAGRAPH, sentence(9), page=3, end_page=5, paragraph="12"),
            DraftBlock(PARAGRAPH, sentence(9), page=5, paragraph="13"),
        ],
    )
    (passage,) = make_passages(document, count_words)

    assert (passage.pages, passage.paragraphs) == ((3, 4, 5), ("12", "13"))
    assert (passage.locator.page, passage.locator.paragraph) == (3, "12–13")


def test_a_document_without_blocks_has_no_passages() -> None:
    assert cut() == ()


# --- the five documents


def load(path: Path) -> Document:
    return load_document(path, read_manifest(CORPUS).metadata_for(path, CORPUS))


@pytest.fixture(scope="module")
def corpus() -> dict[str, tuple[Document, tuple[Passage, ...]]]:
    documents = [load(path) for path in sorted(CORPUS.glob("*.md"))]
    return {d.metadata.id: (d, make_passages(d, count_words)) for d in documents}


def test_the_corpus_is_covered(corpus: dict[str, tuple[Document, tuple[Passage, ...]]]) -> None:
    for document, passages in corpus.values():
        check(document, passages)


def test_each_document_has_one_title_block(corpus: dict[str, tuple[Document, tuple[Passage, ...]]]) -> None:
    front = {i: [p for p in passages if p.kind is PassageKind.FRONT_MATTER] for i, (_, passages) in corpus.items()}
    texts = {i: passage.text.split("\n\n") for i, (passage,) in front.items()}

    assert texts == {
        "gapw-uneps-conference-2010": [
            "Global Action to Prevent War and The Project for a UN Emergency Peace Service (UNEPS)",
            "UNEPS in Context: Third Pillar Capacities and First Pillar Responses",
            "December 7 and 8, 2010",
            "866 UN Plaza, First Floor Conference Room",
            "Funded by the Simons Foundation and The Ira Wallach Fund for the Eradication of Genocide",
            "Conference Notes and Recommendations",
        ],
        "gcr2p-un-perspectives-2016": [
            "UN Perspectives: The Future of Civilian Protection and the Responsibility to Protect"
        ],
        "hippo-information-note-2015": [
            "Information note on High-Level Independent Panel on Peace Operations",
            "16 June 2015 New York",
        ],
        "icrtop-hippo-statement-2015": [
            "Statement on the Release of the High-Level Independent Panel on Peace Operations"
        ],
        "icrtop-sg-report-summary-2015": [
            "SUMMARY OF THE SECRETARY-GENERAL'S REPORT ON THE RESPONSIBILITY TO PROTECT",
            "INTERNATIONAL COALITION FOR THE RESPONSIBILITY TO PROTECT",
            "A Vital and Enduring Commitment: Implementing the Responsibility to Protect",
        ],
    }


def test_address_blocks_are_contact_passages(corpus: dict[str, tuple[Document, tuple[Passage, ...]]]) -> None:
    found = [p for _, passages in corpus.values() for p in passages if p.kind is PassageKind.CONTACT]

    assert {p.document_id for p in found} == {"icrtop-hippo-statement-2015"}
    web, address = found
    assert web.text.startswith("INTERNATIONAL COALITION FOR THE RESPONSIBILITY TO PROTECT\n\nFor more information")
    assert web.text.endswith("responsibilitytoprotect.org/subscribe")
    assert address.text.startswith("Contact Us:")
    assert address.text.endswith("info@responsibilitytoprotect.org")


# --- any text at all

MARKS = ["# ", "## ", "- ", "• ", "1. ", "(a) ", "---\n", "| a | b |\n", "<sup>1</sup> ", "[^1]: ", "**", "*", "_"]
WORDS = ["I. ", "Pillar I: ", "CAPITALS HERE", "Title line", "para. 5", "The Council met. ", "and ", "secre-", "中文。"]
LINES = ["www.un.org", "tel: 646.465.8523", "16 June 2015", "\n", "\n\n", "    ", "“", "”", '"']
ODDITIES = ["\x0c", "\x07", "\u200b", "é", "\ufeff", "\ud800", "¹", "\r"]
PIECES = st.sampled_from([*MARKS, *WORDS, *LINES, *ODDITIES])
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=300)


@settings(deadline=None)
@given(TEXTS, st.integers(1, 12), st.integers(1, 12))
def test_any_text_is_cut_without_loss(text: str, target: int, more: int) -> None:
    document = parse_text(text, METADATA)

    check(document, make_passages(document, count_words, target=target, maximum=target + more, minimum=target // 2))


@settings(deadline=None, max_examples=150)
@given(data=st.binary(max_size=300) | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_document_or_a_reason(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.md"
    path.write_bytes(data)
    try:
        document = load_document(path, Manifest().metadata_for(path, path.parent))
    except DocumentError:
        return
    check(document, make_passages(document, count_words))
