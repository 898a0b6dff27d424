"""Makes and draws the answers to open questions: verified statements as they come, then the whole, then keeps it."""

import streamlit as st

from assistant.answering import Assistant
from assistant.domain import ANSWERED, Answer, AnswerStatus, Failure, Mode
from assistant.errors import AssistantError
from assistant.events import AnswerReady, FellBack, SearchStarted, StatementReady
from assistant.history import Exchange, History
from assistant.pages import resources
from assistant.pages.answers import draft_html
from assistant.pages.conversation_link import show_in_address
from assistant.pages.exchange import Desk, Place, answer_places, draw_answer, draw_context, draw_question
from assistant.pages.failures import failure_text
from assistant.pages.inert import label_text
from assistant.pages.resources import Holdings
from assistant.pages.running import Running
from assistant.pages.state import Asked
from assistant.records import now

STOP_AFTER = 2  # ticks of waiting


def start_answering(assistant: Assistant, desk: Desk) -> None:
    """Begin with the oldest open question, before the page is drawn."""
    state = desk.state
    if state.asked and state.running is None:
        asked, conversation = state.asked[0], state.conversation
        state.running = Running(lambda stopped: assistant.stream(asked.question, conversation, asked.filters, stopped))


def answer_next(assistant: Assistant, holdings: Holdings, history: History, desk: Desk) -> Place:
    """Draw the oldest open question, its answer as it comes, and the whole in its place; keep it. Where to go on."""
    state = desk.state
    asked, position = state.asked[0], len(state.exchanges)
    start_answering(assistant, desk)
    draw_question(asked.question, position, arrive=position > 0)
    place, after = answer_places()
    try:
        answer = _so_far(asked, desk) if state.stopped else _stream(asked, place, desk)
    except Exception as error:
        answer = _failed(asked, failure_text(error, desk.messages))
    if answer is None:
        state.give_up()
        place.info(label_text(desk.messages.text("app.stopped_before")))
        return after
    model = getattr(answer, "model", "") or _writer(answer) or assistant.embedder.identity.name
    exchange = state.answered(answer, at=now(), library=holdings.stamp[:12], model=model)
    unkept = _keep(exchange, history, desk)
    show_in_address(state)
    with place.container():
        draw_answer(exchange, position, desk)
        if unkept:
            st.warning(label_text(unkept))
    return after


def suggest(holdings: Holdings, desk: Desk) -> tuple[str, ...]:
    """Questions to go on with after the last answer: from the sections it cites, or near what came closest."""
    state = desk.state
    if not state.suggestions and state.exchanges and not state.exchanges[-1].answer.status.failure:
        answer = state.exchanges[-1].answer
        cited = [(c.document_id, c.start) for c in answer.citations]
        closest = [(hit.passage.document_id, hit.passage.start) for hit in answer.hits[:3]]
        asked = [exchange.answer.question for exchange in state.exchanges]
        state.suggestions = holdings.suggestions.near(cited or closest, asked)
    return state.suggestions


def _stream(asked: Asked, place: Place, desk: Desk) -> Answer | None:
    """Follow the answer until it is whole."""
    state, messages = desk.state, desk.messages
    running = state.running
    if running is None:
        return None
    statements: list[StatementReady] = []
    started: SearchStarted | None = None
    context = draft = stop = None
    ticks = 0
    for events in running.follow():
        for event in events:
            if isinstance(event, AnswerReady):
                return event.answer
            if isinstance(event, SearchStarted):
                started = event
            elif isinstance(event, StatementReady):
                statements.append(event)
            elif isinstance(event, FellBack):
                statements.clear()  # quotations follow in their place
        if events and not statements and draft is None:
            continue  # most answers are there before a reader could read that they are looked for
        if context is None or draft is None or stop is None:
            with place.container():
                context, draft, stop = st.container(), st.empty(), st.empty()
        if started:
            with context:
                draw_context(asked.question, started.search_query, asked.filters, desk)
            started = None
        said = messages.text("app.checking" if statements else "app.searching")
        draft.html(draft_html([s.statement for s in statements], messages, said, struck=desk.struck))
        ticks += not events
        if not events and ticks == STOP_AFTER:  # once: it takes a while, and a reader may have had enough
            key = f"stop-{len(state.exchanges)}"
            stop.button(messages.text("app.stop"), key=key, icon=":material/stop_circle:", on_click=state.stop)
    raise RuntimeError("the answer ended before it was complete")


def _so_far(asked: Asked, desk: Desk) -> Answer | None:
    """What was checked before the reader pressed Stop; None where nothing was."""
    events = desk.state.running.events if desk.state.running else ()
    for event in events:
        if isinstance(event, AnswerReady):
            return event.answer
    ready: list[StatementReady] = []
    for event in events:
        if isinstance(event, FellBack):
            ready.clear()
        elif isinstance(event, StatementReady):
            ready.append(event)
    if not ready:
        return None
    query = next((event.search_query for event in events if isinstance(event, SearchStarted)), asked.question)
    return Answer(
        question=asked.question,
        search_query=query,
        status=ANSWERED,
        mode=Mode.GENERATIVE if _chat_model() else Mode.EXTRACTIVE,
        statements=tuple(event.statement for event in ready),
        citations=tuple(citation for event in ready for citation in event.citations),
        notices=(desk.messages.text("app.stopped"),),
    )


def _failed(asked: Asked, message: str) -> Answer:
    status = AnswerStatus(failure=Failure.INTERNAL)
    return Answer(asked.question, asked.question, status, Mode.EXTRACTIVE, message=message)


def _writer(answer: Answer) -> str:
    return _chat_model() if answer.mode is Mode.GENERATIVE else ""


def _chat_model() -> str:
    return str(getattr(resources.get_settings(), "chat_model", ""))


def _keep(exchange: Exchange, history: History, desk: Desk) -> str:
    """Write it to the disk before the reader can rely on it; what to say where that fails."""
    state = desk.state
    try:
        if state.conversation_id is None or not history.append(state.conversation_id, exchange):
            state.conversation_id = history.begin(exchange)
    except AssistantError as error:
        return desk.messages.text("app.not_kept", reason=str(error))
    return ""
