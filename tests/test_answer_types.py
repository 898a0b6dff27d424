"""What a question demands, and what states it."""

import pytest

from assistant import facts
from assistant.answer_types import Demand, counted_noun, demand, satisfies, stated
from assistant.lexicon import build_lexicon, stem, words
from assistant.question import Expected, read_question
from assistant.question import read_rules as read_question_rules
from assistant.settings import PROJECT_DIR
from assistant.sufficiency import read_rules

PROMPTS = PROJECT_DIR / "prompts"
RULES = read_rules(PROMPTS).demands
QUESTION_RULES = read_question_rules(PROMPTS)
LEXICON = build_lexicon(["peacekeepers protect civilians"], [], lambda _: True)


def ask(text):
    return read_question(text, QUESTION_RULES, LEXICON, [])


def how_well(question, sentence):
    asked = ask(question)
    known = frozenset(stem(word) for word in words(question))
    return stated(demand(asked, RULES), sentence, asked, known, RULES)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many soldiers would the service employ?", Demand.COUNT),
        ("In how many nations are there country teams?", Demand.COUNT),
        ("How much would the force cost each year?", Demand.MONEY),
        ("What is the annual budget of peacekeeping?", Demand.MONEY),
        ("What percentage of mission chiefs are women?", Demand.SHARE),
        ("How often has the veto been used?", Demand.FREQUENCY),
        ("For how many months does it apply?", Demand.DURATION),
        ("When was the coalition founded?", Demand.DATE),
        ("On which day was the statement issued?", Demand.DATE),
        ("By when must the study be ready?", Demand.DATE),
        ("Who was the Resident Coordinator in Colombo?", Demand.PERSON),
        ("Who chaired the panel?", Demand.PERSON),
        ("Name the special representatives accused of it.", Demand.PERSON),
        ("Which governments spoke out against it?", Demand.COUNTRY),
        ("Where was the session held?", Demand.PLACE),
        ("Which fax number does the coalition use?", Demand.CONTACT),
        # What asks for a policy, a reason, a body or an account needs no such fact.
        ("Which countries should contribute more troops?", Demand.NONE),
        ("To which bodies should governments give more money?", Demand.NONE),
        ("Which country teams are affected?", Demand.NONE),
        ("Why is the veto a problem?", Demand.NONE),
        ("How much attention does prevention get?", Demand.NONE),
        ("How does the coalition compare the cost of prevention with that of response?", Demand.NONE),
        ("What is the role of women?", Demand.NONE),
        ("Where do the two documents see the problem?", Demand.NONE),
    ],
)
def test_demand_is_read_from_the_question(question, kind):
    assert demand(ask(question), RULES) is kind


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How many nations have country teams?", "Country teams are present in 136 countries.", 1.0),
        ("How many members had the panel?", "The Panel consisted of 16 members.", 1.0),
        ("How many nations have focal points?", "Almost a quarter of Member States have focal points.", 1.0),
        ("How many soldiers would it employ?", "The Panel consisted of 16 members.", 0.5),
        ("How many soldiers would it employ?", "In 2015 it cited resolution 1325 and paragraphs 138 and 139.", 0.0),
        ("How many soldiers would it employ?", "It met on 18 and 19 February 2016.", 0.0),
        ("How many votes did the 16 members cast?", "The 16 members cast their votes.", 0.0),
        ("What would it cost?", "Prevention is considerably less costly.", 0.0),
        ("What would it cost?", "It would need $2 million a year.", 1.0),
        ("What percentage are women?", "Appoint more women.", 0.0),
        ("What percentage are women?", "Ten of sixteen missions have such mandates.", 1.0),
        ("How often was the veto used?", "The Council met twice.", 1.0),
        ("How long did it last?", "For two days they met.", 1.0),
        ("When was the panel appointed?", "The panel was appointed in October 2014.", 1.0),
        ("When was the 2015 report published?", "The 2015 report was welcomed.", 0.0),
        ("On which day was the report published?", "The report came out in August 2015.", 0.0),
        ("On which day was the note issued?", "16 June 2015, New York.", 1.0),
        ("Who chaired the panel?", "It was chaired by Jose Ramos-Horta.", 1.0),
        ("Who wrote the book?", "Ekkehard Strauss UN Human Rights Officer opened the workshop.", 1.0),
        ("Who chaired the panel?", "The Security Council and the Peacebuilding Commission met.", 0.0),
        ("Who chaired the panel?", "Participants noted that UN staff spoke.", 0.0),
        ("Which country shows the harm?", "We saw it in the Central African Republic.", 1.0),
        ("Which country was the first to appoint one?", "Almost a quarter of Member States did.", 0.0),
        ("How often has Russia vetoed it, and which country besides?", "Russia did.", 0.0),
        ("Where are the authors based?", "A team at Rutgers University Law School wrote it.", 1.0),
        ("Where was it held?", "It was held in Geneva.", 1.0),
        ("Where was it held?", "it was held as planned.", 0.0),
        ("Is there an e-mail address of the coalition?", "tel: 646.465.8523", 0.0),
        ("What is the phone number?", "tel: 646.465.8523", 1.0),
        ("What is the website of the coalition?", "Website: responsibilitytoprotect.org", 1.0),
    ],
)
def test_a_sentence_states_a_fact_that_the_question_does_not_hold(question, sentence, expected):
    assert how_well(question, sentence) == expected


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("How many peacekeeping operations have mandates?", "peacekeeping operations"),
        ("How many of the members voted?", "members"),
        ("What is the number of missions?", "missions"),
        ("Who voted?", None),
    ],
)
def test_the_counted_noun_is_found(question, noun):
    assert counted_noun(ask(question)) == noun


def test_numbers_that_label_are_not_counts():
    text = "1. In 2015, 80 submissions on Pillar 2 and article 7 (see para. 12) came on 3 May from fifty States."
    assert [match.group() for match in facts.numbers(text)] == ["80", "fifty"]


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("released in August 2015", Expected.WHEN, True),
        ("within six months", Expected.WHEN, True),
        ("released to the press", Expected.WHEN, False),
        ("present in 136 countries", Expected.NUMBER, True),
        ("almost a quarter of them", Expected.NUMBER, True),
        ("agreed in 2005", Expected.NUMBER, False),
        ("It met in Kigali", Expected.WHERE, True),
        ("It met early", Expected.WHERE, False),
        ("chaired by Jose Ramos-Horta", Expected.WHO, True),
        ("Participants agreed", Expected.WHO, False),
        ("because resources are lacking", Expected.WHY, True),
        ("anything", Expected.OPEN, True),
    ],
)
def test_the_rough_check_goes_by_the_form_of_the_question(text, expected, found):
    assert satisfies(text, expected, RULES.places) is found
