"""A reader's session: questions queue, answers close them, one source is open at a time."""

from assistant.domain import ANSWERED, Answer, AnswerStatus, Citation, Failure, Filters, Locator, Mode, Reason, Turn
from assistant.pages.state import ChatState


def answer(question: str, status: AnswerStatus = ANSWERED, markers: tuple[int, ...] = ()) -> Answer:
    citations = tuple(Citation(n, "p", "d", "T", Locator(), "T", "q", 0, 1) for n in markers)
    return Answer(question, question, status, Mode.EXTRACTIVE, citations=citations, message="because")


def test_a_second_question_waits_for_the_first() -> None:
    state = ChatState()
    only = Filters(documents=frozenset({"d"}))
    state.ask("one", only)
    state.ask("two", Filters())
    state.answered(answer("one"))
    assert [asked.question for asked in state.asked] == ["two"]
    assert [(e.answer.question, e.filters) for e in state.exchanges] == [("one", only)]


def test_the_conversation_holds_answers_and_refusals_but_no_failures() -> None:
    state = ChatState()
    statuses = (AnswerStatus(reason=Reason.UNCLEAR), AnswerStatus(failure=Failure.INTERNAL))
    for status in statuses:
        state.ask(str(status), Filters())
        state.answered(answer(str(status), status))
    assert state.conversation.turns == (Turn("unanswerable:unclear", "because"),)


def test_stepping_goes_through_all_sources_and_round() -> None:
    state = ChatState()
    state.ask("one", Filters())
    state.answered(answer("one", markers=(1, 2, 3)))
    state.open(0, 3, "cite-0-0-3")
    assert state.shown is not None
    assert (state.shown.neighbour(-1), state.shown.neighbour(1)) == (2, 1)


def test_a_marker_that_the_answer_does_not_have_shows_nothing() -> None:
    state = ChatState()
    state.open(0, 1, "x")
    assert state.shown is None
    state.ask("one", Filters())
    state.answered(answer("one", markers=(1,)))
    state.open(0, 2, "x")
    assert state.shown is None


def test_closing_remembers_where_the_keyboard_was_and_asking_forgets_it() -> None:
    state = ChatState()
    state.open(0, 1, "cite-0-0-1")
    state.close()
    assert (state.open_source, state.return_to) == (None, "cite-0-0-1")
    state.ask("next", Filters())
    assert state.return_to is None


def test_a_restart_leaves_nothing() -> None:
    state = ChatState()
    state.ask("one", Filters())
    state.answered(answer("one", markers=(1,)))
    state.ask("two", Filters())
    state.open(0, 1, "x")
    state.restart()
    assert state == ChatState(moves=1)
