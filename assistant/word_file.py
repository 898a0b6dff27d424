"""How all our Word files begin and end; `word` and `compare_word` lay out what stands between."""

from collections.abc import Sequence
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument


def begin_word_file(title: str, remarks: Sequence[str]) -> WordDocument:
    """A new file with its title and, under it, remarks; it says of its maker only what they say."""
    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = word_text(title), "", ""
    document.add_heading(word_text(title), level=1)
    add_remarks(document, remarks)
    return document


def add_remarks(document: WordDocument, remarks: Sequence[str]) -> None:
    """Paragraphs of ours, in italics."""
    for remark in remarks:
        document.add_paragraph().add_run(word_text(remark)).italic = True


def word_bytes(document: WordDocument) -> bytes:
    """The bytes of the .docx file."""
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def word_text(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return "".join(c for c in text if c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) not in (0xFFFE, 0xFFFF))
