"""The real app on a free port over a small library of its own, and a Chromium that watches what it does."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from assistant.app_server import server_environment
from assistant.settings import PROJECT_DIR

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
START_SECONDS = 120  # loading the model and reading the documents, on a busy machine
PAGE_SECONDS = 30
DOCUMENTS = ("hippo-information-note-2015.md", "icrtop-hippo-statement-2015.md")

# Whatever of this is interpreted instead of shown would call another host, raise a dialog or change the page's title.
HOSTILE = """# Zephyr Accord <img src="https://evil.example/h.png" onerror="document.title='hacked'"> :smile:

The Zephyr Accord obliges its parties to plant <script>document.title='hacked'</script> seven thousand cedar trees \
before 2031 ![x](https://evil.example/x.png) and [to report](javascript:alert(1)) on them.

The Zephyr Accord names $$\\frac{1}{0}$$ a council of cedar wardens <iframe src="https://evil.example"></iframe> \
\u202ethat meets twice a year\u202c in Tyre.
"""


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium; tests that need one are skipped where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found:
        pytest.skip(f"no Chromium found ({', '.join(BROWSERS)}); install one to run the browser tests")
    return found


@pytest.fixture(scope="session")
def app_url(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, with an empty library that is filled when the first reader comes."""
    folder = tmp_path_factory.mktemp("app")
    corpus = folder / "corpus"
    corpus.mkdir()
    for name in DOCUMENTS:
        shutil.copy(PROJECT_DIR / "corpus" / name, corpus)
    (corpus / "zephyr-accord.md").write_text(HOSTILE, encoding="utf-8")
    with serving(folder, corpus=corpus) as url:
        yield url


@contextmanager
def serving(
    folder: Path,
    *,
    corpus: Path | None = None,
    script: Path = PROJECT_DIR / "app.py",
    port: int = 0,
    **environment: str,
) -> Iterator[str]:
    """Run a server of its own whose data lies in `folder`; its address. Whatever happens to it, it is ended."""
    port = port or free_port()
    log = folder / "app.log"
    ours = script.parent == PROJECT_DIR  # a script of a test's own is served without models
    module = ["assistant.pages.serving"] if ours else ["streamlit", "run"]
    with log.open("ab") as output:
        app = subprocess.Popen(
            [sys.executable, "-m", *module, str(script), f"--server.port={port}"],
            cwd=folder if ours else PROJECT_DIR,  # where .streamlit/config.toml is found
            env=server_environment()
            | {"ASSISTANT_DATA_DIR": str(folder / "data"), "ASSISTANT_CORPUS_DIR": str(corpus or folder / "corpus")}
            | {"PYTHONPATH": str(PROJECT_DIR)}
            | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://localhost:{port}"
    try:
        _wait_for(f"{url}/_stcore/health", app, log)
        yield url
    finally:
        app.terminate()
        try:
            app.wait(timeout=20)
        except subprocess.TimeoutExpired:
            app.kill()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


def _wait_for(url: str, app: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert app.poll() is None, f"the app stopped: {log.read_text()}"
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the app did not start within {START_SECONDS} s: {log.read_text()}")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator["Browser"]:
    """One Chromium for all browser tests."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is missing: pip install -e '.[test]'")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def filled_app(app_url: str, browser: "Browser") -> str:
    """The address of the app after its first reader has seen the library being filled."""
    page = browser.new_page()
    page.goto(app_url)
    page.locator(".st-key-conversation h1").wait_for(timeout=START_SECONDS * 1000)
    page.close()
    return app_url


@dataclass
class Reader:
    """One person at a screen, with what their browser noticed."""

    page: "Page"
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def ask(self, question: str) -> None:
        """Type a question, press Enter and wait for the whole answer."""
        before = self.page.locator("h2.pa-question").count()
        box = self.page.get_by_test_id("stChatInputTextArea")
        box.fill(question)
        box.press("Enter")
        self.page.locator("h2.pa-question").nth(before).wait_for()
        done = f".st-key-sources-{before}, .st-key-refusal-{before}"
        self.page.locator(done).wait_for(timeout=60_000)

    def close_dialog(self) -> None:
        """Close the dialog over the page."""
        self.page.get_by_role("dialog").get_by_label("Close").click()
        self.page.get_by_role("dialog").wait_for(state="detached")

    def scrolls_sideways(self) -> bool:
        """Whether any part of the page is wider than the window."""
        script = "() => Math.max(document.body.scrollWidth, document.querySelector('.stMain').scrollWidth) > innerWidth"
        return bool(self.page.evaluate(script))


def settled(page: "Page") -> None:
    """Wait until Streamlit has run the page to its end."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()


def places(locator: "Locator") -> list[tuple[float, float]]:
    """Where the left upper corner of each element stands, (x, y) in pixels, all at one moment of a settled page."""
    settled(locator.page)
    script = "elements => elements.map(e => e.getBoundingClientRect()).map(({x, y}) => [x, y])"
    return [(x, y) for x, y in locator.evaluate_all(script)]


def is_error(message: "ConsoleMessage") -> bool:
    """Whether the browser logged an error; not where Streamlit looks for its server below a page's own path first."""
    return message.type == "error" and "/_stcore/" not in message.location["url"]


@pytest.fixture
def open_app(browser: "Browser", filled_app: str) -> Iterator[Callable[..., Reader]]:
    """Opens the app for a reader of its own; afterwards no error was logged and no other host was asked."""
    readers: list[Reader] = []

    def open_for(width: int = 1440, height: int = 900, theme: str = "light", path: str = "") -> Reader:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        reader = Reader(context.new_page())
        readers.append(reader)
        reader.page.on("console", lambda message: is_error(message) and reader.errors.append(message.text))
        reader.page.on("pageerror", lambda error: reader.errors.append(str(error)))
        reader.page.on("dialog", lambda dialog: reader.errors.append(f"dialog: {dialog.message}"))
        reader.page.on("request", lambda request: reader.hosts.add(urlsplit(request.url).netloc))
        reader.page.on("websocket", lambda socket: reader.hosts.add(urlsplit(socket.url).netloc))
        reader.page.goto(f"{filled_app}/{path}")
        reader.page.locator("h1").first.wait_for(timeout=PAGE_SECONDS * 1000)
        return reader

    yield open_for
    for reader in readers:
        reader.page.context.close()
        assert reader.errors == []
        assert reader.hosts - {urlsplit(filled_app).netloc, ""} == set()
