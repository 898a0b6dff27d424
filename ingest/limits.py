"""How much one file may take before it is refused: a dropped file must not hang, crash or fill the machine."""

from dataclasses import dataclass

from assistant.errors import DocumentError

MEGABYTE = 1 << 20
CHARACTERS_PER_PAGE = 10_000  # a page set in small type holds 6,000; for files without pages, and pages beyond belief


@dataclass(frozen=True, slots=True)
class Limits:
    """For one file. Each is a setting of its own, and a file that exceeds one is refused by that name.

    Reading scanned pages is what takes longest, so its setting is here too: it gets most of the time and no more.
    """

    seconds: float = 120  # to read it; ASSISTANT_INGEST_SECONDS
    memory_mb: int = 1500  # of the process that reads it; ASSISTANT_INGEST_MEMORY_MB
    file_mb: int = 100  # of the file; ASSISTANT_INGEST_FILE_MB
    pages: int = 3000  # of the document; ASSISTANT_INGEST_PAGES
    ocr: str = (
        "eng"  # languages, as tesseract names them, in which scans are read; "": not at all; ASSISTANT_INGEST_OCR
    )

    def check_size(self, name: str, size: int) -> None:
        """Raise DocumentError where a file of `size` bytes is too large."""
        if size > self.file_mb * MEGABYTE:
            raise DocumentError(
                f"{name} has {size / MEGABYTE:,.0f} MB, more than ASSISTANT_INGEST_FILE_MB={self.file_mb} allows; "
                "raise that or divide the file"
            )

    def check_pages(self, name: str, pages: int) -> None:
        """Raise DocumentError where a document has too many pages."""
        if pages > self.pages:
            raise DocumentError(
                f"{name} has {pages:,} pages, more than ASSISTANT_INGEST_PAGES={self.pages} allows; "
                "raise that or divide the file"
            )

    def check_text(self, name: str, characters: int) -> None:
        """Raise DocumentError where a text is longer than any document of the allowed pages."""
        if characters > self.pages * CHARACTERS_PER_PAGE:
            raise DocumentError(
                f"{name} holds {characters:,} characters, more than {self.pages:,} pages can "
                "(ASSISTANT_INGEST_PAGES); raise that or divide the file"
            )

    def out_of_time(self, name: str) -> DocumentError:
        """What to raise when reading took too long."""
        return DocumentError(
            f"{name} was not read within ASSISTANT_INGEST_SECONDS={self.seconds:g}; raise that or divide the file"
        )

    def out_of_memory(self, name: str) -> DocumentError:
        """What to raise when reading took too much memory."""
        return DocumentError(
            f"{name} needs more memory to be read than ASSISTANT_INGEST_MEMORY_MB={self.memory_mb} allows; "
            "raise that or divide the file"
        )


DEFAULT_LIMITS = Limits()
