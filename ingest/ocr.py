"""Pictures of pages -> text, by the program tesseract where it is installed. The only module that knows it.

It is called as a program: nothing to install for those who need it not, and a fault of it costs one page. It sees a
picture on its standard input and nothing else, and runs within the limits of the process that calls it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from xml.etree import ElementTree

from ingest.pdf_page import Fragment, PageText

PROGRAM = "tesseract"
INSTALL = "install tesseract (in Debian the package tesseract-ocr)"
DOTS_PER_INCH = 300  # what tesseract reads best
PAGE_CONFIDENCE = 60  # per cent, of all words of a page on average: pages that are read right have 90, upside down 35
MIN_CONFIDENCE = 40  # per cent, of a line's words on average; below, specks and pictures were taken for letters
ONE_SIZE = 0.25  # by which the measured height of a line may differ from the usual one in text of one size
WORD_GAP = 3.0  # of the line's height: typewriters leave two after a sentence; more is another cell of a table
SIZE_SHARE = 0.9  # of the height from the lowest to the highest point that tesseract gives

_XHTML = "{http://www.w3.org/1999/xhtml}"
_LINES = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})
_VALUE = re.compile(r"(bbox|baseline|x_size|x_wconf)((?: -?[\d.]+)+)")


class OcrError(Exception):
    """Why a picture was not read."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as a picture: one byte a pixel, row by row from the top, 0 is black."""

    width: int
    height: int
    pixels: bytes
    scale: float  # pixels a point


@dataclass(frozen=True, slots=True)
class _Run:
    """Words side by side, in pixels from the upper left corner."""

    text: str
    left: float
    right: float
    baseline: float
    height: float  # of the line


@dataclass(frozen=True, slots=True)
class _Line:
    runs: tuple[_Run, ...] = ()
    confidence: tuple[float, ...] = ()  # of each word, per cent


def is_installed() -> bool:
    """Whether the program is there."""
    return shutil.which(PROGRAM) is not None


def read_image(number: int, image: PageImage, languages: str, seconds: float) -> PageText:
    """The text of a page's picture as if it stood on the page; a page without any text has no fragments.

    `languages` as tesseract names them ("eng", "eng+fra").

    Raises:
        OcrError: not installed, no data for a language, not enough memory; the text is the reason.
        TimeoutError: it took longer than `seconds`.

    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise OcrError(INSTALL)
    command = [program, "stdin", "stdout", "-l", languages, "--dpi", str(round(72 * image.scale)), "hocr"]
    try:
        done = subprocess.run(
            command,
            input=b"P5 %d %d 255\n" % (image.width, image.height) + image.pixels,
            capture_output=True,
            timeout=seconds,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    except OSError as error:
        raise OcrError(f"{PROGRAM} does not start: {error.strerror or error}") from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:120]
        raise OcrError(f"{PROGRAM} ended with code {done.returncode}{': ' * bool(said)}{said}")
    size = (image.width / image.scale, image.height / image.scale)
    return PageText(number, *size, fragments_of(done.stdout, image.height, image.scale))


def fragments_of(hocr: bytes, height: int, scale: float) -> tuple[Fragment, ...]:
    """The lines of a page in hOCR, parted at wide gaps and placed in points from its lower left corner.

    `height` of the picture in pixels, `scale` in pixels a point. Lines that hardly anything speaks for are left out.
    Nothing is left of a page that was as a whole not made out, such as one that was scanned upside down. Sizes are as
    measured: `with_usual_size` evens them out.

    Raises OcrError where it is not hOCR.
    """
    try:
        root = ElementTree.fromstring(hocr)
    except ElementTree.ParseError as error:
        raise OcrError(f"{PROGRAM} answered with what is no hOCR ({error})") from error
    lines = [_read_line(line) for line in root.iter(f"{_XHTML}span") if line.get("class") in _LINES]
    words = [confidence for line in lines for confidence in line.confidence]
    if not words or sum(words) < PAGE_CONFIDENCE * len(words):
        return ()
    runs = [run for line in lines if sum(line.confidence) >= MIN_CONFIDENCE * len(line.confidence) for run in line.runs]
    return tuple(
        Fragment(
            text=run.text,
            x=run.left / scale,
            y=(height - run.baseline) / scale,
            width=(run.right - run.left) / scale,
            size=SIZE_SHARE * run.height / scale,
        )
        for run in runs
    )


def with_usual_size(pages: Sequence[PageText]) -> list[PageText]:
    """The pages of one document with all text near its usual size in that size: measured, every line differs."""
    sizes = [fragment.size for page in pages for fragment in page.fragments]
    usual = median(sizes) if sizes else 0.0

    def evened(fragment: Fragment) -> Fragment:
        return replace(fragment, size=usual) if abs(fragment.size - usual) <= ONE_SIZE * usual else fragment

    return [replace(page, fragments=tuple(map(evened, page.fragments))) for page in pages]


def _read_line(line: ElementTree.Element) -> _Line:
    place = _values(line)
    if "bbox" not in place or "x_size" not in place:
        return _Line()
    bottom = place["bbox"][3]
    baseline = bottom + (place["baseline"][1] if "baseline" in place else 0.0)
    tall = place["x_size"][0]
    found: list[_Run] = []
    confidence: list[float] = []
    for span in line.iter(f"{_XHTML}span"):
        text = " ".join("".join(span.itertext()).split())
        here = _values(span)
        if span.get("class") == "ocrx_word" and text and "bbox" in here:
            left, _, right, _ = here["bbox"]
            if found and left - found[-1].right <= WORD_GAP * tall:
                found[-1] = replace(found[-1], text=f"{found[-1].text} {text}", right=right)
            else:
                found.append(_Run(text, left, right, baseline, tall))
            confidence += here.get("x_wconf", [0.0])
    return _Line(tuple(found), tuple(confidence))


def _values(element: ElementTree.Element) -> dict[str, list[float]]:
    """The numbers in an element's title, by name."""
    return {name: list(map(float, numbers.split())) for name, numbers in _VALUE.findall(element.get("title") or "")}
