"""Example questions come from headings that name a subject."""

import pytest
from fakes import make_document, make_passages

from assistant.domain import ANSWERED, Answer, Citation, Locator, Mode
from assistant.pages.examples import answers_from, example_topics


def topics(*headings: str, title: str = "A title", body: str = "A body") -> list[str]:
    documents = [
        make_document(f"d{i}", "Some text.", heading=heading, title=title, body=body)
        for i, heading in enumerate(headings)
    ]
    passages = [passage for document in documents for passage in make_passages(document)]
    return [topic.words for topic in example_topics([document.metadata for document in documents], passages)]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Primacy of politics", "Primacy of politics"),
        ("On protection of civilians", "Protection of civilians"),
        ("IV. New Challenges in Protection", "New Challenges in Protection"),
        ("2.1 Rapid deployment", "2.1 Rapid deployment"),
        ("2.1. Rapid deployment:", "Rapid deployment"),
        ("UN SPECIAL MISSIONS IN THE FIELD", "UN Special Missions in the Field"),
        ("Who pays for it?", "Who pays for it?"),
    ],
)
def test_a_heading_reads_well_in_a_question(heading: str, words: str) -> None:
    assert topics(heading) == [words]


@pytest.mark.parametrize(
    "heading",
    [
        "Introduction",
        "I. Introduction",
        "Key recommendations",
        "Conclusions and Next Steps",
        "Politics",
        "A/70/95-S/2015/446, 17 June 2015",
        "A heading that goes on and on until it is a sentence and no subject at all",
    ],
)
def test_a_heading_that_names_no_subject_is_left_out(heading: str) -> None:
    assert topics(heading) == []


def test_the_name_of_the_document_or_of_its_body_is_no_subject() -> None:
    assert topics("THE COALITION FOR PEACE", body="The Coalition for Peace (CP)") == []
    assert topics("A report on peace", title="A report on peace and war") == []


def test_documents_take_turns_and_no_topic_comes_twice() -> None:
    one = make_document("one", "Text.", heading="Rapid deployment")
    two = make_document("two", "Text.", heading="RAPID DEPLOYMENT")
    assert len(example_topics([one.metadata, two.metadata], [*make_passages(one), *make_passages(two)])) == 1


def test_an_example_counts_as_answered_only_from_its_own_section() -> None:
    document = make_document("one", "Text.", heading="Rapid deployment")
    (topic,) = example_topics([document.metadata], make_passages(document))

    def cited(document_id: str, section: str) -> Answer:
        citation = Citation(1, "p", document_id, "T", Locator(section=("Outer", section)), "T", "Text.", 0, 5)
        return Answer("q", "q", ANSWERED, Mode.EXTRACTIVE, citations=(citation,))

    assert answers_from(topic, cited("one", "Rapid deployment"))
    assert not answers_from(topic, cited("one", "Elsewhere"))
    assert not answers_from(topic, cited("two", "Rapid deployment"))
