"""What the chat keeps, lists, offers and hands out, as Streamlit runs it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_chat_page import (
    CITATIONS,
    HOSTILE,
    QUESTION,
    STATEMENTS,
    Start,
    answered,
    ask,
    html,
    keys,
    library,
    refused,
    start,
)

from assistant.domain import ANSWERED, Answer, Filters, Mode, Statement, Support
from assistant.drafts import DraftBox
from assistant.events import AnswerReady, Event, SearchStarted, StatementReady
from assistant.feedback import FeedbackBox, FeedbackReason
from assistant.history import LOCAL_USER, History
from assistant.pages import resources
from assistant.pages.filters import OPEN_KEY
from assistant.settings import load_settings


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "data" / "history", LOCAL_USER)


class TestKept:
    def test_an_answer_is_on_the_disk_before_the_page_is_done(self, start: Start, history: History) -> None:
        page = ask(ask(start()), "And then?")
        (entry,) = history.entries()
        assert entry.id in page.query_params["conversation"]
        kept = history.load(entry.id) or ()
        assert [exchange.answer.question for exchange in kept] == [QUESTION, "And then?"]
        assert kept[0].answer.statements == STATEMENTS
        assert kept[0].library
        assert kept[0].model == "fake"

    def test_a_link_opens_a_conversation_whose_markers_open_their_sources(self, start: Start, history: History) -> None:
        ask(ask(start()), "And then?")
        page = start()
        page.query_params["conversation"] = history.entries()[0].id
        page.query_params["answer"] = "1"
        page.run()
        assert html(page).count("Prevention is the core of it.") == 2
        assert "pa-question-0" in "".join(element.body for element in page.html if "scrollIntoView" in element.body)
        page.button(key="cite-0-1-2").click().run()
        assert "<mark>Protection comes second.</mark>" in html(page)

    def test_a_follow_up_after_a_reload_has_the_turns_before_it(self, start: Start, history: History) -> None:
        ask(start())
        page = start()
        page.query_params["conversation"] = history.entries()[0].id
        ask(page.run(), "And then?")
        assert [turn.question for turn in page.assistant.asked[-1][1].turns] == [QUESTION]
        assert history.entries()[0].exchanges == 2

    @pytest.mark.parametrize("conversation", ["gone", "../local", "a/b", "x" * 500])
    def test_a_link_to_nothing_says_so_and_goes_on(self, start: Start, conversation: str) -> None:
        page = start()
        page.query_params["conversation"] = conversation
        page.run()
        assert not page.exception
        assert "This conversation is not here" in page.info[0].value
        assert "Prevention" in html(ask(page))
        assert not page.info

    def test_the_list_opens_earlier_conversations_and_search_finds_them(self, start: Start, history: History) -> None:
        page = start()
        for question in ("First of all?", "Who pays?", f"Third {HOSTILE}?"):
            page.button(key="new_conversation").click().run()
            ask(page, question)
        by_title = {entry.title: entry.id for entry in history.entries()}
        assert len(keys(page, "conversation-")) == 3
        page.text_input(key="history_search").set_value("pays").run()
        assert keys(page, "conversation-") == [f"conversation-{by_title['Who pays?']}"]
        page.button(key=f"conversation-{by_title['Who pays?']}").click().run()
        assert "Who pays?" in html(page)
        assert "First of all?" not in html(page)

    def test_a_disk_that_does_not_take_it_is_said_under_the_answer(self, start: Start, tmp_path: Path) -> None:
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / "history").write_text("in the way")
        page = ask(start())
        assert "Prevention is the core of it." in html(page)
        assert ["is not kept" in warning.value for warning in page.warning] == [True]

    def test_a_long_conversation_shows_its_end_and_the_rest_at_a_press(self, start: Start) -> None:
        page = start()
        for number in range(13):
            ask(page, f"Question {number}?")
        assert "Question 3?" not in html(page)
        assert "Question 4?" in html(page)
        page.button(key="earlier").click().run()
        assert "Question 0?" in html(page)


class TestFilters:
    def test_all_filters_go_with_the_question_and_show_in_its_answer(self, start: Start) -> None:
        page = start()
        page.session_state[OPEN_KEY] = True
        page.run()
        page.multiselect(key="filter_documents").set_value(["one"]).run()
        ask(page)
        page.button(key="filter_clear").click().run()
        ask(page, "And then?")
        assert [filters for _, _, filters in page.assistant.asked] == [Filters(documents=frozenset({"one"})), Filters()]
        assert html(page).count("Searched only in: Title of one") == 1

    def test_the_choices_are_drawn_only_while_they_are_open_and_hold_when_closed(self, start: Start) -> None:
        page = start()
        assert not page.multiselect
        page.session_state[OPEN_KEY] = True
        page.run()
        page.multiselect(key="filter_documents").set_value(["one"]).run()
        page.session_state[OPEN_KEY] = False
        page.run()
        assert not page.multiselect
        assert ask(page).assistant.asked[-1][2] == Filters(documents=frozenset({"one"}))
        page.session_state[OPEN_KEY] = True
        page.run()
        assert page.multiselect(key="filter_documents").value == ["one"]

    def test_a_filter_survives_a_new_conversation(self, start: Start) -> None:
        page = start()
        page.session_state[OPEN_KEY] = True
        page.run()
        page.multiselect(key="filter_documents").set_value(["one"]).run()
        page.button(key="new_conversation").click().run()
        assert ask(page).assistant.asked[-1][2] == Filters(documents=frozenset({"one"}))

    def test_a_link_can_ask_of_one_document(self, start: Start) -> None:
        page = start()
        page.query_params["ask"] = "What of it?"
        page.query_params["document"] = "one"
        page.run()
        assert [(q, f) for q, _, f in page.assistant.asked] == [("What of it?", Filters(documents=frozenset({"one"})))]
        assert "ask" not in page.query_params
        page.run()
        assert len(page.assistant.asked) == 1


class TestFeedback:
    def test_a_thumb_up_is_kept_at_once_and_shown_after_a_reload(
        self, start: Start, tmp_path: Path, history: History
    ) -> None:
        page = ask(start())
        page.button(key="helpful-0").click().run()
        (kept,) = FeedbackBox(tmp_path / "data" / "feedback").all()
        assert (kept.helpful, kept.reason, kept.user) == (True, None, LOCAL_USER)
        assert kept.answer.statements == STATEMENTS
        again = start()
        again.query_params["conversation"] = history.entries()[0].id
        again.run()
        assert "(noted)" in again.button(key="helpful-0").label

    def test_a_thumb_down_asks_why_and_makes_a_case_where_wanted(self, start: Start, tmp_path: Path) -> None:
        page = ask(ask(start()), "And then?")
        page.button(key="unhelpful-1").click().run()
        page.radio(key="why-1").set_value("should_have_refused")
        page.text_area(key="comment-1").set_value("Nothing of the kind.")
        page.checkbox(key="make-case-1").check()
        page.button(key="send-1").click().run()
        assert not page.exception
        (kept,) = FeedbackBox(tmp_path / "data" / "feedback").all()
        assert (kept.helpful, kept.reason) == (False, FeedbackReason.SHOULD_HAVE_REFUSED)
        assert kept.comment == "Nothing of the kind."
        assert [turn.question for turn in kept.history] == [QUESTION]
        (draft,) = DraftBox(tmp_path / "data" / "drafts").all()
        assert (draft.question, draft.status) == ("And then?", "unanswerable:not_stated")
        assert "Nothing of the kind." in draft.note

    def test_a_refusal_can_only_have_been_wrong_to_refuse(self, start: Start) -> None:
        page = ask(start(refused))
        page.button(key="unhelpful-0").click().run()
        assert len(page.radio(key="why-0").options) == 2


class TestConversation:
    def test_it_can_be_renamed_and_deleted_for_good(self, start: Start, tmp_path: Path, history: History) -> None:
        page = ask(start())
        page.button(key="manage").click().run()
        (entry,) = history.entries()
        page.text_input(key=f"rename-{entry.id}").set_value("For the meeting")
        page.button(key="rename-save").click().run()
        assert history.entries()[0].title == "For the meeting"
        page.button(key="manage").click().run()
        page.button(key="delete-yes").click().run()
        assert history.entries() == ()
        assert not list((tmp_path / "data" / "history" / LOCAL_USER).iterdir())
        assert keys(page, "example-")
        assert "conversation" not in page.query_params

    def test_it_can_be_printed_without_anything_else_on_the_page(self, start: Start) -> None:
        page = ask(start(), HOSTILE)
        page.button(key="manage").click().run()
        page.button(key="print").click().run()
        assert not page.chat_input
        assert "1. Title of one, 2015" in html(page)
        assert "<script>alert" not in html(page)
        page.button(key="print-back").click().run()
        assert page.chat_input


class TestSuggestions:
    def test_an_answer_is_followed_by_questions_that_the_library_answers(self, start: Start) -> None:
        page = ask(start())
        assert len(keys(page, "suggestion-")) == 2
        page.button(key="suggestion-0").click().run()
        assert page.assistant.asked[-1][0].startswith("What is said about")
        assert len(keys(page, "suggestion-")) == 1, "what was asked is not suggested again"

    def test_a_refusal_offers_questions_that_the_library_answers(self, start: Start) -> None:
        page = ask(start(refused))
        assert "The library answers these" in html(page)
        assert len(keys(page, "suggestion-")) == 2

    def test_nothing_is_suggested_that_would_not_be_answered(
        self, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from test_chat_page import ScriptedAssistant

        monkeypatch.setattr(ScriptedAssistant, "answer", lambda _, text: refused(text)[0].answer)
        assert not keys(ask(start()), "suggestion-")


class TestSupport:
    UNSUPPORTED = Statement("It rains.", (1,), Support.UNSUPPORTED)
    REWORDED = Statement("It is about prevention.", (1,), Support.SUPPORTED)

    def written(self, question: str) -> list[Event]:
        statements = (self.REWORDED, self.UNSUPPORTED)
        return [AnswerReady(Answer(question, question, ANSWERED, Mode.GENERATIVE, statements, CITATIONS[:1]))]

    def test_is_said_in_words(self, start: Start) -> None:
        text = html(ask(start(self.written)))
        assert "reworded from" in text
        assert "not supported by" in text
        assert "“<bdi" not in text, "only a quote is in quotation marks"
        assert "<s>" not in text
        assert "every sentence was checked" in text

    def test_what_is_not_supported_is_struck_where_the_operator_wants_it(
        self, start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        settings = load_settings(data_dir=tmp_path / "data", show_unsupported="struck")
        monkeypatch.setattr(resources, "get_settings", lambda: settings)
        assert "<s><bdi" in html(ask(start(self.written)))


class TestStop:
    """A reader who has seen enough: what was checked stays, marked as incomplete."""

    @pytest.fixture
    def gate(self) -> Iterator[threading.Event]:
        opened = threading.Event()
        yield opened
        opened.set()

    def slowly(self, gate: threading.Event, *events: Event) -> Iterator[Event]:
        yield from events
        gate.wait(20)
        yield from answered("?")

    @pytest.mark.parametrize("statements", [0, 1])
    def test_keeps_what_was_checked(
        self, start: Start, gate: threading.Event, statements: int, history: History
    ) -> None:
        page = start()
        ready = StatementReady(STATEMENTS[0], CITATIONS[:1])
        from assistant.pages.running import Running
        from assistant.pages.state import Asked

        state = page.session_state["chat"]
        state.asked = (Asked(QUESTION, Filters()),)
        state.running = Running(lambda _stopped: self.slowly(gate, SearchStarted(QUESTION), *[ready] * statements))
        while len(state.running.events) < 1 + statements:
            threading.Event().wait(0.01)
        state.stop()
        page.run()
        assert not page.exception
        if statements:
            assert "Prevention is the core of it." in html(page)
            assert "You stopped this answer" in html(page)
            assert history.entries()[0].exchanges == 1
        else:
            assert "Nothing was answered yet" in page.info[0].value
            assert history.entries() == ()
        gate.set()
        assert "Prevention" in html(ask(page, "Again?"))
