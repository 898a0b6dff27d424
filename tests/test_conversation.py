"""A follow-up is completed from its conversation; what stands alone is left exactly as it is."""

import time
from pathlib import Path

import pytest
import yaml

from assistant.conversation import FollowUpRules, Resolved, read_rules, resolve
from assistant.domain import Conversation, Turn
from assistant.errors import DataFileError
from assistant.follow_up import need_features
from assistant.lexicon import build_lexicon
from assistant.phrases import phrases
from assistant.salience import candidates, read_turn
from assistant.settings import PROJECT_DIR

PROMPTS = PROJECT_DIR / "prompts"
LEXICON = build_lexicon(
    [
        part
        for file in sorted((PROJECT_DIR / "corpus").glob("*.md"))
        for part in file.read_text(encoding="utf-8").split("\n\n")
    ],
    [],
    lambda _: True,
)

VETO = Turn(
    "Does Ban ask permanent members to limit the veto?",
    "He urged Permanent Members to “exercise restraint in the use of the veto”. [1]",
)
WORKSHOP = Turn(
    "What was the main theme of the 2010 workshop?", "One of the principle themes was 'complementarity'. [1]"
)
TECHNOLOGY = Turn(
    "What are the new challenges in the 2015 report?",
    "Responding to non-State armed groups and adjusting to new technologies. [1]",
)
INTERNET = Turn(
    "How does the 2015 report view new technologies?", "New technologies can facilitate the coordination of crimes. [1]"
)
SHIFTS = Turn(
    "Which shifts does the panel call for?",
    "- primacy of politics: a political strategy must drive the mission [1]\n"
    "- the full spectrum of peace operations must be used more flexibly [1]\n"
    "- a stronger partnership: regional organizations [2]\n"
    "- field-focused and people-centred peace operations [2]",
)
SPEAKER = Turn(
    "Who spoke for the ICC at the 2010 workshop?",
    "Karen Odaba Mosoti, Head of the ICC Liaison Office to the United Nations. [1]",
)
TEAMS = Turn(
    "Do country teams monitor human rights?", "Participants emphasized that UNCTs do not focus primarily on them. [1]"
)


@pytest.fixture(scope="module")
def rules() -> FollowUpRules:
    return read_rules(PROMPTS)


def ask(rules: FollowUpRules, question: str, *turns: Turn) -> Resolved:
    return resolve(question, Conversation(turns), rules, LEXICON.idf)


@pytest.mark.parametrize("question", ["Who chaired it?", "why?", "", "??", "What about women?"])
def test_without_a_conversation_nothing_is_changed(rules: FollowUpRules, question: str) -> None:
    resolved = ask(rules, question)
    assert (resolved.query, resolved.follow_up, resolved.carried) == (question, False, ())


@pytest.mark.parametrize(
    ("question", "turns", "carries"),
    [
        ("who chaired it?", [WORKSHOP], "workshop"),
        ("And if one of them uses it anyway?", [VETO], "permanent members"),
        ("why?", [VETO], "veto"),
        ("Is there any good in them?", [INTERNET], "technologies"),
        ("why is that difficult for them?", [TEAMS], "human rights"),
        ("What about women?", [SHIFTS], "panel"),
        ("What did she talk about?", [SPEAKER], "Karen Odaba Mosoti"),
        ("Tell me how the latter makes things worse.", [TECHNOLOGY], "new technologies"),
        ("On what day exactly?", [WORKSHOP], "2010 workshop"),
        ("Which states have joined it so far?", [WORKSHOP], "workshop"),
    ],
)
def test_a_follow_up_carries_what_it_leans_on(
    rules: FollowUpRules, question: str, turns: list[Turn], carries: str
) -> None:
    resolved = ask(rules, question, *turns)
    assert resolved.follow_up
    assert carries.lower() in " ".join(resolved.carried).lower()
    assert resolved.query == f"{question} ({', '.join(resolved.carried)})"


@pytest.mark.parametrize(
    "question",
    [
        "Which fax number does the International Coalition use?",
        "How would all missions be financed in future under the panel's plan?",
        "What is keeping commanders in the field from giving orders to national contingents?",
        "What does ICRtoP stand for?",
        "Who was Ekkehard Strauss?",
        "Is it true that the Security Council created an emergency peace service?",
        "Now on HIPPO: what does it say about human rights officers?",
        "ok thanks. And what about the crisis in Syria, how did it harm the reputation of R2P?",
        "UNEPS in full?",
    ],
)
def test_a_question_that_stands_alone_is_left_exactly_as_it_is(rules: FollowUpRules, question: str) -> None:
    resolved = ask(rules, question, VETO, WORKSHOP)
    assert (resolved.query, resolved.follow_up, resolved.carried) == (question, False, ())


@pytest.mark.parametrize(
    ("announced", "asked"),
    [
        ("Now something else. Who chaired it?", "Who chaired it?"),
        ("Different matter: in how many nations are they found?", "in how many nations are they found?"),
        ("switching topics - does it want whistleblowers backed?", "does it want whistleblowers backed?"),
        ("OK, thanks. On another note, who pays for them?", "who pays for them?"),
        ("Turning to money: how are they financed?", "money: how are they financed?"),
    ],
)
def test_an_announced_change_of_topic_carries_nothing_and_is_not_searched_for(
    rules: FollowUpRules, announced: str, asked: str
) -> None:
    resolved = ask(rules, announced, VETO)
    assert (resolved.query, resolved.follow_up, resolved.carried) == (asked, False, ())


@pytest.mark.parametrize("question", ["ok thanks", "hmm ok so", "??", "great"])
def test_what_asks_nothing_is_not_made_into_a_question(rules: FollowUpRules, question: str) -> None:
    assert not ask(rules, question, VETO).follow_up


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Tell me more about the second one.", "full spectrum of peace"),
        ("and the third?", "stronger partnership"),
        ("What does the first shift mean?", "primacy of politics"),
        ("And the last one?", "field-focused"),
    ],
)
def test_an_ordinal_picks_the_item_of_the_last_answer(rules: FollowUpRules, question: str, first: str) -> None:
    assert ask(rules, question, SHIFTS).carried[0] == first


SIX = "Political will, prevention, timely and decisive response, no recurrence, regional action and peer networks."


@pytest.mark.parametrize(
    ("question", "answer", "item"),
    [
        ("And the third one?", SIX, "decisive response"),
        ("And the fifth one?", SIX, "regional action"),
        ("And the sixth one?", SIX, "peer networks"),
        ("And the third?", "It names law and order, food, and clean water.", "clean water"),
        ("And the latter?", "Mediation or sanctions.", "sanctions"),
    ],
)
def test_the_items_of_a_series_are_counted_as_a_reader_counts_them(
    rules: FollowUpRules, question: str, answer: str, item: str
) -> None:
    assert item in ask(rules, question, Turn("What are the priorities?", answer)).carried[0]


def test_an_ordinal_beyond_the_list_picks_nothing(rules: FollowUpRules) -> None:
    carried = ask(rules, "and the ninth one?", SHIFTS).carried
    assert carried
    assert "field-focused" not in carried


def test_an_ordinal_that_counts_something_else_picks_nothing(rules: FollowUpRules) -> None:
    assert ask(rules, "Who first asked for it?", SHIFTS).carried[:1] != ("primacy of politics",)


def test_a_topic_that_was_left_is_not_carried_later(rules: FollowUpRules) -> None:
    address = Turn("What is the postal address of the International Coalition in New York?", "708 Third Avenue [1]")
    carried = " ".join(ask(rules, "And its fax number?", VETO, address).carried).lower()
    assert "veto" not in carried
    assert "coalition" in carried


def test_a_topic_is_carried_over_several_elliptical_turns(rules: FollowUpRules) -> None:
    turns = [WORKSHOP, Turn("who opened it?", "Ekkehard Strauss. [1]"), Turn("and when?", "In 2010. [1]")]
    assert "workshop" in " ".join(ask(rules, "where was it held?", *turns).carried)


def test_the_aspect_is_the_new_question_alone(rules: FollowUpRules) -> None:
    resolved = ask(rules, "Thanks! And what about women?", SHIFTS)
    assert resolved.follow_up
    assert resolved.aspect == "And what about women?"


def test_an_unanswered_question_still_gives_its_topic(rules: FollowUpRules) -> None:
    assert "veto" in ask(rules, "why not?", Turn(VETO.question, "")).carried


def test_citation_markers_and_words_of_the_question_are_never_carried(rules: FollowUpRules) -> None:
    resolved = ask(rules, "Do they want the veto abolished?", VETO)
    assert not any("[" in phrase or phrase == "veto" for phrase in resolved.carried)


def test_the_same_question_is_resolved_in_the_same_way(rules: FollowUpRules) -> None:
    assert ask(rules, "and the others?", SHIFTS, VETO) == ask(rules, "and the others?", SHIFTS, VETO)


def test_resolving_a_long_conversation_takes_milliseconds(rules: FollowUpRules) -> None:
    turns = [SHIFTS, VETO, WORKSHOP, TECHNOLOGY, SPEAKER, TEAMS] * 5
    ask(rules, "who chaired it?", *turns)
    started = time.perf_counter()
    for _ in range(5):
        ask(rules, "who chaired it?", *turns)
    assert (time.perf_counter() - started) / 5 < 0.05  # 2 ms on an idle machine


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How many obstacles to atrocity prevention does Ban see?", ["obstacles", "atrocity prevention", "Ban"]),
        ("the protection of civilians in South Sudan", ["protection of civilians", "South Sudan"]),
        ("What are the main types of cases?", []),
        ("the Secretary-General’s report on the responsibility to protect",
         ["Secretary-General report", "responsibility to protect"]),
        ("Do country teams monitor human rights?", ["country teams", "human rights"]),
        ("What did Ban say about Pillar I?", ["Ban", "Pillar I"]),
        ("", []),
    ],
)  # fmt: skip
def test_phrases_are_runs_of_topical_words(rules: FollowUpRules, text: str, expected: list[str]) -> None:
    assert [phrase.text for phrase in phrases(text, rules.lists)] == expected


def test_every_weight_belongs_to_a_feature(rules: FollowUpRules) -> None:
    said = [read_turn(turn, rules.lists) for turn in (SHIFTS, VETO, SPEAKER)]
    assert set(rules.need_weights) == {"bias", *need_features("why?", said, rules, LEXICON.idf)}
    found = candidates("why?", said, rules.lists, LEXICON.idf)
    assert set(rules.phrases.weights) == {"bias", *(name for _, features in found for name in features)}


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("need", {"weights": {"singular": "much"}, "threshold": 0}, "need.weights"),
        ("phrase", {"weights": {}, "most": 3}, "phrase.share"),
        ("shifts", ["(unclosed"], "shifts"),
        ("ordinals", {"first": "one"}, "ordinals"),
        ("surplus", 1, "surplus"),
    ],
)
def test_malformed_rules_name_file_and_key(tmp_path: Path, key: str, value: object, complaint: str) -> None:
    content = yaml.safe_load((PROMPTS / "conversation.yaml").read_text(encoding="utf-8"))
    (tmp_path / "conversation.yaml").write_text(yaml.safe_dump({**content, key: value}), encoding="utf-8")
    with pytest.raises(DataFileError, match=rf"conversation\.yaml.*{complaint}"):
        read_rules(tmp_path)
