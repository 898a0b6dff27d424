"""Prompts are strict data: each key and variable is accounted for, and each says exactly which prompt it was."""

from pathlib import Path

import pytest

from assistant.errors import DataFileError
from assistant.prompting import Role, Speaker, load_prompt, load_prompts
from assistant.settings import PROJECT_DIR

PROMPTS = PROJECT_DIR / "prompts"
FIXTURES = {
    "question": "Who {chaired} the Panel?",
    "sources": "[1] A title (p. 1)\nThe Panel had {16} members.",
    "history": "Question: What is R2P?",
    "statement": "The Panel had sixteen members.",
    "statements": "1. The Panel had sixteen members.\nsource: The Panel had 16 members.",
    "reference": "The Panel had 16 members.",
}
SMALL = "version: 1\nvariables: [question]\nsystem: Answer.\nuser: '{question}'\n"


@pytest.mark.parametrize("role", Role)
def test_each_prompt_renders_with_its_variables_and_takes_values_as_they_are(role: Role) -> None:
    prompt = load_prompt(PROMPTS, role)
    system, user = prompt.render(**{name: FIXTURES[name] for name in prompt.variables})
    assert (system.speaker, user.speaker) == (Speaker.SYSTEM, Speaker.USER)
    for name in prompt.variables:
        assert FIXTURES[name] in f"{system.text}{user.text}"
    assert "{question}" not in user.text


@pytest.mark.parametrize("role", Role)
def test_a_ref_names_role_version_and_fingerprint(role: Role) -> None:
    prompt = load_prompt(PROMPTS, role)
    assert prompt.ref == f"{role} {prompt.version} {prompt.fingerprint}"
    assert len(prompt.fingerprint) == 12


def test_a_changed_prompt_has_another_ref(tmp_path: Path) -> None:
    (tmp_path / "answer.yaml").write_text(SMALL, encoding="utf-8")
    before = load_prompt(tmp_path, Role.ANSWER).ref
    (tmp_path / "answer.yaml").write_text(SMALL.replace("Answer.", "Answer!"), encoding="utf-8")
    assert load_prompt(tmp_path, Role.ANSWER).ref != before


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "must hold a mapping"),
        (SMALL + "temperature: 0\n", "temperature"),
        (SMALL.replace("user: '{question}'\n", ""), "'user' is missing"),
        (SMALL.replace("version: 1", "version: one"), "version is 'one'"),
        (SMALL.replace("version: 1", "version: 0"), "version is 0"),
        (SMALL.replace("[question]", "question"), "variables is 'question'"),
        (SMALL.replace("[question]", "[question, sources]"), "'sources' is declared but not used"),
        (SMALL.replace("[question]", "[]"), "{question} is used but not declared"),
        (SMALL.replace("Answer.", "'{question'"), "broken placeholder"),
        (SMALL.replace("Answer.", "'{0}'"), "{0}"),
        (SMALL.replace("Answer.", "'{question.text}'"), "question.text"),
        (SMALL.replace("Answer.", "''"), "expected text"),
        (SMALL.replace("Answer.", "[a]"), "expected text"),
    ],
)
def test_what_is_wrong_with_a_prompt_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "answer.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataFileError) as error:
        load_prompt(tmp_path, Role.ANSWER)
    assert named in str(error.value)
    assert "answer.yaml" in str(error.value)


def test_a_prompt_with_other_variables_than_it_is_asked_with_is_refused_at_the_start(tmp_path: Path) -> None:
    for role in Role:
        text = (PROMPTS / f"{role}.yaml").read_text(encoding="utf-8")
        if role is Role.CHECK:  # as it was before sources were shown whole
            text = text.replace("sources, statement", "quote, statement").replace("{sources}", "{quote}")
        (tmp_path / f"{role}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(
        DataFileError, match=r"check\.yaml: variables are quote, statement, expected sources, statement"
    ):
        load_prompts(tmp_path)
    assert set(load_prompts(PROMPTS)) == set(Role)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"judge\.yaml is missing"):
        load_prompt(tmp_path, Role.JUDGE)


def test_a_missing_and_an_unknown_value_are_named(tmp_path: Path) -> None:
    (tmp_path / "answer.yaml").write_text(SMALL, encoding="utf-8")
    prompt = load_prompt(tmp_path, Role.ANSWER)
    with pytest.raises(DataFileError, match="question"):
        prompt.render()
    with pytest.raises(DataFileError, match="sources"):
        prompt.render(question="?", sources="!")
