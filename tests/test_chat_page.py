"""The chat page as Streamlit runs it, over a real library and a scripted assistant."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import streamlit as st
from fakes import FakeEmbedder, make_document, make_passages, make_vectors
from streamlit.testing.v1 import AppTest

from assistant.domain import (
    ANSWERED,
    Answer,
    AnswerStatus,
    Citation,
    Conversation,
    Document,
    Failure,
    Filters,
    Hit,
    Mode,
    Passage,
    Reason,
    Statement,
    Support,
)
from assistant.errors import EmbedderError, LibraryError
from assistant.events import AnswerReady, Event, SearchStarted, StatementReady
from assistant.library import Library
from assistant.pages import resources
from assistant.pages.filters import OPEN_KEY
from assistant.pages.inert import label_text
from assistant.settings import PROJECT_DIR, load_settings

QUESTION = "What is the core of it?"
HOSTILE = '<script>alert("x")</script> ![x](https://evil.example/x.png) $a$ :smile: **b** www.evil.example'


@dataclass
class ScriptedAssistant:
    """Answers with what the script says and remembers what it was asked."""

    library: Library
    script: Callable[[str], Sequence[Event]]
    embedder: FakeEmbedder = field(default_factory=FakeEmbedder)
    asked: list[tuple[str, Conversation, Filters]] = field(default_factory=list)

    def stream(self, text: str, history: Conversation, filters: Filters, _stopped: object = None) -> Iterator[Event]:
        self.asked.append((text, history, filters))
        yield from self.script(text)

    def answer(self, text: str) -> Answer:
        """What the page asks for itself: whether an example is answered from the section that it was made from."""
        return Answer(text, text, ANSWERED, Mode.EXTRACTIVE, citations=CITATIONS)


ONE = make_document(
    "one",
    "Prevention is the core of it. It needs means.",
    "States agree.",
    heading="The core task",
    short_title="First paper",
)
TWO = make_document("two", "Protection comes second.", heading="On Protection of civilians", title=f"Two {HOSTILE}")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    held = Library.open(tmp_path / "library.db", identity=FakeEmbedder().identity)
    for document in (ONE, TWO):
        passages = make_passages(document)
        held.put(document, passages, make_vectors(document, passages, FakeEmbedder()))
    return held


def cite(marker: int, document: Document, quote: str) -> Citation:
    passage = next(p for p in make_passages(document) if quote in p.text)
    start = document.text.index(quote)
    end, title = start + len(quote), document.metadata.title
    return Citation(
        marker, passage.id, passage.document_id, title, passage.locator, f"{title}, 2015", quote, start, end
    )


CITATIONS = (cite(1, ONE, "Prevention is the core of it."), cite(2, TWO, "Protection comes second."))
STATEMENTS = (
    Statement("Prevention is the core of it.", (1,), Support.VERBATIM, lead_in="Title of one:"),
    Statement("Protection comes second.", (2,), Support.VERBATIM, item=True),
)


def answered(question: str, search_query: str = "") -> list[Event]:
    answer = Answer(question, search_query or question, ANSWERED, Mode.EXTRACTIVE, STATEMENTS, CITATIONS)
    ready = (StatementReady(s, tuple(c for c in CITATIONS if c.marker in s.citations)) for s in STATEMENTS)
    return [SearchStarted(answer.search_query), *ready, AnswerReady(answer)]


def refused(question: str, passages: Sequence[Passage] = make_passages(ONE)) -> list[Event]:
    hits = tuple(Hit(passage, 1.0, rank) for rank, passage in enumerate(passages, start=1))
    status = AnswerStatus(reason=Reason.NOT_STATED)
    message = f"No answer: not stated. Not found: {HOSTILE}."
    return [AnswerReady(Answer(question, question, status, Mode.EXTRACTIVE, hits=hits, message=message))]


Start = Callable[..., AppTest]


@pytest.fixture
def start(library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Start]:
    """Opens the page over a scripted assistant, which it finds as `page.session_state.scripted`-free attribute."""

    def open_page(script: Callable[[str], Sequence[Event]] = answered) -> AppTest:
        assistant = ScriptedAssistant(library, script)
        monkeypatch.setattr(resources, "get_assistant", lambda: assistant)
        page = AppTest.from_file(str(PROJECT_DIR / "app.py"), default_timeout=30).run()
        assert not page.exception
        page.assistant = assistant  # type: ignore[attr-defined]  # for the test to look at
        return page

    settings = load_settings(data_dir=tmp_path / "data")
    monkeypatch.setattr(resources, "get_settings", lambda: settings)
    st.cache_resource.clear()
    yield open_page
    st.cache_resource.clear()


def ask(page: AppTest, question: str = QUESTION) -> AppTest:
    page.chat_input[0].set_value(question).run()
    assert not page.exception
    return page


def html(page: AppTest) -> str:
    return "\n".join(element.body for element in page.html)


def keys(page: AppTest, prefix: str) -> list[str]:
    return [button.key for button in page.button if button.key.startswith(prefix)]


class TestOpening:
    def test_says_what_it_answers_from_which_documents_and_the_limits(self, start: Start) -> None:
        page = start()
        assert "these 2 documents" in html(page)
        assert "First paper; Two &lt;script&gt;" in html(page)
        assert "gives no opinion" in html(page)

    def test_offers_example_questions_from_the_headings_of_the_library(self, start: Start) -> None:
        labels = [button.label for button in start().button if button.key.startswith("example-")]
        assert len(labels) == 2
        assert labels[0] == label_text("What is said about “The core task”?")
        assert labels[1] == label_text("What is said about “Protection of civilians”?")

    def test_offers_no_example_that_it_does_not_answer_from_that_section(
        self, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ScriptedAssistant, "answer", lambda _, text: refused(text)[0].answer)
        assert not keys(start(), "example-")

    def test_an_example_is_asked_at_a_press(self, start: Start) -> None:
        page = start()
        page.button(key="example-0").click().run()
        assert [asked[0] for asked in page.assistant.asked] == ["What is said about “The core task”?"]
        assert "Prevention is the core of it." in html(page)
        assert not keys(page, "example-")

    def test_the_sidebar_lists_the_library(self, start: Start) -> None:
        text = html(start())
        assert "2 documents, 3 passages" in text
        assert "2 passages" in text


class TestAnswer:
    def test_shows_statements_lead_ins_and_support_in_words(self, start: Start) -> None:
        text = html(ask(start()))
        assert "Prevention is the core of it." in text
        assert "Title of one:" in text
        assert "quoted from" in text

    def test_markers_are_buttons_that_name_their_source(self, start: Start) -> None:
        page = ask(start())
        assert keys(page, "cite-") == ["cite-0-0-1", "cite-0-1-2"]
        label = page.button(key="cite-0-0-1").label
        assert "*Source* **1**" in label
        assert "Title of one, The core task" in label

    def test_the_question_as_understood_is_shown_only_where_it_differs(self, start: Start) -> None:
        assert "Searched for" not in html(ask(start()))
        page = ask(start(lambda question: answered(question, search_query="What is the core of <prevention>?")))
        assert "Searched for: What is the core of &lt;prevention&gt;?" in html(page)

    def test_a_question_understood_otherwise_can_be_asked_as_typed(self, start: Start) -> None:
        page = ask(start())
        assert not keys(page, "alone-")
        page.assistant.script = lambda question: answered(question, search_query=f"{question} (prevention)")
        ask(page, "And then?").button(key="alone-1").click().run()
        question, history, _ = page.assistant.asked[-1]
        assert (question, history) == ("And then?", Conversation())

    def test_a_follow_up_comes_with_the_turns_before_it(self, start: Start) -> None:
        page = ask(ask(start()), "And then?")
        (_, first, _), (question, second, _) = page.assistant.asked
        assert question == "And then?"
        assert first == Conversation()
        assert [turn.question for turn in second.turns] == [QUESTION]
        assert "Prevention is the core of it." in second.turns[0].answer

    def test_a_new_conversation_forgets_the_old_one(self, start: Start) -> None:
        page = ask(start())
        page.button(key="new_conversation").click().run()
        assert keys(page, "example-")
        ask(page)
        assert page.assistant.asked[-1][1] == Conversation()

    def test_the_document_filter_goes_with_the_question_and_is_shown_with_the_answer(self, start: Start) -> None:
        page = start()
        page.session_state[OPEN_KEY] = True
        page.run()
        page.multiselect(key="filter_documents").set_value(["one"]).run()
        ask(page)
        assert page.assistant.asked[0][2] == Filters(documents=frozenset({"one"}))
        assert "Searched only in: Title of one" in html(page)


class TestSource:
    def test_a_marker_opens_its_source_with_the_quote_highlighted(self, start: Start) -> None:
        page = ask(start())
        assert "<mark>" not in html(page)
        page.button(key="cite-0-0-1").click().run()
        assert "<mark>Prevention is the core of it.</mark>" in html(page)
        assert "It needs means." in html(page)
        assert "States agree." in html(page)
        assert "Source 1 of 2" in html(page)
        assert page.code[0].value == "Title of one, 2015"

    def test_steps_lead_from_source_to_source_and_round(self, start: Start) -> None:
        page = ask(start())
        page.button(key="source-0-1").click().run()
        page.button(key="source-next").click().run()
        assert "<mark>Protection comes second.</mark>" in html(page)
        page.button(key="source-next").click().run()
        assert "<mark>Prevention is the core of it.</mark>" in html(page)
        page.button(key="source-close").click().run()
        assert "<mark>" not in html(page)

    def test_the_keyboard_goes_to_the_panel_and_back_to_the_marker(self, start: Start) -> None:
        page = ask(start())
        page.button(key="cite-0-1-2").click().run()
        assert '".st-key-source h2"' in html(page)
        page.button(key="source-close").click().run()
        assert '".st-key-cite-0-1-2 button"' in html(page)

    def test_the_next_question_closes_the_source(self, start: Start) -> None:
        page = ask(start())
        page.button(key="cite-0-0-1").click().run()
        assert "<mark>" not in html(ask(page, "And then?"))

    def test_a_source_that_has_left_the_library_is_said_to_be_gone(self, start: Start, library: Library) -> None:
        page = ask(start())
        library.remove("one")
        page.button(key="cite-0-0-1").click().run()
        assert not page.exception
        assert "no longer in the library" in html(page)
        assert "<mark>" not in html(page)


class TestRefusal:
    def test_gives_the_reason_and_the_closest_passages_which_are_no_citations(self, start: Start) -> None:
        page = ask(start(refused))
        assert "No answer: not stated." in html(page)
        assert "Closest passages" in html(page)
        assert [expander.label for expander in page.main.expander] == ["Title of one, The core task"] * 2
        assert "Prevention is the core of it." in html(page)
        assert not keys(page, "cite-")
        assert not keys(page, "source-")


class TestFailure:
    def test_an_expected_failure_is_one_line_and_the_page_goes_on(self, start: Start) -> None:
        def fail(question: str) -> Sequence[Event]:
            raise LibraryError("the library is locked; try again in a minute")

        page = ask(start(fail))
        assert ["the library is locked" in error.value for error in page.error] == [True]
        assert page.chat_input

    def test_an_unexpected_failure_shows_no_traceback_but_logs_it(
        self, start: Start, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(question: str) -> Sequence[Event]:
            raise ZeroDivisionError("a secret detail")

        page = ask(start(fail))
        assert "Something went wrong on our side" in page.error[0].value
        assert "secret" not in page.error[0].value
        assert "a secret detail" in caplog.text

    def test_a_failure_is_no_turn_of_the_conversation(self, start: Start) -> None:
        status = AnswerStatus(failure=Failure.BAD_INPUT)
        failed = AnswerReady(Answer("?", "?", status, Mode.EXTRACTIVE, message="This cannot be used."))
        page = ask(ask(start(lambda _: [failed])), "again")
        assert page.assistant.asked[-1][1] == Conversation()
        assert len(page.error) == 2

    def test_a_model_that_cannot_be_loaded_is_said_in_one_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail() -> None:
            raise EmbedderError("the embedding model 'x' cannot be loaded; unset ASSISTANT_EMBEDDING_MODEL")

        monkeypatch.setattr(resources, "get_assistant", fail)
        page = AppTest.from_file(str(PROJECT_DIR / "app.py"), default_timeout=30).run()
        assert not page.exception
        assert "cannot be loaded" in page.error[0].value


class TestFirstStart:
    """An empty library is filled from the corpus folder by the first reader."""

    @pytest.fixture
    def empty(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        corpus = tmp_path / "corpus"
        corpus.mkdir()
        settings = load_settings(data_dir=tmp_path / "data", corpus_dir=corpus)
        library = Library.open(tmp_path / "empty.db", identity=FakeEmbedder().identity)
        monkeypatch.setattr(resources, "get_settings", lambda: settings)
        monkeypatch.setattr(resources, "get_assistant", lambda: ScriptedAssistant(library, answered))
        st.cache_resource.clear()
        yield corpus
        st.cache_resource.clear()

    def test_fills_it_and_names_what_could_not_be_read(self, empty: Path) -> None:
        (empty / "good.md").write_text("# Rules of the road\n\nDrive on the left.\n", encoding="utf-8")
        (empty / "bad.md").write_bytes(b"")
        page = AppTest.from_file(str(PROJECT_DIR / "app.py"), default_timeout=60).run()
        assert not page.exception
        assert "Rules of the road" in html(page)
        assert "1 document," in html(page)
        assert ["bad" in warning.value for warning in page.warning] == [True]

    def test_says_what_to_do_where_there_is_nothing_to_read(self, empty: Path) -> None:
        assert not list(empty.iterdir())
        page = AppTest.from_file(str(PROJECT_DIR / "app.py"), default_timeout=60).run()
        assert not page.exception
        assert "policy\\-assistant ingest" in page.info[0].value
        assert page.chat_input[0].disabled


def test_text_from_documents_and_questions_is_never_interpreted(start: Start) -> None:
    page = ask(start(refused), HOSTILE)
    page.button(key="new_conversation").click().run()
    text = html(ask(page, HOSTILE))
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text
    labels = [element.label for element in (*page.button, *page.expander)]
    assert not any("![" in label or ":smile:" in label for label in labels)


def test_two_readers_do_not_see_each_other(start: Start) -> None:
    first = ask(start())
    second = start()
    assert "Prevention is the core of it." in html(first)
    assert keys(second, "example-")
