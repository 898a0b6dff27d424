"""The whole path over the five real documents, with the real model: fifty questions, and an ingest that mirrors."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answering import Assistant
from assistant.assembly import build_assistant, index_folder, library_path
from assistant.domain import Answer, Support
from assistant.embedding import Embedder
from assistant.errors import LibraryError
from assistant.library import Library
from assistant.settings import Settings, load_settings
from ingest.sync import SyncReport, sync
from tests.golden_questions import QUESTIONS

ASKED = [(document, question) for document, pairs in QUESTIONS.items() for question, _ in pairs]
WORDS_HELD = 40  # of the 50 answers; quality has its own gate in evals, this one notices a break


@pytest.fixture(scope="module")
def answers(corpus_assistant: Assistant) -> dict[str, Answer]:
    """The answer to each question."""
    return {question: corpus_assistant.answer(question) for _, question in ASKED}


def test_there_are_ten_questions_to_each_document(corpus_library: Library) -> None:
    assert set(QUESTIONS) == {document.id for document in corpus_library.documents()}
    assert {len(pairs) for pairs in QUESTIONS.values()} == {10}


@pytest.mark.parametrize(("document", "question"), ASKED)
def test_a_question_is_answered_with_citations_of_its_document(
    answers: dict[str, Answer], document: str, question: str
) -> None:
    answer = answers[question]
    assert answer.status.answered, answer.message
    assert document in {citation.document_id for citation in answer.citations}


def test_most_answers_hold_the_words_that_answer(answers: dict[str, Answer]) -> None:
    missed = [
        question for pairs in QUESTIONS.values() for question, words in pairs if words not in answers[question].text
    ]
    assert len(ASKED) - len(missed) >= WORDS_HELD, missed


def test_every_quote_is_the_documents_text_at_its_span(answers: dict[str, Answer], corpus_library: Library) -> None:
    texts = {document.id: corpus_library.document(document.id).text for document in corpus_library.documents()}
    checked = 0
    for answer in answers.values():
        assert [citation.marker for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
        for citation in answer.citations:
            assert texts[citation.document_id][citation.start : citation.end] == citation.quote
            assert citation.quote.strip()
            checked += 1
    assert checked >= len(ASKED)


def test_every_statement_is_quoted_from_what_it_cites(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        quotes = {citation.marker: citation.quote for citation in answer.citations}
        for statement in answer.statements:
            assert statement.support is Support.VERBATIM
            assert statement.citations
            assert all(statement.text in quotes[marker] for marker in statement.citations)


def test_every_citation_says_where_it_stands(answers: dict[str, Answer], corpus_library: Library) -> None:
    passages = {passage.id: passage for passage in corpus_library.passages()}
    for answer in answers.values():
        for citation in answer.citations:
            passage = passages[citation.passage_id]
            assert passage.document_id == citation.document_id
            assert passage.start <= citation.start < citation.end
            assert citation.title
            assert citation.cite_as
            assert str(citation.locator)


def test_ten_passages_come_with_every_answer_best_first(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        assert [hit.rank for hit in answer.hits] == list(range(1, 11))
        assert len({hit.passage.id for hit in answer.hits}) == 10


def test_asking_again_gives_the_same_answer(corpus_assistant: Assistant, answers: dict[str, Answer]) -> None:
    for _, question in ASKED[::10]:
        again = corpus_assistant.answer(question)
        assert replace(again, timings_ms={}) == replace(answers[question], timings_ms={})


# -- the folder is mirrored ------------------------------------------------------------------------------------------


@pytest.fixture
def settings(corpus_settings: Settings, corpus_library: Library, tmp_path: Path) -> Settings:
    """A copy of the five documents and of the library made from them, to be changed."""
    assert corpus_library.passage_count()
    shutil.copytree(corpus_settings.corpus_dir, tmp_path / "corpus")
    shutil.copytree(corpus_settings.data_dir, tmp_path / "data")
    return load_settings(corpus_dir=tmp_path / "corpus", data_dir=tmp_path / "data", _env_file=None)


def ingest(settings: Settings, embedder: Embedder) -> SyncReport:
    library = Library.open(library_path(settings), identity=embedder.identity)
    return sync(settings.corpus_dir, library, embedder, index_folder(settings))


def names(settings: Settings) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in settings.corpus_dir.glob("*.md")))


def test_a_second_ingest_changes_nothing_and_embeds_nothing(settings: Settings, embedder: Embedder) -> None:
    before = Library.open(library_path(settings)).stamp()
    report = ingest(settings, embedder)
    assert report.unchanged == names(settings)
    assert (report.embedded, report.added, report.updated, report.removed, report.failed) == (0, (), (), (), ())
    assert Library.open(library_path(settings)).stamp() == before


def test_an_edited_file_alone_is_embedded_again_and_answers_from_its_new_text(
    settings: Settings, embedder: Embedder
) -> None:
    edited = "hippo-information-note-2015"
    file = settings.corpus_dir / f"{edited}.md"
    file.write_text(file.read_text(encoding="utf-8").replace("16 members", "23 members"), encoding="utf-8")
    before = {p.id for p in Library.open(library_path(settings)).passages() if p.document_id != edited}
    report = ingest(settings, embedder)

    assert report.updated == (file.name,)
    assert report.unchanged == tuple(name for name in names(settings) if name != file.name)
    library = Library.open(library_path(settings))
    assert 0 < report.embedded <= len(library.passages(edited))
    assert {p.id for p in library.passages() if p.document_id != edited} == before
    assistant = build_assistant(settings, embedder=embedder)
    assert "23 members" in assistant.answer("How many members did the Panel have?").text


def test_a_deleted_file_leaves_library_and_answers(settings: Settings, embedder: Embedder) -> None:
    gone = "gapw-uneps-conference-2010"
    (settings.corpus_dir / f"{gone}.md").unlink()
    report = ingest(settings, embedder)
    assert (report.removed, report.embedded) == ((f"{gone}.md",), 0)
    assert gone not in {document.id for document in Library.open(library_path(settings)).documents()}
    answer = build_assistant(settings, embedder=embedder).answer("Why is UNEPS called a game changer?")
    assert gone not in {hit.passage.document_id for hit in answer.hits}
    assert gone not in {citation.document_id for citation in answer.citations}


def test_an_assistant_that_is_open_sees_what_another_process_would_have_ingested(
    settings: Settings, embedder: Embedder
) -> None:
    assistant = build_assistant(settings, embedder=embedder)
    assistant.answer("What is R2P?")
    (settings.corpus_dir / "note.md").write_text("# Note\n\nThe Wakanda Compact entered into force in 2019.\n")
    assert ingest(settings, embedder).added == ("note.md",)
    answer = assistant.answer("When did the Wakanda Compact enter into force?")
    assert "2019" in answer.text
    assert {citation.document_id for citation in answer.citations} == {"note"}


class OtherModel:
    """The same vectors under another name."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.identity = replace(embedder.identity, name="another-model")

    def __getattr__(self, name: str) -> object:
        return getattr(self._embedder, name)


def test_another_embedding_model_is_refused_with_the_command_that_mends_it(
    settings: Settings, embedder: Embedder
) -> None:
    other: Embedder = OtherModel(embedder)  # type: ignore[assignment]
    with pytest.raises(LibraryError, match=r"another-model.*policy-assistant ingest --rebuild"):
        ingest(settings, other)
    with pytest.raises(LibraryError, match="ingest --rebuild"):
        build_assistant(settings, embedder=other)
    assert ingest(settings, embedder).unchanged == names(settings), "nothing was lost"
