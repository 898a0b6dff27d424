"""What an operator may set, and how a wrong value is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.errors import SettingsError
from assistant.settings import EMBEDDED_MODEL, PROJECT_DIR, Settings, load_settings


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # away from a developer's own .env
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ASSISTANT_{name.upper()}", raising=False)


def test_what_is_not_set_has_a_value_that_works_from_a_clone() -> None:
    settings = load_settings()
    assert settings.data_dir == PROJECT_DIR / "data"
    assert settings.corpus_dir == PROJECT_DIR / "corpus"
    assert settings.prompts_dir == PROJECT_DIR / "prompts"
    assert settings.embedding_model == EMBEDDED_MODEL
    assert settings.host == "localhost", "the app is not offered to the network unless somebody says so"


def test_the_environment_wins_over_the_file_and_an_override_over_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ASSISTANT_PORT=8601\nASSISTANT_HOST=127.0.0.1\nOTHER=ignored\n")
    assert (load_settings().port, load_settings().host) == (8601, "127.0.0.1")
    monkeypatch.setenv("ASSISTANT_PORT", "8602")
    assert load_settings().port == 8602
    assert load_settings(port=8603).port == 8603


def test_folders_are_absolute_whatever_the_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSISTANT_DATA_DIR", "here")
    monkeypatch.setenv("ASSISTANT_CORPUS_DIR", "~/there")
    assert load_settings().data_dir == tmp_path / "here"
    assert load_settings().corpus_dir == (Path.home() / "there").resolve()


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSISTANT_PORT", "abc"),
        ("ASSISTANT_PORT", "0"),
        ("ASSISTANT_PORT", "65536"),
        ("ASSISTANT_RETRIEVAL_PROFILE", "best"),
        ("ASSISTANT_EMBEDDING_MODEL", ""),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{name}={value!r} ")
    assert "\n" not in str(refused.value)
