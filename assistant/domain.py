"""The glossary as frozen values. Imports nothing of ours.

Offsets: every `start`/`end` is a character span `[start:end)` into `Document.text`, the normalised text that
`policy-assistant documents --text ID` prints. `document.text[x.start:x.end] == x.text` holds for Blocks,
Passages, Sentences and (as `quote`) Citations.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class BlockKind(StrEnum):
    """What one structural unit is, as printed."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    FOOTNOTE = "footnote"
    TABLE_ROW = "table_row"


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a person finds it in the printed document."""

    section: tuple[str, ...] = ()  # headings from the outermost inwards
    page: int | None = None  # physical page, 1-based; None where the format has no pages
    page_label: str | None = None  # the page number as printed, where it differs
    paragraph: str | None = None  # printed number: "82", "7 (b)", "preambular para. 4"
    footnote: str | None = None  # printed footnote number

    def __str__(self) -> str:
        """Readable, outermost first: "Pillar III › Tools, para. 7 (b), p. 4"."""
        parts = [" › ".join(self.section)] if self.section else []
        if self.paragraph:
            parts.append(self.paragraph if "para" in self.paragraph else f"para. {self.paragraph}")
        if self.footnote:
            parts.append(f"footnote {self.footnote}")
        if self.page is not None:
            parts.append(f"p. {self.page_label or self.page}")
        return ", ".join(parts) or "opening"


@dataclass(frozen=True, slots=True)
class Block:
    """One structural unit as printed."""

    kind: BlockKind
    text: str
    start: int
    end: int
    locator: Locator
    level: int = 0  # headings: 1 is the outermost; list items: 0 is the outermost
    footnotes: tuple[str, ...] = ()  # numbers of the footnotes this block refers to
    end_page: int | None = None  # last physical page, where the block spans several


@dataclass(frozen=True, slots=True)
class DocumentMetadata:
    """What is known of a document beside its text."""

    id: str
    title: str
    file_name: str  # relative to the corpus folder
    sha256: str  # of the source file's bytes
    symbol: str | None = None  # UN document symbol
    body: str | None = None  # issuing body
    date: str | None = None  # ISO 8601, as precise as the text allows: "2015", "2015-06", "2015-06-16"
    date_note: str | None = None  # set when the date is inferred: from what
    kind: str | None = None  # statement, summary, information note, conference notes, report, resolution …
    language: str = "en"
    rights: str | None = None
    source_url: str | None = None
    session: str | None = None  # of the body, as printed: "Seventy-ninth session"
    agenda_item: str | None = None  # as printed: "156 (a)"
    short_title: str | None = None  # how a diplomat names it in running text: "ICRtoP statement on the HIPPO report"
    also_called: tuple[str, ...] = ()  # other words by which people speak of it: "the independent panel's report"
    core: bool = False  # one of those that are asked about most: goes before others of a large library

    @property
    def year(self) -> int | None:
        """The year of `date`."""
        return int(self.date[:4]) if self.date else None


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as loaded: metadata, normalised text, and Blocks in reading order."""

    metadata: DocumentMetadata
    text: str
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()
    page_count: int | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit that is quoted: a sentence, or a list item that is not one."""

    text: str
    start: int
    end: int
    kind: BlockKind  # of the Block it stands in
    block: int  # position of that Block in its Document


class PassageKind(StrEnum):
    """What part of a document a passage is."""

    BODY = "body"
    FRONT_MATTER = "front_matter"  # title block: title, subtitle, date, place, funders
    CONTACT = "contact"  # addresses and web sites of the issuing body
    FOOTNOTES = "footnotes"


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is embedded, retrieved and cited: one or a few neighbouring Blocks of one section."""

    id: str  # document id + position + hash of the text
    document_id: str
    position: int  # 0-based order in the document
    kind: PassageKind
    text: str
    start: int
    end: int
    locator: Locator
    pages: tuple[int, ...]
    paragraphs: tuple[str, ...]  # printed numbers of the paragraphs in it
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrictions that act before ranking; an empty one restricts nothing."""

    documents: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    year_from: int | None = None
    year_to: int | None = None

    def admit(self, metadata: DocumentMetadata) -> bool:
        """Whether a document may be searched. An undated document fails any year restriction."""
        if self.documents and metadata.id not in self.documents:
            return False
        if self.bodies and metadata.body not in self.bodies:
            return False
        if self.kinds and metadata.kind not in self.kinds:
            return False
        if self.year_from is None and self.year_to is None:
            return True
        year = metadata.year
        return year is not None and (self.year_from or year) <= year <= (self.year_to or year)


@dataclass(frozen=True, slots=True)
class Hit:
    """A Passage with its score (higher is better; comparable within one result only) and rank (1-based)."""

    passage: Passage
    score: float
    rank: int
    signals: Mapping[str, float] = field(default_factory=dict)  # what each search signal said


class Support(StrEnum):
    """What a check, not a model, found about a Statement."""

    VERBATIM = "verbatim"
    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Citation:
    """Marker n, the passage it stands for, and the verbatim quote with its span in the Document."""

    marker: int
    passage_id: str
    document_id: str
    title: str
    locator: Locator
    cite_as: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or list item of an answer."""

    text: str
    citations: tuple[int, ...]  # markers
    support: Support
    lead_in: str = ""  # attribution shown before it ("ICRtoP statement (2015):"); ours, not quoted
    item: bool = False  # rendered as a list item


class Reason(StrEnum):
    """Why the documents do not answer."""

    NO_EVIDENCE = "no_evidence"
    OFF_TOPIC = "off_topic"
    NOT_STATED = "not_stated"
    INSTRUCTION = "instruction"
    UNCLEAR = "unclear"


class Failure(StrEnum):
    """Why there is no answer although there might be one."""

    BAD_INPUT = "bad_input"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class AnswerStatus:
    """answered, unanswerable:REASON or error:REASON; exactly one of the two fields is set unless answered."""

    reason: Reason | None = None
    failure: Failure | None = None

    @property
    def answered(self) -> bool:
        """True when statements answer the question."""
        return self.reason is None and self.failure is None

    def __str__(self) -> str:
        if self.reason:
            return f"unanswerable:{self.reason}"
        return f"error:{self.failure}" if self.failure else "answered"


ANSWERED = AnswerStatus()


class Mode(StrEnum):
    """How the statements were made."""

    EXTRACTIVE = "extractive"
    GENERATIVE = "generative"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a chat model's part in an answer took; None where the server or the operator does not tell."""

    tokens_in: int | None = None
    tokens_out: int | None = None
    seconds: float = 0.0
    cost: float | None = None  # in the currency of the prices that are set


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything one question produced. The app renders it, the command line prints it, evals score it."""

    question: str
    search_query: str
    status: AnswerStatus
    mode: Mode
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()  # best first; under a refusal they are the closest passages
    message: str = ""  # for the reader when not answered: the reason and what is missing
    notices: tuple[str, ...] = ()
    answerability: float | None = None  # estimated probability that the evidence answers
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    id: str | None = None
    model: str = ""  # provider:model of the chat model that was asked, whether or not its words were used
    prompts: tuple[str, ...] = ()  # refs of the prompts it was given: role, version, fingerprint
    usage: Usage | None = None
    dropped: tuple[tuple[str, str], ...] = ()  # (statement of the model that failed its check, why)
    fault: str = ""  # why the model's words were not used

    @property
    def text(self) -> str:
        """Plain text with [n] markers; the message when there are no statements."""
        if not self.statements:
            return self.message
        lines: list[str] = []
        for statement in self.statements:
            markers = "".join(f"[{n}]" for n in statement.citations)
            line = " ".join(part for part in (statement.lead_in, statement.text, markers) if part)
            if statement.item:
                lines.append(f"- {line}")
            elif lines and not statement.lead_in and not lines[-1].startswith("- "):
                lines[-1] += f" {line}"
            else:
                lines.append(line)
        return "\n".join(lines)

    def as_record(self) -> dict[str, Any]:
        """The answer as JSON-ready data: the command line contract described in the README."""
        by_passage = {hit.passage.id: hit for hit in self.hits}
        return {
            "id": self.id,
            "question": self.question,
            "search_query": self.search_query,
            "status": str(self.status),
            "mode": str(self.mode),
            "text": self.text,
            "statements": [
                {"text": s.text, "citations": list(s.citations), "support": str(s.support)} for s in self.statements
            ],
            "citations": [
                {
                    "marker": c.marker,
                    "passage_id": c.passage_id,
                    "document_id": c.document_id,
                    "title": c.title,
                    "locator": str(c.locator),
                    "cite_as": c.cite_as,
                    "page": c.locator.page,
                    "quote": c.quote,
                    "start": c.start,
                    "end": c.end,
                }
                for c in self.citations
            ],
            "retrieved": [
                {
                    "rank": hit.rank,
                    "score": round(hit.score, 6),
                    "passage_id": hit.passage.id,
                    "document_id": hit.passage.document_id,
                    "locator": str(hit.passage.locator),
                    "text": hit.passage.text,
                }
                for hit in by_passage.values()
            ],
            "timings_ms": {step: round(ms, 2) for step, ms in self.timings_ms.items()},
            **({"notices": list(self.notices)} if self.notices else {}),
            **({"model": self.model, "prompts": list(self.prompts)} if self.model else {}),
            **({"usage": asdict(self.usage)} if self.usage else {}),
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation: the question as typed and what was answered, as plain text."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns so far, oldest first."""

    turns: tuple[Turn, ...] = ()
