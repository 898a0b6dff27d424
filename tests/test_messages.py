"""Messages are strict data: each key and each variable is accounted for."""

import ast
from pathlib import Path

import pytest

from assistant.domain import Failure, Reason
from assistant.errors import DataFileError
from assistant.messages import SECTIONS, Messages, load_messages
from assistant.settings import PROJECT_DIR

PROMPTS = PROJECT_DIR / "prompts"

OTHERS = "".join(f"{section}: {{}}\n" for section in SECTIONS if section != "app")


@pytest.fixture(scope="module")
def messages() -> Messages:
    return load_messages(PROMPTS)


def write(folder: Path, text: str) -> Path:
    (folder / "messages.yaml").write_text(text, encoding="utf-8")
    return folder


def small(folder: Path, entry: str) -> Messages:
    return load_messages(write(folder, f"version: 1\n{OTHERS}app:\n  {entry}\n"))


@pytest.mark.parametrize("status", [*Reason, *Failure])
def test_every_status_has_a_message_that_says_what_to_do_next(messages: Messages, status: str) -> None:
    key = f"status.{status}"
    values = {name: 3 if name == "count" else "X" for name in messages.variables(key)}
    text = messages.text(key, **values)
    assert len(text) > 20
    assert text.endswith(".")
    assert "\n" not in text


def test_no_status_message_is_left_without_a_status(messages: Messages) -> None:
    keys = {key.removeprefix("status.") for key in messages.entries if key.startswith("status.")}
    assert keys == {*map(str, Reason), *map(str, Failure)}


@pytest.mark.parametrize("reason", [Reason.NOT_STATED, Reason.OFF_TOPIC, Reason.NO_EVIDENCE])
def test_a_refusal_names_what_is_missing_and_how_many_documents_were_searched(
    messages: Messages, reason: Reason
) -> None:
    text = messages.text(f"status.{reason}", missing="Antarctica", count=5)
    assert "Antarctica" in text
    assert "5 documents" in text


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 documents"), (1, "1 document"), (2, "2 documents"), (1204, "1,204 documents")]
)
def test_a_count_comes_with_the_noun_that_fits_it(tmp_path: Path, count: int, expected: str) -> None:
    assert small(tmp_path, 'held: "{count:document|documents}"').text("app.held", count=count) == expected


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is(tmp_path: Path) -> None:
    messages = small(tmp_path, 'searched: "Searched for: {query}"')
    assert messages.text("app.searched", query="{count} {0.__class__}") == "Searched for: {count} {0.__class__}"


@pytest.mark.parametrize(
    ("key", "variables", "named"),
    [
        ("app.nothing", {}, "'app.nothing'"),
        ("app", {}, "'app'"),
        ("app.searched", {}, "{query}"),
        ("app.searched", {"query": "q", "extra": 1}, "{extra}"),
    ],
)
def test_an_unknown_key_and_a_missing_or_unused_variable_are_named(
    tmp_path: Path, key: str, variables: dict[str, object], named: str
) -> None:
    messages = small(tmp_path, 'searched: "Searched for: {query}"')
    with pytest.raises(DataFileError) as raised:
        messages.text(key, **variables)
    assert named in str(raised.value)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("", "must hold a mapping"),
        ("- a\n", "must hold a mapping"),
        ("version: 2\n" + OTHERS + "app: {}\n", "version is 2"),
        ("version: 1\n" + OTHERS, "'app' is missing"),
        ("version: 1\n" + OTHERS + "app: {}\nweb: {}\n", "unknown key 'web'"),
        ("version: 1\n" + OTHERS + "app: x\n", "section 'app' must hold messages"),
        ("version: 1\n" + OTHERS + "app: {a: 3}\n", "'app.a' is 3, expected text"),
        ("version: 1\n" + OTHERS + "app: {a: ''}\n", "'app.a' is '', expected text"),
        ("version: 1\n" + OTHERS + "app: {a: '{x'}\n", "'app.a' has a broken placeholder"),
        ("version: 1\n" + OTHERS + "app: {a: '{x.y}'}\n", "placeholder {x.y}"),
        ("version: 1\n" + OTHERS + "app: {a: '{}'}\n", "placeholder {}"),
        ("version: [1\n", "cannot be read"),
    ],
)
def test_a_malformed_file_is_refused_with_the_place(tmp_path: Path, content: str, named: str) -> None:
    with pytest.raises(DataFileError) as raised:
        load_messages(write(tmp_path, content))
    assert named in str(raised.value)
    assert "messages.yaml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="ASSISTANT_PROMPTS_DIR"):
        load_messages(tmp_path / "nowhere")


def test_every_key_written_in_the_code_exists_with_the_variables_it_is_given(messages: Messages) -> None:
    """Walks the calls `….text("app.key", name=…)`, so that a misspelt key fails here and not before a reader."""
    calls = 0
    for path in sorted([*(PROJECT_DIR / "assistant").rglob("*.py"), PROJECT_DIR / "app.py"]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "text"):
                continue
            key = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            if isinstance(key, str) and key.split(".")[0] in SECTIONS:
                calls += 1
                given = {keyword.arg for keyword in node.keywords}
                assert None in given or messages.variables(key) == given, f"{path.name}: {key}"
    assert calls
