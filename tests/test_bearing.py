"""What a question is about, and whether the quotes of one document bear on it."""

from pathlib import Path

import pytest

from assistant.answering import Assistant
from assistant.bearing import BearingRules, Concept, Stems, concepts, read_rules, weigh
from assistant.errors import DataFileError
from assistant.question import read_question
from assistant.settings import PROJECT_DIR

RULES = BearingRules(
    0.4, {"bias": -5.9, "similarity": 8.5, "quoted": 2.8, "held": 2.0}, frozenset({"role", "recommend"})
)
VETO = Concept("veto", (("veto",),), 3.7)
LIBYA = Concept("Libya", (("libya",),), 3.1, proper=True)


def asked(assistant: Assistant, question: str) -> dict[str, Concept]:
    state = assistant.refresh()
    read = read_question(question, assistant.rules.question, state.lexicon, state.names)
    rules = read_rules(PROJECT_DIR / "prompts")
    return {c.name: c for c in concepts(read, rules, assistant.rules.question, state.lexicon)}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What is said about the use of the veto?", {"veto"}),
        ("What is said about Human Rights up Front?", {"Human Rights up Front"}),
        ("What role is given to the International Criminal Court?", {"International Criminal Court"}),
        ("What is said about South Sudan?", {"South Sudan"}),
        ("How should peacekeepers be trained?", {"peacekeepers", "trained"}),
        ("What is recommended?", {"recommended"}),
    ],
)
def test_a_question_is_read_as_what_it_is_about(corpus_assistant: Assistant, question: str, names: set[str]) -> None:
    assert set(asked(corpus_assistant, question)) == names


def test_a_name_is_met_by_any_of_its_variants_and_a_row_of_names_by_its_words(corpus_assistant: Assistant) -> None:
    court = asked(corpus_assistant, "What role is given to the International Criminal Court?")
    assert court["International Criminal Court"].met_in(Stems.of("the work of the ICC"))
    assert not court["International Criminal Court"].met_in(Stems.of("international criminals in a court"))
    framework = asked(corpus_assistant, "What is said about the Framework of Analysis for Atrocity Crimes?")
    assert framework["Framework of Analysis for Atrocity Crimes"].met_in(
        Stems.of("the Framework of Analysis on atrocity crime")
    )


@pytest.mark.parametrize(
    ("quoted", "similarity", "held", "bears"),
    [
        (["limit the veto"], 0.3, True, True),
        (["vetoes"], 0.3, True, True),
        (["something else"], 0.3, False, False),
        (["something else"], 0.3, True, False),
        (["something else"], 0.9, False, True),
        ([], 0.0, False, False),
    ],
)
def test_quotes_bear_by_their_words_or_by_their_sense(
    quoted: list[str], similarity: float, held: bool, bears: bool
) -> None:
    assert weigh([VETO], quoted, similarity, lambda _: held, RULES).bears is bears


def test_a_document_without_the_name_cannot_speak_of_it(corpus_assistant: Assistant) -> None:
    found = weigh([LIBYA], ["Syria and its people"], 0.9, lambda _: False, RULES)
    assert not found.bears
    assert found.absent == ("Libya",)


def test_the_rarest_absent_word_is_named_first() -> None:
    common = Concept("use", (("use",),), 0.5)
    assert weigh([common, VETO], [], 0.1, lambda _: False, RULES).absent == ("veto", "use")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("threshold: 0.40", "threshold: much", "bearing"),
        ("    held:", "    heard:", "bearing.weights"),
        ("wanting:", "wishing:", "wishing"),
    ],
)
def test_a_malformed_file_is_refused_with_the_place(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = (PROJECT_DIR / "prompts" / "compare.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "compare.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError, match=named):
        read_rules(tmp_path)
