"""Which documents a question names, in a small library of the field and in a large one of other things."""

from dataclasses import replace

import pytest

from assistant.domain import DocumentMetadata
from assistant.lexicon import Lexicon, build_lexicon, read_subjects, read_variants
from assistant.naming import DocumentNames, Named, find_named, names_of, without_names
from assistant.question import read_rules
from assistant.settings import PROJECT_DIR

PROMPTS = PROJECT_DIR / "prompts"
STOPWORDS = read_rules(PROMPTS).stopwords
FIELD = (
    "The responsibility to protect (R2P) rests with each state.",
    "R2P was agreed in 2005 and the responsibility to protect endures.",
    "The protection of civilians is what missions are for.",
    "The HIPPO report speaks of peace operations.",
)
ELSEWHERE = tuple(f"The trade council of region {i} is implementing its budget for the harvest." for i in range(300))


def document(identifier: str, title: str, **values: str) -> DocumentMetadata:
    return DocumentMetadata(id=identifier, title=title, file_name=f"{identifier}.md", sha256="0", **values)


REPORT = document("report", "A Vital Commitment: Implementing the Responsibility to Protect", date="2015")
NOTE = document("note", "Information note on the High-Level Independent Panel on Peace Operations", date="2015")
DECISION = document("decision", "Civilian protection", body="General Assembly", date="2025")
OTHERS = tuple(document(f"budget-{i}", f"Budget of region {i}", date="2025") for i in range(80))


def library(*, large: bool) -> tuple[tuple[DocumentNames, ...], Lexicon]:
    texts = FIELD + ELSEWHERE if large else FIELD
    lexicon = build_lexicon(texts, read_variants(PROMPTS), lambda _: True, read_subjects(PROMPTS))
    documents = (REPORT, NOTE, DECISION, *(OTHERS if large else ()))
    return names_of(documents, lexicon, STOPWORDS), lexicon


def named(text: str, *, large: bool) -> tuple[str, ...]:
    names, lexicon = library(large=large)
    return find_named(text, names, lexicon).documents


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "Which intervention made people shy of invoking R2P?",
        "Who carries the responsibility to protect?",
        "What is said of the protection of civilians?",
        "Should R2P be debated in the General Assembly?",
    ],
)
def test_what_the_field_is_about_names_no_document_however_rare_it_is_in_the_library(text: str, large: bool) -> None:
    assert named(text, large=large) == ()


@pytest.mark.parametrize("large", [False, True])
def test_a_title_that_has_a_subject_in_it_still_names_its_document(large: bool) -> None:
    assert named("What does “Implementing the Responsibility to Protect” ask of states?", large=large) == ("report",)


def test_a_rare_name_in_a_title_is_the_document_s_and_a_subject_is_not() -> None:
    names, _ = library(large=True)
    phrases = {n.id: n.phrases for n in names}
    assert {"hippo", "high level panel"} <= set(phrases["note"])
    assert "r2p" not in phrases["report"]


def test_a_subject_stays_in_a_question_that_names_its_document() -> None:
    names, _ = library(large=True)
    asked = without_names("What did the 2015 report see as the future of R2P?", Named(("report",), False), names)
    assert asked == "What did report see as the future of R2P?"


def test_one_name_of_a_group_makes_all_of_them_subjects() -> None:
    _, lexicon = library(large=False)
    assert {"r2p", "rtop", "responsibility to protect"} <= lexicon.subjects
    assert "hippo" not in lexicon.subjects


PANEL = replace(NOTE, also_called=("HIPPO report", "panel's report"))
REACTION = replace(document("reaction", "On the Panel's Findings", body="Coalition of Cedars", kind="statement"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who reacted to the HIPPO report?", ()),
        ("Which network put out a statement on the HIPPO report?", ()),
        ("Who welcomed the panel's report?", ()),
        ("How did the Coalition of Cedars respond to the HIPPO report?", ("reaction",)),
        ("What does the HIPPO report say in response to abuse?", ("note",)),
        ("What response does the HIPPO report ask for?", ("note",)),
        ("What does the panel's report say to commanders?", ("note",)),
    ],
)
def test_what_others_say_of_a_document_is_not_looked_for_in_it(text: str, expected: tuple[str, ...]) -> None:
    lexicon = build_lexicon(FIELD, read_variants(PROMPTS), lambda _: True, read_subjects(PROMPTS))
    names = names_of((REPORT, PANEL, REACTION, DECISION), lexicon, STOPWORDS)
    assert find_named(text, names, lexicon).documents == expected


SUMMARY = document("summary", "Perspectives on protection", kind="workshop summary")
TALK = document("talk", "Notes from Dhaka", kind="conference notes")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What does the workshop summary say on training?", ("summary",)),
        ("Do the conference notes mention training?", ("talk",)),
        ("Is training in the conference note?", ("talk",)),
        ("Which workshop dealt with training?", ()),  # a word of it alone may be anything
    ],
)
def test_the_only_document_of_its_kind_is_named_by_it(text: str, found: tuple[str, ...]) -> None:
    _, lexicon = library(large=False)
    assert find_named(text, names_of((REPORT, NOTE, SUMMARY, TALK), lexicon, STOPWORDS), lexicon).documents == found


def test_a_kind_that_several_documents_are_of_names_none() -> None:
    _, lexicon = library(large=False)
    other = replace(SUMMARY, id="other", title="Lessons learnt")
    names = names_of((REPORT, NOTE, SUMMARY, other), lexicon, STOPWORDS)
    assert find_named("What does the workshop summary say on training?", names, lexicon).documents == ()
