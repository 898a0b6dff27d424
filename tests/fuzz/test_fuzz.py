"""Whatever is in a file: its offsets hold, its text is in its blocks once, and it ends in a document or a refusal."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
ATHERIS_SECONDS = 5


def a_pdf(folder: Path) -> bytes:
    canvas = Canvas(str(folder / "seed.pdf"))
    for page in range(2):
        canvas.drawString(90, 700, f"{page + 1}. The Council decided to remain seized of the matter.")
        canvas.showPage()
    canvas.save()
    return (folder / "seed.pdf").read_bytes()


@pytest.mark.parametrize("name", TARGETS)
def test_any_choices_make_a_document_that_holds_or_a_refusal(name: str) -> None:
    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(st.binary(max_size=600) | st.binary(min_size=200, max_size=3000))
    def run(data: bytes) -> None:
        TARGETS[name](data)

    run()


def test_a_pdf_with_any_bytes_changed_is_a_document_or_a_refusal(tmp_path: Path) -> None:
    seed = a_pdf(tmp_path)

    @settings(deadline=None, max_examples=60)
    @given(st.lists(st.tuples(st.integers(0, len(seed) - 1), st.binary(max_size=6)), min_size=1, max_size=6))
    def run(changes: list[tuple[int, bytes]]) -> None:
        data = seed
        for at, piece in changes:
            data = data[:at] + piece + data[at + 1 :]
        TARGETS["any_bytes"](b"\0" + data)

    run()


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is not installed (pip install atheris)"
)
def test_atheris_finds_nothing_in_a_few_seconds(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.with_atheris", name, f"-max_total_time={ATHERIS_SECONDS}"]
    done = subprocess.run(
        [*command, f"-artifact_prefix={tmp_path}/"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
