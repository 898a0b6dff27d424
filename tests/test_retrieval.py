"""Query to Hits: how signals are fused, what is filtered before ranking, and who takes turns."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.domain import Filters, Hit
from assistant.embedding import Encoding
from assistant.errors import DataFileError
from assistant.geometry import Geometry, measure_geometry
from assistant.lexicon import Lexicon, build_lexicon
from assistant.library import LIBRARY_FILE, Library
from assistant.naming import names_of
from assistant.question import Question, read_question
from assistant.question import read_rules as read_question_rules
from assistant.retrieval import (
    HITS,
    EncodedQuery,
    InMany,
    RetrievalWeights,
    best_sentences,
    dense_text,
    encode_query,
    fuse,
    late_interaction,
    read_weights,
    retrieve,
    unasked_names,
    word_match,
)
from assistant.settings import PROJECT_DIR
from assistant.vector_index import VectorIndex
from tests.fakes import FAKE_DIMENSION, FakeEmbedder, make_document, put_document

PROMPTS = PROJECT_DIR / "prompts"
QUESTION_RULES = read_question_rules(PROMPTS)
EMBEDDER = FakeEmbedder()
WEIGHTS = RetrievalWeights(
    text=0.2,
    context=0.2,
    sentence=0.2,
    words=0.4,
    fused=0.4,
    sentence_centred=0.3,
    late_interaction=0.3,
    joint_reading=0.0,
    document=0.0,
    unasked_names=0.0,
    core_document=0.0,
    named_document=0.2,
    depth=50,
    candidates=40,
    read=8,
    in_many=InMany(passages=500, document=0.2, unasked_names=0.4, core_document=0.3, depth=100, candidates=90, read=16),
)
NOTHING_SHARED = Geometry(np.zeros(2, np.float32), np.zeros((0, 2), np.float32), np.zeros(2, np.float32))

PANEL = make_document(
    "panel",
    "The Panel had sixteen members.",
    "The Panel visited Tokyo and Kigali.",
    "Peacekeepers protect civilians under threat.",
    title="Note on the Panel",
    body="United Nations",
    date="2015-06-16",
    kind="note",
)
WORKSHOP = make_document(
    "workshop",
    "The workshop was held in New York.",
    "Participants said that peacekeepers lack training.",
    title="Summary of the workshop",
    body="Global Centre",
    date="2016-02",
    kind="summary",
)
NOTES = make_document("notes", "Peacekeepers are outnumbered by spoilers.", title="Conference notes", date="2010-12")


class Shelf:
    """A library with its index, ready to be asked."""

    def __init__(self, folder: Path, *documents: object) -> None:
        self.library = Library.open(folder / LIBRARY_FILE, identity=EMBEDDER.identity)
        for document in documents:
            put_document(self.library, document, EMBEDDER)  # type: ignore[arg-type]
        self.index = VectorIndex.open(folder / "index", self.library)
        self.geometry = measure_geometry(self.library, FAKE_DIMENSION)
        self.lexicon = build_lexicon([p.text for p in self.library.passages()], [], lambda _: True)

    def read(self, text: str) -> Question:
        names = names_of(self.library.documents(), self.lexicon, QUESTION_RULES.stopwords)
        return read_question(text, QUESTION_RULES, self.lexicon, names)

    def ask(
        self, question: Question | str, filters: Filters = Filters(), weights: RetrievalWeights = WEIGHTS
    ) -> tuple[Hit, ...]:
        asked = self.read(question) if isinstance(question, str) else question
        query = encode_query(asked, self.lexicon, EMBEDDER)
        return retrieve(asked, query, filters, weights, self.library, self.index, self.geometry)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"), PANEL, WORKSHOP, NOTES)


def documents(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.passage.document_id for hit in hits]


# -- fusing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "weights", "fused"),
    [
        ({}, {}, {}),
        ({"one": {"a": 2.0, "b": 1.0}}, {"one": 1.0}, {"a": 1.0, "b": 0.0}),
        ({"one": {"a": 4.0, "b": 3.0, "c": 2.0}}, {"one": 0.5}, {"a": 1.0, "b": 0.5, "c": 0.0}),
        (  # what a signal did not return counts as its lowest
            {"one": {"a": 2.0, "b": 1.0}, "two": {"b": 9.0, "c": 5.0}},
            {"one": 1.0, "two": 3.0},
            {"a": 0.25, "b": 0.75, "c": 0.0},
        ),
        ({"one": {"a": 7.0}}, {"one": 1.0}, {"a": 1.0}),  # a lone candidate is the best
        ({"one": {"a": 0.3, "b": 0.3}}, {"one": 1.0}, {"a": 1.0, "b": 1.0}),  # equal ones are equally good
        ({"one": {}, "two": {"a": 1.0}}, {"one": 1.0, "two": 1.0}, {"a": 0.5}),
        ({"one": {"a": 1.0, "b": 0.0}}, {"one": 0.0}, {"a": 0.0, "b": 0.0}),
    ],
)
def test_signals_are_scaled_and_summed_by_weight(
    found: dict[str, dict[str, float]], weights: dict[str, float], fused: dict[str, float]
) -> None:
    assert fuse(found, weights) == pytest.approx(fused)


# -- late interaction ------------------------------------------------------------------------------------------------


def query(vectors: list[list[float]], weights: list[float]) -> EncodedQuery:
    tokens = np.array(vectors, np.float32).reshape(-1, 2)
    encoding = Encoding(np.array([1, 0], np.float32), tokens, ((0, 1),) * len(tokens))
    return EncodedQuery(encoding, np.array(weights, np.float32), np.ones(len(tokens), bool))


def tokens(*vectors: tuple[int, int]) -> "np.ndarray[tuple[int, int], np.dtype[np.int8]]":
    return (np.array(vectors).reshape(-1, 2) * 127).astype(np.int8)


def test_each_question_token_counts_by_its_best_match_and_its_weight() -> None:
    asked = query([[1, 0], [0, 1]], [3.0, 1.0])
    scores = late_interaction(
        asked,
        {
            "both": tokens((1, 0), (0, 1)),
            "heavy": tokens((1, 0), (1, 0)),
            "light": tokens((0, 1)),
            "opposite": tokens((-1, 0)),
        },
        NOTHING_SHARED,
    )
    assert scores == pytest.approx({"both": 1.0, "heavy": 0.75, "light": 0.25, "opposite": -0.75}, abs=1e-3)


def test_a_passage_scores_the_same_whichever_passages_it_stands_beside() -> None:
    asked = query([[1, 0], [0, 1]], [1.0, 1.0])
    alone = late_interaction(asked, {"a": tokens((1, 0))}, NOTHING_SHARED)["a"]
    beside = late_interaction(asked, {"b": tokens((0, 1), (1, 0)), "a": tokens((1, 0))}, NOTHING_SHARED)["a"]
    assert alone == pytest.approx(beside)


def test_a_passage_without_tokens_scores_lowest_and_a_question_without_any_not_at_all() -> None:
    asked = query([[1, 0]], [1.0])
    assert late_interaction(asked, {"none": tokens(), "some": tokens((1, 0))}, NOTHING_SHARED)["none"] == -1.0
    assert late_interaction(query([], []), {"some": tokens((1, 0))}, NOTHING_SHARED) == {}
    assert late_interaction(asked, {}, NOTHING_SHARED) == {}


def test_the_best_sentence_speaks_for_its_passage() -> None:
    asked = np.array([1, 0], np.float32)
    sentences = {"a": np.array([[0, 1], [1, 0]], np.float32), "none": np.zeros((0, 2), np.float32)}
    assert best_sentences(asked, sentences, NOTHING_SHARED) == pytest.approx({"a": 1.0, "none": -1.0})


# -- reading the query -----------------------------------------------------------------------------------------------

NAMES: Lexicon = build_lexicon(["peacekeepers and United Nations Country Teams"], [["UNCT", "UN Country Team"]], len)


def test_words_are_searched_in_every_form_of_a_name() -> None:
    asked = read_question("What do UNCT staff do?", QUESTION_RULES, NAMES, [])
    match = word_match(asked)
    assert '"unct"' in match
    assert '"un country team"' in match
    assert " OR " in match


def test_quotation_marks_and_operators_of_a_question_are_only_words() -> None:
    asked = read_question('What is "peace" NOT war* OR (NEAR)?', QUESTION_RULES, NAMES, [])
    assert set(word_match(asked)) <= set('abcdefghijklmnopqrstuvwxyz" OR')


def test_the_embedder_is_told_the_long_form_of_a_short_name() -> None:
    asked = read_question("What do UNCT staff do?", QUESTION_RULES, NAMES, [])
    assert dense_text(asked) == "What do UNCT (UN Country Team) staff do?"


def test_rare_words_weigh_more_than_common_ones_and_how_it_is_asked_weighs_half(shelf: Shelf) -> None:
    asked = shelf.read("Where are peacekeepers outnumbered?")
    encoded = encode_query(asked, shelf.lexicon, EMBEDDER)
    weight = dict(zip(["where", "are", "peacekeepers", "outnumbered"], encoded.token_weights.tolist(), strict=True))
    assert weight["outnumbered"] > weight["peacekeepers"] > 0
    assert weight["where"] == weight["are"] == pytest.approx((weight["outnumbered"] + weight["peacekeepers"]) / 4)
    assert encoded.content.tolist() == [False, False, True, True]


# -- searching -------------------------------------------------------------------------------------------------------


def test_the_passage_that_answers_comes_first_and_ranks_count_from_one(shelf: Shelf) -> None:
    hits = shelf.ask("Which spoilers outnumbered peacekeepers?")
    assert hits[0].passage.text == "Peacekeepers are outnumbered by spoilers."
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert {"fused", "words", "late_interaction"} <= set(hits[0].signals)


def test_asking_twice_gives_the_same(shelf: Shelf) -> None:
    assert shelf.ask("peacekeepers") == shelf.ask("peacekeepers")


def test_there_are_ten_hits_at_most(tmp_path: Path) -> None:
    many = make_document("many", *(f"Paragraph {i} is about peace." for i in range(HITS + 5)))
    assert len(Shelf(tmp_path, many).ask("What is about peace?")) == HITS == 10


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(documents=frozenset({"workshop"})), {"workshop"}),
        (Filters(bodies=frozenset({"United Nations"})), {"panel"}),
        (Filters(kinds=frozenset({"note", "summary"})), {"panel", "workshop"}),
        (Filters(year_from=2015), {"panel", "workshop"}),
        (Filters(year_to=2012), {"notes"}),
        (Filters(year_from=2016, documents=frozenset({"panel"})), set()),
        (Filters(documents=frozenset({"unknown"})), set()),
    ],
)
def test_filters_restrict_to_the_documents_that_they_admit(shelf: Shelf, filters: Filters, found: set[str]) -> None:
    assert set(documents(shelf.ask("peacekeepers", filters))) == found


def test_filters_act_before_ranking_so_that_a_crowd_elsewhere_takes_no_places(tmp_path: Path) -> None:
    crowd = make_document("crowd", *(f"Peacekeepers protect civilians, case {i}." for i in range(30)))
    shelf = Shelf(tmp_path, crowd, WORKSHOP)
    small = replace(WEIGHTS, depth=5, candidates=5)
    hits = shelf.ask("Do peacekeepers protect civilians?", Filters(documents=frozenset({"workshop"})), small)
    assert documents(hits) == ["workshop", "workshop"]


def test_a_document_named_in_the_question_comes_before_others(shelf: Shelf) -> None:
    asked = shelf.read("What of peacekeepers?")
    named = replace(asked, documents=("workshop",))
    boosted = replace(WEIGHTS, named_document=5.0)
    assert documents(shelf.ask(named, weights=boosted))[:2] == ["workshop", "workshop"]


def test_a_passage_gains_from_a_better_one_of_its_document(shelf: Shelf) -> None:
    asked = shelf.read("Who was the Panel?")
    alone, together = shelf.ask(asked), shelf.ask(asked, weights=replace(WEIGHTS, document=5.0))
    assert documents(alone)[0] == "panel"
    assert documents(alone)[:3] != ["panel"] * 3
    assert documents(together)[:3] == ["panel"] * 3


SHELLED = "On Monday, forces of Tarvik and the Lorne Front shelled the camp near Port Selwyn again, it is said"


@pytest.mark.parametrize(
    ("text", "question", "share"),
    [
        (SHELLED, "", 0.3),
        (SHELLED, "What did the Lorne Front do near Tarvik?", 0.15),
        ("States should protect populations.", "", 0.0),  # the first word of a sentence is no name
        ("States asked Tarvik.", "", 0.05),  # of a short passage, no large share
    ],
)
def test_names_that_the_question_does_not_give_are_a_share_of_the_words(text: str, question: str, share: float) -> None:
    assert unasked_names(text, question) == pytest.approx(share, abs=0.01)


def test_a_question_that_names_nothing_is_answered_in_general_before_by_one_case(tmp_path: Path) -> None:
    case = "In May peacekeepers of Tarvik under Colonel Lorne protected civilians of Selwyn."
    shelf = Shelf(tmp_path, make_document("one", case), make_document("two", "Peacekeepers are to protect civilians."))
    general = replace(WEIGHTS, unasked_names=5.0)
    assert documents(shelf.ask("Should peacekeepers protect civilians?", weights=general)) == ["two", "one"]
    who = shelf.read("Who protected civilians of Selwyn?")
    assert shelf.ask(who, weights=general) == shelf.ask(who)


def test_a_core_document_goes_before_one_that_is_as_near_but_not_before_one_that_is_named(tmp_path: Path) -> None:
    core = make_document("core", "Peacekeepers often protect civilians at risk.", core=True)
    shelf = Shelf(tmp_path, make_document("added", "Peacekeepers protect civilians."), core)
    weighed = replace(WEIGHTS, core_document=0.5)
    asked = shelf.read("Do peacekeepers protect civilians?")
    assert documents(shelf.ask(asked))[0] == "added"
    assert documents(shelf.ask(asked, weights=weighed))[0] == "core"
    assert documents(shelf.ask(replace(asked, documents=("added",)), weights=weighed))[0] == "added"


def test_more_hits_are_returned_where_more_are_to_be_read(tmp_path: Path) -> None:
    many = make_document("many", *(f"Paragraph {i} is about peace." for i in range(HITS + 5)))
    shelf = Shelf(tmp_path, many)
    asked = shelf.read("What is about peace?")
    query = encode_query(asked, shelf.lexicon, EMBEDDER)
    found = retrieve(asked, query, Filters(), WEIGHTS, shelf.library, shelf.index, shelf.geometry, HITS + 3)
    assert len(found) == HITS + 3


def test_a_library_of_many_passages_is_weighed_otherwise() -> None:
    assert [WEIGHTS.large(passages) for passages in (0, 499, 500)] == [False, False, True]
    assert WEIGHTS.among(0) == WEIGHTS.among(499) == WEIGHTS
    many = WEIGHTS.among(500)
    assert (many.document, many.unasked_names, many.core_document) == (0.2, 0.4, 0.3)
    assert (many.depth, many.candidates, many.read) == (100, 90, 16)
    small = replace(many, document=0.0, unasked_names=0.0, core_document=0.0, depth=50, candidates=40, read=8)
    assert small == WEIGHTS


def test_documents_set_side_by_side_take_turns(shelf: Shelf) -> None:
    asked = replace(shelf.read("peacekeepers"), documents=("notes", "workshop"), comparison=True, side_by_side=True)
    assert documents(shelf.ask(asked)) == ["notes", "workshop", "workshop"]


def test_a_named_document_that_is_filtered_out_takes_no_turn(shelf: Shelf) -> None:
    asked = replace(shelf.read("peacekeepers"), documents=("notes", "workshop"), comparison=True, side_by_side=True)
    hits = shelf.ask(asked, Filters(documents=frozenset({"workshop", "panel"})))
    assert set(documents(hits)) <= {"workshop", "panel"}


def test_a_comparison_that_names_none_begins_with_the_best_of_each_document(shelf: Shelf) -> None:
    asked = replace(shelf.read("What is said of peacekeepers?"), comparison=True)
    hits = shelf.ask(asked)
    assert set(documents(hits)[:3]) == {"panel", "workshop", "notes"}
    assert len({hit.passage.id for hit in hits}) == len(hits)


def test_what_is_said_word_for_word_elsewhere_is_not_repeated(tmp_path: Path) -> None:
    twin = make_document("twin", "Peacekeepers protect civilians, under threat!", "Something else is said.")
    hits = Shelf(tmp_path, PANEL, twin).ask("Do peacekeepers protect civilians?")
    words = [" ".join(w.strip(".,!").lower() for w in hit.passage.text.split()) for hit in hits]
    assert len(set(words)) == len(words)
    assert "peacekeepers protect civilians under threat" in words


def test_a_signal_of_weight_zero_is_not_asked(shelf: Shelf) -> None:
    only_words = replace(WEIGHTS, text=0.0, context=0.0, sentence=0.0, late_interaction=0.0, sentence_centred=0.0)
    for hit in shelf.ask("peacekeepers", weights=only_words):
        assert set(hit.signals) == {"words", "fused"}


def test_an_empty_library_has_no_hits(tmp_path: Path) -> None:
    assert Shelf(tmp_path).ask("peacekeepers") == ()


# -- profiles --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["full", "fast"])
def test_the_projects_profiles_are_complete(profile: str) -> None:
    assert read_weights(PROMPTS, profile).candidates > HITS


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("passages: 500", "passages: many", "in_many: passages is 'many', expected a number"),
        ("in_many:\n", "in_many: 500\nleft_over:\n", "left_over"),
        ("words: 0.55 ", "words: yes ", "profile 'full': words is True, expected a number"),
    ],
)
def test_a_weight_that_is_no_number_is_refused_by_its_name(tmp_path: Path, before: str, after: str, named: str) -> None:
    text = (PROMPTS / "retrieval.yaml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "retrieval.yaml").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(DataFileError, match=named):
        read_weights(tmp_path, "full")


def test_an_unknown_profile_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(DataFileError, match="no profile 'best'; known: full, fast"):
        read_weights(PROMPTS, "best")


@pytest.mark.parametrize("key", ["depth", "text"])
def test_a_profile_that_lacks_a_weight_is_refused_by_its_name(tmp_path: Path, key: str) -> None:
    lines = (PROMPTS / "retrieval.yaml").read_text(encoding="utf-8").splitlines()
    lines.remove(next(line for line in lines if line.strip().startswith(f"{key}:")))
    (tmp_path / "retrieval.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataFileError, match=rf"'full' lacks or has unknown keys: {key}$"):
        read_weights(tmp_path, "full")


def test_a_named_document_is_searched_for_itself_too_where_others_hold_all_that_is_best(shelf: Shelf) -> None:
    question = shelf.read("Which peacekeepers protect civilians under threat, according to the Global Centre?")
    few = replace(WEIGHTS, depth=1, candidates=1)

    assert question.documents == ("workshop",)
    assert documents(shelf.ask(replace(question, documents=()), weights=few)) == ["panel"]
    assert "workshop" in documents(shelf.ask(question, weights=few))
