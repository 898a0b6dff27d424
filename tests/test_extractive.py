"""Answers that are quotes: which sentences are taken, when a list is taken whole, and how they are put together.

Evidence and rules are made here, so that nothing depends on the weights in use.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.citations import Draft
from assistant.domain import Document, PassageKind
from assistant.errors import DataFileError
from assistant.evidence import Evidence, Features
from assistant.extractive import ExtractiveRules, answer_by_quotation, read_rules
from assistant.lexicon import build_lexicon
from assistant.question import Expected, Question, read_question
from assistant.question import read_rules as read_question_rules
from assistant.reading import Placed, Reading
from assistant.settings import PROJECT_DIR
from tests.fakes import lay_out, make_passages

PROMPTS = PROJECT_DIR / "prompts"
RULES = replace(
    read_rules(PROMPTS),
    margin=1.0,
    sentences=3,
    sentences_fact=1,
    words=40,
    neighbour=0.5,
    per_document=2,
    document_margin=3.0,
    list_words=30,
    list_margin=1.0,
    list_count=2.0,
    list_first=1.0,
    list_threshold=2.0,
    list_threshold_open=4.0,
)
LEXICON = build_lexicon([], [], lambda _: True)
OPEN = read_question("What about peace?", read_question_rules(PROMPTS), LEXICON, [])
FACT = replace(OPEN, expected=Expected.WHEN)
SEVERAL = replace(OPEN, enumeration=True)

PROSE = lay_out(
    "prose", "Act early. It saves lives. Fund the missions.", "Train the peacekeepers. Report what you see."
)
LIST = lay_out(
    "list",
    "# Steps",
    "The steps are three.",
    "- Warn. The signs are known.",
    "- Act. The means are there.",
    "- Learn. The lessons are many.",
    "# Rest",
    "Nothing else was said.",
)


class Documents:
    """Made documents, and the evidence that their sentences are."""

    def __init__(self, *documents: Document) -> None:
        self.readings = {d.metadata.id: Reading.of(d, make_passages(d)) for d in documents}

    def read(self, document_id: str) -> Reading:
        return self.readings[document_id]

    def placed(self, opening: str) -> Placed:
        return next(p for r in self.readings.values() for p in r.placed if p.sentence.text.startswith(opening))

    def evidence(self, **scores: float) -> list[Evidence]:
        """Evidence by the first word of a sentence, best first."""
        found = []
        for opening, score in scores.items():
            placed = self.placed(opening)
            found.append(Evidence(placed.sentence, placed.passage, features(), score))
        return sorted(found, key=lambda e: -e.score)


def features(heading: float = 0.0) -> Features:
    return Features(**{**dict.fromkeys(Features.__slots__, 0.0), "heading": heading})


def said(drafts: Sequence[Draft]) -> list[str]:
    return [f"{d.lead_in} {d.sentence.text}".strip() for d in drafts]


def answer(
    documents: Documents, question: Question, rules: ExtractiveRules = RULES, **scores: float
) -> tuple[Draft, ...]:
    return answer_by_quotation(question, documents.evidence(**scores), rules, documents.read)


# -- sentences -------------------------------------------------------------------------------------------------------


def test_no_evidence_gives_no_answer() -> None:
    assert answer_by_quotation(OPEN, [], RULES, Documents().read) == ()


def test_the_best_sentence_and_those_near_it_are_quoted_in_reading_order() -> None:
    drafts = answer(Documents(PROSE), OPEN, Report=3.0, Fund=2.5, Train=1.0)
    assert said(drafts) == ["Fund the missions.", "Report what you see."]


def test_every_draft_is_the_documents_own_text() -> None:
    for draft in answer(Documents(PROSE), OPEN, Report=3.0, Fund=2.9, Train=2.8):
        assert PROSE.text[draft.sentence.start : draft.sentence.end] == draft.sentence.text
        assert draft.passage.start <= draft.sentence.start < draft.sentence.end <= draft.passage.end


def test_a_question_for_one_fact_is_answered_in_fewer_sentences() -> None:
    scores = {"Report": 3.0, "Fund": 2.9, "Train": 2.8}
    assert len(answer(Documents(PROSE), OPEN, **scores)) == 3
    assert said(answer(Documents(PROSE), FACT, **scores)) == ["Report what you see."]


def test_a_fact_question_that_asks_for_several_is_answered_at_length() -> None:
    both = replace(FACT, enumeration=True)
    assert len(answer(Documents(PROSE), both, Report=3.0, Fund=2.9, Train=2.8)) == 3


def test_a_neighbour_of_a_taken_sentence_counts_for_more() -> None:
    documents = Documents(PROSE)
    assert said(answer(documents, OPEN, Report=3.0, Train=1.6)) == ["Train the peacekeepers.", "Report what you see."]
    assert said(answer(documents, OPEN, Report=3.0, Fund=1.6)) == ["Report what you see."]


def test_an_answer_stays_within_its_words_but_the_best_sentence_is_always_there() -> None:
    short = replace(RULES, words=6)
    assert said(answer(Documents(PROSE), OPEN, short, Report=3.0, Train=2.9, Act=2.8)) == [
        "Act early.",
        "Report what you see.",
    ]
    assert said(answer(Documents(PROSE), OPEN, replace(RULES, words=1), Report=3.0)) == ["Report what you see."]


def test_what_two_documents_say_word_for_word_is_quoted_once() -> None:
    twin = lay_out("twin", "Report what you see.")
    documents = Documents(PROSE, twin)
    evidence = documents.evidence(Report=3.0)
    other = documents.readings["twin"].placed[0]
    evidence.append(Evidence(other.sentence, other.passage, features(), 2.9))
    drafts = answer_by_quotation(OPEN, evidence, RULES, documents.read)
    assert said(drafts) == ["Report what you see."]
    assert drafts[0].passage.document_id == "prose"


def test_a_sentence_that_leans_brings_the_one_before_it() -> None:
    assert said(answer(Documents(PROSE), FACT, It=3.0)) == ["Act early.", "It saves lives."]


def test_sentences_of_several_documents_are_named_by_document_best_document_first() -> None:
    other = lay_out("other", "Prevent the conflict.")
    drafts = answer(Documents(PROSE, other), OPEN, Prevent=3.0, Fund=2.9, Report=2.8)
    assert said(drafts) == [
        "Title of other: Prevent the conflict.",
        "Title of prose: Fund the missions.",
        "Report what you see.",
    ]


def test_a_sentence_that_only_announces_brings_what_it_announces() -> None:
    telling = lay_out("telling", "Three ways were named. Act early. Fund the missions. Watch.", "Nothing more.")
    rules = replace(RULES, announcing=re.compile("three ways", re.IGNORECASE), words=10)
    assert said(answer(Documents(telling), OPEN, rules, Three=3.0, Nothing=2.9)) == [
        "Three ways were named.",
        "Act early.",
        "Fund the missions.",
        "Watch.",
    ]
    assert len(answer(Documents(telling), OPEN, replace(rules, words=6), Three=3.0)) == 2, "within the length"


def test_a_title_block_answers_only_who_when_and_where() -> None:
    documents = Documents(PROSE)
    title, sentence = documents.evidence(Act=3.0, Report=2.0)
    title = replace(title, passage=replace(title.passage, kind=PassageKind.FRONT_MATTER))
    assert said(answer_by_quotation(OPEN, [title, sentence], RULES, documents.read)) == ["Report what you see."]
    assert said(answer_by_quotation(FACT, [title, sentence], RULES, documents.read)) == ["Act early."]
    assert said(answer_by_quotation(OPEN, [title], RULES, documents.read)) == ["Act early."], "better than nothing"


# -- side by side ----------------------------------------------------------------------------------------------------

OTHER = lay_out("other", "Prevent the conflict. Heal the wounds. Watch the border.")
BOTH = replace(OPEN, comparison=True, side_by_side=True, documents=("prose", "other"))


def test_documents_set_side_by_side_each_have_their_say() -> None:
    drafts = answer(Documents(PROSE, OTHER), BOTH, Fund=3.0, Report=2.9, Train=2.8, Prevent=1.0)
    assert said(drafts) == [
        "Title of prose: Fund the missions.",
        "Report what you see.",
        "Title of other: Prevent the conflict.",
    ]


def test_a_document_with_nothing_near_is_left_out() -> None:
    drafts = answer(Documents(PROSE, OTHER), BOTH, Fund=5.0, Prevent=1.0)
    assert said(drafts) == ["Fund the missions."]


# -- lists -----------------------------------------------------------------------------------------------------------

WHOLE = [
    "The steps are three.",
    "Warn. The signs are known.",
    "Act. The means are there.",
    "Learn. The lessons are many.",
]


def test_a_question_for_several_things_takes_the_list_of_the_best_evidence_whole() -> None:
    drafts = answer(Documents(LIST), SEVERAL, Act=3.0, Learn=2.8)
    assert said(drafts) == WHOLE
    assert [d.item for d in drafts] == [False, True, True, True]
    assert all(LIST.text[d.sentence.start : d.sentence.end] == d.sentence.text for d in drafts)


def test_a_lead_in_that_is_the_best_sentence_takes_its_list() -> None:
    assert said(answer(Documents(LIST), SEVERAL, The=3.0)) == WHOLE


def test_another_question_takes_a_list_only_on_stronger_evidence() -> None:
    documents = Documents(LIST)
    assert said(answer(documents, OPEN, Act=3.0)) == ["Act."]
    assert said(answer(documents, OPEN, The=3.0, Warn=2.8, Act=2.7, Learn=2.6)) == WHOLE


def test_a_question_for_one_fact_takes_no_list() -> None:
    assert said(answer(Documents(LIST), FACT, The=3.0, Warn=2.8, Act=2.7)) == ["The steps are three."]


@pytest.mark.parametrize(("count", "taken"), [(3, True), (5, False)])
def test_a_list_of_just_the_number_asked_for_is_preferred(count: int, taken: bool) -> None:
    drafts = answer(Documents(LIST), replace(SEVERAL, count=count), Nothing=3.0, Act=2.9)
    assert (said(drafts) == WHOLE) is taken


def test_a_heading_that_bears_the_questions_words_speaks_for_its_list() -> None:
    documents = Documents(LIST)
    weak = documents.evidence(Nothing=3.0, Act=2.6, Learn=2.5)
    assert said(answer_by_quotation(SEVERAL, weak, RULES, documents.read)) != WHOLE
    strong = [replace(e, features=features(heading=1.0)) for e in weak]
    assert said(answer_by_quotation(SEVERAL, strong, RULES, documents.read)) == WHOLE


@pytest.mark.parametrize(
    ("words", "items"),
    [
        (30, ["Warn. The signs are known.", "Act. The means are there.", "Learn. The lessons are many."]),
        (8, ["Warn.", "Act.", "Learn."]),
    ],
)
def test_a_long_list_is_shortened_to_the_first_sentences_of_its_items(words: int, items: list[str]) -> None:
    drafts = answer(Documents(LIST), SEVERAL, replace(RULES, list_words=words), Act=3.0, Learn=2.9)
    assert said(drafts)[1:] == items


def test_a_longer_one_to_the_labels_of_its_items_where_each_has_one() -> None:
    labelled = lay_out(
        "labelled",
        "They are:",
        "- Regional action: organizations in the region do most of what is done.",
        "- Peer networks: focal points share what they know of the matter with others.",
    )
    drafts = answer(Documents(labelled), SEVERAL, replace(RULES, list_words=10), They=3.0)
    assert said(drafts) == ["They are:", "Regional action", "Peer networks"]
    assert all(labelled.text[d.sentence.start : d.sentence.end] == d.sentence.text for d in drafts)


# -- the rules -------------------------------------------------------------------------------------------------------


def test_the_projects_rules_have_a_weight_for_every_feature() -> None:
    rules = read_rules(PROMPTS)
    assert set(rules.weights) == {"bias", *Features.__slots__}


def test_rules_with_an_unknown_key_are_refused_by_name(tmp_path: Path) -> None:
    content = (PROMPTS / "extractive.yaml").read_text(encoding="utf-8")
    (tmp_path / "extractive.yaml").write_text(f"{content}\nlenght: 3\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="'lenght'"):
        read_rules(tmp_path)
