"""Questions that at least two of the chosen documents answer, from what the library itself speaks of."""

from collections.abc import Sequence
from itertools import chain, islice

import streamlit as st

from assistant.answering import Assistant
from assistant.bearing import read_rules
from assistant.compare import saying
from assistant.domain import DocumentMetadata, Passage
from assistant.lexicon import Lexicon, words
from assistant.messages import Messages
from assistant.pages import resources
from assistant.pages.examples import example_topics

OFFERED = 4

MOST_TRIED = 14  # each costs one answer of every chosen document
LEAST_SAYING = 2
MANY = 3  # documents that have a name: more of them make no better question, only a wider one
COMMON = 0.4  # share of the library's passages that hold a name: then it is the library's subject, not a question
LEAST_LETTERS = 6  # of the name that is shown: of a thing with a short and a long name the long one
BODIES = {"Assembly", "Commission", "Council", "Court", "Department", "Forum", "Office", "Panel", "Republic", "Union"}


def suggestions(assistant: Assistant, documents: Sequence[DocumentMetadata], messages: Messages) -> tuple[str, ...]:
    """Questions, looked for once for these documents as they are."""
    return _suggestions(
        assistant.library.stamp(), tuple(sorted(d.id for d in documents)), assistant, documents, messages
    )


@st.cache_resource(show_spinner=False, max_entries=64)
def _suggestions(
    stamp: str,  # noqa: ARG001  # not read here: part of the key under which Streamlit keeps what is found
    ids: tuple[str, ...],  # noqa: ARG001  # likewise; what begins with an underscore is not part of it
    _assistant: Assistant,
    _documents: Sequence[DocumentMetadata],
    _messages: Messages,
) -> tuple[str, ...]:
    rules = read_rules(resources.get_settings().prompts_dir)
    library, lexicon = _assistant.library, _assistant.refresh().lexicon
    passages = [passage for document in _documents for passage in library.passages(document.id)]
    found: list[str] = []
    names = (_messages.text("compare.suggestion", topic=name) for name in shared_names(_documents, passages, lexicon))
    topics = (topic.words for topic in example_topics(_documents, passages))
    headings = (_messages.text("compare.suggestion_heading", topic=topic) for topic in topics)
    for question in islice(chain(names, headings), MOST_TRIED):
        if len(saying(_assistant, rules, question, _documents, enough=LEAST_SAYING)) >= LEAST_SAYING:
            found.append(question)
        if len(found) == OFFERED:
            break
    return tuple(found)


def shared_names(documents: Sequence[DocumentMetadata], passages: Sequence[Passage], lexicon: Lexicon) -> list[str]:
    """Names that at least two of the documents have.

    What three or more documents have first, the rarest first; what stands in a title is no question.
    """
    texts = [(passage.document_id, _plain(passage.text)) for passage in passages]
    titles = [_plain(f"{d.title} {d.short_title or ''} {d.body or ''}") for d in documents]
    found: list[tuple[int, int, str]] = []
    for group in lexicon.variants:
        keys = [_plain(name) for name in group]
        shown = [name for name in group if len(name) >= LEAST_LETTERS]
        if not shown or any(key in title for key in keys for title in titles):
            continue
        met = [document_id for document_id, text in texts if any(key in text for key in keys)]
        if len(set(met)) >= LEAST_SAYING and len(met) < COMMON * len(texts):
            name = max(shown, key=lambda name: sum(_plain(name) in text for _, text in texts))
            found.append((-min(len(set(met)), MANY), len(met), _with_article(name)))
    return [name for *_, name in sorted(found)]


def _plain(text: str) -> str:
    return f" {' '.join(words(text))} "


def _with_article(name: str) -> str:
    """ "the Security Council", but "Human Rights up Front" and "civil society"."""
    return f"the {name}" if name.split()[-1] in BODIES else name
