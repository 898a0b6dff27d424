"""Who may see the app: this machine alone, those who signed in, or a network that somebody opened on purpose."""

from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from test_chat_page import Start, answered, ask, html, library, start  # fixtures

from assistant import app_server
from assistant.app_server import is_loopback, run_app, sign_in_is_set
from assistant.errors import SettingsError
from assistant.pages import access
from assistant.settings import load_settings


@pytest.mark.parametrize(
    ("address", "alone"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.7", False),
        ("example.org", False),
        ("", False),
        (None, False),
    ],
)
def test_which_addresses_only_this_machine_reaches(address: str | None, alone: bool) -> None:
    assert is_loopback(address) is alone


class TestStarting:
    @pytest.fixture(autouse=True)
    def _elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "app.py").touch()
        monkeypatch.setattr(app_server, "PROJECT_DIR", tmp_path)
        monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
        monkeypatch.setattr(app_server.subprocess, "run", lambda *_, **__: type("Done", (), {"returncode": 0}))

    def test_a_network_is_refused_and_the_setting_says_what_it_means(self) -> None:
        with pytest.raises(SettingsError, match="ASSISTANT_ALLOW_OPEN_NETWORK=true") as refused:
            run_app(load_settings(host="0.0.0.0"), browser=False)
        assert "read and delete the same conversations" in str(refused.value)
        assert run_app(load_settings(host="0.0.0.0", allow_open_network=True), browser=False) == 0
        assert run_app(load_settings(host="127.0.0.1"), browser=False) == 0

    @pytest.mark.parametrize(
        ("secrets", "found"), [('[auth]\nclient_id = "x"\n', True), ("x = 1\n", False), ("[", False)]
    )
    def test_sign_in_opens_it_to_a_network(self, tmp_path: Path, secrets: str, found: bool) -> None:
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets)
        assert sign_in_is_set() is found


class User(dict[str, Any]):
    """st.user as it is after signing in, or before."""

    def to_dict(self) -> dict[str, Any]:
        return dict(self)


class TestSignIn:
    @pytest.fixture
    def user(self, monkeypatch: pytest.MonkeyPatch) -> User:
        user = User(is_logged_in=False)
        monkeypatch.setattr(access, "sign_in_configured", lambda: True)
        monkeypatch.setattr(st, "user", user)
        monkeypatch.setattr(st, "secrets", {"auth": {"client_id": "x", "acme": {"client_id": "y"}}})
        return user

    def test_nobody_sees_anything_before_signing_in(self, user: User, start: Start) -> None:
        assert not user["is_logged_in"]
        page = start()
        assert "Sign in to ask questions" in html(page)
        assert not page.chat_input
        assert [button.key for button in page.button] == ["sign_in-acme"]

    def test_conversations_are_separate_by_user(self, user: User, start: Start) -> None:
        user.update(is_logged_in=True, iss="https://id.example", sub="one", name="Ada <b>")
        page = ask(start())
        assert "Signed in as Ada" in page.caption[0].value
        conversation = "".join(page.query_params["conversation"])
        user["sub"] = "two"
        other = start()
        assert not [button for button in other.button if (button.key or "").startswith("conversation-")]
        other.query_params["conversation"] = conversation
        other.run()
        assert "This conversation is not here" in other.info[0].value
        user["sub"] = "one"
        again = start()
        again.query_params["conversation"] = conversation
        assert "Prevention is the core of it." in html(again.run())
