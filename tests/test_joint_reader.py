"""Reading a question and passages together: which sentence answers, whether any does, how the weights are learnt."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.assembly import build_assistant
from assistant.domain import Hit
from assistant.errors import DataFileError
from assistant.joint_network import PASSAGE, QUESTION, Batch, JointNetwork
from assistant.joint_reader import (
    PREPARED,
    TOGETHER,
    WEIGHTS_FILE,
    JointReader,
    LowerLayers,
    Prepared,
    heading,
    make_batch,
)
from assistant.joint_reading import JointReading
from assistant.retrieval import ranked_by_reading, read_weights
from assistant.settings import PROJECT_DIR, load_settings
from evals import joint_training
from tests.fakes import FakeEmbedder, make_document, make_passages

PROMPTS = PROJECT_DIR / "prompts"
WIDTH = 384
PANEL = make_document(
    "panel",
    "The Panel was appointed in October 2014. It was chaired by the former President of Timor-Leste. "
    "Its members came from all regions. They visited missions in Mali and Senegal.",
    "Volunteers paid for the venue themselves. No government gave money to the meeting. "
    "Lunch was brought from a bakery nearby.",
)
TITLE = "Note on the Panel"


@pytest.fixture(scope="module")
def lower() -> LowerLayers:
    return LowerLayers()


@pytest.fixture(scope="module")
def reader() -> JointReader:
    return JointReader.load(PROMPTS)


def sheet(seed: int, tokens: int, *sentences: int) -> Prepared:
    """A text of random states; each sentence is given by its number of tokens, after one that is in none."""
    states = torch.randn(tokens, WIDTH, generator=torch.Generator().manual_seed(seed))
    inside = torch.full((tokens,), len(sentences))
    start = 1
    for number, count in enumerate(sentences):
        inside[start : start + count] = number
        start += count
    return Prepared(states, inside, len(sentences))


QUESTION_SHEET = sheet(1, 6)


@pytest.mark.parametrize(
    ("question", "position", "sentence"),
    [
        ("Who led the review body?", 0, 1),
        ("Which field operations did they go to?", 0, 3),
        ("When was it set up?", 0, 0),
        ("Who provided the food?", 1, 2),
        ("Was it financed by any state?", 1, 1),
    ],
)
def test_the_sentence_that_answers_is_found_in_other_words(reader, question, position, sentence):
    passage = make_passages(PANEL)[position]
    (reading,) = reader.read(question, [passage], [TITLE])
    assert len(reading.sentences) == len(passage.sentences)
    assert int(np.argmax(reading.sentences)) == sentence


def test_what_a_passage_answers_has_better_odds_than_what_it_does_not(reader):
    passage = make_passages(PANEL)[0]

    def odds(question: str) -> float:
        (reading,) = reader.read(question, [passage], [TITLE])
        return max(reading.sentences) - reading.none

    stated = [odds(q) for q in ("Who chaired the Panel?", "When was the Panel appointed?")]
    unstated = [odds(q) for q in ("How much did the Panel cost?", "How many votes did the chair receive?")]
    assert min(stated) > max(unstated)


def test_a_passage_is_read_the_same_alone_and_beside_others(reader):
    first, second = make_passages(PANEL)
    together = reader.read("Who led the review body?", [first, second], [TITLE, TITLE])
    alone = [reader.read("Who led the review body?", [passage], [TITLE])[0] for passage in (first, second)]
    for one, other in zip(together, alone, strict=True):
        assert one.sentences == pytest.approx(other.sentences, abs=1e-3)
        assert one.none == pytest.approx(other.none, abs=1e-3)


def test_no_passage_gives_no_reading(reader):
    assert reader.read("Who?", [], []) == []


def counting(lower: LowerLayers) -> tuple[JointReader, list[str]]:
    """A reader, and the texts that were prepared for it."""
    prepared: list[str] = []

    class Counting:
        def prepare(self, texts, spans, longest):
            prepared.extend(texts)
            return lower.prepare(texts, spans, longest)

    return JointReader(JointNetwork(), Counting()), prepared  # type: ignore[arg-type]


def test_a_passage_is_prepared_once_and_the_least_lately_read_makes_room(lower, monkeypatch):
    reader, prepared = counting(lower)
    first, second = make_passages(PANEL)
    for _ in range(2):
        reader.read("Who?", [first, second], [TITLE, TITLE])
    assert prepared.count(heading(TITLE, first.locator.section) + first.text) == 1
    monkeypatch.setattr("assistant.joint_reader.PREPARED", 1)
    reader.read("Who?", [second], [TITLE])
    reader.read("Who?", [second], [TITLE])
    reader.read("Who?", [first], [TITLE])
    assert prepared.count(heading(TITLE, second.locator.section) + second.text) == 1
    assert prepared.count(heading(TITLE, first.locator.section) + first.text) == 2
    assert PREPARED > 100


def test_of_many_who_need_the_same_passage_one_prepares_it(lower):
    reader, prepared = counting(lower)
    passages = list(make_passages(PANEL))
    with ThreadPoolExecutor(6) as pool:
        readings = list(pool.map(lambda _: reader.read("Who?", passages, [TITLE, TITLE]), range(6)))
    assert all(reading == readings[0] for reading in readings)
    assert len([text for text in prepared if text != "Who?"]) == len(passages)


def test_readings_come_in_the_order_of_the_passages_whatever_their_lengths(reader):
    passages = [p for p in make_passages(PANEL) for _ in range(TOGETHER)]
    readings = reader.read("Who chaired the Panel?", passages, [TITLE] * len(passages))
    assert [len(r.sentences) for r in readings] == [len(p.sentences) for p in passages]
    alone = reader.read("Who chaired the Panel?", passages[-1:], [TITLE])[0]
    assert np.allclose(readings[-1].sentences, alone.sentences, atol=0.1)


def test_many_may_read_at_once(lower):
    question = "word " * 40
    passage = "word " * 200
    with ThreadPoolExecutor(8) as pool:
        lengths = [(question, 20), (passage, 150)] * 40
        found = list(pool.map(lambda asked: lower.prepare([asked[0]], [()], asked[1])[0], lengths))
    assert [len(prepared.states) for prepared in found] == [20, 150] * 40


def test_the_fast_profile_needs_no_reader(tmp_path):
    settings = load_settings(_env_file=None, data_dir=tmp_path, retrieval_profile="fast")
    assert build_assistant(settings, embedder=FakeEmbedder()).reader is None


def test_padding_changes_nothing():
    network = JointNetwork().eval()
    short, long = sheet(2, 12, 5, 4), sheet(3, 40, 10, 10, 10)
    with torch.inference_mode():
        together, none = network(make_batch([(QUESTION_SHEET, short), (QUESTION_SHEET, long)]))
        alone, none_alone = network(make_batch([(QUESTION_SHEET, short)]))
    assert torch.allclose(together[0, :2], alone[0], atol=1e-4)
    assert torch.allclose(none[0], none_alone[0], atol=1e-4)


def test_a_shut_gate_keeps_question_and_passage_apart():
    network = JointNetwork().eval()
    with torch.no_grad():
        network.gate.fill_(-1e4)
    passage = sheet(2, 12, 5, 4)
    seen: list[torch.Tensor] = []
    network.layers[-1].register_forward_hook(lambda *call: seen.append(call[-1]))
    with torch.inference_mode():
        network(make_batch([(QUESTION_SHEET, passage)]))
        network(make_batch([(sheet(9, 6), passage)]))
    assert torch.allclose(seen[0][0, 6:18], seen[1][0, 6:18], atol=1e-4)
    with torch.no_grad():
        network.gate.fill_(0.0)
    with torch.inference_mode():
        network(make_batch([(QUESTION_SHEET, passage)]))
        network(make_batch([(sheet(9, 6), passage)]))
    assert not torch.allclose(seen[2][0, 6:18], seen[3][0, 6:18], atol=1e-2)


def test_a_batch_says_of_every_token_where_it_belongs():
    batch = make_batch([(QUESTION_SHEET, sheet(2, 12, 5, 4)), (QUESTION_SHEET, sheet(3, 8, 3))])
    assert isinstance(batch, Batch)
    assert batch.belongs[0].tolist() == [QUESTION] * 6 + [PASSAGE] * 12 + [0] * 14
    assert batch.belongs[1].tolist() == [QUESTION] * 6 + [PASSAGE] * 8 + [0] * 18
    assert batch.sentence[0].tolist() == [2] * 7 + [0] * 5 + [1] * 4 + [2] * 16
    assert batch.sentence[1].tolist() == [2] * 7 + [0] * 3 + [2] * 22


def test_a_sentence_beyond_what_is_seen_scores_low(lower):
    text = "Peacekeepers protect civilians. " + "word " * 60 + "The Panel had sixteen members."
    (prepared,) = lower.prepare([text], [[(0, 31), (len(text) - 30, len(text))]], 20)
    assert prepared.count == 2
    assert 1 not in prepared.sentence.tolist()
    with torch.inference_mode():
        found, _ = JointNetwork().eval()(make_batch([(QUESTION_SHEET, prepared)]))
    assert found[0, 1] < found[0, 0]


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_weights_that_cannot_be_read_end_in_one_line_that_says_how_to_mend_it(damage, tmp_path):
    if damage == "cut":
        (tmp_path / WEIGHTS_FILE).write_bytes((PROMPTS / WEIGHTS_FILE).read_bytes()[:1000])
    with pytest.raises(DataFileError, match=r"python -m evals\.joint_training") as caught:
        JointReader.load(tmp_path)
    assert str(tmp_path / WEIGHTS_FILE) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_hits_are_ranked_by_what_was_read_and_those_not_read_follow():
    passages = [*make_passages(PANEL), *make_passages(make_document("other", "Nothing.", "More."))]
    hits = [Hit(p, score, rank) for rank, (p, score) in enumerate(zip(passages, (0.9, 0.8, 0.7, 0.6), strict=True), 1)]
    readings = {
        hits[0].passage.id: JointReading((1.0, 0.0), 0.0),
        hits[1].passage.id: JointReading((0.0, 9.0), 0.0),
        hits[2].passage.id: JointReading((2.0,), 0.0),
    }
    ranked = ranked_by_reading(hits, readings, read_weights(PROMPTS, "full"))
    assert [hit.rank for hit in ranked] == [1, 2, 3, 4]
    assert ranked[0].passage == hits[1].passage
    assert ranked[-1].passage == hits[3].passage


def test_in_a_comparison_each_document_shows_what_answers_best_and_they_take_turns():
    one, other = make_passages(PANEL), make_passages(make_document("other", "Nothing.", "More."))
    passages = [one[0], other[0], one[1], other[1]]
    hits = [Hit(p, score, rank) for rank, (p, score) in enumerate(zip(passages, (0.9, 0.5, 0.8, 0.4), strict=True), 1)]
    found = (0.0, 9.0, 8.0, 0.0)
    readings = {p.id: JointReading((odds,), 0.0) for p, odds in zip(passages, found, strict=True)}
    ranked = ranked_by_reading(hits, readings, read_weights(PROMPTS, "full"), in_turns=True)
    assert [hit.passage for hit in ranked] == [one[1], other[0], one[0], other[1]]


def test_the_weights_are_learnt_anew_from_invented_passages(lower, tmp_path, monkeypatch):
    data = tmp_path / "training"
    data.mkdir()
    rows = (joint_training.FOLDER / "w4.jsonl").read_text(encoding="utf-8").splitlines()[:12]
    (data / "few.jsonl").write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setattr(joint_training, "HELD_OUT", 3)
    sheets = joint_training.read_sheets(data, lower)
    assert len(sheets) == 12
    assert all(len(s.beside) == 3 for s in sheets)
    for go_on in (False, True):
        joint_training.train(sheets, 1, lower, tmp_path / WEIGHTS_FILE, go_on=go_on)
    shutil.copy(PROMPTS / "messages.yaml", tmp_path)
    (reading,) = JointReader.load(tmp_path).read("Who led it?", make_passages(PANEL)[:1], [TITLE])
    assert len(reading.sentences) == 4


def test_every_invented_passage_is_well_formed():
    for path in sorted(Path(joint_training.FOLDER).glob("*.jsonl")):
        seen = set()
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            assert row["id"] not in seen
            seen.add(row["id"])
            assert row["title"].strip()
            assert row["section"].strip()
            assert 3 <= len(row["sentences"]) <= 16, row["id"]
            for question in row["questions"]:
                assert question["q"].strip()
                assert all(0 <= i < len(row["sentences"]) for i in question["answer"]), row["id"]
