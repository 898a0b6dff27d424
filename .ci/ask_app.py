"""Ask the running app one question in Chromium, as a reader would: python .ci/ask_app.py URL. Exit 1 when it fails."""

import shutil
import sys
import time
import urllib.request

from playwright.sync_api import expect, sync_playwright

QUESTION = "Who chaired the High-Level Independent Panel on Peace Operations?"
EXPECTED = "Ramos-Horta"
START_SECONDS = 300  # the first start loads the model and fills the index
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def wait_until_healthy(url: str) -> None:
    """Wait for the server's health check."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(1)
    sys.exit(f"the app did not answer at {url} within {START_SECONDS} s")


def ask(url: str) -> None:
    """Type the question, wait for the expected words."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page()
        page.goto(url)
        box = page.get_by_test_id("stChatInputTextArea")
        box.wait_for(timeout=START_SECONDS * 1000)
        expect(box).to_be_enabled(timeout=START_SECONDS * 1000)
        box.fill(QUESTION)
        box.press("Enter")
        page.get_by_text(EXPECTED).first.wait_for(timeout=60_000)
        browser.close()
    print(f"the app answered: {EXPECTED}")


if __name__ == "__main__":
    wait_until_healthy(sys.argv[1])
    ask(sys.argv[1])
