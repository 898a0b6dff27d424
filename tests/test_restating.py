"""Passages that restate one another, and the words that differ."""

from pathlib import Path

import pytest

from assistant.compare import Cell, Row
from assistant.domain import Citation, DocumentMetadata, Locator
from assistant.errors import DataFileError
from assistant.restating import Change, Restatement, read_rules, restate, restatements
from assistant.settings import PROJECT_DIR

RULES = read_rules(PROJECT_DIR / "prompts")
TAKE = "Stresses that the mission should take all necessary measures to protect civilians under imminent threat."
MUST = "Stresses that the mission must take all necessary measures to protect civilians and wardens under threat."


def cite(quote: str, marker: int = 1) -> Citation:
    return Citation(marker, "p", "d", "Title", Locator(), "Title, 2015", quote, 0, len(quote))


def compared(before: str, after: str) -> Restatement | None:
    return restate((0, cite(before)), (1, cite(after)), RULES)


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        (TAKE, TAKE, True),
        (TAKE, MUST, True),
        (TAKE, f"{TAKE} It reports on this every ninety days to the Council.", True),
        ("Requests a report every ninety days on the implementation of this resolution.",
         "Requests a report every one hundred and eighty days on the implementation of this resolution.", True),
        (TAKE, "The Security Council has a role to play in the protection of civilians in armed conflict.", False),
        ("The High-Level Independent Panel on Peace Operations.",
         "The release of the High-Level Independent Panel on Peace Operations.", False),  # a name is no statement
        ("", TAKE, False),
    ],
)  # fmt: skip
def test_only_what_restates_is_compared(before: str, after: str, alike: bool) -> None:
    assert (compared(before, after) is not None) is alike


def test_what_differs_is_marked_on_each_side_and_nothing_is_changed() -> None:
    found = compared(TAKE, MUST)
    assert found is not None
    assert "".join(piece.text for piece in found.earlier_pieces) == TAKE
    assert "".join(piece.text for piece in found.later_pieces) == MUST
    assert [piece.text.strip() for piece in found.earlier_pieces if not piece.same] == ["should", "imminent"]
    assert [piece.text.strip() for piece in found.later_pieces if not piece.same] == ["must", "and wardens"]
    assert Change(gone="should ", come="must ") in found.changes


@pytest.mark.parametrize(
    "spaced", [f"  {TAKE}", TAKE.replace(" ", "\n"), TAKE.upper(), TAKE.replace("threat.", "threat")]
)
def test_spaces_capitals_and_marks_are_no_difference(spaced: str) -> None:
    found = compared(spaced, TAKE)
    assert found is not None
    assert found.identical
    assert "".join(piece.text for piece in found.earlier_pieces) == spaced


def test_each_quote_is_compared_with_the_most_alike_of_an_earlier_document() -> None:
    def cell(name: str, *quotes: str) -> Cell:
        metadata = DocumentMetadata(name, name, f"{name}.md", "0")
        return Cell(metadata, tuple(cite(quote, n) for n, quote in enumerate(quotes, 1)))

    row = Row("?", (cell("a", TAKE), cell("b", MUST, "Something else."), cell("c"), cell("d", MUST)))
    found = restatements(row, RULES)
    assert [(pair.earlier[0], pair.later[0], pair.identical) for pair in found] == [(0, 1, False), (1, 3, True)]


def test_no_sentences_of_the_corpus_restate_one_another(corpus_library: object) -> None:
    """The calibration in prompts/compare.yaml: they share names and phrases, none repeats a sentence of another."""
    passages = corpus_library.passages()  # type: ignore[attr-defined]
    by_document: dict[str, list[str]] = {}
    for passage in passages:
        by_document.setdefault(passage.document_id, []).extend(s.text for s in passage.sentences)
    note, statement = by_document["hippo-information-note-2015"], by_document["icrtop-hippo-statement-2015"]
    assert not [(a, b) for a in note for b in statement if compared(a, b)]


def test_a_malformed_file_is_refused(tmp_path: Path) -> None:
    text = (PROJECT_DIR / "prompts" / "compare.yaml").read_text(encoding="utf-8")
    (tmp_path / "compare.yaml").write_text(text.replace("least_words: 8", "least: 8"), encoding="utf-8")
    with pytest.raises(DataFileError, match="least_words"):
        read_rules(tmp_path)
