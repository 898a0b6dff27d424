"""Signing in through a real identity provider: two accounts, one browser, and neither sees what the other asked."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from browser.conftest import free_port, serving

from tests.identity_provider import IdentityProvider

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLOW_APP = Path(__file__).parent / "slow_app.py"  # the real pages over an assistant by script
QUESTION = "What did only Ada ask?"


@pytest.mark.skipif(importlib.util.find_spec("authlib") is None, reason="needs pip install -e '.[signin]'")
def test_two_who_sign_in_one_after_the_other_do_not_see_each_others_conversations(
    browser: "Browser", tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://localhost:{port}"
    with IdentityProvider() as provider:
        (tmp_path / "secrets.toml").write_text(provider.secrets(url), encoding="utf-8")
        with serving(
            tmp_path,
            script=SLOW_APP,
            port=port,
            STREAMLIT_SECRETS_FILES=str(tmp_path / "secrets.toml"),
            ASSISTANT_STAFF="bo@un.example",
        ):
            context = browser.new_context()
            page = context.new_page()
            hosts: set[str] = set()
            page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
            page.goto(url)
            sign_in(page, "Ada")
            box = page.get_by_test_id("stChatInputTextArea")
            box.fill(QUESTION)
            box.press("Enter")
            page.locator(".st-key-sources-0").wait_for()
            page.locator(".st-key-conversations button").filter(has_text=QUESTION).wait_for()
            asked_at = page.url
            page.goto(f"{url}/documents?view=add")
            page.get_by_text("Documents are added and removed by staff").wait_for()
            assert page.get_by_test_id("stFileUploader").count() == 0

            page.goto(url)
            page.locator(".st-key-sign_out button").click()
            page.locator('[class*="st-key-sign_in-"] button').wait_for()
            assert page.get_by_test_id("stChatInput").count() == 0
            page.goto(asked_at)  # a link to a conversation is no way past the door
            page.locator('[class*="st-key-sign_in-"] button').wait_for()
            assert QUESTION not in page.content()

            sign_in(page, "Bo")
            assert page.locator(".st-key-conversations").count() == 0
            page.goto(asked_at)
            page.get_by_text("This conversation is not here").wait_for()
            assert QUESTION not in page.content()
            page.goto(f"{url}/documents?view=add")
            page.get_by_test_id("stFileUploader").wait_for()
            context.close()
    assert provider.granted == ["ada", "bo"]
    assert hosts == {urlsplit(url).netloc, urlsplit(provider.url).netloc}
    kept = [folder for folder in (tmp_path / "data" / "history").iterdir() if any(folder.iterdir())]
    assert len(kept) == 1


def sign_in(page: "Page", name: str) -> None:
    """From the app to the provider, choose an account there, and back."""
    page.locator('[class*="st-key-sign_in-"] button').click()
    page.get_by_role("link", name=name).click()
    page.get_by_text(f"Signed in as {name}").wait_for()
