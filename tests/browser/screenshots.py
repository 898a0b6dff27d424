"""Pictures of all pages at both widths and in both themes: python -m tests.browser.screenshots

They go into the folder of the same name, small enough to be kept with the code. The library is the project's own.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from assistant.settings import PROJECT_DIR
from tests.browser.conftest import BROWSERS, FLAGS, START_SECONDS, serving

FOLDER = Path(__file__).with_name("screenshots")
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
COLOURS = 64  # pages of text need few
QUESTION = "What are the four essential shifts in the HIPPO report?"
COMPARED = "What is said about the International Criminal Court?"
SETTLE = 1500  # milliseconds: fonts, charts


@dataclass(frozen=True)
class Shot:
    """One state of one page."""

    name: str
    path: str
    act: Callable[[Page], None]


def nothing(page: Page) -> None:
    """The page as it opens."""


def ask(page: Page) -> None:
    """An answer with its first source open."""
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(QUESTION)
    box.press("Enter")
    page.locator(".st-key-suggestions").wait_for(timeout=60_000)
    page.locator('[class*="st-key-cite-0-0-"] button').first.click()
    page.locator(".st-key-source mark").wait_for()
    page.locator(".st-key-source .stCode pre").wait_for()  # drawn by a part that the browser fetches late


def compared(page: Page) -> None:
    """Every document's own words on one question."""
    page.get_by_text("does not say").first.wait_for(timeout=60_000)


SHOTS = (
    Shot("chat", "", nothing),
    Shot("answer", "", ask),
    Shot("documents", "documents", nothing),
    Shot("reading", "documents?document=hippo-information-note-2015", nothing),
    Shot("find", "documents?view=find&q=civilians", nothing),
    Shot("terms", "documents?view=terms", nothing),
    Shot("compare", f"compare?{urlencode({'question': COMPARED})}", compared),
    Shot("evaluation", "evaluation", nothing),
)


def main() -> None:
    """Fill a library of its own and take all pictures."""
    chromium = next(filter(None, map(shutil.which, BROWSERS)))
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), corpus=PROJECT_DIR / "corpus") as url,
        sync_playwright() as playwright,
    ):
        data = {"ASSISTANT_DATA_DIR": str(Path(folder) / "data"), "ASSISTANT_CORPUS_DIR": str(PROJECT_DIR / "corpus")}
        for command in ("ingest", "eval --split dev --subset 100 --baselines"):
            run = [sys.executable, "-m", "assistant", *command.split()]
            subprocess.run(run, env=os.environ | data, check=True, stdout=subprocess.DEVNULL)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for size, (width, height) in SIZES.items():
            for theme in THEMES:
                for shot in SHOTS:
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
                    page.goto(f"{url}/{shot.path}")
                    page.locator(".stMain h1").first.wait_for(timeout=START_SECONDS * 1000)
                    shot.act(page)
                    page.wait_for_timeout(SETTLE)
                    save(page.screenshot(), FOLDER / f"{shot.name}-{size}-{theme}.png")
                    page.close()
        browser.close()
    total = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    print(f"{len(list(FOLDER.glob('*.png')))} pictures, {total / 1000:.0f} kB, in {FOLDER}")


def save(content: bytes, path: Path) -> None:
    """As a picture with few colours."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
