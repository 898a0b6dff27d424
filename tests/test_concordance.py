"""A concordance finds a phrase in every form of its words and under every name, and counts what is there."""

import pytest
from fakes import lay_out, make_document

from assistant.concordance import Concordance, Order, Shelf, Wanted, lines, search, shelve, want
from assistant.domain import Document
from assistant.lexicon import Lexicon, build_lexicon
from assistant.library import Library

VARIANTS = [["R2P", "RtoP", "responsibility to protect"], ["CAR", "Central African Republic"]]
ONE = make_document(
    "one",
    "The responsibility to protect (R2P) is accepted. States protect civilians.",
    "Protecting\ncivilians costs money; the RtoP norm helps. Peace-keeping and peace. Keeping it is hard.",
    "The car is in the Central African Republic (CAR). Côte d’Ivoire too.",
    date="2015-06",
)
TWO = make_document("two", "They protected the civilians. Responsibility. To protect is a duty.", date="2010")
THREE = make_document("three", "Nothing here.")


def make_lexicon(*documents: Document) -> Lexicon:
    return build_lexicon([document.text for document in documents], VARIANTS, str.islower)


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return shelve([ONE, TWO, THREE])


def found(text: str, shelf: Shelf, *, other_names: bool = True, only: tuple[str, ...] = ()) -> Concordance:
    return search(want(text, make_lexicon(ONE, TWO), other_names=other_names), shelf, only)


def keywords(concordance: Concordance) -> list[str]:
    return [line.keyword for line in lines(concordance)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("protect civilians", ["protect civilians", "Protecting civilians"]),
        ("“protect civilians”", ["protect civilians"]),
        ('"protecting civilians"', ["Protecting civilians"]),
        ("CIVILIANS", ["civilians", "civilians", "civilians"]),
        ("civilian", ["civilians", "civilians", "civilians"]),
        ('"civilian"', []),
        ("peace keeping", ["Peace-keeping"]),  # no phrase goes on over the end of a sentence
        ("cote d'ivoire", ["Côte d’Ivoire"]),
        ("elephants", []),
        ("protect elephants", []),
        ("  ", []),
        ("?!", []),
        ("(.*)", []),
        ("a" * 5000, []),
    ],
)
def test_a_phrase_is_met_in_the_forms_of_its_words(shelf: Shelf, typed: str, expected: list[str]) -> None:
    assert sorted(keywords(found(typed, shelf))) == sorted(expected)


@pytest.mark.parametrize("typed", ["R2P", "r2p", "RtoP", "responsibility to protect", "Responsibility to Protect"])
def test_short_and_long_names_find_each_other(shelf: Shelf, typed: str) -> None:
    assert sorted(keywords(found(typed, shelf))) == ["R2P", "RtoP", "responsibility to protect"]


def test_a_name_is_met_in_singular_and_plural_and_in_no_other_form_of_its_stem() -> None:
    shelf = shelve([make_document("x", "Responsibilities to protect. A decisive response to protect. R2P and R2Ps.")])
    assert keywords(found("R2P", shelf)) == ["Responsibilities to protect", "R2P", "R2Ps"]


def test_inverted_commas_ask_for_these_words_alone(shelf: Shelf) -> None:
    assert keywords(found("“responsibility to protect”", shelf)) == ["responsibility to protect"]


def test_other_names_can_be_left_out(shelf: Shelf) -> None:
    assert keywords(found("R2P", shelf, other_names=False)) == ["R2P"]


def test_a_name_inside_a_phrase_is_met_under_its_other_names(shelf: Shelf) -> None:
    assert want("the R2P norm", make_lexicon(ONE)).names == (
        "the R2P norm",
        "the RtoP norm",
        "the responsibility to protect norm",
    )
    assert keywords(found("the R2P norm", shelf)) == ["the RtoP norm"]


@pytest.mark.parametrize(("typed", "expected"), [("CAR", ["Central African Republic", "CAR"]), ("car", ["car", "CAR"])])
def test_a_short_form_is_not_the_ordinary_word(shelf: Shelf, typed: str, expected: list[str]) -> None:
    assert keywords(found(typed, shelf)) == expected


def test_counts_are_by_name_by_document_and_by_year(shelf: Shelf) -> None:
    met = found("protect", shelf)
    assert [one.metadata.id for one in met.searched] == ["two", "one", "three"]  # by date, undated last
    assert met.by_document == {"two": 2, "one": 3}
    assert met.by_year == {2010: 2, 2015: 3, None: 0}
    assert met.share(met.searched[0]) == pytest.approx(10_000 * 2 / met.searched[0].words)
    assert found("R2P", shelf).by_name == {"R2P": 1, "RtoP": 1, "responsibility to protect": 1}


def test_it_can_be_kept_to_some_documents(shelf: Shelf) -> None:
    met = found("protect", shelf, only=("two",))
    assert met.by_document == {"two": 2}
    assert [one.metadata.id for one in met.searched] == ["two"]


def test_every_match_is_the_text_at_its_span_and_its_block(shelf: Shelf) -> None:
    documents = {"one": ONE, "two": TWO}
    for match in found("protect", shelf).matches:
        document = documents[match.document_id]
        block = document.blocks[match.block]
        assert block.start <= match.start < match.end <= block.end
        assert document.text[match.start : match.end].casefold().startswith("protect")


def test_no_phrase_goes_on_from_one_block_into_the_next() -> None:
    shelf = shelve([lay_out("x", "# Peace", "Operations follow. Peace", "- operations")])
    assert search(Wanted(("peace operations",)), shelf).matches == ()


def test_a_line_has_the_words_around_and_does_not_leave_its_block(shelf: Shelf) -> None:
    line = lines(found("norm", shelf))[0]
    assert line.before == "Protecting civilians costs money; the RtoP"
    assert line.after.startswith("helps. Peace-keeping")


def test_long_surroundings_are_cut_between_words() -> None:
    shelf = shelve([make_document("x", f"{'alpha ' * 60}needle {'omega ' * 60}".strip())])
    line = lines(search(Wanted(("needle",)), shelf))[0]
    assert line.before.startswith("… alpha")
    assert line.after.endswith("omega …")
    assert set(line.before.split()) == {"…", "alpha"}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.PLACE, ["big", "a", "small"]),
        (Order.BEFORE, ["a", "big", "small"]),
        (Order.AFTER, ["small", "big", "a"]),
    ],
)
def test_lines_are_sorted_by_place_or_by_the_word_beside(order: Order, expected: list[str]) -> None:
    shelf = shelve([make_document("x", "big dog barks.", "a dog sleeps.", "small dog.")])
    made = lines(search(Wanted(("dog",)), shelf), order)
    assert [line.before for line in made] == expected


def test_counts_on_the_real_documents_are_those_of_a_plain_search(corpus_library: Library) -> None:
    documents = [corpus_library.document(metadata.id) for metadata in corpus_library.documents()]
    met = search(Wanted(("Security Council",), exact=True), shelve(documents))
    plain = {d.metadata.id: d.text.casefold().count("security council") for d in documents}
    assert met.by_document == {key: count for key, count in plain.items() if count}
