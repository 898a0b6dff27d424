from pathlib import Path

import pytest

from assistant.errors import DataFileError
from assistant.lexicon import Lexicon, build_lexicon, definitions, read_subjects, read_variants, stem, words
from assistant.settings import PROJECT_DIR

TEXTS = [
    "UN Special Political Missions (SPM) lack guidance on mass atrocity crimes.",
    "Peacekeeping Operations (PKO) train peacekeepers; peacekeepers need guidance.",
    "The Responsibility to Protect (RtoP, R2P) is an enduring commitment.",
]


def lexicon(variants: list[list[str]] | None = None) -> Lexicon:
    return build_lexicon(TEXTS, variants or [], known_word=lambda word: word in {"house", "budget"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Community Liaison Assistants (CLAs) and others", [("CLAs", "Community Liaison Assistants")]),
        ("the Department of Political Affairs (DPA), Office", [("DPA", "Department of Political Affairs")]),
        (
            "Special Representatives of the Secretary-General (SRSGs) and UN staff",
            [("SRSGs", "Special Representatives of the Secretary-General")],
        ),
        ("Peacekeeping Operations (PKO)", [("PKO", "Peacekeeping Operations")]),
        ("the Responsibility to Protect (RtoP, R2P) populations", [("RtoP", "Responsibility to Protect")]),
        ("in August (see below) and (2015)", []),
        ("the group (AB) agreed", []),
    ],
)
def test_definitions_are_learnt_from_long_name_and_short_name_in_brackets(text, expected):
    assert definitions(text) == expected


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("peacekepers", "peacekeepers"),
        ("guidence", "guidance"),
        ("comitment", "commitment"),
        ("peacekeeper", None),  # another form of a word that the library holds
        ("house", None),  # an ordinary word elsewhere: not misspelt
        ("budget", None),
        ("zzzzzz", None),  # no neighbour
        ("unn", None),  # too short to be corrected safely
    ],
)
def test_a_misspelt_content_word_finds_its_nearest_word_in_the_library(typed, read):
    assert lexicon().correct(typed) == read


def test_a_name_finds_its_variants_both_ways():
    known = lexicon([["R2P", "responsibility to protect"]])

    assert known.expansions("What is R2P?") == [("R2P", ("responsibility to protect",))]
    assert ("responsibility to protect", ("R2P", "RtoP")) not in known.expansions("nothing of the sort")
    assert known.expansions("the responsibility to protect")[0][1][0] == "R2P"


def test_definitions_of_the_documents_join_the_domain_s_own_groups():
    known = lexicon([["SPM", "special political mission"]])

    assert ("SPM", "special political mission", "UN Special Political Missions") in known.variants or any(
        "SPM" in group and any("Special Political Missions" in name for name in group) for group in known.variants
    )


def test_a_rare_word_weighs_more_than_a_frequent_one():
    known = lexicon()

    assert known.idf("commitment") > known.idf("guidance")
    assert known.idf("never-seen") >= known.idf("commitment")


def test_the_shipped_variants_can_be_read_and_no_name_stands_in_two_groups():
    groups = read_variants(PROJECT_DIR / "prompts")
    names = [name.lower() for group in groups for name in {n.lower() for n in group}]

    assert len(names) == len(set(names))


def test_words_are_lower_case_and_hyphens_split():
    assert words("The Secretary-General’s R2P") == ["the", "secretary", "general", "s", "r2p"]
    assert stem("Peacekeeping") == stem("peacekeeping")
    assert Path(PROJECT_DIR / "prompts" / "lexicon.yaml").exists()


def test_a_subject_without_a_group_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "lexicon.yaml").write_text("version: 1\nvariants: [[R2P, RtoP]]\nsubjects: [R2P, peace]\n")

    with pytest.raises(DataFileError, match=r"lexicon\.yaml: subjects in no group of variants: peace"):
        read_subjects(tmp_path)
