"""An HTML page -> Document. The only module that knows lxml's HTML parser.

Nothing is fetched or run: scripts, styles, frames and forms are left out before anything is read, and so are what a
browser would not show and what a site prints around its text (navigation, banners).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import lxml.html  # type: ignore[import-untyped]  # has no types
from lxml import etree

from assistant.domain import BlockKind, Document, DocumentMetadata
from assistant.errors import DocumentError
from ingest.first_page import enrich
from ingest.manifest import title_from_file_name
from ingest.marked import TITLE_RANK, arrange
from ingest.outline import BOLD_RANK
from ingest.pdf_numbering import printed_count, read_count
from ingest.pdf_units import NUMBER
from ingest.structure import CELL, DraftBlock, assemble, clean_text

MAIN_SHARE = 0.3  # of the page's letters, from which an element that says it is the main one is believed
CELL_CHARACTERS = 2_000  # in a longer one a page is laid out, not a table
BOLD_HEADING_WORDS = 20
ELEMENTS = 500_000  # of a page; the longest United Nations pages have 30,000

_UNREAD = frozenset(
    {"script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "applet", "svg", "math", "canvas",
     "audio", "video", "map", "form", "button", "select", "textarea", "input", "dialog", "nav", "aside", "head",
     "menu"}
)  # fmt: skip
_SITE_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alert", "menu"})
_UNSHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![\d.]*[1-9])", re.IGNORECASE)
_SITE_PARTS = re.compile(r"\b(?:cookie|breadcrumb|skip-?link|site-(?:header|footer|nav))", re.IGNORECASE)
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "main", "body", "html", "header", "footer", "blockquote", "pre", "ul", "ol",
     "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "figure", "figcaption",
     "address", "fieldset", "legend", "details", "summary", "hr", "center", "hgroup", *_HEADINGS}
)  # fmt: skip
_WRITTEN = "string(//meta[@name='date' or @name='dcterms.date' or @property='article:published_time']/@content)"
_MARK = re.compile(r"[\[(]?\s*(\d{1,3}|[*†‡§]{1,3}|[ivxlc]{1,5}|[a-z])\s*[\])]?")
_BACK = re.compile(r"[\s↩↑^⏎\ufe0e\[\](){}\divxlc.*†‡§]*|back(?: to (?:text|top))?", re.IGNORECASE)
_LIST_NUMBER = re.compile(rf"({NUMBER})(?=\s)")
_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def parse_html(text: str, metadata: DocumentMetadata) -> Document:
    """A page as a Document.

    Raises DocumentError where it is nested too deeply or has too many elements to be a document.
    """
    name = repr(metadata.file_name)
    root = _parsed(text, name)
    page = _first_text(root.iter("title"))
    written = root.xpath(_WRITTEN)
    _strip(root)
    reader = _Reader(_note_targets(root))
    reader.read(_main(root))
    drafts = _with_title(reader.drafts)
    known = metadata.title if metadata.title != title_from_file_name(metadata.file_name) else ""
    structured = arrange(drafts, known)
    title = next((d.text for d in structured if d.kind is BlockKind.HEADING and d.level == 0), "")
    properties = {"Title": page, "CreationDate": re.sub(r"\D", "", str(written))[:8]}
    metadata = enrich(metadata, (), title.rstrip(" :*"), structured, properties)
    return assemble(metadata, structured)


def _parsed(text: str, name: str) -> Any:
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        if "depth" in str(error):
            raise DocumentError(f"{name} is nested too deeply to be a document; it is left out") from error
        raise DocumentError(f"{name} holds no text; replace it or remove it") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise DocumentError(f"{name} is nested too deeply to be a document; it is left out")
    if sum(1 for _ in root.iter()) > ELEMENTS:
        raise DocumentError(f"{name} has more than {ELEMENTS:,} elements; divide it")
    return root


def _strip(root: Any) -> None:
    """Take out what is no text of the document, keeping the text behind it."""
    for element in list(root.iter()):
        if element.getparent() is not None and _is_unread(element):
            element.drop_tree()


def _is_unread(element: Any) -> bool:
    if not isinstance(element.tag, str):  # a declaration or an entity
        return True
    return element.tag in _UNREAD or _is_unshown(element) or _is_site(element)


def _is_unshown(element: Any) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    return bool(_UNSHOWN.search(element.get("style") or ""))


def _is_site(element: Any) -> bool:
    """Whether an element belongs to the site, not to the document."""
    if element.get("role") in _SITE_ROLES:
        return True
    if element.tag in {"header", "footer"}:
        return not any(parent.tag in {"main", "article"} for parent in element.iterancestors())
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return element.tag not in {"body", "html", "main", "article"} and bool(_SITE_PARTS.search(named))


def _main(root: Any) -> Any:
    """The element that holds the document."""
    whole = len(clean_text(root.text_content())) or 1
    for path in ("//main", "//*[@role='main']", "//article"):
        found = root.xpath(path)
        if len(found) == 1 and len(clean_text(found[0].text_content())) >= MAIN_SHARE * whole:
            return found[0]
    return root


def _with_title(drafts: list[DraftBlock]) -> list[DraftBlock]:
    """A single outermost heading is the title."""
    top = [i for i, draft in enumerate(drafts) if draft.kind is BlockKind.HEADING and draft.level == 1]
    if len(top) != 1:
        return drafts
    return [replace(draft, level=TITLE_RANK) if i == top[0] else draft for i, draft in enumerate(drafts)]


def _first_text(elements: Iterable[Any]) -> str:
    return next((text for element in elements if (text := clean_text(element.text_content()))), "")


def _note_targets(root: Any) -> dict[Any, str]:
    """Blocks that are footnotes, with their numbers: what a reference in the text leads to."""
    places = {place: element for element in root.iter() for place in (element.get("name"), element.get("id")) if place}
    order = {element: i for i, element in enumerate(root.iter())}
    targets: dict[Any, str] = {}
    for link in root.iter("a"):
        match = _MARK.fullmatch(clean_text(link.text_content()))
        target = places.get((link.get("href") or "#")[1:]) if (link.get("href") or "").startswith("#") else None
        if match and target is not None and order[target] > order[link]:
            block = next(
                (e for e in (target, *target.iterancestors()) if e.tag in {"li", "p", "div", "dd", "td"}), None
            )
            if block is not None and link not in set(block.iter("a")):
                targets.setdefault(block, match[1])
    return targets


@dataclass(slots=True)
class _Open:
    """A list that is being read."""

    number: int
    form: str | None  # None: bullets


@dataclass(slots=True)
class _Reader:
    """Elements to drafts, in order. A heading's level is its rank."""

    notes: dict[Any, str]
    drafts: list[DraftBlock] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _marks: list[str] = field(default_factory=list)
    _lists: list[_Open] = field(default_factory=list)
    _label: str = ""  # of the list item that has begun
    _in_item: int = 0
    _note: str | None = None
    _rank: int | None = None  # of the heading that is open
    _bold: int = 0  # bold elements around
    _plain: bool = False  # letters that are not bold were read

    def read(self, root: Any) -> None:
        """Read an element and all in it. Not recursive: depth is the file's, not ours."""
        skip: Any = None
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if skip is not None:
                if event == "end" and element is skip:
                    skip = None
                    if element is not root:
                        self._text(element.tail)
                continue
            if event == "start":
                if self._start(element):
                    skip = element
            else:
                self._end(element)
                if element is not root:
                    self._text(element.tail)
        self._flush()

    def _start(self, element: Any) -> bool:
        """Begin an element; True where it was read as a whole."""
        tag = element.tag
        if element in self.notes:
            self._flush()
            self._note = self.notes[element]
        if tag == "table" and _is_table(element):
            self._flush()
            self._table(element)
            return True
        if tag == "a" and (self._is_reference(element) or (self._note and _is_way_back(element))):
            return True
        if tag in _BLOCKS:
            self._flush()
        if tag in _HEADINGS:
            self._rank = _HEADINGS[tag]
        elif tag in {"ul", "ol"}:
            start = read_count(element.get("start"))
            form = _FORMS.get(element.get("type") or "", "decimal") if tag == "ol" else None
            self._lists.append(_Open(0 if start is None else start - 1, form))
        elif tag == "li":
            self._in_item += 1
            self._label = self._next_label(element)
        elif tag == "br":
            self._pieces.append("\n")
        self._bold += tag in {"b", "strong"}
        self._text(element.text)
        return False

    def _end(self, element: Any) -> None:
        tag = element.tag
        self._bold -= tag in {"b", "strong"}
        if tag in _BLOCKS:
            self._flush()
        if tag in _HEADINGS:
            self._rank = None
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._in_item -= 1
            self._label = ""
        if element in self.notes:
            self._note = None

    def _text(self, text: str | None) -> None:
        if text:
            self._pieces.append(re.sub(r"\s+", " ", text))
            self._plain = self._plain or (not self._bold and bool(text.strip()))

    def _next_label(self, element: Any) -> str:
        if not self._lists or self._lists[-1].form is None:
            return ""
        at = self._lists[-1]
        value = read_count(element.get("value"))
        at.number = at.number + 1 if value is None else value
        count = printed_count(at.number, at.form or "decimal")
        return f"{count}." if at.form == "decimal" else f"({count})"

    def _is_reference(self, link: Any) -> bool:
        """A footnote's mark: taken out of the text, and remembered."""
        match = _MARK.fullmatch(clean_text(link.text_content()))
        href = link.get("href") or ""
        if not match or not href.startswith("#") or self._note or match[1] not in self.notes.values():
            return False
        self._marks.append(match[1])
        return True

    def _flush(self) -> None:
        """End the block that is being read; a double line break ends one, too."""
        parts = re.split(r" ?\n ?(?:\n ?)+", "".join(self._pieces))
        marks, bold = tuple(dict.fromkeys(self._marks)), not self._plain
        self._pieces, self._marks, self._plain = [], [], False
        texts = [text for text in map(clean_text, parts) if text]
        for text in texts:
            self.drafts.append(replace(self._draft(text, bold), footnotes=marks if text is texts[-1] else ()))

    def _draft(self, text: str, bold: bool) -> DraftBlock:
        if self._rank is not None:
            return DraftBlock(BlockKind.HEADING, text, level=self._rank)
        if self._note is not None:
            return DraftBlock(BlockKind.FOOTNOTE, text, footnote=self._note)
        if self._in_item:
            label, self._label = self._label, ""
            depth = max(len(self._lists) - 1, 0)
            number = label.rstrip(".") or None
            return DraftBlock(BlockKind.LIST_ITEM, f"{label} {text}".strip(), level=depth, paragraph=number)
        if match := _LIST_NUMBER.match(text):
            return DraftBlock(BlockKind.PARAGRAPH, text, paragraph=match[1].rstrip("."))
        heading = bold and len(text.split()) <= BOLD_HEADING_WORDS and not text.endswith((".", ";", ","))
        return DraftBlock(BlockKind.PARAGRAPH, text, level=BOLD_RANK if heading else 0)

    def _table(self, table: Any) -> None:
        for element in table.iter("caption", "tr"):
            if element.tag == "caption":
                self.drafts.append(DraftBlock(BlockKind.PARAGRAPH, clean_text(element.text_content())))
                continue
            cells = (clean_text(" ".join(cell.itertext())) for cell in element if cell.tag in {"td", "th"})
            if text := CELL.join(cell for cell in cells if cell):
                self.drafts.append(DraftBlock(BlockKind.TABLE_ROW, text))


def _is_table(table: Any) -> bool:
    """Whether a table is one, not the layout of a page."""
    if table.get("role") == "presentation" or any(True for _ in table.iterdescendants("table", *_HEADINGS)):
        return False
    rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")]
    if not rows or max(map(len, rows)) < 2:
        return False
    cells = [cell.text_content() for row in rows for cell in row]
    parts = [*cells, *(caption.text_content() for caption in table.iter("caption"))]
    whole = sum(map(_letters, parts)) == _letters(table.text_content())  # else text strayed between cells, or into two
    return whole and all(len(cell) <= CELL_CHARACTERS for cell in cells)


def _letters(text: str) -> int:
    return len("".join(text.split()))


def _is_way_back(link: Any) -> bool:
    """Whether a link in a footnote only leads back to the text."""
    return (link.get("href") or "").startswith("#") and bool(_BACK.fullmatch(clean_text(link.text_content())))
