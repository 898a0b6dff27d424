"""Text fragments of PDF pages, exactly placed. The only module that knows pypdfium2.

PDFium is asked because it gives the place and extent of every piece of text through a public interface, character and
word spacing included, and reads about ten times as many pages a second as pypdf with equal text. PDFium is not
thread-safe: one file is read at a time.
"""

import ctypes
import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from ingest.ocr import PageImage
from ingest.pdf_page import Fragment, PageText

MAX_NESTING = 8  # forms within forms; deeper ones are a trick, not a document
MAX_PIXELS = 30_000_000  # of a page's picture: A3 at 350 dots an inch
MAX_CHARACTERS = 4096  # of one text object; a longer one is read in its first part

_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique", re.IGNORECASE)
_ITALIC_FLAG, _FORCE_BOLD_FLAG = 1 << 6, 1 << 18  # PDF 32000-1, table 123
_ONE_AT_A_TIME = threading.Lock()

PdfiumError = pypdfium2.PdfiumError  # a file or page that PDFium cannot read
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


class PdfiumDocument:
    """An open PDF; use `open_with_pdfium`."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    def page(self, number: int) -> PageText:
        """The text of a page (1-based), turned upright. Raises pypdfium2.PdfiumError where the page is damaged."""
        page = self._document[number - 1]
        try:
            text_page = page.get_textpage()
            try:
                reader = _PageReader(text_page.raw)
                reader.read(
                    raw.FPDFPage_CountObjects(page.raw), lambda i: raw.FPDFPage_GetObject(page.raw, i), IDENTITY, 0
                )
                left, bottom, right, top = page.get_mediabox()
                return _upright(number, reader.found, left, bottom, right, top)
            finally:
                text_page.close()
        finally:
            page.close()

    def image(self, number: int, dots_per_inch: int) -> PageImage:
        """A page (1-based) as a picture, coarser where it is very large. Raises PdfiumError where it is damaged."""
        page = self._document[number - 1]
        try:
            width, height = page.get_size()
            scale = min(dots_per_inch / 72, math.sqrt(MAX_PIXELS / max(width * height, 1)))
            bitmap = page.render(scale=scale, grayscale=True)
            try:
                rows = memoryview(bitmap.buffer).cast("B")
                pixels = b"".join(rows[y : y + bitmap.width] for y in range(0, len(rows), bitmap.stride))
                return PageImage(bitmap.width, bitmap.height, pixels, scale)
            finally:
                bitmap.close()
        finally:
            page.close()


@contextmanager
def open_with_pdfium(path: Path) -> Iterator[PdfiumDocument]:
    """Open a PDF, with the empty password if it is encrypted. Raises pypdfium2.PdfiumError if PDFium cannot."""
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(path, password="")
        try:
            yield PdfiumDocument(document)
        finally:
            document.close()


class _PageReader:
    """Walks the objects of a page and of the forms in it, in the order in which they are painted."""

    def __init__(self, text_page: Any) -> None:
        self.found: list[tuple[int, Fragment]] = []  # with the quarter turns of its baseline, counterclockwise
        self._text_page = text_page
        self._buffer = ctypes.create_string_buffer(2 * MAX_CHARACTERS)
        self._characters = ctypes.cast(self._buffer, ctypes.POINTER(raw.FPDF_WCHAR))
        self._faces: dict[int, tuple[bool, bool]] = {}

    def read(self, count: int, get: Any, outer: Matrix, depth: int) -> None:
        for i in range(count):
            item = get(i)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                self._read_text(item, outer)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_NESTING:
                inside = _product(_matrix(item), outer)
                self.read(
                    raw.FPDFFormObj_CountObjects(item),
                    lambda j, form=item: raw.FPDFFormObj_GetObject(form, j),
                    inside,
                    depth + 1,
                )

    def _read_text(self, item: Any, outer: Matrix) -> None:
        length = raw.FPDFTextObj_GetText(item, self._text_page, self._characters, MAX_CHARACTERS)
        text = self._buffer.raw[: max(0, min(length, 2 * MAX_CHARACTERS) - 2)].decode("utf-16-le", "replace")
        text = text.replace("\x02", "-").replace("\ufffe", "-")  # PDFium's marks for a hyphen at a line's end
        if not text.strip():
            return
        a, b, c, d, x, y = _product(_matrix(item), outer)
        size = ctypes.c_float()
        raw.FPDFTextObj_GetFontSize(item, size)
        printed = abs(size.value) * math.hypot(c, d)
        turned = round(math.degrees(math.atan2(b, a)) / 90) % 4
        width = max(0.0, _end(item, outer, turned) - (x, y, -x, -y)[turned])
        bold, italic = self._face(item)
        self.found.append((turned, Fragment(text, x, y, width, printed, bold, italic)))

    def _face(self, item: Any) -> tuple[bool, bool]:
        font = raw.FPDFTextObj_GetFont(item)
        key = ctypes.cast(font, ctypes.c_void_p).value or 0
        if key not in self._faces:
            buffer = ctypes.create_string_buffer(256)
            raw.FPDFFont_GetBaseFontName(font, buffer, 256)
            name, flags = buffer.value.decode("latin-1"), max(raw.FPDFFont_GetFlags(font), 0)
            bold = bool(_BOLD.search(name)) or bool(flags & _FORCE_BOLD_FLAG)
            self._faces[key] = (bold, bool(_ITALIC.search(name)) or bool(flags & _ITALIC_FLAG))
        return self._faces[key]


def _matrix(item: Any) -> Matrix:
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, matrix):
        return IDENTITY
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _end(item: Any, outer: Matrix, turned: int) -> float:
    """How far the text reaches in its own direction."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    corners = [(x.value, y.value) for x in (left, right) for y in (bottom, top)]
    a, b, c, d, e, f = outer
    xs = [x * a + y * c + e for x, y in corners]
    ys = [x * b + y * d + f for x, y in corners]
    return (max(xs), max(ys), -min(xs), -min(ys))[turned]


def _product(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _upright(
    number: int, found: list[tuple[int, Fragment]], left: float, bottom: float, right: float, top: float
) -> PageText:
    """The page as held for reading: a landscape table is turned as a whole, whatever the page's /Rotate says."""
    letters = [0, 0, 0, 0]
    for turned, fragment in found:
        letters[turned] += len(fragment.text.strip())
    main = letters.index(max(letters))

    def place(f: Fragment) -> Fragment:
        x, y = (
            (f.x - left, f.y - bottom),
            (f.y - bottom, right - f.x),
            (right - f.x, top - f.y),
            (top - f.y, f.x - left),
        )[main]
        return Fragment(f.text, x, y, f.width, f.size, f.bold, f.italic)

    # What stands across the reading direction (labels of a chart) follows, each as a line of its own.
    ordered = [place(f) for turned, f in found if turned == main] + [place(f) for turned, f in found if turned != main]
    width, height = (right - left, top - bottom) if main % 2 == 0 else (top - bottom, right - left)
    return PageText(number, width, height, tuple(ordered))
