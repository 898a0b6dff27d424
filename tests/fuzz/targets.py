"""What fuzzing aims at: bytes that steer how a document is written, and what must hold of whatever is read from it.

Every target takes bytes, so that hypothesis (tests/fuzz/test_fuzz.py) and atheris (tests/fuzz/with_atheris.py) drive
the same ones. A target raises AssertionError where a promise is broken and lets no exception pass but DocumentError:

- offsets point at the text they claim: of blocks, passages and sentences;
- every visible character of the text is in exactly one block, and every word that was written is in the text once;
- all text but headings is in exactly one passage.
"""

import io
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from html import escape
from pathlib import Path

from assistant.domain import Block, BlockKind, Document, DocumentMetadata
from assistant.errors import DocumentError
from assistant.schema import check_spans
from ingest.docx import load_docx
from ingest.html import parse_html
from ingest.limits import Limits
from ingest.loading import load_document
from ingest.passages import make_passages
from ingest.pdf_furniture import part_furniture
from ingest.pdf_page import Fragment, PageText, find_lines
from ingest.pdf_structure import document_from_pages
from ingest.structure import DraftBlock, assemble
from ingest.text import parse_text

METADATA = DocumentMetadata("doc", "Doc", "doc.pdf", "0" * 64)
LIMITS = Limits(ocr="")
ODDITIES = ("\x0c", "\x07", "\u200b", "é", "\ufeff", "\ud800", "¹", "²", "…", "“", "”", '"', "\u2029", "\x85", "中文。")
SHAPES = (
    "1.", "12.", "(a)", "(iv)", "OP3", "PP 2.", "I.", "A.", "•", "–", "*", "**", "1/", "a", "1", "7 (b)", "para. 5",
    "Table 1", "Figure 2", "Annex", "Annex II", "The Security Council,", "A/79/769-S/2025/76", "S/RES/1674 (2006)",
    "16 June 2015", "Agenda item 156 (a)", "United Nations", "Distr.: General", "26-04887 (E)", "2/13", "www.un.org",
    "Recalling,", "Mr. Annan said.", "and", "cross-", ". . . . .", "CAPITALS", "Ends here.", "Leads in:",
)  # fmt: skip


class Dice:
    """Choices read from bytes; zeros when they are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._words = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def below(self, limit: int) -> int:
        """0 to limit - 1, of at most 65536."""
        taken = self._data[self._at : self._at + (1 if limit <= 256 else 2)]
        self._at += len(taken) or 1
        return int.from_bytes(taken, "big") % limit

    def one_of(self, choices: Sequence[str]) -> str:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def word(self) -> str:
        """A word that no other part of the document holds, nor any other word: "qaaab"."""
        self._words += 1
        letters = ""
        left = self._words
        for _ in range(4):
            left, letter = divmod(left, 16)
            letters = "abcdefghijklmnop"[letter] + letters
        return "q" + letters


def count_words(texts: Sequence[str]) -> list[int]:
    """One word piece a word, and two special ones as with the real embedder."""
    return [len(text.split()) + 2 for text in texts]


def check(document: Document, target: int = 12, more: int = 6) -> None:
    """What holds of every document and of its passages."""
    passages = make_passages(document, count_words, target=target, maximum=target + more, minimum=target // 2)
    check_spans(document, passages)  # the same check before which the library stores nothing
    _check_shared_out(document.text, document.blocks)
    covered = Counter(i for p in passages for i in range(p.start, p.end))
    assert all(times == 1 for times in covered.values()), "passages share text"
    for block in document.blocks:
        held = [i in covered for i in range(block.start, block.end) if not document.text[i].isspace()]
        assert all(held) or (block.kind is BlockKind.HEADING and not any(held)), f"no passage holds {block.text!r}"
    for passage in passages:
        assert passage.sentences
        for sentence in passage.sentences:
            block = document.blocks[sentence.block]
            assert block.start <= sentence.start < sentence.end <= block.end
            assert block.locator.section == passage.locator.section


def _check_shared_out(text: str, blocks: Sequence[Block]) -> None:
    at = 0
    for block in blocks:
        assert at <= block.start < block.end, "blocks are in order and share nothing"
        assert not text[at : block.start].strip(), f"no block holds {text[at : block.start]!r}"
        at = block.end
    assert not text[at:].strip()


def check_words(document: Document, written: Sequence[str], elsewhere: str = "") -> None:
    """Every word that was written is in one block once, or is known to be printed around the text."""
    found = Counter(re.findall(r"q[a-p]{4}", " ".join(block.text for block in document.blocks)))
    aside = Counter(re.findall(r"q[a-p]{4}", elsewhere))
    for word in written:
        assert (found[word], aside[word]) in {(1, 0), (0, 1)}, f"{word}: {found[word]} times, {aside[word]} aside"


# -- the targets


def structure(data: bytes) -> None:
    """Draft blocks of any kind, level, number, page and section."""
    dice = Dice(data)
    drafts: list[DraftBlock] = []
    written: list[str] = []
    page = 1
    while dice:
        kind = list(BlockKind)[dice.below(len(BlockKind))]
        page += dice.below(4) == 3
        words = [dice.word() for _ in range(1 + dice.below(24))]
        written += words
        drafts.append(
            DraftBlock(
                kind,
                " ".join((dice.one_of((*SHAPES, *ODDITIES)), *words)) + dice.one_of((".", "", ":", "?", ";", "-")),
                level=dice.below(4),
                page=page if dice.below(8) else None,
                end_page=page + dice.below(3),
                paragraph=str(dice.below(9)) if dice.below(2) else None,
                footnote=str(dice.below(3)) if kind is BlockKind.FOOTNOTE else None,
                footnotes=("1",) if dice.below(6) == 5 else (),
            )
        )
    document = assemble(METADATA, drafts, page_count=page + 2)
    check(document, 2 + dice.below(20), 1 + dice.below(20))
    check_words(document, written)


def text(data: bytes) -> None:
    """Markdown and plain text, well and badly marked."""
    marks = (
        "# ", "## ", "- ", "• ", "1. ", "(a) ", "---\n", "<sup>1</sup> ", "[^1]: ", "**", "_", "\n", "\n\n", "    ",
        "> ", "===\n", "| ", " | ", *ODDITIES, *(f"{shape} " for shape in SHAPES),
    )  # fmt: skip
    dice = Dice(data)
    pieces: list[str] = []
    written: list[str] = []
    while dice:
        if dice.below(2):
            written.append(dice.word())
            pieces.append(written[-1] + dice.one_of((" ", " ", ". ", "\n", "-\n", ", ")))
        else:
            pieces.append(dice.one_of(marks))
    document = parse_text("".join(pieces), METADATA, title_known=bool(dice.below(2)))
    check(document)
    check_words(document, written)


def html(data: bytes) -> None:
    """Pages of shown elements, in any order, open and closed as it comes."""
    marks = (
        "<p>", "</p>", "<h1>", "</h1>", "<h2>", "</h2>", "<li>", "<ul>", "</ul>", "<ol start=9>", "<ol type=i start=²>",
        "<ol type=a>", "<li value=99999999999999999999>", "</ol>", "<table>", "<tr><td>", "<td>", "</table>", "<br>",
        "<br><br>", "<b>", "</b>", '<a href="#n">1</a>', '<p id="n">', "<blockquote>", "<div>", "</div>", "<sup>",
        "</sup>", "&amp;", "&#0;", "&nbsp;", "<caption>", "<pre>", "<dl><dt>", *ODDITIES,
    )  # fmt: skip
    dice = Dice(data)
    pieces: list[str] = []
    written: list[str] = []
    while dice:
        kind = dice.below(3)
        if kind == 0:
            written.append(dice.word())
            pieces.append(written[-1] + " ")
        else:
            pieces.append(dice.one_of(marks) if kind == 1 else escape(dice.one_of(SHAPES)) + " ")
    with suppress(DocumentError):
        document = parse_html("".join(pieces), METADATA)
        check(document)
        check_words(document, written)


def layout(data: bytes) -> None:
    """Pages of placed text: columns, tables, notes, headers and footers wherever they fall."""
    dice = Dice(data)
    pages: list[PageText] = []
    written: list[str] = []
    while dice and len(pages) < 6:
        fragments: list[Fragment] = []
        y = 760.0
        for _ in range(dice.below(60)):
            y -= (0, 0, 12, 12, 12, 13, 18, 30)[dice.below(8)]
            if y < 30:
                break
            x = (80.0, 80.0, 100.0, 120.0, 320.0, 480.0)[dice.below(6)] + dice.below(4)
            size = (10.0, 10.0, 10.0, 10.0, 8.0, 6.5, 12.0, 14.0)[dice.below(8)]
            word = dice.word()
            written.append(word)
            piece = " ".join(filter(None, (dice.one_of((*SHAPES, "", "", "", "")), word)))
            piece += dice.one_of(("", "", "", ".", ",", ";", ":", "-", " 1/", " *"))
            raised = 4.0 * (dice.below(12) == 11)
            width = (1 + dice.below(9)) * 50.0
            fragments.append(Fragment(piece, x, y + raised, width, size, dice.below(4) == 3, dice.below(8) == 7))
        label = dice.one_of(("", "iv", "7")) or None
        pages.append(PageText(len(pages) + 1, 595, 842, tuple(fragments), label))
    if not pages:
        return
    document = document_from_pages(METADATA, pages, {"CreationDate": "D:20150616", "Title": "A title of four words"})
    check(document)
    parted = part_furniture(pages, [find_lines(page) for page in pages])
    check_words(document, written, " ".join((*parted.masthead, *parted.running)))


def docx(data: bytes) -> None:
    """Word files of every element that is read, the wrong ones in the wrong places included."""
    marks = (
        "</w:r></w:p><w:p><w:r>", '</w:r></w:p><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r>',
        '</w:r></w:p><w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r>',
        '</w:r></w:p><w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r>',
        '</w:r></w:p><w:p><w:pPr><w:numPr><w:ilvl w:val="x"/><w:numId w:val="²"/></w:numPr></w:pPr><w:r>',
        "</w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r>",
        "<w:tab/>", "<w:br/>", "<w:noBreakHyphen/>", "<w:rPr><w:b/></w:rPr>", '<w:footnoteReference w:id="9"/>',
        "</w:r><w:ins><w:r><w:t>.</w:t></w:r></w:ins><w:r>",
    )  # fmt: skip
    dice = Dice(data)
    pieces = ["<w:p><w:r>"]
    written: list[str] = []
    tables = 0
    while dice:
        kind = dice.below(4)
        if kind == 0:
            written.append(dice.word())
            pieces.append(f"<w:t xml:space='preserve'>{written[-1]} </w:t>")
        elif kind == 1:
            pieces.append(f"<w:t xml:space='preserve'>{escape(dice.one_of(SHAPES))} </w:t>")
        elif kind == 2 and tables:
            tables -= 1
            pieces.append("</w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r>")
        else:
            pieces.append(dice.one_of(marks))
            tables += "<w:tbl>" in pieces[-1]
    pieces.append("</w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r>" * tables + "</w:r></w:p>")
    with suppress(DocumentError):
        document = load_docx(_written("doc.docx", _package("".join(pieces))), METADATA)
        check(document)
        if not tables and "<w:tbl>" not in "".join(pieces):  # tables beyond a depth are a trick, and are left out
            check_words(document, written)


def any_bytes(data: bytes) -> None:
    """Files of every type that hold anything at all: the first byte chooses the ending, seeds begin with their own."""
    endings = (".pdf", ".docx", ".html", ".md", ".txt")
    ending = endings[data[0] % len(endings)] if data else ".md"
    with suppress(DocumentError):
        check(load_document(_written(f"any{ending}", data[1:]), METADATA, limits=LIMITS))


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (structure, text, html, layout, docx, any_bytes)
}


# -- files

_FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-")
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _written(name: str, data: bytes) -> Path:
    path = Path(_FOLDER.name, name)
    path.write_bytes(data)
    return path


@lru_cache(maxsize=1)
def _empty_parts() -> dict[str, bytes]:
    """The parts of an empty Word file by name."""
    import docx as python_docx

    empty = io.BytesIO()
    python_docx.Document().save(empty)
    with zipfile.ZipFile(empty) as source:
        return {part.filename: source.read(part) for part in source.infolist()}


def _package(body: str) -> bytes:
    """A Word file with this body."""
    made = io.BytesIO()
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'.encode()
    with zipfile.ZipFile(made, "w") as package:
        for name, content in {**_empty_parts(), "word/document.xml": document}.items():
            package.writestr(name, content)
    return made.getvalue()
