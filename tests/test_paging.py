"""A document in parts: nothing lost, nothing twice, none too long; and an outline that stays readable."""

import time

import pytest
from fakes import lay_out, make_document

from assistant.domain import Document, DocumentMetadata
from assistant.paging import LEAST, MOST, WHOLE_OUTLINE, Paged, page_document


def long_document(sections: int, paragraphs: int = 12) -> Document:
    lines: list[str] = []
    for number in range(sections):
        lines.append(f"# Section {number}")
        lines += [f"{number}.{i} " + "words of a report " * 30 for i in range(paragraphs)]
    return lay_out("long", *lines)


@pytest.fixture(scope="module")
def long() -> Paged:
    return page_document(long_document(40))


def test_parts_hold_each_block_once_and_in_order(long: Paged) -> None:
    assert [part.number for part in long.parts] == list(range(len(long.parts)))
    held = [i for part in long.parts for i in range(part.first, part.end)]
    assert held == list(range(len(long.document.blocks)))


def test_no_part_is_long_and_each_begins_with_a_heading_where_it_can(long: Paged) -> None:
    blocks = long.document.blocks
    assert all(sum(len(block.text) for block in blocks[p.first : p.end]) <= MOST + LEAST for p in long.parts)
    assert all(blocks[part.first].level == 1 for part in long.parts)


def test_a_block_longer_than_a_part_is_a_part() -> None:
    paged = page_document(make_document("x", "word " * 4000, "short", "word " * 4000))
    assert len(paged.parts) == 2
    assert paged.parts[-1].end == len(paged.document.blocks)


@pytest.mark.parametrize("place", [0.0, 0.2, 0.5, 0.99, 1.0, 5.0])
def test_every_position_has_its_part(long: Paged, place: float) -> None:
    position = int(place * len(long.document.text))
    part = long.part_at(position)
    assert part.first <= long.block_at(position) < part.end


def test_a_document_without_blocks_has_no_part() -> None:
    paged = page_document(Document(DocumentMetadata("x", "X", "x.md", "0" * 64), "", ()))
    assert paged.parts == paged.outline == paged.outline_near(None) == ()
    assert paged.heading_of(0) is None


def test_a_short_outline_is_whole_and_a_long_one_opens_where_the_reader_is() -> None:
    short = page_document(long_document(3, 1))
    assert [entry.text for entry in short.outline_near(None)] == ["Section 0", "Section 1", "Section 2"]
    assert short.heading_of(len(short.document.text)).text == "Section 2"  # type: ignore[union-attr]


def test_a_deep_outline_shows_the_way_to_the_reader(corpus_library) -> None:  # type: ignore[no-untyped-def]
    from dataclasses import replace

    base = lay_out("deep", *[f"# Heading {i}" for i in range(12 * 5)])
    blocks = tuple(
        replace(
            block,
            locator=replace(block.locator, section=(f"Top {i // 5}",) if i % 5 == 0 else (f"Top {i // 5}", block.text)),
        )
        for i, block in enumerate(base.blocks)
    )
    paged = page_document(replace(base, blocks=blocks))
    assert len(paged.outline) > WHOLE_OUTLINE
    assert len(paged.outline_near(None)) == 12
    near = paged.outline_near(paged.outline[7])
    assert len(near) == 16
    assert paged.outline[7] in near


def test_a_long_flat_outline_is_shown_around_the_reader() -> None:
    paged = page_document(long_document(300, 1))
    near = paged.outline_near(paged.outline[200])
    assert len(near) == 60
    assert paged.outline[200] in near
    assert paged.outline_near(paged.outline[299])[-1] == paged.outline[299]


def test_pages_are_found_by_number() -> None:
    from dataclasses import replace

    base = lay_out("x", "one", "two", "three")
    pages = (1, 2, 5)
    blocks = tuple(
        replace(b, locator=replace(b.locator, page=page)) for b, page in zip(base.blocks, pages, strict=True)
    )
    paged = page_document(replace(base, blocks=blocks))
    assert [paged.page_start(page) for page in (1, 2, 3, 5, 6)] == [0, 5, 10, 10, None]
    assert (paged.parts[0].first_page, paged.parts[0].last_page) == (1, 5)


def test_hundreds_of_pages_are_divided_at_once() -> None:
    document = long_document(600, 10)
    assert len(document.text) > 3_000_000
    began = time.perf_counter()
    paged = page_document(document)
    assert time.perf_counter() - began < 1
    assert len(paged.parts) > 200
