"""A document as it is read: which sentences need the one before, and which belong to one list."""

import pytest

from assistant.domain import BlockKind, Sentence
from assistant.reading import Enumeration, Placed, Reading, label_of
from tests.fakes import lay_out, make_passages


def read(*lines: str) -> Reading:
    document = lay_out("doc", *lines)
    return Reading.of(document, make_passages(document))


def sentence(reading: Reading, opening: str) -> Sentence:
    return next(p.sentence for p in reading.placed if p.sentence.text.startswith(opening))


def texts(found: Enumeration) -> list[list[str]]:
    return [[placed.sentence.text for placed in item] for item in found.items]


def lead_in(found: Enumeration) -> str | None:
    return found.lead_in.sentence.text if found.lead_in else None


# -- sentences that need the one before ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "opening",
    [
        "It is kept",
        "They report",
        "Its role grows",
        "This is not enough",
        "These include mediation",
        "The former is better",
        "In doing so, states act",
    ],
)
def test_a_sentence_that_opens_with_a_pronoun_leans_on_the_one_before(opening: str) -> None:
    reading = read(f"Missions protect civilians. {opening}.")
    assert reading.leans_on(reading.placed[1].sentence) == reading.placed[0]


@pytest.mark.parametrize(
    "opening", ["Italy agreed", "This report finds", "Such measures help", "However, the Panel met"]
)
def test_a_sentence_that_names_its_subject_stands_alone(opening: str) -> None:
    reading = read(f"Missions protect civilians. {opening}.")
    assert reading.leans_on(reading.placed[1].sentence) is None


def test_a_sentence_leans_on_nothing_outside_its_block() -> None:
    reading = read("Missions protect civilians.", "They report.")
    assert reading.leans_on(sentence(reading, "They")) is None
    assert reading.leans_on(sentence(reading, "Missions")) is None


def test_the_first_sentence_of_a_document_leans_on_nothing() -> None:
    reading = read("They report. It helps.")
    assert reading.leans_on(sentence(reading, "They")) is None


# -- lists -----------------------------------------------------------------------------------------------------------

LIST = ("# Shifts", "Four shifts are needed. They are:", "- Politics first.", "- People first. Always.", "That is all.")


@pytest.mark.parametrize("asked", ["They are:", "Politics", "People", "Always"])
def test_a_list_is_found_whole_from_its_lead_in_and_from_each_of_its_sentences(asked: str) -> None:
    reading = read(*LIST)
    (found,) = reading.enumerations(sentence(reading, asked))
    assert lead_in(found) == "They are:"
    assert texts(found) == [["Politics first."], ["People first.", "Always."]]
    assert found.leads_in(sentence(reading, "They are:"))
    assert not found.leads_in(sentence(reading, "Politics"))
    assert found.holds(sentence(reading, "Always"))
    assert not found.holds(sentence(reading, "They are:"))


def test_text_after_a_list_is_not_of_it() -> None:
    reading = read(*LIST)
    assert reading.enumerations(sentence(reading, "That is all.")) == ()


def test_one_item_is_no_list() -> None:
    reading = read("They are:", "- Politics first.", "That is all.", "So it ends.")
    assert reading.enumerations(sentence(reading, "Politics")) == ()


def test_a_list_ends_with_its_section_and_takes_no_heading_for_a_lead_in() -> None:
    reading = read("Before.", "# One", "- First thing.", "- Second thing.", "# Two", "- Third thing.")
    (found,) = reading.enumerations(sentence(reading, "First thing"))
    assert lead_in(found) is None
    assert texts(found) == [["First thing."], ["Second thing."]]
    assert reading.enumerations(sentence(reading, "Third thing")) == ()


def test_one_paragraph_between_two_items_does_not_end_a_list_but_two_do() -> None:
    between = read("They are:", "- One thing.", "A word on it.", "- Another thing.")
    (found,) = between.enumerations(sentence(between, "One thing"))
    assert texts(found) == [["One thing."], ["Another thing."]]

    apart = read("They are:", "- One thing.", "- Its twin.", "A word on it.", "One more.", "- Another thing.")
    (found,) = apart.enumerations(sentence(apart, "One thing"))
    assert texts(found) == [["One thing."], ["Its twin."]]


def test_inner_items_are_a_list_of_their_own_level() -> None:
    reading = read("They are:", "- Outer one.", "-- Inner one.", "-- Inner two.", "- Outer two.")
    (outer,) = reading.enumerations(sentence(reading, "Outer one"))
    (inner,) = reading.enumerations(sentence(reading, "Inner two"))
    assert texts(outer) == [["Outer one."], ["Outer two."]]
    assert texts(inner) == [["Inner one."], ["Inner two."]]


# -- sentences that count --------------------------------------------------------------------------------------------

COUNTED = "There are three. First, know the facts. Second, know the tools. This takes time. Third, speak as one."


@pytest.mark.parametrize("asked", ["First", "Second", "Third"])
def test_sentences_that_count_in_one_block_are_a_list(asked: str) -> None:
    reading = read(COUNTED)
    (found,) = reading.enumerations(sentence(reading, asked))
    assert lead_in(found) == "There are three."
    assert texts(found) == [["First, know the facts."], ["Second, know the tools."], ["Third, speak as one."]]


@pytest.mark.parametrize(
    ("text", "is_list"),
    [
        ("The first challenge is time. The second challenge is money.", True),
        ("Firstly, act. Secondly, report. Finally, learn.", True),
        ("First, act. Then rest.", False),
        ("Second, act. Third, rest.", False),
        ("The Panel met first in Dhaka. It met second in Cairo.", False),
    ],
)
def test_a_count_begins_with_the_first_and_has_a_second(text: str, is_list: bool) -> None:
    reading = read(text)
    assert bool(reading.enumerations(reading.placed[0].sentence)) is is_list


def test_a_count_without_a_sentence_before_has_no_lead_in() -> None:
    reading = read("First, act. Second, report.")
    (found,) = reading.enumerations(reading.placed[0].sentence)
    assert lead_in(found) is None


def test_a_count_inside_a_list_item_is_the_inner_list_and_comes_first() -> None:
    reading = read("They are:", "- Invest in prevention. First, warn. Second, act.", "- Respond in time.")
    counted, listed = reading.enumerations(sentence(reading, "First, warn"))
    assert texts(counted) == [["First, warn."], ["Second, act."]]
    assert texts(listed) == [["Invest in prevention.", "First, warn.", "Second, act."], ["Respond in time."]]


def test_the_rest_of_a_block_is_what_follows_in_it() -> None:
    reading = read("One is here. Two is here. Three is here.", "Four is elsewhere.")
    rest = reading.rest_of(reading.placed[1])
    assert [placed.sentence.text for placed in rest] == ["Two is here.", "Three is here."]
    assert isinstance(rest[0], Placed)


# -- labels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Primacy of politics. Lasting peace is political.", "Primacy of politics."),
        ("Regional action: organizations do most.", "Regional action"),
        ("Lasting peace is achieved through politics alone.", None),
        ("UN: yes.", None),
        ("One two three four five six seven eight nine ten eleven. Then more.", None),
        ("Is this a label? It is not.", None),
    ],
)
def test_the_label_at_the_head_of_an_item(text: str, label: str | None) -> None:
    found = label_of(Sentence(text, 100, 100 + len(text), BlockKind.LIST_ITEM, 3))
    assert (found.text if found else None) == label
    if found:
        assert (found.start, found.end) == (100, 100 + len(found.text))
        assert found.block == 3
