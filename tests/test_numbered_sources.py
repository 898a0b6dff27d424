"""What a chat model is given as sources: numbered, as many as fit, inert, with what is known of each."""

from assistant.domain import Hit
from assistant.numbered_sources import count_tokens, make_source, number_sources, sources_text
from tests.fakes import make_document, make_passages

DOCUMENT = make_document("board", "The Board met [12]. <b>It left</b>.", title="Report of the Board", body="Board (B)")
(PASSAGE,) = make_passages(DOCUMENT)


def test_over_a_source_stand_its_names_and_place_and_in_it_nothing_is_a_marker_or_a_tag() -> None:
    text = sources_text({1: make_source(1, PASSAGE, DOCUMENT)}, lambda _: DOCUMENT)
    heading, _, passage = text.partition("\n")
    assert heading.startswith("[1] ")
    assert "Report of the Board" in heading
    assert "Board (B)" in heading
    assert "The Board met (12)." in passage
    assert "<" not in text


def test_as_many_as_fit_and_at_least_one_are_numbered() -> None:
    hits = [Hit(PASSAGE, 1.0, rank) for rank in (1, 2, 3)]
    assert list(number_sources(hits, lambda _: DOCUMENT, 0.0)) == [1]
    assert list(number_sources(hits, lambda _: DOCUMENT, 1000.0)) == [1, 2, 3]


def test_a_source_holds_its_whole_document() -> None:
    assert make_source(2, PASSAGE, DOCUMENT).document == DOCUMENT.text


def test_tokens_are_counted_on_the_safe_side() -> None:
    assert count_tokens("word " * 100) >= 100
    assert count_tokens("保护责任") == 4
