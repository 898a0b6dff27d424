"""Which documents are compared on which questions, and the same as an address. No Streamlit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from assistant.compare import FEWEST, MOST, MOST_QUESTIONS, in_order
from assistant.domain import DocumentMetadata

SEPARATOR = ","  # between document ids in an address; ids hold none


@dataclass(frozen=True, slots=True)
class Choice:
    """Ids of documents and questions, as chosen or as an address names them."""

    documents: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @classmethod
    def of_address(cls, documents: Sequence[str], questions: Sequence[str]) -> "Choice":
        """From `?documents=a,b&question=…&question=…`; ids may also be given one by one."""
        ids = (part.strip() for value in documents for part in value.split(SEPARATOR))
        asked = (" ".join(question.split()) for question in questions)
        return cls(tuple(dict.fromkeys(filter(None, ids))), tuple(dict.fromkeys(filter(None, asked)))[:MOST_QUESTIONS])

    @classmethod
    def at_first(cls, held: Collection[DocumentMetadata]) -> "Choice":
        """All documents of a small library; of a larger one the reader chooses."""
        return cls(tuple(d.id for d in in_order(held)) if FEWEST <= len(held) <= MOST else ())

    @property
    def address(self) -> dict[str, str | list[str]]:
        """The parameters that lead back to it."""
        found: dict[str, str | list[str]] = {}
        if self.documents:
            found["documents"] = SEPARATOR.join(self.documents)
        if self.questions:
            found["question"] = list(self.questions)
        return found

    def known(self, held: Collection[str]) -> "Choice":
        """Without documents that the library does not hold, and no more of them than fit."""
        return replace(self, documents=tuple(d for d in self.documents if d in held)[:MOST])

    def gone(self, held: Collection[str]) -> tuple[str, ...]:
        """Ids that the library does not hold."""
        return tuple(d for d in self.documents if d not in held)

    def asking(self, question: str) -> "Choice":
        """With one more question, unless it is asked already or there is no room."""
        question = " ".join(question.split())
        if not question or question in self.questions or self.full:
            return self
        return replace(self, questions=(*self.questions, question))

    def without(self, question: str) -> "Choice":
        """Without a question."""
        return replace(self, questions=tuple(q for q in self.questions if q != question))

    def among(self, documents: Sequence[str]) -> "Choice":
        """The same questions of other documents."""
        return replace(self, documents=tuple(documents)[:MOST])

    @property
    def full(self) -> bool:
        """Whether no further question fits."""
        return len(self.questions) >= MOST_QUESTIONS
