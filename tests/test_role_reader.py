"""The role reader: who does what to whom in a statement and in its source, and how its weights are learnt."""

import json
from collections import Counter

import pytest
import torch
from safetensors.torch import save_file

from assistant.assembly import read_rules
from assistant.errors import DataFileError
from assistant.mentions import Told, as_there, mentions
from assistant.role_network import ACTS_ON, AGENT, PATIENT
from assistant.role_reader import WEIGHTS_FILE, EmbeddedLayers, RoleReader, make_texts, same_words
from assistant.settings import PROJECT_DIR, load_settings
from assistant.wording import Names
from evals import role_groups, role_training

PROMPTS = PROJECT_DIR / "prompts"
RULES = read_rules(load_settings(_env_file=None, prompts_dir=PROMPTS)).verification
NAMES = Names([["RtoP", "R2P"], ["RCB", "Regional Coalition for Borders"]])
SOURCE = "The Assembly asked the Panel, which had received eighty letters from States, to report on the missions."


def told(text: str, names: Names = NAMES) -> Told:
    return Told(text, mentions(text, names, RULES.words.stopwords))


@pytest.fixture(scope="module")
def embedded() -> EmbeddedLayers:
    return EmbeddedLayers()


@pytest.fixture(scope="module")
def reader() -> RoleReader:
    return RoleReader.load(PROMPTS)


@pytest.mark.parametrize(
    ("true", "exchanged"),
    [
        (
            "It was the Assembly that asked the Panel for a report on the missions.",
            "It was the Panel that asked the Assembly for a report on the missions.",
        ),
        ("The Panel was asked by the Assembly to report.", "The Assembly was asked by the Panel to report."),
        ("The Panel received eighty letters from States.", "States received eighty letters from the Panel."),
        ("The Panel was to report on the missions.", "The Assembly was to report on the missions."),
        ("States sent eighty letters to the Panel.", "The Panel sent eighty letters to States."),
    ],
)
def test_who_has_the_part_of_another_is_seen_however_it_is_put(reader: RoleReader, true: str, exchanged: str) -> None:
    likely = [reader.exchanged(told(text), told(SOURCE)) for text in (true, exchanged)]
    assert likely[0] < 0.5 < likely[1]


def test_who_is_deputy_to_the_chair_does_not_chair(reader: RoleReader) -> None:
    source = told("The Board had 16 members, was chaired by Maria Keller and vice-chaired by Ms. Haq.")
    assert [m.key for m in source.mentions if "chair" in m.key] == ["chair", "vice-chair"]
    assert reader.exchanged(told("The Board was chaired by Ms. Haq."), source) > RULES.roles.exchanged_by_rule


@pytest.mark.parametrize("texts", [("", SOURCE), (SOURCE, ""), ("…", "…")])
def test_where_there_are_no_words_nothing_is_exchanged(reader: RoleReader, texts: tuple[str, str]) -> None:
    assert reader.exchanged(told(texts[0]), told(texts[1])) == 0.0


def test_a_text_beyond_what_is_seen_is_read_as_far_as_it_is(reader: RoleReader) -> None:
    assert 0 <= reader.exchanged(told("The Panel asked. " * 5000), told(SOURCE)) <= 1


def test_words_are_known_by_their_stems_and_names_by_the_one_that_stands_for_all() -> None:
    text = "Peace-keepers of the Regional Coalition for Borders uphold R2P in 2015."
    found = [(text[m.start : m.end], m.key, m.named) for m in mentions(text, NAMES, RULES.words.stopwords)]
    assert found == [
        ("Peace-keepers", "keeper", False),
        ("of", "", False),
        ("the", "", False),
        ("Regional", "", True),
        ("Coalition", "", True),
        ("for", "", False),
        ("Borders", "rcb", True),
        ("uphold", "uphold", False),
        ("R2P", "rtop", True),
        ("in", "", False),
        ("2015", "2015", False),
    ]


def test_a_statement_may_call_by_a_part_of_the_name_what_the_source_calls_by_its_short_one() -> None:
    claim, source = told("The Coalition met."), told("RCB met.")
    assert [m.key for m in as_there(claim.mentions, source.mentions, NAMES)] == ["", "rcb", "met"]
    assert same_words([as_there(claim.mentions, source.mentions, NAMES)], [source.mentions]).sum() == 2


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_weights_that_cannot_be_read_end_in_one_line_that_says_how_to_mend_it(damage, tmp_path) -> None:
    if damage == "cut":
        (tmp_path / WEIGHTS_FILE).write_bytes((PROMPTS / WEIGHTS_FILE).read_bytes()[:1000])
    with pytest.raises(DataFileError, match=r"python -m evals\.role_training") as caught:
        RoleReader.load(tmp_path)
    assert str(tmp_path / WEIGHTS_FILE) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_weights_are_learnt_anew_from_invented_groups(embedded, tmp_path, monkeypatch) -> None:
    data = tmp_path / "roles"
    data.mkdir()
    rows = (role_groups.FOLDER / "t1.jsonl").read_text(encoding="utf-8").splitlines()[:36]
    (data / "few.jsonl").write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setattr(role_training, "HELD_OUT", 5)
    groups = role_groups.read_groups(data, embedded)
    assert len(groups) == 36
    assert {(group.true, len(group.statements)) for group in groups} == {(2, 4)}
    for start in (None, role_training.average([PROMPTS / WEIGHTS_FILE])):
        role_training.train(groups, 1, embedded, tmp_path / WEIGHTS_FILE, start)
    assert 0 <= RoleReader.load(tmp_path).exchanged(told("The Panel asked."), told(SOURCE)) <= 1


def test_relations_are_read_by_the_places_of_their_words(embedded, tmp_path) -> None:
    text = "The Board's report was asked for by States, and the Board read the report."
    row = {
        "id": "x-1",
        "source": {"text": text, "roles": "States > asked > report#1; Board#2 > read > report#2"},
        "true": [{"text": "States asked."}],
        "exchanged": [{"text": "The Board asked."}],
    }
    (tmp_path / "x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    ((source, statement),) = [(g.source, g.statements[0]) for g in role_groups.read_groups(tmp_path, embedded)]
    words = [text[m.start : m.end] for m in source.sheet.mentions]
    assert source.related is not None
    found = {(kind, words[i], words[j], i, j) for kind, i, j in source.related.nonzero().tolist()}
    assert found == {
        (AGENT, "asked", "States", 5, 8),
        (PATIENT, "asked", "report", 5, 3),
        (ACTS_ON, "States", "report", 8, 3),
        (AGENT, "read", "Board", 12, 11),
        (PATIENT, "read", "report", 12, 14),
        (ACTS_ON, "Board", "report", 11, 14),
    }
    assert statement.related is None


def test_of_a_word_that_stands_twice_the_place_that_was_not_meant_teaches_nothing(embedded, tmp_path) -> None:
    text = "States asked the Board, and the Board met."
    row = {"id": "x-1", "source": {"text": text, "roles": "States > asked > Board"}, "true": [], "exchanged": []}
    row["true"] = row["exchanged"] = [{"text": "States asked."}]
    (tmp_path / "x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (group,) = role_groups.read_groups(tmp_path, embedded)
    known = group.source.known
    assert known is not None
    assert [i for i in range(len(known)) if not known[i].any()] == [6]


def test_texts_of_unlike_length_are_read_as_each_alone(embedded, reader) -> None:
    long, short = told(SOURCE), told("The Panel met States.")
    sheets = embedded.prepare([long, short])
    together, alone = make_texts(sheets), make_texts(sheets[1:])
    with torch.inference_mode():
        both, one = reader._network.relate(together), reader._network.relate(alone)
    n = len(short.mentions)
    assert torch.allclose(both[1, :, :n, :n], one[0], atol=1e-3)


def test_every_group_is_well_formed_and_the_words_of_its_relations_stand_in_its_texts() -> None:
    seen = set()
    counted: Counter[str] = Counter()
    for path in sorted(role_groups.FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            assert row["id"] not in seen
            seen.add(row["id"])
            assert row["true"], row["id"]
            assert row["exchanged"], row["id"]
            for entry in (row["source"], *row["true"], *row["exchanged"]):
                words = told(entry["text"]).mentions
                assert words, row["id"]
                counted["texts"] += 1
                if "roles" in entry:
                    counted["with roles"] += 1
                    for sides in role_groups.relations(entry["roles"]):
                        for word in (word for side in sides for word in side):
                            assert role_groups.place(word, entry["text"], words), (row["id"], word)
    assert counted["texts"] > 20_000
    assert counted["with roles"] > 10_000


def test_the_mean_of_several_weights_is_between_them(tmp_path) -> None:
    files = [tmp_path / f"{value}.safetensors" for value in (1, 4)]
    for value, file in zip((1.0, 4.0), files, strict=True):
        save_file({"bias": torch.full((2,), value)}, file)
    assert role_training.average([*files, files[0]])["bias"].tolist() == [2.0, 2.0]


def test_texts_of_like_length_are_learnt_together_and_none_is_left_out(embedded, tmp_path) -> None:
    words = [3, 40, 5, 42, 4, 41, 6, 43, 7, 44, 8, 45, 9]
    rows = [{"id": f"x-0-{n}", "source": {"text": "Panel " * n}, "true": [], "exchanged": []} for n in words]
    (tmp_path / "few.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    batches = role_training._batches(role_groups.read_groups(tmp_path, embedded))
    lengths = [[len(group.source.sheet.mentions) for group in batch] for batch in batches]
    assert sorted(n for batch in lengths for n in batch) == sorted(words)
    assert sum(max(batch) - min(batch) > role_training.SPREAD for batch in lengths) <= 1
