"""The documents page as Streamlit runs it: over the five real documents, and over a small library that changes."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import streamlit as st
from fakes import FakeEmbedder, lay_out, make_document, put_document
from streamlit.testing.v1 import AppTest

from assistant.answering import Assistant
from assistant.assembly import index_folder, library_path, read_rules
from assistant.domain import Locator
from assistant.glossary import Explained, Meaning
from assistant.library import Library
from assistant.messages import load_messages
from assistant.pages import resources
from assistant.pages.asking import ASK_KEY
from assistant.pages.documents_html import meaning_html
from assistant.pages.filters import OPEN_KEY
from assistant.pages.intake import BusyError
from assistant.pages.suggestions import Suggestions
from assistant.settings import PROJECT_DIR, Settings, load_settings

HOSTILE = '<script>alert("x")</script> ![x](https://evil.example/x.png) $a$ :smile: **b** www.evil.example \u202egpj'
NOTE = "hippo-information-note-2015"

Open = Callable[..., AppTest]


def script() -> None:
    from assistant.pages import documents

    documents.render()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def real(corpus_settings: Settings, corpus_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setattr(resources, "get_settings", lambda: corpus_settings)
    monkeypatch.setattr(resources, "get_assistant", lambda: corpus_assistant)
    return opened


def opened(**params: str) -> AppTest:
    page = AppTest.from_function(script, default_timeout=60)
    for key, value in params.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    """A library of three documents whose files are not in the folder, and one of whose names is hostile."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    settings = load_settings(data_dir=tmp_path / "data", corpus_dir=corpus, _env_file=None)
    library = Library.open(library_path(settings), identity=FakeEmbedder().identity)
    one = make_document("one", "Peace needs means.", date="2014", body="Council", kind="report", title="First report")
    two = lay_out("two", "# Findings <b>", f"Text {HOSTILE} (TXT) ends.", "World Peace Union (WPU) exists.")
    for document in (one, two, make_document("three", "No date, no body.", title=HOSTILE)):
        put_document(library, document, FakeEmbedder())
    assistant = Assistant(library, FakeEmbedder(), index_folder(settings), read_rules(settings))
    monkeypatch.setattr(resources, "get_settings", lambda: settings)
    monkeypatch.setattr(resources, "get_assistant", lambda: assistant)
    return assistant


def html(page: AppTest) -> str:
    return "\n".join(element.body for element in page.html)


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def titles(page: AppTest) -> list[str]:
    return [button.label for button in page.button if button.key.startswith("open-")]


class TestLibrary:
    def test_lists_every_document_with_what_is_known_of_it(self, real: Open) -> None:
        page = real()
        assert len(titles(page)) == 5
        text = html(page)
        assert "information note" in text
        assert "16 June 2015" in text
        assert "English" in text
        assert "passages" in text
        assert "5 documents" in text

    def test_filters_by_words_body_kind_and_years(self, small: Assistant) -> None:
        page = opened()
        assert len(titles(page)) == 3
        page.text_input(key="library-words").set_value("first").run()
        assert titles(page) == ["First report"]
        assert "1 document of 3" in html(page)
        page.text_input(key="library-words").set_value("").run()
        page.multiselect(key="library-bodies").set_value(["Council"]).run()
        assert titles(page) == ["First report"]
        page.multiselect(key="library-bodies").set_value([]).run()
        page.multiselect(key="library-kinds").set_value(["report"]).run()
        assert titles(page) == ["First report"]

    def test_years_leave_out_other_years_and_the_undated(self, real: Open) -> None:
        page = real()
        page.select_slider(key="library-years").set_range(2015, 2016).run()
        assert len(titles(page)) == 4

    def test_sorts_newest_first_or_by_title(self, real: Open) -> None:
        page = real()
        assert titles(page)[0].startswith("UN Perspectives")
        page.selectbox(key="library-order").select("oldest").run()
        assert titles(page)[0].startswith("UNEPS in Context")

    def test_says_what_is_missing_and_where_to_get_it(self, real: Open) -> None:
        text = html(real())
        assert "A/RES/60/1" in text
        assert 'href="https://docs.un.org/en/A/RES/60/1"' in text
        assert "not confirmed in two sources" in text
        assert any("expected documents held" in expander.label for expander in real().expander)

    def test_a_document_opens_at_a_press(self, real: Open) -> None:
        page = press(real(), f"open-{NOTE}")
        assert page.query_params["document"] == NOTE
        assert "Four essential shifts" in html(page)


class TestReading:
    def test_shows_outline_margin_and_text_of_one_part(self, real: Open) -> None:
        page = real(document=NOTE)
        outline = [button.label for button in page.button if button.key.startswith("outline-")]
        assert any("Four essential shifts" in label for label in outline)
        assert "Part 1 of 2" in html(page)
        assert "pa-reading" in html(page)

    def test_a_link_to_a_passage_and_a_span_marks_both_and_scrolls_there(
        self, real: Open, corpus_library: Library
    ) -> None:
        passage = corpus_library.passages(NOTE)[-3]
        sentence = passage.sentences[0]
        page = real(document=NOTE, passage=passage.id, start=str(sentence.start), end=str(sentence.end))
        text = html(page)
        assert sentence.text in "".join(text.split('<mark class="pa-first">')[1].split("</mark>")[0])
        assert "pa-passage" in text
        assert "mark.pa-first" in text
        assert "scrollIntoView" in text
        assert not page.warning

    def test_a_passage_that_is_gone_is_said_and_the_span_still_shown(self, real: Open) -> None:
        page = real(document=NOTE, passage=f"{NOTE}-9999-00000000", start="0", end="20")
        assert "has changed" in page.warning[0].value
        assert "<mark" in html(page)

    def test_a_passage_of_another_document_is_not_shown(self, real: Open, corpus_library: Library) -> None:
        other = next(p for p in corpus_library.passages() if p.document_id != NOTE)
        page = real(document=NOTE, passage=other.id)
        assert page.warning
        assert "pa-block pa-passage" not in html(page)

    @pytest.mark.parametrize("document", ["nothing", HOSTILE, "../../etc/passwd", "x" * 2000])
    def test_an_unknown_document_is_said_in_one_line(self, real: Open, document: str) -> None:
        page = real(document=document)
        assert len(page.warning) == 1
        assert "holds no document" in page.warning[0].value
        assert press(page, "reading-back").button(key=f"open-{NOTE}")

    @pytest.mark.parametrize(("start", "end"), [("999999999", "9999999999"), ("x", "y"), ("-5", "5"), ("7", "7")])
    def test_a_span_outside_the_text_does_no_harm(self, real: Open, start: str, end: str) -> None:
        assert "pa-reading" in html(real(document=NOTE, start=start, end=end))

    def test_parts_and_headings_are_walked_through(self, real: Open) -> None:
        page = press(real(document=NOTE), "part-next-top")
        assert "Part 2 of 2" in html(page)
        assert page.button(key="part-next-top").disabled
        page = press(page, "part-previous-end")
        assert "Part 1 of 2" in html(page)
        last = [button.key for button in page.button if button.key.startswith("outline-")][-1]
        assert "Part 2 of 2" in html(press(page, last))

    def test_a_place_comes_with_a_link_and_a_line_to_cite_it_by(self, real: Open) -> None:
        codes = [code.value for code in real(document=NOTE, start="900").code]
        assert any(urlencode({"document": NOTE, "start": "900"}) in code for code in codes)
        assert any("16 June 2015" in code for code in codes)

    def test_a_report_of_hundreds_of_pages_draws_one_part(
        self, small: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines = [line for i in range(300) for line in (f"# Section {i}", *["Words of a long report. " * 80] * 3)]
        put_document(small.library, lay_out("long", *lines), FakeEmbedder())
        held = small.library.documents()
        none = Suggestions((), lambda topic: topic.words, small.answer)
        known = resources.Holdings(small.library.stamp(), held, {}, (), none, {d.id: d.title for d in held})
        monkeypatch.setattr(resources, "get_holdings", lambda *_: known)  # its examples would be answered first
        page = opened(document="long", start=str(1_000_000))
        assert len(html(page)) < 120_000
        assert len(page.button) < 90
        assert re.search(r"Part \d+ of \d{3}", html(page))


class TestAsking:
    def test_the_box_is_filled_with_a_question_about_the_section(self, real: Open, corpus_library: Library) -> None:
        document = corpus_library.document(NOTE)
        heading = next(block for block in document.blocks if block.text.startswith("On conflict prevention"))
        page = real(document=NOTE, start=str(heading.start))
        assert "On conflict prevention" in page.text_area[0].value

    def test_the_chat_asks_what_another_page_left_in_that_document_alone(
        self, real: Open, corpus_assistant: Assistant
    ) -> None:
        page = AppTest.from_file(str(PROJECT_DIR / "app.py"), default_timeout=60)
        page.session_state[ASK_KEY] = {"question": "Who chaired the Panel?", "documents": [NOTE]}
        page.session_state[OPEN_KEY] = True
        page.run()
        assert not page.exception
        assert "Who chaired the Panel?" in html(page)
        assert "Ramos-Horta" in html(page)
        assert "Searched only in: Information note" in html(page)
        assert page.multiselect(key="filter_documents").value == [NOTE]
        assert ASK_KEY not in page.session_state


class TestFind:
    def test_counts_and_lines_of_all_names_for_one_thing(self, real: Open, corpus_library: Library) -> None:
        page = real(view="find", q="R2P")
        text = html(page)
        documents = [corpus_library.document(metadata.id).text for metadata in corpus_library.documents()]
        expected = sum(
            len(re.findall(r"(?i)\b(?:R2P|RtoP|responsibilit(?:y|ies)\s+to\s+protect)\b", t)) for t in documents
        )
        assert f"{expected} times in 4 of 5 documents" in text
        assert "Counted as one: R2P" in text
        lines = [button.label for button in page.button if button.key.startswith("line-")]
        assert len(lines) == min(expected, 50)
        assert all("**" in label for label in lines)

    def test_a_line_opens_its_place_and_back_leads_to_the_search(self, real: Open) -> None:
        page = press(real(view="find", q="“armed conflict”"), "line-0")
        assert "<mark" in html(page)
        assert ">armed conflict</mark>" in html(page).lower()
        page = press(page, "reading-back")
        assert "“armed conflict”" in page.text_input[0].value
        assert any(button.key == "line-0" for button in page.button)

    def test_what_is_typed_is_searched_for_and_stands_in_the_address(self, real: Open) -> None:
        page = real(view="find")
        page.text_input[0].set_value("prevention")
        next(button for button in page.button if button.label == "Find").click().run()
        assert page.query_params["q"] == "prevention"
        assert "times in" in html(page)

    def test_options_narrow_and_sort(self, real: Open) -> None:
        page = real(view="find", q="R2P")
        page.checkbox(key="find-names").uncheck().run()
        assert "Counted as one" not in html(page)
        page.multiselect(key="find-documents").set_value(["gcr2p-un-perspectives-2016"]).run()
        assert "in 1 of 1 document" in html(page)
        page.selectbox(key="find-order").select("after").run()
        assert not page.exception
        assert "Global Centre for R2P" in page.button(key="line-0").label

    @pytest.mark.parametrize("query", ["elephants", HOSTILE, "(((", "\\", "[a-z]+", "x" * 5000])
    def test_nothing_found_is_said(self, real: Open, query: str) -> None:
        page = real(view="find", q=query)
        assert len(page.info) == 1
        assert "is in none of the 5 documents" in page.info[0].value

    def test_all_lines_can_be_taken_to_a_spreadsheet(self, small: Assistant) -> None:
        from assistant.concordance import Wanted, lines, search
        from assistant.pages.derived import Derived
        from assistant.pages.documents_find import lines_csv

        put_document(small.library, make_document("sum", "=1+1 peace"), FakeEmbedder())
        derived = Derived("", small.library)
        found = search(Wanted(("peace",)), derived.shelf)
        text = lines_csv(lines(found), found, derived, load_messages(PROJECT_DIR / "prompts"))
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
        assert rows[0] == ["document", "year", "place", "before", "match", "after"]
        assert len(rows) == 1 + len(found.matches)
        assert ["Title of sum", "", "Findings", "'=1+1", "peace", ""] in rows


class TestTerms:
    def test_lists_terms_with_sentence_place_and_counts(self, real: Open) -> None:
        text = html(real(view="terms"))
        assert "<dfn>UNEPS</dfn>" in text
        assert "Short form used" in text
        assert "GAPW conference notes on UNEPS" in text

    def test_a_term_is_looked_up_opened_and_found(self, real: Open) -> None:
        page = real(view="terms")
        page.text_input(key="terms-words").set_value("responsibility to protect").run()
        assert "<dfn>RtoP</dfn>" in html(page)
        assert "<dfn>UNEPS</dfn>" not in html(page)
        assert "RtoP" in html(press(page, "term-open-RtoP-0")).split("<mark")[1]
        page = press(press(page, "reading-back"), "term-find-RtoP-0")
        assert page.query_params["q"] == "RtoP"
        assert "times in" in html(page)


def test_an_overlong_explanation_is_shown_in_whole_words_around_the_term() -> None:
    sentence = f"{'fore ' * 200}World Peace Union (WPU) {'aft ' * 200}exists."
    meaning = Meaning("World Peace Union", (Explained("one", Locator(), sentence, 0, len(sentence)),))
    shown = meaning_html("WPU", meaning, (1, 1, 1), "One", load_messages(PROJECT_DIR / "prompts"))
    first, *inner, last = shown.split('<blockquote dir="auto">')[1].split("</blockquote>")[0].split()
    assert (first, last) == ("…", "…")
    assert set(inner) == {"fore", "World", "Peace", "Union", "(WPU)", "aft"}


RULES = b"# Rules of the road\n\nDrive on the left, unless the road is closed.\n"


class TestAdding:
    def add(self, page: AppTest, *files: tuple[str, bytes, str]) -> AppTest:
        page.file_uploader[0].set_value(list(files)).run()
        return press(page, "add-now")

    def test_each_file_has_its_outcome_and_is_in_the_library_at_once(self, small: Assistant) -> None:
        page = self.add(
            opened(view="add"),
            ("rules.md", RULES, "text/markdown"),
            ("again.md", RULES, "text/markdown"),
            ("old.doc", b"\xd0\xcf\x11\xe0", "application/msword"),
        )
        text = html(page)
        assert "1 of 3 files added" in text
        assert "✓ Added: <bdi>rules.md</bdi>" in text
        assert "= Already there: <bdi>again.md</bdi>" in text
        assert "✕ Not added: <bdi>old.doc</bdi>" in text
        assert "unsupported type" in text
        assert not page.file_uploader[0].value
        assert "Rules of the road" in titles(opened())
        assert "Drive on the left" in html(press(page, "taken-open-0"))

    def test_nothing_can_be_added_before_a_file_is_chosen(self, small: Assistant) -> None:
        assert opened(view="add").button(key="add-now").disabled

    def test_a_library_in_other_hands_is_said_and_the_files_stay(
        self, small: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(*_: object) -> None:
            raise BusyError("process 1")

        monkeypatch.setattr("assistant.pages.documents_add.take_in", busy)
        page = self.add(opened(view="add"), ("rules.md", RULES, "text/markdown"))
        assert "changed by somebody else" in page.warning[0].value
        assert page.file_uploader[0].value

    def test_an_unexpected_failure_shows_no_traceback(self, small: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("a secret detail")

        monkeypatch.setattr("assistant.pages.documents_add.take_in", fail)
        page = self.add(opened(view="add"), ("rules.md", RULES, "text/markdown"))
        assert "Something went wrong" in page.warning[0].value
        assert "secret" not in page.warning[0].value


class TestRemoving:
    def test_removal_asks_first_and_then_removes_file_and_passages(self, small: Assistant) -> None:
        page = TestAdding().add(opened(view="add"), ("rules.md", RULES, "text/markdown"))
        folder = resources.get_settings().corpus_dir
        page = press(opened(), "remove-library-rules")
        assert "deleted from the folder" in html(page)
        assert (folder / "rules.md").exists()
        page = press(page, "remove-yes")
        assert "Removed: Rules of the road" in page.success[0].value
        assert not (folder / "rules.md").exists()
        assert "Rules of the road" not in titles(page)
        assert not small.library.search_words("left", 5, None)

    def test_it_can_be_kept_after_all(self, small: Assistant) -> None:
        page = press(press(opened(), "remove-library-one"), "remove-no")
        assert "First report" in titles(page)

    def test_removing_what_is_read_leads_back_to_the_library(self, small: Assistant) -> None:
        page = press(press(opened(document="one"), "remove-reading-one"), "remove-yes")
        assert "First report" not in titles(page)
        assert "Removed: First report" in page.success[0].value

    def test_a_library_in_other_hands_is_said(self, small: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
        def busy(*_: object) -> None:
            raise BusyError("process 1")

        monkeypatch.setattr("assistant.pages.original.remove", busy)
        page = press(press(opened(), "remove-library-one"), "remove-yes")
        assert "Nothing was removed" in page.warning[0].value


class TestStaff:
    @pytest.mark.parametrize(("email", "may"), [("ann@un.example", True), ("eve@un.example", False)])
    def test_where_people_sign_in_only_staff_add_and_remove(
        self, small: Assistant, monkeypatch: pytest.MonkeyPatch, email: str, may: bool
    ) -> None:
        class User:
            def to_dict(self) -> dict[str, object]:
                return {"email": email}

        settings = resources.get_settings().model_copy(update={"staff": "ann@un.example"})
        monkeypatch.setattr(resources, "get_settings", lambda: settings)
        monkeypatch.setattr("assistant.pages.staff.sign_in_configured", lambda: True)
        monkeypatch.setattr(st, "user", User())
        page = opened(view="add")
        assert bool(page.file_uploader) is may
        assert ("added and removed by staff" in "".join(info.value for info in page.info)) is not may
        for where in ({}, {"document": "one"}):
            keys = [button.key for button in opened(**where).button]
            assert any((key or "").startswith("remove-") for key in keys) is may


@pytest.mark.parametrize(
    "params",
    [{}, {"document": "two"}, {"document": "three"}, {"view": "find", "q": "ends"}, {"view": "terms"}, {"view": "add"}],
)
def test_text_from_documents_is_never_interpreted(small: Assistant, params: dict[str, str]) -> None:
    page = opened(**params)
    text = html(page)
    assert "<script>alert" not in text
    assert "<img" not in text
    labels = [element.label for element in (*page.button, *page.expander)]
    assert not any("![" in label or ":smile:" in label or "$a$" in label for label in labels)


def test_an_empty_library_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(data_dir=tmp_path / "data", corpus_dir=tmp_path, _env_file=None)
    library = Library.open(library_path(settings), identity=FakeEmbedder().identity)
    assistant = Assistant(library, FakeEmbedder(), index_folder(settings), read_rules(settings))
    monkeypatch.setattr(resources, "get_settings", lambda: settings)
    monkeypatch.setattr(resources, "get_assistant", lambda: assistant)
    monkeypatch.setattr("assistant.pages.frame.fill_empty_library", lambda *_: None)
    assert "no documents yet" in opened().info[0].value
    for view in ("find", "terms", "add"):
        assert not opened(view=view, q="peace").exception
