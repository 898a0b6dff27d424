"""Whether a statement denies what its source denies, told in pairs of sentences."""

import pytest

from assistant.claims import Sentence, read
from assistant.denials import wrong_negation
from assistant.question import read_rules as read_question_rules
from assistant.settings import PROJECT_DIR
from assistant.verification_rules import read_rules
from assistant.wording import Names

RULES = read_rules(PROJECT_DIR / "prompts", read_question_rules(PROJECT_DIR / "prompts").stopwords).words


def sentence(text: str) -> Sentence:
    return read(text, Names([]), RULES)


def found(source: str, statement: str) -> str:
    said = sentence(source)
    return wrong_negation(sentence(statement), said, said)


FORCE = "It is not being developed as a stand-alone force, but one linked to missions."
PARTIES = (
    "Some States have become parties to the treaty. The envoy is worried about many who are not party to the treaty."
)
ORDINARY = "The Council heard the envoy, who had not met the villagers, and praised the teachers."


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        ("The mission protects villages.", "The mission does not protect villages."),
        ("The mission does not protect villages.", "The mission protects villages."),
        ("It lacks capacity to protect villages beyond the sites.", "It has capacity to protect villages there."),
        ("We do not know the causes.", "We know the causes."),
        (ORDINARY, "The Council did not praise the teachers."),  # another clause denies
        ("The panel must be flexible, and not be used as a shield.", "The panel may be used as a shield."),
        ("Reform should be local, rather than central.", "Reform should be central rather than local."),
        ("Reform should be local, rather than central.", "Reform should be central."),
        ("Judges decide, and not ministers.", "Ministers decide, and not judges."),
        ("The rules are consistent.", "The rules are inconsistent."),
        ("Such support is crucial.", "Such support is unimportant."),
        ("Prevention is more effective and less costly.", "Prevention is more costly."),
        ("Resilience has not been prioritized.", "Resilience is a priority."),
        ("Guidance is a necessity for missions.", "Missions succeed without guidance."),
        (FORCE, "It is being developed as a stand-alone force."),
        (PARTIES, "Many States are parties to the treaty."),
        ("States should not intervene, but rather negotiate.", "States should intervene and negotiate."),
        ("It did not intervene but instead negotiated.", "It intervened and negotiated."),
        ("The mandate was not renewed, but one observer stayed.", "The mandate was renewed and one observer stayed."),
    ],
)
def test_what_one_denies_and_the_other_does_not_is_found(source: str, statement: str) -> None:
    assert found(source, statement)


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        ("The mission does not protect villages.", "Villages are not protected by the mission."),
        ("The Commission establishes no individual guilt.", "The Commission does not establish guilt."),
        (ORDINARY, "The Council praised the teachers."),
        ("The staff trust the barber rather than the clerk.", "Both the barber and the clerk have staff."),
        ("The board will decide.", "The board, not the mission, will decide."),
        ("No guard may be hired unless the board agrees.", "A guard may be hired only if the board agrees."),
        ("Compacts precede deployment, and a donor who pays a party is excluded.", "Deployment follows compacts."),
        ("Peacekeepers shall not escape accountability.", "Peacekeepers cannot escape accountability."),
        ("The deputy acts while she is away.", "In her absence the deputy acts."),
        ("The board turned down the request.", "The board rejected the request."),
        ("What was once limited by geography now spreads.", "Geography no longer limits what spreads."),
        ("Peacekeepers are the only ones to help.", "There is nobody except peacekeepers to help."),
        (FORCE, "It is being developed as one linked to missions."),
        (FORCE, "It is not being developed as a stand-alone force."),
        (PARTIES, "The envoy raised concern that many States are not party to the treaty."),
    ],
)
def test_what_is_denied_in_other_words_or_of_something_else_is_not(source: str, statement: str) -> None:
    assert not found(source, statement)
