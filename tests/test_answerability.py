"""When the evidence is not enough, which reason is given, and what is named as missing."""

import shutil
import time
from dataclasses import replace

import numpy as np
import pytest

from assistant.answerability import judge, measure, missing
from assistant.disguise import attempts_instruction
from assistant.domain import BlockKind, Locator, Passage, PassageKind, Reason, Sentence
from assistant.errors import DataFileError
from assistant.evidence import Evidence, Features
from assistant.lexicon import build_lexicon, read_variants
from assistant.question import read_question
from assistant.question import read_rules as read_question_rules
from assistant.settings import PROJECT_DIR
from assistant.sufficiency import read_rules
from evals.benchmarks import clapnq, squad2
from evals.benchmarks.public_sets import FOLDER_VARIABLE, print_table
from evals.calibration import auc, fit_signed, out_of_fold, write_model
from tests.attacks import ATTACKS, LOOKALIKES
from tests.fakes import FakeEmbedder

PROMPTS = PROJECT_DIR / "prompts"
RULES = read_rules(PROMPTS)
QUESTION_RULES = read_question_rules(PROMPTS)
TEXTS = (
    "Country teams are present in 136 countries and are led by Resident Coordinators.",
    "Other representatives have been accused of suppressing reports of human rights violations.",
    "The emergency service would employ soldiers, police and civilians under one command.",
    "Non-State armed groups commit atrocity crimes openly.",
    "It welcomes the assessment that the Secretary-General requested.",
)
ORDINARY = {"what", "who", "how", "when", "is", "the", "rain", "tomorrow", "many", "bake", "bread", "did", "do", "say"}
LEXICON = build_lexicon(TEXTS, read_variants(PROMPTS), lambda word: word in ORDINARY)


def ask(text):
    return read_question(text, QUESTION_RULES, LEXICON, [])


def evidence(*texts, similarity=0.6, **features):
    """Sentences, best first, each a passage of its own."""
    return [_evidence(text, similarity, features) for text in texts]


def _evidence(text, similarity, features):
    values = dict.fromkeys(Features.__slots__, 0.0)
    values |= {"similarity": similarity, "late": similarity, "weakest": similarity / 2, **features}
    passage = Passage(
        id=text, document_id="d", position=0, kind=PassageKind.BODY, text=text, start=0, end=len(text),
        locator=Locator(), pages=(), paragraphs=(), sentences=(),
    )  # fmt: skip
    return Evidence(Sentence(text, 0, len(text), BlockKind.PARAGRAPH, 0), passage, Features(**values), 1.0)


def verdict(question, *texts, **features):
    return judge(ask(question), evidence(*texts, **features), LEXICON, RULES)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many countries have country teams?", TEXTS[0]),
        ("Who leads country teams?", TEXTS[0]),
        ("What have representatives been accused of?", TEXTS[1]),
        ("What would the emergency service employ?", TEXTS[2]),
        ("Do NSAGs commit atrocity crimes in secret?", TEXTS[3]),
        ("Since representatives publish every report, who reads the reports of violations?", TEXTS[1]),
    ],
)
def test_what_the_evidence_states_is_answered(question, text):
    assert verdict(question, text).reason is None


@pytest.mark.parametrize(
    ("question", "text", "named"),
    [
        ("How many soldiers would the emergency service employ?", TEXTS[2], "a number of soldiers"),
        ("What would the emergency service cost per year?", TEXTS[2], "an amount of money"),
        ("What percentage of representatives have been accused?", TEXTS[1], "a percentage or share"),
        ("When exactly was the assessment requested?", TEXTS[4], "a date"),
        ("Name the representatives accused of suppressing reports.", TEXTS[1], "a person's name"),
        ("Which country was the first to be accused of violations?", TEXTS[1], "the name of a country"),
        ("How often have representatives been accused?", TEXTS[1], "how often"),
    ],
)
def test_a_fact_that_no_sentence_states_is_refused_and_named(question, text, named):
    found = verdict(question, text, *TEXTS)
    assert found.reason is Reason.NOT_STATED
    assert found.missing[0] == named


def test_the_fact_may_stand_in_a_further_sentence():
    assert verdict("How many countries have country teams?", TEXTS[1], TEXTS[0]).reason is None


def test_a_question_unlike_anything_held_is_off_topic_and_its_words_are_missing():
    found = verdict("How do I bake bread tomorrow?", TEXTS[0], similarity=0.1)
    assert found.reason is Reason.OFF_TOPIC
    assert found.missing == ("bake", "bread", "tomorrow")


def test_a_name_that_the_library_does_not_hold_is_missing_and_does_not_make_the_question_off_topic():
    found = verdict("Which reports of violations in Mali did representatives suppress?", *TEXTS, similarity=0.35)
    assert found.reason is Reason.NOT_STATED
    assert found.missing == ("Mali",)


def test_a_short_name_that_the_evidence_spells_out_is_held():
    question = ask("What do PQRs do?")
    assert measure(question, evidence("Permanent question readers meet."), LEXICON, RULES).name_unknown == 0
    assert measure(question, evidence(TEXTS[0]), LEXICON, RULES).name_unknown == 1


def test_a_known_short_name_counts_as_its_long_form():
    lexicon = build_lexicon(["The Security Council met."], read_variants(PROMPTS), lambda _: True)
    question = read_question("What did the UNSC decide?", QUESTION_RULES, lexicon, [])
    measured = measure(question, evidence("The Security Council met."), lexicon, RULES)
    assert (measured.name_unknown, measured.name_absent) == (0, 0)


def test_no_evidence_at_all_has_its_own_reason():
    found = judge(ask("Who leads country teams?"), [], LEXICON, RULES)
    assert found.reason is Reason.NO_EVIDENCE


@pytest.mark.parametrize("text", ["asdf qwer jkl", "xkcd"])
def test_letters_that_are_no_words_are_unclear(text):
    assert verdict(text, TEXTS[0], similarity=0.1).reason is Reason.UNCLEAR


def test_when_all_words_are_held_those_that_the_evidence_lacks_are_missing():
    question = ask("Why are country teams led by representatives?")
    assert missing(question, evidence(TEXTS[0]), LEXICON, RULES) == ("representatives",)


def test_judging_is_quick():
    many = evidence(*TEXTS * 12)
    question = ask("Who were the individual authors of the report that the Secretary-General requested in 2015?")
    began = time.perf_counter()
    for _ in range(20):
        judge(question, many, LEXICON, RULES)
    assert (time.perf_counter() - began) / 20 < 0.05  # a tenth of this on an idle machine


@pytest.mark.parametrize("text", [text for texts in ATTACKS.values() for text in texts])
def test_an_attempt_to_change_the_rules_is_seen(text):
    assert attempts_instruction(text, QUESTION_RULES)


@pytest.mark.parametrize("text", LOOKALIKES)
def test_a_question_about_rules_and_sources_is_none(text):
    assert not attempts_instruction(text, QUESTION_RULES)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("lacking:", "lakcing:"), "lakcing"),
        (("    bias:", "    bais:"), "bais"),
        (("  count:", "  cuont:"), "cuont"),
        (("detail:", "details:"), "details"),
        (("  threshold: 0.3  ", "  treshold: 0.3  "), "treshold"),
        (("  threshold: 0.3  ", "  threshold: low  "), "'low'"),
        (("(?:often|frequently)", "(?:often|frequently"), "demands.frequency"),
        (("    - '%'", "    - '%('"), "demands.share"),
    ],
)
def test_a_malformed_rule_is_an_error_that_names_file_and_key(tmp_path, change, named):
    for name in ("answerability.yaml", "places.yaml"):
        shutil.copy(PROMPTS / name, tmp_path)
    path = tmp_path / "answerability.yaml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(DataFileError, match=r"answerability\.yaml") as error:
        read_rules(tmp_path)
    assert named in str(error.value)


def test_in_a_large_library_less_is_enough_and_nothing_else_changes():
    large = RULES.in_many()
    assert large.stated.threshold == RULES.stated_in_many < RULES.stated.threshold
    assert replace(large, stated=RULES.stated) == RULES


def test_the_area_under_the_curve_counts_ties_half():
    labels = np.array([True, True, False, False])
    assert auc(labels, np.array([3.0, 2.0, 1.0, 0.0])) == 1.0
    assert auc(labels, np.array([1.0, 1.0, 1.0, 1.0])) == 0.5


def test_rows_are_scored_by_models_that_did_not_see_them():
    random = np.random.default_rng(0)
    noise = random.normal(size=(200, 3))
    labels = random.random(200) < 0.5
    assert 0.3 < auc(labels, out_of_fold(noise, labels, folds=5)) < 0.65


def test_a_feature_that_counts_in_the_wrong_direction_gets_no_weight():
    measured = np.array([[0.9, 0.0], [0.8, 0.1], [0.2, 0.9], [0.1, 1.0]])
    labels = np.array([True, True, False, False])
    weights = fit_signed(measured, labels, 1.0, ["lacking", "unknown"])  # both speak against an answer
    assert weights[1] == 0
    assert weights[2] < 0


def test_writing_a_model_keeps_the_rest_of_the_file(tmp_path):
    path = tmp_path / "answerability.yaml"
    shutil.copy(PROMPTS / "answerability.yaml", path)
    shutil.copy(PROMPTS / "places.yaml", tmp_path)
    before = path.read_text(encoding="utf-8")
    write_model(path, "stated", 0.25, {"bias": 1.0, "lacking": -2.0})
    after = path.read_text(encoding="utf-8")
    assert read_rules(tmp_path).stated.weights == {"bias": 1.0, "lacking": -2.0}
    assert read_rules(tmp_path).topic == RULES.topic
    assert after.split("demands:")[1] == before.split("demands:")[1]
    assert "# below this probability the answer is not stated" in after


@pytest.mark.parametrize("arguments", [[], ["/nowhere"]])
@pytest.mark.parametrize("name", ["squad2", "clapnq_dev"])
def test_a_public_benchmark_is_skipped_in_one_line_where_it_is_absent(name, arguments, capsys, monkeypatch):
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    assert print_table(arguments, name, "queries.jsonl", lambda *_: pytest.fail("there is nothing to measure")) == 0
    out = capsys.readouterr().out
    assert out.startswith("skipped: ")
    assert out.count("\n") == 1


def test_sentences_are_held_against_the_mark_that_agrees_best():
    assert clapnq.f1([0, 1], [[5], [1, 2]]) == pytest.approx(0.5)
    assert clapnq.f1([], [[1]]) == 0.0


def test_every_passage_of_the_sentence_benchmark_is_a_document(tmp_path):
    rows = [{"_id": "p0", "title": "Normans", "sentences": ["The  Normans came .", "They stayed ."]}]
    library = clapnq.make_library(rows, FakeEmbedder(), tmp_path / "library.db")
    (passage,) = library.passages("p0")
    assert [sentence.text for sentence in passage.sentences] == ["The Normans came .", "They stayed ."]
    text = library.document("p0").text
    assert all(text[s.start : s.end] == s.text for s in passage.sentences)


def test_the_benchmark_reads_every_article_as_a_document(tmp_path):
    long = " ".join(f"Sentence number {n} has a few more words than that." for n in range(30))
    rows = [
        {"title": "Normans", "text": "The Normans came. They stayed."},
        {"title": "Normans", "text": long},
        {"title": "Oil_crisis", "text": "Oil ran out."},
    ]
    library = squad2.make_library(rows, FakeEmbedder(), tmp_path / "library.db")
    assert [document.title for document in library.documents()] == ["Normans", "Oil crisis"]
    normans = library.document("normans")
    passages = library.passages("normans")
    assert [passage.position for passage in passages] == list(range(len(passages)))
    assert max(len(passage.text.split()) for passage in passages) <= squad2.PASSAGE_WORDS
    for passage in passages:
        assert normans.text[passage.start : passage.end] == passage.text
        for sentence in passage.sentences:
            assert normans.text[sentence.start : sentence.end] == sentence.text
