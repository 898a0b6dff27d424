"""Terms come from the documents' own definitions, with the sentence that gives them and counts."""

from dataclasses import replace

import pytest
from fakes import make_document, make_passages

from assistant.concordance import shelve
from assistant.domain import BlockKind, Document
from assistant.glossary import Term, count_uses, find_terms

ONE = make_document(
    "one",
    "Special Political Missions (SPMs) are small. An SPM is led by an envoy. SPMs report to the Council.",
    "The Office of Internal Oversight Services (OIOS) audits them. OIOS and oios differ.",
)
TWO = make_document(
    "two",
    "A special political mission (SPM) is not a peace operation.",
    "Standing Police Model (SPM) means another thing. It (the Council) agrees.",
)


def terms(*documents: Document) -> dict[str, Term]:
    return {term.short: term for term in find_terms(p for document in documents for p in make_passages(document))}


def test_a_term_has_its_meanings_each_with_the_sentence_that_gives_it() -> None:
    found = terms(ONE, TWO)
    assert list(found) == ["OIOS", "SPM"]
    most, other = found["SPM"].meanings
    assert most.long.casefold().startswith("special political mission")
    assert [place.document_id for place in most.places] == ["one", "two"]
    assert other.long == "Standing Police Model"
    place = most.places[0]
    assert place.sentence == "Special Political Missions (SPMs) are small."
    assert ONE.text[place.start : place.end] == place.sentence
    assert str(place.locator) == "Findings"


def test_a_long_name_is_whole_where_its_first_letters_mislead() -> None:
    assert terms(ONE)["OIOS"].meanings[0].long == "Office of Internal Oversight Services"


def test_passages_that_overlap_do_not_count_a_definition_twice() -> None:
    passages = make_passages(ONE)
    assert len(find_terms([*passages, *passages])[1].meanings[0].places) == 1


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("WHO | World Health Organization", ["WHO"]),
        ("OIOS | Office of Internal Oversight Services", ["OIOS"]),
        ("2025 | World Health Organization", []),
        ("WHO | 12 | World Health Organization", []),
        ("WHO | Budget for the year", []),
    ],
)
def test_a_row_of_a_list_of_abbreviations_is_a_definition(row: str, expected: list[str]) -> None:
    passage = make_passages(make_document("x", row))[0]
    table = replace(
        passage, sentences=tuple(replace(sentence, kind=BlockKind.TABLE_ROW) for sentence in passage.sentences)
    )
    assert [term.short for term in find_terms([table])] == expected


def test_uses_are_counted_by_document_short_forms_as_they_are_written() -> None:
    uses = count_uses(["SPM", "OIOS", "special political missions", "nothing"], shelve([ONE, TWO]))
    assert uses["SPM"].by_document == {"one": 3, "two": 2}
    assert uses["SPM"].total == 5
    assert uses["OIOS"].by_document == {"one": 2}  # "oios" is another word
    assert uses["special political missions"].by_document == {"one": 1}
    assert uses["nothing"].total == 0


def test_the_real_documents_explain_terms(corpus_library) -> None:  # type: ignore[no-untyped-def]
    found = {term.short: term for term in find_terms(corpus_library.passages())}
    assert found["RtoP"].meanings[0].long.casefold() == "responsibility to protect"
    assert "UNEPS" in found
    for term in found.values():
        for place in (place for meaning in term.meanings for place in meaning.places):
            text = corpus_library.document(place.document_id).text
            assert text[place.start : place.end] == place.sentence
